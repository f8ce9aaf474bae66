import AdapterKit

// Metering of limits. Slurm keeps no history of a limit, so what was seen of each gate is written
// down: before it is lowered, after it was raised, and at every look.
extension SlurmSite {
  /// Notes how the gates stand, all or those of the only account that was looked at. A gate that
  /// nobody has noted counts from this look on.
  func observe(_ quotas: [StandingQuota], only name: String? = nil) throws(AdapterError) {
    let now = clock.now()
    let second = clock.wallSeconds
    let form = quotaForm
    var open: [String: (gpus: Int64, quota: StandingQuota)] = [:]
    for quota in quotas where name == nil || quota.name == name {
      for entry in quota.record?.entries ?? [] {
        let stands = form.allocation(entry, of: quota, now: second).state == .open
        open[entry.lease] = (stands ? entry.open : 0, quota)
        if records[entry.lease] == nil {
          var record = LeaseRecord(lease: entry.lease, pool: quota.pool, settled: now)
          record.start = clock.market(atSecond: entry.start)
          record.end = clock.market(atSecond: entry.end)
          records[entry.lease] = record
        }
      }
    }
    for var record in records.values where record.isLive || open[record.lease] != nil {
      if let name, open[record.lease] == nil, record.account != name { continue }
      let before = record
      let seen = open[record.lease]
      record.account = seen?.quota.name ?? record.account
      record.see(seen?.gpus ?? 0, at: now)
      guard record != before else { continue }
      try book.write(record)
      records[record.lease] = record
    }
  }

  func settleQuotas(_ asked: Interval) async throws(AdapterError) {
    try observe(try await quotas())
    let until = asked.to
    let pending = unsettled(before: until)
    guard let first = pending.map(\.settled).min() else { return }
    let span = (from: clock.seconds(at: first), to: clock.seconds(at: until) + 1)
    let window = Interval(from: first, to: until)
    let (metering, nodes) = try await metering(from: span.from, to: span.to)
    let accounts = Set(pending.compactMap(\.account)).sorted()
    var runs: [AccountingJob] = []
    if !accounts.isEmpty {
      runs = try await jobs(AccountingQuestion(from: span.from, to: span.to, accounts: accounts))
    }
    var delivered: [String: GPUSteps] = [:]
    for pool in pools(in: nodes) {
      let inPool = records.values.filter { $0.pool == pool.pool.name }
      let usable = metering.usable(pool.names, from: span.from, to: span.to, in: window)
      delivered.merge(GPUSteps.allot(usable, to: Self.claims(inPool), in: window)) { $1 }
    }
    var used: [String: GPUSteps] = [:]
    for account in accounts {
      let held = metering.used(
        runs.filter { $0.account == account }, until: clock.wallSeconds, in: window)
      let leases = records.values.filter { $0.account == account }
      used.merge(Self.shares(of: held, among: leases, in: window)) { $1 }
    }
    try settle(
      pending.map { record in
        var record = record
        let own = Interval(from: record.settled, to: until)
        record.delivered.append((delivered[record.lease] ?? GPUSteps()).cut(own))
        record.used.append((used[record.lease] ?? GPUSteps()).cut(own))
        record.settled = until
        return record
      })
  }

  /// What the jobs of one account held, by lease: each up to its gate, and what was more than all
  /// gates (a job began before its limit was read back, or outstays a smaller one) by the oldest
  /// lease of that time.
  private static func shares(
    of held: GPUSteps, among leases: [LeaseRecord], in window: Interval
  ) -> [String: GPUSteps] {
    let claims = claims(leases)
    let rest = claims.map { claim in
      let record = leases.first { $0.lease == claim.name }
      let whole = Interval(from: record?.start ?? .min, to: record?.end ?? .max)
      return (name: "+" + claim.name, steps: GPUSteps([(span: whole, gpus: .max)], in: whole))
    }
    let found = GPUSteps.allot(held, to: claims + rest, in: window)
    return Dictionary(
      claims.map { claim in
        let runs = [claim.name, "+" + claim.name].flatMap { found[$0]?.runs ?? [] }
        return (
          claim.name,
          GPUSteps(
            runs.map { (span: Interval(from: $0.from, to: $0.to), gpus: $0.gpus) }, in: window)
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// What each lease was open for, the older first: when there is not enough for all, the younger
  /// go without.
  private static func claims(_ records: [LeaseRecord]) -> [(name: String, steps: GPUSteps)] {
    records.sorted { ($0.start ?? 0, $0.lease) < ($1.start ?? 0, $1.lease) }.map { record in
      let whole = Interval(from: record.start ?? .min, to: record.end ?? .max)
      return (
        record.lease,
        GPUSteps(
          record.gates.map { (span: Interval(from: $0.from, to: $0.to), gpus: $0.gpus) }, in: whole)
      )
    }
  }
}
