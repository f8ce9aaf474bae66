import ArgumentParser

/// `sampan chip`.
struct ChipCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chip", abstract: "The catalogue of chips.",
    subcommands: [
      ChipListCommand.self,
      ChipAddCommand.self,
    ])
}
