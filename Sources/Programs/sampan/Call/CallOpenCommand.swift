import ArgumentParser
import BrokerAPI
import BrokerClient

/// Open a call of your fund.
struct CallOpenCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open a call of your fund.",
    discussion: """
      It is proposed; it is in force when a second reviewer of the fund approves it.

      Example:
        sampan call open --amount "HKD 320000" --gpu-hours 20000 --share 70% --chip h800-80g \\
          --site cyberport-h --from 2026-09-01 --until 2027-08-31 --closes 2026-08-15 --list-prices 1
      """)
  static let failing = "The call was not opened."

  @OptionGroup var award: AwardOptions
  @Option(
    name: .long, help: ArgumentHelp("Applications come before this.", valueName: "time"))
  var closes: String
  @Option(
    name: .long, help: ArgumentHelp("Version of the list prices.", valueName: "n"))
  var listPrices: Int
  @Option(
    name: .long, help: ArgumentHelp("How many reviewers score an application.", valueName: "n"))
  var scores: Int = 2
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let amount = try PriceText.money(award.amount)
    let permille = try SharePercent.permille(award.share)
    let (start, end) = (try MarketTime(parsing: award.from), try MarketTime(parsing: award.until))
    let last = try MarketTime(parsing: closes)
    let session = try session()
    let now = try await session.client.clock().market
    let body = Wire.OpenCall(
      amount: amount, gpuHours: award.gpuHours, permille: permille, chips: award.chip,
      sites: award.site,
      from: try start.resolved(now), until: try end.resolved(now),
      closesAt: try last.resolved(now), listPrices: listPrices, scores: scores)
    try await session.carryOut(
      PlannedCommand(
        .openCall, body,
        summary: [
          "A call: up to \(Display.money(amount)) and \(award.gpuHours) GPU-hours an award, "
            + "\(Display.percent(permille)) of the ask"
        ], question: "Propose this?"), change)
  }
}
