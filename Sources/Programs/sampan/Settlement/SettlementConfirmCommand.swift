import ArgumentParser
import BrokerAPI
import BrokerClient

/// Record what the bank has moved for a month.
struct SettlementConfirmCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "confirm",
    abstract: "Record what the bank has moved for a month.",
    discussion: """
      Where the platform owes the party it is a payout, where the party owes a deposit. It is
      proposed; it is in force when a second platform person approves it. Each reference counts once.

      Example:
        sampan settlement confirm cyberport:hkd --month 2026-11 --reference FT26120200004
      """)
  static let failing = "Nothing was confirmed."

  @Argument(help: "The account.")
  var account: String
  @Option(name: .long, help: ArgumentHelp("Which month, at +08:00.", valueName: "2026-11"))
  var month: MonthText
  @Option(
    name: .long,
    help: ArgumentHelp("All that is open when left out: HKD 12400.00.", valueName: "money"))
  var amount: String?
  @Option(name: .long, help: ArgumentHelp("The bank's own reference.", valueName: "text"))
  var reference: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let given = try amount.map { try PriceText.money($0) }
    let session = try session()
    let rows = try await session.client.listSettlements(month: month.number).all()
    guard let row = rows.first(where: { $0.account == account }) else {
      throw Failure(
        why: "there is no account \(account)", code: "not_found",
        next: "See them: sampan settlement export", exit: .refused)
    }
    let open = WireMoney(row.open.currency, minor: abs(row.open.minor))
    guard open.minor > 0, given.map({ $0.currency == open.currency }) ?? true,
      (given?.minor ?? open.minor) <= open.minor
    else {
      throw Failure(
        why: "\(Display.money(open)) of \(account) is open for "
          + MonthText.text(month.number), code: "nothing_open",
        next: "Record money beyond a month: sampan account deposit, or payout", exit: .refused)
    }
    let amount = given ?? open
    let pays = row.open.minor > 0
    let summary = [
      "\(pays ? "Payout" : "Deposit") of \(Display.money(amount)) "
        + "\(pays ? "from" : "to") \(account) for \(MonthText.text(month.number)), "
        + "reference \(reference)"
    ]
    let command =
      pays
      ? try PlannedCommand(
        .recordPayout, path: [account],
        Wire.RecordPayout(amount: amount, reference: reference, month: month.number),
        summary: summary, question: "Propose this?")
      : try PlannedCommand(
        .recordDeposit, path: [account],
        Wire.RecordDeposit(amount: amount, reference: reference, month: month.number),
        summary: summary, question: "Propose this?")
    try await session.carryOut(command, change)
  }
}
