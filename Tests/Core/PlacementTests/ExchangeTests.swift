@testable import Placement
import Testing

@Suite struct ExchangeTests {
  /// One pool over slots of an hour at an ask of 100, and block bids: value, GPUs, first slot,
  /// length, all at a fixed time.
  private func market(
    _ capacity: [Int64], _ bids: [(value: Int64, gpus: Int64, start: Int, slots: Int)]
  ) -> Instance {
    var instance = Instance()
    instance.widths = capacity.map { _ in 4 }
    instance.extrasEnd = capacity.count
    instance.windowEnd = capacity.count
    instance.pools = [Instance.Pool(capacity: capacity, ask: capacity.map { _ in 100 })]
    instance.bids = bids.enumerated().map { seq, bid in
      Instance.Bid(
        seq: Int64(seq), kind: .block,
        options: [
          Instance.Option(
            alternative: 0, pool: 0, value: bid.value, gpus: bid.gpus, least: bid.gpus, unit: 1,
            quarters: Int64(bid.slots) * 4, earliest: bid.start, latestEnd: bid.start + bid.slots)
        ])
    }
    return instance
  }

  /// The explanation of one bid when these are the winners.
  private func take(
    _ instance: Instance, winners: [Int], bid: Int
  ) throws -> Explanation.Take {
    var clearing = Clearing()
    clearing.fills = winners.map { winner in
      let option = instance.bids[winner].options[0]
      return Fill(
        bid: winner, start: option.earliest,
        parts: [
          Fill.Part(
            option: 0,
            gpus: instance.bids[winner].kind == .elastic ? option.least : option.gpus)
        ])
    }
    clearing.congestion = instance.pools.map { $0.ask.map { _ in 0 } }
    let explanations = try #require(Explanations(instance, clearing))
    return try #require(explanations.explain(bid).take)
  }

  @Test("the winner worth least for what it gives up goes, and the figure is just enough")
  func leastWorth() throws {
    // 8 GPUs: two winners of 4 fill the slot, the second worth less.
    let instance = market([8], [(200, 4, 0, 1), (150, 4, 0, 1), (120, 4, 0, 1)])
    let found = try take(instance, winners: [0, 1], bid: 2)
    // It would lose 4 GPUs x 1 hour x 50 and gain 20 of each: 31 more make it 51.
    #expect(found.raise == 31)
    #expect(found.winners == 1)
    #expect(found.firm == 16)
    #expect(found.extras == 0)
  }

  @Test("of two that must go, the one that turns out not to be needed comes back")
  func putBack() throws {
    // Slots 0 and 1. A narrow winner in slot 0 is cheapest for what it covers, but the wide one
    // that must go for slot 1 makes room in both.
    let instance = market(
      [4, 4],
      [(130, 2, 0, 1), (160, 2, 0, 2), (900, 2, 1, 1), (900, 2, 0, 1), (110, 2, 0, 2)])
    let found = try take(instance, winners: [0, 1, 2], bid: 4)
    // The wide winner alone goes: 2 GPUs x 2 hours x 60, against 10 each of its own.
    #expect(found.winners == 1)
    #expect(found.firm == 16)
    #expect(found.raise == 51)
  }

  @Test("a limit below the ask is raised to the ask at least")
  func belowAsk() throws {
    let instance = market([8], [(60, 4, 0, 1)])
    #expect(try take(instance, winners: [], bid: 0).raise == 41)
  }

  @Test("extras give way at what they are worth, the cheapest first")
  func extras() throws {
    var instance = market([8], [(150, 8, 0, 1), (110, 3, 0, 1)])
    instance.bids[0].kind = .elastic
    instance.bids[0].options[0].least = 2
    var running = Instance.Running(
      seq: -1, pool: 0, value: 130, room: 4, held: 0, bonus: 0, start: 0, end: 1)
    // The winner's 6 extras are worth 50 each and stand before the lease's: nothing is left.
    instance.running = [running]
    let found = try take(instance, winners: [0], bid: 1)
    #expect(found.raise == 41)
    #expect(found.winners == 0)
    #expect(found.squeezed == 1)
    #expect(found.extras == 12)
    // A lease that holds 4 with a bonus stands before them; it is the last to give way.
    running.held = 4
    running.bonus = 30
    instance.running = [running]
    let dearer = try take(instance, winners: [0], bid: 1)
    #expect(dearer.raise == 1 + (2 * 50 + 1 * 60 - 3 * 10) / 3)
    #expect(dearer.squeezed == 2)
  }

  @Test("an elastic bid without a base needs what the last extra of a slot gains, and one more")
  func noBase() throws {
    var instance = market([4, 4], [(150, 4, 0, 2), (110, 4, 0, 2)])
    instance.bids[1].kind = .elastic
    instance.bids[1].options[0].least = 0
    instance.bids[0].kind = .elastic
    instance.bids[0].options[0].least = 0
    #expect(try take(instance, winners: [0], bid: 1).raise == 41)
  }

  @Test("firm leases of earlier rounds are never pushed out")
  func soldBefore() throws {
    let instance = market([2], [(150, 2, 0, 1), (900, 4, 0, 1)])
    var clearing = Clearing()
    clearing.congestion = [[0]]
    let explanations = try #require(Explanations(instance, clearing, promised: [8]))
    #expect(explanations.explain(1) == Explanation(reason: .soldEarlier))
  }

