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
    #expect(found.allSatisfy { $0.short == nil && $0.take == nil })
  }

  @Test("a limit below the price is told by how much, rounded up")
  func belowPrice() {
    var instance = instance([(.block, [option(99, 4)])])
    instance.pools[0].ask = [100, 101, 100]
    let clearing = Engine.clear(instance, iterations: 20)
    let told = Explanation.explain(instance, clearing, bid: 0)
    #expect(told.reason == .belowPrice)
    // The dearer of the two hours is half of it: 2 more by the hour would be 1 too many.
    #expect(told.short == 2)
    #expect(told.nearest == Explanation.Place(option: 0, start: 1, end: 3))
    #expect(told.take?.raise == 2)
  }

  @Test("a worthless option is below the price, not without a pool")
  func worthless() {
    let found = reasons([(.block, [option(-50, 4)])])
    #expect(found[0].reason == .belowPrice)
    #expect(found[0].short == 150)
    #expect(found[0].take?.raise == 151)
  }

  @Test("a filled bid is told how far it is in the money")
  func filled() {
    #expect(
      reasons([(.block, [option(150, 4)])])[0]
        == Explanation(
          reason: .filled, short: -50, nearest: Explanation.Place(option: 0, start: 1, end: 3)))
  }

  @Test("in the money but without room: the slots and GPUs that lack")
  func blocked() {
    let instance = instance([(.block, [option(500, 6)]), (.block, [option(300, 5)])])
    var clearing = Engine.clear(instance, iterations: 50)
    #expect(clearing.fills.map(\.bid) == [0])
    clearing.congestion = [[0, 0, 0]]
    let told = Explanation.explain(instance, clearing, bid: 1)
    #expect(told.reason == .blocked(slots: 2, quarters: 8, gpus: 3))
    #expect(told.short == -200)
    // 6 GPUs at 400 above the ask go for 5 that have 200: 280 more and one to gain.
    #expect(
      told.take
        == Explanation.Take(
          place: Explanation.Place(option: 0, start: 1, end: 3), raise: 281, winners: 1, firm: 48,
          squeezed: 0, extras: 0))
  }

  @Test("in the money with room only among dearer extras: displaced")
  func displaced() {
    let instance = instance([(.elastic, [option(500, 8, least: 2)]), (.block, [option(300, 5)])])
    var clearing = Engine.clear(instance, iterations: 50)
    #expect(clearing.fills.map(\.bid) == [0])
    clearing.congestion = [[0, 0, 0]]
    let told = Explanation.explain(instance, clearing, bid: 1)
    #expect(told.reason == .displaced)
    #expect(told.short == -200)
    #expect(told.take?.raise == 201)
    #expect(told.take?.squeezed == 1)
    #expect(told.take?.extras == 40)
  }

  @Test("what only the cost of moving keeps out is told so")
  func hysteresis() {
    var instance = instance([(.block, [option(250, 3)])])
    instance.bids[0].options[0].quarters = 4
    instance.bids[0].options[0].latestEnd = 1
    instance.running = [
      Instance.Running(
        seq: -1, pool: 0, value: 240, room: 3, held: 3, bonus: 20, start: 0, end: 1)
    ]
    var clearing = Engine.clear(instance, iterations: 20)
    #expect(clearing.fills.isEmpty)
    clearing.congestion = [[0, 0, 0]]
    let told = Explanation.explain(instance, clearing, bid: 0)
    #expect(told.reason == .hysteresis)
    #expect(told.take?.raise == 11)
    instance.bids[0].options[0].value = 239
    #expect(Explanation.explain(instance, clearing, bid: 0).reason == .displaced)
  }

  @Test("whoever gets only what is left is told what is missing, and of no exchange; others are")
  func spare() throws {
    var told = (others: 0, subsidised: 0)
    for seed in seeds(60) {
      var instance = round(seed, .small)
      instance.spare = true
      let clearing = Engine.clear(instance, iterations: 10)
      #expect(ClearingCheck.fault(instance, clearing) == nil, "seed \(seed)")
      let explanations = try #require(Explanations(instance, clearing))
      let won = Set(clearing.fills.map(\.bid))
      for bid in instance.bids.indices where !won.contains(bid) {
        let found = explanations.explain(bid)
        if Spare.isSubsidised(instance.bids[bid]) {
          #expect(found.take == nil)
          told.subsidised += 1
        } else if let take = found.take {
          #expect(take.raise >= 1, "seed \(seed) bid \(bid)")
          told.others += 1
        }
      }
    }
    #expect(told.others > 50 && told.subsidised > 20)
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
        // The engine's last pass has tried the same exchange.
        #expect(told.take?.raise ?? 1 >= 1, "seed \(seed) bid \(bid)")
        switch told.reason {
        case .filled: #expect(told.short ?? 1 <= 0 || instance.bids[bid].kind == .elastic)
        case .belowPrice: #expect(told.short ?? 0 > 0)
        case .blocked(let slots, let quarters, let gpus):
          #expect(slots > 0 && quarters >= slots && gpus > 0)
          #expect(told.short ?? 1 <= 0)
        case .displaced, .hysteresis, .notOffered: #expect(told.short ?? 1 <= 0)
        case .noPool, .noWindow, .largerThanPool, .soldEarlier:
          #expect(told.short == nil && told.take == nil)
        }
      }
    }
  }
}
