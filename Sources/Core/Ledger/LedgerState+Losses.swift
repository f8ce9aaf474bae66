import Accounts
import Leases
package import Market
import Placement
package import Units

/// A lease that lost its place and is not yet a bid again.
package struct Displaced: Sendable, Equatable, Record {
  /// Its site named it and will not deliver: it is placed elsewhere or not at all.
  package var abandoned = false
  package var cause: LossCause = .reclaimed
  package var lease = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.flag("abandoned", &abandoned)
    try codec.choice("cause", &cause)
    try codec.text("lease", &lease, .id)
  }
}

/// A bid whose leases are live: what they may be placed on again.
package struct FilledBid: Sendable, Equatable, Record {
  package var bid = Bid()
  /// How many are live.
  package var leases: Int64 = 0

  package init() {}

  init(_ bid: Bid, leases: Int) {
    self.bid = bid
    self.leases = Int64(leases)
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.record("bid", &bid)
    try codec.int("leases", &leases, 0...64)
  }
}

// Capacity that is taken back or lost, and what becomes of the leases on it (clearing.md, 10).
extension LedgerState {
  mutating func reclaim(
    _ terms: ReclaimTerms, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    try authorise(terms.site, principal, entry)
    return try lose(terms, declared: false)
  }

  mutating func declareLoss(_ terms: ReclaimTerms) throws(Refusal) -> [Event] {
    guard book.sites.contains(terms.site) else { throw .unknownSite }
    guard !round.isClosed else { throw .roundStillClosed }
    guard time < terms.from + Damages.grace else { throw .lossTooLate }
    let excused = try excuse(terms)
    return excused.isEmpty ? try lose(terms, declared: true) : excused
  }

  private mutating func lose(_ terms: ReclaimTerms, declared: Bool) throws(Refusal) -> [Event] {
    // What is being cleared was frozen with this capacity; a round is not closed for long.
    guard !round.isClosed else { throw .roundStillClosed }
    let now = (time + Span.quarter - 1) / Span.quarter * Span.quarter
    let from = max(terms.from, now)
    guard terms.from < terms.to, terms.from.isMultiple(of: Span.quarter),
      terms.to.isMultiple(of: Span.quarter)
    else { throw .windowEmpty }
    guard from < terms.to, terms.to <= time + 2 * 366 * Span.day else { throw .windowPast }
    let shape = book.offers[terms.site]?.pools.first { $0.name == terms.pool }
    let pool = "\(terms.site):\(terms.pool)"
    let holders = holders(of: pool, from: from)
    guard shape != nil || !holders.isEmpty else { throw .noOffer }
    guard terms.gpus.isMultiple(of: shape?.unit ?? 1) else { throw .notMultipleOfUnit }

    let caps = book.caps[pool]
    let spans = shape?.spans ?? []
    let shortage = Shortage(
      of: terms.gpus, from: from, to: terms.to, holders: holders,
      changes: spans.flatMap { [$0.from, $0.to] }
        + (caps?.spans.flatMap { [$0.from, $0.to] } ?? [])
    ) { time in
      let offered = spans.first { $0.from <= time && time < $0.to }?.gpus ?? 0
      return min(offered, caps?.gpus(at: time) ?? offered)
    }
    var reclaimed = CapacityReclaimed()
    reclaimed.declared = declared
    reclaimed.from = from
    reclaimed.gpus = terms.gpus
    reclaimed.pool = pool
    reclaimed.to = terms.to
    reclaimed.leases = shortage.lost.map { holders[$0.holder].lease.id }
    var cap = caps ?? CapacityCap()
    cap.pool = pool
    cap.set(shortage.capSpans)
    let cuts = try cutExtras(shortage, holders, from)
    book.caps[pool] = cap
    let gone = shortage.lost.map { hit in
      let lease = leases[holders[hit.holder].key] ?? holders[hit.holder].lease
      // The class that counts is that of the trade.
      let noticed = lease.reclaim.map { hit.from >= time + $0 } ?? false
      return displace(
        holders[hit.holder].key, lease, from: hit.from,
        declared ? .loss : noticed ? .reclaimed : .breach)
    }
    return [.capacityReclaimed(reclaimed)] + cuts + gone
  }

  private func holders(of pool: String, from: Int64) -> [Shortage.Holder] {
    zip(leases.keys, leases.values).compactMap { key, lease in
      // Who has given back has nothing to lose; it is charged for all of it.
      guard lease.pool == pool, lease.end > from, lease.end == lease.tradedEnd else { return nil }
      let rate = Conversion.Value(rate: lease.tenantRate, feePermille: lease.feePermille)
      let worth = rate.perGPUHour(
        limit: lease.flexible?.limit ?? 0, latencyPrice: lease.flexible?.distance ?? 0,
        roundTrip: 1)
      return Shortage.Holder(key: key, lease: lease, worth: worth)
    }
  }

