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
  /// What the firm part of each lease costs, fee included.
  var firm: [Int64]

  /// What its leases set aside.
  var needed: Int128 {
    leases.reduce(Int128(0)) {
      $0 + Int128($1.money.tenantHeld) + Int128($1.money.feeHeld)
    }
  }

  /// The firm GPUs that it has, and those of its bid's first shape.
  var firmGPUs: (part: Int64, whole: Int64) { bid.firmGPUs(leases.first?.alternative ?? 0) }

  /// What is left of a lease has the money that it had and no more: the few minor units by which
  /// roundings differ are the platform's, then the centre's.
  mutating func stand(within held: Int64) {
    var over = Int64(clamping: needed - Int128(held))
    guard over > 0, over <= 4 + Int64(leases.count) else { return }
    for index in leases.indices where over > 0 {
      let fee = min(over, leases[index].money.feeHeld)
      leases[index].money.feeHeld -= fee
      trade.fee -= fee
      over -= fee
      let tenant = min(over, leases[index].money.tenantHeld)
      leases[index].money.tenantHeld -= tenant
      if !leases[index].converts { leases[index].money.siteHeld -= tenant }
      trade.tenant -= tenant
      over -= tenant
    }
  }
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
    let feePermille = bid.moved?.feePermille ?? self.feePermille
    guard let rate = rates[bid.currency] else { throw OutcomeFault("no rate") }
    var trade = Trade()
    trade.bid = bid.seq
    trade.currency = bid.currency
    trade.id = "trade-\(round)-\(number)"
    trade.order = bid.order
    trade.party = bid.party
    trade.round = round
    var leases: [Lease] = []
    var (bills, firmBills) = ([(bill: Bill, converts: Bool)](), [(bill: Bill, converts: Bool)]())
    for part in fill.parts {
      let option = instance.bids[fill.bid].options[part.option]
      let pool = pools[option.pool]
      guard let siteRate = rates[pool.currency] else { throw OutcomeFault("no rate") }
      let congestion = congestion(clearing, of: fill.bid)[option.pool]
      let firm = sold(option.pool, congestion, firmCells(fill, part, option), option)
      let extra = sold(option.pool, congestion, fill.extras)
      let share = share(of: fill, part)
      if firm.runs.isEmpty, extra.runs.isEmpty { continue }
      let converts = pool.currency != bid.currency
      bills.append((try bill(bid, firm.sum + extra.sum, share, pool), converts))
      if bid.moved != nil { firmBills.append((try bill(bid, firm.sum, share, pool), converts)) }
      var lease = Lease()
      lease.alternative = option.alternative
      lease.award = bid.subsidy?.award
      lease.bid = bid.seq
      lease.centre = pool.centre
      lease.chip = pool.chip
      lease.currency = bid.currency
      lease.exclusive = bid.terms.exclusive
      lease.extras = extra.runs
      lease.feePermille = feePermille
      lease.id = LeaseKey(round: round, number: firstLease + Int64(leases.count)).id
      lease.order = bid.order
      lease.party = bid.party
      lease.pool = pool.id
      lease.reclaim = pool.reclaim
      lease.runs = firm.runs
      lease.flexible = flexible(bid, fill, option, pool)
      lease.nextDay = MarketCalendar.day(of: lease.start)
      lease.readThrough = lease.start
      lease.money.billed = Int64(clamping: firm.sum + extra.sum)
      lease.money.shared = Int64(clamping: share)
      lease.site = pool.site
      lease.siteCurrency = pool.currency
      lease.siteRate = siteRate
      lease.tenantRate = rate
      lease.trade = trade.id
      leases.append(lease)
      trade.leases.append(lease.id)
      trade.gpuQuarters += firm.gpuQuarters + extra.gpuQuarters
    }
    for (index, bill) in Bill.together(bills).enumerated() {
      leases[index].money.feeHeld = bill.fee
      leases[index].money.fundHeld = bill.fund
      leases[index].money.siteHeld = bill.site
      leases[index].money.tenantHeld = bill.tenant
      trade.fee += bill.fee
      trade.fund += bill.fund
      trade.tenant += bill.tenant
    }
    return Deal(
      bid: bid, trade: trade, leases: leases,
      firm: Bill.together(firmBills).map { $0.tenant + $0.fee })
  }

  /// What so much in the pool's currency comes to for a bid.
  private func bill(
    _ bid: Bid, _ sum: Int128, _ share: Int128, _ pool: Pool
  ) throws(OutcomeFault) -> Bill {
    guard let siteRate = rates[pool.currency], let tenantRate = rates[bid.currency],
      let bill = Bill(
        sum: sum, share: share, siteRate: siteRate, tenantRate: tenantRate,
        converts: pool.currency != bid.currency,
        feePermille: bid.moved?.feePermille ?? feePermille)
    else { throw OutcomeFault("bill out of bounds") }
    return bill
  }

  /// The cells of a firm part.
  private func firmCells(
    _ fill: Fill, _ part: Fill.Part, _ option: Instance.Option
  ) -> [Fill.Extra] {
    guard part.gpus > 0 else { return [] }
    let end = grid.slotsEnded(by: grid.edges[fill.start] + option.quarters * Span.quarter)
    return (fill.start..<max(fill.start, end)).map { Fill.Extra(slot: $0, gpus: part.gpus) }
  }

  /// What may be sold to the lease of an elastic bid in later rounds.
  private func flexible(
    _ bid: Bid, _ fill: Fill, _ option: Instance.Option, _ pool: Pool
  ) -> Flexible? {
    guard bid.terms.kind == .elastic,
      bid.terms.alternatives.indices.contains(option.alternative)
    else { return nil }
    let alternative = bid.terms.alternatives[option.alternative]
    var flexible = Flexible()
    flexible.distance =
      bid.terms.near.map { near in
        near.price * (latencies[MarketBook.key(pool.site, near.metro)] ?? 0)
      } ?? 0
    flexible.limit = alternative.limit
    flexible.room = alternative.gpus - alternative.least
    flexible.until = grid.edges[fill.start] + option.quarters * Span.quarter
    flexible.soldThrough = min(
      flexible.until, max(grid.edges[fill.start], grid.edges[instance.extrasEnd]))
    return flexible.room > 0 ? flexible : nil
  }

  /// Cells with their prices, equal neighbours joined; and what they sum to.
  func sold(
    _ pool: Int, _ congestion: [Int64], _ cells: [Fill.Extra], _ option: Instance.Option? = nil
  ) -> (runs: [PriceRun], sum: Int128, gpuQuarters: Int64) {
    let rate = rates[pools[pool].currency] ?? Rate()
    let share = { (slot: Int) in option.map { self.share($0, slot) } ?? 0 }
    return sold(cells, share: share) {
      pools[pool].asks[$0] + Conversion.minorDown(congestion[$0], rate)
    }
  }

  /// The same at any price by slot.
  func sold(
    _ cells: [Fill.Extra], share: (Int) -> Int64 = { _ in 0 }, price: (Int) -> Int64
  ) -> (runs: [PriceRun], sum: Int128, gpuQuarters: Int64) {
    var runs: [PriceRun] = []
    var sum: Int128 = 0
    var gpuQuarters: Int64 = 0
    for cell in cells {
      let price = price(cell.slot)
      sum += Int128(cell.gpus) * Int128(instance.widths[cell.slot]) * Int128(price)
      gpuQuarters += cell.gpus * instance.widths[cell.slot]
      PriceRun.append(
        PriceRun(
          from: grid.edges[cell.slot], to: grid.edges[cell.slot + 1], gpus: cell.gpus,
          price: price, share: share(cell.slot)), to: &runs)
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
    for (lease, extras) in zip(instance.running, clearing.extras) {
      for extra in extras { left[lease.pool][extra.slot] -= extra.gpus }
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
