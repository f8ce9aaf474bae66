import Units

/// Ruin and recreate (Schrimpf and others, 2000): takes some winners out around one place, puts them
/// and refused bids back in a shaken order, and keeps the result when it is not much worse than before,
/// by the rule of annealing: the chance halves with each `temperature` that is lost, which falls to
/// nothing. Seeded, so it repeats.
struct Search: ~Copyable {
  private(set) var now: Allocation
  /// Steps taken.
  private(set) var steps: Int64 = 0

  let terrain: Terrain
  private let field: Field
  private var dice: Dice
  /// The best seen: where each bid stands, and its chunks.
  private(set) var best: Int128
  private let bestStands: Flat<Allocation.Stand>
  private let bestParts: Flat<Allocation.Part>
  /// What a winner was worth at the beginning, on average.
  private let worth: Int64
  /// The bids that may stand elsewhere than in the best, and whether a bid is among them.
  private var changed: [Int32] = []
  private let isChanged: Flat<Bool>
  /// The strength of tolls and the order of this step.
  private var level = 0
  private var order = 0
  /// What the current step changed, in order, for going back: where the bid stood before.
  private var journal: [(bid: Int32, stand: Allocation.Stand)] = []
  private var journalParts: [Allocation.Part] = []
  private var removed: [Int32] = []
  private var holes: [Hole] = []
  private var queue: [(key: Int64, bid: Int32, choice: Int32, hole: Int32)] = []
  /// By pool: who has a firm part there, in no order of meaning but always the same.
  private var holders: [[Int32]]

  struct Hole {
    var pool: Int
    var start: Int
    var end: Int
  }

  /// Cells that the last pass by exchange may look at.
  private static let settled = 20_000_000

  init(_ terrain: Terrain, seed: Int64) {
    self.terrain = terrain
    field = terrain.field
    dice = Dice(seed: seed)
    now = Allocation(field)
    _ = now.insert(terrain.first)
    best = now.welfare
    worth = Int64(clamping: now.welfare / Int128(max(1, terrain.first.count)))
    bestStands = Flat(now.stands.array)
    bestParts = Flat(now.parts.array)
    isChanged = Flat(repeating: false, count: field.ranges.count)
    holders = [[Int32]](repeating: [], count: field.pools)
    for bid in field.ranges.indices where now.stands[bid].stands { hold(bid) }
  }

  // MARK: Run

  /// So many further steps; of `total` in all, which decides how daring it still is.
  mutating func run(_ count: Int64, total: Int64) {
    guard !terrain.hopeful.isEmpty else { return }
    for _ in 0..<max(0, count) {
      if best >= Int128(terrain.bound) { return }
      let before = now.welfare
      step()
      steps += 1
      if now.welfare > best {
        keep()
      } else if now.welfare < before {
        let slack = temperature(total) * Int128(dice.halvings())
        if before - now.welfare > slack / 1024 { goBack() }
      }
    }
  }

  /// What halves the chance to keep a loss, at this step of `total`: some part of what a winner is
  /// worth, greater where there are many steps a bid, falling to nothing. With hundreds of steps for
  /// each bid it falls up to eight times: small rounds have narrow passes, and what one fall misses the
  /// next may find.
  private func temperature(_ total: Int64) -> Int128 {
    let total = max(1, min(total, 1 << 40))
    let bids = Int64(field.ranges.count)
    let cycles = max(1, min(8, total / (bids * 400)))
    let each = total / (cycles * bids)
    let part = max(16, min(256, Int64(28 * (64 - each.leadingZeroBitCount) - 96)))
    let phase = steps >= total ? total : steps * cycles % total
    let left = (total - phase) * 1024 / total
    return Int128(worth) * Int128(part * left * left) / (1 << 30)
  }

  /// Returns to the best seen, and makes it maximal.
  mutating func finish() {
    for bid in changed { now.remove(Int(bid)) }
    for bid in changed where bestStands[Int(bid)].stands {
      let stand = bestStands[Int(bid)]
      let from = now.partStarts[Int(bid)]
      now.insert(
        Int(bid), stand, (0..<Int(stand.parts)).map { bestParts[from + $0] })
    }
    for bid in changed { isChanged[Int(bid)] = false }
    changed.removeAll()
    Engine.fillUp(&now, asks: terrain.asks)
    // In very large rounds an exchange costs more than it brings: each looks at hundreds of winners.
    guard !terrain.isVeryLarge else { return }
    for _ in 0..<4 {
      _ = Exchange.settle(&now, effort: Search.settled)
      let settled = now.welfare
      Engine.fillUp(&now, asks: terrain.asks)
      if now.welfare == settled { break }
    }
  }

  private mutating func keep() {
    best = now.welfare
    for bid in changed {
      let index = Int(bid)
      isChanged[index] = false
      bestStands[index] = now.stands[index]
      let from = now.partStarts[index]
      for offset in 0..<Int(now.stands[index].parts) {
        bestParts[from + offset] = now.parts[from + offset]
      }
    }
    changed.removeAll(keepingCapacity: true)
  }

  // MARK: Steps

