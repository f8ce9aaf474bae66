import Leases
import Ledger
import Market
import Units

/// Strangers who place the same bid round after round, or whose limits move together. It is a screen:
/// those who read the same market may do the same for good reasons.
struct CollusionRule: WatchRule {
  private struct Pair: Hashable, Comparable {
    var one: String
    var other: String

    static func < (left: Pair, right: Pair) -> Bool {
      (left.one, left.other) < (right.one, right.other)
    }
  }

  private struct Meeting {
    var round: Int64
    var positions: [Int64]
  }

  private struct Point {
    var round: Int64
    var limit: Int64
    var position: Int64
  }

  private static let rounds: Int64 = 20
  private static let common = 12
  /// Groups that are compared with each other in a round at most.
  private static let mostGroups = 64
  private var placed: [(bid: Bid, group: String, position: Int64)] = []
  private var meetings = OrderedMap<Pair, [Meeting]>()
  /// Mean limits of a group for a chip, by rounds.
  private var lines = OrderedMap<Pair, [Point]>()

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    switch event {
    case .bidPlaced(let bid):
      placed.append((bid, scene.group(bid.party), scene.position))
      return []
    case .roundClosed(let closed):
      defer { placed = [] }
      return same(closed.round, terms) + together(closed.round, terms)
    default: return []
    }
  }

  private static func shape(_ terms: BidTerms) -> String {
    let wants = terms.alternatives.map { "\($0.chip) \($0.gpus) \($0.quarters) \($0.limit)" }
    return (wants + ["\(terms.earliest) \(terms.latestEnd)"]).joined(separator: ", ")
  }

  private mutating func same(_ round: Int64, _ terms: WatchTerms) -> [Alert] {
    var shapes = OrderedMap<String, OrderedMap<String, Int64>>()
    for (bid, group, position) in placed {
      shapes[Self.shape(bid.terms), default: OrderedMap()][group] = position
    }
    var alerts: [Alert] = []
    for groups in shapes.values where groups.count > 1 {
      let names = groups.keys.prefix(Self.mostGroups)
      for (index, one) in names.enumerated() {
        for other in names.dropFirst(index + 1) {
          let pair = Pair(one: one, other: other)
          var past = meetings[pair] ?? []
          past.removeAll { $0.round <= round - Self.rounds || $0.round == round }
          past.append(
            Meeting(round: round, positions: [groups[one], groups[other]].compactMap(\.self)))
          meetings[pair] = past
          guard Int64(past.count) >= terms[.sameBidRounds] else { continue }
          alerts.append(
            Alert(
              .collusion, [one, other], level: .report, evidence: past.flatMap(\.positions),
              [Alert.Figure("same-rounds", Int64(past.count), limit: terms[.sameBidRounds])]))
        }
      }
    }
    for pair in meetings.keys where meetings[pair]?.last.map({ $0.round <= round - 20 }) ?? true {
      meetings[pair] = nil
    }
    return alerts
  }

  private mutating func together(_ round: Int64, _ terms: WatchTerms) -> [Alert] {
    var sums = OrderedMap<Pair, (sum: Int64, count: Int64, position: Int64)>()
    for (bid, group, position) in placed {
      guard let first = bid.terms.alternatives.first else { continue }
      let line = Pair(one: first.chip, other: group)
      let before = sums[line] ?? (0, 0, 0)
      sums[line] = (before.sum + first.limit, before.count + 1, position)
    }
    for line in sums.keys {
      guard let (sum, count, position) = sums[line] else { continue }
      var points = (lines[line] ?? []).filter { $0.round > round - Self.rounds }
      points.append(Point(round: round, limit: sum / max(1, count), position: position))
      lines[line] = points
    }
    for line in lines.keys where lines[line]?.last.map({ $0.round <= round - 20 }) ?? true {
      lines[line] = nil
    }
    let present = sums.keys.filter { lines[$0]?.count ?? 0 >= Self.common }.prefix(Self.mostGroups)
    var alerts: [Alert] = []
    for (index, one) in present.enumerated() {
      for other in present.dropFirst(index + 1) where one.one == other.one {
        guard let permille = correlation(one, other), permille >= terms[.correlationPermille]
        else { continue }
        let positions = [one, other].flatMap { lines[$0]?.map(\.position) ?? [] }
        alerts.append(
          Alert(
            .collusion, [one.other, other.other], place: one.one, level: .report,
            evidence: positions,
            [Alert.Figure("correlation-permille", permille, limit: terms[.correlationPermille])]))
      }
    }
    return alerts
  }

  /// Of the limits of rounds in which both bid, rounded down; nil when there are too few or one never
  /// moved.
  private func correlation(_ one: Pair, _ other: Pair) -> Int64? {
    let others = (lines[other] ?? []).reduce(into: [Int64: Int64]()) { $0[$1.round] = $1.limit }
    let points = (lines[one] ?? []).compactMap { point in
      others[point.round].map { (Int128(point.limit), Int128($0)) }
    }
    guard points.count >= Self.common else { return nil }
    let count = Int128(points.count)
    let sums = points.reduce((Int128(0), Int128(0))) { ($0.0 + $1.0, $0.1 + $1.1) }
    var (both, first, second) = (Int128(0), Int128(0), Int128(0))
    for (x, y) in points {
      let (dx, dy) = (x * count - sums.0, y * count - sums.1)
      both += dx * dy
      first += dx * dx
      second += dy * dy
    }
    guard both > 0, first > 0, second > 0 else { return nil }
    // Made smaller alike, so that their products stay in range.
    while max(both, first, second) > 1 << 50 {
      (both, first, second) = (both >> 1, first >> 1, second >> 1)
    }
    var found: Int128 = 0
    while found < 1_000,
      (found + 1) * (found + 1) * first * second <= both * both * 1_000_000
    {
      found += 1
    }
    return Int64(found)
  }
}
