import ArgumentParser
import BrokerAPI
import BrokerClient

/// What a subsidy scheme did in a year.
struct ReportSchemeCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "scheme",
    abstract: "What funds called for, granted and paid in a year, and where it was used.",
    discussion: """
      For platform and regulator all funds, for a reviewer the own one. Sums of awards are those at the \
      end of the year: awarded = paid + held + left + returned. A year that is over comes out the same \
      for ever. As CSV it has a row for each award.

      Example:
        sampan report scheme --year 2026 --html scheme-2026.html
        sampan report scheme --year 2026 --fund aiss -o csv
      """)
  static let failing = "There is no report."

  @Option(name: .long, help: ArgumentHelp("The year, cut at +08:00.", valueName: "2026"))
  var year: Int
  @Option(name: .long, help: "Only this fund.")
  var fund: String?
  @OptionGroup var document: DocumentOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (1_971...2_198).contains(year) else {
      throw ValidationError("--year is 1971 to 2198, not \(year)")
    }
  }

  func perform() async throws {
    let session = try session()
    let report = try await session.client.schemeReport(year: year, fund: fund)
    try document.write(Self.page(report), session.terminal)
    switch session.format {
    case .csv:
      session.terminal.write(
        Grid(columns: Self.awards).rendered(report.funds.flatMap(\.awards), as: .csv))
    default: try session.show(report, Self.sheet, Self.lines)
    }
  }

  private static let sheet = Sheet<Wire.SchemeReport>(
    columns: [
      Column("YEAR") { .number(Int64($0.year)) },
      Column("FUNDS") { .number(Int64($0.funds.count)) },
      Column("FINAL") { .text($0.final ? "yes" : "not yet") },
    ], name: { String($0.year) })

  static let awards: [Column<Wire.AwardYear>] = [
    Column("FUND", wide: true) { .text($0.fund) },
    Column("AWARD") { .text($0.award) },
    Column("TENANT") { .text($0.tenant) },
    Column("AWARDED") { .money($0.amount) },
    Column("PAID") { .money($0.paid) },
    Column("HELD") { .money($0.held) },
    Column("LEFT") { .money($0.left) },
    Column("RETURNED") { .money($0.returned) },
    Column("CLAWED BACK") { .money($0.clawedBack) },
    Column("GRANTED", wide: true) { .time($0.grantedAt) },
    Column("PAID IN YEAR", wide: true) { .money($0.paidInYear) },
    Column("DELIVERED", wide: true) { .gpuTime($0.delivered) },
    Column("USED", wide: true) { .gpuTime($0.used) },
    Column("REPORTED", wide: true) { Cell($0.reportedAt) },
  ]

  private static let calls: [Column<Wire.CallYear>] = [
    Column("CALL") { .text($0.call) },
    Column("OPENED") { .time($0.openedAt) },
    Column("CLOSES") { .time($0.closesAt) },
    Column("AMOUNT") { .money($0.amount) },
    Column("APPLICATIONS") { .number($0.applications) },
    Column("AWARDS") { .number($0.awards) },
    Column("AWARDED") { .money($0.awarded) },
  ]

  private static let use: [Column<Wire.SchemeUse>] = [
    Column("SITE") { .text($0.site) },
    Column("CENTRE") { .text($0.centre) },
    Column("CHIP") { .text($0.chip) },
    Column("LEASES") { .number($0.leases) },
    Column("DELIVERED") { .gpuTime($0.delivered) },
    Column("USED") { .gpuTime($0.used) },
    Column("UTILISATION") { Cell(percent: $0.usedPermille) },
    Column("PAID") { .money($0.paid) },
  ]

  /// `2 d 4 h`: how long somebody waited.
  static func wait(_ milliseconds: Int64?) -> String? {
    guard let milliseconds else { return nil }
    let hours = milliseconds / 3_600_000
    return hours < 1 ? "below 1 h" : hours < 48 ? "\(hours) h" : "\(hours / 24) d \(hours % 24) h"
  }

  private static func facts(_ fund: Wire.FundYear) -> [(String, String?)] {
    [
      ("Applications", String(fund.received)), ("Granted", String(fund.granted)),
      ("Waiting at the end", String(fund.waiting)), ("Declined", String(fund.declined)),
      ("Decided after, median", wait(fund.medianWaitMs)),
      ("Decided after, longest", wait(fund.longestWaitMs)),
      ("Awarded so far", Display.money(fund.awarded)), ("Paid", Display.money(fund.paid)),
      ("Held for leases", Display.money(fund.held)), ("Left", Display.money(fund.left)),
      ("Returned to the fund", Display.money(fund.returned)),
      ("Clawed back from tenants", Display.money(fund.clawedBack)),
      ("Paid in the year", Display.money(fund.paidInYear)),
    ]
  }

  static func lines(_ report: Wire.SchemeReport) -> [String] {
    var lines = ["\(report.year)\(report.final ? "" : " so far"): \(report.funds.count) funds"]
    for fund in report.funds {
      lines += ["", fund.fund]
      for case (let name, .some(let value)) in facts(fund) { lines.append("  \(name): \(value)") }
      lines += table(calls, fund.calls)
      lines += table(awards, fund.awards)
      lines += table(use, fund.use)
    }
    return lines
  }

  private static func table<Row>(_ columns: [Column<Row>], _ rows: [Row]) -> [String] {
    guard !rows.isEmpty else { return [] }
    let text = Grid(columns: columns).rendered(rows, as: .table)
    return [""] + text.split(separator: "\n").map { String($0) }
  }

  static func page(_ report: Wire.SchemeReport) -> Page {
    var page = Page(title: "Report of the subsidy scheme \(report.year)")
    page.heading(
      report.final ? "Report of the subsidy scheme" : "Preliminary report of the subsidy scheme",
      "\(report.year), \(Display.instant(report.from)) to \(Display.instant(report.until))")
    if report.funds.isEmpty { page.note("There was no fund.") }
    for fund in report.funds {
      page.section("Fund \(fund.fund)")
      page.facts(facts(fund))
      if !fund.calls.isEmpty {
        page.section("Calls of the year")
        page.table(calls, fund.calls)
      }
      if !fund.awards.isEmpty {
        page.section("Awards at the end of the year")
        let sums = [
          fund.awarded, fund.paid, fund.held, fund.left, fund.returned, fund.clawedBack,
        ]
        page.table(
          awards.filter { !$0.isWide }, fund.awards,
          total: ["Total", ""] + sums.map(Display.money))
      }
      if !fund.use.isEmpty {
        page.section("Where it was used")
        page.table(use, fund.use)
      }
    }
    page.note(
      "Awarded = paid + held + left + returned, at the end of the year; what was clawed back was paid "
        + "before. Delivered and used in GPU-hours of the year. Made from the ledger up to position "
        + "\(report.position); anyone who may read the ledger can make it again.")
    return page
  }
}
