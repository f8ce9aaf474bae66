import Leases
import Ledger
import Market
import Units

/// A lease at a site that its bid does not allow, or that has no certificate for its class of data until
/// it ends. The ledger refuses such an outcome; this looks again, by other code.
struct BoundaryRule: WatchRule {
  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    guard case .leaseOrdered(let lease) = event, let open = scene.bids[lease.bid],
      let site = scene.sites[lease.site]
    else { return [] }
    let wanted = open.bid.terms.whereabouts
    var faults: [Alert.Figure] = []
    if !wanted.jurisdictions.isEmpty, !wanted.jurisdictions.contains(site.jurisdiction) {
      faults.append(
        Alert.Figure("jurisdictions-allowed", Int64(wanted.jurisdictions.count), limit: 0))
    }
    if wanted.notSites.contains(site.id) || !wanted.sites.isEmpty && !wanted.sites.contains(site.id)
    {
      faults.append(Alert.Figure("sites-allowed", Int64(wanted.sites.count), limit: 0))
    }
    if let dataClass = open.bid.terms.dataClass {
      let until = scene.certificates["\(site.id) \(dataClass)"]?.until ?? 0
      if until < lease.tradedEnd {
        faults.append(Alert.Figure("certified-until", until, limit: lease.tradedEnd))
      }
    }
    guard !faults.isEmpty else { return [] }
    return [
      Alert(
        .dataBoundary, [lease.party, lease.centre], place: lease.site, level: .red,
        evidence: [open.position, scene.position], faults)
    ]
  }
}
