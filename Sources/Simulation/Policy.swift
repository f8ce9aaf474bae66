import Units

/// What one bid got: so many GPUs as it asked for, at one site, from one quarter hour on.
package struct Sale: Sendable, Equatable {
  /// Index in `Workload.bids`.
  package var bid: Int
  /// Index in `Workload.sites`.
  package var site: Int
  /// Quarter hour of the workload in which it starts.
  package var start: Int
  /// What is paid for the whole of it, minor units of HKD.
  package var paid: Int64

  package init(bid: Int, site: Int, start: Int, paid: Int64) {
    self.bid = bid
    self.site = site
    self.start = start
    self.paid = paid
  }
}

/// A way to decide who gets which GPUs. It sees no bid before its arrival and no capacity before it
/// is published.
package protocol Policy: Sendable {
  /// One word, for files.
  var name: String { get }
  /// For people: who is placed, and what is paid.
  var title: String { get }
  func sales(of workload: Workload) -> [Sale]
}

extension Policy {
  /// The price of a bid at so much a GPU-hour, rounded down.
  func paid(_ bid: Workload.Bid, _ price: Int64) -> Int64 { bid.size * price / 4 }
}

/// Each bid is decided when it arrives, and again whenever more is published until its window ends.
/// What is placed is never moved: conservative backfilling, not a strict queue.
package struct ArrivalOrder: Policy {
  package enum Choice: String, Sendable, CaseIterable {
    /// Its own site only, earliest start: the market without brokerage.
    case alone
    /// Any site: the earliest start that fits anywhere, the cheapest site of those.
    case fcfs
    /// Any site: the cheapest that fits at any start; pays the second lowest ask that fits.
    case auction
  }

  package let choice: Choice

  package init(_ choice: Choice) { self.choice = choice }

  package var name: String { choice.rawValue }

  package var title: String {
    switch choice {
    case .alone:
      "Alone at home: each tenant at its own centre, first come first served, pays the ask"
    case .fcfs: "First come first served over all centres, with reservations, pays the ask"
    case .auction: "Order by order: the cheapest centre at arrival, pays the second lowest ask"
    }
  }

  package func sales(of workload: Workload) -> [Sale] {
    var open = workload.sites.map { OpenCapacity(offered: $0.offered) }
    var sales: [Sale] = []
    var queue = WaitingBids(workload)
    func decide(_ bid: Int, _ grid: SlotGrid) -> Bool {
      guard let sale = sale(bid, workload, grid, open) else { return false }
      open[sale.site].take(
        gpus: workload.bids[bid].gpus, from: sale.start, quarters: workload.bids[bid].quarters)
      sales.append(sale)
      return true
    }
    for quarter in stride(from: 0, through: workload.quarters, by: workload.rules.roundQuarters) {
      let time = workload.time(quarter)
      queue.arrive(until: time) { bid in
        decide(bid, SlotGrid(workload, at: workload.bids[bid].arrival))
      }
      let grid = SlotGrid(workload, at: time)
      queue.retry(grid) { decide($0, grid) }
    }
    return sales
  }

  private func sale(
    _ index: Int, _ workload: Workload, _ grid: SlotGrid, _ open: [OpenCapacity]
  ) -> Sale? {
    let bid = workload.bids[index]
    guard let range = grid.starts(workload, bid) else { return nil }
    let home = workload.tenants[bid.tenant].home
    var best: (site: Int, start: Int, ask: Int64)?
    var second: Int64?
    for site in choice == .alone ? [home] : bid.sites {
      let ask = workload.sites[site].ask
      guard bid.value >= ask else { continue }
      let start = open[site].firstFit(gpus: bid.gpus, quarters: bid.quarters, in: range) {
        grid.start(notBefore: $0, length: bid.quarters)
      }
      guard let start else { continue }
      guard let other = best else {
        best = (site, start, ask)
        continue
      }
      let better =
        choice == .auction
        ? (ask, start) < (other.ask, other.start) : (start, ask) < (other.start, other.ask)
      second = min(second ?? Int64.max, better ? other.ask : ask)
      if better { best = (site, start, ask) }
    }
    guard let best else { return nil }
    let price = choice == .auction ? max(best.ask, min(bid.value, second ?? best.ask)) : best.ask
    return Sale(bid: index, site: best.site, start: best.start, paid: paid(bid, price))
  }
}

/// Every round takes the waiting bids by margin per GPU-hour at the ask, dearest first, each at its
/// best margin and then earliest start. What batching gives without optimising.
package struct GreedyRounds: Policy {
  package init() {}

  package var name: String { "greedy" }
  package var title: String { "Greedy per round: by margin per GPU-hour at the asks, pays the ask" }

  package func sales(of workload: Workload) -> [Sale] {
    var open = workload.sites.map { OpenCapacity(offered: $0.offered) }
    var sales: [Sale] = []
    var queue = WaitingBids(workload)
    for quarter in stride(from: 0, through: workload.quarters, by: workload.rules.roundQuarters) {
      let close = workload.time(quarter)
      queue.arrive(until: close) { _ in false }
      let grid = SlotGrid(workload, at: close)
      let order: (Int, Int) -> Bool = { left, right in
        let densities = (density(workload, left), density(workload, right))
        return densities.0 != densities.1 ? densities.0 > densities.1 : left < right
      }
      queue.retry(grid, orderedBy: order) { index in
        let bid = workload.bids[index]
        guard let range = grid.starts(workload, bid) else { return false }
        var best: Sale?
        var leastAsk = bid.value
        for site in bid.sites where workload.sites[site].ask <= bid.value {
          let ask = workload.sites[site].ask
          guard best == nil || ask <= leastAsk else { continue }
          let start = open[site].firstFit(gpus: bid.gpus, quarters: bid.quarters, in: range) {
            grid.start(notBefore: $0, length: bid.quarters)
          }
          guard let start else { continue }
          if let best, ask == leastAsk, best.start <= start { continue }
          best = Sale(bid: index, site: site, start: start, paid: paid(bid, ask))
          leastAsk = ask
        }
        guard let best else { return false }
        open[best.site].take(gpus: bid.gpus, from: best.start, quarters: bid.quarters)
        sales.append(best)
        return true
      }
    }
    return sales
  }

  private func density(_ workload: Workload, _ index: Int) -> Int64 {
    let bid = workload.bids[index]
    return bid.value - (bid.sites.map { workload.sites[$0].ask }.min() ?? bid.value)
  }
}
