import ArgumentParser
import BrokerAPI
import BrokerClient

/// What the platform did.
struct ReportPlatformCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "platform",
    abstract: "Utilisation, hours traded and money settled, of a month or more.",
    discussion: """
      For platform and regulator. Utilisation is what was sold of what was offered, read once a round \
      at the first slot that it sells. Delivered is what was charged; used is what clusters counted.

      Example:
        sampan report platform --month 2026-01 --through 2026-12 --html platform-2026.html
      """)
  static let failing = "There is no report."

  @OptionGroup var when: MonthOption
  @Option(
    name: .long,
    help: ArgumentHelp("The last month; the first when left out.", valueName: "2026-12"))
  var through: String?
  @OptionGroup var document: DocumentOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let month = try await when.chosen(session)
    let report = try await session.client.platformReport(
      month: month.description, through: through)
    try document.write(Self.page(report), session.terminal)
    switch session.format {
    case .csv: session.terminal.write(try Self.sites.rendered(report.sites, as: .csv))
    default: try session.show(report, Self.sheet, Self.lines)
    }
  }

  private static let sheet = Sheet<Wire.PlatformReport>(
    columns: [
      Column("FROM") { .time($0.from) }, Column("UNTIL") { .time($0.until) },
      Column("ROUNDS") { .number($0.rounds) }, Column("SOLD") { .gpuTime($0.sold) },
    ], name: { $0.position.text })

  static let sites = Sheet<Wire.SiteUse>(
    columns: [
      Column("SITE") { .text($0.site) },
      Column("CENTRE") { .text($0.centre) },
      Column("LAW") { .text($0.jurisdiction.rawValue) },
      Column("LEASES") { .number($0.leases) },
      Column("DELIVERED") { .gpuTime($0.delivered) },
      Column("USED") { .gpuTime($0.used) },
      Column("UTILISATION") { Cell(percent: $0.utilisationPermille) },
      Column("EARNED") { .money($0.earned) },
    ], name: { $0.site })

  private static let money: [Column<Wire.Turnover>] = [
    Column("WHY") { .text($0.kind) }, Column("AMOUNT") { .money($0.amount) },
  ]

  static func lines(_ report: Wire.PlatformReport) -> [String] {
    let head =
      "\(Display.instant(report.from)) to \(Display.instant(report.until)): "
      + "\(Display.thousands(String(report.rounds))) rounds, "
      + "\(Display.gpuHours(report.sold)) GPU-hours sold"
    let tables =
      Grid(columns: sites.columns).rendered(report.sites, as: .table)
      + "\n" + Grid(columns: money).rendered(report.money, as: .table)
    return [head, ""]
      + tables.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func page(_ report: Wire.PlatformReport) -> Page {
    var page = Page(title: "Report of the platform")
    page.heading(
      "Report of the platform",
      "\(Display.instant(report.from)) to \(Display.instant(report.until))")
    page.facts([
      ("Rounds with an outcome", Display.thousands(String(report.rounds))),
      ("Bids in their books", Display.thousands(String(report.bids))),
      ("Bids filled", Display.thousands(String(report.winners))),
      ("GPU-hours sold", Display.gpuHours(report.sold)),
    ])
    page.section("Sites")
    page.table(sites.columns, report.sites)
    page.section("Money that moved")
    page.table(money, report.money)
    page.note(
      "Utilisation is what was sold of what was offered, read once a round at the first slot that it "
        + "sells. Made from the ledger up to position \(report.position); anyone who may read the "
        + "ledger can make it again.")
    return page
  }
}
