import Placement
import Testing

/// Proofs drawn at random: nothing in them is meant to be good, so a bound below the optimum would
/// show at once.
private struct Drawer {
  let instance: Instance
  var source: Source

  init(_ instance: Instance, seed: Int) {
    self.instance = instance
    source = Source(seed)
  }

  mutating func duals() -> [[Int64]] {
    let most = [Int64(0), 3_000, 12_000, 40_000][source.index(4)]
    return instance.pools.map { _ in instance.widths.map { _ in source.number(0...64 * most) } }
  }

  mutating func question(_ pool: Int?) -> Proof.Question {
    let bid = source.index(instance.bids.count)
    let place = pool ?? source.index(instance.pools.count)
    switch source.index(pool == nil ? 3 : 2) {
    case 0:
      let split = instance.bids[bid].kind == .split
      return .uses(bid: bid, pool: place, above: split ? source.number(0...6) : 0)
    case 1: return .starts(bid: bid, until: source.index(instance.widths.count))
    default: return .runs(bid: bid)
    }
  }

  /// Steps up only, so that every price stays in bounds.
  mutating func steps(_ cells: Int) -> [Proof.Step] {
    (0..<source.index(4)).map { _ in
      Proof.Step(cell: source.index(cells), by: source.number(0...64 * 9_000))
    }
  }

  mutating func nodes(_ depth: Int, _ pool: Int?, _ pooled: Int) -> [Proof.Node] {
    let cells = instance.widths.count * (pool == nil ? instance.pools.count : 1)
    guard depth > 0, source.chance(75) else {
      let named = pool == nil && pooled > 0 && source.chance(70)
      return [Proof.Node(steps: steps(cells), pooled: named ? source.index(pooled) : nil)]
    }
    return [Proof.Node(question: question(pool), steps: steps(cells))]
      + nodes(depth - 1, pool, pooled) + nodes(depth - 1, pool, pooled)
  }

  mutating func proof() -> Proof {
    var proof = Proof()
    for _ in 0..<source.index(3) {
      var pooled = Proof.Pooled()
      for bid in instance.bids.indices where source.chance(70) {
        let option = instance.bids[bid].options.first
        let quarters = option?.quarters ?? 1
        let gpus = instance.bids[bid].kind == .split ? 1 : option?.gpus ?? 1
        let worth = max(1, gpus * quarters) * 64 * 8_000
        pooled.utilities.append(
          Proof.Utility(bid: bid, amount: source.number(0...worth) / source.number(1...4)))
      }
      for pool in instance.pools.indices where source.chance(80) {
        pooled.trees.append(Proof.Tree(pool: pool, nodes: nodes(3, pool, 0)))
      }
      proof.pooled.append(pooled)
    }
    proof.tree = nodes(source.index(4), nil, proof.pooled.count)
    return proof
  }
}

@Suite struct ProofTests {
  @Test("no proof, however it was drawn, bounds a round below its best clearing")
  func soundness() throws {
    var lower = 0
    for seed in seeds(1_500) {
      let instance = round(seed, .tiny)
      let best = Reference(instance: instance).optimum()
      var drawer = Drawer(instance, seed: seed)
      for _ in 0..<12 {
        let duals = drawer.duals()
        let proof = drawer.proof()
        let plain = try #require(Certificate.bound(instance, duals: duals))
        let bound = try #require(
          Certificate.bound(instance, duals: duals, proof: proof), "seed \(seed)")
        #expect(bound >= best, "seed \(seed): \(proof)")
        #expect(bound <= plain)
        if bound < plain { lower += 1 }
      }
    }
    // Or the test would say nothing.
    #expect(lower > seeds(1_500).count / 2)
  }
}
