import ArgumentParser
import BrokerAPI
import BrokerClient

/// Rates of exchange in force.
struct RateListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Rates of exchange in force.",
    discussion: """
      Example:
        sampan rate list
      """, aliases: ["ls"])
  static let failing = "The rates cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listRates().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No rates.")
  }

  static let sheet = Sheet<Wire.ExchangeRate>(
    columns: [
      Column("CURRENCY") { .text($0.currency.rawValue) },
      Column("HKD FOR ONE") { .text($0.decimal) },
      Column("EXACTLY") { .text("\($0.numerator)/\($0.denominator)") },
      Column("UNTIL (+08:00)") { .time($0.validUntil) },
    ], name: { $0.currency.rawValue })
}

extension Wire.ExchangeRate {
  /// Six decimals, the rest cut off.
  fileprivate var decimal: String {
    let millionths = Int128(numerator) * 1_000_000 / Int128(max(1, denominator))
    let fraction = String(millionths % 1_000_000)
    return
      "\(millionths / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
  }
}
