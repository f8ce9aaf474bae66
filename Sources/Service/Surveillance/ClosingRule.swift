import Leases
import Ledger
import Market
import Units

/// In the last minutes of a market day somebody buys a large share at a price far from the day's, and
/// sells the same itself: it is paid by that price.
struct ClosingRule: WatchRule {
  private var history = OrderedMap<Scene.Place, PriceHistory>()
  private var sold = OrderedMap<Scene.Place, RoundSales>()

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    guard case .leaseOrdered(let lease) = event else { return [] }
    sold[scene.place(lease), default: RoundSales()].add(
      lease, scene.group(lease.party), scene.position)
    return []
  }

  mutating func close(_ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    guard !sold.isEmpty else { return [] }
    var alerts: [Alert] = []
    let left = MarketCalendar.start(ofDay: MarketCalendar.day(of: scene.time) + 1) - scene.time
    for place in sold.keys {
      guard let sales = sold[place], let price = sales.price else { continue }
      defer { history[place, default: PriceHistory()].add(price) }
      guard left <= terms[.closeMinutes] * Span.minute,
        let sigmas = history[place]?.sigmas(price), sigmas >= terms[.closeSigmas]
      else { continue }
      for group in sales.bought.keys {
        let share = Int64(
          clamping: Int128(sales.bought[group] ?? 0) * 1_000 / max(1, sales.size))
        let offer = Self.offer(of: group, at: place, scene)
        guard share >= terms[.closeSharePermille], let offer else { continue }
        alerts.append(
          Alert(
            .closingPrice, [group], place: place.name, evidence: sales.positions + [offer],
            [
              Alert.Figure("share-permille", share, limit: terms[.closeSharePermille]),
              Alert.Figure("sigmas", sigmas, limit: terms[.closeSigmas]),
            ]))
      }
    }
    sold = OrderedMap()
    return alerts
  }

  /// Where a group sells the same: the position of its offer.
  private static func offer(of group: String, at place: Scene.Place, _ scene: Scene) -> Int64? {
    scene.schedules.values.first { schedule in
      guard let site = scene.sites[schedule.offer.site] else { return false }
      return scene.group(site.centre) == group && site.metro == place.metro
        && schedule.offer.pools.contains { $0.chip == place.chip }
    }?.position
  }
}