  /// Extras that go: their money is set aside for later ones again.
  private mutating func cutExtras(
    _ shortage: Shortage, _ holders: [Shortage.Holder], _ from: Int64
  ) throws(Refusal) -> [Event] {
    var events: [Event] = []
    var steps: [AccountBook.Step] = []
    var changed: [(key: LeaseKey, lease: Lease)] = []
    for (index, holder) in holders.enumerated() {
      guard let runs = shortage.extrasLeft(index) else { continue }
      var lease = holder.lease
      var cut = ExtrasCut()
      cut.from = from
      cut.lease = lease.id
      cut.order = lease.order
      cut.party = lease.party
      cut.runs = runs
      let kept = PriceRun.clipped(lease.extras, before: from) + runs
      let billed = PriceRun.billed(lease.runs + kept, before: .max)
      // An award pays for no elastic lease: its share is 0 here.
      let (tenant, _, site, fee) = freed(lease, billed: billed)
      cut.billed = max(0, lease.money.billed - billed)
      cut.tenant = tenant
      cut.site = site
      cut.fee = fee
      steps += lease.exchangeExtras(
        windowQuarters: rules.windowHours * 4, freed: tenant + fee
      ) { $0.take(cut) }
      changed.append((key: holder.key, lease: lease))
      events.append(.extrasCut(cut))
    }
    let moved = try move(steps)
    for (key, lease) in changed { leases[key] = lease }
    return moved + events
  }

  /// What each leg has beyond a bill of so much in all.
  private func freed(
    _ lease: Lease, billed: Int64, shared: Int64 = 0
  ) -> (tenant: Int64, fund: Int64, site: Int64, fee: Int64) {
    let money = lease.money
    guard
      let bill = Bill(
        sum: Int128(billed), share: Int128(shared), siteRate: lease.siteRate,
        tenantRate: lease.tenantRate, converts: lease.converts, feePermille: lease.feePermille)
    else { return (0, 0, 0, 0) }
    func spare(_ held: Int64, _ paid: Int64, _ needed: Int64) -> Int64 {
      max(0, min(held, held + paid - needed))
    }
    let tenant = spare(money.tenantHeld, money.tenantPaid, bill.tenant)
    let fund = spare(money.fundHeld, money.fundPaid, bill.fund)
    return (
      tenant, fund,
      lease.converts ? spare(money.siteHeld, money.sitePaid, bill.site) : tenant + fund,
      spare(money.feeHeld, money.feePaid, bill.fee)
    )
  }

  /// The lease runs to this time; nothing is charged for what comes after.
  mutating func displace(
    _ key: LeaseKey, _ old: Lease, from: Int64, _ cause: LossCause, abandoned: Bool = false
  ) -> Event {
    var lease = old
    lease.endedAt = from
    leases[key] = lease
    var displaced = Displaced()
    displaced.abandoned = abandoned
    displaced.cause = cause
    displaced.lease = lease.id
    self.displaced[key] = displaced
    var change = LeaseChanged()
    change.cause = displaced.cause
    change.endedAt = from
    change.lease = lease.id
    change.phase = lease.phase
    return .leaseChanged(change)
  }

  // MARK: Another place

  /// The rest of the lease becomes a bid; the money of the rest is its hold.
  mutating func moveLease(_ id: String, _ entry: Entry) throws(Refusal) -> [Event] {
    guard let key = LeaseKey(id), var lease = leases[key], let lost = displaced[key],
      let ended = lease.endedAt
    else { throw .unknownLease }
    let left = rest(of: lease, from: ended)
    let kept = PriceRun.billed(lease.runs + lease.extras, before: ended)
    let keptRuns = PriceRun.clipped(lease.runs, before: ended)
    let shared = PriceRun.shared(keptRuns)
    let (tenant, fund, site, fee) = freed(lease, billed: kept, shared: shared)
    var amount = tenant + fee + (lease.flexible?.held ?? 0)
    var steps = lease.releaseExtras() + lease.releaseSteps()
    lease.money.billed = kept
    lease.money.shared = shared
    lease.money.tenantHeld -= tenant
    lease.money.fundHeld -= fund
    lease.money.siteHeld -= site
    lease.money.feeHeld -= fee
    steps += lease.holdSteps()
    var bid = left.flatMap { moved(lease, lost, $0, entry) }
    let sold = lease.gpuTime
    let draw = bid.flatMap { self.draw(on: $0, freed: (fund, sold - PriceRun.gpuTime(keptRuns))) }
    // Without its award's share a place is beyond what its tenant paid.
    if bid?.subsidy != nil, draw == nil { bid = nil }
    bid?.subsidy = draw?.terms
    // Hours before the next round sells are lost in any case, and all if there is no bid.
    let gone =
      PriceRun.billed(lease.runs, before: bid?.terms.earliest ?? .max)
      - PriceRun.billed(lease.runs, before: ended)
    let move = move(of: lease, lost.cause, billed: gone)
    let lostAll = PriceRun.billed(lease.runs, before: .max)
    let back = lease.returnExcess(
      of: lostAll - PriceRun.billed(lease.runs, before: ended), in: lostAll, freed: amount)
    amount -= back.tenant
    steps += back.steps(lease)
    lease.flexible = nil
    // What is left of it is the new bid's alone.
    lease.runs = keptRuns
    lease.extras = PriceRun.clipped(lease.extras, before: ended)
    if let bid { amount += slack(bid) }
    if let cover = bid.flatMap({ cover(of: $0) }) {
      bid?.moved?.cover = cover.amount
      steps.append(cover.step)
    }
    if let bid, amount > 0 {
      steps.append(
        .hold(
          id: bid.hold, debit: Account.id(lease.party, lease.currency),
          credit: Account.id(SystemAccount.clearing.rawValue, lease.currency), amount: amount,
          reason: .hold, subject: bid.id))
    }
    if let bid, let draw { steps.append(hold(draw, for: bid)) }
    var events = try self.move(steps)
    giveBack(sold - lease.gpuTime, of: lease)
    if let draw { take(draw.taken, from: draw.terms) }
    leases[key] = lease
    displaced[key] = nil
    plan(lease: id)
    if let bid {
      book.bids[bid.seq] = bid
      openBids[bid.party, default: 0] += 1
      events = [.bidPlaced(bid)] + events
    }
    return events + owe(move, to: lease.party, lease.currency, entry.position)
  }

