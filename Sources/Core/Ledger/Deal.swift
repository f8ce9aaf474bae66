import Accounts
import Leases
import Market
import Placement
import Units

/// What a fill becomes: a trade and its leases, billed.
struct Deal: Sendable {
  var bid: Bid
  var trade: Trade
  var leases: [Lease]
}

extension FrozenRound {
  /// The deals of a clearing that has passed the check: prices in the sites' currencies, bills in the
  /// tenants'. A bill that passes what the bid may pay, or any bound, is a fault of the outcome.
  func deals(_ clearing: Clearing) throws(OutcomeFault) -> [Deal] {
    var deals: [Deal] = []
    var leases: Int64 = 0
    for (number, fill) in clearing.fills.enumerated() {
      let deal = try deal(fill, clearing, number: Int64(number), firstLease: leases)
      // An elastic bid without a base may stand and get nothing: it stays in the book.
      guard !deal.leases.isEmpty else { continue }
      leases += Int64(deal.leases.count)
      deals.append(deal)
    }
    return deals
  }

  private func deal(
    _ fill: Fill, _ clearing: Clearing, number: Int64, firstLease: Int64
  ) throws(OutcomeFault) -> Deal {
    let bid = bids[fill.bid]
    guard let rate = rates[bid.currency] else { throw OutcomeFault("no rate") }
    var trade = Trade()
    trade.bid = bid.seq
    trade.currency = bid.currency
    trade.id = "trade-\(round)-\(number)"
    trade.order = bid.order
    trade.party = bid.party
    trade.round = round
    var leases: [Lease] = []
    var bills: [(bill: Bill, converts: Bool)] = []
    for part in fill.parts {
      let option = instance.bids[fill.bid].options[part.option]
      let pool = pools[option.pool]
      guard let siteRate = rates[pool.currency] else { throw OutcomeFault("no rate") }
      let (runs, sum, gpuQuarters) = runs(fill, part, option, clearing.congestion[option.pool])
      if runs.isEmpty { continue }
      let converts = pool.currency != bid.currency
      guard
        let bill = Bill(
          sum: sum, siteRate: siteRate, tenantRate: rate, converts: converts,
          feePermille: feePermille)
      else { throw OutcomeFault("bill out of bounds") }
      bills.append((bill, converts))
      var lease = Lease()
      lease.bid = bid.seq
      lease.centre = pool.centre
      lease.chip = pool.chip
      lease.currency = bid.currency
      lease.exclusive = bid.terms.exclusive
      lease.feePermille = feePermille
      lease.id = LeaseKey(round: round, number: firstLease + Int64(leases.count)).id
      lease.nextDay = MarketCalendar.day(of: runs[0].from)
      lease.order = bid.order
      lease.party = bid.party
      lease.pool = pool.id
      lease.readThrough = runs[0].from
      lease.runs = runs
      lease.site = pool.site
      lease.siteCurrency = pool.currency
      lease.siteRate = siteRate
      lease.tenantRate = rate
      lease.trade = trade.id
      leases.append(lease)
      trade.leases.append(lease.id)
      trade.gpuQuarters += gpuQuarters
    }
    for (index, bill) in Bill.together(bills).enumerated() {
      leases[index].money.feeHeld = bill.fee
      leases[index].money.siteHeld = bill.site
      leases[index].money.tenantHeld = bill.tenant
      trade.fee += bill.fee
      trade.tenant += bill.tenant
    }
    return Deal(bid: bid, trade: trade, leases: leases)
  }

  /// What a part is sold, slot by slot, with equal neighbours joined; and what it sums to.
  private func runs(
    _ fill: Fill, _ part: Fill.Part, _ option: Instance.Option, _ congestion: [Int64]
  ) -> (runs: [PriceRun], sum: Int128, gpuQuarters: Int64) {
    let pool = pools[option.pool]
    let rate = rates[pool.currency] ?? Rate()
    var runs: [PriceRun] = []
    var sum: Int128 = 0
    var gpuQuarters: Int64 = 0
    let end = grid.edges[fill.start] + option.quarters * Span.quarter
    var slot = fill.start
    while slot < grid.count, grid.edges[slot] < end {
      let extra = fill.extras.first { $0.slot == slot }?.gpus ?? 0
      let gpus = part.gpus + extra
      let price = pool.asks[slot] + Conversion.minorDown(congestion[slot], rate)
      if gpus > 0 {
        sum += Int128(gpus) * Int128(instance.widths[slot]) * Int128(price)
        gpuQuarters += gpus * instance.widths[slot]
        if let last = runs.last, last.to == grid.edges[slot], last.gpus == gpus,
          last.price == price
        {
          runs[runs.count - 1].to = grid.edges[slot + 1]
        } else {
          runs.append(
            PriceRun(
              from: grid.edges[slot], to: grid.edges[slot + 1], gpus: gpus, price: price))
        }
      }
      slot += 1
    }
    return (runs, sum, gpuQuarters)
  }

  /// Prices and what is left of each pool after the clearing, as runs.
  func prices(_ clearing: Clearing) -> [PoolPrices] {
    var left = instance.pools.map(\.capacity)
    for fill in clearing.fills {
      for part in fill.parts {
        let option = instance.bids[fill.bid].options[part.option]
        let end = grid.edges[fill.start] + option.quarters * Span.quarter
        var slot = fill.start
        while slot < grid.count, grid.edges[slot] < end {
          left[option.pool][slot] -= part.gpus
          slot += 1
        }
        for extra in fill.extras { left[option.pool][extra.slot] -= extra.gpus }
      }
    }
    return pools.indices.map { index in
      let pool = pools[index]
      let rate = rates[pool.currency] ?? Rate()
      var prices = PoolPrices()
      prices.currency = pool.currency
      prices.pool = pool.id
      prices.round = round
      for slot in 0..<grid.count where pool.offered[slot] > 0 {
        var run = PoolPrices.Run()
        run.ask = pool.asks[slot]
        run.free = left[index][slot]
        run.from = grid.edges[slot]
        run.offered = pool.offered[slot]
        run.price =
          pool.asks[slot] + Conversion.minorDown(clearing.congestion[index][slot], rate)
        run.to = grid.edges[slot + 1]
        if let last = prices.runs.last, last.to == run.from, last.ask == run.ask,
          last.free == run.free, last.offered == run.offered, last.price == run.price
        {
          prices.runs[prices.runs.count - 1].to = run.to
        } else {
          prices.runs.append(run)
        }
      }
      return prices
    }
  }
}
