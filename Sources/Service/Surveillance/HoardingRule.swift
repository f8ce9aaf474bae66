import Leases
import Ledger
import Market
import Units

/// A tenant pays for capacity day after day, uses little of it, and a centre that belongs to it offers the
/// same chip dearer than that.
struct HoardingRule: WatchRule {
  private struct Day {
    var day: Int64
    var delivered: Int64
    var used: Int64
    /// Minor units of the site's currency.
    var cost: Int64
    var position: Int64
  }

  private struct Stock: Hashable, Comparable {
    var party: String
    var chip: String
    var currency: Currency

    static func < (left: Stock, right: Stock) -> Bool {
      (left.party, left.chip, left.currency) < (right.party, right.chip, right.currency)
    }
  }

  private var stocks = OrderedMap<Stock, [Day]>()

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    guard case .charged(let charge) = event, charge.delivered > 0,
      let chip = scene.leases[charge.lease]?.lease.chip
    else { return [] }
    let stock = Stock(party: charge.party, chip: chip, currency: charge.siteCurrency)
    var days = (stocks[stock] ?? []).filter { $0.day > charge.day - terms[.hoardDays] }
    days.append(
      Day(
        day: charge.day, delivered: charge.delivered, used: min(charge.used, charge.delivered),
        cost: charge.site, position: scene.position))
    stocks[stock] = days
    guard Int64(Set(days.map(\.day)).count) >= terms[.hoardDays] else { return [] }
    let delivered = days.reduce(Int128(0)) { $0 + Int128($1.delivered) }
    let used = days.reduce(Int128(0)) { $0 + Int128($1.used) }
    let unused = Int64(clamping: (delivered - used) * 1_000 / max(1, delivered))
    guard unused >= terms[.hoardUnusedPermille] else { return [] }
    let cost = days.reduce(Int128(0)) { $0 + Int128($1.cost) }
    let price = Int64(clamping: cost * Int128(Span.hour) / max(1, delivered))
    let group = scene.group(charge.party)
    let dearer = scene.schedules.values.first { schedule in
      guard let site = scene.sites[schedule.offer.site], site.currency == charge.siteCurrency,
        scene.group(site.centre) == group
      else { return false }
      return schedule.offer.pools.contains { pool in
        pool.chip == chip && pool.spans.contains { $0.ask > price }
      }
    }
    guard let dearer else { return [] }
    return [
      Alert(
        .hoarding, [charge.party, group], place: chip,
        evidence: days.map(\.position) + [dearer.position],
        [
          Alert.Figure("unused-permille", unused, limit: terms[.hoardUnusedPermille]),
          Alert.Figure("days", terms[.hoardDays], limit: terms[.hoardDays]),
          Alert.Figure("price", price, limit: 0),
        ])
    ]
  }
}
