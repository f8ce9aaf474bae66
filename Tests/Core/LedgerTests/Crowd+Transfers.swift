import Accounts
import Ledger
import Market
import Seeded
import Units

/// Transfers that parties might send, and some that they should not.
extension Crowd {
  mutating func transfer(_ state: LedgerState) -> Sender {
    let payers = state.principals.values.filter {
      $0.roles.contains(.trader) || $0.roles.contains(.centre)
    }
    let payer = source.pick(payers)
    let own = state.accounts.accounts.values.filter { $0.party == payer.party }.map(\.id)
    let all = state.accounts.accounts.values.filter { !$0.unlimited }.map(\.id)
    let open = state.accounts.pendings.values.filter { $0.reason == .transfer }
    var terms = TransferTerms()
    for _ in 0..<source.pick([1, 1, 1, 2, 3, 5]) {
      var leg = TransferLeg()
      leg.action = source.pick(TransferLeg.Action.allCases)
      switch leg.action {
      case .pay, .pend:
        leg.debit = source.pick(own)
        leg.credit = source.pick(all)
        leg.amount = source.pick([1, 100, 77_777, 5_000_000])
        if leg.action == .pend {
          leg.timeout = source.pick([1, Span.minute, Span.hour, 3 * Span.day])
        }
      case .post, .void:
        let mine = open.filter { own.contains($0.debit) }
        leg.pending = (mine.isEmpty ? open : mine).last?.id ?? "transfer-1-0"
        if leg.action == .post, chance(40) { leg.amount = source.pick([1, 50, 5_000_001]) }
      }
      terms.legs.append(leg)
    }
    return Sender(
      by: payer.id, role: payer.roles.contains(.trader) ? .trader : .centre,
      command: .transfer(terms))
  }

  /// Any account, swept, closed or opened.
  mutating func wildAccount(_ kind: Command.Kind, _ state: LedgerState) -> Command {
    var closure = AccountClosure()
    closure.account = key(state.accounts.accounts) ?? "a"
    closure.closed = chance(30)
    var name = AccountName()
    name.account = closure.account
    return kind == .closeAccount ? .closeAccount(closure) : .expireTransfers(name)
  }

  /// Any legs at all.
  mutating func wildTransfer(_ state: LedgerState) -> TransferTerms {
    var terms = TransferTerms()
    for _ in 0..<source.number(1...4) {
      var leg = TransferLeg()
      leg.action = source.pick(TransferLeg.Action.allCases)
      if chance(70) { leg.debit = key(state.accounts.accounts) }
      if chance(70) { leg.credit = key(state.accounts.accounts) }
      if chance(70) { leg.amount = edge(Int64.min...Int64.max) }
      if chance(40) { leg.pending = key(state.accounts.pendings) }
      if chance(40) { leg.timeout = edge(Int64.min...Int64.max) }
      terms.legs.append(leg)
    }
    return terms
  }
}
