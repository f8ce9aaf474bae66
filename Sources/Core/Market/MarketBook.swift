package import Placement
package import Units

/// What a round freezes: sites and their facts, offers, and the open bids.
package struct MarketBook: Sendable {
  package var sites = OrderedMap<String, Site>()
  /// By site and data class, `site/class`.
  package var certificates = OrderedMap<String, Certificate>()
  /// By site and metro, `site/metro`: ms.
  package var latencies = OrderedMap<String, Int64>()
  /// HKD per unit of the other currencies.
  package var rates = OrderedMap<Currency, DatedRate>()
  /// By site.
  package var offers = OrderedMap<String, Offer>()
  /// What pools may offer at most, by pool.
  package var caps = OrderedMap<String, CapacityCap>()
  /// Centres that owe damages: they sell nothing until they have paid.
  package var suspended: [String] = []
  /// By position.
  package var bids = OrderedMap<Int64, Bid>()

  package init() {}

  /// The key of facts about a site.
  package static func key(_ site: String, _ other: String) -> String { "\(site)/\(other)" }

  /// The rate of a currency at a time; nil when there is none in force.
  package func rate(_ currency: Currency, at time: Int64) -> Rate? {
    if currency == .hkd { return Rate() }
    guard let dated = rates[currency], time < dated.validUntil else { return nil }
    return dated.rate
  }
}

/// A rate and how long it may be used.
package struct DatedRate: Sendable, Equatable, Record {
  package var currency: Currency = .cny
  package var rate = Rate()
  package var validUntil: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.choice("currency", &currency)
    try codec.record("rate", &rate)
    try codec.int("validUntil", &validUntil, Bound.time)
  }
}

/// Capacity that a lease has taken.
package struct Commitment: Sendable {
  package var pool: String
  package var from: Int64
  package var to: Int64
  package var gpus: Int64

  package init(pool: String, from: Int64, to: Int64, gpus: Int64) {
    self.pool = pool
    self.from = from
    self.to = to
    self.gpus = gpus
  }
}

/// The frozen copy of a round: what the solver sees, and what its numbers stand for.
package struct FrozenRound: Sendable {
  package var round: Int64
  package var closedAt: Int64
  package var grid: Grid
  package var pools: [Pool]
  /// The same order as in `instance`.
  package var bids: [Bid]
  package var instance: Instance
  package var feePermille: Int64
  /// Iterations that each trajectory may make, by the rules at the close.
  package var iterations: Int64
  /// Rates in force at the close, HKD included.
  package var rates: OrderedMap<Currency, Rate>
  /// The same order as in `instance.running`.
  package var running: [Running]
  /// By site and metro, as at the close.
  package var latencies: OrderedMap<String, Int64>
  /// By row of `instance.subsidies` and slot: minor units of the site's currency per GPU-hour.
  package var subsidies: [[Int64]]
  /// Bids that may not be placed where another currency is paid: the market would owe too much in it.
  package var barred: Set<Int64> = []
  /// By bid: pools where its tenant would come to have more than the centre lets one tenant have.
  package var overMost = OrderedMap<Int64, [String]>()

  /// A pool as people know it.
  package struct Pool: Sendable {
    package var id: String
    package var site: String
    package var centre: String
    package var chip: String
    package var currency: Currency
    /// Lowest price in each slot, minor units of the site's currency per GPU-hour.
    package var asks: [Int64]
    /// Offered in each slot, leased capacity included.
    package var offered: [Int64]
    package var reclaim: Int64?
    /// GPUs that one tenant may have at one time; nil: any.
    package var most: Int64?
  }
}

/// Why a bid cannot be placed on a pool: the first rule that it fails (clearing.md, 7).
package enum Inadmissible: String, Sendable, CaseIterable {
  case chip
  case site
  case jurisdiction
  case dataClass
  case unmeasured
  case tooFar
  case reclaimable
  case unit
  case exclusive
  /// The centre sells longer leases only, shorter ones, or fewer GPUs to one tenant.
  case tooShort
  case tooLong
  case tooMany
  case noRate
  /// The market would owe too much in the pool's currency.
  case fxHeadroom
}

