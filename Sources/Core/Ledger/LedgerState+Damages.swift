import Accounts
import Leases
import Market
import Units

// What a centre at fault owes for capacity that it did not deliver (clearing.md, 10.4). It comes out
// of what the centre has yet to receive, each charge that it is paid for being passed on in the same
// entry; what that does not cover comes off its account when a round closes; and while even that is
// too little, its sites sell nothing.
extension LedgerState {
  /// Notes what is owed for hours that stay undelivered.
  mutating func owe(
    _ move: Move, to party: String, _ currency: Currency, _ number: Int64
  ) -> [Event] {
    let amount = Int128(move.billed) * Int128(rules.damagesPermille) / 4_000
    guard move.cause == .breach, amount > 0 else { return [] }
    var due = owed[number] ?? Damages()
    due.amount += Int64(min(amount, Int128(Bound.amount.upperBound / 2)))
    due.centre = move.centre
    due.currency = currency
    due.dueAt = move.lostAt + Damages.grace
    due.lease = move.lease
    due.number = number
    due.party = party
    due.pool = move.pool
    due.siteCurrency = move.siteCurrency
    due.siteRate = move.siteRate
    due.tenantRate = move.tenantRate
    owed[number] = due
    return [.damagesDue(due)]
  }

  /// The same for the GPUs that the rest of a lease goes without in its new place.
  mutating func oweLacking(_ deal: Deal) -> [Event] {
    let (part, whole) = deal.firmGPUs
    guard let move = deal.bid.moved, part < whole else { return [] }
    return owe(
      move.share(whole - part, of: whole), to: deal.bid.party, deal.bid.currency, deal.bid.seq)
  }

  /// What is due by now and passes what its centre has yet to receive, in the order in which it was
  /// found.
  var unsecured: [(due: Damages, rest: Int64)] {
    var receipts = OrderedMap<String, Int64>()
    return owed.values.compactMap { due in
      guard due.dueAt <= time else { return nil }
      let payer = Account.id(due.centre, due.siteCurrency)
      let left = receipts[payer] ?? accounts.accounts[payer]?.creditsPending ?? 0
      let rest = due.amount - due.paid
      receipts[payer] = max(0, left - rest)
      return rest > left ? (due, rest - left) : nil
    }
  }

  /// Before a round closes, what is not secured is paid off the account.
  mutating func payDamages() -> [Event] {
    unsecured.flatMap { pay($0.due, atMost: $0.rest) }
  }

  /// Passes on what a centre has just received to those whom it owes.
  mutating func passOn(
    _ received: Int64, of centre: String, _ currency: Currency
  ) -> [Event] {
    var left = received
    var events: [Event] = []
    for due in owed.values
    where left > 0 && due.centre == centre && due.siteCurrency == currency && due.dueAt <= time {
      events += pay(due, atMost: left)
      left -= (owed[due.number]?.paid ?? due.amount) - due.paid
    }
    return events
  }

  /// Pays of what is owed as much as the centre has.
  private mutating func pay(_ due: Damages, atMost limit: Int64) -> [Event] {
    let payer = Account.id(due.centre, due.siteCurrency)
    let free = max(0, accounts.accounts[payer]?.available ?? 0)
    let amount = min(due.amount - due.paid, free, limit)
    guard amount > 0 else { return [] }
    let (own, unit) = Conversion.converted(Int128(amount), from: due.siteRate, to: due.tenantRate)
    let steps = AccountBook.Step.payment(
      from: (due.centre, due.siteCurrency, amount),
      to: (due.party, due.currency, Int64(clamping: own / unit)),
      reason: .damages, subject: due.lease)
    guard let moved = try? move(steps) else { return [] }
    var paid = due
    paid.paid += amount
    owed[due.number] = paid.paid < paid.amount ? paid : nil
    return moved + [.damagesDue(paid)]
  }

  // MARK: Nobody's fault

  /// Two persons declare that what was lost on a pool in a time, and counts as a breach so far, is
  /// nobody's fault: no damages, and no dearer place at the centre's expense. What was placed
  /// meanwhile stands.
  /// - Returns: nothing when there is no such breach.
  mutating func excuse(_ terms: ReclaimTerms) throws(Refusal) -> [Event] {
    let pool = "\(terms.site):\(terms.pool)"
    func fits(_ lost: Int64) -> Bool {
      terms.from <= lost && lost < terms.to && time < lost + Damages.grace
    }
    var excused = OrderedMap<String, Bool>()
    var events: [Event] = []
    for key in displaced.keys {
      guard displaced[key]?.cause == .breach, let lease = leases[key], lease.pool == pool,
        fits(lease.end)
      else { continue }
      displaced[key]?.cause = .loss
      excused[lease.id] = true
      var change = LeaseChanged()
      change.cause = .loss
      change.endedAt = lease.endedAt
      change.lease = lease.id
      change.phase = lease.phase
      events.append(.leaseChanged(change))
    }
    for var bid in book.bids.values {
      guard let move = bid.moved, move.cause == .breach, move.pool == pool, fits(move.lostAt) else {
        continue
      }
      bid.moved?.cause = .loss
      bid.moved?.cover = 0
      excused[move.lease] = true
      if move.cover > 0 {
        events += try self.move([.void(id: bid.coverHold, subject: bid.id)])
      }
      book.bids[bid.seq] = bid
      events.append(.bidChanged(bid))
    }
    for var due in owed.values where due.pool == pool && fits(due.dueAt - Damages.grace) {
      owed[due.number] = nil
      excused[due.lease] = true
      due.amount = due.paid
      events.append(.damagesDue(due))
    }
    guard !excused.isEmpty else { return [] }
    var reclaimed = CapacityReclaimed()
    reclaimed.declared = true
    reclaimed.excused = true
    reclaimed.from = terms.from
    reclaimed.gpus = terms.gpus
    reclaimed.leases = excused.keys
    reclaimed.pool = pool
    reclaimed.to = terms.to
    return [.capacityReclaimed(reclaimed)] + events
  }
}
