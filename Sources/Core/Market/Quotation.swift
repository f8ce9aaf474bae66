import Placement
package import Units

/// Where a shape could go, at the prices of the last outcome and as the last round would have had it.
/// Binds nobody (clearing.md, 8).
package struct Quotation: Sendable, Equatable {
  package var pool: String
  package var site: String
  package var chip: String
  package var alternative: Int
  package var start: Int64
  package var end: Int64
  package var gpus: Int64
  /// ms; nil when the shape names no place that it should be near to.
  package var roundTrip: Int64?
  /// Currency of all amounts.
  package var currency: Currency
  /// What it would cost where capacity is left; nil where none is.
  package var spare: Spare?
  /// The limit per GPU-hour, fee included, from which the exchange of the last round would have let
  /// it in, rounded up to 1 %; nil for a pool that was not in that round.
  package var take: Int64?
  /// What a bid for this place holds with `limit`.
  package var hold: Int64

  /// At the last prices.
  package struct Spare: Sendable, Equatable {
    /// What capacity would cost the tenant, minor units.
    package var total: Int64
    package var fee: Int64
    /// What an award would pay beside that.
    package var fund: Int64
    /// What the tenant pays per GPU-hour with the fee, rounded up to 1 %.
    package var price: Int64

    /// The limit per GPU-hour with which a bid would gain there, rounded up to 1 %: above the price, as
    /// nobody is placed without a gain, and by what the distance is worth.
    package var limit: Int64

    package init(total: Int64, fee: Int64, fund: Int64, price: Int64, limit: Int64) {
      self.total = total
      self.fee = fee
      self.fund = fund
      self.price = price
      self.limit = limit
    }
  }

  /// The highest price to bid for it: the one that what is left is worth, else `take`.
  package var limit: Int64 { spare?.limit ?? take ?? 0 }

  /// To three digits, upwards: at most 1 % more.
  package static func roundedUp(_ amount: Int64) -> Int64 {
    var step: Int64 = 1
    while amount / step >= 1_000 { step *= 10 }
    return Int64(clamping: (Int128(amount) + Int128(step) - 1) / Int128(step) * Int128(step))
  }
}

