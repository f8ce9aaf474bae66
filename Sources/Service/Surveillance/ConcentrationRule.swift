import Leases
import Ledger
import Market
import Units

/// How many suppliers there are of a chip in a place, each hour: the sum of their squared shares, the
/// largest share, and whether the others could do without the largest.
struct ConcentrationRule: WatchRule {
  private struct Supply {
    var sold: Int64 = 0
    var offered: Int64 = 0
    var positions: [Int64] = []
  }

  private var hour: Int64 = 0

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] { [] }

  mutating func close(_ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    let now = scene.time / Span.hour
    guard now > hour else { return [] }
    hour = now
    var places = OrderedMap<Scene.Place, OrderedMap<String, Supply>>()
    for open in scene.leases.values {
      let gpus = open.lease.end > scene.time ? open.lease.gpus(at: scene.time) : 0
      guard gpus > 0 else { continue }
      let group = scene.group(open.lease.centre)
      var supply = places[scene.place(open.lease)]?[group] ?? Supply()
      supply.sold += gpus
      supply.positions.append(open.position)
      places[scene.place(open.lease), default: OrderedMap()][group] = supply
    }
    for schedule in scene.schedules.values {
      guard let site = scene.sites[schedule.offer.site] else { continue }
      for chip in Set(schedule.offer.pools.map(\.chip)).sorted() {
        let place = Scene.Place(chip: chip, metro: site.metro, currency: site.currency)
        guard places.contains(place) else { continue }
        let gpus = Scene.offered(schedule.offer, chip: chip, at: scene.time)
        places[place, default: OrderedMap()][scene.group(site.centre), default: Supply()]
          .offered += gpus
      }
    }
    return places.keys.compactMap { place in
      places[place].flatMap { Self.judge(place, $0, terms) }
    }
  }

  private static func judge(
    _ place: Scene.Place, _ suppliers: OrderedMap<String, Supply>, _ terms: WatchTerms
  ) -> Alert? {
    let sold = suppliers.values.reduce(Int128(0)) { $0 + Int128($1.sold) }
    let offered = suppliers.values.reduce(Int128(0)) { $0 + Int128($1.offered) }
    // While most lies idle, nobody depends on anybody.
    guard sold > 0, sold * 1_000 >= offered * Int128(terms[.soldPermille]) else { return nil }
    // Shares in hundredths of a percent: squares sum up to 10,000 percent squared.
    let squares = suppliers.values.reduce(Int128(0)) { sum, supply in
      let share = Int128(supply.sold) * 10_000 / sold
      return sum + share * share
    }
    let index = Int64(clamping: squares / 10_000)
    guard let top = suppliers.keys.max(by: { share($0, suppliers) < share($1, suppliers) }) else {
      return nil
    }
    let largest = Int64(clamping: Int128(share(top, suppliers)) * 1_000 / sold)
    let others = offered - (suppliers.values.map { Int128($0.offered) }.max() ?? 0)
    let pivotal = Int64(clamping: others * 1_000 / sold)
    let isRed =
      index >= terms[.redHHI] || largest >= terms[.topPermille]
      || pivotal < terms[.pivotalPermille]
    guard isRed || index >= terms[.amberHHI] else { return nil }
    return Alert(
      .concentration, [top], place: place.name, level: isRed ? .red : .amber,
      evidence: suppliers[top]?.positions ?? [],
      [
        Alert.Figure("hhi", index, limit: isRed ? terms[.redHHI] : terms[.amberHHI]),
        Alert.Figure("top-permille", largest, limit: terms[.topPermille]),
        Alert.Figure("pivotal-permille", pivotal, limit: terms[.pivotalPermille]),
      ])
  }

  private static func share(_ group: String, _ suppliers: OrderedMap<String, Supply>) -> Int64 {
    suppliers[group]?.sold ?? 0
  }
}