  /// The firm hours that are lost and that a round can still sell elsewhere.
  private func rest(of lease: Lease, from: Int64) -> PriceRun? {
    let first = max(from, lease.start, Grid(closing: max(roundDue, time), rules: rules).start)
    guard let run = lease.runs.first(where: { $0.to > first }), let last = lease.runs.last,
      (last.to - first) / Span.quarter >= 1
    else { return nil }
    return PriceRun(from: first, to: last.to, gpus: run.gpus, price: 0)
  }

  private func moved(
    _ lease: Lease, _ lost: Displaced, _ left: PriceRun, _ entry: Entry
  ) -> Bid? {
    guard let origin = filled[lease.bid]?.bid,
      origin.terms.alternatives.indices.contains(lease.alternative)
    else { return nil }
    var bid = origin
    bid.cancelled = false
    bid.order = entry.id
    bid.placedAt = time
    bid.seq = entry.position
    var alternative = origin.terms.alternatives[lease.alternative]
    alternative.least = left.gpus
    alternative.gpus = left.gpus
    if bid.terms.kind == .elastic { alternative.gpus += lease.flexible?.room ?? 0 }
    alternative.quarters = (left.to - left.from) / Span.quarter
    bid.terms.alternatives = bid.terms.shapes(for: alternative)
    bid.terms.earliest = left.from
    bid.terms.latestEnd = left.to + (bid.terms.ifDisplaced?.maxGap ?? 0)
    if let award = bid.terms.award.flatMap(Award.seq(of:)).flatMap({ scheme.awards[$0] }) {
      bid.terms.latestEnd = max(left.to, min(bid.terms.latestEnd, award.until))
    }
    if !bid.terms.mayLeaveSite { bid.terms.whereabouts.sites = [lease.site] }
    if lost.abandoned, !bid.terms.whereabouts.leave(lease.site) { return nil }
    // What the tenant pays by itself: an award pays the share of the ask where it comes to.
    func own(_ runs: [PriceRun]) -> Int64 {
      PriceRun.billed(runs, before: .max) - PriceRun.shared(runs)
    }
    let before = PriceRun.clipped(lease.runs, before: left.from)
    bid.moved = move(of: lease, lost.cause, billed: own(lease.runs) - own(before))
    return bid
  }

  /// The last minor units that let it pay the price that it had, if its tenant has them.
  private func slack(_ bid: Bid) -> Int64 {
    guard let move = bid.moved, let rate = book.rate(bid.currency, at: time),
      let account = accounts.accounts[Account.id(bid.party, bid.currency)]
    else { return 0 }
    let needed = move.slack(gpuQuarters: bid.lostGPUQuarters, rate)
    return needed <= account.available ? needed : 0
  }

  private func move(of lease: Lease, _ cause: LossCause, billed: Int64) -> Move {
    var move = Move()
    // What another centre at fault paid of it is not the tenant's.
    move.billed = lease.excess.map { $0.own(of: billed) } ?? billed
    move.cause = cause
    move.centre = lease.centre
    move.feePermille = lease.feePermille
    move.lease = lease.id
    move.lostAt = lease.end
    move.pool = lease.pool
    move.siteCurrency = lease.siteCurrency
    move.siteRate = lease.siteRate
    move.tenantRate = lease.tenantRate
    return move
  }
}
