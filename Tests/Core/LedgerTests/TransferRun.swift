import Accounts
import Ledger
import LedgerFixture
import Market
import Seeded
import Units

/// Random chains of transfers, each told beforehand by a model that shares nothing with the ledger:
/// it frees what expires the moment that it does, and looks at one leg after another on a copy.
struct TransferRun {
  private(set) var count = 0
  private(set) var accepted = 0
  /// Legs that set aside.
  private(set) var pendings = 0
  private(set) var met: [Refusal: Int] = [:]
  private var hall: Hall
  private var source: Source
  private var model = TransferModel()
  private let traders: [(party: String, principal: String)]
  /// Names of legs that set aside, lately.
  private var names: [String] = ["transfer-1-0"]
  private var mine: [String: [String]] = [:]

  init(seed: UInt64) throws {
    hall = try Hall()
    hall.exchange.remembers = false
    source = Source(seed)
    let other = try hall.exchange.tenant("ust", .hkd, money: 5_000)
    let closed = try hall.exchange.tenant("gone", .hkd, money: 0)
    _ = try Exchange.accepted(try hall.close("gone:hkd"))
    let bid = try hall.bid(hall.block(1, quarters: 1, limit: 100), by: hall.hku)
    names.append(hall.exchange.state.book.bids[bid]?.hold ?? "")
    traders = [("hku", hall.hku), ("thu", hall.thu), ("ust", other), ("gone", closed)]
    for account in hall.exchange.state.accounts.accounts.values {
      model.accounts[account.id] = TransferModel.Purse(
        party: account.party, currency: account.currency.rawValue, balance: account.balance,
        held: account.debitsPending, closed: account.closed)
    }
    model.others = Set(hall.exchange.state.accounts.pendings.keys)
    model.payers = [names[1]: "hku"]
  }

  /// One chain; what is wrong with what the ledger made of it.
  mutating func step() throws -> String? {
    count += 1
    hall.exchange.time += source.pick([
      0, 0, 1, 999, 1_000, 60_000, source.pick([0, 600_000, 40_000_000]),
    ])
    let sender = traders[source.pick([0, 0, 0, 1, 1, 2, 2, 2, 3])]
    let terms = chain(sender.party)
    let position = hall.exchange.state.position
    let expected = model.apply(
      terms, party: sender.party, position: position, now: hall.exchange.time)
    let events = try hall.exchange.send(.transfer(terms), by: sender.principal, as: .trader)
    if case .refused(let refused)? = events.first {
      met[refused.code, default: 0] += 1
      guard let expected, expected.leg == refused.leg,
        expected.code == refused.code || Self.isForgotten(expected.code, refused.code)
      else {
        return "\(refused), the model says \(String(describing: expected)): \(terms)"
      }
    } else {
      accepted += 1
      guard expected == nil else { return "taken, the model says \(String(describing: expected))" }
      for (index, leg) in terms.legs.enumerated() where leg.action == .pend {
        pendings += 1
        names.append(TransferTerms.id(position, index))
        mine[sender.party, default: []].append(TransferTerms.id(position, index))
      }
    }
    return compare()
  }

  /// What expired is forgotten a day after somebody noticed, which the model does not follow.
  private static func isForgotten(_ one: Refusal, _ other: Refusal) -> Bool {
    let codes: Set<Refusal> = [one, other]
    return codes.contains(.unknownPending)
      && codes.isSubset(of: [.unknownPending, .pendingExpired, .notYours])
  }

  private func compare() -> String? {
    let book = hall.exchange.state.accounts
    for account in book.accounts.values {
      guard let purse = model.accounts[account.id] else { return "\(account.id) is not known" }
      var held = account.debitsPending
      for pending in book.pendings.values
      where pending.debit == account.id && (pending.expires ?? .max) <= hall.exchange.time {
        held -= pending.amount
      }
      guard account.balance == purse.balance, held == purse.held else {
        return "\(account.id) has \(account.balance), holds \(held); the model \(purse)"
      }
    }
    return nil
  }

  private mutating func chain(_ party: String) -> TransferTerms {
    var terms = TransferTerms()
    let own = party == "thu" ? "thu:cny" : "\(party):hkd"
    let other = ["hku:hkd", "ust:hkd", "thu:cny", "cyber:hkd", "qian:cny"]
    let near =
      party == "thu" ? ["qian:cny"] : ["cyber:hkd", party == "hku" ? "ust:hkd" : "hku:hkd"]
    let strange = ["gone:hkd", "fees:hkd", "nobody:hkd"]
    for _ in 0..<source.pick([1, 1, 1, 2, 3]) {
      var leg = TransferLeg()
      leg.action = source.pick([.pay, .pend, .pend, .post, .void])
      switch leg.action {
      case .pay, .pend:
        leg.debit = source.next() % 20 > 0 ? own : source.pick(other + strange)
        leg.credit = source.pick(source.next() % 10 > 0 ? near : other + strange)
        leg.amount = source.pick([1, 10, 99, 500, source.pick([40_000_000, 0, -1])])
        if leg.action == .pend {
          leg.timeout = source.pick([1, 1_000, 600_000, 90_000_000, source.pick([0, .max, 500])])
        }
      case .post, .void:
        leg.pending = source.pick(
          Array(mine[party, default: names].suffix(6)) + [source.pick(names)])
        if source.next() % 40 == 0 {
          leg.pending = TransferTerms.id(hall.exchange.state.position, 0)
        }
        if leg.action == .post, source.next() % 3 == 0 {
          leg.amount = source.pick([1, 10, 999, 5_001, 0])
        }
      }
      switch source.next() % 60 {
      case 0: leg.timeout = 5
      case 1: leg.amount = nil
      case 2: leg.pending = "transfer-1-0"
      default: break
      }
      terms.legs.append(leg)
    }
    return terms
  }
}

