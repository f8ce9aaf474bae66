import Accounts
import Leases
package import Market
import Units

/// How a budget stands in one month.
package struct BudgetMonth: Sendable, Equatable {
  package var month: Int64
  /// From the month before; below zero: spent too much there. Nothing for months to come.
  package var carried: Amounts
  package var spent: Amounts
  /// What leases may still be charged.
  package var planned: Amounts
  /// What open bids may cost at their limits.
  package var open: Amounts

  package var used: Amounts { spent + planned + open }
}

/// Where a bid would go past a budget.
package struct BudgetExcess: Sendable, Equatable {
  package var refusal: Refusal
  /// Nil for the whole tenant.
  package var project: String?
  package var month: Int64
  /// What the bid may need in that month.
  package var needed: Amounts
}

// Budgets over time: what a tenant and its projects may use in a month. They are checked when a bid
// is placed; what is running is never stopped by one.
extension LedgerState {
  mutating func add(_ project: Project) throws(Refusal) -> [Event] {
    guard let party = parties[project.party] else { throw .unknownParty }
    guard projects[BudgetKey(party: project.party, project: project.project)] == nil else {
      throw .nameTaken
    }
    guard party.kind == .tenant else { throw .partyKind }
    projects[BudgetKey(party: project.party, project: project.project)] = project
    return [.projectAdded(project)]
  }

  mutating func set(_ budget: Budget, _ principal: Principal) throws(Refusal) -> [Event] {
    guard budget.party == principal.party else { throw .notYours }
    if budget.project != nil, projects[budget.key] == nil { throw .unknownProject }
    let since = budgets[budget.key]?.since ?? MarketCalendar.month(of: time)
    budgets[budget.key] = budget.isEmpty ? nil : StandingBudget(budget, since: since)
    return [.budgetSet(budget)]
  }

  /// Refuses a bid that could take a month of its tenant or project past its limit.
  func checkBudgets(_ terms: BidTerms, _ party: String) throws(Refusal) {
    if let project = terms.project, projects[BudgetKey(party: party, project: project)] == nil {
      throw .unknownProject
    }
    if let excess = budgetExcess(terms, party) { throw excess.refusal }
  }

  /// The first month that a bid could take past a limit of its tenant or project, with the whole
  /// tenant first; nil when there is none.
  package func budgetExcess(_ terms: BidTerms, _ party: String) -> BudgetExcess? {
    for key in Self.keys(party, terms.project) {
      guard let standing = budgets[key] else { continue }
      for need in terms.monthly(at: time) {
        let month = month(need.month, key, standing)
        let fits = standing.budget.allows(month.used + need.amounts, carried: month.carried)
        if fits.gpuTime, fits.money { continue }
        return BudgetExcess(
          refusal: fits.gpuTime ? .budgetMoneySpent : .budgetHoursSpent, project: key.project,
          month: need.month, needed: need.amounts)
      }
    }
    return nil
  }

  /// How a budget stands in a month.
  private func month(
    _ month: Int64, _ key: BudgetKey, _ standing: StandingBudget
  ) -> BudgetMonth {
    let now = MarketCalendar.month(of: time)
    var spending = spending[key] ?? fresh(key)
    spending.roll(to: now, standing) { plans.planned(key, $0) }
    let carried = spending.carried(into: min(month, now), standing) { plans.planned(key, $0) }
    return BudgetMonth(
      month: month, carried: month <= now ? carried : .none, spent: spending.spent(in: month),
      planned: plans.planned(key, month), open: plans.open(key, month))
  }

  /// How a tenant and each of its projects stand, from the present month to the last for which
  /// something is planned. Projects without a budget are there, too.
  package func budgetMonths(
    of party: String
  ) -> [(key: BudgetKey, budget: Budget?, months: [BudgetMonth])] {
    let now = MarketCalendar.month(of: time)
    let whole = BudgetKey(party: party, project: nil)
    let keys = [whole] + projects.keys(from: whole).prefix { $0.party == party }
    return keys.map { key in
      let standing = budgets[key]
      let last = max(now, plans.last(key) ?? now)
      let months = sequence(first: now) { MarketCalendar.month(after: $0) }.prefix { $0 <= last }
      return (
        key, standing?.budget,
        months.map { month($0, key, standing ?? StandingBudget(Budget(), since: now)) }
      )
    }
  }

  private static func keys(_ party: String, _ project: String?) -> [BudgetKey] {
    let whole = BudgetKey(party: party, project: nil)
    return project.map { [whole, BudgetKey(party: party, project: $0)] } ?? [whole]
  }

  private func fresh(_ key: BudgetKey) -> Spending {
    var spending = Spending()
    spending.party = key.party
    spending.project = key.project
    spending.since = MarketCalendar.month(of: time)
    return spending
  }

  /// The spending with long closed months folded together, kept.
  private mutating func rolled(_ key: BudgetKey) -> Spending {
    var spending = spending[key] ?? fresh(key)
    spending.roll(to: MarketCalendar.month(of: time), budgets[key]) { plans.planned(key, $0) }
    self.spending[key] = spending
    return spending
  }

  // MARK: What follows from events

  /// Brings plans and spending up to what an entry caused. What `keep` and `moveLease` do to a lease
  /// is planned there, since no event tells it.
  mutating func follow(_ events: [Event]) {
    for event in events {
      switch event {
      case .bidPlaced(let bid):
        plan(bid)
      case .bidEnded(let ended) where ended.cause != .cancelling: plans.remove(bid: ended.bid)
      case .leaseOrdered(let lease): plan(lease: lease.id)
      case .leaseChanged(let change): plan(lease: change.lease)
      case .extrasCut(let cut): plan(lease: cut.lease)
      case .charged(let charge):
        plan(lease: charge.lease)
        let amounts = Amounts(
          money: Int128(charge.tenant) + Int128(charge.fee),
          gpuTime: Int128(charge.delivered) + Int128(charge.forgone))
        spend(amounts, charge.lease, day: charge.day)
      case .corrected(let correction):
        let amounts = Amounts(
          money: Int128(correction.tenant) + Int128(correction.fee),
          gpuTime: Int128(correction.delivered))
        spend(.none - amounts, correction.lease, day: correction.day)
      default: break
      }
    }
  }

  private mutating func spend(_ amounts: Amounts, _ lease: String, day: Int64) {
    guard let key = LeaseKey(lease), let past = charged[key] else { return }
    for key in Self.keys(past.party, past.project) {
      var spending = rolled(key)
      spending.add(amounts, in: MarketCalendar.month(ofDay: day))
      self.spending[key] = spending
    }
  }

  mutating func plan(_ bid: Bid) {
    plans.set(bid.seq, Self.keys(bid.party, bid.terms.project), bid.terms.monthly(at: bid.placedAt))
  }

  mutating func plan(lease id: String) {
    guard let key = LeaseKey(id) else { return }
    guard let lease = leases[key] else { return plans.remove(lease: key) }
    plans.set(
      key, Self.keys(lease.party, filled[lease.bid]?.bid.terms.project),
      lease.monthly(lost: displaced[key] != nil))
  }
}
