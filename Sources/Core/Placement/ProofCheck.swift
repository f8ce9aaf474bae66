import Units

/// Computes what a proof proves, one pass a leaf, in plain integers. It never traps, whatever the
/// proof holds: what is misshapen, out of bounds or too much work proves nothing.
struct ProofCheck {
  /// Columns and cells looked at, summed over leaves.
  static let workLimit = 20_000_000
  /// Questions on the way to a leaf.
  static let depthLimit = 400
  /// 1/64 mHKD times quarter GPU-hours, above the worth of any bid.
  static let utilityLimit: Int64 = Field.worthLimit * 128

  private let field: Field
  private var prices: [Int64]
  private var rules: Restrictions
  private var utilities: [Int64]
  /// By bid: the most GPUs that a split may have, else 1.
  private let counts: [Int64]
  /// By pool: choices that are not splits', and chunks with their start, ascending by bid.
  private var choices: [[Int]]
  private var chunks: [[SplitPlace]]
  private let columns: [Int]
  private let allColumns: Int
  /// (64 * net ask + price) * width before each edge: row * (slots + 1) + edge.
  private var sums: [Int64]
  private var plus: [Int64]

  private struct SplitPlace {
    var bid: Int
    var start: Int
    var chunk: Int
  }

  private enum Fault: Error {
    case misshapen
  }

  /// The bound in 1/64; nil when the proof proves nothing. `duals` are sound (`flattened`).
  static func bound(_ field: Field, duals: [Int64], proof: Proof) -> Int128? {
    var check = ProofCheck(field, duals)
    do {
      guard try check.work(proof) <= workLimit else { return nil }
      var place = 0
      let bound = try check.walk(proof, &place, 0)
      guard place == proof.tree.count else { return nil }
      return max(0, bound ?? 0)
    } catch {
      return nil
    }
  }

  private init(_ field: Field, _ duals: [Int64]) {
    self.field = field
    prices = duals
    rules = Restrictions(field.instance)
    utilities = [Int64](repeating: 0, count: field.ranges.count)
    counts = field.splitRanges.map { range in
      range.reduce(Int64(1)) { max($0, field.splitStarts[$1].gpus) }
    }
    var choices = [[Int]](repeating: [], count: field.pools)
    var chunks = [[SplitPlace]](repeating: [], count: field.pools)
    var columns = [Int](repeating: field.slots, count: field.pools)
    for bid in field.ranges.indices {
      for index in field.ranges[bid] {
        let choice = field.choices[index]
        guard choice.firstRun < choice.endRun else { continue }
        choices[choice.pool].append(index)
        for run in choice.runs { columns[choice.pool] += Int(field.runs[run].count) }
      }
      for start in field.splitRanges[bid] {
        for chunk in field.splitStarts[start].chunks {
          let pool = field.choices[field.chunks[chunk].choice].pool
          chunks[pool].append(SplitPlace(bid: bid, start: start, chunk: chunk))
          columns[pool] += 1
        }
      }
    }
    self.choices = choices
    self.chunks = chunks
    self.columns = columns
    allColumns = columns.reduce(0, +)
    sums = [Int64](repeating: 0, count: field.rowPools.count * (field.slots + 1))
    plus = [Int64](repeating: 0, count: field.slots + 1)
  }

  // MARK: Work

  /// What the proof costs to check, found before anything is computed.
  private func work(_ proof: Proof) throws(Fault) -> Int {
    var total = 0
    func add(_ cost: Int) throws(Fault) {
      total += cost
      if total > Self.workLimit { throw .misshapen }
    }
    for node in proof.tree {
      try add(1 + node.steps.count)
      guard node.question == nil else { continue }
      guard let index = node.pooled else {
        try add(allColumns + field.ranges.count)
        continue
      }
      guard proof.pooled.indices.contains(index) else { throw .misshapen }
      let pooled = proof.pooled[index]
      try add(pooled.utilities.count + field.pools + field.ranges.count)
      var rest = allColumns
      for tree in pooled.trees {
        guard columns.indices.contains(tree.pool) else { throw .misshapen }
        rest -= columns[tree.pool]
        for node in tree.nodes {
          try add(1 + node.steps.count)
          if node.question == nil { try add(columns[tree.pool]) }
        }
      }
      try add(max(0, rest))
    }
    return total
  }

