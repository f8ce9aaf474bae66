import ArgumentParser
import BrokerAPI
import BrokerClient

/// Let a site process a class of data, until a time.
struct SiteCertifyCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "certify",
    abstract: "Let a site process a class of data, until a time.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Example:
        sampan site certify nansha-s --data-class cross-border --until 2027-12-01
      """)
  static let failing = "The site was not certified."

  @Argument(help: "The site.")
  var site: String
  @Option(name: .long, help: "The class of data.")
  var dataClass: String
  @Option(name: .long, help: ArgumentHelp("2027-12-01, or +52w.", valueName: "time"))
  var until: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let time = try MarketTime(parsing: until)
    let session = try session()
    let end = try time.resolved(await session.client.clock().market)
    try await session.carryOut(
      PlannedCommand(
        .certifySite, path: [site], Wire.CertifySite(dataClass: dataClass, until: end),
        summary: ["Certify \(site) for \(dataClass) until \(Display.instant(end))"],
        question: "Propose this?"), change)
  }
}
