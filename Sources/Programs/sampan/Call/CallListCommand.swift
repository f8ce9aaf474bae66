import ArgumentParser
import BrokerAPI
import BrokerClient

/// Calls of funds, the latest first.
struct CallListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Calls of funds, the latest first.",
    discussion: """
      Example:
        sampan call list
      """, aliases: ["ls"])
  static let failing = "The calls cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listCalls().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No calls.")
  }

  static let sheet = Sheet<Wire.Call>(
    columns: [
      Column("CALL") { .text($0.call) },
      Column("FUND") { .text($0.fund) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("SHARE") { .text(Display.percent($0.permille)) },
      Column("AT MOST") { .money($0.amount) },
      Column("GPU-HOURS") { .number($0.gpuHours) },
      Column("SITES") { .text($0.sites.joined(separator: " ")) },
      Column("CHIPS") { .text($0.chips.joined(separator: " ")) },
      Column("CLOSES (+08:00)") { .time($0.closesAt) },
      Column("FROM") { .time($0.from) },
      Column("UNTIL") { .time($0.until) },
    ], name: { $0.call })
}
