import ArgumentParser
import BrokerAPI
import BrokerClient

/// Awards: your own, or those of your fund.
struct AwardListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Awards: your own, or those of your fund.",
    discussion: """
      Example:
        sampan award list
      """, aliases: ["ls"])
  static let failing = "The awards cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listAwards().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No awards.")
  }

  static let sheet = Sheet<Wire.Award>(
    columns: [
      Column("AWARD") { .text($0.award) },
      Column("TENANT") { .text($0.tenant) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("SHARE") { .text(Display.percent($0.permille)) },
      Column("AWARDED") { .money($0.amount) },
      Column("PAID") { .money($0.paid) },
      Column("HELD") { .money($0.held) },
      Column("LEFT") { .money($0.left) },
      Column("LOCKED") { .money($0.locked) },
      Column("UNTIL (+08:00)") { .time($0.until) },
      Column("FUND", wide: true) { .text($0.fund) },
      Column("RETURNED", wide: true) { .money($0.returned) },
      Column("DELIVERED", wide: true) { .gpuTime($0.delivered) },
      Column("USED", wide: true) { .gpuTime($0.used) },
    ], name: { $0.award })
}