extension MarketBook {
  /// Freezes the book for a round (decisions.md, 18).
  package func freeze(
    round: Int64, at time: Int64, rules: Rules, commitments: [Commitment],
    elastic: [ElasticLease] = []
  ) -> FrozenRound {
    let grid = Grid(closing: time, rules: rules)
    var taken: [String: [Commitment]] = [:]
    for commitment in commitments { taken[commitment.pool, default: []].append(commitment) }
    var rates = OrderedMap<Currency, Rate>()
    for currency in Currency.allCases { rates[currency] = rate(currency, at: time) }

    var pools: [FrozenRound.Pool] = []
    var shapes: [Offer.Pool] = []
    /// A bid looks at the pools of its chips alone: there may be a thousand others.
    var byChip = OrderedMap<String, [Int]>()
    var instance = Instance()
    for offer in offers.values {
      guard let site = sites[offer.site], let rate = rates[site.currency] else { continue }
      for shape in offer.pools {
        let id = offer.id(of: shape)
        var (offered, asks) = Self.schedule(shape, grid)
        caps[id]?.lower(&offered, unit: shape.unit, grid)
        let used = Self.used(taken[id] ?? [], grid)
        let sellable = time < offer.sellUntil && !suspended.contains(site.centre)
        instance.pools.append(
          Instance.Pool(
            capacity: offered.indices.map { sellable ? max(0, offered[$0] - used[$0]) : 0 },
            ask: asks.map { Conversion.askUp($0, rate) }))
        pools.append(
          FrozenRound.Pool(
            id: id, site: site.id, centre: site.centre, chip: shape.chip, currency: site.currency,
            asks: asks, offered: offered, reclaim: shape.reclaim, most: shape.limits?.most))
        byChip[shape.chip, default: []].append(shapes.count)
        shapes.append(shape)
      }
    }
    instance.round = round
    instance.widths = grid.widths
    instance.extrasEnd = grid.extrasSold(rules)
    instance.windowEnd = max(
      instance.extrasEnd, grid.slot(notBefore: grid.start + rules.windowHours * Span.hour))
    var subsidies = SubsidyRows(pools, rates)
    let running = Self.running(
      elastic, pools, instance, &subsidies, shapes.map(\.unit), grid, rules)
    instance.running = running.rows
    var frozen: [Bid] = []
    for bid in bids.values {
      guard let rate = rates[bid.currency] else { continue }
      frozen.append(bid)
      let value = Conversion.Value(
        rate: rate, feePermille: bid.moved?.feePermille ?? rules.feePermille)
      var options: [Instance.Option] = []
      let chips = bid.terms.alternatives.map(\.chip)
      for (number, chip) in chips.enumerated() where !chips[..<number].contains(chip) {
        for index in byChip[chip] ?? [] {
          options += self.options(bid, index, pools[index], shapes[index], value, grid)
            .map { bid.moved == nil ? $0 : moved($0, bid, rates, instance, rules) }
        }
      }
      options.sort { ($0.alternative, $0.pool) < ($1.alternative, $1.pool) }
      for index in options.indices { subsidies.apply(bid, to: &options[index]) }
      instance.bids.append(Instance.Bid(seq: bid.seq, kind: bid.terms.kind, options: options))
    }
    instance.subsidies = subsidies.rows
    instance.spare = rules.subsidy == .spare
    return FrozenRound(
      round: round, closedAt: time, grid: grid, pools: pools, bids: frozen, instance: instance,
      feePermille: rules.feePermille, iterations: rules.iterations(bids: frozen.count),
      rates: rates, running: running.leases,
      latencies: latencies, subsidies: subsidies.amounts)
  }

  /// Why this pool is no place for any alternative of this bid, or nil.
  package func inadmissible(
    _ terms: BidTerms, _ site: Site, _ pool: Offer.Pool, at end: Int64
  ) -> Inadmissible? {
    guard terms.alternatives.contains(where: { $0.chip == pool.chip }) else { return .chip }
    if let fault = terms.whereabouts.fault(of: site) { return fault }
    if let dataClass = terms.dataClass, !isCertified(site, dataClass, until: end) {
      return .dataClass
    }
    if let near = terms.near {
      guard let roundTrip = latencies[Self.key(site.id, near.metro)] else { return .unmeasured }
      if let maximum = near.maximum, roundTrip > maximum { return .tooFar }
    }
    if let notice = pool.reclaim {
      guard let accepted = terms.notice, notice >= accepted else { return .reclaimable }
    }
    guard pool.unit.isMultiple(of: terms.together) else { return .unit }
    if terms.exclusive, pool.unit != pool.node { return .exclusive }
    guard let limits = pool.limits else { return nil }
    var found: Inadmissible?
    for alternative in terms.alternatives where alternative.chip == pool.chip {
      guard let fault = limits.fault(of: alternative) else { return nil }
      found = fault
    }
    return found
  }

