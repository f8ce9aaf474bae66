import Placement
import Testing

/// Rounds in which subsidised bids get only what all others leave.
@Suite struct SpareTests {
  private func spare(_ seed: Int, _ size: Size) -> Instance {
    var instance = round(seed, size)
    instance.spare = true
    return instance
  }

  @Test("subsidised bids change nothing for anybody else: neither fills, nor prices, nor proof")
  func othersAreAlone() {
    var won = 0
    for seed in seeds(150) {
      let instance = spare(seed, seed % 4 == 0 ? .small : .tiny)
      let clearing = Engine.clear(instance, iterations: 15)
      #expect(ClearingCheck.fault(instance, clearing) == nil, "seed \(seed)")
      var without = instance
      without.spare = false
      for bid in without.bids.indices where Spare.isSubsidised(without.bids[bid]) {
        without.bids[bid].options = []
      }
      for lease in without.running.indices where without.running[lease].subsidy != nil {
        without.running[lease].room = 0
        without.running[lease].held = 0
      }
      let alone = Engine.clear(without, iterations: 15)
      #expect(alone.congestion == clearing.congestion, "seed \(seed)")
      #expect(alone.duals == clearing.duals && alone.bound == clearing.bound, "seed \(seed)")
      #expect(alone.welfare == clearing.welfare, "seed \(seed)")
      let others = clearing.fills.filter { !Spare.isSubsidised(instance.bids[$0.bid]) }
      #expect(others == alone.fills, "seed \(seed)")
      won += clearing.fills.count - others.count
    }
    #expect(won > seeds(150).count / 10)
  }

  @Test("they take what is left in order of their own money, each where it gains most at the ask")
  func order() {
    var won = 0
    for seed in seeds(300) {
      var instance = spare(seed, .tiny)
      // Blocks only: what they leave is plain to see.
      instance.running.removeAll { $0.subsidy != nil }
      instance.bids.removeAll { $0.kind != .block && Spare.isSubsidised($0) }
      let clearing = Engine.clear(instance, iterations: 15)
      #expect(ClearingCheck.fault(instance, clearing) == nil, "seed \(seed)")
      let reference = Reference(instance: instance)
      var others = clearing
      others.fills.removeAll { Spare.isSubsidised(instance.bids[$0.bid]) }
      var left = reference.leftover(others)
      func own(_ bid: Int) -> Int64 { instance.bids[bid].options.map(\.value).max() ?? 0 }
      let ranked = instance.bids.indices.filter { Spare.isSubsidised(instance.bids[$0]) }
        .sorted { (own($1), instance.bids[$0].seq) < (own($0), instance.bids[$1].seq) }
      for bid in ranked {
        let open = reference.places(bid).filter { place in
          var fits = true
          reference.eachCell(place) { option, slot, gpus in
            fits = fits && left[option.pool][slot] >= gpus
          }
          return fits && reference.gain(place) > 0
        }
        let best = open.map { reference.gain($0) }.max()
        let given = reference.places(clearing).first { $0.bid == bid }
        #expect(given.map { reference.gain($0) } == best, "seed \(seed) bid \(bid)")
        guard let given else { continue }
        won += 1
        reference.eachCell(given) { option, slot, gpus in left[option.pool][slot] -= gpus }
      }
      #expect(left.allSatisfy { $0.allSatisfy { $0 >= 0 } }, "seed \(seed)")
    }
    #expect(won > seeds(300).count / 40)
  }

  @Test("a subsidised bid left out, put in or moved is refused")
  func changed() {
    var refused = 0
    for seed in seeds(150) {
      let instance = spare(seed, .tiny)
      let clearing = Engine.clear(instance, iterations: 15)
      for (at, fill) in clearing.fills.enumerated()
      where Spare.isSubsidised(instance.bids[fill.bid])
        && fill.parts.contains(where: { $0.gpus > 0 })
      {
        var changed = clearing
        changed.fills.remove(at: at)
        #expect(ClearingCheck.fault(instance, changed) == .spare, "seed \(seed)")
        changed = clearing
        changed.fills[at].start += fill.start == 0 ? 1 : -1
        #expect(ClearingCheck.fault(instance, changed) == .spare, "seed \(seed)")
        refused += 1
      }
      for bid in instance.bids.indices
      where Spare.isSubsidised(instance.bids[bid])
        && !clearing.fills.contains(where: { $0.bid == bid })
      {
        guard let place = Reference(instance: instance).places(bid).first else { continue }
        var changed = clearing
        changed.fills.append(
          Fill(
            bid: bid, start: place.start,
            parts: place.parts.map { Fill.Part(option: $0.option, gpus: $0.gpus) }))
        changed.fills.sort { $0.bid < $1.bid }
        #expect(ClearingCheck.fault(instance, changed) == .spare, "seed \(seed)")
      }
    }
    #expect(refused > 10)
  }

  @Test(
    "the same bid that pushes another out under one rule waits for what is left under the other")
  func bothRules() {
    var instance = Instance()
    instance.widths = [4]
    instance.pools = [Instance.Pool(capacity: [8], ask: [800])]
    instance.subsidies = [Instance.Subsidy(pool: 0, amount: [560])]
    func bid(_ seq: Int64, _ value: Int64, _ gpus: Int64, subsidised: Bool) {
      let option = Instance.Option(
        alternative: 0, pool: 0, subsidy: subsidised ? 0 : nil, value: value, gpus: gpus,
        least: gpus, unit: 1, quarters: 4, earliest: 0, latestEnd: 1)
      instance.bids.append(Instance.Bid(seq: seq, kind: .block, options: [option]))
    }
    bid(1, 1_200, 6, subsidised: false)
    bid(2, 700, 4, subsidised: true)
    bid(3, 900, 4, subsidised: true)
    bid(4, 300, 2, subsidised: true)
    #expect(Engine.clear(instance, iterations: 50).fills.map(\.bid) == [1, 2])
    instance.spare = true
    let clearing = Engine.clear(instance, iterations: 50)
    #expect(ClearingCheck.fault(instance, clearing) == nil)
    #expect(clearing.fills.map(\.bid) == [0, 3])
    #expect(clearing.welfare == 6 * 4 * 400)
  }
}