  // MARK: Trees

  /// The worst leaf below the node at `place`, which moves behind it; nil when no clearing stands
  /// there.
  private mutating func walk(
    _ proof: Proof, _ place: inout Int, _ depth: Int
  ) throws(Fault) -> Int128? {
    guard place < proof.tree.count, depth <= Self.depthLimit else { throw .misshapen }
    let node = proof.tree[place]
    place += 1
    try step(node.steps, 0, prices.count)
    defer { unstep(node.steps, 0) }
    guard let question = node.question else {
      guard let index = node.pooled else { return plain() }
      return try pooled(proof.pooled[index])
    }
    guard node.pooled == nil, sound(question) else { throw .misshapen }
    var worst: Int128?
    for yes in [true, false] {
      let undo = rules.enter(question, yes)
      defer { rules.leave(undo) }
      if let value = try walk(proof, &place, depth + 1) { worst = max(worst ?? value, value) }
    }
    return worst
  }

  private mutating func pooled(_ pooled: Proof.Pooled) throws(Fault) -> Int128? {
    var last = -1
    var total: Int128 = 0
    for utility in pooled.utilities {
      guard utility.bid > last, utility.bid < utilities.count,
        (0...Self.utilityLimit).contains(utility.amount)
      else { throw .misshapen }
      last = utility.bid
      if rules.states[utility.bid] == 2 { continue }
      utilities[utility.bid] = utility.amount
      total &+= Int128(utility.amount) &* Int128(counts[utility.bid])
    }
    defer { for utility in pooled.utilities { utilities[utility.bid] = 0 } }
    var next = 0
    var void = false
    for pool in 0..<field.pools {
      var value: Int128?
      if next < pooled.trees.count, pooled.trees[next].pool == pool {
        var place = 0
        value = try walk(pooled.trees[next], &place, 0)
        guard place == pooled.trees[next].nodes.count else { throw .misshapen }
        next += 1
      } else {
        value = leaf(pool)
      }
      if let value { total &+= value } else { void = true }
    }
    guard next == pooled.trees.count else { throw .misshapen }
    return void ? nil : total
  }

  private mutating func walk(
    _ tree: Proof.Tree, _ place: inout Int, _ depth: Int
  ) throws(Fault) -> Int128? {
    guard place < tree.nodes.count, depth <= Self.depthLimit else { throw .misshapen }
    let node = tree.nodes[place]
    place += 1
    let origin = tree.pool * field.slots
    try step(node.steps, origin, field.slots)
    defer { unstep(node.steps, origin) }
    guard node.pooled == nil else { throw .misshapen }
    guard let question = node.question else { return leaf(tree.pool) }
    guard sound(question), local(question, tree.pool) else { throw .misshapen }
    var worst: Int128?
    for yes in [true, false] {
      let undo = rules.enter(question, yes)
      defer { rules.leave(undo) }
      if let value = try walk(tree, &place, depth + 1) { worst = max(worst ?? value, value) }
    }
    return worst
  }

  private func sound(_ question: Proof.Question) -> Bool {
    guard field.ranges.indices.contains(question.bid) else { return false }
    switch question {
    case .runs: return true
    case .uses(let bid, let pool, let above):
      let split = field.instance.bids[bid].kind == .split
      return (0..<field.pools).contains(pool) && (0...(split ? Field.gpuLimit : 0)).contains(above)
    case .starts(_, let slot): return (0..<field.slots).contains(slot)
    }
  }

  /// Whether the answer is about this pool alone.
  private func local(_ question: Proof.Question, _ pool: Int) -> Bool {
    switch question {
    case .runs: false
    case .uses(_, let place, _): place == pool
    case .starts: true
    }
  }

  private mutating func step(
    _ steps: [Proof.Step], _ origin: Int, _ count: Int
  ) throws(Fault) {
    for (index, step) in steps.enumerated() {
      var sound = (0..<count).contains(step.cell)
      if sound {
        let (price, over) = prices[origin + step.cell].addingReportingOverflow(step.by)
        sound = !over && (0...Field.dualLimit).contains(price)
        if sound { prices[origin + step.cell] = price }
      }
      guard sound else {
        unstep(Array(steps[..<index]), origin)
        throw .misshapen
      }
    }
  }

