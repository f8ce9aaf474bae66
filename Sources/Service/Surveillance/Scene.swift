import Leases
import Ledger
import Market
import Units

/// What every rule may look at: who is who, what stands open, what was just sold. Of what is over
/// nothing is kept.
struct Scene {
  struct OpenBid {
    var bid: Bid
    var position: Int64
    /// GPU-ms of its largest alternative.
    var size: Int64
  }

  struct OpenLease {
    var lease: Lease
    var position: Int64
  }

  struct Schedule {
    var offer: Offer
    var position: Int64
  }

  /// A chip in a metro, in the currency that its sites are paid in.
  struct Place: Hashable, Comparable, Sendable {
    var chip: String
    var metro: String
    var currency: Currency

    var name: String { "\(chip)@\(metro)" }

    static func < (left: Place, right: Place) -> Bool {
      (left.chip, left.metro, left.currency) < (right.chip, right.metro, right.currency)
    }
  }

  private(set) var sites = OrderedMap<String, Site>()
  private(set) var certificates: [String: Certificate] = [:]
  private(set) var schedules = OrderedMap<String, Schedule>()
  private(set) var bids = OrderedMap<Int64, OpenBid>()
  private(set) var leases = OrderedMap<String, OpenLease>()
  /// Of the last list.
  private(set) var references: [String: (price: Int64, currency: Currency)] = [:]
  private(set) var roundLength: Int64 = Rules().roundLength
  /// When the round that is open began; ms.
  private(set) var openedAt: Int64 = 0
  private(set) var round: Int64 = 1
  private(set) var position: Int64 = 0
  private(set) var time: Int64 = 0
  /// Whose bids, by their entries.
  private var principals: [String: String] = [:]
  private var relations: [(relation: Relation, position: Int64)] = []
  private var groups: [String: String] = [:]
  private var groupsUntil: Int64 = 0
  private(set) var related: [String: Int64] = [:]

  /// Parties that belong together have one name: the first of theirs.
  func group(_ party: String) -> String { groups[party] ?? party }

  /// When the present round is due; ms.
  var due: Int64 { (openedAt / roundLength + 1) * roundLength }

  func place(_ lease: Lease) -> Place {
    Place(
      chip: lease.chip, metro: sites[lease.site]?.metro ?? lease.site, currency: lease.siteCurrency)
  }

  /// GPUs that a site offers of a chip at a moment.
  static func offered(_ offer: Offer, chip: String, at time: Int64) -> Int64 {
    guard time < offer.sellUntil else { return 0 }
    return offer.pools.filter { $0.chip == chip }.reduce(0) { sum, pool in
      sum + (pool.spans.first { $0.from <= time && time < $0.to }?.gpus ?? 0)
    }
  }

  /// Before the events of an entry.
  mutating func begin(_ entry: Entry) {
    position = entry.position
    time = entry.time
    if time >= groupsUntil { join() }
  }

  /// Before the rules look at the event.
  mutating func note(_ event: Event) {
    switch event {
    case .genesis(let genesis):
      roundLength = genesis.rules.roundLength
      openedAt = time
      for principal in genesis.principals { principals[principal.id] = principal.party }
    case .rulesSet(let rules): roundLength = rules.roundLength
    case .principalAdded(let principal): principals[principal.id] = principal.party
    case .siteAdded(let site): sites[site.id] = site
    case .certified(let certificate):
      certificates["\(certificate.site) \(certificate.dataClass)"] = certificate
    case .offerPublished(let offer):
      schedules[offer.site] = Schedule(offer: offer, position: position)
    case .bidPlaced(let bid), .bidChanged(let bid):
      let size = bid.terms.alternatives.map { $0.gpus * $0.quarters * Span.quarter }.max() ?? 0
      bids[bid.seq] = OpenBid(bid: bid, position: bids[bid.seq]?.position ?? position, size: size)
    case .leaseOrdered(let lease):
      leases[lease.id] = OpenLease(lease: lease, position: position)
    case .leaseChanged(let change):
      if let end = change.endedAt { leases[change.lease]?.lease.endedAt = end }
    case .scheme(.relationStated(let relation)):
      relations.removeAll { $0.relation.one == relation.one && $0.relation.other == relation.other }
      relations.append((relation, position))
      join()
    case .scheme(.listPricesSet(let list)):
      for item in list.items { references[item.chip] = (item.reference, list.currency) }
    default: break
    }
  }

  /// After the rules have looked at all events of the entry.
  mutating func forget(_ event: Event) {
    switch event {
    case .offerWithdrawn(let withdrawal): schedules[withdrawal.site] = nil
    case .bidEnded(let ended) where ended.cause != .cancelling: bids[ended.bid] = nil
    case .traded(let trade): bids[trade.bid] = nil
    case .charged(let charge) where charge.last: leases[charge.lease] = nil
    case .leaseChanged(let change) where change.settled: leases[change.lease] = nil
    case .roundClosed(let closed):
      round = closed.round + 1
      openedAt = time
    default: break
    }
  }

  /// Parties by the relations that hold now.
  private mutating func join() {
    groups = [:]
    related = [:]
    groupsUntil = .max
    for (relation, position) in relations {
      let until = relation.until ?? .max
      for change in [relation.from, until] where change > time {
        groupsUntil = min(groupsUntil, change)
      }
      guard relation.from <= time, time < until else { continue }
      let one = principals[relation.one] ?? relation.one
      let other = principals[relation.other] ?? relation.other
      let (first, second) = (group(one), group(other))
      let name = min(first, second)
      for party in groups.keys.sorted() where group(party) == first || group(party) == second {
        groups[party] = name
      }
      for party in [one, other] {
        groups[party] = name
        related[party] = position
      }
    }
  }
}

extension Lease {
  /// GPU-ms of its firm part.
  var size: Int64 { runs.reduce(0) { $0 + $1.gpus * ($1.to - $1.from) } }

  /// What its firm part costs at its pool's prices: minor units of the site's currency x ms.
  var worth: Int128 {
    runs.reduce(Int128(0)) { $0 + Int128($1.price) * Int128($1.gpus * ($1.to - $1.from)) }
  }
}
