import BrokerAPI
import LedgerStore
import Units

/// Why there is no journal.
package struct JournalFault: Error, CustomStringConvertible {
  package let description: String
}

/// What a journal holds.
package struct JournalSummary: Sendable, Equatable {
  /// Entries of the ledger that it covers.
  package var entries: Int64 = 0
  package var accounts: Int64 = 0
  package var transfers: Int64 = 0
}

/// The books of a ledger file as a journal of an accounting program that shares nothing with us. It
/// declares every account and currency, has one transaction for each transfer, and ends with every
/// balance that the file claims, so that the program itself compares the sums.
package struct Journal {
  private let form: JournalForm
  private let write: (String) throws -> Void
  private var names: [String: String] = [:]
  private var currencies: [String: String] = [:]
  private var head: BooksHead?
  private var last: Int64 = 0
  private var summary = JournalSummary()

  private init(_ form: JournalForm, _ write: @escaping (String) throws -> Void) {
    self.form = form
    self.write = write
  }

  /// Reads a ledger file or a published copy of one, and writes its journal piece by piece.
  package static func export(
    path: String, as form: JournalForm, write: @escaping (String) throws -> Void
  ) throws -> JournalSummary {
    var journal = Journal(form, write)
    do {
      // Closures of one caller: the head comes before the first transfer.
      try LedgerBooks.read(
        path: path, head: { try journal.begin($0) }, transfer: { try journal.add($0) })
    } catch let error as LedgerStoreError {
      throw JournalFault(description: error.description)
    }
    try journal.end()
    return journal.summary
  }

  private mutating func begin(_ head: BooksHead) throws {
    self.head = head
    summary.entries = head.entries
    summary.accounts = Int64(head.accounts.count)
    var text = "; The books of a Sampan ledger: \(head.entries) entries.\n"
    text += "; Debits are positive: what parties have is owed to them and stands below zero.\n"
    let used = Set(head.accounts.map(\.currency.rawValue)).sorted()
    if form == .beancount {
      text += "option \"title\" \"Sampan\"\n"
      text += used.map { "option \"operating_currency\" \"\($0)\"\n" }.joined()
    } else {
      text += "decimal-mark .\n" + used.map { "commodity \($0) 1000.00\n" }.joined()
    }
    for row in head.accounts {
      let account = BookAccount(
        id: row.id, currency: row.currency.rawValue, isParty: row.party != nil)
      let name = form.name(account)
      names[row.id] = name
      currencies[row.id] = account.currency
      text +=
        form == .beancount
        ? "1970-01-01 open \(name) \(account.currency)\n  id: \"\(row.id)\"\n"
        : "account \(name)  ; id:\(row.id)\n"
    }
    try write(text)
  }

  private mutating func add(_ transfer: BookedTransfer) throws {
    guard let debit = names[transfer.debit], let credit = names[transfer.credit],
      let currency = currencies[transfer.debit]
    else {
      throw JournalFault(
        description: "position \(transfer.position) moves money of an account that is not there")
    }
    let at = WireTime(clamping: transfer.time).text
    let amount = Self.decimal(transfer.amount)
    var text = "\n"
    switch form {
    case .hledger:
      text += "\(at.prefix(10)) (\(transfer.position).\(transfer.index)) \(transfer.reason)"
      text += "  ; subject:\(transfer.subject), at:\(at)\n"
      text += "    \(debit)  \(currency) \(amount)\n    \(credit)  \(currency) -\(amount)\n"
    case .beancount:
      text += "\(at.prefix(10)) * \"\(transfer.reason)\" \"\(transfer.subject)\"\n"
      text += "  position: \(transfer.position)\n  index: \(transfer.index)\n  at: \"\(at)\"\n"
      text += "  \(debit)  \(amount) \(currency)\n  \(credit)  -\(amount) \(currency)\n"
    }
    last = max(last, transfer.time)
    summary.transfers += 1
    try write(text)
  }

  /// The balances that the file claims, for the program to compare with its own.
  private func end() throws {
    guard let head, !head.accounts.isEmpty else { return }
    let time = max(last, head.time)
    var text = "\n"
    // Beancount compares at the beginning of a day.
    let day = WireTime(clamping: form == .beancount ? time + Span.day : time).text.prefix(10)
    if form == .hledger { text += "\(day) balances after \(head.entries) entries\n" }
    for row in head.accounts {
      guard let name = names[row.id] else { continue }
      let (amount, currency) = (Self.decimal(-row.balance), row.currency.rawValue)
      text +=
        form == .beancount
        ? "\(day) balance \(name)  \(amount) ~ 0 \(currency)\n"
        : "    \(name)  \(currency) 0.00 = \(currency) \(amount)\n"
    }
    try write(text)
  }

  /// Minor units as a decimal number.
  private static func decimal(_ minor: Int64) -> String {
    let (units, cents) = minor.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(minor < 0 ? "-" : "")\(units).\(cents < 10 ? "0" : "")\(cents)"
  }
}
