import BrokerAPI
import Leases
import Ledger
import LedgerStore
import Market
import Replica
import Units

// What a site's agent asks and reports.
extension Broker {
  /// The whole set of leases, at once or as soon as it has changed.
  func wanted(_ call: Call) async throws -> Answer {
    let site = try await ownSite(call).id
    let until = ContinuousClock.now + .seconds(call.arguments.integer("wait") ?? 0)
    if let after = call.arguments.position("after")?.value {
      var seen = position
      while try await store.wantedPosition(site: site) <= after, !feed.isStopped {
        let left = until - ContinuousClock.now
        guard left > .zero else { break }
        await feed.wait(after: seen, atMost: left)
        // Entries come in bursts; one look a quarter of a second is soon enough.
        try await Task.sleep(for: min(.milliseconds(250), max(.zero, left)))
        seen = position
      }
    }
    let wanted = try await store.wanted(site: site, now: now)
    let body = Wire.Wanted(
      position: Position(clamping: wanted.position), clock: clock,
      leases: wanted.leases.map(\.wanted),
      tenants: wanted.traders.map { tenant, members in
        Wire.LeaseTenant(
          tenant: tenant, members: Array(members.prefix(Wire.LeaseTenant.mostMembers)))
      })
    return .json(body.json())
  }

  func reportLease(_ call: Call) async throws -> Answer {
    let body: Wire.ReportLease = try call.body()
    let row = try await lease(call)
    var report = LeaseReport()
    report.lease = row.lease.id
    report.phase = body.state.core
    // Older rules have no word for it.
    if replica.status.version >= 5, let seen = body.observed {
      var observed = Observation()
      observed.nodes = seen.nodes
      observed.others = seen.others
      observed.wiped = seen.wiped.map { $0 ? .yes : .no }
      report.observed = observed
    }
    let receipt = try await submit(.reportLease(report), call) { _ in
      "It is \(row.phase.rawValue) already."
    }
    let isOver = body.state == .closed || body.state == .failed
    if let access = isOver ? [:] : body.access {
      try await store.aside { [directory] in
        try directory.set(.access, row.lease.id, access)
      }
    }
    return accepted(receipt)
  }

  func reportReadings(_ call: Call) async throws -> Answer {
    let body: Wire.ReportReadings = try call.body()
    var report = ReadingReport()
    report.site = try await ownSite(call).id
    report.readings = body.readings.map { item in
      var reading = Reading()
      reading.lease = item.lease
      reading.from = item.from.milliseconds
      reading.to = item.to.milliseconds
      reading.delivered = item.delivered.milliseconds
      reading.used = item.used.milliseconds
      return reading
    }
    return accepted(try await submit(.recordReadings(report), call))
  }
}
