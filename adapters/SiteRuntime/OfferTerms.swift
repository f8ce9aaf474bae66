/// What a centre lets be sold, and for how much: its settings, not its cluster.
package struct OfferTerms: Sendable, Hashable {
  /// A lowest price, always or between two minutes of the market's day (+08:00), over midnight when
  /// the first is the later one.
  package struct Ask: Sendable, Hashable {
    /// Minor units of the site's currency per GPU-hour.
    package var price: Int64
    package var fromMinute: Int64
    package var toMinute: Int64

    package init(price: Int64, fromMinute: Int64 = 0, toMinute: Int64 = 1_440) {
      self.price = price
      self.fromMinute = fromMinute
      self.toMinute = toMinute
    }

    func covers(_ minute: Int64) -> Bool {
      fromMinute <= toMinute
        ? (fromMinute..<toMinute).contains(minute) : minute >= fromMinute || minute < toMinute
    }
  }

  package struct Pool: Sendable, Hashable {
    package enum Unit: String, Sendable, Hashable, CaseIterable {
      /// Whole nodes.
      case node
      /// Single GPUs.
      case gpu
    }

    package var pool: String
    package var unit: Unit
    /// Units that are never offered.
    package var keepBack: Int64
    /// The first that covers a minute holds; a minute that none covers is not offered.
    package var asks: [Ask]
    /// Notice with which we may take back, ms; nil for never.
    package var reclaim: Int64?
    /// How long what we say holds without our saying it again, ms.
    package var promise: Int64
    /// How far ahead capacity is offered, ms; a year at most.
    package var horizon: Int64

    /// When it is offered, minutes of the week from Monday 00:00 (+08:00), on quarter hours;
    /// nil for always.
    package var hours: [Range<Int64>]?
    /// Units that are sold at one time at most, to everybody together; nil: all.
    package var sellAtMost: Int64?
    /// Units that one tenant may have at one time, all its leases together; nil: any.
    package var mostUnits: Int64?
    /// Lengths of leases, quarter hours; nil: any.
    package var shortest: Int64?
    package var longest: Int64?
    /// Trades of more units wait for a person.
    package var approveAbove: Int64?
    /// Leases are made so long before they start, ms, when that is earlier than the agent would.
    package var prepareAhead: Int64?

    package init(
      pool: String, unit: Unit = .node, keepBack: Int64 = 0, asks: [Ask], reclaim: Int64? = nil,
      promise: Int64 = 48 * 3_600_000, horizon: Int64 = 364 * 86_400_000
    ) {
      self.pool = pool
      self.unit = unit
      self.keepBack = keepBack
      self.asks = asks
      self.reclaim = reclaim
      self.promise = promise
      self.horizon = min(horizon, 366 * 86_400_000)
    }

    func isOpen(atWeekMinute minute: Int64) -> Bool {
      hours?.contains { $0.contains(minute) } ?? true
    }

    func ask(atMinute minute: Int64) -> Int64? { asks.first { $0.covers(minute) }?.price }

    /// What of so many GPUs may be sold: whole units less those kept back, up to what is sold at most.
    func sellable(_ gpus: Int64, node: Int64) -> Int64 {
      let size = unit == .node ? max(1, node) : 1
      return min(max(0, gpus / size - keepBack), sellAtMost ?? .max) * size
    }

    /// What the broker holds each lease and tenant to.
    func limits(node: Int64) -> SiteOffer.Limits {
      let size = unit == .node ? max(1, node) : 1
      return SiteOffer.Limits(
        shortest: shortest, longest: longest, most: mostUnits.map { min($0 * size, 1_000_000) })
    }
  }

  /// Of the site, as enrolled: `HKD`.
  package var currency: String
  package var pools: [Pool]

  package init(currency: String, pools: [Pool]) {
    self.currency = currency
    self.pools = pools
  }
}
