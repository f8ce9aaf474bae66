import AdapterKit

/// What of the site's schedule the broker knows.
struct Offering: Sendable {
  /// What the plan was made of.
  var pools: [PoolCapacity] = []
  var planned: Int64 = 0
  var plan: OfferPlan?
  /// The plan that the broker has taken, and until when it may sell by it.
  var taken: OfferPlan?
  var sellUntil: Int64 = 0
  var pending: OfferPlan?
  var backoff = Backoff()
  /// No offer before this time: at most one a minute.
  var notBefore: Int64 = 0
  var withdrawing = false
}

// The site's schedule: measured, and published when it changes or its promise runs out.
extension Reconcile {
  mutating func planOffer(at now: Int64) -> [Action] {
    guard let terms else { return [] }
    if control.frozen || mode == .observe { return planWithdrawal(at: now) }
    var actions: [Action] = []
    if measuring.isDue(at: now) {
      measuring.underWay = true
      actions.append(.measure)
    }
    if offering.plan?.pools.isEmpty == true { return actions + planWithdrawal(at: now) }
    guard offering.pending == nil, !offering.withdrawing, now >= offering.notBefore,
      let plan = offering.plan,
      !plan.pools.isEmpty, isNews(plan, at: now)
    else { return actions }
    // Seconds of the market never come twice in a minute, so a lost spool is no harm.
    memory.generation = max(memory.generation + 1, now / 1_000)
    memory.sellUntil = now + plan.promise
    offering.pending = plan
    offering.notBefore = now + rules.offerEvery
    actions.append(
      .publish(
        SiteOffer(
          generation: memory.generation, sellUntil: now + plan.promise, currency: terms.currency,
          pools: plan.pools, key: random.key())))
    return actions
  }

  /// While nothing is to be sold: what the broker may still sell by is taken back. Without the
  /// broker it ends by itself when the promise does.
  private mutating func planWithdrawal(at now: Int64) -> [Action] {
    guard memory.sellUntil > now, offering.pending == nil, !offering.withdrawing,
      now >= offering.backoff.notBefore
    else { return [] }
    memory.generation = max(memory.generation + 1, now / 1_000)
    offering.withdrawing = true
    return [.withdraw(OfferEnd(generation: memory.generation, key: random.key()))]
  }

  mutating func take(withdrawn end: OfferEnd, _ error: BrokerError?, at now: Int64) {
    offering.withdrawing = false
    switch error {
    case nil, .refused(code: "no_offer", _):
      offering.backoff.succeed()
      offering.taken = nil
      offering.sellUntil = 0
      offering.notBefore = 0
      memory.sellUntil = 0
      notes.append("the offer is withdrawn: nothing more is sold, leases stand")
    case .again(let reason):
      offering.backoff = failed(offering.backoff, at: now)
      notes.append(
        "the offer is not yet withdrawn: \(reason). It ends by itself when its promise does")
    case .refused(let code, let detail):
      offering.backoff = failed(offering.backoff, at: now)
      notes.append("the withdrawal of the offer was refused (\(code)): \(detail)")
    }
  }

  private func isNews(_ plan: OfferPlan, at now: Int64) -> Bool {
    guard let taken = offering.taken else { return true }
    return now >= offering.sellUntil - plan.promise / 2 || plan.differs(from: taken, at: now)
  }

  mutating func take(measured result: Result<[PoolCapacity], AdapterError>, at now: Int64) {
    measuring.underWay = false
    switch result {
    case .failure(let error):
      measuring.backoff = failed(measuring.backoff, at: now)
      notes.append("the cluster does not say what it has: \(error.reason)")
    case .success(let pools):
      measuring.backoff.succeed()
      measuring.due = now + rules.observeEvery
      // A plan begins at a quarter hour: inside one, the same pools make the same plan.
      guard let terms, pools != offering.pools || now - offering.planned >= 900_000 else { return }
      offering.pools = pools
      offering.planned = now - now % 900_000
      for fault in pools.compactMap(\.fault) { notes.append("not offered: \(fault)") }
      for term in terms.pools where !pools.contains(where: { $0.pool == term.pool }) {
        notes.append("pool \(term.pool) of the settings is not on the cluster: not offered")
      }
      let plan = OfferPlan(pools, terms: terms, at: now)
      if plan.pools.isEmpty, offering.plan?.pools.isEmpty != true {
        notes.append("there is nothing to sell now: no offer stands until there is")
      }
      offering.plan = plan
    }
  }

  mutating func take(published offer: SiteOffer, _ error: BrokerError?, at now: Int64) {
    let plan = offering.pending
    offering.pending = nil
    switch error {
    case nil:
      offering.backoff.succeed()
      offering.taken = plan
      offering.sellUntil = offer.sellUntil
    case .again(let reason):
      offering.backoff = failed(offering.backoff, at: now)
      offering.notBefore = max(offering.notBefore, offering.backoff.notBefore)
      notes.append("the offer \(offer.generation) is not yet published: \(reason)")
    case .refused(let code, let detail):
      offering.backoff = failed(offering.backoff, at: now)
      offering.notBefore = max(offering.notBefore, offering.backoff.notBefore)
      notes.append("the offer \(offer.generation) was refused (\(code)): \(detail)")
    }
  }
}
