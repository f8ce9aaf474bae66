import Accounts
import Leases
import Market
import Placement
import Units

// The round protocol: close, parts, commit or void (decisions.md, 18 and 19).
extension LedgerState {
  /// When the open round may close: the next whole multiple of the round's length.
  package var roundDue: Int64 {
    let closed = lastClose ?? time
    return (closed / rules.roundLength + 1) * rules.roundLength
  }

  /// When a closed round may be given up: half a round after its close.
  package var roundOverdue: Int64? { round.closedAt.map { $0 + rules.roundLength / 2 } }

  mutating func close(_ number: Int64) throws(Refusal) -> [Event] {
    guard number == round.number else { throw .wrongRound }
    guard !round.isClosed else { throw .roundStillClosed }
    guard displaced.isEmpty else { throw .leasesNotMoved }
    if let last = lastClose, time < (last / rules.roundLength + 1) * rules.roundLength {
      throw .roundNotDue
    }
    var events: [Event] = []
    let first = Grid(closing: time, rules: rules).start
    for bid in book.bids.values where isStale(bid, firstSlot: first) || hasLostItsAward(bid) {
      events += try remove(bid, .expired)
    }
    events += payDamages() + topUpExtras()
    dropCaps()
    dropCharges()
    round.closedAt = time
    round.parts = []
    lastClose = time
    freeze(at: time)
    var closed = RoundClosed()
    closed.bids = Int64(frozen?.bids.count ?? 0)
    closed.firstSlot = first
    closed.pools = Int64(frozen?.pools.count ?? 0)
    closed.round = number
    return events + [.roundClosed(closed)]
  }

  /// No alternative can start any more (clearing.md, 0).
  private func isStale(_ bid: Bid, firstSlot: Int64) -> Bool {
    let begins = max(firstSlot, bid.terms.earliest)
    return !bid.terms.alternatives.contains {
      begins + $0.quarters * Span.quarter <= bid.terms.latestEnd
    }
  }

  mutating func take(_ terms: OutcomePartTerms) throws(Refusal) -> [Event] {
    guard round.isClosed else { throw .roundNotClosed }
    guard terms.round == round.number else { throw .wrongRound }
    if terms.index == 0 || round.partsEpoch != epoch {
      round.parts = []
      round.partsEpoch = epoch
    }
    guard terms.index == Int64(round.parts.count), terms.index < terms.of else {
      throw .partOutOfOrder
    }
    round.parts.append(terms.part)
    return []
  }

  mutating func void(_ number: Int64) throws(Refusal) -> [Event] {
    guard let closedAt = round.closedAt, let overdue = roundOverdue, let frozen else {
      throw .roundNotClosed
    }
    guard number == round.number else { throw .wrongRound }
    guard time >= overdue else { throw .roundNotOverdue }
    return try endWithoutOutcome(frozen, closedAt: closedAt)
  }

  /// A closed round ends and fills nothing; its bids and their holds stand for the next.
  mutating func endWithoutOutcome(
    _ frozen: FrozenRound, closedAt: Int64
  ) throws(Refusal) -> [Event] {
    var ended = RoundEnded()
    ended.bids = Int64(frozen.bids.count)
    ended.closedAt = closedAt
    ended.round = frozen.round
    ended.void = true
    let carried = carryExtras(frozen)
    for sale in carried.sales { ended.gpuQuarters += sale.gpuQuarters }
    return try carried.events + [.roundEnded(ended)] + finishRound()
  }