  @Test("the figure is the one that the rule gives when every sum is taken anew")
  func byTheRule() throws {
    for seed in seeds(40) {
      let instance = round(seed, .small)
      let clearing = Engine.clear(instance, iterations: 3)
      let reference = Reference(instance: instance)
      let explanations = try #require(Explanations(instance, clearing))
      let won = Set(clearing.fills.map(\.bid))
      for bid in instance.bids.indices
      where !won.contains(bid) && instance.bids[bid].kind != .split {
        guard instance.bids[bid].options.allSatisfy({ reference.firm(bid, $0) > 0 }) else {
          continue
        }
        let raise = reference.raise(bid, among: reference.places(clearing))
        #expect(explanations.explain(bid).take?.raise == raise, "seed \(seed) bid \(bid)")
      }
    }
  }

  @Test("after the last pass no refused bid gains by exchange; none lost welfare by it")
  func settled() throws {
    for seed in seeds(200) {
      let instance = round(seed, .small, ties: seed % 3 == 0)
      let field = try #require(Field(instance))
      var allocation = Greedy.byDensity(field)
      let before = allocation.welfare
      #expect(Exchange.settle(&allocation, effort: .max))
      #expect(allocation.welfare >= before)
      let exchange = Exchange(allocation)
      var work = Exchange.Workings()
      for bid in instance.bids.indices where !allocation.stands[bid].stands {
        #expect(exchange.best(field, bid, &work) == nil, "seed \(seed) bid \(bid)")
      }
      // The chunks of a split go to pools by their rates here; a filling that weighs what each unit
      // displaces may be left.
      let tolls = Tolls(field)
      for bid in instance.bids.indices where !allocation.stands[bid].stands {
        #expect(allocation.best(bid, tolls: tolls) == nil, "seed \(seed): \(bid) was left")
      }
    }
  }

  @Test("with the limit raised by take the exchange gains; a block's with less does not")
  func raised() throws {
    var blocks = 0
    for seed in seeds(80) {
      let instance = round(seed, .small)
      let field = try #require(Field(instance))
      var allocation = Greedy.byDensity(field)
      _ = Exchange.settle(&allocation, effort: .max)
      var clearing = Clearing()
      clearing.fills = allocation.fills(allocation.extras().bids)
      clearing.congestion = instance.pools.map { $0.ask.map { _ in 0 } }
      let explanations = try #require(Explanations(instance, clearing))
      for bid in instance.bids.indices where !allocation.stands[bid].stands {
        guard let take = explanations.explain(bid).take else { continue }
        #expect(take.raise >= 1, "seed \(seed) bid \(bid)")
        let enough = gains(instance, clearing, bid, by: take.raise)
        #expect(enough, "seed \(seed) bid \(bid)")
        if instance.bids[bid].kind == .block {
          blocks += 1
          let less = gains(instance, clearing, bid, by: take.raise - 1)
          #expect(!less, "seed \(seed) bid \(bid)")
        }
      }
    }
    #expect(blocks > 50)
  }

  /// Whether the bid would be let in by exchange with all its limits raised.
  private func gains(
    _ instance: Instance, _ clearing: Clearing, _ bid: Int, by raise: Int64
  ) -> Bool {
    var other = instance
    for option in other.bids[bid].options.indices { other.bids[bid].options[option].value += raise }
    guard let field = Field(other), let made = Allocation.made(field, fills: clearing.fills)
    else { return false }
    var work = Exchange.Workings()
    return Exchange(made).best(field, bid, &work) != nil
  }
}

extension Reference {
  /// `take` of clearing.md, 7, of a bid that is not split: the least over all places.
  func raise(_ bid: Int, among winners: [Place]) -> Int64? {
    everyPlace(bid).compactMap { raise(at: $0, among: winners) }.min()
  }

  private func raise(at place: Place, among winners: [Place]) -> Int64? {
    let option = instance.bids[place.bid].options[place.parts[0].option]
    let gpus = place.parts[0].gpus
    let pool = option.pool
    guard let left = left(winners), let now = welfare(winners),
      (place.start..<place.end).allSatisfy({ instance.pools[pool].capacity[$0] >= gpus })
    else { return nil }
    func held(_ winner: Place, _ slot: Int) -> Int64 {
      guard winner.start <= slot, slot < winner.end else { return 0 }
      return winner.parts.reduce(0) {
        $0 + (instance.bids[winner.bid].options[$1.option].pool == pool ? $1.gpus : 0)
      }
    }
    func without(_ gone: [Int]) -> [Place] { winners.filter { !gone.contains($0.bid) } }
    func loss(_ winner: Place) -> Int64 { now - (welfare(without([winner.bid])) ?? 0) }
    var gone: [Place] = []
    func rest(_ slot: Int) -> Int64 {
      left[pool][slot] + gone.reduce(0) { $0 + held($1, slot) } - gpus
    }
    while true {
      var best: (place: Place, loss: Int64, covers: Int64)?
      for winner in winners where !gone.contains(where: { $0.bid == winner.bid }) {
        let covers = (place.start..<place.end).reduce(Int64(0)) {
          $0 + max(0, min(held(winner, $1), -rest($1))) * instance.widths[$1]
        }
        guard covers > 0 else { continue }
        if let best, best.loss * covers <= loss(winner) * best.covers { continue }
        best = (winner, loss(winner), covers)
      }
      guard let best else { break }
      gone.append(best.place)
    }
    gone.sort { (loss($0), $1.bid) > (loss($1), $0.bid) }
    for winner in gone
    where (place.start..<place.end).allSatisfy({ rest($0) >= held(winner, $0) }) {
      gone.removeAll { $0.bid == winner.bid }
    }
    guard let then = welfare(without(gone.map(\.bid)) + [place]) else { return nil }
    let amount = gpus * option.quarters
    func floor(_ value: Int64) -> Int64 {
      value >= 0 ? value / amount : -((-value + amount - 1) / amount)
    }
    return max(floor(now - then) + 1, floor(-alone(place)) + 1, -floor(surplus(place)))
  }
}
