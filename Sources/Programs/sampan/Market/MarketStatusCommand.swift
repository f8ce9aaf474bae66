import ArgumentParser
import BrokerAPI
import BrokerClient

/// Whether the market sells.
struct MarketStatusCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Whether the market sells, the next close, or since when it is frozen.",
    discussion: """
      Example:
        sampan market status
        sampan market status -o json
      """)
  static let failing = "The state of the market is not known."

  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    try session.show(try await session.client.marketStatus(), Self.sheet, Self.lines)
    try await session.warnOfEvidence()
  }

  private static let sheet = Sheet<Wire.MarketStatus>(
    columns: [
      Column("STATE") { .text($0.state.rawValue) },
      Column("ROUND") { .number($0.round) },
      Column("NEXT CLOSE") { Cell($0.nextClose) },
      Column("FROZEN SINCE") { Cell($0.frozenSince) },
      Column("FROZEN BY") { Cell($0.frozenBy) },
      Column("VERSION") { .number($0.version) },
    ], name: { $0.state.rawValue })

  static func lines(_ status: Wire.MarketStatus) -> [String] {
    var line: String
    if let since = status.frozenSince {
      line =
        "Frozen since \(Display.instant(since)) by \(status.frozenBy ?? "-"): nothing is sold, bids "
        + "stand and may be cancelled, leases run on."
    } else {
      line =
        status.state == .closed ? "Clearing round \(status.round)" : "Open, round \(status.round)"
      line += status.nextClose.map { ", next close \(Display.instant($0))." } ?? "."
    }
    return [line, "Rules of the ledger: version \(status.version)."]
  }
}
