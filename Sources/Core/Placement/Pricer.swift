import Units

/// The best placement of a bid at given dual prices, one pass over its columns; the part that the
/// certificate, the price adjustment and the order of the greedy share.
struct Pricer: ~Copyable {
  let field: Field
  /// By cell, 1/64 mHKD per GPU-hour.
  let duals: Flat<Int64>
  /// Dual times width before each edge: pool * (slots + 1) + edge.
  private let dualSums: Flat<Int64>
  /// (64 * net ask + dual) * width before each edge: row * (slots + 1) + edge.
  private let sums: Flat<Int64>
  /// What one extra gains before each slot of the choice at hand.
  private let plus: Flat<Int64>
  /// By pool: the sum over all loads of the most that a cell's dual fell; and over all pools.
  private let fallen: Flat<Int64>
  private var fallenAnywhere: Int64 = 0
  /// By choice, by split start and by bid: what it was worth when it was last looked at.
  private let gates: Flat<Gate>
  private let splitGates: Flat<Gate>
  private let bidGates: Flat<Gate>
  /// By bid: the choice that was best the last time, looked at first.
  private let favourites: Flat<Int32>
  /// What a GPU gains in each chunk of the split start at hand; the least number once it is taken.
  private let rates: Flat<Int64>

  /// What a bid would take.
  struct Answer: BitwiseCopyable {
    /// Surplus at the prices, 1/64 mHKD times quarter GPU-hours; above 0.
    var surplus: Int64 = 0
    var start = 0
    var end = 0
    /// Block, elastic: the choice; -1 for a split, or when nothing gains.
    var choice = -1
    /// Split: the start; else -1.
    var split = -1

    /// Whether there is something to take.
    var gains: Bool { surplus > 0 }
  }

  /// - Parameter duals: by cell; without any they are 0.
  init(_ field: Field, duals: [Int64] = []) {
    self.field = field
    self.duals =
      duals.isEmpty ? Flat(repeating: 0, count: field.pools * field.slots) : Flat(duals)
    dualSums = Flat(repeating: 0, count: field.pools * (field.slots + 1))
    sums = Flat(repeating: 0, count: field.rowPools.count * (field.slots + 1))
    plus = Flat(repeating: 0, count: field.slots + 1)
    fallen = Flat(repeating: 0, count: field.pools)
    let blank = Gate(seen: .max, weight: 0)
    gates = Flat(repeating: blank, count: field.choices.count)
    splitGates = Flat(repeating: blank, count: field.splitStarts.count)
    bidGates = Flat(repeating: blank, count: field.ranges.count)
    var most = 0
    for index in 0..<field.splitStarts.count {
      let start = field.splitStarts[index]
      most = max(most, start.endChunk - start.firstChunk)
    }
    rates = Flat(repeating: 0, count: most)
    favourites = Flat(repeating: -1, count: field.ranges.count)
    load()
    guardAll()
  }

  /// At the start everything may be worth what it gains at asks.
  private func guardAll() {
    for bid in field.ranges.indices {
      var most: Int64 = 0
      var heaviest: Int64 = 0
      for index in field.ranges[bid] {
        let choice = field.choices[index]
        let weight = choice.gpus &* choice.quarters
        gates[index] = Gate(
          seen: 64 &* choice.most, weight: weight, pool: Int32(truncatingIfNeeded: choice.pool))
        most = max(most, 64 &* choice.most)
        heaviest = max(heaviest, weight)
      }
      for index in field.splitRanges[bid] {
        let start = field.splitStarts[index]
        let choice = field.choices[field.chunks[start.firstChunk].choice]
        let seen = 64 &* max(-Field.worthLimit, min(Field.worthLimit, start.surplus))
        splitGates[index] = Gate(seen: seen, weight: choice.gpus &* choice.quarters)
        most = max(most, seen)
      }
      bidGates[bid] = Gate(seen: most, weight: heaviest)
    }
  }

  /// Takes in what `duals` holds now.
  mutating func load() {
    var most: Int64 = 0
    for pool in 0..<field.pools {
      let cells = pool * field.slots
      let edges = pool * (field.slots + 1)
      var sum: Int64 = 0
      var before: Int64 = 0
      var fall: Int64 = 0
      for slot in 0..<field.slots {
        let width = field.widths[slot]
        let old = dualSums[edges + slot + 1]
        let cost = duals[cells + slot] &* width
        // What the dual was, times the width: a fall is counted in whole duals, rounded up.
        let lost = old &- before &- cost
        if lost > fall &* width { fall = (lost &+ width &- 1) / width }
        before = old
        sum &+= cost
        dualSums[edges + slot + 1] = sum
      }
      fallen[pool] &+= fall
      most = max(most, fall)
    }
    fallenAnywhere &+= most
    for row in field.rowPools.indices {
      let edges = row * (field.slots + 1)
      let prices = field.rowPools[row] * (field.slots + 1)
      for edge in 0...field.slots {
        sums[edges + edge] = 64 &* field.askSums[edges + edge] &+ dualSums[prices + edge]
      }
    }
  }

