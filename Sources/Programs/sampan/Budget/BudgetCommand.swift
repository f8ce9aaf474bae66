import ArgumentParser

/// `sampan budget`.
struct BudgetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "budget", abstract: "What you may use in a month.",
    subcommands: [BudgetShowCommand.self, BudgetSetCommand.self])
}
