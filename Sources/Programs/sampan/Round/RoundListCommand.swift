import ArgumentParser
import BrokerAPI
import BrokerClient

/// Rounds, the latest first.
struct RoundListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Rounds, the latest first.",
    discussion: """
      Example:
        sampan round list --limit 10 --watch
      """, aliases: ["ls"])
  static let failing = "The rounds cannot be listed."

  @Flag(name: .shortAndLong, help: "Stay, and print what changes.")
  var watch = false
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let pages = session.client.listRounds()
    if watch {
      try await session.watch(Self.sheet) { try await pages.all(atMost: list.limit) }
    }
    try session.show(try await pages.all(atMost: list.limit), Self.sheet, empty: "No rounds yet.")
  }

  static let sheet = Sheet<Wire.Round>(
    columns: [
      Column("ROUND") { .text(String($0.round)) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("CLOSED (+08:00)") { Cell($0.closedAt) },
      Column("BIDS") { Cell($0.bids) },
      Column("WINNERS") { Cell($0.winners) },
      Column("WELFARE") { Cell($0.welfare) },
      Column("GAP") { .init($0.gapText) },
      Column("ENDED", wide: true) { Cell($0.endedAt) },
      Column("BOUND", wide: true) { Cell($0.bound) },
      Column("ITERATIONS", wide: true) { Cell($0.iterations) },
      Column("POSITION", wide: true) { .text($0.position.text) },
    ], name: { String($0.round) })
}

extension Wire.Round {
  /// How far below the bound, at most: `1.2 %`.
  var gapText: String? { gapPermille.map { "\($0 / 10).\($0 % 10) %" } }
}