  mutating func commitOutcome(_ commit: OutcomeCommit) throws(Refusal) -> [Event] {
    guard let closedAt = round.closedAt, let frozen else { throw .roundNotClosed }
    guard commit.round == round.number else { throw .wrongRound }
    guard round.partsEpoch == epoch, commit.of == Int64(round.parts.count) else {
      throw .partsMissing
    }
    let clearing: Clearing
    var deals: [Deal]
    let extras: ExtrasDeals
    do throws(OutcomeFault) {
      clearing = try frozen.clearing(from: round.parts, commit)
      guard commit.iterations <= frozen.iterations else {
        throw OutcomeFault(ClearingFault.iterations.rawValue)
      }
      if let fault = ClearingCheck.fault(frozen.instance, clearing) {
        throw OutcomeFault(fault.rawValue)
      }
      deals = try frozen.deals(clearing)
      extras = try sell(
        clearing.extras.enumerated().map { index, extras in
          let pool = frozen.instance.running[index].pool
          return frozen.sold(pool, clearing.congestion[pool], extras)
        }, of: frozen, carried: false)
    } catch {
      throw .outcomeInvalid
    }
    let chain = try steps(of: &deals, frozen)
    var events = try move(chain + extras.steps)
    var ended = RoundEnded()
    ended.bids = Int64(frozen.bids.count)
    ended.bound = commit.bound
    ended.closedAt = closedAt
    ended.iterations = commit.iterations
    ended.round = commit.round
    ended.welfare = commit.welfare
    ended.winners = Int64(deals.count)
    for deal in deals {
      ended.gpuQuarters += deal.trade.gpuQuarters
      let sold = deal.leases.reduce(Int64(0)) { $0 + $1.gpuTime }
      take(sold - deal.bid.terms.gpuTime, from: deal.bid.subsidy)
      forget(deal.bid)
      filled[deal.bid.seq] = FilledBid(deal.bid, leases: deal.leases.count)
      events.append(.traded(deal.trade))
      for lease in deal.leases {
        guard let key = LeaseKey(lease.id) else { continue }
        leases[key] = lease
        events.append(.leaseOrdered(lease))
      }
      events.append(self.ended(deal.bid, .filled))
      events += oweLacking(deal)
    }
    keep(extras)
    for sale in extras.sales {
      ended.gpuQuarters += sale.gpuQuarters
      events.append(.extrasSold(sale))
    }
    events += frozen.prices(clearing).map { .pricesSet($0) }
    events.append(.roundEnded(ended))
    return try events + finishRound()
  }

  /// For every winner the hold is given up and replaced by what its leases may cost, and for elastic
  /// ones by what is left of it for their extras, all linked.
  private func steps(
    of deals: inout [Deal], _ frozen: FrozenRound
  ) throws(Refusal) -> [AccountBook.Step] {
    var steps: [AccountBook.Step] = []
    for index in deals.indices {
      let own = accounts.pendings[deals[index].bid.hold]?.amount ?? 0
      if own > 0 { steps.append(.void(id: deals[index].bid.hold, subject: deals[index].bid.id)) }
      let excess = deals[index].takeExcess(frozen)
      steps += coverSteps(deals[index], excess, frozen)
      let held = own + excess
      if deals[index].bid.moved != nil { deals[index].stand(within: held) }
      let deal = deals[index]
      let needed = deal.needed
      guard needed <= Int128(held), own > 0 || deal.bid.moved != nil else {
        throw .outcomeInvalid
      }
      steps += try release(of: deal)
      for lease in deal.leases { steps += lease.holdSteps() }
      // An elastic bid has one lease.
      guard let flexible = deal.leases.first?.flexible else { continue }
      let left = held - Int64(needed)
      steps += deals[index].leases[0].holdExtras(
        min(left, flexible.needed(windowQuarters: rules.windowHours * 4)))
    }
    return steps
  }

  /// Caps of times that are over are of no use.
  private mutating func dropCaps() {
    for key in book.caps.keys {
      book.caps[key]?.spans.removeAll { $0.to <= time }
      if book.caps[key]?.spans.isEmpty == true { book.caps[key] = nil }
    }
  }

  /// Opens the next round; bids that were cancelled meanwhile leave the book.
  private mutating func finishRound() throws(Refusal) -> [Event] {
    var events: [Event] = []
    for bid in book.bids.values where bid.cancelled { events += try remove(bid, .cancelled) }
    round = RoundState(number: round.number + 1, closedAt: nil)
    frozen = nil
    return events
  }
}

extension RoundState {
  init(number: Int64, closedAt: Int64?) {
    self.number = number
    self.closedAt = closedAt
  }
}
