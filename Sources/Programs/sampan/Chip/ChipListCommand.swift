import ArgumentParser
import BrokerAPI
import BrokerClient

/// The chips that offers and bids may name.
struct ChipListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "The chips that offers and bids may name.",
    discussion: """
      Example:
        sampan chip list
      """, aliases: ["ls"])
  static let failing = "The chips cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listChips().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No chips.")
  }

  static let sheet = Sheet<Wire.Chip>(
    columns: [
      Column("CHIP") { .text($0.chip) }
    ], name: { $0.chip })
}
