import ArgumentParser

/// `sampan account`.
struct AccountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Balances, statements, money in.",
    subcommands: [
      AccountListCommand.self,
      AccountShowCommand.self,
      AccountStatementCommand.self,
      AccountDepositCommand.self,
      AccountCreditLimitCommand.self,
    ])
}
