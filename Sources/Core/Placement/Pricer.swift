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
  private var ranked: [(chunk: Int, rate: Int64)] = []

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

  init(_ field: Field) {
    self.field = field
    duals = Flat(repeating: 0, count: field.pools * field.slots)
    dualSums = Flat(repeating: 0, count: field.pools * (field.slots + 1))
    sums = Flat(repeating: 0, count: field.rowPools.count * (field.slots + 1))
    plus = Flat(repeating: 0, count: field.slots + 1)
    load()
  }

  init(_ field: Field, duals: [Int64]) {
    self.init(field)
    for (cell, dual) in duals.enumerated() { self.duals[cell] = dual }
    load()
  }

  /// Takes in what `duals` holds now.
  func load() {
    for pool in 0..<field.pools {
      let cells = pool * field.slots
      let edges = pool * (field.slots + 1)
      var sum: Int64 = 0
      for slot in 0..<field.slots {
        sum &+= duals[cells + slot] &* field.widths[slot]
        dualSums[edges + slot + 1] = sum
      }
    }
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
          64 * (tenant.worth - field.ask[tenant.row * field.slots + slot])
          - duals[tenant.pool * field.slots + slot]
        if gain > 0 { total &+= Int128(gain &* field.widths[slot]) &* Int128(tenant.room) }
      }
    }
    return total
  }

  /// The best placement that gains at the duals.
  mutating func answer(_ bid: Int) -> Answer {
    var best = Answer()
    for index in field.ranges[bid] {
      let choice = field.choices[index]
      if choice.firstRun == choice.endRun || 64 &* choice.most <= best.surplus { continue }
      if choice.room > 0 { elastic(index, choice, &best) } else { block(index, choice, &best) }
    }
    for index in field.splitRanges[bid] { split(index, &best) }
    return best
  }

  @inline(__always)
  private func block(_ index: Int, _ choice: Field.Choice, _ best: inout Answer) {
    let edges = sums.base + choice.row * (field.slots + 1)
    var least = Int64.max
    var place = 0
    var length = 0
    for number in choice.firstRun..<choice.endRun {
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
    let rate = 64 &* choice.worth &* choice.quarters &- least
    guard rate > 0, rate &* choice.firm > best.surplus else { return }
    best = Answer(
      surplus: rate &* choice.firm, start: place, end: place + length, choice: index, split: -1)
  }

  private func elastic(_ index: Int, _ choice: Field.Choice, _ best: inout Answer) {
    let origin = Int(field.runs[choice.firstRun].start)
    let until = field.runs[choice.endRun - 1].end
    let edges = sums.base + choice.row * (field.slots + 1)
    let whole = 64 &* choice.worth
    var sum: Int64 = 0
    plus[0] = 0
    for slot in origin..<until {
      if slot < field.windowEnd {
        let rate = whole &* field.widths[slot] &- (edges[slot + 1] &- edges[slot])
        if rate > 0 { sum &+= rate }
      }
      plus[slot - origin + 1] = sum
    }
    for number in choice.runs {
      let run = field.runs[number]
      for start in run.starts {
        let end = start + run.length
        let rate = whole &* choice.quarters &- (edges[end] &- edges[start])
        let (base, over) = rate.multipliedReportingOverflow(by: choice.firm)
        // A base so far below zero that it leaves 64 bits cannot be made good by extras.
        if over { continue }
        let surplus = base &+ (plus[end - origin] &- plus[start - origin]) &* choice.room
        if surplus > best.surplus {
          best = Answer(surplus: surplus, start: start, end: end, choice: index, split: -1)
        }
      }
    }
  }

  private mutating func split(_ index: Int, _ best: inout Answer) {
    let start = field.splitStarts[index]
    guard start.surplus > 0, 64 &* start.surplus > best.surplus else { return }
    rank(start)
    var left = start.gpus
    var surplus: Int128 = 0
    for item in ranked where left > 0 {
      let taken = min(left, field.chunks[item.chunk].most)
      left -= taken
      surplus &+= Int128(taken) &* Int128(item.rate)
    }
    guard left == 0, surplus > Int128(best.surplus) else { return }
    best = Answer(
      surplus: Int64(clamping: surplus), start: start.start, end: start.end, choice: -1,
      split: index)
  }

  /// The chunks of a split start by what a GPU gains there at the duals, best first.
  private mutating func rank(_ start: Field.SplitStart) {
    ranked.removeAll(keepingCapacity: true)
    for index in start.chunks {
      let choice = field.choices[field.chunks[index].choice]
      let edges = choice.row * (field.slots + 1)
      let rate =
        64 &* choice.worth &* choice.quarters
        &- (sums[edges + start.end] &- sums[edges + start.start])
      var place = ranked.count
      ranked.append((index, rate))
      while place > 0 && ranked[place - 1].rate < rate {
        ranked[place] = ranked[place - 1]
        place -= 1
      }
      ranked[place] = (index, rate)
    }
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
    rank(start)
    var left = start.gpus
    for item in ranked where left > 0 {
      let chunk = field.chunks[item.chunk]
      let taken = min(left, chunk.most)
      left -= taken
      body(field.choices[chunk.choice].pool, start.start, start.end, taken)
    }
  }

  /// Whether an extra of the choice gains in the slot at the duals.
  @inline(__always)
  func takesExtra(_ choice: Field.Choice, _ slot: Int) -> Bool {
    slot < field.windowEnd
      && 64 &* (choice.worth &- field.ask[choice.row * field.slots + slot])
        > duals[choice.pool * field.slots + slot]
  }
}
