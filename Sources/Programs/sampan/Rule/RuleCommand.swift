import ArgumentParser

/// `sampan rule`.
struct RuleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rule", abstract: "The rules of the market.",
    subcommands: [
      RuleListCommand.self
    ])
}