  /// What the capacity is worth at the duals.
  func rent() -> Int128 {
    var total: Int128 = 0
    for pool in 0..<field.pools {
      for slot in 0..<field.slots {
        let cell = pool * field.slots + slot
        guard duals[cell] > 0 else { continue }
        total &+= Int128(duals[cell] &* field.widths[slot]) &* Int128(field.capacity[cell])
      }
    }
    return total
  }

  /// What the running leases' extras gain above the duals.
  func leases() -> Int128 {
    var total: Int128 = 0
    for tenant in field.tenants {
      for slot in tenant.start..<tenant.end {
        let gain =
          64 * field.gain(tenant, slot)
          - duals[tenant.pool * field.slots + slot]
        if gain > 0 { total &+= Int128(gain &* field.widths[slot]) &* Int128(tenant.room) }
      }
    }
    return total
  }

  /// The best placement that gains at the duals.
  @inline(__always)
  mutating func answer(_ bid: Int) -> Answer {
    var best = Answer()
    let favourite = Int(favourites[bid])
    if favourite >= 0 { look(favourite, &best) }
    if bidGates[bid].bound(fallenAnywhere) > best.surplus { lookAround(bid, favourite, &best) }
    return best
  }

  /// What the bid gains at its best place, which may be below zero; the least number when it has no
  /// place at all.
  mutating func rank(_ bid: Int) -> Int64 {
    let answer = answer(bid)
    if answer.gains { return answer.surplus }
    var most = Int64.min
    for index in field.ranges[bid] {
      most = max(most, gates[index].bound(fallen[Int(gates[index].pool)]))
    }
    for index in field.splitRanges[bid] {
      most = max(most, splitGates[index].bound(fallenAnywhere))
    }
    return most
  }

  /// Notes what each choice of the bid gains at its best place.
  mutating func bound(_ bid: Int, _ bounds: borrowing Flat<Int64>) {
    var best = Answer()
    for index in field.ranges[bid]
    where field.choices[index].firstRun < field.choices[index].endRun {
      look(index, &best)
      bounds[index] = gates[index].bound(fallen[Int(gates[index].pool)])
    }
  }

  /// Looks at all that might be better than the favourite.
  private mutating func lookAround(_ bid: Int, _ favourite: Int, _ best: inout Answer) {
    for index in field.ranges[bid] where index != favourite {
      if gates[index].bound(fallen[Int(gates[index].pool)]) > best.surplus { look(index, &best) }
    }
    for index in field.splitRanges[bid] where best.surplus < splitGates[index].bound(fallenAnywhere)
    {
      split(index, &best)
    }
    favourites[bid] = Int32(truncatingIfNeeded: best.choice)
    var others = Int64.min
    for index in field.ranges[bid] where index != best.choice {
      others = max(others, gates[index].bound(fallen[Int(gates[index].pool)]))
    }
    for index in field.splitRanges[bid] {
      others = max(others, splitGates[index].bound(fallenAnywhere))
    }
    bidGates.base[bid].note(others, fallenAnywhere)
  }

  @inline(__always)
  private mutating func look(_ index: Int, _ best: inout Answer) {
    let glance = field.glances[index]
    guard glance.firstRun < glance.endRun else { return }
    let surplus =
      glance.isElastic
      ? elastic(index, field.choices[index], &best) : block(index, glance, &best)
    gates.base[index].note(surplus, fallen[Int(glance.pool)])
  }

  /// The best column of the choice; returns what it gains, or something above that below zero.
  @inline(__always)
  private func block(_ index: Int, _ glance: Field.Glance, _ best: inout Answer) -> Int64 {
    let edges = sums.base + Int(glance.row) * (field.slots + 1)
    var least = Int64.max
    var place = 0
    var length = 0
    for number in Int(glance.firstRun)..<Int(glance.endRun) {
      let run = field.runs[number]
      let span = run.length
      for start in run.starts {
        let cost = edges[start + span] &- edges[start]
        if cost < least {
          least = cost
          place = start
          length = span
        }
      }
    }
    let rate = glance.gross &- least
    guard rate > 0 else { return rate }
    let surplus = rate &* Int64(glance.firm)
    if surplus > best.surplus {
      best = Answer(
        surplus: surplus, start: place, end: place + length, choice: index, split: -1)
    }
    return surplus
  }

