import ArgumentParser
import BrokerAPI
import BrokerClient

/// The transfers of an account.
struct AccountStatementCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "statement",
    abstract: "The transfers of an account, the latest first; or the statement of a month.",
    discussion: """
      Without a name it is the account that your party spends from. With --month it is that month \
      alone, from balance to balance; as CSV it then has the columns of FOCUS 1.2, a row for each line \
      that the account's party was billed and for each transfer between parties.

      Example:
        sampan account statement -o csv --limit 1000
        sampan account statement --month 2026-11 --html statement.html
        sampan account statement --month 2026-11 -o csv
      """)
  static let failing = "There is no statement."

  @Argument(help: "The account's id, as in hku-nlp:hkd.")
  var account: String?
  @OptionGroup var when: MonthOption
  @OptionGroup var document: DocumentOptions
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let id = if let account { account } else { try await session.spendingAccount().account }
    guard when.month == nil, document.html == nil else { return try await month(id, session) }
    let lines = try await session.client.accountStatement(id).all(atMost: list.limit)
    try session.show(lines, Self.sheet, empty: "Nothing moved on \(id).")
  }

  private func month(_ id: String, _ session: Session) async throws {
    let month = try await when.chosen(session)
    let account = try await session.client.showAccount(id)
    let statement = try await MonthStatement(account, month, session)
    try document.write(statement.page, session.terminal)
    switch session.format {
    case .csv:
      let invoices = try await session.client.invoices(
        month: month.description, buyer: account.party
      ).all(atMost: .max)
      var entries: [FocusTable.Entry] = []
      for invoice in invoices {
        let lines = try await session.client.billedLines(
          month: month.description, seller: invoice.seller, buyer: invoice.buyer
        ).all(atMost: .max)
        entries += FocusTable.entries(invoice, lines)
      }
      session.terminal.write(FocusTable.csv(entries + FocusTable.entries(statement)))
    case .json, .yaml:
      let tree = try statement.tree()
      session.terminal.write(session.format == .json ? tree.pretty + "\n" : tree.yaml)
    case .table, .wide, .name:
      try session.show(statement.lines, Self.sheet, empty: "Nothing moved on \(id) in \(month).")
      guard session.format != .name else { return }
      session.terminal.say(statement.closingLine)
    }
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
      Column("TRANSFER", wide: true) { Cell($0.transfer) },
      Column("DISPUTE", wide: true) { Cell($0.dispute) },
      Column("CORRECTS", wide: true) { Cell($0.corrects?.text) },
      Column("POSITION", wide: true) { .text($0.position.text) },
    ], name: { $0.position.text })
}
