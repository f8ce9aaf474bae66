import ArgumentParser

/// `sampan account`.
struct AccountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Balances, statements, money in and out.",
    subcommands: [
      AccountListCommand.self,
      AccountShowCommand.self,
      AccountStatementCommand.self,
      AccountDepositCommand.self,
      AccountPayoutCommand.self,
      AccountCreditLimitCommand.self,
      AccountCloseCommand.self,
    ])
}