  private mutating func unstep(_ steps: [Proof.Step], _ origin: Int) {
    for step in steps { prices[origin + step.cell] &-= step.by }
  }
}

// MARK: Leaves

extension ProofCheck {
  /// The whole round at one vector of prices; nil when no clearing stands there.
  private mutating func plain() -> Int128? {
    var total: Int128 = 0
    for pool in 0..<field.pools {
      load(pool)
      total &+= rent(pool)
    }
    for bid in field.ranges.indices where rules.states[bid] != 2 {
      var best: Int128?
      for index in field.ranges[bid] {
        let choice = field.choices[index]
        guard rules.allows(bid, choice.pool), let value = most(choice) else { continue }
        best = max(best ?? value, value)
      }
      for index in field.splitRanges[bid] {
        guard let value = split(bid, field.splitStarts[index]) else { continue }
        best = max(best ?? value, value)
      }
      if rules.states[bid] == 1 {
        guard let best else { return nil }
        total &+= best
      } else {
        total &+= max(0, best ?? 0)
      }
    }
    return total
  }

  /// One pool at one vector of prices and utilities.
  private mutating func leaf(_ pool: Int) -> Int128? {
    load(pool)
    var total = rent(pool)
    var choice = 0
    var chunk = 0
    let choices = choices[pool]
    let chunks = chunks[pool]
    // Bids that must run here are void without a place, so those without any are looked for too.
    var demanded = 0
    while choice < choices.count || chunk < chunks.count {
      let bid = min(
        choice < choices.count ? field.choices[choices[choice]].bid : .max,
        chunk < chunks.count ? chunks[chunk].bid : .max)
      var best: Int128?
      let allowed = rules.states[bid] != 2 && rules.allows(bid, pool)
      while choice < choices.count, field.choices[choices[choice]].bid == bid {
        if allowed, let value = most(field.choices[choices[choice]]) {
          let gain = value &- Int128(utilities[bid])
          best = max(best ?? gain, gain)
        }
        choice += 1
      }
      while chunk < chunks.count, chunks[chunk].bid == bid {
        if allowed, let gain = part(chunks[chunk], pool) { best = max(best ?? gain, gain) }
        chunk += 1
      }
      if rules.demands(bid, pool) {
        guard let best else { return nil }
        total &+= best
        demanded += 1
      } else {
        total &+= max(0, best ?? 0)
      }
    }
    return demanded == rules.demands(in: pool) ? total : nil
  }

  private mutating func load(_ pool: Int) {
    for row in field.rowPools.indices where field.rowPools[row] == pool {
      let edges = row * (field.slots + 1)
      var sum: Int64 = 0
      sums[edges] = 64 &* field.askSums[edges]
      for slot in 0..<field.slots {
        sum &+= prices[pool * field.slots + slot] &* field.widths[slot]
        sums[edges + slot + 1] = 64 &* field.askSums[edges + slot + 1] &+ sum
      }
    }
  }

  /// What the pool's capacity is worth, and what running leases' extras gain above that.
  private func rent(_ pool: Int) -> Int128 {
    var total: Int128 = 0
    for slot in 0..<field.slots {
      let cell = pool * field.slots + slot
      total &+= Int128(prices[cell] &* field.widths[slot]) &* Int128(field.capacity[cell])
    }
    for tenant in field.tenants where tenant.pool == pool {
      for slot in tenant.start..<tenant.end {
        let gain = 64 &* field.gain(tenant, slot) &- prices[pool * field.slots + slot]
        if gain > 0 { total &+= Int128(gain &* field.widths[slot]) &* Int128(tenant.room) }
      }
    }
    return total
  }

