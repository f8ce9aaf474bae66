package import Units

/// The double-entry book: the only code that moves money. Per currency all balances sum to zero at
/// every moment, because each step debits one account and credits another by the same amount.
package struct AccountBook: Sendable {
  /// Pendings with a time that one account may have open, so that what expires at once is bounded.
  package static let mostTimed = 1_000

  package private(set) var accounts = OrderedMap<String, Account>()
  package private(set) var pendings = OrderedMap<String, Pending>()
  /// By the account that is debited: what has a time, the earliest first.
  private var timed = OrderedMap<String, [Timed]>()

  package init() {}

  private struct Timed: Sendable, Comparable {
    var expires: Int64
    var id: String

    static func < (left: Timed, right: Timed) -> Bool {
      (left.expires, left.id) < (right.expires, right.id)
    }
  }

  /// One step of a linked chain.
  package enum Step: Sendable {
    case post(debit: String, credit: String, amount: Int64, reason: Reason, subject: String)
    case hold(
      id: String, debit: String, credit: String, amount: Int64, reason: Reason, subject: String,
      expires: Int64? = nil)
    /// Posts `amount` of the pending, 0 included, and frees the rest.
    case settle(id: String, amount: Int64, reason: Reason, subject: String)
    case void(id: String, subject: String)
    /// Refused always: undoes the chain before it, after faults of earlier steps were found.
    case stop
  }

  /// Why a step was refused, in order of the checks.
  package enum Fault: String, Error, Sendable, CaseIterable {
    case unknownAccount
    case sameAccount
    case accountClosed
    case currenciesDiffer
    case amountOutOfRange
    case unknownPending
    case pendingExists
    case pendingExpired
    case amountAbovePending
    case tooManyPendings
    case insufficientFunds
    case totalOverflow
    case stopped
  }

  /// A fault and the step of the chain that met it, counted from 0.
  package struct Refusal: Error, Sendable, Equatable {
    package var fault: Fault
    package var step: Int
  }

  /// Adds an account; one of the same id is replaced.
  package mutating func open(_ account: Account) { accounts[account.id] = account }
  /// Takes back an account that was opened and never used.
  package mutating func close(_ id: String) { accounts[id] = nil }
  /// Puts back a pending whose sums the accounts already carry, from a snapshot.
  package mutating func restore(_ pending: Pending) { keep(pending.id, pending) }

  /// Sets how far below zero the account may go; refused when that is less than what is in use, so
  /// that no account is ever beyond its limit and every pending can be replaced.
  package mutating func setCreditLimit(_ id: String, _ amount: Int64) -> Fault? {
    guard var account = accounts[id] else { return .unknownAccount }
    account.creditLimit = amount
    guard account.unlimited || account.available >= 0 else { return .insufficientFunds }
    accounts[id] = account
    return nil
  }

  /// Closes an account that has nothing and holds nothing, or opens it again.
  package mutating func setClosed(_ id: String, _ closed: Bool) -> Fault? {
    guard let account = accounts[id] else { return .unknownAccount }
    guard
      !closed || account.balance == 0 && account.debitsPending == 0 && account.creditsPending == 0
    else { return .insufficientFunds }
    accounts[id]?.closed = closed
    return nil
  }

  /// All steps or none: the first that is refused undoes those before it. A debit that lacks funds
  /// first frees what of the same account has expired, so that not even a millisecond is held longer
  /// than it was asked for; that is among the movements.
  /// - Parameter now: time of the log; ms.
  package mutating func apply(_ steps: [Step], at now: Int64) throws(Refusal) -> [Movement] {
    var undo: [Change] = []
    var movements: [Movement] = []
    movements.reserveCapacity(steps.count)
    var done = 0
    do throws(Fault) {
      for step in steps {
        movements.append(try perform(step, now, &undo, &movements))
        done += 1
      }
    } catch {
      for change in undo.reversed() { revert(change) }
      throw Refusal(fault: error, step: done)
    }
    return movements
  }

  // MARK: Time

  /// Accounts that have something that has expired.
  package func accountsOverdue(at now: Int64) -> [String] {
    timed.keys.filter { (timed[$0]?.first?.expires ?? .max) <= now }
  }

  /// Frees what of an account has expired.
  package mutating func expire(_ account: String, at now: Int64) -> [Movement] {
    var undo: [Change] = []
    var movements: [Movement] = []
    expire(account, now, &undo, &movements)
    return movements
  }

  private mutating func expire(
    _ account: String, _ now: Int64, _ undo: inout [Change], _ movements: inout [Movement]
  ) {
    for item in timed[account] ?? [] {
      guard item.expires <= now, let pending = pendings[item.id],
        var movement = try? end(pending, 0, &undo)
      else { break }
      movement.step = .expired
      movement.subject = pending.subject
      movements.append(movement)
    }
  }

  /// Keeps or drops a pending, with its place among those that have a time.
  private mutating func keep(_ id: String, _ pending: Pending?) {
    if let before = pendings[id], let expires = before.expires {
      let item = Timed(expires: expires, id: id)
      timed[before.debit]?.removeAll { $0 == item }
      if timed[before.debit]?.isEmpty == true { timed[before.debit] = nil }
    }
    pendings[id] = pending
    guard let pending, let expires = pending.expires else { return }
    let item = Timed(expires: expires, id: id)
    var list = timed[pending.debit] ?? []
    list.insert(item, at: list.firstIndex { item < $0 } ?? list.count)
    timed[pending.debit] = list
  }

  // MARK: Steps

  private enum Change {
    case account(Account)
    case pending(String, Pending?)
  }

  private mutating func revert(_ change: Change) {
    switch change {
    case .account(let before): accounts[before.id] = before
    case .pending(let id, let before): keep(id, before)
    }
  }

  private mutating func perform(
    _ step: Step, _ now: Int64, _ undo: inout [Change], _ freed: inout [Movement]
  ) throws(Fault) -> Movement {
    var movement = Movement()
    switch step {
    case .post(let debit, let credit, let amount, let reason, let subject):
      movement = try move(debit, credit, amount, reason, now, hold: nil, &undo, &freed)
      movement.subject = subject
    case .hold(let id, let debit, let credit, let amount, let reason, let subject, let expires):
      guard pendings[id] == nil else { throw .pendingExists }
      movement = try move(
        debit, credit, amount, reason, now, hold: expires == nil ? .plain : .timed, &undo, &freed)
      movement.subject = subject
      movement.pending = id
      movement.expires = expires
      var pending = Pending()
      pending.id = id
      pending.debit = debit
      pending.credit = credit
      pending.amount = amount
      pending.expires = expires
      pending.reason = reason
      pending.subject = subject
      undo.append(.pending(id, nil))
      keep(id, pending)
    case .settle(let id, let amount, let reason, let subject):
      guard let pending = pendings[id] else { throw .unknownPending }
      guard !pending.isOver(at: now) else { throw .pendingExpired }
      movement = try end(pending, amount, &undo)
      movement.step = .settled
      movement.reason = reason
      movement.subject = subject
    case .void(let id, let subject):
      guard let pending = pendings[id] else { throw .unknownPending }
      guard !pending.isOver(at: now) else { throw .pendingExpired }
      movement = try end(pending, 0, &undo)
      movement.step = .voided
      movement.subject = subject
    case .stop: throw .stopped
    }
    return movement
  }

  private enum Kind { case plain, timed }

  private mutating func move(
    _ debit: String, _ credit: String, _ amount: Int64, _ reason: Reason, _ now: Int64,
    hold: Kind?, _ undo: inout [Change], _ freed: inout [Movement]
  ) throws(Fault) -> Movement {
    guard let debtor = accounts[debit], let creditor = accounts[credit] else {
      throw .unknownAccount
    }
    guard debit != credit else { throw .sameAccount }
    guard !debtor.closed, !creditor.closed else { throw .accountClosed }
    guard debtor.currency == creditor.currency else { throw .currenciesDiffer }
    guard Bound.amount.contains(amount) else { throw .amountOutOfRange }
    let isFull = hold == .timed && timed[debit]?.count ?? 0 >= Self.mostTimed
    if isFull || !debtor.covers(amount, reason) { expire(debit, now, &undo, &freed) }
    guard hold != .timed || timed[debit]?.count ?? 0 < Self.mostTimed else {
      throw .tooManyPendings
    }
    // What expired may have been for the creditor.
    guard var from = accounts[debit], var to = accounts[credit] else { throw .unknownAccount }
    guard from.covers(amount, reason) else { throw .insufficientFunds }
    undo.append(.account(from))
    undo.append(.account(to))
    if hold != nil {
      from.debitsPending = try sum(from.debitsPending, amount)
      to.creditsPending = try sum(to.creditsPending, amount)
    } else {
      from.debitsPosted = try sum(from.debitsPosted, amount)
      to.creditsPosted = try sum(to.creditsPosted, amount)
    }
    accounts[debit] = from
    accounts[credit] = to
    var movement = Movement()
    movement.debit = debit
    movement.credit = credit
    movement.amount = amount
    movement.reason = reason
    movement.step = hold == nil ? .posted : .pending
    return movement
  }

  /// Ends a pending by posting `amount` of it.
  private mutating func end(
    _ pending: Pending, _ amount: Int64, _ undo: inout [Change]
  ) throws(Fault) -> Movement {
    guard var from = accounts[pending.debit], var to = accounts[pending.credit] else {
      throw .unknownAccount
    }
    guard (0...pending.amount).contains(amount) else { throw .amountAbovePending }
    undo.append(.account(from))
    undo.append(.account(to))
    undo.append(.pending(pending.id, pending))
    from.debitsPending -= pending.amount
    to.creditsPending -= pending.amount
    from.debitsPosted = try sum(from.debitsPosted, amount)
    to.creditsPosted = try sum(to.creditsPosted, amount)
    accounts[pending.debit] = from
    accounts[pending.credit] = to
    keep(pending.id, nil)
    var movement = Movement()
    movement.debit = pending.debit
    movement.credit = pending.credit
    movement.amount = amount
    movement.held = pending.amount
    movement.pending = pending.id
    movement.reason = pending.reason
    return movement
  }

  /// Totals are kept to a quarter of `Int64`, so that no difference or sum of a few can overflow.
  private func sum(_ total: Int64, _ amount: Int64) throws(Fault) -> Int64 {
    let (result, over) = total.addingReportingOverflow(amount)
    guard !over, result <= Int64.max / 4 else { throw .totalOverflow }
    return result
  }

  /// What the balances of a currency sum to; always 0 (ledger.md, P3).
  package func total(_ currency: Currency) -> Int128 {
    accounts.values.reduce(0) { $1.currency == currency ? $0 + Int128($1.balance) : $0 }
  }
}

extension Account {
  /// Whether so much may be debited for this reason.
  func covers(_ amount: Int64, _ reason: Reason) -> Bool {
    if reason.needsOwnMoney { return own >= amount }
    return unlimited || available >= amount
  }
}
