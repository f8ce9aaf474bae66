import ArgumentParser
import BrokerAPI
import BrokerClient

/// One site.
struct SiteShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One site: place, pools, certificates, until when it sells.",
    discussion: """
      Example:
        sampan site show cyberport-h
      """)
  static let failing = "The site cannot be shown."

  @Argument(help: "The site.")
  var site: String
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    try session.show(try await session.client.showSite(site), SiteListCommand.sheet, Self.lines)
  }

  static func lines(_ site: Wire.Site) -> [String] {
    var lines = [
      "\(site.site)   of \(site.centre)   \(site.jurisdiction.rawValue), \(site.metro)   "
        + site.currency.rawValue
    ]
    if let until = site.sellUntil, let generation = site.generation {
      lines.append("Sells      until \(Display.instant(until)) (offer \(generation))")
    } else {
      lines.append("Sells      nothing: no offer is in force")
    }
    for pool in site.pools {
      let term = pool.reclaim == .never ? "firm" : "reclaim \(pool.reclaim)"
      lines.append(
        "Pool       \(pool.pool): \(pool.chip), \(pool.fabric), units of \(pool.unit), \(term)"
          + Display.limits(pool.lease))
    }
    for certificate in site.certified {
      lines.append(
        "Certified  \(certificate.dataClass) until \(Display.instant(certificate.until))"
          + certificate.source + certificate.warning)
    }
    return lines.map(Display.plain)
  }
}
