/// What a clearing may add to its dual prices to prove a lower bound than they do alone
/// (clearing.md, 5): a tree of questions about bids, at each leaf prices of its own or bid
/// utilities and a tree a pool. Every clearing answers each question with yes or no, so it stands at
/// exactly one leaf of a tree, and the worst leaf bounds them all.
///
/// Trees stand in preorder: a node with a question, the nodes of "yes", the nodes of "no". Every
/// price counts from the node above; the root's count from the clearing's duals.
package struct Proof: Sendable, Equatable {
  /// About the whole round; without questions a single leaf.
  package var tree: [Node] = []
  /// Leaves of `tree` may each name one of these.
  package var pooled: [Pooled] = []

  package init() {}

  /// A question to which a clearing answers yes or no.
  package enum Question: Sendable, Equatable {
    /// Whether the bid is filled.
    case runs(bid: Int)
    /// Whether it has more GPUs than so many in a pool; of a bid that is no split, whether it runs
    /// there, and the number is 0.
    case uses(bid: Int, pool: Int, above: Int64)
    /// Whether it starts in this slot or before. A bid that is not filled answers either way.
    case starts(bid: Int, until: Int)

    package var bid: Int {
      switch self {
      case .runs(let bid), .uses(let bid, _, _), .starts(let bid, _): bid
      }
    }
  }

  /// A step of one cell's price, 1/64 mHKD per GPU-hour.
  package struct Step: Sendable, Equatable {
    /// Pool * slots + slot; in the tree of a pool the slot.
    package var cell: Int
    package var by: Int64

    package init(cell: Int, by: Int64) {
      self.cell = cell
      self.by = by
    }
  }

  /// Changes prices, then asks a question or, as a leaf, bounds the clearings that arrive.
  package struct Node: Sendable, Equatable {
    /// Nil at a leaf.
    package var question: Question?
    package var steps: [Step]
    /// Index in `pooled`, at leaves of the whole round's tree only; nil for a leaf that its prices
    /// alone bound.
    package var pooled: Int?

    package init(question: Question? = nil, steps: [Step] = [], pooled: Int? = nil) {
      self.question = question
      self.steps = steps
      self.pooled = pooled
    }
  }

  /// What a bid is worth, wherever it runs; then each pool is bounded for itself.
  package struct Pooled: Sendable, Equatable {
    /// Ascending by bid; bids that are not listed have none.
    package var utilities: [Utility] = []
    /// Ascending by pool; pools that are not listed are one leaf with the prices that stand.
    package var trees: [Tree] = []

    package init() {}
  }

  /// What one bid is worth, wherever it runs.
  package struct Utility: Sendable, Equatable {
    package var bid: Int
    /// 1/64 mHKD times quarter GPU-hours; of a split a GPU's.
    package var amount: Int64

    package init(bid: Int, amount: Int64) {
      self.bid = bid
      self.amount = amount
    }
  }

  /// The nodes of one pool; they ask about this pool and about starts only.
  package struct Tree: Sendable, Equatable {
    package var pool: Int
    package var nodes: [Node]

    package init(pool: Int, nodes: [Node]) {
      self.pool = pool
      self.nodes = nodes
    }
  }
}
