import AdapterKit
import CommandLog
import Leases
import Ledger
import Market
import Simulation
import SiteRuntime
import Units

/// A site: the real agent machine on a simulated cluster, with its spool.
struct SimulatedSite {
  let place: Town.Place
  var machine: Reconcile
  /// What the spool has.
  var memory: SiteMemory
  var cluster: SimulatedCluster
  var life = 0
  var startsAt: Int64?
  var isUp = true
  /// One call at a time, in order, to the cluster and to the broker.
  var clusterFree: Int64 = 0
  var toBroker: [Reconcile.Action] = []
  var isCalling = false
  var wakesAt: Int64 = .max
  var nodesBackAt: Int64?
  var partedUntil: Int64 = 0

  init(_ place: Town.Place, seed: UInt64) {
    self.place = place
    memory = SiteMemory(site: place.id)
    cluster = SimulatedCluster(pool: "a", gpus: place.gpus)
    machine = Self.machine(place, memory, seed)
  }

  static func machine(_ place: Town.Place, _ memory: SiteMemory, _ seed: UInt64) -> Reconcile {
    let pool = OfferTerms.Pool(
      pool: "a", unit: .gpu, asks: [OfferTerms.Ask(price: place.ask)],
      reclaim: place.gpus > 16 ? 2 * Units.Span.hour : nil, promise: 90 * Units.Span.minute,
      horizon: 12 * Units.Span.hour)
    return Reconcile(
      memory: memory,
      terms: OfferTerms(currency: place.currency.rawValue.uppercased(), pools: [pool]),
      unknown: place.gpus % 16 == 0 ? .refuse : .wait,
      rules: ReconcileRules().scaled(by: Federation.scale), seed: seed)
  }

  /// The command that an action is, with its id.
  func command(_ action: Reconcile.Action) -> (id: String, command: Command)? {
    switch action {
    case .report(let report):
      var terms = Ledger.LeaseReport()
      terms.lease = report.lease
      terms.phase = Lease.Phase(rawValue: report.state.rawValue) ?? .failed
      return (report.key, .reportLease(terms))
    case .post(let batch):
      var terms = ReadingReport()
      terms.site = place.id
      terms.readings = batch.readings.map { item in
        var reading = Leases.Reading()
        reading.lease = item.lease
        reading.from = item.from
        reading.to = item.to
        reading.delivered = item.delivered
        reading.used = item.used
        return reading
      }
      return (batch.key, .recordReadings(terms))
    case .publish(let offer): return (offer.key, .publishOffer(self.offer(offer)))
    case .withdraw(let end):
      var terms = OfferWithdrawal()
      terms.site = place.id
      terms.generation = end.generation
      return (end.key, .withdrawOffer(terms))
    default: return nil
    }
  }

  private func offer(_ said: SiteOffer) -> Offer {
    var offer = Offer()
    offer.site = place.id
    offer.generation = said.generation
    offer.sellUntil = said.sellUntil
    offer.pools = said.pools.map { item in
      var pool = Offer.Pool()
      pool.name = item.pool
      pool.chip = item.chip
      pool.fabric = item.fabric
      pool.unit = item.unit
      pool.node = item.node
      pool.reclaim = item.reclaim
      pool.spans = item.spans.map { one in
        var span = Offer.Span()
        span.from = one.from
        span.to = one.to
        span.gpus = one.gpus
        span.ask = one.ask
        return span
      }
      return pool
    }
    return offer
  }

  /// What a replica says is wanted here.
  static func wanted(_ state: borrowing LedgerState, site: String, at market: Int64) -> WantedSet {
    var leases: [WantedLease] = []
    for lease in state.leases.values where lease.site == site && lease.phase != .closed {
      let edges = (lease.runs + lease.extras).flatMap { [$0.from, $0.to] }.sorted()
      var steps: [WantedStep] = []
      for (from, to) in zip(edges, edges.dropFirst()) where to > from {
        steps.append(WantedStep(from: from, to: to, gpus: lease.gpus(at: from)))
      }
      leases.append(
        WantedLease(
          lease: lease.id, pool: "a", chip: lease.chip, tenant: lease.party, start: lease.start,
          end: lease.tradedEnd, steps: steps, endedAt: lease.endedAt, members: [lease.party]))
    }
    return WantedSet(position: state.position, asOf: market, leases: leases)
  }
}
