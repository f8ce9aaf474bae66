import Accounts
import BrokerAPI
import Ledger
import LedgerStore
import Units

// Accounts and the door to the bank.
extension Broker {
  func listAccounts(_ call: Call) async throws -> Answer {
    let rows = try await store.accounts(
      try purse(call), after: try Cursor.text(call), limit: call.rows)
    return call.page(rows) {
      [$0.id]
    } item: {
      $0.wire
    }
  }

  /// Accounts belong to parties, not to sites.
  private func purse(_ call: Call) throws -> Scope { Scope(party: try call.scope.party) }

  func showAccount(_ call: Call) async throws -> Answer {
    .json(try await account(call).wire.json())
  }

  private func account(_ call: Call) async throws -> AccountRow {
    let id = try call.path("account")
    guard let row = try await store.account(id, try purse(call)) else {
      throw Problem(
        .notFound, "You have no account \(id).",
        next: "List the accounts; an id is party:currency, as in hku-nlp:hkd.")
    }
    return row
  }

  func accountStatement(_ call: Call) async throws -> Answer {
    let account = try await account(call)
    let cursor = try Cursor.read(call, count: 2)
    let before = try cursor.map {
      (position: try Cursor.number($0[0]), index: try Cursor.number($0[1]))
    }
    let rows = try await store.statement(account.id, before: before, limit: call.rows)
    return call.page(rows) {
      [String($0.position), String($0.index)]
    } item: { row in
      Wire.StatementLine(
        at: instant(row.time), position: Position(clamping: row.position),
        kind: row.reason.rawValue, counterparty: row.counterparty,
        debit: row.amount < 0 ? money(-row.amount, account.currency) : nil,
        credit: row.amount > 0 ? money(row.amount, account.currency) : nil,
        balance: money(row.balance, account.currency),
        lease: row.subject.hasPrefix("lease-") ? row.subject : nil,
        bid: row.subject.hasPrefix("bid-") ? row.subject : nil,
        transfer: row.subject.hasPrefix("transfer-") ? row.subject : nil,
        corrects: row.charge.map(Position.init(clamping:)), dispute: row.dispute.map(Dispute.id))
    }
  }

  // MARK: Two persons

  func recordDeposit(_ call: Call) async throws -> Answer {
    let body: Wire.RecordDeposit = try call.body()
    return accepted(
      try await submit(
        .deposit(try await transfer(call, body.amount, body.reference, body.month)), call))
  }

  func recordPayout(_ call: Call) async throws -> Answer {
    let body: Wire.RecordPayout = try call.body()
    return accepted(
      try await submit(
        .payout(try await transfer(call, body.amount, body.reference, body.month)), call))
  }

  /// The bank's reference stays outside the log; its digest proves it.
  private func transfer(
    _ call: Call, _ amount: WireMoney, _ reference: String, _ month: Int?
  ) async throws -> BankTransfer {
    var transfer = BankTransfer()
    transfer.account = try await account(call).id
    transfer.amount = try await minor(call, amount)
    transfer.month = try month.map { try Self.month($0) }
    transfer.reference = SHA256Hasher.hex(Array(reference.utf8))
    return transfer
  }

  /// A month that exists.
  static func month(_ number: Int) throws -> Int64 {
    guard (1...12).contains(number % 100) else {
      throw Problem([
        Fault(.range, at: "/month", "\(number) is no month; write year and month, as in 202611")
      ])
    }
    return Int64(number)
  }

  func closeAccount(_ call: Call) async throws -> Answer {
    let body: Wire.CloseAccount = try call.body()
    var closure = AccountClosure()
    closure.account = try await account(call).id
    closure.closed = body.closed
    return accepted(try await submit(.closeAccount(closure), call))
  }

  func setCreditLimit(_ call: Call) async throws -> Answer {
    let body: Wire.SetCreditLimit = try call.body()
    var limit = CreditLimit()
    limit.account = try await account(call).id
    limit.amount = try await minor(call, body.amount)
    return accepted(try await submit(.setCreditLimit(limit), call))
  }

  /// Minor units, when the amount is in the currency of the account.
  private func minor(_ call: Call, _ amount: WireMoney) async throws -> Int64 {
    let account = try await account(call)
    guard amount.currency.core == account.currency else {
      let code = account.currency.rawValue
      throw Problem([
        Fault(
          .contradiction, at: "/amount",
          "the amount is in \(amount.currency.rawValue), the account is in \(code); "
            + "write it in \(code)")
      ])
    }
    return amount.minor
  }
}

extension AccountRow {
  var wire: Wire.Account {
    Wire.Account(
      account: id, party: party ?? String(id.prefix { $0 != ":" }), currency: currency.wire,
      balance: money(balance, currency), held: money(held, currency),
      free: money(free, currency), creditLimit: money(creditLimit, currency), closed: closed)
  }
}
