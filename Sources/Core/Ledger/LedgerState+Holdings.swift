import Leases
package import Market
import Units

extension LedgerState {
  /// What tenants have, or may still get by what was sold to them, at pools with a limit on that.
  package var holdings: [Holding] {
    var limited: Set<String> = []
    for offer in book.offers.values {
      for pool in offer.pools where pool.limits?.most != nil { limited.insert(offer.id(of: pool)) }
    }
    guard !limited.isEmpty else { return [] }
    var holdings: [Holding] = []
    for lease in leases.values where limited.contains(lease.pool) {
      var most = lease.flexible?.room ?? 0
      if most > 0 { most += lease.runs.map(\.gpus).max() ?? 0 }
      for run in lease.runs + lease.extras where most == 0 && run.from < lease.end {
        holdings.append(
          Holding(
            party: lease.party, pool: lease.pool, from: run.from, to: min(run.to, lease.end),
            gpus: run.gpus))
      }
      if most > 0, lease.start < lease.end {
        holdings.append(
          Holding(
            party: lease.party, pool: lease.pool, from: lease.start, to: lease.end, gpus: most))
      }
    }
    return holdings
  }
}
