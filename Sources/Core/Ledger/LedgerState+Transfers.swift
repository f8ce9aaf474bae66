import Accounts
import Market
import Units

// Transfers between parties, and accounts that close. The order of checks of a leg is fixed: see
// `Refusal.ofTransfers`.
extension Refusal {
  /// What a leg may be refused for, in the order of its checks. Of several legs the first that fails
  /// names the reason.
  package static let ofTransfers: [Refusal] = [
    .timeoutNotAllowed, .legShape, .timeoutOutOfRange, .unknownAccount, .accountOfMarket,
    .pendingIsOwn, .unknownPending, .notYours, .pendingNotByHand, .pendingPosted, .pendingVoided,
    .pendingExpired, .sameAccount, .accountClosed, .currenciesDiffer, .amountOutOfRange,
    .amountAbovePending, .tooManyPendings, .insufficientFunds, .totalOverflow,
  ]

  /// What a fault of the book is for the sender.
  init(_ fault: AccountBook.Fault) {
    switch fault {
    case .unknownAccount: self = .unknownAccount
    case .sameAccount: self = .sameAccount
    case .accountClosed: self = .accountClosed
    case .currenciesDiffer: self = .currenciesDiffer
    case .amountOutOfRange: self = .amountOutOfRange
    case .unknownPending, .pendingExists: self = .unknownPending
    case .pendingExpired: self = .pendingExpired
    case .amountAbovePending: self = .amountAbovePending
    case .tooManyPendings: self = .tooManyPendings
    case .insufficientFunds: self = .insufficientFunds
    case .totalOverflow: self = .totalOverflow
    case .stopped: self = .linkedFailed
    }
  }
}

extension LedgerState {
  mutating func transfer(
    _ terms: TransferTerms, _ principal: Principal, _ entry: Entry
  ) -> [Event] {
    fates.forget(before: time - Span.day)
    var steps: [AccountBook.Step] = []
    var ended = OrderedMap<String, TransferFate.End>()
    var fault: Refusal?
    for (index, leg) in terms.legs.enumerated() {
      let id = TransferTerms.id(entry.position, index)
      do throws(Refusal) {
        steps.append(try step(leg, id, principal, entry, ended))
      } catch {
        // An earlier leg may fail for its money: then that is the reason.
        fault = error
        steps.append(.stop)
        break
      }
      guard let pending = leg.pending else { continue }
      ended[pending] = leg.action == .post ? .posted : .voided
    }
    do throws(AccountBook.Refusal) {
      return keepFates(try accounts.apply(steps, at: time))
    } catch {
      let code = error.fault == .stopped ? fault ?? .linkedFailed : Refusal(error.fault)
      return [refused(code, .transfer, leg: error.step)]
    }
  }

  private func step(
    _ leg: TransferLeg, _ id: String, _ principal: Principal, _ entry: Entry,
    _ ended: OrderedMap<String, TransferFate.End>
  ) throws(Refusal) -> AccountBook.Step {
    guard leg.timeout == nil || leg.action == .pend else { throw .timeoutNotAllowed }
    switch leg.action {
    case .pay, .pend:
      guard let debit = leg.debit, let credit = leg.credit, let amount = leg.amount,
        leg.pending == nil, leg.action == .pay || leg.timeout != nil
      else { throw .legShape }
      if let timeout = leg.timeout {
        guard (1...TransferTerms.longest).contains(timeout),
          timeout <= Bound.time.upperBound - time
        else { throw .timeoutOutOfRange }
      }
      guard let from = accounts.accounts[debit], let to = accounts.accounts[credit] else {
        throw .unknownAccount
      }
      guard isOfParty(from), isOfParty(to) else { throw .accountOfMarket }
      guard from.party == principal.party else { throw .notYours }
      guard let timeout = leg.timeout else {
        return .post(
          debit: debit, credit: credit, amount: amount, reason: .transfer, subject: id)
      }
      return .hold(
        id: id, debit: debit, credit: credit, amount: amount, reason: .transfer, subject: id,
        expires: time + timeout)
    case .post, .void:
      guard let pending = leg.pending, leg.debit == nil, leg.credit == nil,
        leg.amount == nil || leg.action == .post
      else { throw .legShape }
      let held = try held(pending, principal, entry, ended)
      guard leg.action == .post else { return .void(id: pending, subject: pending) }
      let amount = leg.amount ?? held.amount
      guard Bound.amount.contains(amount) else { throw .amountOutOfRange }
      return .settle(id: pending, amount: amount, reason: .transfer, subject: pending)
    }
  }

  /// The account that a party spends from or is paid into; not one that others pay for.
  private func isOfParty(_ account: Account) -> Bool {
    !account.party.isEmpty && account.id == Account.id(account.party, account.currency)
  }

  /// What is set aside under this id, when its payer may end it.
  private func held(
    _ id: String, _ principal: Principal, _ entry: Entry,
    _ ended: OrderedMap<String, TransferFate.End>
  ) throws(Refusal) -> Pending {
    guard !id.hasPrefix("transfer-\(entry.position)-") else { throw .pendingIsOwn }
    func check(_ debit: String) throws(Refusal) {
      guard accounts.accounts[debit]?.party == principal.party else { throw .notYours }
    }
    guard let held = accounts.pendings[id] else {
      guard let fate = fates[id] else { throw .unknownPending }
      try check(fate.debit)
      throw Self.refusal(fate.end)
    }
    try check(held.debit)
    guard held.reason == .transfer else { throw .pendingNotByHand }
    if let end = ended[id] { throw Self.refusal(end) }
    guard !held.isOver(at: time) else { throw .pendingExpired }
    return held
  }

  private static func refusal(_ end: TransferFate.End) -> Refusal {
    switch end {
    case .posted: .pendingPosted
    case .voided: .pendingVoided
    case .expired: .pendingExpired
    }
  }

  /// Accounts with transfers that nobody posted in their time.
  package func accountsOverdue(at now: Int64) -> [String] { accounts.accountsOverdue(at: now) }

  mutating func expireTransfers(_ account: String) throws(Refusal) -> [Event] {
    guard accounts.accounts.contains(account) else { throw .unknownAccount }
    let movements = accounts.expire(account, at: time)
    guard !movements.isEmpty else { throw .nothingExpired }
    return keepFates(movements)
  }

  /// The movements as events; how transfers ended is remembered for a day.
  mutating func keepFates(_ movements: [Movement]) -> [Event] {
    for movement in movements where movement.reason == .transfer {
      guard let id = movement.pending else { continue }
      var fate = TransferFate()
      fate.id = id
      fate.debit = movement.debit
      fate.time = time
      switch movement.step {
      case .pending, .posted: continue
      case .settled: fate.end = .posted
      case .voided: fate.end = .voided
      case .expired: fate.end = .expired
      }
      fates.insert(fate)
    }
    return movements.map { .moneyMoved($0) }
  }

  // MARK: Closing

  mutating func close(_ closure: AccountClosure) throws(Refusal) -> [Event] {
    guard let account = accounts.accounts[closure.account] else { throw .unknownAccount }
    guard isOfParty(account) else { throw .accountOfMarket }
    guard !closure.closed || !isNeeded(account),
      accounts.setClosed(account.id, closure.closed) == nil
    else { throw .accountInUse }
    return [.closureSet(closure)]
  }

  /// Something of the market will pay into it or from it.
  private func isNeeded(_ account: Account) -> Bool {
    book.sites.values.contains { $0.centre == account.party && $0.currency == account.currency }
      || owed.values.contains { $0.party == account.party || $0.centre == account.party }
  }
}