  private mutating func step() {
    journal.removeAll(keepingCapacity: true)
    journalParts.removeAll(keepingCapacity: true)
    removed.removeAll(keepingCapacity: true)
    holes.removeAll(keepingCapacity: true)
    var bid = terrain.hopeful[dice.roll(terrain.hopeful.count)]
    // Of a few bids drawn the one that is worth most: large bids decide, small ones fill.
    for _ in 0..<dice.roll(4) {
      let other = terrain.hopeful[dice.roll(terrain.hopeful.count)]
      if terrain.worths[other] > terrain.worths[bid] { bid = other }
    }
    level = dice.roll(terrain.levels)
    order = dice.roll(4)
    if now.stands[bid].stands { ruin(bid) } else { force(bid) }
    recreate()
  }

  /// Makes room for a refused bid at one of its places, and puts it there.
  private mutating func force(_ bid: Int) {
    let range = field.ranges[bid]
    guard !range.isEmpty else { return }
    guard field.splitRanges[bid].isEmpty else {
      forceSplit(bid)
      return
    }
    // The better of a few places drawn, by surplus at the tolls.
    let tolls = terrain.tolls[level]
    var chosen = Allocation.Stand.none
    var most = Int64.min
    for _ in 0..<4 {
      let index = range.lowerBound + dice.roll(range.count)
      let choice = field.choices[index]
      let run = field.runs[choice.firstRun + dice.roll(choice.endRun - choice.firstRun)]
      let start = Int(run.start) + dice.roll(Int(run.count))
      let end = start + run.length
      let toll = tolls.over(choice.pool * (field.slots + 1), start, end)
      let score = (64 &* field.margin(choice, start, end) &- toll) &* choice.gpus
      if score > most {
        most = score
        chosen = Allocation.Stand(choice: Int32(index), start: Int32(start), end: Int32(end))
      }
    }
    let choice = field.choices[Int(chosen.choice)]
    clear(choice.pool, Int(chosen.start), Int(chosen.end), for: choice.firm)
    if now.fits(chosen), now.gain(bid, chosen) > 0 { set(bid, chosen, []) }
  }

  private mutating func forceSplit(_ bid: Int) {
    let starts = field.splitRanges[bid]
    let start = field.splitStarts[starts.lowerBound + dice.roll(starts.count)]
    var left = start.gpus
    for index in start.chunks where left > 0 {
      let chunk = field.chunks[index]
      let taken = min(left, chunk.most)
      left -= taken
      clear(field.choices[chunk.choice].pool, start.start, start.end, for: taken)
    }
    if let offer = now.best(bid, tolls: terrain.tolls[level]) {
      set(bid, offer.stand, offer.parts)
    }
  }

  /// Takes out winners of the pool in those slots, the least key of this step first, until so many
  /// GPUs are free in each; winners that hold nothing of what lacks stay.
  private mutating func clear(_ pool: Int, _ start: Int, _ end: Int, for gpus: Int64) {
    var slot = start
    while slot < end {
      guard now.free[pool * field.slots + slot] < gpus else {
        slot += 1
        continue
      }
      var weakest = -1
      var least = Int64.max
      for holder in holders[pool] where now.stands[Int(holder)].slots.contains(slot) {
        let key = shaken(Int(holder))
        if key < least {
          least = key
          weakest = Int(holder)
        }
      }
      guard weakest >= 0 else { return }
      take(weakest)
    }
  }

  /// Takes a winner out, and some of those beside it.
  private mutating func ruin(_ bid: Int) {
    let stand = now.stands[bid]
    let pool = field.choices[Int(stand.choice)].pool
    if dice.roll(2) == 0 {
      thin(bid, stand, pool)
      return
    }
    var near: [Int32] = []
    for other in holders[pool] where other != Int32(bid) {
      let place = now.stands[Int(other)]
      if place.start < stand.end + 2 && place.end > stand.start - 2 { near.append(other) }
    }
    take(bid)
    let count = min(near.count, 1 + dice.roll(5))
    guard count > 0 else { return }
    let first = dice.roll(near.count)
    for offset in 0..<count { take(Int(near[(first + offset) % near.count])) }
    // And one of another pool where the bid could go, for swaps between pools.
    guard dice.roll(2) == 0 else { return }
    let range = field.ranges[bid]
    let other = field.choices[range.lowerBound + dice.roll(range.count)].pool
    guard other != pool, !holders[other].isEmpty else { return }
    take(Int(holders[other][dice.roll(holders[other].count)]))
    if dice.roll(2) == 0, let more = holders[other].last { take(Int(more)) }
  }

  /// Takes a winner out and most of those who overlap a moment of it, in its pool and perhaps in
  /// another where it could go.
  private mutating func thin(_ bid: Int, _ stand: Allocation.Stand, _ pool: Int) {
    let at = Int(stand.start) + dice.roll(Int(stand.end - stand.start))
    let width = dice.roll(3)
    let range = field.ranges[bid]
    let other =
      dice.roll(2) == 0 ? field.choices[range.lowerBound + dice.roll(range.count)].pool : pool
    take(bid)
    let spared = dice.roll(60)
    var left = 1 + dice.roll(terrain.ruined)
    for index in 0..<(other == pool ? 1 : 2) {
      for holder in holders[index == 0 ? pool : other] {
        let place = now.stands[Int(holder)]
        guard Int(place.start) <= at + width, Int(place.end) > at - width,
          left > 0, dice.roll(100) >= spared
        else { continue }
        left -= 1
        take(Int(holder))
      }
    }
  }