/// What quotes of one moment are computed from.
package struct QuoteBasis: Sendable {
  /// The present offers less what is leased, with one bid: the shape, its limits at 0.
  package var frozen: FrozenRound
  /// The last round with an outcome.
  package var last: PastRound?
  /// By pool and slot of `frozen`, minor units of the site's currency per GPU-hour: what the last
  /// outcome added to the ask.
  package var congestion: [[Int64]]
  /// Quarter hours in which planned extras bind.
  package var windowQuarters: Int64

  /// - Parameters:
  ///   - book: the present one; its bids play no part.
  ///   - terms: the shape; its limits play no part.
  ///   - party: whose bid it would be, and `holdings` what tenants have where that is limited.
  ///   - subsidy: what an award pays of the asks.
  ///   - congestion: what the last outcome added to the ask of a pool, by slot of a grid.
  package init(
    _ book: MarketBook, _ terms: BidTerms, of party: String = "", holdings: [Holding] = [],
    subsidy: SubsidyTerms? = nil, currency: Currency,
    round: Int64, at time: Int64, rules: Rules, commitments: [Commitment], last: PastRound?,
    congestion: (_ pool: String, _ grid: Grid) -> [Int64]
  ) {
    var bid = Bid()
    bid.currency = currency
    bid.party = party
    bid.subsidy = subsidy
    bid.terms = terms
    for index in bid.terms.alternatives.indices { bid.terms.alternatives[index].limit = 0 }
    var book = book
    book.bids = OrderedMap()
    book.bids[0] = bid
    frozen = book.freeze(round: round, at: time, rules: rules, commitments: commitments)
    frozen.keepTenantLimits(holdings)
    let grid = frozen.grid
    // Where subsidised bids get what all others leave, they pay the ask.
    let atAsk = subsidy != nil && frozen.instance.spare
    self.congestion = frozen.pools.map {
      atAsk ? Array(repeating: 0, count: grid.count) : congestion($0.id, grid)
    }
    self.last = last
    windowQuarters = rules.windowHours * 4
  }

  /// The best places: at most two a pool where capacity is left, by what they cost, distance
  /// included; and where none is, the place in which the last round would have had it for least.
  package func quotations(limit: Int) -> [Quotation] {
    guard let bid = frozen.bids.first, let rate = frozen.rates[bid.currency] else { return [] }
    let shape = frozen.shape(of: 0)
    var found: [(rank: Int128, quotation: Quotation)] = []
    for (index, option) in frozen.instance.bids[0].options.enumerated() {
      found += open(option, bid, rate).prefix(2).map { item in
        var item = item
        item.quotation.take = last?.take(shape, part: index, start: item.quotation.start)
          .map { self.limit($0.raise, rate) }
        return item
      }
    }
    for take in last?.places(shape) ?? [] {
      let option = frozen.instance.bids[0].options[take.part]
      let pool = frozen.pools[option.pool].id
      guard !found.contains(where: { $0.quotation.pool == pool && $0.quotation.spare != nil })
      else { continue }
      var quotation = quotation(option, bid, take.start, take.end)
      let limit = self.limit(take.raise, rate)
      quotation.take = limit
      found.append(
        (Int128(limit) * Int128(quotation.gpus) * Int128(option.quarters), quotation))
    }
    found.sort {
      ($0.rank, $0.quotation.start, $0.quotation.pool)
        < ($1.rank, $1.quotation.start, $1.quotation.pool)
    }
    return found.prefix(limit).map { item in
      var quotation = item.quotation
      var terms = bid.terms
      terms.alternatives = [terms.alternatives[quotation.alternative]]
      terms.alternatives[0].limit = quotation.limit
      quotation.hold = terms.hold(windowQuarters: windowQuarters) ?? Bound.hold.upperBound
      return quotation
    }
  }

  /// The options are worth what the distance takes from nothing, so a raise is a limit.
  private func limit(_ raise: Int64, _ rate: Rate) -> Int64 {
    let value = Conversion.Value(rate: rate, feePermille: frozen.feePermille)
    return Quotation.roundedUp(max(0, value.limit(worth: raise)))
  }

  private func quotation(
    _ option: Instance.Option, _ bid: Bid, _ start: Int64, _ end: Int64
  ) -> Quotation {
    let pool = frozen.pools[option.pool]
    let roundTrip = bid.terms.near.flatMap {
      frozen.latencies[MarketBook.key(pool.site, $0.metro)]
    }
    return Quotation(
      pool: pool.id, site: pool.site, chip: pool.chip, alternative: option.alternative,
      start: start, end: end, gpus: option.least > 0 ? option.least : option.gpus,
      roundTrip: roundTrip, currency: bid.currency, hold: 0)
  }

  /// Starts at which the option fits what is left, the cheapest first.
  private func open(
    _ option: Instance.Option, _ bid: Bid, _ rate: Rate
  ) -> [(rank: Int128, quotation: Quotation)] {
    let pool = frozen.pools[option.pool]
    let grid = frozen.grid
    let gpus = option.least > 0 ? option.least : option.gpus
    guard let siteRate = frozen.rates[pool.currency] else { return [] }
    var sums: [Int128] = [0]
    var shares: [Int128] = [0]
    for slot in 0..<grid.count {
      let width = Int128(frozen.instance.widths[slot])
      let price = pool.asks[slot] + congestion[option.pool][slot]
      sums.append(sums[slot] + Int128(price) * width)
      shares.append(shares[slot] + Int128(frozen.share(option, slot)) * width)
    }
    let capacity = frozen.instance.pools[option.pool].capacity
    var best: [(rank: Int128, quotation: Quotation)] = []
    var scanned = 0
    var lastLack = -1
    for stretch in Placements(widths: frozen.instance.widths).stretches(of: option) {
      scanned = max(scanned, stretch.start)
      while scanned < stretch.end {
        if capacity[scanned] < gpus { lastLack = scanned }
        scanned += 1
      }
      guard lastLack < stretch.start,
        let bill = Bill(
          sum: (sums[stretch.end] - sums[stretch.start]) * Int128(gpus),
          share: (shares[stretch.end] - shares[stretch.start]) * Int128(gpus),
          siteRate: siteRate, tenantRate: rate, converts: pool.currency != bid.currency,
          feePermille: frozen.feePermille)
      else { continue }
      var item = quotation(option, bid, grid.edges[stretch.start], grid.edges[stretch.end])
      let amount = Int128(gpus) * Int128(option.quarters)
      let whole = Int128(bill.tenant) + Int128(bill.fee)
      let distance = Int128(bid.terms.near?.price ?? 0) * Int128(item.roundTrip ?? 0)
      // One unit is the gain; between currencies roundings take another.
      let worth =
        dividedUp(Int128(bill.tenant) * 4, by: amount) + distance
        + (pool.currency == bid.currency ? 1 : 2)
      item.spare = Quotation.Spare(
        total: bill.tenant, fee: bill.fee, fund: bill.fund,
        price: Quotation.roundedUp(Int64(clamping: dividedUp(whole * 4, by: amount))),
        limit: Quotation.roundedUp(
          Int64(clamping: dividedUp(worth * Int128(1_000 + frozen.feePermille), by: 1_000))))
      best.append((whole * 4 + distance * amount, item))
    }
    best.sort { ($0.rank, $0.quotation.start) < ($1.rank, $1.quotation.start) }
    return best
  }
}
