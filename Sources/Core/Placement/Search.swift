import Units

/// Ruin and recreate: takes some winners out around one place, puts them and refused bids of those
/// pools back in a shaken order, and keeps the result when it is not much worse; how much
/// shrinks to nothing. Seeded by the round, so it repeats.
struct Search {
  /// The best allocation seen.
  private(set) var best: Allocation

  private let field: Field
  private var now: Allocation
  /// The duals in several strengths, and the one of this step.
  private let scales: [Allocation.Tolls]
  private var tolls: Allocation.Tolls
  /// By bid: surplus at the duals, and at asks, 1/64.
  private let ranks: [Int128]
  private let worths: [Int128]
  /// By bid: GPUs times length.
  private let sizes: [Int128]
  /// By pool: choices of bids that are not splits.
  private let candidates: [[Int]]
  /// Bids that have a placement at all.
  private let hopeful: [Int]
  private var dice: Dice
  /// By what this step orders bids.
  private var order = 0
  /// What the current step changed, in order: for going back.
  private var journal: [(bid: Int, stand: Allocation.Stand?)] = []
  /// What the current step took out.
  private var removed: [Int] = []
  /// Pools and slots that the current step emptied.
  private var holes: [Hole] = []

  private struct Hole {
    var pool: Int
    var start: Int
    var end: Int
  }

  /// Refused bids tried in one hole.
  private static let tries = 48

  init(_ field: Field, duals: [Int64], allocation: Allocation) {
    self.field = field
    best = allocation
    now = allocation
    scales = [4, 8, 12, 16].map { Greedy.tolls(field, duals: duals, share: $0) }
    tolls = scales[1]
    sizes = field.ranges.indices.map { bid in
      guard let index = field.ranges[bid].first else { return 1 }
      let choice = field.choices[index]
      return Int128(choice.gpus) &* Int128(choice.quarters)
    }
    var pricer = Pricer(field, duals: duals)
    ranks = field.ranges.indices.map { pricer.answer($0)?.surplus ?? 0 }
    pricer.load([Int64](repeating: 0, count: duals.count))
    worths = field.ranges.indices.map { pricer.answer($0)?.surplus ?? 0 }
    var candidates = [[Int]](repeating: [], count: field.pools)
    for (index, choice) in field.choices.enumerated() where !choice.columns.isEmpty {
      candidates[choice.pool].append(index)
    }
    self.candidates = candidates
    hopeful = field.ranges.indices.filter { bid in
      !field.splitRanges[bid].isEmpty
        || field.ranges[bid].contains { !field.choices[$0].columns.isEmpty }
    }
    dice = Dice(seed: field.instance.round)
  }

  /// Searches until as many cells were looked at, or nothing can be better.
  mutating func run(budget: Int, bound: Int64) {
    guard !hopeful.isEmpty, budget > 0 else { return }
    let from = now.work
    // A 400th of welfare, in small rounds what half a bid is worth.
    let share = Int128(min(400, max(4, 2 * hopeful.count)))
    while now.work - from < budget && best.welfare < Int128(bound) {
      let spent = now.work - from
      let before = now.welfare
      step()
      // How far below the best the search may wander: less and less, at four fifths nothing.
      let left = max(0, Int128(budget) * 4 / 5 - Int128(spent)) * 1024 / Int128(budget)
      let floor = best.welfare - best.welfare / share / 1024 * left
      if now.welfare > best.welfare {
        best = now
      } else if now.welfare < floor {
        goBack()
        if before < floor { now.become(best) }
      }
      // A step that looked at nothing still counts, so that the loop ends.
      if now.work - from == spent { now.count(1) }
    }
  }

  // MARK: Steps

  private mutating func step() {
    journal.removeAll(keepingCapacity: true)
    removed.removeAll(keepingCapacity: true)
    holes.removeAll(keepingCapacity: true)
    let bid = hopeful[dice.roll(hopeful.count)]
    tolls = scales[dice.roll(scales.count)]
    order = dice.roll(4)
    if now.stands[bid] == nil {
      force(bid)
    } else {
      ruin(bid)
    }
    recreate()
  }

  /// Makes room for a refused bid at one of its places, and puts it there.
  private mutating func force(_ bid: Int) {
    let range = field.ranges[bid].filter { !field.choices[$0].columns.isEmpty }
    guard !range.isEmpty else {
      forceSplit(bid)
      return
    }
    // The better of a few places drawn, by surplus at the duals.
    var chosen: (choice: Int, column: Int, score: Int128)?
    for _ in 0..<4 {
      let index = range[dice.roll(range.count)]
      let choice = field.choices[index]
      let column = choice.columns.lowerBound + dice.roll(choice.columns.count)
      let place = field.columns[column]
      let edges = choice.pool * (field.slots + 1)
      let toll = tolls.sums[edges + place.end] - tolls.sums[edges + place.start]
      let score =
        Int128(64 * place.margin - toll) &* Int128(choice.firm)
        &+ 32 &* Int128(place.extra) &* Int128(choice.room)
      if score > chosen?.score ?? Int128.min { chosen = (index, column, score) }
    }
    guard let chosen else { return }
    let place = field.columns[chosen.column]
    let choice = field.choices[chosen.choice]
    clear(choice.pool, place.start, place.end, for: choice.firm)
    let stand = Allocation.Stand(
      start: place.start, end: place.end, choice: chosen.choice, gpus: choice.firm)
    if now.gain(bid, stand) > 0 { set(bid, stand) }
  }