  /// The best of the choice's columns that may be taken; nil without any.
  private mutating func most(_ choice: Field.Choice) -> Int128? {
    let from = rules.from[choice.bid]
    let until = rules.until[choice.bid]
    let edges = choice.row * (field.slots + 1)
    if choice.room > 0 { plan(choice, edges) }
    let whole = 64 &* choice.worth &* choice.quarters
    var best: Int128?
    for number in choice.runs {
      let run = field.runs[number]
      let first = max(from, run.starts.lowerBound)
      let last = min(until, run.starts.upperBound - 1)
      guard first <= last else { continue }
      if choice.room > 0 {
        for start in first...last {
          let end = start + run.length
          let value =
            Int128(whole &- (sums[edges + end] &- sums[edges + start])) &* Int128(choice.firm)
            &+ Int128(plus[end] &- plus[start]) &* Int128(choice.room)
          best = max(best ?? value, value)
        }
      } else {
        var least = Int64.max
        for start in first...last {
          least = min(least, sums[edges + start + run.length] &- sums[edges + start])
        }
        let value = Int128(whole &- least) &* Int128(choice.firm)
        best = max(best ?? value, value)
      }
    }
    return best
  }

  /// What an extra gains before each slot.
  private mutating func plan(_ choice: Field.Choice, _ edges: Int) {
    let from = Int(field.runs[choice.firstRun].start)
    let until = field.runs[choice.endRun - 1].end
    var sum: Int64 = 0
    plus[from] = 0
    for slot in from..<until {
      if slot < field.windowEnd {
        let gain =
          64 &* choice.value &* field.widths[slot]
          &- (sums[edges + slot + 1] &- sums[edges + slot])
        if gain > 0 { sum &+= gain }
      }
      plus[slot + 1] = sum
    }
  }

  private func rate(_ chunk: Field.Chunk, _ start: Field.SplitStart) -> Int64 {
    let choice = field.choices[chunk.choice]
    let edges = choice.row * (field.slots + 1)
    return 64 &* choice.worth &* choice.quarters
      &- (sums[edges + start.end] &- sums[edges + start.start])
  }

  /// The fewest and the most GPUs that a chunk may have; nil when it can have none.
  private func ends(_ bid: Int, _ chunk: Field.Chunk) -> (least: Int64, most: Int64)? {
    let choice = field.choices[chunk.choice]
    guard let limit = rules.limit(bid, choice.pool) else { return (0, chunk.most) }
    let least = (limit.least &+ choice.unit &- 1) / choice.unit * choice.unit
    let most = min(limit.most, chunk.most) / choice.unit * choice.unit
    return least <= most ? (least, most) : nil
  }

  /// The best division of a split over the pools, from one start; nil when there is none.
  private func split(_ bid: Int, _ start: Field.SplitStart) -> Int128? {
    guard rules.from[bid] <= start.start, start.start <= rules.until[bid] else { return nil }
    var left = start.gpus
    var value: Int128 = 0
    var parts: [(rate: Int64, most: Int64)] = []
    var met: [Int] = []
    for index in start.chunks {
      let chunk = field.chunks[index]
      let pool = field.choices[chunk.choice].pool
      guard let ends = ends(bid, chunk) else { continue }
      let rate = rate(chunk, start)
      if ends.least > 0, !met.contains(pool) {
        met.append(pool)
        // Two choices in one pool: either may hold what must be there, so neither is forced.
        let twins = start.chunks.contains {
          $0 != index && field.choices[field.chunks[$0].choice].pool == pool
        }
        if !twins {
          left -= ends.least
          value &+= Int128(ends.least) &* Int128(rate)
          parts.append((rate, ends.most - ends.least))
          continue
        }
      }
      parts.append((rate, ends.most))
    }
    guard left >= 0, rules.demanded(bid).allSatisfy(met.contains) else { return nil }
    parts.sort { $0.rate > $1.rate }
    for part in parts where left > 0 {
      let taken = min(left, part.most)
      left -= taken
      value &+= Int128(taken) &* Int128(part.rate)
    }
    return left == 0 ? value : nil
  }

  /// The best that a split gains in the pool with one chunk: in proportion to its GPUs, so one of
  /// the ends is best.
  private func part(_ place: SplitPlace, _ pool: Int) -> Int128? {
    let start = field.splitStarts[place.start]
    guard rules.from[place.bid] <= start.start, start.start <= rules.until[place.bid] else {
      return nil
    }
    let chunk = field.chunks[place.chunk]
    guard let ends = ends(place.bid, chunk), ends.most > 0 else { return nil }
    let least = max(ends.least, field.choices[chunk.choice].unit)
    let rate = Int128(rate(chunk, start)) &- Int128(utilities[place.bid])
    return rate &* Int128(rate > 0 ? ends.most : least)
  }
}
