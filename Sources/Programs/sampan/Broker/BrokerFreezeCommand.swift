import ArgumentParser
import BrokerAPI
import BrokerClient

/// Stops all selling.
struct BrokerFreezeCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "freeze",
    abstract: "Stop all selling at once; one platform person may.",
    discussion: """
      From then on bids, quotes and rounds are refused. A round that is being cleared ends void: its \
      bids stay, with what they hold, and may be cancelled. Leases run, readings are taken and \
      charged, money moves, centres withdraw. Two persons end it: sampan broker thaw. With an \
      account on the market, unlike sampan broker status.

      Example:
        sampan broker freeze --yes
      """)
  static let failing = "The market was not frozen."

  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(
        .freezeMarket, Wire.Nothing(),
        summary: [
          "Freeze the market: nothing is sold from now on, to nobody.",
          "A round that is being cleared ends void. It takes two persons to thaw it.",
        ], question: "Freeze it?"), change)
  }
}
