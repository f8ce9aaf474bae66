import ArgumentParser
import BrokerAPI
import BrokerClient

/// Deposits and payouts as the bank should have them.
struct SettlementLinesCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "lines",
    abstract: "Deposits and payouts, the latest first.",
    discussion: """
      A reference stands as its SHA-256; with --reference only the line of that one is shown.

      Example:
        sampan settlement lines --currency HKD
      """)
  static let failing = "The lines cannot be listed."

  @Option(name: .long, help: "Only lines in this currency.")
  var currency: Wire.CurrencyCode?
  @Option(name: .long, help: ArgumentHelp("The bank's own reference.", valueName: "text"))
  var reference: String?
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let pages = session.client.listBankLines(currency: currency)
    var rows = try await reference == nil ? pages.all(atMost: list.limit) : pages.all()
    if let reference {
      let digest = BankStatement.digest(reference)
      rows = rows.filter { $0.reference == digest }
    }
    try session.show(rows, Self.sheet, empty: "No lines.")
  }

  static let sheet = Sheet<Wire.BankLine>(
    columns: [
      Column("POSITION") { .text($0.position.text) },
      Column("AT (+08:00)") { .time($0.at) },
      Column("ACCOUNT") { .text($0.account) },
      Column("BANK") { .text($0.direction.rawValue) },
      Column("AMOUNT") { .money($0.amount) },
      Column("MONTH") { Cell($0.month.map(MonthText.text)) },
      Column("REFERENCE") { .text(String($0.reference.prefix(12))) },
    ], name: { $0.position.text })
}
