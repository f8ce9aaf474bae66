import ArgumentParser
import BrokerAPI
import BrokerClient

/// Who belongs to whom.
struct FactListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Who belongs to whom.",
    discussion: """
      Example:
        sampan fact list
      """, aliases: ["ls"])
  static let failing = "The facts cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listRelations().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No facts.")
  }

  static let sheet = Sheet<Wire.Relation>(
    columns: [
      Column("ONE") { .text($0.one) },
      Column("OTHER") { .text($0.other) },
      Column("FROM (+08:00)") { .time($0.from) },
      Column("UNTIL") { Cell($0.until) },
      Column("POSITION") { .text($0.position.text) },
    ], name: { $0.position.text })
}
