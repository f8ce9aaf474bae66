import ArgumentParser
import BrokerAPI
import BrokerClient

/// The party's leases.
struct LeaseListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Your leases, the latest first.",
    discussion: """
      Example:
        sampan lease list --state open
      """, aliases: ["ls"])
  static let failing = "The leases cannot be listed."

  @Option(name: .long, help: "Only leases in this state.")
  var state: Wire.LeaseState?
  @Flag(name: .shortAndLong, help: "Stay, and print what changes.")
  var watch = false
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let pages = session.client.listLeases(state: state)
    if watch {
      try await session.watch(Self.sheet) { try await pages.all(atMost: list.limit) }
    }
    try session.show(try await pages.all(atMost: list.limit), Self.sheet, empty: "No leases.")
  }

  static let sheet = Sheet<Wire.Lease>(
    columns: [
      Column("LEASE") { .text($0.lease) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("SITE") { .text($0.site) },
      Column("SHAPE") { .text($0.shapeText) },
      Column("START (+08:00)") { .time($0.start) },
      Column("END") { .time($0.endedAt ?? $0.end) },
      Column("PRICE/GPU-H") { .money($0.price) },
      Column("DELIVERED H") { .gpuTime($0.delivered) },
      Column("USED H") { .gpuTime($0.used) },
      Column("CHARGED") { .money($0.charged) },
      Column("LABEL") { Cell($0.label) },
      Column("BID", wide: true) { .text($0.bid) },
      Column("POOL", wide: true) { .text($0.pool) },
      Column("TOTAL", wide: true) { .money($0.total) },
      Column("TENANT", wide: true) { .text($0.tenant) },
    ], name: { $0.lease })
}

extension Wire.Lease {
  /// `16 x h800-80g`; a lease whose size changes shows its smallest and largest.
  var shapeText: String {
    let counts = steps.map(\.gpus)
    guard let least = counts.min(), let most = counts.max() else { return Display.plain(chip) }
    return Display.gpus(most, least: least, chip)
  }
}
