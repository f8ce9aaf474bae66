import ArgumentParser

/// `sampan rate`.
struct RateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rate", abstract: "Rates of exchange.",
    subcommands: [
      RateSetCommand.self,
      RateListCommand.self,
    ])
}
