import ArgumentParser
import BrokerAPI
import BrokerClient

/// Who the broker takes the caller for.
struct WhoamiCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "whoami",
    abstract: "Who the broker takes you for, and what you may do.",
    discussion: """
      Example:
        sampan whoami -o json
      """)
  static let failing = "It is not known who you are."

  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let endpoint = session.endpoint
    try session.show(try await session.client.whoami(), Self.sheet) { who in
      let name = who.name.map { " (\(Display.plain($0)))" } ?? ""
      let site = who.site.map { " at \($0)" } ?? ""
      let context = endpoint.context.map { "   context \($0)" } ?? ""
      return [
        "\(who.principal)   of \(who.party)\(name)   "
          + who.roles.map(\.rawValue).joined(separator: ", ") + site,
        "broker \(endpoint.broker)\(context)",
      ]
    }
  }

  private static let sheet = Sheet<Wire.Whoami>(
    columns: [
      Column("PRINCIPAL") { .text($0.principal) },
      Column("PARTY") { .text($0.party) },
      Column("SITE") { Cell($0.site) },
      Column("ROLES") { .text($0.roles.map(\.rawValue).joined(separator: " ")) },
      Column("NAME") { Cell($0.name) },
    ], name: { $0.principal })
}
