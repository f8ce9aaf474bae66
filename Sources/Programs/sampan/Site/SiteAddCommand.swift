import ArgumentParser
import BrokerAPI
import BrokerClient

/// Add a site of a centre.
struct SiteAddCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a site of a centre.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Example:
        sampan site add cyberport-h --centre cyberport --place hk --metro hk --currency HKD
      """)
  static let failing = "The site was not added."
  static let asks = false

  @Argument(help: "The site's id.")
  var site: String
  @Option(name: .long, help: "The party that owns it.")
  var centre: String
  @Option(name: .long, help: "The law that it stands under.")
  var place: Wire.Jurisdiction
  @Option(name: .long, help: "The town from which latencies are counted.")
  var metro: String
  @Option(name: .long, help: "The currency of its asks and prices.")
  var currency: Wire.CurrencyCode
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let body = Wire.RegisterSite(
      site: site, centre: centre, jurisdiction: place, metro: metro, currency: currency)
    try await session().carryOut(
      PlannedCommand(
        .registerSite, body,
        summary: [
          "Add the site \(site) of \(centre): \(place.rawValue), \(metro), \(currency.rawValue)"
        ]), change)
  }
}

extension Wire.Jurisdiction: ExpressibleByArgument {}
