import ArgumentParser
import BrokerAPI
import BrokerClient

/// End an award, and take back what it paid.
struct AwardClawbackCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "clawback",
    abstract: "End an award, and take back what it paid.",
    discussion: """
      It is proposed; it is in force when a second reviewer of the fund approves it.
      What is left goes back to the fund; so does what bids and leases hold, when it is said again
      after their end.

      Example:
        sampan award clawback award-46 --amount "HKD 1200" --reason "Use was not as granted."
      """)
  static let failing = "Nothing was taken back."

  @Argument(help: "The award.")
  var award: String
  @Option(
    name: .long,
    help: ArgumentHelp("Of what was paid, from the tenant's account.", valueName: "money"))
  var amount: String?
  @Option(
    name: .long, help: ArgumentHelp("Why; only its digest enters the ledger.", valueName: "text"))
  var reason: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let money = try amount.map { try PriceText.money($0) }
    let back = money.map { ", and \(Display.money($0)) of what it paid" } ?? ""
    try await session().carryOut(
      PlannedCommand(
        .clawBackAward, path: [award], Wire.ClawBack(amount: money, reason: reason),
        summary: ["End \(award): what is left goes back to the fund\(back)"],
        question: "Propose this?"), change)
  }
}
