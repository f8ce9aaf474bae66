import ArgumentParser
import BrokerAPI
import BrokerClient

/// Lets the market sell again.
struct BrokerThawCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "thaw",
    abstract: "Let a frozen market sell again; two platform persons.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it. Rounds then go on by \
      themselves, the first at the next of their fixed times.

      Example:
        sampan broker thaw
      """)
  static let failing = "The market is as it was."

  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let status = try await session.client.marketStatus()
    guard let freeze = status.freeze, let since = status.frozenSince else {
      throw Failure(
        why: "the market is not frozen", code: "market_not_frozen",
        next: "See sampan market status", exit: .refused)
    }
    try await session.carryOut(
      PlannedCommand(
        .thawMarket, Wire.ThawMarket(freeze: freeze),
        summary: [
          "Thaw the market, frozen since \(Display.instant(since)) by "
            + "\(status.frozenBy ?? "-")"
        ], question: "Propose this?"), change)
  }
}
