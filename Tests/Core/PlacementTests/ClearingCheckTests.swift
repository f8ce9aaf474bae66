import Placement
import Testing

/// A round with a winner of each kind, extras, a refused bid and congestion: the first of many
/// similar ones that the engine clears so.
private func sample() throws -> (Instance, Clearing) {
  for seed in 0..<100 {
    let instance = candidate(seed)
    let clearing = Engine.clear(instance, iterations: 100)
    let kinds = Set(clearing.fills.map { instance.bids[$0.bid].kind })
    if kinds.count == 3, clearing.fills.contains(where: { !$0.extras.isEmpty }),
      clearing.fills.contains(where: { $0.parts.count > 1 }),
      instance.bids.indices.contains(where: { bid in
        instance.bids[bid].kind == .block && !clearing.fills.contains { $0.bid == bid }
      }),
      clearing.congestion.contains(where: { $0.contains { $0 > 0 } })
    {
      return (instance, clearing)
    }
  }
  struct NoSample: Error {}
  throw NoSample()
}

private func candidate(_ seed: Int) -> Instance {
  var source = Source(seed)
  var instance = Instance()
  instance.round = 4
  instance.widths = [1, 1, 2, 4, 4, 4]
  instance.extrasEnd = 5
  instance.windowEnd = 5
  instance.pools = [
    Instance.Pool(capacity: [8, 8, 8, 8, 8, 8], ask: [101, 103, 107, 109, 113, 127]),
    Instance.Pool(capacity: [6, 6, 6, 6, 6, 6], ask: [131, 137, 139, 149, 151, 157]),
  ]
  func add(_ kind: Instance.Kind, _ value: Int64, _ gpus: Int64, _ least: Int64, _ unit: Int64) {
    let options = [0, 1].map { pool in
      Instance.Option(
        alternative: 0, pool: pool, value: value + source.number(0...60), gpus: gpus,
        least: least, unit: unit, quarters: 8, earliest: 0, latestEnd: 6)
    }
    instance.bids.append(
      Instance.Bid(seq: Int64(instance.bids.count), kind: kind, options: options))
  }
  add(.block, 400, 5, 5, 1)
  add(.block, 390, 4, 4, 1)
  add(.elastic, 310, 6, 2, 1)
  add(.split, 350, 6, 6, 3)
  add(.elastic, 290, 5, 1, 1)
  for value in [280, 260, 240, 230] as [Int64] { add(.block, value, 5, 5, 1) }
  return instance
}

@Suite struct ClearingCheckTests {
  private func faults(
    _ change: (inout Clearing, _ block: Int, _ elastic: Int, _ split: Int) -> Void
  ) throws -> ClearingFault? {
    var (instance, clearing) = try sample()
    #expect(ClearingCheck.fault(instance, clearing) == nil)
    func first(_ test: (Fill) -> Bool) throws -> Int {
      let found = clearing.fills.firstIndex(where: test)
      return try #require(found)
    }
    let block = try first { instance.bids[$0.bid].kind == .block }
    let elastic = try first { !$0.extras.isEmpty }
    let split = try first { $0.parts.count > 1 }
    change(&clearing, block, elastic, split)
    return ClearingCheck.fault(instance, clearing)
  }

