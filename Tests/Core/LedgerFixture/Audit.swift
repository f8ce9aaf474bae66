import Accounts
package import Leases
package import Ledger
import Market
import Placement
import Units

/// An independent bookkeeper: it sees events alone, keeps its own books and compares them with the
/// ledger's after every entry.
package struct Audit: Sendable {
  private var open: [String: Movement] = [:]
  private var ended: Set<String> = []
  private var posted: [String: Int128] = [:]
  private var limits: [String: Int64] = [:]

  package init() {}

  /// How many pendings have ended.
  package var endings: Int { ended.count }

  /// The first thing that is wrong after an entry; nil when all is right.
  package mutating func fault(_ events: [Event], _ state: borrowing LedgerState) -> String? {
    for event in events {
      switch event {
      case .moneyMoved(let movement):
        if let fault = follow(movement, state) { return fault }
      case .creditLimitSet(let limit): limits[limit.account] = limit.amount
      default: break
      }
    }
    return compare(state)
  }

  /// A cell in which the end of a round sold more than was left there; nil when there is none.
  package static func oversold(_ before: LedgerState, _ after: LedgerState) -> String? {
    guard let frozen = before.frozen else { return nil }
    let old = used(before, frozen)
    let new = used(after, frozen)
    for (index, pool) in frozen.pools.enumerated() {
      for slot in 0..<frozen.grid.count {
        let sold = new[index][slot] - old[index][slot]
        let left = frozen.instance.pools[index].capacity[slot]
        guard sold <= left else { return "\(pool.id) sells \(sold) of \(left) in slot \(slot)" }
      }
    }
    return nil
  }

  private static func used(_ state: LedgerState, _ frozen: FrozenRound) -> [[Int64]] {
    var used = frozen.pools.map { _ in [Int64](repeating: 0, count: frozen.grid.count) }
    for commitment in state.commitments {
      guard let index = frozen.pools.firstIndex(where: { $0.id == commitment.pool }) else {
        continue
      }
      var slot = frozen.grid.slotsEnded(by: commitment.from)
      while slot < frozen.grid.count, frozen.grid.edges[slot] < commitment.to {
        used[index][slot] += commitment.gpus
        slot += 1
      }
    }
    return used
  }

  /// An extra that costs its tenant more than the limit, fee left out; nil when there is none.
  package static func overpriced(_ sale: ExtrasSale, _ state: LedgerState) -> String? {
    guard let key = LeaseKey(sale.lease), let lease = state.leases[key],
      let flexible = lease.flexible
    else { return "\(sale.lease) is not there" }
    let limit = Int128(flexible.limit) * 1_000 / Int128(1_000 + lease.feePermille)
    for run in sale.runs {
      let (paid, unit) = Conversion.converted(
        Int128(run.price), from: lease.siteRate, to: lease.tenantRate)
      guard lease.converts ? paid <= limit * unit : Int128(run.price) <= limit else {
        return "\(sale.lease) pays \(run.price) for an extra, its limit is \(flexible.limit)"
      }
    }
    return nil
  }

  private mutating func follow(
    _ movement: Movement, _ state: borrowing LedgerState
  ) -> String? {
    switch movement.step {
    case .pending:
      guard let id = movement.pending else { return "a pending without an id" }
      guard open[id] == nil, !ended.contains(id) else { return "pending \(id) begins twice" }
      open[id] = movement
    case .posted:
      post(movement)
    case .settled, .voided, .expired:
      guard let id = movement.pending, let began = open.removeValue(forKey: id) else {
        return "a pending ends that is not open: \(movement.pending ?? "none")"
      }
      guard movement.held == began.amount, movement.amount <= began.amount,
        movement.debit == began.debit, movement.credit == began.credit
      else { return "pending \(id) ends otherwise than it began" }
      guard movement.step == .settled || movement.amount == 0 else {
        return "pending \(id) is voided and paid"
      }
      // Nothing ends of itself before its time, nor otherwise after it.
      guard (movement.step == .expired) == (began.expires.map { $0 <= state.time } ?? false) else {
        return "pending \(id) ends as \(movement.step) at \(state.time)"
      }
      ended.insert(id)
      if movement.step == .settled { post(movement) }
    }
    return nil
  }

  private mutating func post(_ movement: Movement) {
    posted[movement.debit, default: 0] -= Int128(movement.amount)
    posted[movement.credit, default: 0] += Int128(movement.amount)
  }

  private func compare(_ state: borrowing LedgerState) -> String? {
    var balances: [Int128] = [0, 0, 0]
    var pending: [Int128] = [0, 0, 0]
    for account in state.accounts.accounts.values {
      let index = Currency.allCases.firstIndex(of: account.currency) ?? 0
      balances[index] += Int128(account.balance)
      pending[index] += Int128(account.debitsPending) - Int128(account.creditsPending)
      guard Int128(account.balance) == posted[account.id] ?? 0 else {
        return "\(account.id) has \(account.balance), its movements say \(posted[account.id] ?? 0)"
      }
      guard account.debitsPending >= 0, account.creditsPending >= 0 else {
        return "\(account.id) has less than nothing pending"
      }
      if !account.unlimited {
        let limit = limits[account.id] ?? 0
        guard account.creditLimit == limit,
          account.balance - account.debitsPending >= -limit
        else { return "\(account.id) is beyond its limit" }
      }
    }
    guard balances.allSatisfy({ $0 == 0 }) else { return "balances sum to \(balances)" }
    guard pending.allSatisfy({ $0 == 0 }) else { return "pendings differ by \(pending)" }
    guard open.count == state.accounts.pendings.count else {
      return "\(open.count) pendings are open, the ledger has \(state.accounts.pendings.count)"
    }
    return nil
  }
}