  private mutating func forceSplit(_ bid: Int) {
    let starts = field.splitRanges[bid]
    guard !starts.isEmpty else { return }
    let start = field.splitStarts[starts.lowerBound + dice.roll(starts.count)]
    var left = start.gpus
    for chunk in field.chunks[start.chunks] where left > 0 {
      let taken = min(left, chunk.most)
      left -= taken
      clear(field.choices[chunk.choice].pool, start.start, start.end, for: taken)
    }
    if let offer = now.best(bid, tolls: tolls) { set(bid, offer.stand) }
  }

  /// Takes out winners of the pool in those slots, the least surplus at the duals first, until so
  /// many GPUs are free in each; winners that hold nothing of what lacks stay.
  private mutating func clear(_ pool: Int, _ start: Int, _ end: Int, for gpus: Int64) {
    var slot = start
    while slot < end {
      guard now.free[pool * field.slots + slot] < gpus else {
        slot += 1
        continue
      }
      var weakest: (bid: Int, key: Int128)?
      for holder in now.holders[pool] {
        guard let stand = now.stands[holder], stand.start <= slot, slot < stand.end else {
          continue
        }
        let key = shaken(holder)
        if key < weakest?.key ?? Int128.max { weakest = (holder, key) }
      }
      guard let weakest else { return }
      take(weakest.bid)
    }
  }

  /// Takes a winner out, and some of those beside it in its pool.
  private mutating func ruin(_ bid: Int) {
    guard let stand = now.stands[bid] else { return }
    let pool = field.choices[stand.choice].pool
    if dice.roll(2) == 0 {
      thin(bid, stand)
      return
    }
    let near = now.holders[pool].filter { other in
      guard other != bid, let place = now.stands[other] else { return false }
      return place.start < stand.end + 2 && place.end > stand.start - 2
    }
    take(bid)
    let count = min(near.count, 1 + dice.roll(5))
    guard count > 0 else { return }
    let first = dice.roll(near.count)
    for offset in 0..<count { take(near[(first + offset) % near.count]) }
    // And one of another pool where the bid could go, for swaps between pools.
    let others = field.ranges[bid].filter { field.choices[$0].pool != pool }
    guard !others.isEmpty, dice.roll(2) == 0 else { return }
    let other = field.choices[others[dice.roll(others.count)]].pool
    let there = now.holders[other]
    guard !there.isEmpty else { return }
    take(there[dice.roll(there.count)])
    if dice.roll(2) == 0, let more = now.holders[other].last { take(more) }
  }

  /// Takes a winner out and most of those who overlap a moment of it, in its pool and perhaps in
  /// another where it could go.
  private mutating func thin(_ bid: Int, _ stand: Allocation.Stand) {
    let at = stand.start + dice.roll(stand.end - stand.start)
    let width = dice.roll(3)
    var pools = [field.choices[stand.choice].pool]
    let range = field.ranges[bid]
    if dice.roll(2) == 0 {
      pools.append(field.choices[range.lowerBound + dice.roll(range.count)].pool)
    }
    take(bid)
    let spared = dice.roll(60)
    for pool in pools {
      for holder in now.holders[pool] {
        guard let place = now.stands[holder], place.start <= at + width, place.end > at - width,
          dice.roll(100) >= spared
        else { continue }
        take(holder)
      }
    }
  }

  /// Puts back what was taken out and tries refused bids in the holes, in one shaken order.
  private mutating func recreate() {
    var queue: [(bid: Int, pool: Int?, key: Int128)] = removed.map { ($0, nil, shaken($0)) }
    for hole in holes {
      let list = candidates[hole.pool]
      guard !list.isEmpty else { continue }
      let first = dice.roll(list.count)
      for offset in 0..<min(list.count, Search.tries) {
        let choice = field.choices[list[(first + offset) % list.count]]
        guard now.stands[choice.bid] == nil, !removed.contains(choice.bid),
          field.columns[choice.columns.lowerBound].start < hole.end,
          field.columns[choice.columns.upperBound - 1].end > hole.start
        else { continue }
        queue.append((choice.bid, hole.pool, shaken(choice.bid)))
      }
    }
    queue.sort { $0.key > $1.key || ($0.key == $1.key && $0.bid < $1.bid) }
    for item in queue where now.stands[item.bid] == nil {
      if let offer = now.best(item.bid, tolls: tolls, pool: item.pool) {
        set(item.bid, offer.stand)
      }
    }
  }

  /// The bid's place in the order of this step, with noise of up to an eighth of its worth.
  private mutating func shaken(_ bid: Int) -> Int128 {
    let noise = worths[bid] / 1024 &* Int128(dice.roll(257) - 128)
    switch order {
    case 1: return worths[bid] &+ noise
    case 2: return (ranks[bid] &+ noise) &* 1024 / sizes[bid]
    case 3: return sizes[bid] &* Int128(128 + dice.roll(128))
    default: return ranks[bid] &+ noise
    }
  }

  // MARK: Change and way back

  private mutating func set(_ bid: Int, _ stand: Allocation.Stand) {
    journal.append((bid, nil))
    now.insert(bid, stand)
  }

  private mutating func take(_ bid: Int) {
    guard let stand = now.stands[bid] else { return }
    journal.append((bid, stand))
    removed.append(bid)
    for part in Allocation.parts(stand) {
      holes.append(
        Hole(pool: field.choices[part.choice].pool, start: stand.start, end: stand.end))
    }
    now.remove(bid)
  }

  private mutating func goBack() {
    for entry in journal.reversed() {
      if let stand = entry.stand { now.insert(entry.bid, stand) } else { now.remove(entry.bid) }
    }
  }
}
