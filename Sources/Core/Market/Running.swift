package import Placement
package import Units

/// An elastic lease as a round sees it: what may still be sold to it, and on what terms.
package struct ElasticLease: Sendable, Equatable {
  package var lease: String
  /// Position of its bid.
  package var bid: Int64
  package var pool: String
  /// GPUs beyond the base, at most.
  package var room: Int64
  /// What it has of them in the slot before `from`, and at what price.
  package var held: Held?
  /// Highest price per GPU-hour, fee included, and what the distance costs; minor units of the
  /// tenant's currency.
  package var limit: Int64
  package var distance: Int64
  package var feePermille: Int64
  /// Rates of the trade, which hold for its life.
  package var siteRate: Rate
  package var tenantRate: Rate
  /// Up to here it is decided what is sold.
  package var from: Int64
  package var until: Int64
  /// How many quarter hours of all the room its money covers.
  package var quarters: Int64
  /// What an award pays of its asks.
  package var subsidy: SubsidyTerms?

  /// GPUs at a price, minor units of the site's currency.
  package struct Held: Sendable, Equatable {
    package var gpus: Int64
    package var price: Int64

    package init(gpus: Int64, price: Int64) {
      self.gpus = gpus
      self.price = price
    }
  }

  package init(
    lease: String, bid: Int64, pool: String, room: Int64, held: Held?, limit: Int64,
    distance: Int64, feePermille: Int64, siteRate: Rate, tenantRate: Rate, from: Int64,
    until: Int64, quarters: Int64, subsidy: SubsidyTerms? = nil
  ) {
    self.lease = lease
    self.bid = bid
    self.pool = pool
    self.room = room
    self.held = held
    self.limit = limit
    self.distance = distance
    self.feePermille = feePermille
    self.siteRate = siteRate
    self.tenantRate = tenantRate
    self.from = from
    self.until = until
    self.quarters = quarters
    self.subsidy = subsidy
  }

  /// What a GPU-hour is worth to the solver, mHKD, rounded down: a price at or below it, in the
  /// site's currency at the rate of the round, is within the tenant's limit at the rates of the trade.
  func value(_ rate: Rate) -> Int64 {
    let net = Int128(limit) * 1_000 / Int128(1_000 + feePermille) - Int128(distance)
    let numerator =
      10 * Int128(tenantRate.numerator) * Int128(siteRate.denominator) * Int128(rate.numerator)
    let denominator =
      Int128(tenantRate.denominator) * Int128(siteRate.numerator) * Int128(rate.denominator)
    return Int64(clamping: dividedDown(net * numerator, by: denominator))
  }
}

extension FrozenRound {
  /// One elastic lease in this round, in the order of `instance.running`.
  package struct Running: Sendable, Equatable {
    package var lease: String
    package var bid: Int64
    /// What it had in the slot before, and at what price.
    package var held: ElasticLease.Held?
  }

  /// What a round without an outcome leaves running leases: in the slots that it would have sold,
  /// the extras of the slot before at that slot's price, as far as the centre still offers them at
  /// no higher ask; in order of their bids (clearing.md, 0).
  package func carried() -> [[Fill.Extra]] {
    var left = instance.pools.map(\.capacity)
    return instance.running.enumerated().map { index, lease in
      guard let held = running[index].held else { return [] }
      var extras: [Fill.Extra] = []
      for slot in lease.start..<max(lease.start, min(lease.end, instance.extrasEnd)) {
        let gpus = min(held.gpus, lease.room, left[lease.pool][slot])
        guard gpus > 0, pools[lease.pool].asks[slot] <= held.price else { break }
        left[lease.pool][slot] -= gpus
        extras.append(Fill.Extra(slot: slot, gpus: gpus))
      }
      return extras
    }
  }
}

extension FrozenRound {
  /// A lease that moves may pay the price that it had though asks are rounded up: where its hold
  /// covers it, its value is the next mHKD above.
  package mutating func raiseMoved(held: (Bid) -> Int64) {
    for (index, bid) in bids.enumerated() {
      guard let move = bid.moved, let rate = rates[bid.currency] else { continue }
      let gpuQuarters = bid.lostGPUQuarters
      for option in instance.bids[index].options.indices {
        let entry = instance.bids[index].options[option]
        guard move.raise(gpuQuarters: gpuQuarters, bid.currency, rates) == 0,
          move.slack(gpuQuarters: gpuQuarters, rate) > 0,
          move.most(gpuQuarters: gpuQuarters, at: entry.value + 1, rate) <= held(bid)
        else { continue }
        instance.bids[index].options[option].value += 1
      }
    }
  }
}

extension MarketBook {
  /// Above the dearest limit within the bounds of prices and rates; what the solver takes.
  private static let worthLimit: Int64 = 1 << 35

  /// The elastic leases that still have slots to sell, on the pools of this round.
  static func running(
    _ leases: [ElasticLease], _ pools: [FrozenRound.Pool], _ instance: Instance,
    _ subsidies: inout SubsidyRows, _ units: [Int64], _ grid: Grid, _ rules: Rules
  ) -> (rows: [Instance.Running], leases: [FrozenRound.Running]) {
    var index: [String: Int] = [:]
    for (number, pool) in pools.enumerated() { index[pool.id] = number }
    var rows: [Instance.Running] = []
    var known: [FrozenRound.Running] = []
    for lease in leases.sorted(by: { $0.bid < $1.bid }) {
      guard let pool = index[lease.pool], let rate = subsidies.rates[pools[pool].currency],
        rows.last?.seq != lease.bid
      else { continue }
      let start = grid.slot(notBefore: lease.from)
      // Money goes to the earliest slots first.
      let first = start < grid.count ? grid.edges[start] : grid.end
      let end = grid.slotsEnded(by: min(lease.until, first + lease.quarters * Span.quarter))
      let room = lease.room / units[pool] * units[pool]
      let value = min(lease.value(rate), Self.worthLimit)
      guard start < min(end, instance.windowEnd), room > 0, value > 0 else { continue }
      // What was not sold to it without a gap, it does not hold.
      let held = first == lease.from ? lease.held : nil
      let ask = instance.pools[pool].ask[start]
      rows.append(
        Instance.Running(
          seq: lease.bid, pool: pool,
          subsidy: lease.subsidy.flatMap {
            subsidies.row($0, pool, from: lease.tenantRate, to: lease.siteRate)
          },
          value: value, room: room,
          held: min(room, (held?.gpus ?? 0) / units[pool] * units[pool]),
          bonus: ask * rules.kappaPermille / 1_000, start: start, end: end))
      known.append(FrozenRound.Running(lease: lease.lease, bid: lease.bid, held: held))
    }
    return (rows, known)
  }
}
