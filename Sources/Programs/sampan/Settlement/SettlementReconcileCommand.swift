import ArgumentParser
import BrokerAPI
import BrokerClient
import Foundation

/// Compare the ledger's lines with the bank's statement.
struct SettlementReconcileCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Compare deposits and payouts with the bank's statement.",
    discussion: """
      The statement is a CSV file with columns reference and amount; below 0 is what was sent. Other
      columns are passed over. The file stays here: the ledger knows references by their SHA-256.
      Exit code 6 when something does not agree.

      Example:
        sampan settlement reconcile --currency HKD --file statement-2026-11.csv
      """)
  static let failing = "The statement does not agree with the ledger."

  @Option(name: .long, help: "The currency of the bank's account.")
  var currency: Wire.CurrencyCode
  @Option(
    name: .long, help: ArgumentHelp("The statement.", valueName: "statement.csv"),
    completion: .file(extensions: ["csv"]))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Of the ledger only what was recorded in this month, or stands in the statement.",
      valueName: "2026-11"))
  var month: MonthText?
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    guard let data = FileManager.default.contents(atPath: file), data.count <= 64 << 20,
      let text = String(data: data, encoding: .utf8)
    else {
      throw Failure.usage(
        "\(file) cannot be read, is no UTF-8 or has more than 64 MiB", code: "statement_file",
        next: "Name the statement as CSV.")
    }
    let statement = try BankStatement(csv: text, file: file)
    let session = try session()
    var items = Reconciliation.of(
      statement, try await session.client.listBankLines(currency: currency).all(), currency,
      in: month.map { MonthText.text($0.number) })
    items.sort { $0.state.rank < $1.state.rank }
    try session.show(items, Self.sheet, empty: "Neither side has a line.")
    let open = items.filter { $0.state != .matched }.count
    guard open == 0 else {
      throw Failure(
        why: "\(open) of \(items.count) lines do not agree", code: "statement_differs",
        next:
          "Record what is missing: sampan account deposit, or payout; ask the bank for the rest.",
        exit: .proofFailed)
    }
  }

  static let sheet = Sheet<Reconciliation>(
    columns: [
      Column("STATE") { .text($0.state.rawValue) },
      Column("REFERENCE") { .text($0.reference) },
      Column("BANK") { Cell($0.bank) },
      Column("LEDGER") { Cell($0.ledger) },
      Column("ACCOUNT") { Cell($0.account) },
      Column("POSITION") { Cell($0.position?.text) },
    ], name: { $0.reference })
}
