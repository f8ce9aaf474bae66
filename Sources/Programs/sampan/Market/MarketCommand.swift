import ArgumentParser

/// What everybody may see of the market.
struct MarketCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "market", abstract: "Whether it sells, prices and depth, without identities.",
    subcommands: [MarketPricesCommand.self, MarketBookCommand.self, MarketStatusCommand.self])
}
