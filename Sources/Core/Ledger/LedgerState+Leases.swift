import Leases
import Market
import Units

// The life of a lease after the trade: reports, readings, giving back, settlement.
extension LedgerState {
  mutating func advance(
    _ report: LeaseReport, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    var (key, lease) = try live(report.lease)
    guard lease.site == principal.site else { throw .notYours }
    guard lease.phase.mayBecome(report.phase) else { throw .phaseNotAllowed }
    lease.phase = report.phase
    leases[key] = lease
    return [changed(lease)]
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
        try lease.accept(reading, at: time)
        leases[key] = lease
        accepted += 1
        events.append(.readingAccepted(reading))
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
    let held = lease.money.tenantHeld + lease.money.feeHeld
    var (charge, steps) = lease.settleNextDay()
    if charge.last {
      // What was not delivered of it, the centre that paid the excess need not pay either.
      let earned = Int128(lease.money.siteEarned) * 4
      let lacking = Int64(clamping: max(0, Int128(lease.money.billed) - earned))
      let back = lease.returnExcess(
        of: lacking, in: lease.money.billed, freed: held - charge.tenant - charge.fee)
      steps += back.steps(lease)
    }
    var events: [Event] = [.charged(charge)]
    events += try move(steps)
    book(charge, of: lease)
    events += passOn(charge.site, of: lease.centre, lease.siteCurrency)
    if charge.last {
      leases[key] = nil
      let others = (filled[lease.bid]?.leases ?? 1) - 1
      filled[lease.bid]?.leases = others
      if others <= 0 { filled[lease.bid] = nil }
      var change = LeaseChanged()
      change.endedAt = lease.endedAt
      change.lease = lease.id
      change.phase = lease.phase
      change.settled = true
      events.append(.leaseChanged(change))
    } else {
      leases[key] = lease
    }
    return events
  }

  private func live(_ id: String) throws(Refusal) -> (LeaseKey, Lease) {
    guard let key = LeaseKey(id), let lease = leases[key] else { throw .unknownLease }
    return (key, lease)
  }

  private func changed(_ lease: Lease) -> Event {
    var change = LeaseChanged()
    change.endedAt = lease.endedAt
    change.lease = lease.id
    change.phase = lease.phase
    return .leaseChanged(change)
  }
}
