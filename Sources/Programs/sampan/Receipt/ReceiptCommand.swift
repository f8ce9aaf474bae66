import ArgumentParser

/// `sampan receipt`.
struct ReceiptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "What proves a trade without the broker.",
    subcommands: [ReceiptGetCommand.self, ReceiptVerifyCommand.self])
}
