package import Units

/// The double-entry book: the only code that moves money. Per currency all balances sum to zero at
/// every moment, because each step debits one account and credits another by the same amount.
package struct AccountBook: Sendable {
  package private(set) var accounts = OrderedMap<String, Account>()
  package private(set) var pendings = OrderedMap<String, Pending>()

  package init() {}

  /// One step of a linked chain.
  package enum Step: Sendable {
    case post(debit: String, credit: String, amount: Int64, reason: Reason, subject: String)
    case hold(
      id: String, debit: String, credit: String, amount: Int64, reason: Reason, subject: String)
    /// Posts `amount` of the pending, 0 included, and frees the rest.
    case settle(id: String, amount: Int64, reason: Reason, subject: String)
    case void(id: String, subject: String)
  }

  /// Why a step was refused, in order of the checks.
  package enum Fault: String, Error, Sendable, CaseIterable {
    case unknownAccount
    case sameAccount
    case currenciesDiffer
    case amountOutOfRange
    case unknownPending
    case pendingExists
    case amountAbovePending
    case insufficientFunds
    case totalOverflow
  }

  /// Adds an account; one of the same id is replaced.
  package mutating func open(_ account: Account) { accounts[account.id] = account }
  /// Takes back an account that was opened and never used.
  package mutating func close(_ id: String) { accounts[id] = nil }
  /// Puts back a pending whose sums the accounts already carry, from a snapshot.
  package mutating func restore(_ pending: Pending) { pendings[pending.id] = pending }

  /// Sets how far below zero the account may go; refused when that is less than what is in use, so
  /// that no account is ever beyond its limit and every pending can be replaced.
  package mutating func setCreditLimit(_ id: String, _ amount: Int64) -> Fault? {
    guard var account = accounts[id] else { return .unknownAccount }
    account.creditLimit = amount
    guard account.unlimited || account.available >= 0 else { return .insufficientFunds }
    accounts[id] = account
    return nil
  }

  /// All steps or none: the first that is refused undoes those before it.
  package mutating func apply(_ steps: [Step]) throws(Fault) -> [Movement] {
    var undo: [Change] = []
    var movements: [Movement] = []
    movements.reserveCapacity(steps.count)
    do {
      for step in steps { movements.append(try perform(step, &undo)) }
    } catch {
      for change in undo.reversed() { revert(change) }
      throw error
    }
    return movements
  }

  private enum Change {
    case account(Account)
    case pending(String, Pending?)
  }

  private mutating func revert(_ change: Change) {
    switch change {
    case .account(let before): accounts[before.id] = before
    case .pending(let id, let before): pendings[id] = before
    }
  }

  private mutating func perform(_ step: Step, _ undo: inout [Change]) throws(Fault) -> Movement {
    var movement = Movement()
    switch step {
    case .post(let debit, let credit, let amount, let reason, let subject):
      movement = try move(debit, credit, amount, pending: false, &undo)
      movement.reason = reason
      movement.subject = subject
    case .hold(let id, let debit, let credit, let amount, let reason, let subject):
      guard pendings[id] == nil else { throw .pendingExists }
      movement = try move(debit, credit, amount, pending: true, &undo)
      movement.reason = reason
      movement.subject = subject
      movement.pending = id
      var pending = Pending()
      pending.id = id
      pending.debit = debit
      pending.credit = credit
      pending.amount = amount
      pending.reason = reason
      undo.append(.pending(id, nil))
      pendings[id] = pending
    case .settle(let id, let amount, let reason, let subject):
      movement = try end(id, amount, &undo)
      movement.step = .settled
      movement.reason = reason
      movement.subject = subject
    case .void(let id, let subject):
      movement = try end(id, 0, &undo)
      movement.step = .voided
      movement.subject = subject
    }
    return movement
  }

  private mutating func move(
    _ debit: String, _ credit: String, _ amount: Int64, pending: Bool, _ undo: inout [Change]
  ) throws(Fault) -> Movement {
    guard var from = accounts[debit], var to = accounts[credit] else { throw .unknownAccount }
    guard debit != credit else { throw .sameAccount }
    guard from.currency == to.currency else { throw .currenciesDiffer }
    guard Bound.amount.contains(amount) else { throw .amountOutOfRange }
    guard from.unlimited || from.available >= amount else { throw .insufficientFunds }
    undo.append(.account(from))
    undo.append(.account(to))
    if pending {
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
    movement.step = pending ? .pending : .posted
    return movement
  }

  /// Ends a pending by posting `amount` of it.
  private mutating func end(
    _ id: String, _ amount: Int64, _ undo: inout [Change]
  ) throws(Fault) -> Movement {
    guard let pending = pendings[id] else { throw .unknownPending }
    guard var from = accounts[pending.debit], var to = accounts[pending.credit] else {
      throw .unknownAccount
    }
    guard (0...pending.amount).contains(amount) else { throw .amountAbovePending }
    undo.append(.account(from))
    undo.append(.account(to))
    undo.append(.pending(id, pending))
    from.debitsPending -= pending.amount
    to.creditsPending -= pending.amount
    from.debitsPosted = try sum(from.debitsPosted, amount)
    to.creditsPosted = try sum(to.creditsPosted, amount)
    accounts[pending.debit] = from
    accounts[pending.credit] = to
    pendings[id] = nil
    var movement = Movement()
    movement.debit = pending.debit
    movement.credit = pending.credit
    movement.amount = amount
    movement.held = pending.amount
    movement.pending = id
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
