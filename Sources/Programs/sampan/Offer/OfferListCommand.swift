import ArgumentParser
import BrokerAPI
import BrokerClient

/// Offers in force.
struct OfferListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Offers in force.",
    discussion: """
      Example:
        sampan offer list --site cyberport-h -o yaml
      """, aliases: ["ls"])
  static let failing = "The offers cannot be listed."

  @Option(name: .long, help: "Only the offer of this site.")
  var site: String?
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listOffers(site: site).all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No offers.")
    try await session.warnOfEvidence(site: site)
  }

  static let sheet = Sheet<Wire.Offer>(
    columns: [
      Column("SITE") { .text($0.site) },
      Column("GENERATION") { .text(String($0.generation)) },
      Column("SELLS UNTIL (+08:00)") { .time($0.sellUntil) },
      Column("POOLS") { .text($0.pools.map(\.summary).joined(separator: ", ")) },
      Column("ASKS") { .text($0.askRange) },
      Column("PUBLISHED", wide: true) { .time($0.publishedAt) },
      Column("POSITION", wide: true) { .text($0.position.text) },
    ], name: { $0.site })
}

extension Wire.OfferedPool {
  /// `h800-a: up to 320 x h800-80g`.
  fileprivate var summary: String {
    let most = spans.map(\.gpus).max() ?? 0
    let term = reclaim == .never ? "" : ", reclaim \(reclaim)"
    return "\(pool): up to \(most) x \(chip)\(term)\(Display.limits(lease))"
  }
}

extension Wire.Offer {
  /// The lowest ask and the highest.
  fileprivate var askRange: String {
    let asks = pools.flatMap { $0.spans.map(\.ask) }
    guard let low = asks.min(by: { $0.minor < $1.minor }),
      let high = asks.max(by: { $0.minor < $1.minor })
    else { return "-" }
    return low == high
      ? Display.money(low) : "\(Display.money(low)) to \(Display.money(high).dropFirst(4))"
  }
}
