import ArgumentParser
import BrokerAPI
import BrokerClient

/// Set a new version of list prices.
struct FactPricesCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "set-prices",
    abstract: "Set a new version of list prices.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.
      A price is chip=list, or chip=list:reference:trades; references count from 20 trades on.

      Example:
        sampan fact set-prices --version 2 h800-80g=HKD:19.00:17.20:41
      """)
  static let failing = "The prices were not set."

  @Argument(help: "Prices, as in h800-80g=HKD:19.00 or h800-80g=HKD:19.00:17.20:41.")
  var prices: [String]
  @Option(
    name: .long, help: ArgumentHelp("One above the last.", valueName: "n"))
  var version: Int
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let items = try prices.map(Self.price)
    guard let currency = items.first?.list.currency else {
      throw Failure.usage("no price is given", next: "Add one, as in h800-80g=HKD:19.00.")
    }
    try await session().carryOut(
      PlannedCommand(
        .setListPrices,
        Wire.SetListPrices(currency: currency, version: version, prices: items),
        summary: items.map { "\($0.chip)  \(Display.money($0.list)) per GPU-hour" },
        question: "Propose this?"), change)
  }

  /// `chip=CUR:list`, or `chip=CUR:list:reference:trades`.
  static func price(_ text: String) throws -> Wire.ListPrice {
    let pair = text.split(separator: "=", maxSplits: 1).map(String.init)
    let parts = pair.count == 2 ? pair[1].split(separator: ":").map(String.init) : []
    guard parts.count == 2 || parts.count == 4 else {
      throw Failure.usage(
        "\"\(Display.plain(text))\" is no list price",
        next: "Write h800-80g=HKD:19.00, or h800-80g=HKD:19.00:17.20:41 with reference and trades.")
    }
    var price = Wire.ListPrice(chip: pair[0], list: try PriceText.money("\(parts[0]) \(parts[1])"))
    guard parts.count == 4 else { return price }
    guard let trades = Int(parts[3]), trades >= 0 else {
      throw Failure.usage(
        "\"\(Display.plain(parts[3]))\" is no number of trades", next: "Write it as 41.")
    }
    price.reference = try PriceText.money("\(parts[0]) \(parts[2])")
    price.trades = trades
    return price
  }
}
