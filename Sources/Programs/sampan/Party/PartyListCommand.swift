import ArgumentParser
import BrokerAPI
import BrokerClient

/// Parties with their members.
struct PartyListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Parties with their members.",
    discussion: """
      Example:
        sampan party list
      """, aliases: ["ls"])
  static let failing = "The parties cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listParties().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No parties.")
  }

  static let sheet = Sheet<Wire.Party>(
    columns: [
      Column("PARTY") { .text($0.party) },
      Column("KIND") { .text($0.kind.rawValue) },
      Column("CURRENCY") { .text($0.currency.rawValue) },
      Column("NAME") { Cell($0.name) },
      Column("MEMBERS") { .text($0.members.map(\.summary).joined(separator: ", ")) },
    ], name: { $0.party })
}

extension Wire.PartyMember {
  /// `p-12 (trader)`, `p-14 (agent at cyberport-h)`.
  fileprivate var summary: String {
    let place = site.map { " at \($0)" } ?? ""
    return "\(principal) (\(roles.map(\.rawValue).joined(separator: " "))\(place))"
  }
}
