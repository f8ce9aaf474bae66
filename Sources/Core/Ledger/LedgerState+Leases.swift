import Leases
import Market
import Units

// The life of a lease after the trade: reports, readings, giving back, settlement.
extension LedgerState {
  mutating func advance(
    _ report: LeaseReport, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    if let key = LeaseKey(report.lease), leases[key] == nil {
      return try closeSettled(report, principal)
    }
    var (key, lease) = try live(report.lease)
    guard lease.site == principal.site else { throw .notYours }
    guard lease.phase.mayBecome(report.phase) else { throw .phaseNotAllowed }
    lease.phase = report.phase
    leases[key] = lease
    return [changed(lease, observed: report.observed)]
  }

  mutating func end(_ id: String, _ principal: Principal) throws(Refusal) -> [Event] {
    var (key, lease) = try live(id)
    guard lease.party == principal.party else { throw .notYours }
    let edge = (max(time, lease.start) + Span.quarter - 1) / Span.quarter * Span.quarter
    guard lease.endedAt == nil, edge < lease.tradedEnd else { throw .leaseOver }
    lease.giveBack(at: edge)
    if let flexible = lease.flexible { lease.flexible?.until = boundUntil(flexible) }
    // A fund pays for what is delivered; the rest is the tenant's own from now on.
    let moved = try move(lease.takeOverShare(from: edge))
    leases[key] = lease
    return [changed(lease)] + moved
  }

  mutating func record(
    _ report: ReadingReport, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    guard principal.site == report.site else { throw .notYours }
    var events: [Event] = []
    var accepted = 0
    for reading in report.readings {
      do throws(ReadingFault) {
        guard let key = LeaseKey(reading.lease), var lease = leases[key], lease.site == report.site
        else { throw .unknownLease }
        let taken = try lease.accept(reading, at: time)
        leases[key] = lease
        accepted += 1
        events.append(.readingAccepted(taken))
      } catch {
        var refused = ReadingRefused()
        refused.fault = error.rawValue
        refused.reading = reading
        events.append(.readingRefused(refused))
      }
    }
    guard accepted > 0 else { throw .readingsRefused }
    return events
  }

  mutating func settle(_ terms: SettleTerms) throws(Refusal) -> [Event] {
    var (key, lease) = try live(terms.lease)
    guard displaced[key] == nil, time >= lease.settleTime(grace: rules.settleGrace) else {
      throw .notYetSettled
    }
    guard terms.day == lease.nextDay else { throw .wrongDay }
    guard !isDisputed(key, day: terms.day) else { throw .underDispute }
    return try charge(&lease, key, disputed: false)
  }

  func live(_ id: String) throws(Refusal) -> (LeaseKey, Lease) {
    guard let key = LeaseKey(id), let lease = leases[key] else { throw .unknownLease }
    return (key, lease)
  }

  private func changed(_ lease: Lease, observed: Observation? = nil) -> Event {
    var change = LeaseChanged()
    change.observed = observed
    change.endedAt = lease.endedAt
    change.lease = lease.id
    change.phase = lease.phase
    return .leaseChanged(change)
  }
}
