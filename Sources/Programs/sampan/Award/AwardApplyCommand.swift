import ArgumentParser
import BrokerAPI
import BrokerClient

/// Apply for an award in a call.
struct AwardApplyCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Apply for an award in a call.",
    discussion: """
      Reviewers score it; two of them decide. The purpose is read from a file.

      Example:
        sampan award apply call-42 --amount "HKD 320000" --gpu-hours 20000 --share 70% \\
          --chip h800-80g --site cyberport-h --from 2026-09-01 --until 2027-08-31 \\
          --contract C-2026-117 --purpose purpose.txt
      """)
  static let failing = "The application was not sent."

  @Argument(help: "The call.")
  var call: String
  @OptionGroup var award: AwardOptions
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Registered number of the contract that it is for; only its digest enters the ledger.",
      valueName: "number"))
  var contract: String
  @Option(
    name: .long,
    help: ArgumentHelp("A file that says what for, at most 4,000 characters.", valueName: "file"))
  var purpose: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let amount = try PriceText.money(award.amount)
    let permille = try SharePercent.permille(award.share)
    let (start, end) = (try MarketTime(parsing: award.from), try MarketTime(parsing: award.until))
    let purpose = try WordsFile.text(purpose)
    let session = try session()
    let now = try await session.client.clock().market
    let body = Wire.ApplyForAward(
      amount: amount, gpuHours: award.gpuHours, permille: permille, chips: award.chip,
      sites: award.site,
      from: try start.resolved(now), until: try end.resolved(now), contract: contract,
      purpose: purpose)
    try await session.carryOut(
      PlannedCommand(
        .applyForAward, path: [call], body,
        summary: [
          "Apply in \(call) for \(Display.money(amount)) and \(award.gpuHours) GPU-hours, "
            + "\(Display.percent(permille)) of the ask"
        ], question: "Send it?"), change)
  }
}
