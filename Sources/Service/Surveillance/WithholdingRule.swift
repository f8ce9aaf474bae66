import Leases
import Ledger
import Market
import Units

/// A centre offers much less than before while prices are high, without saying that it lost it; or asks
/// far more than the reference or than others.
struct WithholdingRule: WatchRule {
  private struct Promise {
    var day: Int64
    var gpus: Int64
    var position: Int64
  }

  private struct Seller: Hashable, Comparable {
    var place: Scene.Place
    var group: String

    static func < (left: Seller, right: Seller) -> Bool {
      (left.place, left.group) < (right.place, right.group)
    }
  }

  private static let days: Int64 = 30
  /// Of each day the most that was offered.
  private var promises = OrderedMap<Seller, [Promise]>()
  private var history = OrderedMap<Scene.Place, PriceHistory>()
  private var sold = OrderedMap<Scene.Place, RoundSales>()
  private var lost: [CapacityReclaimed] = []

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    switch event {
    case .offerPublished(let offer):
      promise(offer, scene)
      return dear(offer, scene, terms)
    case .capacityReclaimed(let loss):
      lost.removeAll { $0.to <= scene.time }
      lost.append(loss)
    case .leaseOrdered(let lease):
      sold[scene.place(lease), default: RoundSales()].add(lease, "", scene.position)
    default: break
    }
    return []
  }

  private mutating func promise(_ offer: Offer, _ scene: Scene) {
    guard let site = scene.sites[offer.site] else { return }
    let group = scene.group(site.centre)
    let today = MarketCalendar.day(of: scene.time)
    for chip in Set(offer.pools.map(\.chip)).sorted() {
      let place = Scene.Place(chip: chip, metro: site.metro, currency: site.currency)
      let seller = Seller(place: place, group: group)
      let (gpus, _) = Self.offered(seller, scene)
      var past = (promises[seller] ?? []).filter { $0.day > today - Self.days }
      if let last = past.last, last.day == today {
        if last.gpus >= gpus { continue }
        past.removeLast()
      }
      past.append(Promise(day: today, gpus: gpus, position: scene.position))
      promises[seller] = past
    }
  }

  /// What all sites of a group offer now, and by which entries.
  private static func offered(_ seller: Seller, _ scene: Scene) -> (Int64, [Int64]) {
    var (gpus, positions): (Int64, [Int64]) = (0, [])
    for schedule in scene.schedules.values {
      guard let site = scene.sites[schedule.offer.site], scene.group(site.centre) == seller.group,
        site.metro == seller.place.metro, site.currency == seller.place.currency
      else { continue }
      gpus += Scene.offered(schedule.offer, chip: seller.place.chip, at: scene.time)
      positions.append(schedule.position)
    }
    return (gpus, positions)
  }

  mutating func close(_ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    guard !sold.isEmpty else { return [] }
    var alerts: [Alert] = []
    for place in sold.keys {
      guard let sales = sold[place], let price = sales.price else { continue }
      defer { history[place, default: PriceHistory()].add(price) }
      guard history[place]?.isAbove(terms[.withheldPercentile], price) == true else { continue }
      for seller in promises.keys where seller.place == place {
        guard let alert = withheld(seller, price, scene, terms) else { continue }
        alerts.append(alert)
      }
    }
    sold = OrderedMap()
    return alerts
  }

  private func withheld(
    _ seller: Seller, _ price: Int64, _ scene: Scene, _ terms: WatchTerms
  ) -> Alert? {
    let since = MarketCalendar.day(of: scene.time) - Self.days
    let past = (promises[seller] ?? []).filter { $0.day > since }
    guard let most = past.max(by: { $0.gpus < $1.gpus }), most.gpus > 0 else { return nil }
    let (gpus, positions) = Self.offered(seller, scene)
    let gone = lost.filter { loss in
      guard loss.from <= scene.time, scene.time < loss.to,
        let site = scene.sites[String(loss.pool.prefix { $0 != ":" })]
      else { return false }
      return scene.group(site.centre) == seller.group && site.metro == seller.place.metro
    }.reduce(0) { $0 + $1.gpus }
    let permille = (most.gpus - gpus - gone) * 1_000 / most.gpus
    guard permille >= terms[.withheldPermille] else { return nil }
    return Alert(
      .withholding, [seller.group], place: seller.place.name, level: .red,
      evidence: [most.position] + positions + [scene.position],
      [
        Alert.Figure("withheld-permille", permille, limit: terms[.withheldPermille]),
        Alert.Figure("price", price, limit: 0),
      ])
  }

  /// Asks beside the reference price, or beside the middle one of the others where there is none.
  private func dear(_ offer: Offer, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    guard let site = scene.sites[offer.site] else { return [] }
    let group = scene.group(site.centre)
    return offer.pools.compactMap { pool in
      guard let ask = pool.spans.map(\.ask).max() else { return nil }
      let (reference, positions) = Self.reference(pool.chip, site.currency, group, scene)
      guard let reference, reference > 0 else { return nil }
      let permille = Int64(clamping: Int128(ask) * 1_000 / Int128(reference))
      guard permille >= terms[.askTimesPermille] else { return nil }
      return Alert(
        .withholding, [group], place: offer.id(of: pool), evidence: positions + [scene.position],
        [
          Alert.Figure("ask-permille", permille, limit: terms[.askTimesPermille]),
          Alert.Figure("reference", reference, limit: 0),
        ])
    }
  }

  private static func reference(
    _ chip: String, _ currency: Currency, _ group: String, _ scene: Scene
  ) -> (Int64?, [Int64]) {
    if let listed = scene.references[chip], listed.currency == currency {
      return (listed.price, [])
    }
    var (asks, positions): ([Int64], [Int64]) = ([], [])
    for schedule in scene.schedules.values {
      guard let site = scene.sites[schedule.offer.site], site.currency == currency,
        scene.group(site.centre) != group,
        let ask = schedule.offer.pools.first(where: { $0.chip == chip })?.spans.first?.ask
      else { continue }
      asks.append(ask)
      positions.append(schedule.position)
    }
    guard asks.count >= 3 else { return (nil, []) }
    return (asks.sorted()[asks.count / 2], positions)
  }
}
