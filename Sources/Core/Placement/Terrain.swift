import Units

/// What all trajectories of one round share: prices, tolls, orders and candidate lists. Never
/// changes once it is made.
final class Terrain: Sendable {
  let field: Field
  /// By cell, 1/64 mHKD per GPU-hour.
  let duals: [Int64]
  /// What the duals prove, in the unit of welfare.
  let bound: Int64
  /// No tolls: the asks alone.
  let asks: Tolls
  /// The duals in several strengths.
  let tolls: [Tolls]
  var levels: Int { tolls.count }
  /// By bid: surplus at the duals, in 1/64, at its best place there, which may be below zero.
  let ranks: Flat<Int64>
  /// By bid: surplus at asks, in 1/64.
  let worths: Flat<Int64>
  /// By bid: GPUs times length, at least 1.
  let sizes: Flat<Int64>
  /// Bids that have a placement at all.
  let hopeful: [Int]
  /// Choices of bids that are not splits, by pool and part of the grid.
  let listed: Flat<Int32>
  private let lists: [Range<Int>]
  private let parts: Int
  /// Whether there is time for a few of the fillings only, and for no exchange at the end.
  let isVeryLarge: Bool
  /// Winners taken out at most around one moment of one pool, and refused bids tried in the holes of
  /// one step: in very large rounds there is time for small steps only.
  let ruined: Int
  let tries: Int
  /// A filling to begin with: the best of several greedy ones.
  let first: [Fill]

  /// Slots in one part of the grid.
  private static let partSlots = 8

  init(_ field: Field) {
    self.field = field
    let prices = DualPrices(field, passes: Terrain.passes(field))
    let duals = prices.cells
    self.duals = duals
    bound = Certificate.bound(field, duals: duals) ?? .max
    asks = Tolls(field)
    tolls = [4, 8, 12, 16].map { Tolls(field, duals: duals, share: $0) }
    let count = field.ranges.count
    ranks = Flat(repeating: 0, count: count)
    worths = Flat(repeating: 0, count: count)
    sizes = Flat(repeating: 1, count: count)
    var pricer = Pricer(field, duals: duals)
    var hopeful: [Int] = []
    for bid in 0..<count {
      ranks[bid] = pricer.rank(bid)
      for index in field.ranges[bid] {
        let choice = field.choices[index]
        worths[bid] = max(worths[bid], 64 * choice.most)
        sizes[bid] = choice.gpus * choice.quarters
      }
      for index in field.splitRanges[bid] {
        worths[bid] = max(worths[bid], 64 * field.splitStarts[index].surplus)
      }
      if worths[bid] > 0 { hopeful.append(bid) }
    }
    self.hopeful = hopeful
    isVeryLarge = hopeful.count > 20_000
    ruined = hopeful.count > 2_000 ? 5 : 10
    tries = hopeful.count > 2_000 ? 32 : 48
    parts = max(1, (field.slots + Terrain.partSlots - 1) / Terrain.partSlots)
    var rows = [[Int32]](repeating: [], count: field.pools * parts)
    for bid in hopeful where field.splitRanges[bid].isEmpty {
      for index in field.ranges[bid] {
        let choice = field.choices[index]
        let from = Int(field.runs[choice.firstRun].start) / Terrain.partSlots
        let until = (field.runs[choice.endRun - 1].end - 1) / Terrain.partSlots
        for part in from...until { rows[choice.pool * parts + part].append(Int32(index)) }
      }
    }
    var lists: [Range<Int>] = []
    var listed: [Int32] = []
    for row in rows {
      lists.append(listed.count..<(listed.count + row.count))
      listed += row
    }
    self.lists = lists
    self.listed = Flat(listed)
    first = Terrain.filling(field, ranks, worths, prices.wins, asks, tolls, isVeryLarge)
  }

  /// Passes of the price adjustment, by the size of the round, so that prices take a share of a second.
  private static func passes(_ field: Field) -> Int64 {
    var columns: Int64 = 0
    for index in 0..<field.runs.count { columns += Int64(field.runs[index].count) }
    let affordable = max(20_000_000 / max(1, columns), min(400, 100_000_000 / max(1, columns)))
    return max(60, min(100 + 40 * Int64(field.ranges.count), 1_500, affordable))
  }

  /// Where in `listed` the choices stand that could use the slot.
  func candidates(_ pool: Int, _ slot: Int) -> Range<Int> {
    lists[pool * parts + slot / Terrain.partSlots]
  }

  private static func filling(
    _ field: Field, _ ranks: borrowing Flat<Int64>, _ worths: borrowing Flat<Int64>,
    _ wins: [Int64], _ asks: Tolls, _ tolls: [Tolls], _ isVeryLarge: Bool
  ) -> [Fill] {
    var surpluses: [Int64?] = []
    var wishes: [Int64?] = []
    for bid in wins.indices {
      let placed = ranks[bid] > .min
      surpluses.append(placed ? ranks[bid] : nil)
      wishes.append(placed ? (wins[bid] + 1) * (worths[bid] / 64) : nil)
    }
    let surplus = Greedy.order(surpluses)
    let wanted = Greedy.order(wishes)
    var best = Greedy.filled(field, order: wanted, tolls: tolls[3])
    Engine.fillUp(&best, asks: asks)
    var others = [(surplus, 2), (surplus, 1), (wanted, 2)]
    if isVeryLarge {
      others.removeLast(2)
    } else {
      // The plain filling is among them, as no outcome may be worth less (`ClearingCheck`).
      var plain = Greedy.byDensity(field)
      Engine.fillUp(&plain, asks: asks)
      if plain.welfare > best.welfare { best = plain }
    }
    for (order, level) in others {
      var other = Greedy.filled(field, order: order, tolls: tolls[level])
      Engine.fillUp(&other, asks: asks)
      if other.welfare > best.welfare { best = other }
    }
    return best.fills([[Fill.Extra]](repeating: [], count: wins.count))
  }
}
