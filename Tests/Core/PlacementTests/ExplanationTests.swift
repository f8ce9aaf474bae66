import Placement
import Testing

@Suite struct ExplanationTests {
  private func option(_ value: Int64, _ gpus: Int64, least: Int64? = nil) -> Instance.Option {
    Instance.Option(
      alternative: 0, pool: 0, value: value, gpus: gpus, least: least ?? gpus, unit: 1,
      quarters: 8, earliest: 0, latestEnd: 3)
  }

  /// One pool of 8 GPUs, of which earlier rounds left 3 in the first slot.
  private func instance(_ bids: [(Instance.Kind, [Instance.Option])]) -> Instance {
    var instance = Instance()
    instance.widths = [4, 4, 4]
    instance.extrasEnd = 3
    instance.windowEnd = 3
    instance.pools = [Instance.Pool(capacity: [3, 8, 8], ask: [100, 100, 100])]
    instance.bids = bids.enumerated().map {
      Instance.Bid(seq: Int64($0), kind: $1.0, options: $1.1)
    }
    return instance
  }

  private func reasons(
    _ bids: [(Instance.Kind, [Instance.Option])]
  ) -> [Explanation] {
    let instance = instance(bids)
    let clearing = Engine.clear(instance, iterations: 200)
    #expect(ClearingCheck.fault(instance, clearing) == nil)
    return instance.bids.indices.map { Explanation.explain(instance, clearing, bid: $0) }
  }

  @Test("what was impossible from the start is told before any price")
  func impossible() {
    var late = option(500, 4)
    late.earliest = 2
    var early = option(500, 4)
    early.latestEnd = 2
    let found = reasons([
      (.block, []), (.block, [late]), (.block, [option(500, 9)]), (.block, [early]),
      (.elastic, [option(500, 20, least: 9)]), (.split, [option(500, 9)]),
    ])
    #expect(
      found.map(\.reason) == [
        .noPool, .noWindow, .largerThanPool, .soldEarlier, .largerThanPool, .largerThanPool,
      ])
    #expect(found.allSatisfy { $0.short == nil })
  }

  @Test("a limit below the price is told by how much, rounded up")
  func belowPrice() {
    var instance = instance([(.block, [option(99, 4)])])
    instance.pools[0].ask = [100, 101, 100]
    let clearing = Engine.clear(instance, iterations: 20)
    #expect(
      Explanation.explain(instance, clearing, bid: 0)
        == Explanation(reason: .belowPrice(short: 2, option: 0, start: 1), short: 2))
  }

  @Test("a worthless option is below the price, not without a pool")
  func worthless() {
    let found = reasons([(.block, [option(-50, 4)])])
    #expect(found[0].reason == .belowPrice(short: 150, option: 0, start: 1))
  }

  @Test("a filled bid is told how far it is in the money")
  func filled() {
    #expect(reasons([(.block, [option(150, 4)])])[0] == Explanation(reason: .filled, short: -50))
  }

  @Test("in the money but without room: the slots and GPUs that lack")
  func blocked() {
    let instance = instance([(.block, [option(500, 6)]), (.block, [option(300, 5)])])
    var clearing = Engine.clear(instance, iterations: 50)
    #expect(clearing.fills.map(\.bid) == [0])
    clearing.congestion = [[0, 0, 0]]
    #expect(
      Explanation.explain(instance, clearing, bid: 1)
        == Explanation(reason: .blocked(option: 0, start: 1, slots: 2, gpus: 3), short: -200))
  }

  @Test("in the money with room only among dearer extras: displaced")
  func displaced() {
    let instance = instance([(.elastic, [option(500, 8, least: 2)]), (.block, [option(300, 5)])])
    var clearing = Engine.clear(instance, iterations: 50)
    #expect(clearing.fills.map(\.bid) == [0])
    clearing.congestion = [[0, 0, 0]]
    #expect(
      Explanation.explain(instance, clearing, bid: 1)
        == Explanation(reason: .displaced(option: 0, start: 1), short: -200))
  }

  @Test("every refused bid of a random round has a reason, and only winners are filled")
  func random() {
    for seed in seeds(40) {
      let instance = round(seed, .small)
      let clearing = Engine.clear(instance, iterations: 15)
      let won = Set(clearing.fills.map(\.bid))
      for bid in instance.bids.indices {
        let told = Explanation.explain(instance, clearing, bid: bid)
        #expect((told.reason == .filled) == won.contains(bid), "seed \(seed) bid \(bid)")
        switch told.reason {
        case .filled: #expect(told.short ?? 1 <= 0 || instance.bids[bid].kind == .elastic)
        case .belowPrice(let short, _, _): #expect(short == told.short && short > 0)
        case .blocked(_, _, let slots, let gpus):
          #expect(slots > 0 && gpus > 0)
          #expect(told.short ?? 1 <= 0)
        case .displaced, .notOffered: #expect(told.short ?? 1 <= 0)
        case .noPool, .noWindow, .largerThanPool, .soldEarlier: #expect(told.short == nil)
        }
      }
    }
  }
}
