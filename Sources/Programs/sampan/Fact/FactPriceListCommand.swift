import ArgumentParser
import BrokerAPI
import BrokerClient

/// List prices, the latest version first.
struct FactPriceListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "prices",
    abstract: "List prices, the latest version first.",
    discussion: """
      Example:
        sampan fact prices
      """)
  static let failing = "The prices cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listListPrices().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No list prices.")
  }

  static let sheet = Sheet<Wire.ListPrices>(
    columns: [
      Column("CURRENCY") { .text($0.currency.rawValue) },
      Column("VERSION") { .number(Int64($0.version)) },
      Column("PRICES") { row in
        .text(
          row.prices.map { price in
            let reference = price.reference.map { " (\(Display.money($0)) traded)" } ?? ""
            return "\(price.chip) \(Display.money(price.list))\(reference)"
          }.joined(separator: ", "))
      },
      Column("POSITION") { .text($0.position.text) },
    ], name: { "\($0.currency.rawValue)/\($0.version)" })
}
