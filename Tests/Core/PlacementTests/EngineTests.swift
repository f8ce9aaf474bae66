import Placement
import Testing

@Suite struct EngineTests {
  @Test("no clearing is worth more than the best of all, and the best not more than the bound")
  func exhaustive() {
    var optimal = 0
    var proven = 0
    var filled = 0
    let rounds = seeds(400)
    for seed in rounds {
      let instance = round(seed, .tiny, ties: seed % 4 == 3)
      let clearing = Engine.clear(instance, iterations: 60)
      #expect(ClearingCheck.fault(instance, clearing) == nil, "seed \(seed)")
      let best = Reference(instance: instance).optimum()
      #expect(clearing.welfare <= best, "seed \(seed)")
      #expect(best <= clearing.bound, "seed \(seed)")
      optimal += clearing.welfare == best ? 1 : 0
      proven += clearing.bound == best ? 1 : 0
      filled += clearing.fills.isEmpty ? 0 : 1
    }
    print(
      "of \(rounds.count) tiny rounds \(optimal) are cleared optimally,",
      "of \(proven) the bound is the optimum")
    // So small a round is nearly always cleared optimally; and rounds do clear.
    #expect(optimal * 100 >= rounds.count * 95, "optimal in \(optimal)")
    #expect(filled * 100 >= rounds.count * 60, "filled in \(filled)")
  }

  @Test("any duals prove a bound that no clearing exceeds, and it is the definition's")
  func anyDuals() {
    for seed in seeds(200) {
      let instance = round(seed, .tiny)
      let reference = Reference(instance: instance)
      var source = Source(seed + 1_000_000)
      let most = [0, 100_000, 2_000_000][source.index(3)]
      let duals = instance.pools.map { _ in
        instance.widths.map { _ in source.number(0...Int64(most)) }
      }
      let bound = Certificate.bound(instance, duals: duals)
      #expect(bound == reference.bound(duals), "seed \(seed)")
      #expect(reference.optimum() <= bound ?? -1, "seed \(seed)")
    }
  }

  @Test("welfare, extras and prices of a clearing are those of the definitions, and it is maximal")
  func definitions() {
    for seed in seeds(50) {
      agree(round(seed, .small), seed)
      for other in 0..<4 { agree(round(4 * seed + other, .tiny, ties: other == 3), seed) }
    }
  }

  private func agree(_ instance: Instance, _ seed: Int) {
    let clearing = Engine.clear(instance, iterations: 20)
    #expect(ClearingCheck.fault(instance, clearing) == nil, "seed \(seed)")
    let reference = Reference(instance: instance)
    let places = reference.places(clearing)
    #expect(reference.welfare(places) == clearing.welfare, "seed \(seed)")
    let extras = reference.extras(places)
    for fill in clearing.fills { #expect(fill.extras == extras.bids[fill.bid], "seed \(seed)") }
    let leases = clearing.extras.isEmpty ? instance.running.map { _ in [] } : clearing.extras
    #expect(leases == extras.leases, "seed \(seed)")
    #expect(reference.congestion(clearing) == clearing.congestion, "seed \(seed)")
    #expect(clearing.congestion.allSatisfy { $0.allSatisfy { $0 >= 0 } })
    let won = Set(clearing.fills.map(\.bid))
    for bid in instance.bids.indices where !won.contains(bid) {
      // A split must be no loss in its best filling, which by a bonus need not be one of money.
      guard
        instance.bids[bid].kind != .split
          || instance.bids[bid].options.allSatisfy({ $0.bonus == 0 })
      else { continue }
      for place in reference.places(bid) {
        #expect(
          reference.welfare(places + [place]) ?? 0 <= clearing.welfare, "seed \(seed) bid \(bid)")
      }
    }
    for place in places {
      #expect(reference.surplus(place, clearing.congestion) >= 0, "seed \(seed)")
    }
    for extra in reference.soldExtras(clearing) {
      #expect(clearing.congestion[extra.pool][extra.slot] <= extra.margin, "seed \(seed)")
    }
  }

