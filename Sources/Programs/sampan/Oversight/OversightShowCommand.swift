import ArgumentParser
import BrokerAPI
import BrokerClient

/// What is in force.
struct OversightShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Who must have cosigned, and what surveillance measures by.",
    discussion: """
      Example:
        sampan oversight show
      """)
  static let failing = "The oversight cannot be shown."

  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    try session.show(try await session.client.showOversight(), Self.sheet, Self.lines)
  }

  private static let sheet = Sheet<Wire.OversightInForce>(
    columns: [
      Column("WITNESSED BY") { .text($0.groups.map(group).joined(separator: "; ")) },
      Column("TERMS") { .text($0.terms.map { "\($0.term)=\($0.value)" }.joined(separator: " ")) },
      Column("SINCE ENTRY") { $0.position.map { .number($0.value) } ?? .none },
    ], name: { _ in "oversight" })

  static func group(_ group: Wire.CosignerGroup) -> String {
    "\(group.least) of \(group.witnesses.joined(separator: ", "))"
  }

  static func lines(_ oversight: Wire.OversightInForce) -> [String] {
    guard let position = oversight.position else {
      return [
        "Nothing was set: each replica's policy file says who must have cosigned, and surveillance "
          + "measures by the standard terms (sampan alert terms)."
      ]
    }
    var lines = ["Set by entry \(position.text)."]
    lines +=
      oversight.groups.isEmpty
      ? ["Witnessed: as each replica's policy file says"]
      : oversight.groups.map { "Witnessed: cosigned by at least \(group($0))" }
    lines +=
      oversight.terms.isEmpty
      ? ["Surveillance: by the standard terms (sampan alert terms)"]
      : oversight.terms.map { "Surveillance: \($0.term) is \($0.value)" }
    return lines
  }
}
