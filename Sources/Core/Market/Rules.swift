package import Units

/// What the market plays by. Rules live in the log, not in files: replicas cannot differ in them.
package struct Rules: Sendable, Equatable, Record {
  /// How many searches of one round there are, each from a seed of its own; the best one counts.
  /// Two, so that the smallest machine runs them side by side.
  package static let trajectories: Int64 = 2

  /// Iterations of the search, by the number of bids in the round.
  package var budgets: [Budget] = [
    Budget(bids: 100, iterations: 30_000), Budget(bids: 1_000, iterations: 40_000),
    Budget(bids: 10_000, iterations: 300_000), Budget(bids: 100_000, iterations: 1_000_000),
  ]
  /// What a centre pays for firm capacity that it did not deliver and that was not replaced: a share
  /// of its price, permille (theta of clearing.md, 10).
  package var damagesPermille: Int64 = 200
  /// Fee on the tenant's bill, permille; limits are all-in.
  package var feePermille: Int64 = 10
  package var grid = GridRules()
  /// By how much of the ask a lease ranks higher for what it has already, permille: what a change
  /// costs. In the objective, never in a price (kappa of clearing.md, 1.5).
  package var kappaPermille: Int64 = 20
  /// A round sells slots that begin at least this long after it closes; ms.
  package var lead: Int64 = 5 * Span.minute
  /// Open bids of one party.
  package var openBidsPerParty: Int64 = 10_000
  /// Length of a round; rounds close at whole multiples of it since 1970; ms.
  package var roundLength: Int64 = 15 * Span.minute
  /// How long readings may be late before the rest of a lease is given up; ms.
  package var settleGrace: Int64 = 72 * Span.hour
  /// How far ahead extras of elastic bids are sold beyond the hour in which the next round begins to
  /// sell; hours.
  package var soldAhead: Int64 = 1
  /// What subsidised bids compete for.
  package var subsidy: SubsidyRule = .share
  /// In how many hours planned extras bind the tenant.
  package var windowHours: Int64 = 24

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("budgets", &budgets, 1...16)
    try codec.int("damagesPermille", &damagesPermille, 0...1_000)
    try codec.int("feePermille", &feePermille, 0...500)
    try codec.record("grid", &grid)
    try codec.int("kappaPermille", &kappaPermille, 0...500)
    try codec.int("lead", &lead, 0...Span.day)
    try codec.int("openBidsPerParty", &openBidsPerParty, 1...1_000_000)
    try codec.int("roundLength", &roundLength, Span.second...Span.day)
    try codec.int("settleGrace", &settleGrace, 0...30 * Span.day)
    try codec.int("soldAhead", &soldAhead, 0...24)
    try codec.choice("subsidy", &subsidy)
    try codec.int("windowHours", &windowHours, 0...168)
  }

  /// The budget of a round with that many bids.
  package func iterations(bids: Int) -> Int64 {
    for budget in budgets where bids <= Int(budget.bids) { return budget.iterations }
    return budgets.last?.iterations ?? 1
  }

  /// How long rounds up to a size are searched.
  package struct Budget: Sendable, Equatable, Record {
    /// Up to this many bids.
    package var bids: Int64 = 1
    package var iterations: Int64 = 1

    package init() {}

    package init(bids: Int64, iterations: Int64) {
      self.bids = bids
      self.iterations = iterations
    }

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("bids", &bids, 1...10_000_000)
      try codec.int("iterations", &iterations, 1...1_000_000)
    }
  }
}

/// The table of slot lengths (decisions.md, 22).
package struct GridRules: Sendable, Equatable, Record {
  /// Days in slots of a day after the hourly part, then up to a Monday. 0: none.
  package var days: Int64 = 28
  /// Days in slots of an hour, then up to a midnight at +08:00.
  package var hourlyDays: Int64 = 7
  /// Whole hours in slots of a quarter hour after the hour that is under way.
  package var quarterHours: Int64 = 2
  /// Weeks after that. Needs days.
  package var weeks: Int64 = 48

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("days", &days, 0...400)
    try codec.int("hourlyDays", &hourlyDays, 0...60)
    try codec.int("quarterHours", &quarterHours, 0...48)
    try codec.int("weeks", &weeks, 0...104)
  }
}

/// The slots that a round may sell, in order and without gaps. As time passes wide slots split at
/// edges that were there before, so what was sold by one grid is whole slots of every later one.
package struct Grid: Sendable, Equatable {
  /// Where slots begin; the last edge ends the last slot. ms since 1970, quarter hours.
  package let edges: [Int64]

  package init(edges: [Int64]) { self.edges = edges }

  /// The grid of a round that closes at this time.
  package init(closing time: Int64, rules: Rules) {
    let first = Self.aligned(time + rules.lead, Span.quarter)
    let quartersEnd = first / Span.hour * Span.hour + (rules.grid.quarterHours + 1) * Span.hour
    var edges: [Int64] = []
    func extend(to end: Int64, by step: Int64) {
      var edge = edges.last ?? first
      if edges.isEmpty { edges.append(edge) }
      while edge < end {
        edge += step
        edges.append(edge)
      }
    }
    extend(to: quartersEnd, by: Span.quarter)
    if rules.grid.hourlyDays > 0 {
      let end = MarketCalendar.midnight(notBefore: quartersEnd + rules.grid.hourlyDays * Span.day)
      extend(to: end, by: Span.hour)
      if rules.grid.days > 0 {
        let last = MarketCalendar.monday(notBefore: end + rules.grid.days * Span.day)
        extend(to: last, by: Span.day)
        extend(to: last + rules.grid.weeks * Span.week, by: Span.week)
      }
    }
    self.edges = edges
  }

  package var count: Int { max(0, edges.count - 1) }
  package var start: Int64 { edges.first ?? 0 }
  package var end: Int64 { edges.last ?? 0 }

  /// Quarter hours in each slot.
  package var widths: [Int64] {
    (0..<count).map { (edges[$0 + 1] - edges[$0]) / Span.quarter }
  }

  /// The first slot that begins at or after this time; `count` when there is none.
  package func slot(notBefore time: Int64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Extras are sold by the hour: the slot before which this round sells them (clearing.md, 1.3).
  package func extrasSold(_ rules: Rules) -> Int {
    let next = (start + rules.roundLength + Span.hour - 1) / Span.hour * Span.hour
    // What a bid holds covers extras in the window and no further.
    return min(
      slotsEnded(by: start + rules.windowHours * Span.hour),
      slot(notBefore: next + rules.soldAhead * Span.hour))
  }

  /// The number of slots that end at or before this time.
  package func slotsEnded(by time: Int64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high + 1) / 2
      if edges[middle] <= time { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private static func aligned(_ time: Int64, _ step: Int64) -> Int64 {
    (time + step - 1) / step * step
  }
}
