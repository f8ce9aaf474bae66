import Units

/// A tree of questions over one relaxation, with prices at each node.
struct Branching: ~Copyable {
  var relaxation: Relaxation
  /// The pool whose tree this is; nil for the whole round's.
  let pool: Int?
  private(set) var nodes: [Node] = []

  struct Node {
    var parent: Int
    /// What the parent asks; the root's is not used.
    var question: Proof.Question
    var yes: Bool
    /// 1/64; `Relaxation.void` when no clearing stands there.
    var bound: Int64
    /// Local cells.
    var prices: [Int64]
    var depth: Int
    /// The node of "yes"; "no" is the next one. -1 at a leaf.
    var left = -1
  }

  /// A question with what it would make of the node's two sides.
  struct Trial {
    var question: Proof.Question
    var bounds: [Int64]
    var prices: [[Int64]]
    var score: Int128
  }

  init(_ relaxation: consuming Relaxation, pool: Int?, prices: [Int64], bound: Int64) {
    self.relaxation = relaxation
    self.pool = pool
    nodes = [
      Node(
        parent: -1, question: .runs(bid: 0), yes: true, bound: bound, prices: prices, depth: 0)
    ]
  }

  /// Takes on the restrictions and prices of a node.
  mutating func enter(_ node: Int) {
    relaxation.free()
    var at = node
    while nodes[at].parent >= 0 {
      relaxation.restrict(nodes[at].question, nodes[at].yes)
      at = nodes[at].parent
    }
    relaxation.work &+= Int64(relaxation.agents.count / 2 + 16 * nodes[node].depth)
    nodes[node].prices.withUnsafeBufferPointer { source in
      if let first = source.baseAddress, source.count == relaxation.cells {
        relaxation.prices.base.update(from: first, count: source.count)
      }
    }
  }

  /// Lowers the bound of a leaf, from where its prices stand.
  mutating func lower(
    _ leaf: Int, steps: Int, target: Int64, aim: Int64? = nil, stride: Int64, recording: Bool
  ) {
    enter(leaf)
    let value = relaxation.descend(
      steps: steps, target: target, aim: aim, stride: stride, recording: recording)
    if value < nodes[leaf].bound { set(leaf, value) }
  }

  /// Computes the bound of a leaf anew: utilities have changed.
  mutating func renew(_ leaf: Int) -> Int64 {
    enter(leaf)
    nodes[leaf].bound = relaxation.evaluate()
    return nodes[leaf].bound
  }

  /// What a leaf's bound would be at other prices.
  mutating func value(_ leaf: Int, at prices: [Int64]) -> Int64 {
    enter(leaf)
    for (cell, price) in prices.enumerated() { relaxation.prices[cell] = price }
    return relaxation.evaluate()
  }

  mutating func set(_ leaf: Int, _ value: Int64) {
    nodes[leaf].bound = value
    if value != Relaxation.void { nodes[leaf].prices = relaxation.prices.array }
  }

  /// The question, of a few that late answers leave open, that lowers the leaf most; nil without
  /// any. The answers must have been recorded at this leaf.
  mutating func trial(
    _ leaf: Int, tries: Int, steps: Int, target: Int64, aim: Int64? = nil, stride: Int64
  ) -> Trial? {
    let base = nodes[leaf].bound
    guard nodes[leaf].depth < ProofCheck.depthLimit else { return nil }
    enter(leaf)
    var best: Trial?
    for question in questions(tries) {
      var trial = Trial(question: question, bounds: [], prices: [], score: 0)
      for yes in [true, false] {
        enter(leaf)
        relaxation.restrict(question, yes)
        let value = relaxation.descend(
          steps: steps, target: target, aim: aim, stride: stride)
        trial.bounds.append(min(base, value))
        trial.prices.append(value == Relaxation.void ? [] : relaxation.prices.array)
      }
      let falls = trial.bounds.map { Int128(base) - Int128(max(target, $0)) }
      trial.score = 10 * min(falls[0], falls[1]) + max(falls[0], falls[1])
      if trial.score > best?.score ?? -1 { best = trial }
    }
    return best
  }

  /// Asks at a leaf.
  mutating func split(_ leaf: Int, _ trial: Trial) {
    nodes[leaf].left = nodes.count
    for side in 0..<2 {
      nodes.append(
        Node(
          parent: leaf, question: trial.question, yes: side == 0, bound: trial.bounds[side],
          prices: trial.prices[side], depth: nodes[leaf].depth + 1))
    }
  }

  // MARK: Questions

  /// What late answers leave open about the bids on which most hangs.
  private func questions(_ tries: Int) -> [Proof.Question] {
    let rows = min(Relaxation.memory, relaxation.recorded)
    var found: [(score: Int64, question: Proof.Question)] = []
    for index in 0..<relaxation.agents.count where relaxation.states[index] != 2 {
      if let open = open(index, rows) { found.append(open) }
    }
    if found.isEmpty {
      for index in 0..<relaxation.agents.count where relaxation.states[index] != 2 {
        if let rest = rest(index) { found.append((relaxation.agents[index].size, rest)) }
      }
    }
    found.sort {
      $0.score > $1.score || ($0.score == $1.score && $0.question.bid < $1.question.bid)
    }
    return found.prefix(tries).map(\.question)
  }

