import AdapterKit

// What the broker is told about leases.
extension Reconcile {
  mutating func planReports(at now: Int64) -> [Action] {
    var actions: [Action] = []
    for lease in memory.wanted?.leases ?? [] {
      var task = tasks[lease.lease] ?? Task()
      guard !task.reporting, now >= task.reports.notBefore,
        let state = news(of: lease, task, at: now)
      else { continue }
      task.reporting = true
      tasks[lease.lease] = task
      var access = state == .open || state == .prepared ? task.observed?.access ?? [:] : [:]
      if state == .prepared, isShut(lease) { access["waiting"] = Self.wait(lease) }
      var report = LeaseReport(
        lease: lease.lease, state: state, access: access, key: random.key())
      if state == .open || state == .closed { report.observed = memory.observed[lease.lease] }
      actions.append(.report(report))
    }
    return actions
  }

  /// The state that the broker does not know yet, nil when it knows all.
  private func news(of lease: WantedLease, _ task: Task, at now: Int64) -> LeaseReport.State? {
    let told = memory.reported[lease.lease]
    guard told != .closed, !task.acting else { return nil }
    if now >= lease.close { return isFinished(lease, task) ? .closed : nil }
    if memory.lapsed.contains(lease.lease) {
      // The tenant hears of it also where the broker knows no end like that.
      return told == .abandoned ? nil : told == .failed ? .abandoned : .failed
    }
    if task.broken != nil || task.observed?.state == .failed
      || (unknown == .refuse && isShut(lease) && now >= lease.start - rules.lead)
    {
      return told == .failed ? nil : .failed
    }
    switch task.observed?.state {
    case .prepared: return told == nil ? .prepared : nil
    case .open: return told == .open ? nil : .open
    default: return nil
    }
  }

  /// Nothing of it is left on the cluster, and every reading of it was taken.
  private func isFinished(_ lease: WantedLease, _ task: Task) -> Bool {
    hasLooked && task.observed == nil && cursor(of: lease) >= lease.close
      && !memory.outbox.contains { $0.readings.contains { $0.lease == lease.lease } }
  }

  mutating func take(reported report: LeaseReport, _ error: BrokerError?, at now: Int64) {
    guard wantedLease(report.lease) != nil else { return }
    var task = tasks[report.lease] ?? Task()
    task.reporting = false
    switch error {
    case nil:
      task.reports.succeed()
      memory.reported[report.lease] = report.state
    case .refused("round_still_closed", let detail) where report.state == .abandoned:
      task.reports = failed(task.reports, at: now)
      notes.append("lease \(report.lease) is not yet given up: \(detail)")
    case .refused(let code, let detail):
      task.reports.succeed()
      memory.reported[report.lease] = report.state
      notes.append("lease \(report.lease): \(report.state) was refused (\(code)): \(detail)")
    case .again(let reason):
      task.reports = failed(task.reports, at: now)
      notes.append("lease \(report.lease) is not yet reported \(report.state): \(reason)")
    }
    tasks[report.lease] = task
  }
}
