import BrokerAPI
import BrokerClient

extension Session {
  /// Beside a list for people: which evidence ends soon or has ended, one line each. Programs read it of
  /// the sites themselves.
  /// - Parameter site: only of this one.
  func warnOfEvidence(site: String? = nil) async throws {
    guard format == .table || format == .wide else { return }
    let sites = try await client.listSites().all(atMost: 10_000)
    for line in Self.evidenceLines(sites.filter { site == nil || $0.site == site }) {
      terminal.tell(line)
    }
  }

  /// What ends first stands first.
  static func evidenceLines(_ sites: [Wire.Site]) -> [String] {
    sites.flatMap { site in
      site.certified.filter { $0.state != .valid }.map { (site.site, $0) }
    }
    .sorted { ($0.1.until.milliseconds, $0.0) < ($1.1.until.milliseconds, $1.0) }
    .map { site, certificate in
      Display.plain(
        "Evidence of \(site) for \(certificate.dataClass) until "
          + "\(Display.instant(certificate.until))\(certificate.warning)")
    }
  }
}