  private func open(_ index: Int, _ rows: Int) -> (score: Int64, question: Proof.Question)? {
    let agent = relaxation.agents[index]
    var runs: Int64 = 0
    var starts: [Int] = []
    var pools = [Int64](repeating: 0, count: relaxation.pools.count)
    for row in 0..<rows {
      let code = relaxation.history[row * relaxation.agents.count + index]
      guard code >= 0 else { continue }
      runs += 1
      starts.append(relaxation.start(code))
      if code & Relaxation.splitCode == 0 {
        pools[relaxation.terms[Int(code >> 20)].pool] += 1
      }
    }
    guard runs > 0 else { return nil }
    let total = Int64(rows)
    let weight = agent.size / 1024 + 1
    var best: (score: Int64, question: Proof.Question)?
    func offer(_ part: Int64, _ question: Proof.Question) {
      let score = min(part, total - part) &* weight
      if score > best?.score ?? 0 { best = (score, question) }
    }
    if relaxation.states[index] == 0 {
      offer(
        runs,
        pool.map { .uses(bid: agent.bid, pool: $0, above: 0) } ?? .runs(bid: agent.bid))
    }
    if pool == nil {
      for (local, part) in pools.enumerated() where part > 0 && part < runs {
        offer(
          part * total / runs,
          .uses(bid: agent.bid, pool: relaxation.pools[local], above: 0))
      }
    }
    starts.sort()
    if let first = starts.first, let last = starts.last, first < last {
      let middle = starts[starts.count / 2]
      let cut = middle == last ? middle - 1 : middle
      let below = Int64(starts.count { $0 <= cut })
      offer(
        pool == nil ? below * total / runs : below, .starts(bid: agent.bid, until: cut))
    }
    return best
  }

  /// Any question that is still open about a bid.
  private func rest(_ index: Int) -> Proof.Question? {
    let agent = relaxation.agents[index]
    if relaxation.states[index] == 0 {
      return pool.map { .uses(bid: agent.bid, pool: $0, above: 0) } ?? .runs(bid: agent.bid)
    }
    var low = Int.max
    var high = -1
    var place = -1
    for number in agent.firstTerm..<agent.endTerm {
      let term = relaxation.terms[number]
      if relaxation.most[term.door] == 0 { continue }
      for item in term.firstRun..<term.endRun {
        let starts = relaxation.field.runs[item].starts
        let first = max(starts.lowerBound, Int(relaxation.from[index]))
        let last = min(starts.upperBound - 1, Int(relaxation.until[index]))
        guard first <= last else { continue }
        low = min(low, first)
        high = max(high, last)
        if pool == nil, place >= 0, place != term.pool {
          return .uses(bid: agent.bid, pool: relaxation.pools[term.pool], above: 0)
        }
        place = term.pool
      }
    }
    var only = -1
    for number in agent.firstStretch..<agent.endStretch {
      let start = relaxation.stretches[number].start
      guard start >= Int(relaxation.from[index]), start <= Int(relaxation.until[index]) else {
        continue
      }
      low = min(low, start)
      high = max(high, start)
      only = number
    }
    guard low < high else { return only >= 0 ? division(agent, only) : nil }
    let code = relaxation.answers[index]
    let at = code >= 0 ? relaxation.start(code) : (low + high) / 2
    return .starts(bid: agent.bid, until: min(high - 1, max(low, at)))
  }

  /// Halves the widest range of GPUs that a split with one start may have in a pool.
  private func division(_ agent: Relaxation.Agent, _ number: Int) -> Proof.Question? {
    let stretch = relaxation.stretches[number]
    var widest: (units: Int64, question: Proof.Question)?
    for item in stretch.firstChunk..<stretch.endChunk {
      let chunk = relaxation.chunks[item]
      let low = (relaxation.least[chunk.door] + chunk.unit - 1) / chunk.unit
      let high = min(chunk.most, relaxation.most[chunk.door]) / chunk.unit
      guard high - low > widest?.units ?? 0 else { continue }
      let above = low + (high - low - 1) / 2
      widest = (
        high - low,
        .uses(
          bid: agent.bid, pool: relaxation.pools[chunk.pool], above: above * chunk.unit)
      )
    }
    return widest?.question
  }

  // MARK: Proof

  /// The tree in preorder, each node's steps from the one above, the root's from `origin`. Nodes
  /// that `isLeaf` says count as leaves. Local cells.
  func proof(from origin: [Int64], isLeaf: (Int) -> Bool, prices: (Int) -> [Int64]) -> [Proof.Node]
  {
    var made: [Proof.Node] = []
    func add(_ node: Int, _ above: [Int64]) {
      if isLeaf(node) {
        let own = prices(node)
        made.append(Proof.Node(steps: Branching.steps(above, own.isEmpty ? above : own)))
        return
      }
      let left = nodes[node].left
      made.append(Proof.Node(question: nodes[left].question))
      add(left, above)
      add(left + 1, above)
    }
    add(0, origin)
    return made
  }

  static func steps(_ from: [Int64], _ to: [Int64]) -> [Proof.Step] {
    zip(from, to).enumerated().compactMap { cell, pair in
      pair.0 == pair.1 ? nil : Proof.Step(cell: cell, by: pair.1 - pair.0)
    }
  }
}