  private func elastic(_ index: Int, _ choice: Field.Choice, _ best: inout Answer) -> Int64 {
    let origin = Int(field.runs[choice.firstRun].start)
    let until = field.runs[choice.endRun - 1].end
    let edges = sums.base + choice.row * (field.slots + 1)
    let whole = 64 &* choice.value
    var sum: Int64 = 0
    plus[0] = 0
    for slot in origin..<until {
      if slot < field.windowEnd {
        let rate = whole &* field.widths[slot] &- (edges[slot + 1] &- edges[slot])
        if rate > 0 { sum &+= rate }
      }
      plus[slot - origin + 1] = sum
    }
    var most = Int64.min
    for number in choice.runs {
      let run = field.runs[number]
      for start in run.starts {
        let end = start + run.length
        let rate = 64 &* choice.worth &* choice.quarters &- (edges[end] &- edges[start])
        let (base, over) = rate.multipliedReportingOverflow(by: choice.firm)
        // A base so far below zero that it leaves 64 bits cannot be made good by extras.
        if over { continue }
        let surplus = base &+ (plus[end - origin] &- plus[start - origin]) &* choice.room
        if surplus > most {
          most = surplus
          if surplus > best.surplus {
            best = Answer(surplus: surplus, start: start, end: end, choice: index, split: -1)
          }
        }
      }
    }
    return max(most, -Field.worthLimit)
  }

  private mutating func split(_ index: Int, _ best: inout Answer) {
    let start = field.splitStarts[index]
    rate(start)
    var left = start.gpus
    var surplus: Int128 = 0
    while left > 0, let (chunk, rate) = next(start) {
      let taken = min(left, field.chunks[chunk].most)
      left -= taken
      surplus &+= Int128(taken) &* Int128(rate)
    }
    let held = max(-Field.worthLimit, Int64(clamping: surplus))
    splitGates.base[index].note(held, fallenAnywhere)
    guard left == 0, held > best.surplus else { return }
    best = Answer(surplus: held, start: start.start, end: start.end, choice: -1, split: index)
  }

  /// Notes what a GPU of each chunk gains at the duals.
  @inline(__always)
  private func rate(_ start: Field.SplitStart) {
    for index in start.chunks {
      let glance = field.glances[field.chunks[index].choice]
      let edges = Int(glance.row) * (field.slots + 1)
      rates[index - start.firstChunk] =
        glance.gross &- (sums[edges + start.end] &- sums[edges + start.start])
    }
  }

  /// The best chunk that was not taken yet: of equals the first.
  @inline(__always)
  private func next(_ start: Field.SplitStart) -> (chunk: Int, rate: Int64)? {
    var most = Int64.min
    var place = -1
    for offset in 0..<(start.endChunk - start.firstChunk) where rates[offset] > most {
      most = rates[offset]
      place = offset
    }
    guard place >= 0 else { return nil }
    rates[place] = .min
    return (start.firstChunk + place, most)
  }

  /// Calls with pool, first slot, end and GPUs for all that the answer takes for sure; extras of an
  /// elastic answer follow from `takesExtra`.
  mutating func eachPart(
    of answer: Answer, _ body: (_ pool: Int, _ start: Int, _ end: Int, _ gpus: Int64) -> Void
  ) {
    if answer.choice >= 0 {
      let choice = field.choices[answer.choice]
      body(choice.pool, answer.start, answer.end, choice.firm)
      return
    }
    guard answer.split >= 0 else { return }
    let start = field.splitStarts[answer.split]
    rate(start)
    var left = start.gpus
    while left > 0, let (index, _) = next(start) {
      let chunk = field.chunks[index]
      let taken = min(left, chunk.most)
      left -= taken
      body(field.choices[chunk.choice].pool, start.start, start.end, taken)
    }
  }

  /// Whether an extra of the choice gains in the slot at the duals.
  @inline(__always)
  func takesExtra(_ choice: Field.Choice, _ slot: Int) -> Bool {
    slot < field.windowEnd
      && 64 &* (choice.value &- field.ask[choice.row * field.slots + slot])
        > duals[choice.pool * field.slots + slot]
  }
}
