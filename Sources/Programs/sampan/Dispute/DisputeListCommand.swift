import ArgumentParser
import BrokerAPI
import BrokerClient

/// Disputes with how they stand.
struct DisputeListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Disputes, the latest first.",
    discussion: """
      Example:
        sampan dispute list --state open
      """, aliases: ["ls"])
  static let failing = "The disputes cannot be listed."

  @Option(name: .long, help: "Only disputes in this state.")
  var state: Wire.DisputeState?
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listDisputes(state: state).all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No disputes.")
  }

  static let sheet = Sheet<Wire.Dispute>(
    columns: [
      Column("DISPUTE") { .text($0.dispute) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("LEASE") { .text($0.lease) },
      Column("DAY") { .text(String($0.day.text.prefix(10))) },
      Column("CHARGED GPU-H") { $0.charged.map(Cell.gpuTime) ?? .none },
      Column("CLAIMED GPU-H") { $0.claimed.map(Cell.gpuTime) ?? .none },
      Column("DECIDED GPU-H") { $0.delivered.map(Cell.gpuTime) ?? .none },
      Column("RETURNED") { .money($0.returned) },
      Column("OPENED (+08:00)", wide: true) { .time($0.openedAt) },
      Column("TENANT", wide: true) { .text($0.tenant) },
      Column("CENTRE", wide: true) { .text($0.centre) },
    ], name: { $0.dispute })
}

extension Wire.DisputeState: ExpressibleByArgument {}
