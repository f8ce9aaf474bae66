import ArgumentParser

/// `sampan fact`.
struct FactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fact", abstract: "Facts that funds go by, and list prices.",
    subcommands: [
      FactRelateCommand.self,
      FactContractCommand.self,
      FactListCommand.self,
      FactPricesCommand.self,
      FactPriceListCommand.self,
    ])
}