  @Test("the same round clears to the same outcome")
  func deterministic() {
    for seed in seeds(15) {
      let instance = round(seed, .small)
      #expect(
        Engine.clear(instance, iterations: 25) == Engine.clear(instance, iterations: 25),
        "seed \(seed)")
    }
  }

  @Test("of two equal bids the earlier wins")
  func ties() {
    var instance = Instance()
    instance.widths = [4, 4]
    instance.pools = [Instance.Pool(capacity: [5, 5], ask: [100, 100])]
    for seq in [3, 9, 11] as [Int64] {
      instance.bids.append(
        Instance.Bid(
          seq: seq, kind: .block,
          options: [
            Instance.Option(
              alternative: 0, pool: 0, value: 200, gpus: 4, least: 4, unit: 1, quarters: 4,
              earliest: 0, latestEnd: 2)
          ]))
    }
    let clearing = Engine.clear(instance, iterations: 50)
    #expect(ClearingCheck.fault(instance, clearing) == nil)
    #expect(clearing.fills.map(\.bid) == [0, 1])
    #expect(clearing.fills.map(\.start) == [0, 1])
    #expect(clearing.welfare == 2 * 4 * 4 * 100)
  }

  @Test("extras go by margin, then seq, and only in the slots that this round sells")
  func extras() throws {
    var instance = Instance()
    instance.widths = [4, 4, 4]
    instance.extrasEnd = 2
    instance.windowEnd = 2
    instance.pools = [Instance.Pool(capacity: [10, 6, 10], ask: [100, 100, 100])]
    for (seq, value) in [(1, 250), (2, 300), (3, 300)] as [(Int64, Int64)] {
      instance.bids.append(
        Instance.Bid(
          seq: seq, kind: .elastic,
          options: [
            Instance.Option(
              alternative: 0, pool: 0, value: value, gpus: 5, least: 1, unit: 1, quarters: 12,
              earliest: 0, latestEnd: 3)
          ]))
    }
    let clearing = Engine.clear(instance, iterations: 50)
    #expect(ClearingCheck.fault(instance, clearing) == nil)
    try #require(clearing.fills.map(\.bid) == [0, 1, 2])
    #expect(clearing.fills[0].extras.isEmpty)
    #expect(
      clearing.fills[1].extras == [Fill.Extra(slot: 0, gpus: 4), Fill.Extra(slot: 1, gpus: 3)])
    #expect(clearing.fills[2].extras == [Fill.Extra(slot: 0, gpus: 3)])
  }

  @Test("a split takes the cheapest pools in chunks of its unit")
  func split() {
    var instance = Instance()
    instance.widths = [4, 2, 2]
    instance.pools = [
      Instance.Pool(capacity: [9, 9, 9], ask: [50, 50, 50]),
      Instance.Pool(capacity: [9, 5, 9], ask: [10, 10, 10]),
    ]
    let options = [0, 1].map { pool in
      Instance.Option(
        alternative: 0, pool: pool, value: 60, gpus: 12, least: 12, unit: 4, quarters: 8,
        earliest: 0, latestEnd: 3)
    }
    instance.bids = [Instance.Bid(seq: 5, kind: .split, options: options)]
    let clearing = Engine.clear(instance, iterations: 50)
    #expect(ClearingCheck.fault(instance, clearing) == nil)
    #expect(
      clearing.fills == [
        Fill(
          bid: 0, start: 0, parts: [Fill.Part(option: 0, gpus: 8), Fill.Part(option: 1, gpus: 4)])
      ])
  }

  @Test("an empty round clears to nothing")
  func empty() {
    let clearing = Engine.clear(Instance(), iterations: 10)
    #expect(clearing.fills.isEmpty && clearing.welfare == 0 && clearing.bound == 0)
    #expect(ClearingCheck.fault(Instance(), clearing) == nil)
  }

  @Test("figures out of bounds neither trap nor clear")
  func hostile() {
    let wild: [Int64] = [.min, -1, 0, 1, 5, 1 << 30, 1 << 40, .max]
    for seed in seeds(300) {
      var source = Source(seed)
      var instance = round(seed, .tiny)
      for _ in 0...source.index(3) { spoil(&instance, wild[source.index(wild.count)], &source) }
      let clearing = Engine.clear(instance, iterations: 5)
      let fault = ClearingCheck.fault(instance, clearing)
      #expect(fault == nil || fault == .instance, "seed \(seed)")
      for bid in instance.bids.indices {
        _ = Explanation.explain(instance, clearing, bid: bid)
      }
    }
  }

  private func spoil(_ instance: inout Instance, _ wild: Int64, _ source: inout Source) {
    let pool = source.index(instance.pools.count)
    let slot = source.index(instance.widths.count)
    let bid = source.index(instance.bids.count)
    switch source.index(14) {
    case 0: instance.widths[slot] = wild
    case 1 where slot < instance.pools[pool].capacity.count:
      instance.pools[pool].capacity[slot] = wild
    case 2 where slot < instance.pools[pool].ask.count: instance.pools[pool].ask[slot] = wild
    case 3: instance.pools[pool].ask.append(wild)
    case 4: instance.extrasEnd = Int(wild)
    case 5: instance.windowEnd = Int(wild)
    case let field:
      guard !instance.bids[bid].options.isEmpty else { return }
      let index = source.index(instance.bids[bid].options.count)
      switch field {
      case 6: instance.bids[bid].options[index].pool = Int(wild)
      case 7: instance.bids[bid].options[index].value = wild
      case 8: instance.bids[bid].options[index].gpus = wild
      case 9: instance.bids[bid].options[index].least = wild
      case 10: instance.bids[bid].options[index].unit = wild
      case 11: instance.bids[bid].options[index].quarters = wild
      case 12: instance.bids[bid].options[index].earliest = Int(wild)
      default: instance.bids[bid].options[index].latestEnd = Int(wild)
      }
    }
  }
}