  /// Puts back what was taken out and tries refused bids in the holes, in one shaken order.
  private mutating func recreate() {
    queue.removeAll(keepingCapacity: true)
    let tolls = terrain.tolls[level]
    for bid in removed { queue.append((shaken(Int(bid)), bid, -1, -1)) }
    let each = max(4, terrain.tries / max(1, holes.count))
    for (number, hole) in holes.prefix(terrain.tries / 4).enumerated() {
      let slot = hole.start + dice.roll(hole.end - hole.start)
      let list = terrain.candidates(hole.pool, slot)
      guard !list.isEmpty else { continue }
      let free = now.mostFree(hole.pool, hole.start, hole.end)
      var place = list.lowerBound + dice.roll(list.count)
      for _ in 0..<min(list.count, each) {
        let index = Int(terrain.listed[place])
        place = place + 1 < list.upperBound ? place + 1 : list.lowerBound
        let choice = field.choices[index]
        guard tolls.bounds[index] > 0, choice.firm <= free, !now.stands[choice.bid].stands else {
          continue
        }
        queue.append(
          (
            shaken(choice.bid), Int32(truncatingIfNeeded: choice.bid),
            Int32(truncatingIfNeeded: index), Int32(truncatingIfNeeded: number)
          ))
      }
    }
    queue.sort { $0.key > $1.key || ($0.key == $1.key && $0.bid < $1.bid) }
    for item in queue where !now.stands[Int(item.bid)].stands {
      let bid = Int(item.bid)
      if item.hole < 0 {
        if let offer = now.best(bid, tolls: tolls) { set(bid, offer.stand, offer.parts) }
      } else {
        let hole = holes[Int(item.hole)]
        var found = Allocation.Offer(stand: .none, score: 0)
        now.scan(bid, Int(item.choice), tolls, over: hole.start..<hole.end, &found)
        if found.stand.stands { set(bid, found.stand, []) }
      }
    }
  }

  /// The bid's place in the order of this step, with noise of up to an eighth of its worth.
  @inline(__always)
  private mutating func shaken(_ bid: Int) -> Int64 {
    let noise = terrain.worths[bid] / 1024 &* Int64(dice.roll(257) - 128)
    switch order {
    case 1: return terrain.worths[bid] &+ noise
    case 2: return (terrain.ranks[bid] &+ noise) / terrain.sizes[bid]
    case 3: return terrain.sizes[bid] &* Int64(128 + dice.roll(128))
    default: return terrain.ranks[bid] &+ noise
    }
  }

  // MARK: Change and way back

  private mutating func set(_ bid: Int, _ stand: Allocation.Stand, _ parts: [Allocation.Part]) {
    journal.append((Int32(truncatingIfNeeded: bid), .none))
    now.insert(bid, stand, parts)
    touch(bid)
    hold(bid)
  }

  private mutating func take(_ bid: Int) {
    let stand = now.stands[bid]
    guard stand.stands else { return }
    journal.append((Int32(truncatingIfNeeded: bid), stand))
    removed.append(Int32(truncatingIfNeeded: bid))
    let from = now.partStarts[bid]
    for offset in 0..<Int(stand.parts) { journalParts.append(now.parts[from + offset]) }
    for piece in 0..<now.pieces(bid) {
      holes.append(
        Hole(pool: now.pool(bid, piece), start: Int(stand.start), end: Int(stand.end)))
    }
    release(bid)
    now.remove(bid)
    touch(bid)
  }

  private mutating func touch(_ bid: Int) {
    guard !isChanged[bid] else { return }
    isChanged[bid] = true
    changed.append(Int32(truncatingIfNeeded: bid))
  }

  private mutating func goBack() {
    for (bid, stand) in journal.reversed() {
      let bid = Int(bid)
      if stand.stands {
        let parts = Array(journalParts.suffix(Int(stand.parts)))
        journalParts.removeLast(Int(stand.parts))
        now.insert(bid, stand, parts)
        hold(bid)
      } else {
        release(bid)
        now.remove(bid)
      }
    }
  }

  /// Enters the bid among the holders of its pools.
  private mutating func hold(_ bid: Int) {
    for piece in 0..<now.pieces(bid) {
      holders[now.pool(bid, piece)].append(Int32(truncatingIfNeeded: bid))
    }
  }

  private mutating func release(_ bid: Int) {
    for piece in 0..<now.pieces(bid) { release(bid, now.pool(bid, piece)) }
  }

  private mutating func release(_ bid: Int, _ pool: Int) {
    guard let place = holders[pool].firstIndex(of: Int32(truncatingIfNeeded: bid)) else { return }
    let last = holders[pool].removeLast()
    if place < holders[pool].count { holders[pool][place] = last }
  }
}
