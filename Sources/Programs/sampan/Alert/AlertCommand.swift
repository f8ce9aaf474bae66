import ArgumentParser

/// `sampan alert`.
struct AlertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alert", abstract: "What surveillance finds in a ledger file.",
    subcommands: [
      AlertListCommand.self, AlertShowCommand.self, AlertTermsCommand.self, AlertWatchCommand.self,
    ])
}
