import Units

/// A tree of questions about the whole round, the worst leaf asked first (best-first branch and
/// bound with strong branching). For rounds of some hundred bids it proves what the search found to
/// be the best, or nearly.
struct GlobalTree: ~Copyable {
  private var branching: Branching
  /// Open leaves, the worst on top.
  private var heap: [Int] = []
  /// The worst of leaves that nothing can be asked about.
  private var stuck = Relaxation.void
  private var count = 0

  /// Evaluations from a leaf's prices before it is asked about, and for each side of a trial.
  private static let steps = (root: 200, leaf: 40, side: 16)
  private static let tries = 4

  init(_ field: Field, duals: [Int64]) {
    let relaxation = Relaxation(field, pools: Array(0..<field.pools), priced: false)
    branching = Branching(relaxation, pool: nil, prices: duals, bound: .max)
  }

  var work: Int64 { branching.relaxation.work }

  /// The worst leaf, 1/64.
  var bound: Int64 { max(0, stuck, heap.first.map { branching.nodes[$0].bound } ?? 0) }

  /// Asks until `target` (1/64) is proven or as much was looked at in all; goes on where it stopped.
  /// Leaves of the proof stay within what the check accepts.
  mutating func grow(target: Int64, effort: Int64, leaves: Int) {
    if count == 0 {
      branching.lower(
        0, steps: Self.steps.root, target: target, stride: Relaxation.one, recording: false)
      push(0)
      count = 1
    }
    while let worst = heap.first, branching.nodes[worst].bound > target, work < effort,
      count < leaves
    {
      pop()
      branching.relaxation.recorded = 0
      branching.lower(
        worst, steps: Self.steps.leaf, target: target, stride: Relaxation.one, recording: true)
      if branching.nodes[worst].bound <= target {
        push(worst)
        continue
      }
      if let trial = branching.trial(
        worst, tries: Self.tries, steps: Self.steps.side, target: target,
        stride: Relaxation.one / 2)
      {
        branching.split(worst, trial)
        push(branching.nodes.count - 2)
        push(branching.nodes.count - 1)
        count += 1
      } else {
        let before = branching.nodes[worst].bound
        branching.lower(
          worst, steps: Self.steps.root, target: target, stride: Relaxation.one, recording: false)
        if branching.nodes[worst].bound < before {
          push(worst)
        } else {
          stuck = max(stuck, before)
        }
      }
    }
  }

  /// The proof, its steps from `duals`. A leaf that the duals, or the prices of its root, bound well
  /// enough has no prices of its own.
  mutating func proof(duals: [Int64]) -> Proof {
    let bound = bound
    var prices = [[Int64]](repeating: [], count: branching.nodes.count)
    for node in branching.nodes.indices where branching.nodes[node].left < 0 {
      let value = branching.value(node, at: duals)
      if value > bound { prices[node] = branching.nodes[node].prices }
    }
    var proof = Proof()
    proof.tree = branching.proof(
      from: duals, isLeaf: { branching.nodes[$0].left < 0 }, prices: { prices[$0] })
    return proof
  }

  // MARK: Heap

  private func above(_ one: Int, _ other: Int) -> Bool {
    let first = branching.nodes[one].bound
    let second = branching.nodes[other].bound
    return first > second || (first == second && one < other)
  }

  private mutating func push(_ node: Int) {
    heap.append(node)
    var at = heap.count - 1
    while at > 0, above(heap[at], heap[(at - 1) / 2]) {
      heap.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  private mutating func pop() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var at = 0
    while true {
      var child = 2 * at + 1
      if child >= heap.count { return }
      if child + 1 < heap.count, above(heap[child + 1], heap[child]) { child += 1 }
      if !above(heap[child], heap[at]) { return }
      heap.swapAt(child, at)
      at = child
    }
  }
}
