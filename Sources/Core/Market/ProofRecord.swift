import Placement
package import Units

/// A piece of a proof (`Placement.Proof`): a node of a tree in preorder, what a bid is worth, or the
/// beginning of a pool's tree. After a leaf of the kind `pooled` stand its utilities, then the trees
/// of its pools.
package struct ProofRecord: Sendable, Equatable, Record {
  package var kind = Kind.leaf
  /// Of a utility, 1/64 mHKD times quarter GPU-hours.
  package var amount: Int64?
  /// Position of the bid.
  package var bid: Int64?
  /// Of a question about GPUs in a pool: whether there are more.
  package var gpus: Int64?
  package var pool: String?
  /// Of a question about the start: the last slot that is meant; ms.
  package var start: Int64?
  /// Cell and change of its price by turns, 1/64 mHKD per GPU-hour. Cells count the slots of pool
  /// after pool, in the order of the round; in the tree of a pool only its slots.
  package var steps: [Int64] = []

  package init() {}

  /// What the record stands for: a leaf, a question of a node, or what goes with a pooled leaf.
  package enum Kind: String, Sendable {
    case leaf, pooled, runs, starts, uses, utility
    /// A tree of one pool begins.
    case tree
    /// Further steps of the node before.
    case more
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("amount", optional: &amount, 1...Int64.max)
    try codec.int("bid", optional: &bid, Bound.position)
    try codec.int("gpus", optional: &gpus, 0...Bound.gpus.upperBound)
    try codec.choice("kind", &kind)
    try codec.text("pool", optional: &pool, .id)
    try codec.int("start", optional: &start, Bound.time)
    try codec.list("steps", &steps, 0...(2 * Self.stepsTogether), Int64.min...Int64.max)
  }

  /// Steps in one record, so that it never passes an entry.
  static let stepsTogether = 1_000
}

extension FrozenRound {
  /// The records of a proof, in order.
  func records(of proof: Proof?) -> [ProofRecord] {
    guard let proof else { return [] }
    var records: [ProofRecord] = []
    for node in proof.tree {
      add(node, &records)
      guard let index = node.pooled, proof.pooled.indices.contains(index) else { continue }
      for utility in proof.pooled[index].utilities {
        var record = ProofRecord()
        record.kind = .utility
        record.bid = bids[utility.bid].seq
        record.amount = utility.amount
        records.append(record)
      }
      for tree in proof.pooled[index].trees {
        var record = ProofRecord()
        record.kind = .tree
        record.pool = pools[tree.pool].id
        records.append(record)
        for node in tree.nodes { add(node, &records) }
      }
    }
    return records
  }

  private func add(_ node: Proof.Node, _ records: inout [ProofRecord]) {
    var record = ProofRecord()
    record.bid = node.question.map { bids[$0.bid].seq }
    switch node.question {
    case nil: record.kind = node.pooled == nil ? .leaf : .pooled
    case .runs: record.kind = .runs
    case .starts(_, let slot):
      record.kind = .starts
      record.start = grid.edges[slot]
    case .uses(_, let pool, let above):
      record.kind = .uses
      record.pool = pools[pool].id
      record.gpus = above
    }
    var rest = node.steps[...]
    repeat {
      for step in rest.prefix(ProofRecord.stepsTogether) {
        record.steps += [Int64(step.cell), step.by]
      }
      rest = rest.dropFirst(ProofRecord.stepsTogether)
      records.append(record)
      record = ProofRecord()
      record.kind = .more
    } while !rest.isEmpty
  }

