import ArgumentParser
import BrokerAPI
import BrokerClient

/// Lists the party's bids.
struct BidListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Your bids, the latest first.",
    discussion: """
      Example:
        sampan bid list --state standing --watch
      """, aliases: ["ls"])
  static let failing = "The bids cannot be listed."

  @Option(name: .long, help: "Only bids in this state.")
  var state: Wire.BidState?
  @Option(name: .long, help: ArgumentHelp("Only bids that this round filled.", valueName: "n"))
  var round: Int64?
  @Flag(name: .shortAndLong, help: "Stay, and print what changes.")
  var watch = false
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let pages = session.client.listBids(state: state, round: round)
    if watch {
      try await session.watch(Self.sheet) { try await pages.all(atMost: list.limit) }
    }
    try session.show(try await pages.all(atMost: list.limit), Self.sheet, empty: "No bids.")
  }

  static let sheet = Sheet<Wire.Bid>(
    columns: [
      Column("BID") { .text($0.bid) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("KIND") { .text($0.kind.rawValue) },
      Column("SHAPE") { .text($0.shapeText) },
      Column("FOR") { .text(Display.duration(quarters: $0.alternatives.first?.quarters ?? 0)) },
      Column("LIMIT") { Cell($0.alternatives.first?.limit) },
      Column("HELD") { .money($0.hold) },
      Column("ROUND") { .init($0.round.map { "\($0)" }) },
      Column("SITE") { Cell($0.fills.first?.site) },
      Column("PRICE") { Cell($0.fills.first?.price) },
      Column("PROJECT", wide: true) { Cell($0.project) },
      Column("LABEL") { Cell($0.label) },
      Column("EARLIEST (+08:00)", wide: true) { .time($0.earliest) },
      Column("LATEST END", wide: true) { .time($0.latestEnd) },
      Column("PLACED", wide: true) { .time($0.placedAt) },
      Column("LEASES", wide: true) { .text($0.fills.map(\.lease).joined(separator: " ")) },
      Column("TENANT", wide: true) { .text($0.tenant) },
    ], name: { $0.bid })
}

extension Wire.Bid {
  /// The first alternative, and how many more there are.
  var shapeText: String {
    guard let first = alternatives.first else { return "-" }
    let more = alternatives.count > 1 ? " or \(alternatives.count - 1) more" : ""
    return Display.gpus(first.gpus, least: kind == .elastic ? first.least : nil, first.chip) + more
  }

  /// Nothing more will happen to it by itself.
  var isOver: Bool { state != .standing }
}

extension Wire.BidState: ExpressibleByArgument {}
extension Wire.LeaseState: ExpressibleByArgument {}
