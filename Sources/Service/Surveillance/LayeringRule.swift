import Leases
import Ledger
import Market
import Units

/// A group sells, and right after it takes back many bids of its own that never filled.
struct LayeringRule: WatchRule {
  private struct Deed {
    var time: Int64
    var group: String
    var size: Int64
    var position: Int64
  }

  private var sales: [Deed] = []
  private var placed: [Deed] = []
  private var taken: [Deed] = []

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    let day = scene.time - Span.day
    switch event {
    case .leaseOrdered(let lease):
      sales.removeAll { $0.time < scene.time - terms[.layeringSeconds] * Span.second }
      sales.append(deed(scene.group(lease.centre), lease.size, scene))
    case .bidPlaced(let bid):
      if let first = placed.first, first.time < day - Span.hour {
        placed.removeAll { $0.time < day }
      }
      placed.append(deed(scene.group(bid.party), scene.bids[bid.seq]?.size ?? 0, scene))
    case .bidEnded(let ended) where ended.cause == .cancelled || ended.cause == .cancelling:
      if let first = taken.first, first.time < day - Span.hour { taken.removeAll { $0.time < day } }
      let group = scene.group(ended.party)
      taken.append(deed(group, scene.bids[ended.bid]?.size ?? 0, scene))
      return judge(group, ended.party, scene, terms)
    default: break
    }
    return []
  }

  private func deed(_ group: String, _ size: Int64, _ scene: Scene) -> Deed {
    Deed(time: scene.time, group: group, size: size, position: scene.position)
  }

  private func judge(
    _ group: String, _ party: String, _ scene: Scene, _ terms: WatchTerms
  ) -> [Alert] {
    let since = scene.time - terms[.layeringSeconds] * Span.second
    let sold = sales.filter { $0.group == group && $0.time >= since }
    guard let first = sold.first else { return [] }
    let back = taken.filter { $0.group == group && $0.time >= first.time }
    let day = scene.time - Span.day
    let all = Int64(placed.filter { $0.group == group && $0.time >= day }.count)
    let cancelled = Int64(taken.filter { $0.group == group && $0.time >= day }.count)
    let share = cancelled * 1_000 / max(1, all)
    let size = back.reduce(Int128(0)) { $0 + Int128($1.size) }
    let fill = sold.reduce(Int128(0)) { $0 + Int128($1.size) }
    let times = Int64(clamping: size / max(1, fill))
    guard Int64(back.count) >= terms[.layeringOrders], times >= terms[.layeringTimes],
      share >= terms[.layeringCancelPermille]
    else { return [] }
    return [
      Alert(
        .layering, [group, party], level: .red, evidence: (sold + back).map(\.position),
        [
          Alert.Figure("orders", Int64(back.count), limit: terms[.layeringOrders]),
          Alert.Figure("cancelled-permille", share, limit: terms[.layeringCancelPermille]),
          Alert.Figure("times", times, limit: terms[.layeringTimes]),
        ])
    ]
  }
}
