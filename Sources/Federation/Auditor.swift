import Accounts
import Leases
import Ledger
import Market
import Units

/// Somebody who keeps books of their own from what the log says happened, by the simplest means, and
/// never asks the ledger's code. Says what is wrong first.
package struct Auditor {
  private struct Pending {
    var amount: Int64
    var debit: String
    var credit: String
    var expires: Int64?
  }

  struct Purse {
    var balance: Int64 = 0
    var held: Int64 = 0
    var coming: Int64 = 0
    var limit: Int64 = 0
    var isUnlimited = false
  }

  private(set) var purses: [String: Purse] = [:]
  private var open: [String: Pending] = [:]
  private var ended: Set<String> = []
  private var seenIDs: Set<String> = []
  private var epoch: Int64 = 0
  private var time: Int64 = 0
  var sales = SalesBook()
  private(set) var position: Int64 = 0
  /// What was wrong.
  package private(set) var faults: [String] = []

  package init() {}

  var openPendings: Int { open.count }

  /// Pendings whose time was over before this moment and that nobody ended.
  func overdue(at time: Int64) -> [String] {
    open.filter { $0.value.expires.map { $0 < time } ?? false }.keys.sorted()
  }

  /// Takes the next entry and what came of it.
  mutating func take(_ entry: Entry, _ events: [Event]) {
    guard entry.position == position else {
      return blame("entry \(entry.position) follows \(position - 1)")
    }
    position += 1
    if entry.time < time { blame("entry \(entry.position) is older than the one before") }
    time = max(time, entry.time)
    if case .refused? = events.first {
      if events.count > 1 { blame("entry \(entry.position) is refused and causes something") }
      return
    }
    if !seenIDs.insert(entry.id).inserted {
      blame("the command \(entry.id) took effect twice, the second time at \(entry.position)")
    }
    if case .lead(let number) = entry.command {
      epoch = number.number
    } else if entry.epoch != epoch {
      blame("entry \(entry.position) of epoch \(entry.epoch) took effect in epoch \(epoch)")
    }
    for event in events {
      switch event {
      case .accountOpened(let account):
        purses[account.id, default: Purse()].isUnlimited = account.unlimited
        purses[account.id, default: Purse()].limit = account.creditLimit
      case .creditLimitSet(let limit):
        purses[limit.account, default: Purse()].limit = limit.amount
      case .moneyMoved(let movement): follow(movement, entry.position)
      default: break
      }
    }
    if let fault = sales.take(entry, events) { blame(fault) }
  }

  private mutating func follow(_ movement: Movement, _ at: Int64) {
    switch movement.step {
    case .pending:
      guard let id = movement.pending, open[id] == nil, !ended.contains(id) else {
        return blame("entry \(at) holds money under an id that was there")
      }
      open[id] = Pending(
        amount: movement.amount, debit: movement.debit, credit: movement.credit,
        expires: movement.expires)
      purses[movement.debit, default: Purse()].held += movement.amount
      purses[movement.credit, default: Purse()].coming += movement.amount
    case .posted: post(movement)
    case .settled, .voided, .expired:
      guard let id = movement.pending, let began = open.removeValue(forKey: id) else {
        return blame("entry \(at) ends a hold that is not open: \(movement.pending ?? "none")")
      }
      ended.insert(id)
      purses[began.debit, default: Purse()].held -= began.amount
      purses[began.credit, default: Purse()].coming -= began.amount
      guard movement.debit == began.debit, movement.credit == began.credit,
        movement.held == began.amount, (0...began.amount).contains(movement.amount)
      else { return blame("entry \(at) ends the hold \(id) otherwise than it began") }
      let isOver = began.expires.map { $0 <= time } ?? false
      if movement.step == .settled {
        if isOver { blame("entry \(at) posts the hold \(id), whose time was over") }
        post(movement)
      } else if movement.amount != 0 {
        blame("entry \(at) gives the hold \(id) back and pays of it")
      }
    }
    check(movement.debit, at)
  }

  private mutating func post(_ movement: Movement) {
    purses[movement.debit, default: Purse()].balance -= movement.amount
    purses[movement.credit, default: Purse()].balance += movement.amount
  }

  private mutating func check(_ account: String, _ at: Int64) {
    guard let purse = purses[account], !purse.isUnlimited else { return }
    if purse.balance - purse.held < -purse.limit {
      blame("entry \(at) takes \(account) below its limit")
    }
  }

  /// Compares the whole of the money with what a replica says it has.
  mutating func compare(_ accounts: [Account], pendings: Int, name: String) {
    var sums: [Int128] = Currency.allCases.map { _ in 0 }
    for account in accounts {
      let purse = purses[account.id] ?? Purse()
      sums[Currency.allCases.firstIndex(of: account.currency) ?? 0] += Int128(purse.balance)
      guard account.creditsPosted - account.debitsPosted == purse.balance,
        account.debitsPending == purse.held, account.creditsPending == purse.coming
      else { return blame("\(name) has other money on \(account.id) than its movements say") }
    }
    if sums.contains(where: { $0 != 0 }) { blame("the money of a currency does not sum to zero") }
    if pendings != open.count {
      blame("\(name) has \(pendings) holds, \(open.count) were made and not ended")
    }
  }

  mutating func blame(_ fault: String) { faults.append(fault) }
}
