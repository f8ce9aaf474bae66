import Units

/// Utilities of bids, and a tree for each pool that packs those who pay them (clearing.md, 5): the
/// gap of the price bound lies in how bids pack in time inside a pool, and there few questions go
/// far. Prices of leaves and utilities are lowered together.
struct PoolTrees: ~Copyable {
  private let field: Field
  private var trees: [Tree] = []
  /// By bid, 1/64; of a split a GPU's.
  private var utilities: [Int64]
  /// By bid: 1, of a split its GPUs.
  private let counts: [Int64]
  /// By bid: what a utility may come to.
  private let scales: [Int64]
  /// By bid, of 2^16: where utilities go.
  private var direction: [Int64]
  private var stride: Int64
  private var idle = 0
  private var round = 0
  /// The least sum found, 1/64, and its utilities.
  private(set) var bound = Int64.max
  private var kept: [Int64] = []

  /// Evaluations for each leaf and round; before a leaf is asked about; for each side of a trial.
  private static let steps = (round: 12, leaf: 30, side: 12, served: 8)
  private static let tries = 4
  /// Rounds between two questions.
  private static let every = 2
  /// In 2^16.
  private static let strides = (start: Int64(9_000), leaf: Int64(32_768), served: Int64(8_192))

  /// One pool's tree; a class, as an array of what cannot be copied is not to be had.
  private final class Tree {
    var branching: Branching
    var leaves = [0]
    var worst = 0
    /// Prices of the leaves at the least sum, by node; empty for others.
    var kept: [[Int64]] = []

    init(_ branching: consuming Branching) { self.branching = branching }

    var value: Int64 { branching.nodes[worst].bound }
  }

  init(_ field: Field, duals: [Int64]) {
    self.field = field
    var pricer = Pricer(field, duals: duals)
    var utilities: [Int64] = []
    var counts: [Int64] = []
    var scales: [Int64] = []
    for bid in field.ranges.indices {
      let splits = field.splitRanges[bid]
      let gpus = splits.reduce(Int64(1)) { max($0, field.splitStarts[$1].gpus) }
      counts.append(gpus)
      utilities.append(pricer.answer(bid).surplus / gpus)
      var scale = field.ranges[bid].reduce(Int64(0)) { max($0, field.choices[$1].most) }
      for index in splits { scale = max(scale, field.splitStarts[index].surplus) }
      scales.append(64 * scale / gpus)
    }
    self.utilities = utilities
    self.counts = counts
    self.scales = scales
    direction = [Int64](repeating: 0, count: utilities.count)
    stride = Self.strides.start
    for pool in 0..<field.pools {
      let relaxation = Relaxation(field, pools: [pool], priced: true)
      let prices = Array(duals[(pool * field.slots)..<((pool + 1) * field.slots)])
      trees.append(Tree(Branching(relaxation, pool: pool, prices: prices, bound: .max)))
    }
  }

  var work: Int64 { trees.reduce(0) { $0 + $1.branching.relaxation.work } }

  /// Lowers the sum until `target` (1/64), the clearing at hand, is proven, or as much was looked at
  /// in all; goes on where it stopped.
  mutating func grow(target: Int64, effort: Int64, leaves: Int) {
    price()
    for tree in trees { _ = tree.branching.renew(0) }
    while work < effort, bound > target {
      price()
      let slack = bound == .max ? bound / 4 : (bound - target) / Int64(trees.count) / 4
      let reach = reach(target)
      for tree in trees { settle(tree, slack, reach) }
      if round % Self.every == 0, round > 0 {
        for tree in trees where tree.leaves.count < leaves { ask(tree, reach) }
      }
      let sum = trees.reduce(base) { $0 &+ $1.value }
      if sum < bound {
        bound = sum
        keep()
        idle = 0
      } else {
        idle += 1
        if idle >= 4 {
          stride = stride * 8 / 10
          idle = 0
        }
      }
      move(sum - target, reach)
      round += 1
    }
  }

  /// How far a pool's value may at most hope to fall: its share of what is left.
  private func reach(_ target: Int64) -> Int64 {
    let sum = bound == .max ? trees.reduce(base) { $0 &+ $1.value } : bound
    return max(1, (sum - target) / Int64(trees.count))
  }

  private var base: Int64 {
    zip(utilities, counts).reduce(0) { $0 &+ $1.0 &* $1.1 }
  }

  private func price() {
    for tree in trees {
      for index in 0..<tree.branching.relaxation.agents.count {
        tree.branching.relaxation.utilities[index] =
          utilities[tree.branching.relaxation.agents[index].bid]
      }
    }
  }

  /// Lowers the leaves near the worst at the utilities as they are.
  private func settle(_ tree: Tree, _ slack: Int64, _ reach: Int64) {
    var order: [(bound: Int64, leaf: Int)] = []
    for leaf in tree.leaves {
      let bound = tree.branching.renew(leaf)
      if bound != Relaxation.void { order.append((bound, leaf)) }
    }
    order.sort { $0.bound > $1.bound || ($0.bound == $1.bound && $0.leaf < $1.leaf) }
    var high = Int64.min / 4
    for item in order {
      if item.bound <= max(0, high - slack) { break }
      tree.branching.lower(
        item.leaf, steps: Self.steps.round, target: max(0, high),
        aim: max(0, item.bound - reach), stride: Self.strides.leaf, recording: false)
      high = max(high, tree.branching.nodes[item.leaf].bound)
    }
    findWorst(tree)
  }

