import ArgumentParser

/// `sampan dispute`.
struct DisputeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dispute", abstract: "When less was delivered than the site says.",
    subcommands: [
      DisputeListCommand.self,
      DisputeShowCommand.self,
      DisputeOpenCommand.self,
      DisputeAddCommand.self,
      DisputeDecideCommand.self,
    ])
}
