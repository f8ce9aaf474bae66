import Accounts
import Market
import Placement
import Units

// Offers and bids: what stands in the book until the next round.
extension LedgerState {
  // MARK: Offers

  mutating func publish(
    _ offer: Offer, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    try authorise(offer.site, principal, entry)
    guard offer.generation > generations[offer.site] ?? -1 else { throw .generationNotNewer }
    guard offer.sellUntil > time else { throw .promiseEnded }
    for (index, pool) in offer.pools.enumerated() {
      guard chips.contains(pool.chip) else { throw .unknownChip }
      guard !offer.pools[..<index].contains(where: { $0.name == pool.name }) else {
        throw .poolTwice
      }
      guard !pool.name.contains(":"), pool.name.utf8.count <= 30 else { throw .nameReserved }
      guard pool.node.isMultiple(of: pool.unit) else { throw .notMultipleOfUnit }
      if let reclaim = pool.reclaim, reclaim < shortestReclaimNotice { throw .reclaimTooShort }
      var last: Int64 = 0
      for span in pool.spans {
        guard span.from >= last, span.from < span.to else { throw .spansNotInOrder }
        guard span.gpus.isMultiple(of: pool.unit) else { throw .notMultipleOfUnit }
        last = span.to
      }
    }
    generations[offer.site] = offer.generation
    book.offers[offer.site] = offer
    return [.offerPublished(offer)]
  }

  mutating func withdraw(
    _ withdrawal: OfferWithdrawal, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    try authorise(withdrawal.site, principal, entry)
    guard withdrawal.generation > generations[withdrawal.site] ?? -1 else {
      throw .generationNotNewer
    }
    guard book.offers.contains(withdrawal.site) else { throw .noOffer }
    generations[withdrawal.site] = withdrawal.generation
    book.offers[withdrawal.site] = nil
    return [.offerWithdrawn(withdrawal)]
  }

  /// An agent speaks for its one site, a centre's administrator for all sites of the centre.
  func authorise(_ id: String, _ principal: Principal, _ entry: Entry) throws(Refusal) {
    guard let site = book.sites[id] else { throw .unknownSite }
    let allowed = entry.role == .agent ? principal.site == id : principal.party == site.centre
    guard allowed else { throw .notYours }
  }

  // MARK: Bids

  mutating func place(
    _ wanted: BidTerms, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    var terms = wanted
    guard let party = parties[principal.party], party.kind == .tenant else { throw .partyKind }
    for site in terms.whereabouts.sites where !book.sites.contains(site) { throw .unknownSite }
    for alternative in terms.alternatives {
      guard chips.contains(alternative.chip) else { throw .unknownChip }
    }
    try checkWindow(terms)
    try checkDataClass(terms)
    for alternative in terms.alternatives {
      let elastic = terms.kind == .elastic
      guard elastic ? alternative.least <= alternative.gpus : alternative.least == alternative.gpus
      else { throw .leastAboveMost }
      guard alternative.gpus.isMultiple(of: terms.together),
        alternative.least.isMultiple(of: terms.together)
      else { throw .notMultipleOfTogether }
    }
    guard let amount = terms.hold(windowQuarters: rules.windowHours * 4) else {
      throw .holdTooLarge
    }
    guard (openBids[party.id] ?? 0) < rules.openBidsPerParty else { throw .tooManyOpenBids }
    guard book.rate(party.currency, at: time) != nil else { throw .noRate }
    try checkBudgets(terms, party.id)
    let draw = try draw(on: &terms, for: party)

    var bid = Bid()
    bid.currency = party.currency
    bid.order = entry.id
    bid.party = party.id
    bid.placedAt = time
    bid.principal = principal.id
    bid.seq = entry.position
    bid.subsidy = draw?.terms
    bid.terms = terms
    var steps: [AccountBook.Step] = [
      .hold(
        id: bid.hold, debit: Account.id(party.id, party.currency),
        credit: Account.id(SystemAccount.clearing.rawValue, party.currency), amount: amount,
        reason: .hold, subject: bid.id)
    ]
    if let draw { steps.append(hold(draw, for: bid)) }
    let moved = try move(steps)
    take(draw?.taken ?? 0, from: bid.subsidy)
    book.bids[bid.seq] = bid
    openBids[party.id, default: 0] += 1
    return [.bidPlaced(bid)] + moved
  }

  /// A bid whose data no site may hold, for want of evidence or because the evidence ends too soon, would
  /// wait in vain with its money held: from version 4 on it hears so at once. Sites that the bid leaves out
  /// do not count. A bid that stands already waits on: evidence may be renewed.
  private func checkDataClass(_ terms: BidTerms) throws(Refusal) {
    guard version >= 4, let dataClass = terms.dataClass else { return }
    let shortest = terms.kind == .elastic ? 1 : terms.alternatives.map(\.quarters).min() ?? 1
    let end = max(terms.earliest, time) + shortest * Span.quarter
    guard book.sites.values.contains(where: { book.mayHold($0, terms, dataClass, until: end) })
    else {
      throw .notCertified
    }
  }

  private func checkWindow(_ terms: BidTerms) throws(Refusal) {
    guard terms.earliest < terms.latestEnd else { throw .windowEmpty }
    let begins = max(terms.earliest, time)
    guard terms.latestEnd > time, terms.latestEnd <= time + 2 * 366 * Span.day else {
      throw .windowPast
    }
    guard
      terms.alternatives.contains(where: {
        begins + $0.quarters * Span.quarter <= terms.latestEnd
      })
    else { throw .windowTooShort }
  }

  mutating func cancel(_ number: Int64, _ principal: Principal) throws(Refusal) -> [Event] {
    guard let bid = book.bids[number] else { throw .unknownBid }
    guard bid.party == principal.party else { throw .notYours }
    guard frozen?.bids.contains(where: { $0.seq == number }) == true else {
      return try remove(bid, .cancelled)
    }
    // Its round is closed: the outcome may still fill it (decisions.md, 18).
    book.bids[number]?.cancelled = true
    return [ended(bid, .cancelling)]
  }

  /// Takes a bid out of the book and frees its hold.
  mutating func remove(_ bid: Bid, _ cause: BidEnded.Cause) throws(Refusal) -> [Event] {
    // What is left of a lease that cost nothing holds nothing.
    let held = [bid.hold, bid.coverHold, bid.fundHold].filter { accounts.pendings.contains($0) }
    let moved = try move(held.map { .void(id: $0, subject: bid.id) })
    take(-bid.terms.gpuTime, from: bid.subsidy)
    forget(bid)
    guard cause == .expired, let left = bid.moved else { return [ended(bid, cause)] + moved }
    return [ended(bid, cause)] + moved + owe(left, to: bid.party, bid.currency, bid.seq)
  }

  mutating func forget(_ bid: Bid) {
    book.bids[bid.seq] = nil
    let left = (openBids[bid.party] ?? 1) - 1
    openBids[bid.party] = left > 0 ? left : nil
  }

  func ended(_ bid: Bid, _ cause: BidEnded.Cause) -> Event {
    var ended = BidEnded()
    ended.bid = bid.seq
    ended.cause = cause
    ended.order = bid.order
    ended.party = bid.party
    return .bidEnded(ended)
  }
}
