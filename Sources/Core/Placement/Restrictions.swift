/// What the answers on the way to a leaf say about the bids.
struct Restrictions {
  /// By bid: filled for sure (1), for sure not (2), or open (0).
  private(set) var states: [UInt8]
  /// By bid: first and last slot in which it may start.
  private(set) var from: [Int]
  private(set) var until: [Int]
  /// How many GPUs a bid may have in a pool, latest answer last; few stand at a time.
  private var limits: [Limit] = []
  /// By bid: how many of `limits` are about it.
  private var limited: [Int]
  private let splits: [Bool]

  private struct Limit {
    var bid: Int
    var pool: Int
    var least: Int64
    var most: Int64
  }

  /// What to put back.
  struct Undo {
    fileprivate var bid: Int
    fileprivate var state: UInt8
    fileprivate var from: Int
    fileprivate var until: Int
    fileprivate var limit: Bool
  }

  init(_ instance: Instance) {
    let count = instance.bids.count
    states = [UInt8](repeating: 0, count: count)
    from = [Int](repeating: 0, count: count)
    until = [Int](repeating: .max, count: count)
    limited = [Int](repeating: 0, count: count)
    splits = instance.bids.map { $0.kind == .split }
  }

  mutating func enter(_ question: Proof.Question, _ yes: Bool) -> Undo {
    let bid = question.bid
    var undo = Undo(
      bid: bid, state: states[bid], from: from[bid], until: until[bid], limit: false)
    switch question {
    case .runs:
      rule(bid, yes ? 1 : 2)
    case .uses(_, let pool, let above):
      limits.append(
        Limit(bid: bid, pool: pool, least: yes ? above &+ 1 : 0, most: yes ? .max : above))
      limited[bid] += 1
      undo.limit = true
      if yes { rule(bid, 1) }
    case .starts(_, let slot):
      if yes { until[bid] = min(until[bid], slot) } else { from[bid] = max(from[bid], slot + 1) }
    }
    return undo
  }

  /// Contradictory answers leave no clearing: the bid must run and finds no place.
  private mutating func rule(_ bid: Int, _ state: UInt8) {
    if states[bid] != 0, states[bid] != state {
      states[bid] = 1
      from[bid] = .max
    } else {
      states[bid] = state
    }
  }

  mutating func leave(_ undo: Undo) {
    states[undo.bid] = undo.state
    from[undo.bid] = undo.from
    until[undo.bid] = undo.until
    if undo.limit {
      limits.removeLast()
      limited[undo.bid] -= 1
    }
  }

  /// Whether a bid may use the pool at all.
  func allows(_ bid: Int, _ pool: Int) -> Bool {
    guard limited[bid] > 0 else { return true }
    for limit in limits where limit.bid == bid {
      if limit.pool == pool ? limit.most == 0 : limit.least > 0 && !splits[bid] { return false }
    }
    return true
  }

  /// How many GPUs a split may have in the pool; nil when nothing is said.
  func limit(_ bid: Int, _ pool: Int) -> (least: Int64, most: Int64)? {
    guard limited[bid] > 0 else { return nil }
    var least: Int64 = 0
    var most = Int64.max
    for limit in limits where limit.bid == bid && limit.pool == pool {
      least = max(least, limit.least)
      most = min(most, limit.most)
    }
    return (least, most)
  }

  /// Whether a bid must run in the pool.
  func demands(_ bid: Int, _ pool: Int) -> Bool {
    guard limited[bid] > 0 else { return false }
    return limits.contains { $0.bid == bid && $0.pool == pool && $0.least > 0 }
  }

  /// How many bids must run in the pool.
  func demands(in pool: Int) -> Int {
    var bids: [Int] = []
    for limit in limits where limit.pool == pool && limit.least > 0 && !bids.contains(limit.bid) {
      bids.append(limit.bid)
    }
    return bids.count
  }

  /// Pools in which a bid must have something.
  func demanded(_ bid: Int) -> [Int] {
    limited[bid] > 0 ? limits.filter { $0.bid == bid && $0.least > 0 }.map(\.pool) : []
  }
}
