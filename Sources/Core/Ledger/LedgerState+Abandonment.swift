import Leases
import Market
import Units

// A site that will not deliver a lease, for good (clearing.md, 10: "or not delivered" is a breach).
extension LedgerState {
  /// Exactly this lease loses its place. No notice makes it a reclaim: there the ledger chooses whom it
  /// hits, here the site does. Where nothing of it was delivered all of it is lost, what is past
  /// included; else the rest, from the next quarter hour on. Its GPUs are not sold anew meanwhile.
  mutating func abandon(
    _ id: String, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    var (key, lease) = try live(id)
    try authorise(lease.site, principal, entry)
    // What is being cleared was frozen with this lease; a round is not closed for long.
    guard !round.isClosed else { throw .roundStillClosed }
    let now = (time + Span.quarter - 1) / Span.quarter * Span.quarter
    let isUntouched = lease.delivered == 0 && lease.phase != .open
    let from = isUntouched ? lease.start : max(lease.start, now)
    guard lease.endedAt == nil, max(from, now) < lease.tradedEnd else { throw .leaseOver }
    if lease.phase != .open, lease.phase != .closed { lease.phase = .failed }
    var reclaimed = CapacityReclaimed()
    reclaimed.from = from
    reclaimed.gpus = (lease.runs + lease.extras).map { lease.gpus(at: $0.from) }.max() ?? 0
    reclaimed.leases = [lease.id]
    reclaimed.pool = lease.pool
    reclaimed.to = lease.tradedEnd
    withhold(lease, from: max(from, now))
    let change = displace(key, lease, from: from, .breach, abandoned: true)
    return [.capacityReclaimed(reclaimed), change]
  }

  /// What the lease has of its pool is not offered again for that time.
  private mutating func withhold(_ lease: Lease, from: Int64) {
    let others = leases.values.filter { $0.pool == lease.pool && $0.end > from }
    let spans =
      book.offers[lease.site]?.pools.first { "\(lease.site):\($0.name)" == lease.pool }?.spans ?? []
    var cap = book.caps[lease.pool] ?? CapacityCap()
    cap.pool = lease.pool
    let edges = Shortage.edges(
      of: others, from: from, to: lease.tradedEnd,
      spans.flatMap { [$0.from, $0.to] } + cap.spans.flatMap { [$0.from, $0.to] })
    cap.set(
      zip(edges, edges.dropFirst()).compactMap { from, to in
        let before = cap.gpus(at: from)
        let own = lease.gpus(at: from)
        guard own > 0 else { return before.map { CapacityCap.Span(from: from, to: to, gpus: $0) } }
        let offered = spans.first { $0.from <= from && from < $0.to }?.gpus ?? 0
        let sold = others.reduce(0) { $0 + ($1.end > from ? $1.gpus(at: from) : 0) }
        let left = max(min(offered, before ?? offered), sold) - own
        return CapacityCap.Span(from: from, to: to, gpus: max(0, left))
      })
    book.caps[lease.pool] = cap
  }
}

extension BidTerms.Whereabouts {
  /// Never again there.
  /// - Returns: false when nowhere else is allowed, or no more places can be named.
  mutating func leave(_ site: String) -> Bool {
    guard sites.isEmpty else {
      sites.removeAll { $0 == site }
      return !sites.isEmpty
    }
    guard !notSites.contains(site) else { return true }
    guard notSites.count < 32 else { return false }
    notSites.append(site)
    return true
  }
}