  /// The proof that records stand for; nil when there are none. Whether it proves anything is for
  /// the check.
  func proof(
    from records: [ProofRecord], _ poolIndex: [String: Int], _ bidIndex: [Int64: Int]
  ) throws(OutcomeFault) -> Proof? {
    guard !records.isEmpty else { return nil }
    var proof = Proof()
    // How many nodes the tree at hand still lacks.
    var open = 1
    var inner: Int?
    for record in records {
      switch record.kind {
      case .utility:
        guard let last = proof.pooled.indices.last, inner == nil, proof.pooled[last].trees.isEmpty,
          let bid = record.bid.flatMap({ bidIndex[$0] }), let amount = record.amount
        else { throw OutcomeFault("a utility of the proof is out of place") }
        proof.pooled[last].utilities.append(Proof.Utility(bid: bid, amount: amount))
      case .tree:
        guard let last = proof.pooled.indices.last, inner ?? 0 == 0,
          let pool = record.pool.flatMap({ poolIndex[$0] })
        else { throw OutcomeFault("a tree of the proof is out of place") }
        proof.pooled[last].trees.append(Proof.Tree(pool: pool, nodes: []))
        inner = 1
      case .more:
        try extend(&proof, inner != nil, record)
      case .leaf, .pooled, .runs, .starts, .uses:
        let node = try node(from: record, poolIndex, bidIndex)
        let change = node.question == nil ? -1 : 1
        if let lacking = inner, lacking > 0 {
          guard record.kind != .pooled, let last = proof.pooled.indices.last,
            let tree = proof.pooled[last].trees.indices.last
          else { throw OutcomeFault("a leaf of a pool's tree is pooled") }
          proof.pooled[last].trees[tree].nodes.append(node)
          inner = lacking + change
        } else {
          guard open > 0 else { throw OutcomeFault("the proof goes on after its end") }
          inner = nil
          open += change
          proof.tree.append(node)
          if record.kind == .pooled {
            proof.tree[proof.tree.count - 1].pooled = proof.pooled.count
            proof.pooled.append(Proof.Pooled())
          }
        }
      }
    }
    guard open == 0, inner ?? 0 == 0 else { throw OutcomeFault("the proof has no end") }
    return proof
  }

  private func extend(
    _ proof: inout Proof, _ inner: Bool, _ record: ProofRecord
  ) throws(OutcomeFault) {
    let steps = try Self.steps(record)
    if inner, let last = proof.pooled.indices.last,
      let tree = proof.pooled[last].trees.indices.last,
      let node = proof.pooled[last].trees[tree].nodes.indices.last
    {
      proof.pooled[last].trees[tree].nodes[node].steps += steps
    } else if !inner, let node = proof.tree.indices.last {
      proof.tree[node].steps += steps
    } else {
      throw OutcomeFault("steps of the proof are out of place")
    }
  }

  private func node(
    from record: ProofRecord, _ poolIndex: [String: Int], _ bidIndex: [Int64: Int]
  ) throws(OutcomeFault) -> Proof.Node {
    var node = Proof.Node(steps: try Self.steps(record))
    if record.kind == .leaf || record.kind == .pooled { return node }
    guard let bid = record.bid.flatMap({ bidIndex[$0] }) else {
      throw OutcomeFault("a question of the proof is about no bid of the round")
    }
    switch record.kind {
    case .starts:
      guard let slot = record.start.flatMap({ slot(at: $0) }) else {
        throw OutcomeFault("a question of the proof is about a start outside the grid")
      }
      node.question = .starts(bid: bid, until: slot)
    case .uses:
      guard let pool = record.pool.flatMap({ poolIndex[$0] }), let gpus = record.gpus else {
        throw OutcomeFault("a question of the proof is about no pool of the round")
      }
      node.question = .uses(bid: bid, pool: pool, above: gpus)
    default: node.question = .runs(bid: bid)
    }
    return node
  }

  private static func steps(_ record: ProofRecord) throws(OutcomeFault) -> [Proof.Step] {
    guard record.steps.count % 2 == 0 else { throw OutcomeFault("a step of the proof is half") }
    return stride(from: 0, to: record.steps.count, by: 2).map {
      Proof.Step(cell: Int(record.steps[$0]), by: record.steps[$0 + 1])
    }
  }
}