  @Test("fills out of order, twice or naming what is not there are refused")
  func shape() throws {
    #expect(try faults { clearing, _, _, _ in clearing.fills.reverse() } == .shape)
    #expect(
      try faults { clearing, _, _, _ in clearing.fills.insert(clearing.fills[0], at: 0) } == .shape)
    for wild in [Int.min, -1, 99, .max] {
      #expect(try faults { clearing, block, _, _ in clearing.fills[block].bid = wild } == .shape)
      #expect(try faults { clearing, block, _, _ in clearing.fills[block].start = wild } == .shape)
      #expect(
        try faults { clearing, block, _, _ in clearing.fills[block].parts[0].option = wild }
          == .shape)
      #expect(
        try faults { clearing, _, elastic, _ in clearing.fills[elastic].extras[0].slot = wild }
          == .shape)
    }
    #expect(try faults { clearing, block, _, _ in clearing.fills[block].parts = [] } == .shape)
    #expect(
      try faults { clearing, _, elastic, _ in clearing.fills[elastic].extras[0].gpus = 0 } == .shape
    )
    #expect(try faults { clearing, _, _, _ in clearing.congestion.removeLast() } == .shape)
    #expect(try faults { clearing, _, _, _ in clearing.congestion[0].append(0) } == .shape)
  }

  @Test("parts that do not make up the bid are refused")
  func option() throws {
    for wild in [Int64.min, -1, 0, 1, 99, .max] {
      #expect(
        try faults { clearing, block, _, _ in clearing.fills[block].parts[0].gpus = wild }
          == .option)
      #expect(
        try faults { clearing, _, elastic, _ in
          clearing.fills[elastic].parts[0].gpus &+= wild == 0 ? 3 : wild
        } == .option)
      #expect(
        try faults { clearing, _, _, split in clearing.fills[split].parts[0].gpus = wild }
          == .option)
    }
    #expect(
      try faults { clearing, _, _, split in clearing.fills[split].parts.reverse() } == .option)
    #expect(
      try faults { clearing, _, _, split in clearing.fills[split].parts.removeLast() } == .option)
    #expect(
      try faults { clearing, block, _, _ in
        clearing.fills[block].parts.append(clearing.fills[block].parts[0])
      } == .option)
    #expect(
      try faults { clearing, block, elastic, _ in
        clearing.fills[block].extras = clearing.fills[elastic].extras
      } == .option)
  }

  @Test("a start from which no stretch has the length is refused")
  func start() throws {
    // Slots of 1, 1, 2, 4, 4, 4 quarters: eight begin in slots 0, 3 and 4 only.
    #expect(try faults { clearing, block, _, _ in clearing.fills[block].start = 1 } == .start)
    #expect(try faults { clearing, _, _, split in clearing.fills[split].start = 5 } == .start)
  }

  @Test("more than the capacity is refused")
  func capacity() throws {
    let (instance, clearing) = try sample()
    let refused = try #require(
      instance.bids.indices.first { bid in
        instance.bids[bid].kind == .block && !clearing.fills.contains { $0.bid == bid }
      })
    var more = clearing
    more.fills.append(Fill(bid: refused, start: 0, parts: [Fill.Part(option: 0, gpus: 5)]))
    more.fills.sort { $0.bid < $1.bid }
    #expect(ClearingCheck.fault(instance, more) == .capacity)
    #expect(
      try faults { clearing, _, elastic, _ in
        clearing.fills[elastic].extras[0].gpus = gpuLimit
      } == .capacity)
  }

  @Test("a winner worth less than the asks is refused")
  func surplus() throws {
    var (instance, clearing) = try sample()
    let block = try #require(clearing.fills.first { instance.bids[$0.bid].kind == .block })
    instance.bids[block.bid].options[block.parts[0].option].value = 90
    #expect(ClearingCheck.fault(instance, clearing) == .surplus)
    clearing.fills.removeAll { $0.bid == block.bid }
    #expect(ClearingCheck.fault(instance, clearing) != .surplus)
  }

  @Test("extras beyond the most, below the ask, out of the stretch or of the window are refused")
  func extras() throws {
    var (instance, clearing) = try sample()
    let elastic = try #require(clearing.fills.firstIndex { !$0.extras.isEmpty })
    let fill = clearing.fills[elastic]
    let slot = fill.extras[0].slot
    var other = instance
    other.extrasEnd = slot
    #expect(ClearingCheck.fault(other, clearing) == .extras)
    other = instance
    other.bids[fill.bid].options[fill.parts[0].option].gpus =
      other.bids[fill.bid].options[fill.parts[0].option].least
    #expect(ClearingCheck.fault(other, clearing) == .extras)
    clearing.fills[elastic].extras[0].gpus -= 1
    if clearing.fills[elastic].extras[0].gpus == 0 { clearing.fills[elastic].extras.removeFirst() }
    #expect(ClearingCheck.fault(instance, clearing) == .extrasOrder)
    clearing.fills[elastic].extras = []
    #expect(ClearingCheck.fault(instance, clearing) == .extrasOrder)
    instance.extrasEnd = 0
    #expect(ClearingCheck.fault(instance, clearing) != .extrasOrder)
  }

  @Test("another welfare, bound or congestion, negative duals and iterations are refused")
  func figures() throws {
    for wild in [Int64.min, -1, 1, .max] {
      #expect(try faults { clearing, _, _, _ in clearing.welfare &+= wild } == .welfare)
      #expect(try faults { clearing, _, _, _ in clearing.bound &+= wild } == .bound)
      #expect(try faults { clearing, _, _, _ in clearing.congestion[1][2] &+= wild } == .congestion)
    }
    for wild in [Int64.min, -1, .max] {
      #expect(try faults { clearing, _, _, _ in clearing.duals[0][0] = wild } == .duals)
    }
    #expect(try faults { clearing, _, _, _ in clearing.duals = [] } == .duals)
    #expect(try faults { clearing, _, _, _ in clearing.duals[0] = [] } == .duals)
    #expect(try faults { clearing, _, _, _ in clearing.duals[0][3] += 1 << 20 } == .bound)
    #expect(try faults { clearing, _, _, _ in clearing.iterations = -1 } == .iterations)
  }

  @Test("an outcome worth less than the greedy filling, or not maximal, is refused")
  func poor() throws {
    let (instance, clearing) = try sample()
    var poor = clearing
    poor.fills = []
    poor.welfare = 0
    #expect(ClearingCheck.fault(instance, poor) == .floor)

    // Above 5,000 bids the filling is not repeated, but maximality still is.
    var large = instance
    let hopeless = Instance.Bid(seq: 9, kind: .block, options: [])
    large.bids += [Instance.Bid](repeating: hopeless, count: ClearingCheck.floorBids)
    #expect(ClearingCheck.fault(large, poor) == .maximal)
  }

  @Test("garbage is refused and never traps")
  func garbage() {
    for seed in seeds(400) {
      let instance = round(seed, .tiny)
      var source = Source(seed)
      func wild() -> Int64 {
        [Int64.min, .min + 1, -1, 0, 1, 2, 3, 1 << 24, 1 << 42, .max - 1, .max][source.index(11)]
      }
      func rows() -> [[Int64]] {
        source.chance(70)
          ? instance.pools.map { _ in instance.widths.map { _ in wild() } }
          : (0..<source.index(4)).map { _ in (0..<source.index(7)).map { _ in wild() } }
      }
      var clearing = Clearing()
      for _ in 0..<source.index(4) {
        let bid = source.chance(70) ? source.index(instance.bids.count) : Int(wild())
        clearing.fills.append(
          Fill(
            bid: bid, start: source.chance(60) ? source.index(5) : Int(wild()),
            parts: (0..<source.index(3)).map { _ in
              Fill.Part(option: source.chance(60) ? source.index(3) : Int(wild()), gpus: wild())
            },
            extras: (0..<source.index(3)).map { _ in
              Fill.Extra(slot: source.chance(60) ? source.index(5) : Int(wild()), gpus: wild())
            }))
      }
      if source.chance(50) { clearing.fills.sort { $0.bid < $1.bid } }
      clearing.congestion =
        source.chance(40) ? instance.pools.map { _ in instance.widths.map { _ in 0 } } : rows()
      clearing.duals = rows()
      clearing.welfare = wild()
      clearing.bound = wild()
      clearing.iterations = wild()
      #expect(
        ClearingCheck.fault(instance, clearing) != nil || clearing.welfare == 0, "seed \(seed)")
      for bid in -1...instance.bids.count {
        _ = Explanation.explain(instance, clearing, bid: bid)
      }
      _ = Pricing.congestion(instance, clearing.fills, clearing.duals)
      _ = Certificate.bound(instance, duals: clearing.duals)
    }
  }
}

/// The most GPUs that a figure may name.
private let gpuLimit: Int64 = 1 << 24
