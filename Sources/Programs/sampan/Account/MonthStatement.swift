import BrokerAPI
import BrokerClient

/// A month of an account: what it had, what moved, what it had then.
struct MonthStatement {
  let account: Wire.Account
  let month: BillingMonth
  /// Ascending.
  let lines: [Wire.StatementLine]
  let opening: WireMoney
  let closing: WireMoney

  /// Reads the account's transfers back to the beginning of the month.
  init(_ account: Wire.Account, _ month: BillingMonth, _ session: Session) async throws {
    var lines: [Wire.StatementLine] = []
    var before: WireMoney?
    for try await line in session.client.accountStatement(account.account) {
      if line.at >= month.until { continue }
      guard line.at >= month.from else {
        before = line.balance
        break
      }
      lines.append(line)
    }
    self.init(account: account, month: month, lines: lines.reversed(), before: before)
  }

  /// - Parameter before: the balance after the last transfer before the month.
  init(
    account: Wire.Account, month: BillingMonth, lines: [Wire.StatementLine], before: WireMoney?
  ) {
    self.account = account
    self.month = month
    self.lines = lines
    opening = before ?? WireMoney(account.currency, minor: 0)
    closing = lines.last?.balance ?? opening
  }

  /// What a line is about, in a few words.
  private static func subject(_ line: Wire.StatementLine) -> String? {
    guard let charge = line.corrects else { return line.lease ?? line.bid ?? line.transfer }
    return [line.lease, line.dispute ?? "corrects entry \(charge.text)"].compactMap { $0 }
      .joined(separator: ", ")
  }

  private func sum(_ amount: (Wire.StatementLine) -> WireMoney?) -> WireMoney {
    WireMoney(account.currency, minor: lines.reduce(0) { $0 + (amount($1)?.minor ?? 0) })
  }

  var closingLine: String {
    "\(month): \(Display.money(opening)) + \(Display.money(sum(\.credit))) "
      + "- \(Display.money(sum(\.debit))) = \(Display.money(closing))"
  }

  func tree() throws -> JSONTree {
    .object([
      JSONTree.Member("account", .string(account.account)),
      JSONTree.Member("closing", .string(closing.text)),
      JSONTree.Member("items", .array(try lines.map { try $0.tree() })),
      JSONTree.Member("month", .string(month.description)),
      JSONTree.Member("opening", .string(opening.text)),
    ])
  }

  var page: Page {
    var page = Page(title: "Statement \(account.account) \(month)")
    page.heading("Statement", "\(account.account), \(month)")
    page.facts([
      ("Party", account.party), ("Currency", account.currency.rawValue),
      ("Balance before", Display.money(opening)), ("Came in", Display.money(sum(\.credit))),
      ("Balance after", Display.money(closing)), ("Went out", Display.money(sum(\.debit))),
    ])
    page.section("Transfers")
    let columns =
      AccountStatementCommand.sheet.columns.filter {
        !["LEASE", "BID"].contains($0.title) && !$0.isWide
      }
      + [Column("ABOUT") { Cell(Self.subject($0)) }]
    page.table(
      columns, lines,
      total: [
        "Total", "", "", Display.money(sum(\.debit)), Display.money(sum(\.credit)),
        Display.money(closing), "",
      ])
    page.note("Times at +08:00. What is only set aside is not here. Every line is in the ledger.")
    return page
  }
}
