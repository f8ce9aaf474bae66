import ArgumentParser
import BrokerAPI
import BrokerClient

/// Applications: your own, or those that your fund was sent.
struct ApplicationListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Applications: your own, or those that your fund was sent.",
    discussion: """
      Example:
        sampan application list
      """, aliases: ["ls"])
  static let failing = "The applications cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listApplications().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No applications.")
  }

  static let sheet = Sheet<Wire.Application>(
    columns: [
      Column("APPLICATION") { .text($0.application) },
      Column("CALL") { .text($0.call) },
      Column("TENANT") { .text($0.tenant) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("AMOUNT") { .money($0.amount) },
      Column("GPU-HOURS") { .number($0.gpuHours) },
      Column("SHARE") { .text(Display.percent($0.permille)) },
      Column("SCORES") { .number(Int64($0.scores.count)) },
      Column("AWARD") { Cell($0.award) },
    ], name: { $0.application })
}