  /// There is evidence that the site may hold data of this class, and it does not end before then.
  package func isCertified(_ site: Site, _ dataClass: String, until end: Int64) -> Bool {
    certificates[Self.key(site.id, dataClass)].map { $0.until >= end } ?? false
  }

  /// The bid may go to this site as far as place and data class go.
  package func mayHold(
    _ site: Site, _ terms: BidTerms, _ dataClass: String, until end: Int64
  ) -> Bool {
    terms.whereabouts.fault(of: site) == nil && isCertified(site, dataClass, until: end)
  }

  private func options(
    _ bid: Bid, _ index: Int, _ pool: FrozenRound.Pool, _ shape: Offer.Pool,
    _ value: Conversion.Value, _ grid: Grid
  ) -> [Instance.Option] {
    let terms = bid.terms
    guard let site = sites[pool.site],
      inadmissible(terms, site, shape, at: terms.latestEnd) == nil
    else { return [] }
    let roundTrip = terms.near.flatMap { latencies[Self.key(site.id, $0.metro)] } ?? 0
    let first = grid.slot(notBefore: terms.earliest)
    let end = grid.slotsEnded(by: terms.latestEnd)
    return terms.alternatives.indices.compactMap { number in
      let alternative = terms.alternatives[number]
      guard alternative.chip == shape.chip, alternative.gpus.isMultiple(of: shape.unit),
        alternative.least.isMultiple(of: shape.unit),
        shape.limits?.fault(of: alternative) == nil
      else { return nil }
      return Instance.Option(
        alternative: number, pool: index,
        value: value.perGPUHour(
          limit: alternative.limit, latencyPrice: terms.near?.price ?? 0, roundTrip: roundTrip),
        gpus: alternative.gpus, least: alternative.least, unit: shape.unit,
        quarters: alternative.quarters, earliest: first, latestEnd: end)
    }
  }

  /// What is left of a lease pays no more than it paid and what the centre at fault covers, and
  /// ranks higher by what moving costs.
  private func moved(
    _ option: Instance.Option, _ bid: Bid, _ rates: OrderedMap<Currency, Rate>,
    _ instance: Instance, _ rules: Rules
  ) -> Instance.Option {
    guard let move = bid.moved, let rate = rates[bid.currency],
      option.earliest < option.latestEnd
    else { return option }
    var option = option
    let limit = bid.terms.alternatives[option.alternative].limit
    let free = Conversion.Value(rate: rate, feePermille: move.feePermille)
    let distance =
      free.perGPUHour(limit: limit, latencyPrice: 0, roundTrip: 0) - option.value
    let gpuQuarters = bid.lostGPUQuarters
    let most =
      Int128(move.value(gpuQuarters: gpuQuarters, rate))
      + Int128(move.raise(gpuQuarters: gpuQuarters, bid.currency, rates))
    option.value = Int64(clamping: min(Int128(option.value), most - Int128(distance)))
    option.bonus = instance.pools[option.pool].ask[option.earliest] * rules.kappaPermille / 1_000
    return option
  }

  /// GPUs offered and the ask in each slot: a wide slot has the least of its hours, and its dearest ask.
  package static func schedule(_ pool: Offer.Pool, _ grid: Grid) -> (gpus: [Int64], asks: [Int64]) {
    var gpus = [Int64](repeating: 0, count: grid.count)
    var asks = [Int64](repeating: 0, count: grid.count)
    var next = 0
    for slot in 0..<grid.count {
      let from = grid.edges[slot]
      let to = grid.edges[slot + 1]
      while next < pool.spans.count, pool.spans[next].to <= from { next += 1 }
      var covered = from
      var least = Int64.max
      var index = next
      while index < pool.spans.count, covered < to, pool.spans[index].from <= covered {
        least = min(least, pool.spans[index].gpus)
        asks[slot] = max(asks[slot], pool.spans[index].ask)
        covered = pool.spans[index].to
        index += 1
      }
      gpus[slot] = covered >= to ? least / pool.unit * pool.unit : 0
    }
    return (gpus, asks)
  }

  private static func used(_ commitments: [Commitment], _ grid: Grid) -> [Int64] {
    var used = [Int64](repeating: 0, count: grid.count)
    for commitment in commitments {
      var slot = max(0, grid.slotsEnded(by: commitment.from))
      while slot < grid.count, grid.edges[slot] < commitment.to {
        used[slot] += commitment.gpus
        slot += 1
      }
    }
    return used
  }
}
