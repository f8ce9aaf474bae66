import AdapterKit

// Leases as limits on accounts or QOS: the only ones that write to slurmdbd.
extension SlurmSite {
  var quotaForm: QuotaForm { QuotaForm(configuration: configuration, clock: clock) }
  /// The tree is looked at again before the first write after so long, in ms of the wall.
  private static let treeGood: Int64 = 3_600

  func quotas() async throws(AdapterError) -> [StandingQuota] {
    do {
      return try await quotaReader.read()
    } catch {
      throw error.again
    }
  }

  func quotaAllocations() async throws(AdapterError) -> [Allocation] {
    let quotas = try await quotas()
    try observe(quotas)
    let now = clock.wallSeconds
    var found: [Allocation] = []
    for quota in quotas {
      guard let record = quota.record else {
        note(
          "\(configuration.leaseAs) \(quota.name) carries our prefix but is not ours: left alone")
        continue
      }
      for entry in record.entries {
        found.append(quotaForm.allocation(entry, of: quota, now: now))
        if entry.open > 0 { remindBeforeEnd(entry.lease, at: entry.end) }
      }
    }
    return found.sorted { $0.lease < $1.lease }
  }

  func applyQuota(_ order: AllocationOrder) async throws(AdapterError) -> Allocation {
    let form = quotaForm
    let nodes = try await read { reader async throws(SlurmError) in try await reader.nodes() }
    guard let pool = pools(in: nodes).first(where: { $0.pool.name == order.pool }), pool.unit > 0
    else { throw .final("pool \(order.pool) has no nodes with GPUs; see pools: in agent.yaml") }
    return try await lock.hold(waiting: Self.lockPatience) { () async throws(AdapterError) in
      let before = try await self.quotas()
      let now = self.clock.wallSeconds
      let name = form.name(tenant: order.tenant, pool: order.pool)
      let standing = before.first { $0.name == name }
      try await self.shutIfUnlimited(standing, pool)
      let changes = try form.plan(
        order, pool: pool, cpus: self.configuration.cpusPerGPU, standing: before, now: now)
      try self.remember(order)
      try self.observe(before)
      if !changes.isEmpty { try await self.trustTree() }
      for change in changes { try await self.make(change) }
      let after = changes.isEmpty ? before : try await self.quotas()
      try self.observe(after)
      guard let quota = after.first(where: { $0.name == name }),
        let entry = quota.record?.entries.first(where: { $0.lease == order.lease })
      else {
        throw .again("\(form.kind) \(name) does not have lease \(order.lease) after it was set")
      }
      let was = standing?.record?.entries.first { $0.lease == order.lease }?.open ?? 0
      if was > entry.open { await self.endExcess(of: quota, atOnce: entry.open == 0) }
      if entry.open > 0 { self.remindBeforeEnd(order.lease, at: entry.end) }
      return form.allocation(entry, of: quota, now: self.clock.wallSeconds)
    }
  }

  func removeQuota(_ lease: String) async throws(AdapterError) {
    let form = quotaForm
    try await lock.hold(waiting: Self.lockPatience) { () async throws(AdapterError) in
      let before = try await self.quotas()
      try self.observe(before)
      for quota in before {
        guard let change = form.removal(of: lease, from: quota, now: self.clock.wallSeconds) else {
          continue
        }
        try await self.trustTree()
        try await self.make(change)
        let after = try await self.quotas()
        try self.observe(after)
        guard let left = after.first(where: { $0.name == quota.name }) else { continue }
        if left.record?.entries.contains(where: { $0.lease == lease }) ?? false {
          throw .again("\(form.kind) \(quota.name) still has lease \(lease) after it was taken out")
        }
        await self.endExcess(of: left, atOnce: true)
      }
    }
  }

  /// An account whose QOS was deleted by hand has no limit at all: nobody may submit until it is
  /// there again.
  private func shutIfUnlimited(
    _ quota: StandingQuota?, _ pool: PoolNodes
  ) async throws(AdapterError) {
    guard configuration.leaseAs == .qos, let quota, !quota.tenant.isEmpty, quota.record == nil
    else { return }
    for user in quota.users.filter(\.value).keys.sorted() {
      try await make(ClusterChange(["part", quota.name, user, pool.pool.partition]))
    }
    throw .again(
      "QOS \(quota.name) is not there any more, so account \(quota.name) had no limit: its users are"
        + " shut out. Delete the account: `sacctmgr delete account \(quota.name)`")
  }

  /// Before the first write of an hour: a tree with something wrong in it is not written to.
  func trustTree() async throws(AdapterError) {
    let now = clock.wallSeconds
    if let checked = treeChecked, now - checked < Self.treeGood { return }
    let all = try await read { reader async throws(SlurmError) in try await reader.associations() }
    let anomalies = AssociationTree.anomalies(all)
    guard anomalies.isEmpty else {
      throw .again(
        "nothing is written to slurmdbd: its tree of associations is damaged"
          + " (\(anomalies.joined(separator: "; "))). Repair it before anybody deletes an account:"
          + " back up the database, stop all who write, see adapters/Slurm/README.md")
    }
    treeChecked = now
  }

  /// Takes jobs back to the limit, the youngest first: at once, or told now and cancelled after the
  /// notice.
  func endExcess(of quota: StandingQuota, atOnce: Bool) async {
    if atOnce {
      await send("CANCEL", toExcessOf: quota.name, limit: quota.limit)
      return
    }
    await send(configuration.jobSignal.name, toExcessOf: quota.name, limit: quota.limit)
    remindOfOverstay(quota.name) { await $0.send("CANCEL", toExcessOf: quota.name) }
  }

  /// Without a limit that was just read it is read again.
  private func send(_ signal: String, toExcessOf name: String, limit known: Int64? = nil) async {
    guard let queue = try? await reader.queue() else { return }
    var limit = known
    if limit == nil {
      guard let quotas = try? await quotas() else { return }
      limit = quotas.first { $0.name == name }?.limit
    }
    let most = limit ?? 0
    var held: Int64 = 0
    var excess: [QueuedJob] = []
    let jobs = queue.filter { $0.account == name && ($0.isOnNodes || $0.isPending) }
    for job in jobs.sorted(by: { ($0.start ?? .max, $0.id) < ($1.start ?? .max, $1.id) }) {
      if job.isPending {
        if most == 0 { excess.append(job) }
      } else if held + job.gpus > most || most == 0 {
        excess.append(job)
      } else {
        held += job.gpus
      }
    }
    guard !excess.isEmpty else { return }
    do throws(SlurmError) {
      try await writer.make(ClusterChange(["signal", signal] + excess.map { "\($0.id)" }))
    } catch {
      note("\(name): jobs over its limit were not sent \(signal): \(error)")
    }
  }
}
