import ArgumentParser
import BrokerAPI
import BrokerClient

/// Set how many HKD one unit of a currency is worth.
struct RateSetCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Set how many HKD one unit of a currency is worth.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Example:
        sampan rate set CNY 1.0925 --until +1w
      """)
  static let failing = "The rate was not set."

  @Argument(help: "CNY or MOP.")
  var currency: Wire.ForeignCurrencyCode
  @Argument(help: "HKD for one unit: 1.0925, or exactly 437/400.")
  var rate: String
  @Option(
    name: .long, help: ArgumentHelp("Until when it holds: 2026-12-08, +1w.", valueName: "time"))
  var until: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let (numerator, denominator) = try Self.fraction(rate)
    let time = try MarketTime(parsing: until)
    let session = try session()
    let end = try time.resolved(await session.client.clock().market)
    let body = Wire.SetRate(
      currency: currency, numerator: numerator, denominator: denominator, validUntil: end)
    try await session.carryOut(
      PlannedCommand(
        .setRate, body,
        summary: [
          "One \(currency.rawValue) is HKD \(rate) (\(numerator)/\(denominator)) "
            + "until \(Display.instant(end))"
        ], question: "Propose this?"), change)
  }

  /// `1.0925` or `437/400` in lowest terms.
  static func fraction(_ text: String) throws(TextFault) -> (Int, Int) {
    let fault = TextFault("\"\(Display.plain(text))\" is no rate: write 1.0925, or 437/400")
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    var (numerator, denominator) = (0, 1)
    if parts.count == 2 {
      guard let above = digits(parts[0]), let below = digits(parts[1]) else { throw fault }
      (numerator, denominator) = (above, below)
    } else {
      let decimal = text.split(separator: ".", omittingEmptySubsequences: false)
      guard decimal.count <= 2, let whole = decimal.first, let units = digits(whole) else {
        throw fault
      }
      numerator = units
      if decimal.count == 2 {
        guard decimal[1].utf8.count <= 6, let rest = digits(decimal[1]) else { throw fault }
        for _ in 0..<decimal[1].utf8.count { denominator *= 10 }
        numerator = units * denominator + rest
      }
    }
    guard numerator > 0, denominator > 0 else { throw fault }
    var (left, right) = (numerator, denominator)
    while right != 0 { (left, right) = (right, left % right) }
    return (numerator / left, denominator / left)
  }

  private static func digits(_ text: Substring) -> Int? {
    guard (1...9).contains(text.utf8.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    return Int(text)
  }
}

extension Wire.ForeignCurrencyCode: ExpressibleByArgument {}