/// The rules of transfers, written down a second time.
struct TransferModel {
  struct Purse {
    var party: String
    var currency: String
    var balance: Int64
    var held: Int64
    var closed: Bool
  }

  struct Promise {
    var debit: String
    var credit: String
    var amount: Int64
    var expires: Int64
    var end: (code: Refusal, at: Int64)?
  }

  var accounts: [String: Purse] = [:]
  var promises: [String: Promise] = [:]
  /// Pendings of bids, and whose they are.
  var others: Set<String> = []
  var payers: [String: String] = [:]

  /// The first leg that must fail and why; nil when all is done.
  mutating func apply(
    _ terms: TransferTerms, party: String, position: Int64, now: Int64
  ) -> (leg: Int, code: Refusal)? {
    for (id, promise) in promises where promise.end == nil && promise.expires <= now {
      accounts[promise.debit]?.held -= promise.amount
      promises[id]?.end = (.pendingExpired, .max)
    }
    promises = promises.filter { $0.value.end == nil || $0.value.expires > now - 10 * 86_400_000 }
    var trial = self
    for (index, leg) in terms.legs.enumerated() {
      let name = "transfer-\(position)-\(index)"
      if let code = trial.apply(leg, name, party, position, now) { return (index, code) }
    }
    self = trial
    return nil
  }

  private mutating func apply(
    _ leg: TransferLeg, _ name: String, _ party: String, _ position: Int64, _ now: Int64
  ) -> Refusal? {
    if leg.timeout != nil, leg.action != .pend { return .timeoutNotAllowed }
    if leg.action == .post || leg.action == .void {
      guard leg.debit == nil, leg.credit == nil, let id = leg.pending,
        !(leg.action == .void && leg.amount != nil)
      else { return .legShape }
      return end(id, leg, party, position, now)
    }
    guard let debit = leg.debit, let credit = leg.credit, let amount = leg.amount,
      leg.pending == nil, (leg.timeout != nil) == (leg.action == .pend)
    else { return .legShape }
    if let timeout = leg.timeout, timeout < 1 || timeout > 366 * 86_400_000 {
      return .timeoutOutOfRange
    }
    guard let from = accounts[debit], let to = accounts[credit] else { return .unknownAccount }
    if from.party.isEmpty || to.party.isEmpty { return .accountOfMarket }
    if from.party != party { return .notYours }
    if debit == credit { return .sameAccount }
    if from.closed || to.closed { return .accountClosed }
    if from.currency != to.currency { return .currenciesDiffer }
    if amount < 1 || amount > 1_000_000_000_000_000 { return .amountOutOfRange }
    if from.balance - from.held < amount { return .insufficientFunds }
    if let timeout = leg.timeout {
      accounts[debit]?.held += amount
      promises[name] = Promise(
        debit: debit, credit: credit, amount: amount, expires: now + timeout)
    } else {
      accounts[debit]?.balance -= amount
      accounts[credit]?.balance += amount
    }
    return nil
  }

  private mutating func end(
    _ id: String, _ leg: TransferLeg, _ party: String, _ position: Int64, _ now: Int64
  ) -> Refusal? {
    if id.hasPrefix("transfer-\(position)-") { return .pendingIsOwn }
    if others.contains(id) { return payers[id] == party ? .pendingNotByHand : .notYours }
    guard let promise = promises[id] else { return .unknownPending }
    if let end = promise.end, end.at < now - 86_400_000 { return .unknownPending }
    if accounts[promise.debit]?.party != party { return .notYours }
    if let end = promise.end { return end.code }
    let amount = leg.amount ?? promise.amount
    if leg.action == .post {
      if amount < 1 || amount > 1_000_000_000_000_000 { return .amountOutOfRange }
      if amount > promise.amount { return .amountAbovePending }
      accounts[promise.debit]?.balance -= amount
      accounts[promise.credit]?.balance += amount
    }
    accounts[promise.debit]?.held -= promise.amount
    promises[id]?.end = (leg.action == .post ? .pendingPosted : .pendingVoided, now)
    return nil
  }
}
