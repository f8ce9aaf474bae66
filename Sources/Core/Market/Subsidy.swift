package import Placement
package import Units

/// What an award pays of a bid's asks (clearing.md, 4), frozen into the bid when it is placed and
/// known before the round closes: no bid and no price of the round can change it.
package struct SubsidyTerms: Sendable, Equatable, Record {
  package var award = ""
  /// The most per GPU-hour, so that what is set aside for the bid suffices; minor units of the
  /// tenant's currency.
  package var cap: Int64 = 0
  /// Share of the ask, permille.
  package var permille: Int64 = 0
  /// Of no chip but these anything is paid. Ascending by chip.
  package var prices: [Price] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("award", &award, .id)
    try codec.int("cap", &cap, Bound.price)
    try codec.int("permille", &permille, 0...1_000)
    try codec.list("prices", &prices, 0...8)
  }

  /// The prices above which a fund pays no share of an ask; minor units of the tenant's currency per
  /// GPU-hour.
  package struct Price: Sendable, Equatable, Record {
    package var chip = ""
    package var list: Int64 = 0
    /// What unrelated parties paid for the chip without a fund.
    package var reference: Int64 = 0

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.text("chip", &chip, .id)
      try codec.int("list", &list, Bound.price)
      try codec.int("reference", &reference, Bound.price)
    }
  }

  /// What is paid of an ask per GPU-hour; all in minor units of one currency.
  static func share(of ask: Int64, permille: Int64, ceiling: Int64, cap: Int64) -> Int64 {
    min(cap, permille * min(ask, ceiling) / 1_000)
  }

  /// The highest ask of which the share is paid; 0 for a chip that the award does not name.
  func ceiling(_ chip: String) -> Int64 {
    prices.first { $0.chip == chip }.map { min($0.list, $0.reference) } ?? 0
  }

  /// The most that a fund could pay for any placement, rounded up, minor units: what it is asked to
  /// set aside; nil when it passes `Bound.hold`.
  package func most(_ terms: BidTerms) -> Int64? {
    var most: Int64 = 0
    for alternative in terms.alternatives {
      let each = permille * ceiling(alternative.chip) / 1_000
      let amount = dividedUp(Self.gpuQuarters(alternative) * Int128(each), by: 4)
      guard amount <= Int128(Bound.hold.upperBound) else { return nil }
      most = max(most, Int64(amount))
    }
    return most
  }

  /// Sets the cap so that no placement costs the fund more than what it has set aside.
  package mutating func limit(to held: Int64, _ terms: BidTerms) {
    let largest = terms.alternatives.map(Self.gpuQuarters).max() ?? 0
    guard largest > 0 else { return cap = 0 }
    cap = Int64(clamping: min(4 * Int128(held) / largest, Int128(Bound.price.upperBound)))
  }

  private static func gpuQuarters(_ alternative: BidTerms.Alternative) -> Int128 {
    Int128(alternative.gpus) * Int128(alternative.quarters)
  }
}

/// Who decides what subsidised bids get.
package enum SubsidyRule: String, Sendable, CaseIterable {
  /// They compete by what their tenants and the fund pay together.
  case share
  /// They get what all others have left, at the ask: they cannot move a price.
  case spare
}

/// The shares of asks that a round freezes, one row for all bids with equal terms on a pool.
struct SubsidyRows {
  private struct Key: Hashable {
    var pool: Int
    var permille: Int64
    var ceiling: Int64
    var cap: Int64
  }

  private let pools: [FrozenRound.Pool]
  let rates: OrderedMap<Currency, Rate>
  private var index: [Key: Int] = [:]
  private(set) var rows: [Instance.Subsidy] = []
  /// By row and slot, minor units of the site's currency per GPU-hour.
  private(set) var amounts: [[Int64]] = []

  init(_ pools: [FrozenRound.Pool], _ rates: OrderedMap<Currency, Rate>) {
    self.pools = pools
    self.rates = rates
  }

  /// The option as its tenant's own money sees it. On a site of another currency it keeps one minor
  /// unit of its limit back: total and share are rounded apart there.
  mutating func apply(_ bid: Bid, to option: inout Instance.Option) {
    guard let terms = bid.subsidy, let rate = rates[bid.currency],
      let site = rates[pools[option.pool].currency]
    else { return }
    option.subsidy = row(terms, option.pool, from: rate, to: site)
    guard option.subsidy != nil, pools[option.pool].currency != bid.currency else { return }
    let least = bid.terms.kind == .split ? option.unit : option.least
    option.value -= Conversion.askUp(
      Int64(dividedUp(4, by: Int128(max(1, least * option.quarters)))), rate)
  }

  /// The row of these terms on a pool, at these rates of the tenant's and the site's currency; nil
  /// where they pay nothing.
  mutating func row(
    _ terms: SubsidyTerms, _ number: Int, from tenant: Rate, to site: Rate
  ) -> Int? {
    let pool = pools[number]
    guard let now = rates[pool.currency] else { return nil }
    func ofSite(_ amount: Int64) -> Int64 {
      guard tenant != site else { return amount }
      let (numerator, denominator) = Conversion.converted(Int128(amount), from: tenant, to: site)
      return Int64(clamping: numerator / denominator)
    }
    let key = Key(
      pool: number, permille: terms.permille, ceiling: ofSite(terms.ceiling(pool.chip)),
      cap: ofSite(terms.cap))
    if let known = index[key] { return known }
    let amounts = pool.asks.map { ask in
      SubsidyTerms.share(of: ask, permille: key.permille, ceiling: key.ceiling, cap: key.cap)
    }
    guard amounts.contains(where: { $0 > 0 }) else { return nil }
    index[key] = rows.count
    self.amounts.append(amounts)
    rows.append(
      Instance.Subsidy(pool: number, amount: amounts.map { Conversion.shareDown($0, now) }))
    return rows.count - 1
  }
}

extension FrozenRound {
  /// What a bid pays above the asks: where subsidised bids get what is left, they pay nothing.
  package func congestion(_ clearing: Clearing, of bid: Int) -> [[Int64]] {
    guard instance.spare, Spare.isSubsidised(instance.bids[bid]) else { return clearing.congestion }
    return clearing.congestion.map { $0.map { _ in 0 } }
  }

  /// What a fund pays of the ask for an option in a slot, minor units of the site's currency per
  /// GPU-hour.
  package func share(_ option: Instance.Option, _ slot: Int) -> Int64 {
    option.subsidy.map { subsidies[$0][slot] } ?? 0
  }

  /// What a fund pays for one part of a fill with its extras: over the cells, GPUs x quarter hours x
  /// share in minor units of the site.
  package func share(of fill: Fill, _ part: Fill.Part) -> Int128 {
    let option = instance.bids[fill.bid].options[part.option]
    guard option.subsidy != nil else { return 0 }
    var sum: Int128 = 0
    let end = grid.edges[fill.start] + option.quarters * Span.quarter
    var slot = fill.start
    while slot < grid.count, grid.edges[slot] < end {
      let extra = fill.extras.first { $0.slot == slot }?.gpus ?? 0
      sum +=
        Int128(part.gpus + extra) * Int128(instance.widths[slot]) * Int128(share(option, slot))
      slot += 1
    }
    return sum
  }
}
