import ArgumentParser
import BrokerAPI
import BrokerClient

/// From award to use: what it paid of which lease.
struct AwardReportCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "From award to use: what it paid of which lease.",
    discussion: """
      Example:
        sampan award report award-46 -o csv
      """)
  static let failing = "The report cannot be made."

  @Argument(help: "The award.")
  var award: String
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listAwardShares(award).all(atMost: list.limit)
    if session.format == .table || session.format == .wide {
      let row = try await session.client.showAward(award)
      for line in AwardShowCommand.lines(row).dropLast() { session.terminal.say(line) }
      if let report = row.report { session.terminal.say("Report   \(Display.plain(report))") }
    }
    try session.show(rows, Self.sheet, empty: "It has paid of no lease yet.")
  }

  static let sheet = Sheet<Wire.AwardShare>(
    columns: [
      Column("LEASE") { .text($0.lease) },
      Column("SITE") { .text($0.site) },
      Column("CHIP") { .text($0.chip) },
      Column("FROM (+08:00)") { .time($0.start) },
      Column("TO") { .time($0.end) },
      Column("DELIVERED") { .gpuTime($0.delivered) },
      Column("USED") { .gpuTime($0.used) },
      Column("AWARD PAID") { .money($0.paid) },
      Column("TENANT PAID") { .money($0.charged) },
    ], name: { $0.lease })
}