  private func findWorst(_ tree: Tree) {
    tree.worst = tree.leaves[0]
    for leaf in tree.leaves
    where tree.branching.nodes[leaf].bound > tree.branching.nodes[tree.worst].bound {
      tree.worst = leaf
    }
  }

  private func ask(_ tree: Tree, _ reach: Int64) {
    let leaf = tree.worst
    guard tree.value > 0 else { return }
    let aim = max(0, tree.value - reach)
    tree.branching.relaxation.recorded = 0
    tree.branching.lower(
      leaf, steps: Self.steps.leaf, target: 0, aim: aim, stride: Self.strides.leaf,
      recording: true)
    if let trial = tree.branching.trial(
      leaf, tries: Self.tries, steps: Self.steps.side, target: 0, aim: aim,
      stride: Self.strides.leaf),
      trial.score > 0
    {
      tree.branching.split(leaf, trial)
      tree.leaves.removeAll { $0 == leaf }
      tree.leaves += [tree.branching.nodes.count - 2, tree.branching.nodes.count - 1]
    }
    findWorst(tree)
  }

  private mutating func keep() {
    kept = utilities
    for tree in trees {
      tree.kept = [[Int64]](repeating: [], count: tree.branching.nodes.count)
      for leaf in tree.leaves { tree.kept[leaf] = tree.branching.nodes[leaf].prices }
    }
  }

  // MARK: Utilities

  /// A bid served more than once over the worst leaves should be worth more, one served less
  /// worth less. The step is as long as would lead to the target (Polyak), times `stride`.
  private mutating func move(_ gap: Int64, _ reach: Int64) {
    let served = served(reach)
    var norm: Int128 = 0
    var slope: Int128 = 0
    for bid in utilities.indices where scales[bid] > 0 {
      var excess = served[bid] / counts[bid] - Relaxation.one
      excess = max(-Relaxation.one, min(Relaxation.one, excess))
      if utilities[bid] == 0 { excess = max(0, excess) }
      direction[bid] = (direction[bid] * 4 + excess * 6) / 10
      if utilities[bid] == 0 { direction[bid] = max(0, direction[bid]) }
      let scale = Int128(scales[bid] * counts[bid])
      slope += Int128((direction[bid] * excess) >> 16) * scale
      norm += Int128((direction[bid] * direction[bid]) >> 16) * scale
    }
    norm = max(norm, slope)
    guard norm > 0 else { return }
    let length = min(1 << 40, (Int128(gap) &* Int128(stride) << 16) / norm)
    for bid in utilities.indices where direction[bid] != 0 {
      let change = (Int128(scales[bid]) * Int128(direction[bid]) * length) >> 32
      utilities[bid] = Int64(
        clamping: max(0, min(2 * Int128(scales[bid]), Int128(utilities[bid]) + change)))
    }
  }

  /// By bid: how much of it runs in the worst leaves together, of 2^16.
  private func served(_ reach: Int64) -> [Int64] {
    var served = [Int64](repeating: 0, count: utilities.count)
    for tree in trees where tree.value != Relaxation.void {
      tree.branching.enter(tree.worst)
      tree.branching.relaxation.recorded = 0
      _ = tree.branching.relaxation.descend(
        steps: Self.steps.served, target: 0, aim: max(0, tree.value - reach),
        stride: Self.strides.served, recording: true)
      let count = tree.branching.relaxation.agents.count
      let rows = tree.branching.relaxation.recorded
      for index in 0..<count {
        var sum: Int64 = 0
        for row in 0..<rows {
          let code = tree.branching.relaxation.history[row * count + index]
          if code >= 0 { sum += tree.branching.relaxation.amount(code) }
        }
        served[tree.branching.relaxation.agents[index].bid] += (sum << 16) / Int64(max(1, rows))
      }
    }
    return served
  }

  // MARK: Proof

  /// The proof of `bound`, its steps from `duals`.
  mutating func proof(duals: [Int64]) -> Proof {
    utilities = kept
    price()
    var pooled = Proof.Pooled()
    for (bid, amount) in kept.enumerated() where amount > 0 {
      pooled.utilities.append(Proof.Utility(bid: bid, amount: amount))
    }
    for (pool, tree) in trees.enumerated() {
      let origin = Array(duals[(pool * field.slots)..<((pool + 1) * field.slots)])
      let leaves = tree.kept.indices.filter { !tree.kept[$0].isEmpty }
      var worst = Relaxation.void
      for leaf in leaves { worst = max(worst, tree.branching.value(leaf, at: tree.kept[leaf])) }
      var prices = tree.kept
      for leaf in leaves where tree.branching.value(leaf, at: origin) <= worst {
        prices[leaf] = []
      }
      let kept = tree.kept.count
      let nodes = tree.branching.proof(
        from: origin,
        isLeaf: { node in
          node < kept && !tree.kept[node].isEmpty || tree.branching.nodes[node].left < 0
            || tree.branching.nodes[node].left >= kept
        },
        prices: { $0 < kept ? prices[$0] : [] })
      pooled.trees.append(Proof.Tree(pool: pool, nodes: nodes))
    }
    var proof = Proof()
    proof.tree = [Proof.Node(pooled: 0)]
    proof.pooled = [pooled]
    return proof
  }
}
