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

  let field: Field
  var prices: [Int64]
  var rules: Restrictions
  var utilities: [Int64]
  /// By bid: the most GPUs that a split may have, else 1.
  private let counts: [Int64]
  /// By pool: choices that are not splits', and chunks with their start, ascending by bid.
  var choices: [[Int]]
  var chunks: [[SplitPlace]]
  private let columns: [Int]
  private let allColumns: Int
  /// (64 * net ask + price) * width before each edge: row * (slots + 1) + edge.
  var sums: [Int64]
  var plus: [Int64]

  /// A chunk of a split and the start that it belongs to.
  struct SplitPlace {
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
