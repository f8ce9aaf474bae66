import ArgumentParser

/// `sampan oversight`.
struct OversightCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oversight", abstract: "How the market is watched over.",
    subcommands: [OversightSetCommand.self, OversightShowCommand.self])
}
