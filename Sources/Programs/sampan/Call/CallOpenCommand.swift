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

  @Option(
    name: .long,
    help: ArgumentHelp("Of one award, with its currency: HKD 320000.", valueName: "money"))
  var amount: String
  @Option(
    name: .long, help: ArgumentHelp("GPU-hours of one award.", valueName: "n"))
  var gpuHours: Int64
  @Option(
    name: .long, help: ArgumentHelp("Share of the ask: 70%, or 67.5%.", valueName: "percent"))
  var share: String
  @Option(
    name: .long, help: "A chip that is paid for. Repeat it.")
  var chip: [String]
  @Option(
    name: .long, help: "A site that is paid for. Repeat it.")
  var site: [String]
  @Option(
    name: .long, help: ArgumentHelp("When it begins.", valueName: "time"))
  var from: String
  @Option(
    name: .long, help: ArgumentHelp("When it has ended.", valueName: "time"))
  var until: String
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
    let amount = try PriceText.money(amount)
    let permille = try SharePercent.permille(share)
    let (start, end) = (try MarketTime(parsing: from), try MarketTime(parsing: until))
    let last = try MarketTime(parsing: closes)
    let session = try session()
    let now = try await session.client.clock().market
    let body = Wire.OpenCall(
      amount: amount, gpuHours: gpuHours, permille: permille, chips: chip, sites: site,
      from: try start.resolved(now), until: try end.resolved(now),
      closesAt: try last.resolved(now), listPrices: listPrices, scores: scores)
    try await session.carryOut(
      PlannedCommand(
        .openCall, body,
        summary: [
          "A call: up to \(Display.money(amount)) and \(gpuHours) GPU-hours an award, "
            + "\(Display.percent(permille)) of the ask"
        ], question: "Propose this?"), change)
  }
}
