import ArgumentParser
import BrokerAPI
import BrokerClient

/// Who owes whom for a month.
struct SettlementExportCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Who owes whom for a month, by account.",
    discussion: """
      DUE is above 0 where the platform owes the party, below 0 where the party owes; OPEN is what
      the bank has yet to move, at most what is there by now.

      Example:
        sampan settlement export --month 2026-11 --currency HKD -o csv --limit 1000
      """)
  static let failing = "The settlement cannot be exported."

  @Option(
    name: .long, help: ArgumentHelp("Which month, at +08:00; this one.", valueName: "2026-11"))
  var month: MonthText?
  @Option(name: .long, help: "Only accounts in this currency.")
  var currency: Wire.CurrencyCode?
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listSettlements(
      month: month?.number, currency: currency
    ).all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No accounts.")
  }

  static let sheet = Sheet<Wire.Settlement>(
    columns: [
      Column("ACCOUNT") { .text($0.account) },
      Column("MONTH") { .text(MonthText.text($0.month)) },
      Column("OPENING", wide: true) { .money($0.opening) },
      Column("EARNED") { .money($0.earned) },
      Column("SPENT") { .money($0.spent) },
      Column("RECEIVED") { .money($0.received) },
      Column("SENT") { .money($0.sent) },
      Column("CLOSING") { .money($0.closing) },
      Column("DUE") { .money($0.due) },
      Column("CONFIRMED", wide: true) { .money($0.confirmed) },
      Column("OPEN") { .money($0.open) },
    ], name: { $0.account })
}
