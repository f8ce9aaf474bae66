import ArgumentParser
import BrokerAPI
import BrokerClient

/// The transfers of an account.
struct AccountStatementCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "statement",
    abstract: "The transfers of an account, the latest first.",
    discussion: """
      Without a name it is the account that your party spends from.

      Example:
        sampan account statement -o csv --limit 1000
      """)
  static let failing = "There is no statement."

  @Argument(help: "The account's id, as in hku-nlp:hkd.")
  var account: String?
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let id = if let account { account } else { try await session.spendingAccount().account }
    let lines = try await session.client.accountStatement(id).all(atMost: list.limit)
    try session.show(lines, Self.sheet, empty: "Nothing moved on \(id).")
  }

  static let sheet = Sheet<Wire.StatementLine>(
    columns: [
      Column("AT (+08:00)") { .time($0.at) },
      Column("KIND") { .text($0.kind) },
      Column("WITH") { .text($0.counterparty) },
      Column("OUT") { Cell($0.debit) },
      Column("IN") { Cell($0.credit) },
      Column("BALANCE") { .money($0.balance) },
      Column("LEASE") { Cell($0.lease) },
      Column("BID") { Cell($0.bid) },
      Column("POSITION", wide: true) { .text($0.position.text) },
    ], name: { $0.position.text })
}
