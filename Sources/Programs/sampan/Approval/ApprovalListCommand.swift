import ArgumentParser
import BrokerAPI
import BrokerClient

/// Commands that wait for a second person.
struct ApprovalListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Commands that wait for a second person.",
    discussion: """
      Example:
        sampan approval list
      """, aliases: ["ls"])
  static let failing = "What waits cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listApprovals().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "Nothing waits.")
  }

  static let sheet = Sheet<Wire.Approval>(
    columns: [
      Column("POSITION") { .text($0.position.text) },
      Column("KIND") { .text($0.kind) },
      Column("WHAT") { .text($0.summary) },
      Column("PROPOSED BY") { .text($0.proposedBy) },
      Column("AT (+08:00)") { .time($0.proposedAt) },
      Column("UNTIL") { .time($0.expiresAt) },
    ], name: { $0.position.text })
}
