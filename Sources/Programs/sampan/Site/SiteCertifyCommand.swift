import ArgumentParser
import BrokerAPI
import BrokerClient

/// Let a site process a class of data, until a time.
struct SiteCertifyCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "certify",
    abstract: "Let a site process a class of data, until a time.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it. An end that is earlier than before \
      ends the leases that work on such data there: at that end, or at the next quarter hour.

      Example:
        sampan site certify nansha-s --data-class cross-border --until 2027-12-01
        sampan site certify nansha-s --data-class cross-border --until 2027-12-01 \
          --filing gba-scc-2026-017 --filed 2026-11-20
      """)
  static let failing = "The site was not certified."

  @Argument(help: "The site.")
  var site: String
  @Option(name: .long, help: "The class of data.")
  var dataClass: String
  @Option(name: .long, help: ArgumentHelp("2027-12-01, or +52w.", valueName: "time"))
  var until: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The number it was filed under, in a-z, 0-9 and . _ : -", valueName: "number"))
  var filing: String?
  @Option(name: .long, help: ArgumentHelp("When it was filed: 2026-11-20.", valueName: "time"))
  var filed: String?
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (filing == nil) == (filed == nil) else {
      throw ValidationError("--filing and --filed go together")
    }
  }

  func perform() async throws {
    let time = try MarketTime(parsing: until)
    let session = try session()
    let now = try await session.client.clock().market
    let end = try time.resolved(now)
    let day = try filed.map { try MarketTime(parsing: $0).resolved(now) }
    let source = filing.map { " by filing \($0)" } ?? ""
    try await session.carryOut(
      PlannedCommand(
        .certifySite, path: [site],
        Wire.CertifySite(dataClass: dataClass, until: end, filing: filing, filed: day),
        summary: ["Certify \(site) for \(dataClass) until \(Display.instant(end))\(source)"],
        question: "Propose this?"), change)
  }
}
