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
    #expect(lower > seeds(1_500).count / 20)
  }

  @Test("what the engine proves holds against the best clearing, and is mostly all there is")
  func engine() throws {
    var loose = 0
    var closed = 0
    for seed in seeds(250) {
      let instance = round(seed, .tiny)
      let best = Reference(instance: instance).optimum()
      let clearing = Engine.clear(instance, iterations: 60)
      let plain = try #require(Certificate.bound(instance, duals: clearing.duals))
      #expect(clearing.bound >= best && clearing.bound <= plain, "seed \(seed)")
      #expect(ClearingCheck.fault(instance, clearing) == nil, "seed \(seed)")
      guard plain > clearing.welfare + clearing.welfare / 100 else { continue }
      loose += 1
      if clearing.bound <= clearing.welfare + clearing.welfare / 200 { closed += 1 }
    }
    #expect(loose > 20 && closed * 2 > loose, "\(closed) of \(loose)")
  }

  @Test(
    "a pool's tree proves what prices alone cannot: jobs that only seem to fit one after another")
  func packing() throws {
    // One GPU for five hours and three bids of two hours: the prices think that two and a half fit.
    var instance = Instance()
    instance.widths = [4, 4, 4, 4, 4]
    instance.pools = [Instance.Pool(capacity: [1, 1, 1, 1, 1], ask: [10, 10, 10, 10, 10])]
    for seq in 0..<3 {
      let option = Instance.Option(
        alternative: 0, pool: 0, value: 100, gpus: 1, least: 1, unit: 1, quarters: 8,
        earliest: 0, latestEnd: 5)
      instance.bids.append(Instance.Bid(seq: Int64(seq), kind: .block, options: [option]))
    }
    let best = Reference(instance: instance).optimum()
    let clearing = Engine.clear(instance, iterations: 60)
    let plain = try #require(Certificate.bound(instance, duals: clearing.duals))
    #expect(clearing.welfare == best)
    #expect(plain > best * 6 / 5)
    #expect(clearing.bound < best + best / 100)
    #expect(clearing.proof != nil)
  }

  @Test("a proof with something changed is refused, or what it proves still holds")
  func mutations() throws {
    var refused = 0
    var held = 0
    for seed in seeds(150) {
      let instance = round(seed, .tiny)
      let clearing = Engine.clear(instance, iterations: 60)
      guard let proof = clearing.proof else { continue }
      let best = Reference(instance: instance).optimum()
      var source = Source(seed)
      for _ in 0..<40 {
        var changed = proof
        corrupt(&changed, instance, &source)
        var other = clearing
        other.proof = changed
        let bound = Certificate.bound(instance, duals: clearing.duals, proof: changed)
        if let bound {
          #expect(bound >= best, "seed \(seed): \(changed)")
          held += 1
          if bound != clearing.bound {
            #expect(ClearingCheck.fault(instance, other) == .bound, "seed \(seed)")
          }
        } else {
          #expect(ClearingCheck.fault(instance, other) == .proof, "seed \(seed)")
          refused += 1
        }
      }
    }
    #expect(refused > 100 && held > 100, "\(refused) refused, \(held) held")
  }

  private func corrupt(_ proof: inout Proof, _ instance: Instance, _ source: inout Source) {
    let wild = [Int64.min, -1, 0, 1, 2, 5, 64, 1 << 20, 1 << 42, 1 << 60, .max][source.index(11)]
    let kind = source.index(8)
    if kind < 3, !proof.pooled.isEmpty,
      let tree = proof.pooled[0].trees.indices.randomElement(&source)
    {
      switch kind {
      case 0: corrupt(&proof.pooled[0].trees[tree].nodes, wild, &source)
      case 1: proof.pooled[0].trees[tree].pool = Int(wild)
      default:
        if let place = proof.pooled[0].utilities.indices.randomElement(&source) {
          if source.chance(30) {
            proof.pooled[0].utilities[place].bid = Int(wild)
          } else {
            proof.pooled[0].utilities[place].amount = wild
          }
        }
      }
    } else {
      corrupt(&proof.tree, wild, &source)
    }
  }

  private func corrupt(_ nodes: inout [Proof.Node], _ wild: Int64, _ source: inout Source) {
    guard let place = nodes.indices.randomElement(&source) else { return }
    switch source.index(7) {
    case 0: nodes.remove(at: place)
    case 1: nodes.insert(nodes[place], at: place)
    case 2: nodes[place].steps.append(Proof.Step(cell: source.index(4), by: wild))
    case 3: nodes[place].steps.append(Proof.Step(cell: Int(wild), by: 1))
    case 4: nodes[place].pooled = Int(wild)
    case 5: nodes[place].question = .starts(bid: source.index(3), until: Int(wild))
    default:
      nodes[place].question = .uses(
        bid: source.chance(50) ? Int(wild) : 0, pool: source.index(2), above: wild)
    }
  }

  @Test("a proof that would take too long to check, or is too deep, proves nothing")
  func work() throws {
    let instance = round(3, .small)
    let duals = instance.pools.map { _ in instance.widths.map { _ in Int64(0) } }
    func chain(_ length: Int) -> Proof {
      var proof = Proof()
      for _ in 0..<length {
        proof.tree += [Proof.Node(question: .runs(bid: 0)), Proof.Node()]
      }
      proof.tree.append(Proof.Node())
      return proof
    }
    #expect(Certificate.bound(instance, duals: duals, proof: chain(300)) != nil)
    #expect(Certificate.bound(instance, duals: duals, proof: chain(500)) == nil)
    var wide = Proof()
    wide.tree = [Proof.Node(question: .runs(bid: 0)), Proof.Node(pooled: 0), Proof.Node(pooled: 0)]
    wide.pooled = [Proof.Pooled()]
    #expect(Certificate.bound(instance, duals: duals, proof: wide) != nil)
    let leaf = Proof.Node(steps: (0..<2_000).map { Proof.Step(cell: 0, by: $0 % 2 == 0 ? 1 : -1) })
    wide.tree = [leaf]
    #expect(Certificate.bound(instance, duals: duals, proof: wide) != nil)
    var heavy = leaf
    for _ in 0..<14 { heavy.steps += heavy.steps }
    wide.tree = [heavy]
    #expect(Certificate.bound(instance, duals: duals, proof: wide) == nil)
    #expect(Certificate.bound(instance, duals: duals, proof: Proof()) == nil)
  }

  @Test("the same round has the same proof")
  func repeats() {
    for seed in 0..<10 {
      let instance = round(seed, .small)
      #expect(
        Engine.clear(instance, iterations: 40).proof == Engine.clear(instance, iterations: 40).proof
      )
    }
  }
}

private extension Range<Int> {
  func randomElement(_ source: inout Source) -> Int? {
    isEmpty ? nil : lowerBound + source.index(count)
  }
}
