import ArgumentParser

/// `sampan call`.
struct CallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Calls of funds.",
    subcommands: [
      CallOpenCommand.self,
      CallListCommand.self,
      CallCloseCommand.self,
    ])
}
