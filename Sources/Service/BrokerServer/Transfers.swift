import Accounts
import BrokerAPI
import Ledger
import LedgerStore
import Replica
import Units

// Transfers between parties, and what the bank has to do with them.
extension Broker {
  func sendTransfer(_ call: Call) async throws -> Answer {
    let body: Wire.SendTransfer = try call.body()
    var terms = TransferTerms()
    var faults: [Fault] = []
    for (index, wire) in body.legs.enumerated() {
      var leg = TransferLeg()
      leg.action = wire.action.core
      leg.amount = wire.amount?.minor
      leg.credit = wire.credit
      leg.debit = wire.debit
      leg.pending = wire.pending
      leg.timeout = wire.timeoutMs.map { Int64($0) }
      terms.legs.append(leg)
      if let amount = wire.amount, let currency = try await currency(of: wire),
        amount.currency.core != currency
      {
        faults.append(
          Fault(
            .contradiction, at: "/legs/\(index)/amount",
            "the amount is in \(amount.currency.rawValue), the account is in "
              + "\(currency.rawValue); write it in \(currency.rawValue)"))
      }
    }
    guard faults.isEmpty else { throw Problem(faults) }
    let receipt = try await submit(.transfer(terms), call)
    // A chain has a name for each leg; one alone is named.
    let id = terms.legs.count == 1 ? terms.legs[0].pending : nil
    return accepted(
      receipt,
      id: id ?? (terms.legs.count == 1 ? TransferTerms.id(receipt.position, 0) : nil))
  }

  /// What the leg moves: of the account that is debited, nil when there is none.
  private func currency(of leg: Wire.TransferLeg) async throws -> Currency? {
    if let debit = leg.debit { return try await store.account(debit, .all)?.currency }
    guard let pending = leg.pending else { return nil }
    return try await store.transfer(pending)?.currency
  }

  func listTransfers(_ call: Call) async throws -> Answer {
    let cursor = try Cursor.read(call, count: 2)
    let before = try cursor.map {
      (position: try Cursor.number($0[0]), index: try Cursor.number($0[1]))
    }
    let rows = try await store.transfers(
      Scope(party: try call.scope.party), state: call.arguments.text("state"), before: before,
      limit: call.rows)
    return call.page(rows) {
      [String($0.position), String($0.index)]
    } item: { row in
      Wire.Transfer(
        transfer: row.id, debit: row.debit, credit: row.credit,
        amount: money(row.amount, row.currency), posted: money(row.posted, row.currency),
        state: Wire.TransferState(rawValue: row.state) ?? .pending, at: instant(row.time),
        expiresAt: row.expires.map(instant), position: Position(clamping: row.position))
    }
  }

  func listBankLines(_ call: Call) async throws -> Answer {
    let rows = try await store.bankLines(
      currency: currency(call), before: try Cursor.number(call), limit: call.rows)
    return call.page(rows) {
      [String($0.position)]
    } item: { row in
      Wire.BankLine(
        at: instant(row.time), account: row.account,
        direction: row.direction == .sent ? .sent : .received,
        amount: money(row.amount, row.currency), reference: row.reference,
        month: row.month.map(small), proposal: Position(clamping: row.proposal),
        position: Position(clamping: row.position))
    }
  }

  private func currency(_ call: Call) -> Currency? {
    call.arguments.text("currency").flatMap(Currency.init(rawValue:))
  }

  func listSettlements(_ call: Call) async throws -> Answer {
    let month =
      try call.arguments.integer("month").map { try Self.month(small($0)) }
      ?? MarketCalendar.month(of: now)
    let rows = try await store.settlements(
      Scope(party: try call.scope.party), month: month,
      from: MarketCalendar.start(ofMonth: month),
      to: MarketCalendar.start(ofMonth: MarketCalendar.month(after: month)),
      currency: currency(call), after: try Cursor.text(call), limit: call.rows)
    return call.page(rows) {
      [$0.account]
    } item: { row in
      func amount(_ minor: Int64) -> WireMoney { money(minor, row.currency) }
      return Wire.Settlement(
        account: row.account, party: row.party, month: small(month), opening: amount(row.opening),
        earned: amount(row.earned), spent: amount(row.spent), received: amount(row.received),
        sent: amount(row.sent), closing: amount(row.closing), due: amount(row.due),
        confirmed: amount(row.confirmed), open: amount(row.open))
    }
  }
}

extension Wire.TransferAction {
  var core: TransferLeg.Action {
    switch self {
    case .pay: .pay
    case .pend: .pend
    case .post: .post
    case .void: .void
    }
  }
}
