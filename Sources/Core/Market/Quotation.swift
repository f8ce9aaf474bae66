import Placement
package import Units

/// Where a shape could go at the prices of the last outcome, and what it would cost. Binds nobody
/// (clearing.md, 8).
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
  /// Currency of `total`, `fee` and `hold`.
  package var currency: Currency
  /// What capacity would cost, minor units.
  package var total: Int64
  package var fee: Int64
  /// What a bid with this total as its limit would hold.
  package var hold: Int64
}

extension FrozenRound {
  /// The best places of a bid of this round by what they cost, distance included: at most two a pool,
  /// none where the capacity is taken.
  /// - Parameters:
  ///   - bid: its index.
  ///   - congestion: of a pool and slot, minor units of the site's currency per GPU-hour.
  ///   - roundTrip: to a site, ms.
  package func quotations(
    bid index: Int, limit: Int, congestion: (_ pool: Int, _ slot: Int) -> Int64,
    roundTrip: (_ site: String) -> Int64?
  ) -> [Quotation] {
    let bid = bids[index]
    guard let rate = rates[bid.currency] else { return [] }
    var found: [(rank: Int128, quotation: Quotation)] = []
    for option in instance.bids[index].options {
      let pool = pools[option.pool]
      guard let siteRate = rates[pool.currency] else { continue }
      let gpus = option.least > 0 ? option.least : option.gpus
      let latency =
        Int128(bid.terms.near?.price ?? 0) * Int128(roundTrip(pool.site) ?? 0)
        * Int128(gpus) * Int128(option.quarters)
      var best: [(rank: Int128, quotation: Quotation)] = []
      var start = option.earliest
      while start < option.latestEnd {
        defer { start += 1 }
        let finish = grid.edges[start] + option.quarters * Span.quarter
        var sum: Int128 = 0
        var slot = start
        while slot < option.latestEnd, grid.edges[slot] < finish,
          instance.pools[option.pool].capacity[slot] >= gpus
        {
          sum +=
            Int128(gpus) * Int128(instance.widths[slot])
            * Int128(pool.asks[slot] + congestion(option.pool, slot))
          slot += 1
        }
        guard slot <= option.latestEnd, grid.edges[slot] == finish,
          let bill = Bill(
            sum: sum, siteRate: siteRate, tenantRate: rate,
            converts: pool.currency != bid.currency, feePermille: feePermille)
        else { continue }
        let quotation = Quotation(
          pool: pool.id, site: pool.site, chip: pool.chip, alternative: option.alternative,
          start: grid.edges[start], end: finish, gpus: gpus, roundTrip: roundTrip(pool.site),
          currency: bid.currency, total: bill.tenant, fee: bill.fee,
          hold: bill.tenant + bill.fee)
        best.append((Int128(bill.tenant) * 4 + latency, quotation))
      }
      best.sort { ($0.rank, $0.quotation.start) < ($1.rank, $1.quotation.start) }
      found += best.prefix(2)
    }
    found.sort { ($0.rank, $0.quotation.start) < ($1.rank, $1.quotation.start) }
    return found.prefix(limit).map(\.quotation)
  }
}
