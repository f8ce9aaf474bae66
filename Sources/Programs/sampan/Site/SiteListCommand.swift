import ArgumentParser
import BrokerAPI
import BrokerClient

/// Sites with their pools.
struct SiteListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Sites with their pools.",
    discussion: """
      Example:
        sampan site list -o wide
      """, aliases: ["ls"])
  static let failing = "The sites cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listSites().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No sites.")
  }

  static let sheet = Sheet<Wire.Site>(
    columns: [
      Column("SITE") { .text($0.site) },
      Column("CENTRE") { .text($0.centre) },
      Column("PLACE") { .text($0.jurisdiction.rawValue) },
      Column("METRO") { .text($0.metro) },
      Column("CURRENCY") { .text($0.currency.rawValue) },
      Column("CHIPS") { .text(Set($0.pools.map(\.chip)).sorted().joined(separator: " ")) },
      Column("SELLS UNTIL (+08:00)") { Cell($0.sellUntil) },
      Column("CERTIFIED") { .text($0.certified.map(\.summary).joined(separator: ", ")) },
      Column("POOLS", wide: true) { .text($0.pools.map(\.pool).joined(separator: " ")) },
      Column("GENERATION", wide: true) { Cell($0.generation) },
    ], name: { $0.site })
}

extension Wire.Certificate {
  /// The data class, and how near the end of the evidence is when it is near.
  fileprivate var summary: String {
    switch state {
    case .valid: dataClass
    case .endsIn90Days: "\(dataClass) (90 days)"
    case .endsIn30Days: "\(dataClass) (30 days)"
    case .endsIn7Days: "\(dataClass) (7 days)"
    case .ended: "\(dataClass) (ended)"
    }
  }

  /// What it rests on; empty when nothing was filed.
  var source: String {
    guard let filing, let filed else { return "" }
    return " (\(filing), filed \(Display.instant(filed)))"
  }

  /// What follows the end of the evidence, in words; empty while it is far.
  var warning: String {
    switch state {
    case .valid: ""
    case .endsIn90Days: "; that is within 90 days: renew it by sampan site certify"
    case .endsIn30Days: "; that is within 30 days: renew it by sampan site certify"
    case .endsIn7Days: "; that is within 7 days: then no bid that needs it is taken"
    case .ended: "; it has ended: no bid that needs it is taken until it is renewed"
    }
  }
}
