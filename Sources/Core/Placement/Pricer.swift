import Units

/// The best placement of a bid at given dual prices, one pass over its columns; the part that the
/// certificate, the price adjustment and the order of the greedy share.
struct Pricer {
  let field: Field
  /// By cell, 1/64 mHKD per GPU-hour.
  private(set) var duals: [Int64]
  /// (64 * ask + dual) * width before each edge.
  private var sums: [Int64]
  private var plus: [Int64] = []
  private var ranked: [(chunk: Int, rate: Int64)] = []

  /// What a bid would take.
  struct Answer {
    /// Surplus at the prices, 1/64 mHKD times quarter GPU-hours; may be negative.
    var surplus: Int128
    var start: Int
    var end: Int
    /// Block, elastic: the choice; -1 for a split.
    var choice: Int
    /// Split: choices and GPUs.
    var parts: [(choice: Int, gpus: Int64)]
  }

  init(_ field: Field, duals: [Int64]) {
    self.field = field
    self.duals = duals
    sums = [Int64](repeating: 0, count: field.pools * (field.slots + 1))
    load(duals)
  }

  mutating func load(_ duals: [Int64]) {
    self.duals = duals
    let widths = field.instance.widths
    for pool in 0..<field.pools {
      let cells = pool * field.slots
      let edges = pool * (field.slots + 1)
      var sum: Int64 = 0
      for slot in 0..<field.slots {
        sum += (64 * field.ask[cells + slot] + duals[cells + slot]) * widths[slot]
        sums[edges + slot + 1] = sum
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
        let price = duals[cell] * field.instance.widths[slot]
        total &+= Int128(price) &* Int128(field.capacity[cell])
      }
    }
    return total
  }

  /// The best placement, even one below zero; nil when there is none.
  mutating func answer(_ bid: Int) -> Answer? {
    var best: Answer?
    for index in field.ranges[bid] {
      let choice = field.choices[index]
      if choice.room > 0 {
        answerElastic(index, choice, &best)
      } else {
        answerBlock(index, choice, &best)
      }
    }
    for index in field.splitRanges[bid] { answerSplit(field.splitStarts[index], &best) }
    return best
  }

  private func answerBlock(_ index: Int, _ choice: Field.Choice, _ best: inout Answer?) {
    guard let first = choice.columns.first else { return }
    let edges = choice.pool * (field.slots + 1)
    var least = Int64.max
    var place = first
    for column in choice.columns {
      let cost =
        sums[edges + field.columns[column].end] - sums[edges + field.columns[column].start]
      if cost < least {
        least = cost
        place = column
      }
    }
    let rate = 64 * choice.value * choice.quarters - least
    let surplus = Int128(rate) &* Int128(choice.firm)
    guard surplus > best?.surplus ?? Int128.min else { return }
    let column = field.columns[place]
    best = Answer(
      surplus: surplus, start: column.start, end: column.end, choice: index, parts: [])
  }

  private mutating func answerElastic(
    _ index: Int, _ choice: Field.Choice, _ best: inout Answer?
  ) {
    guard let first = choice.columns.first, let last = choice.columns.last else { return }
    let edges = choice.pool * (field.slots + 1)
    let cells = choice.pool * field.slots
    let origin = field.columns[first].start
    let until = field.columns[last].end
    let value = 64 * choice.value
    plus.removeAll(keepingCapacity: true)
    plus.append(0)
    var sum: Int64 = 0
    for slot in origin..<until {
      if slot < field.windowEnd {
        let rate = value - 64 * field.ask[cells + slot] - duals[cells + slot]
        if rate > 0 { sum += rate * field.instance.widths[slot] }
      }
      plus.append(sum)
    }
    let whole = value * choice.quarters
    var found = best?.surplus ?? Int128.min
    var place = -1
    for column in choice.columns {
      let start = field.columns[column].start
      let end = field.columns[column].end
      let rate = whole - (sums[edges + end] - sums[edges + start])
      let extra = plus[end - origin] - plus[start - origin]
      let surplus =
        Int128(rate) &* Int128(choice.firm) &+ Int128(extra) &* Int128(choice.room)
      if surplus > found {
        found = surplus
        place = column
      }
    }
    guard place >= 0 else { return }
    let column = field.columns[place]
    best = Answer(surplus: found, start: column.start, end: column.end, choice: index, parts: [])
  }

  private mutating func answerSplit(_ start: Field.SplitStart, _ best: inout Answer?) {
    ranked.removeAll(keepingCapacity: true)
    for index in start.chunks {
      let choice = field.choices[field.chunks[index].choice]
      let edges = choice.pool * (field.slots + 1)
      let rate =
        64 * choice.value * choice.quarters - (sums[edges + start.end] - sums[edges + start.start])
      var place = ranked.count
      ranked.append((index, rate))
      while place > 0 && ranked[place - 1].rate < rate {
        ranked[place] = ranked[place - 1]
        place -= 1
      }
      ranked[place] = (index, rate)
    }
    var left = start.gpus
    var surplus: Int128 = 0
    for item in ranked where left > 0 {
      let taken = min(left, field.chunks[item.chunk].most)
      left -= taken
      surplus &+= Int128(taken) &* Int128(item.rate)
    }
    guard left == 0, surplus > best?.surplus ?? Int128.min else { return }
    var parts: [(choice: Int, gpus: Int64)] = []
    left = start.gpus
    for item in ranked where left > 0 {
      let taken = min(left, field.chunks[item.chunk].most)
      left -= taken
      parts.append((field.chunks[item.chunk].choice, taken))
    }
    best = Answer(
      surplus: surplus, start: start.start, end: start.end, choice: -1, parts: parts)
  }
}
