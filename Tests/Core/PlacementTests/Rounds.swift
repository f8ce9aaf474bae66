import Foundation
import Placement

/// Numbers from a printed seed, for building rounds.
struct Source {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 2_862_933_555_777_941_757 &+ 7 }

  mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let size = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int64((state >> 33) % size)
  }

  mutating func index(_ count: Int) -> Int { Int(number(0...Int64(count - 1))) }

  mutating func chance(_ percent: Int64) -> Bool { number(1...100) <= percent }
}

/// How many seeds a property runs through: `SAMPAN_COUNT`, or the number given.
func seeds(_ usual: Int) -> Range<Int> {
  0..<(ProcessInfo.processInfo.environment["SAMPAN_COUNT"].flatMap { Int($0) } ?? usual)
}

/// How large a random round may be.
struct Size {
  var bids: ClosedRange<Int64>
  var pools: ClosedRange<Int64>
  var slots: ClosedRange<Int64>
  var gpus: Int64
  var running: Int64

  static let tiny = Size(bids: 1...4, pools: 1...2, slots: 2...5, gpus: 6, running: 2)
  static let small = Size(bids: 5...30, pools: 2...6, slots: 6...24, gpus: 16, running: 5)
}

/// A random round with all that a round may have: slots of unequal width, bids of every kind with
/// alternatives, planned extras beyond those that are sold, and in some rounds subsidies, running
/// leases and bids for what was lost. Prices are drawn from a wide range, so that two placements
/// hardly ever tie; with `ties`, from a few figures only.
func round(_ seed: Int, _ size: Size, ties: Bool = false) -> Instance {
  var source = Source(seed)
  let grain: Int64 = ties ? 2_000 : 1
  var instance = Instance()
  instance.round = Int64(seed)
  let slots = Int(source.number(size.slots))
  let even = source.chance(40)
  instance.widths = (0..<slots).map { _ in even ? 4 : [1, 1, 2, 4][source.index(4)] }
  instance.extrasEnd = source.chance(50) ? slots : source.index(slots + 1)
  instance.windowEnd =
    source.chance(50)
    ? instance.extrasEnd : instance.extrasEnd + source.index(slots - instance.extrasEnd + 1)
  for _ in 0..<source.number(size.pools) {
    let level = source.number(1...size.gpus)
    instance.pools.append(
      Instance.Pool(
        capacity: (0..<slots).map { _ in source.chance(15) ? 0 : source.number(level...level + 3) },
        ask: (0..<slots).map { _ in source.number(5_000...15_000) / grain * grain }))
  }
  if source.chance(40) { subsidise(&instance, grain, &source) }
  for seq in 0..<source.number(size.bids) {
    instance.bids.append(bid(seq, slots, size, instance, grain, &source))
  }
  if source.chance(50) { run(&instance, size, grain, &source) }
  return instance
}

private func subsidise(_ instance: inout Instance, _ grain: Int64, _ source: inout Source) {
  for pool in instance.pools.indices {
    for _ in 0..<source.index(3) {
      // Where a fund pays all, two places cost the same.
      let permille = [200, 500, 700, grain > 1 ? 1_000 : 900][source.index(4)]
      let most = source.number(1_000...12_000)
      instance.subsidies.append(
        Instance.Subsidy(
          pool: pool,
          amount: instance.pools[pool].ask.map {
            min($0, most) * Int64(permille) / 1_000 / grain * grain
          }))
    }
  }
}

/// One of the pool's subsidies, or none.
private func subsidy(_ instance: Instance, _ pool: Int, _ source: inout Source) -> Int? {
  let rows = instance.subsidies.indices.filter { instance.subsidies[$0].pool == pool }
  return rows.isEmpty || source.chance(40) ? nil : rows[source.index(rows.count)]
}

/// Elastic leases of earlier rounds; in the order of arrival before, after and between the bids.
private func run(
  _ instance: inout Instance, _ size: Size, _ grain: Int64, _ source: inout Source
) {
  let slots = instance.widths.count
  for number in 0..<source.number(1...size.running) {
    let pool = source.index(instance.pools.count)
    let room = source.number(1...max(1, size.gpus / 2))
    let start = source.chance(70) ? 0 : source.index(slots)
    instance.running.append(
      Instance.Running(
        seq: source.chance(80) ? number : 11 + number * 3, pool: pool,
        subsidy: subsidy(instance, pool, &source),
        value: source.number(6_000...18_000) / grain * grain, room: room,
        held: source.number(0...room), bonus: source.chance(30) ? 0 : source.number(1...900),
        start: start, end: start + source.index(slots - start + 1)))
  }
  instance.running.sort { $0.seq < $1.seq }
}

private func bid(
  _ seq: Int64, _ slots: Int, _ size: Size, _ instance: Instance, _ grain: Int64,
  _ source: inout Source
) -> Instance.Bid {
  let kind = Instance.Kind.allCases[source.index(3)]
  var made = Instance.Bid(seq: seq * 3 + 10, kind: kind, options: [])
  let lost = source.chance(15)
  for alternative in 0..<(source.chance(25) ? 2 : 1) {
    let unit = kind == .split ? source.number(1...3) : 1
    let gpus = kind == .split ? unit * source.number(1...4) : source.number(1...size.gpus)
    let least = kind == .elastic ? source.number(0...gpus) : gpus
    let earliest = source.index(slots)
    let last = earliest + source.index(slots - earliest)
    let quarters = instance.widths[earliest...min(last, earliest + 4)].reduce(0, +)
    let latest = source.chance(70) ? slots : min(slots, last + 1 + source.index(3))
    let open = source.chance(50) ? 0 : earliest
    let value = source.number(6_000...20_000)
    for pool in instance.pools.indices where source.chance(70) {
      let row = subsidy(instance, pool, &source)
      let own = row == nil ? value : value * 2 / 3
      made.options.append(
        Instance.Option(
          alternative: alternative, pool: pool, subsidy: row,
          value: (own - source.number(0...800)) / grain * grain,
          bonus: lost ? source.number(0...1_500) / grain * grain : 0, gpus: gpus, least: least,
          unit: unit, quarters: quarters, earliest: open, latestEnd: latest))
    }
  }
  return made
}

extension Explanation {
  /// The reason for one bid of a clearing.
  static func explain(_ instance: Instance, _ clearing: Clearing, bid: Int) -> Explanation {
    Explanations(instance, clearing)?.explain(bid) ?? Explanation(reason: .noPool)
  }
}
