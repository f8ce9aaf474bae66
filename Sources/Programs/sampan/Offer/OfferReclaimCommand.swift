import ArgumentParser
import BrokerAPI
import BrokerClient

/// Take GPUs of a pool back for a time.
struct OfferReclaimCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "reclaim",
    abstract: "Take GPUs of a pool back for a time, or declare them lost.",
    discussion: """
      What is unsold goes first, then extras, then whole leases, the latest trade first: the ledger \
      decides, not the centre. Leases that lose their place are placed elsewhere at no higher cost to \
      their tenants if they can be. A pool that is reclaimable with a notice takes back without \
      cost from that long ahead; everything else is a breach: the centre pays what a dearer place \
      costs more, or damages, which are due 48 hours after the loss.

      With --lost two platform persons declare, in those 48 hours, that it is nobody's fault: a \
      breach on that pool in that time is none; without one, so many GPUs are lost from now on.

      Example:
        sampan offer reclaim cyberport-h h800-a --gpus 16 --from +24h --to +72h
      """)
  static let failing = "Nothing was taken back."

  @Argument(help: "The site.")
  var site: String
  @Argument(help: "The pool, by its name at the site.")
  var pool: String
  @Option(name: .long, help: "How many GPUs.")
  var gpus: Int
  @Option(name: .long, help: ArgumentHelp("+24h, or 2026-12-01T08:00.", valueName: "time"))
  var from: String
  @Option(name: .long, help: ArgumentHelp("+72h, or 2026-12-03T08:00.", valueName: "time"))
  var to: String
  @Flag(name: .long, help: "Propose it as a loss that is nobody's fault.")
  var lost = false
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let first = try MarketTime(parsing: from)
    let last = try MarketTime(parsing: to)
    let session = try session()
    let now = try await session.client.clock().market
    let body = Wire.ReclaimCapacity(
      pool: pool, gpus: gpus, from: try Self.quarter(first.resolved(now)),
      to: try Self.quarter(last.resolved(now)))
    let what =
      "\(gpus) GPUs of \(pool) at \(site) from \(Display.instant(body.from)) "
      + "to \(Display.instant(body.to))"
    try await session.carryOut(
      PlannedCommand(
        lost ? .declareLoss : .reclaimCapacity, path: [site], body,
        summary: [lost ? "Declare lost: \(what)" : "Take back: \(what)"],
        question: lost ? "Propose this?" : "Take them back?"), change)
  }

  /// The next whole quarter hour.
  private static func quarter(_ time: WireTime) throws -> WireTime {
    guard let whole = WireTime(milliseconds: (time.milliseconds + 899_999) / 900_000 * 900_000)
    else { throw TextFault("\(Display.instant(time)) is too late") }
    return whole
  }
}
