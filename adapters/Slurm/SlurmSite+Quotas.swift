import AdapterKit

// Leases as limits on accounts or QOS: the only ones that write to slurmdbd.
extension SlurmSite {
  var quotaForm: QuotaForm { QuotaForm(configuration: configuration, clock: clock) }
  /// The tree is looked at again before the first write after so long, in ms of the wall.
  private static let treeGood: Int64 = 3_600

  func quotas() async throws(AdapterError) -> [StandingQuota] {
    let mark = quotaWrites
    do {
      let quotas = try await quotaReader.read()
      if mark == quotaWrites { lastQuotas = quotas }
      return quotas
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
      let name = form.name(tenant: order.tenant, pool: order.pool)
      let before = try await self.look(at: name)
      let now = self.clock.wallSeconds
      let standing = before.quotas.first { $0.name == name }
      try await self.shutIfUnlimited(standing, pool)
      let changes = try form.plan(
        order, pool: pool, cpus: self.configuration.cpusPerGPU, standing: before.quotas,
        now: now)
      try self.remember(order)
      try self.observe(before.quotas, only: before.only)
      if !changes.isEmpty { try await self.trustTree() }
      let after = try await self.make(changes, on: standing, before: before)
      try self.observe(after.quotas, only: after.only)
      guard let quota = after.quotas.first(where: { $0.name == name }),
        let entry = quota.record?.entries.first(where: { $0.lease == order.lease })
      else {
        throw .again("\(form.kind) \(name) does not have lease \(order.lease) after it was set")
      }
      let was = standing?.record?.entries.first { $0.lease == order.lease }?.open ?? 0
      if was > entry.open {
        await self.endExcess(of: quota, after: order.lease, atOnce: entry.open == 0)
      }
      if entry.open > 0 {
        self.remindBeforeEnd(order.lease, at: entry.end, isOpening: was == 0)
      }
      return form.allocation(entry, of: quota, now: self.clock.wallSeconds)
    }
  }

  func removeQuota(_ lease: String) async throws(AdapterError) {
    let form = quotaForm
    try await lock.hold(waiting: Self.lockPatience) { () async throws(AdapterError) in
      let known = self.lastQuotas?.first { quota in
        quota.record?.entries.contains { $0.lease == lease } ?? false
      }
      let before = try await self.look(at: known?.name)
      try self.observe(before.quotas, only: before.only)
      for quota in before.quotas {
        guard let change = form.removal(of: lease, from: quota, now: self.clock.wallSeconds) else {
          continue
        }
        try await self.trustTree()
        let after = try await self.make([change], on: quota, before: before)
        try self.observe(after.quotas, only: after.only)
        guard let left = after.quotas.first(where: { $0.name == quota.name }) else { continue }
        if left.record?.entries.contains(where: { $0.lease == lease }) ?? false {
          throw .again("\(form.kind) \(quota.name) still has lease \(lease) after it was taken out")
        }
        await self.endExcess(of: left, after: lease, atOnce: true)
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
  func endExcess(of quota: StandingQuota, after lease: String, atOnce: Bool) async {
    if atOnce {
      _ = await send("CANCEL", toExcessOf: quota.name, limit: quota.limit)
      return
    }
    _ = await send(configuration.jobSignal.name, toExcessOf: quota.name, limit: quota.limit)
    remindOfOverstay(lease)
  }

  /// Without a limit that was just read it is read again. False when it was not done.
  func send(_ signal: String, toExcessOf name: String, limit known: Int64? = nil) async -> Bool {
    guard let queue = try? await reader.queue() else { return false }
    var limit = known
    if limit == nil {
      guard let quotas = try? await quotas() else { return false }
      limit = quotas.first { $0.name == name }?.limit
    }
    let most = limit ?? 0
    var held: Int64 = 0
    var excess: [QueuedJob] = []
    let jobs = queue.filter { $0.account == name && ($0.isOnNodes || $0.isPending) }
    for job in jobs.sorted(by: { ($0.start ?? .max, $0.id) < ($1.start ?? .max, $1.id) }) {
      if job.isPending {
        if most == 0, signal == "CANCEL" { excess.append(job) }
      } else if held + job.gpus > most || most == 0 {
        excess.append(job)
      } else {
        held += job.gpus
      }
    }
    return await send(signal, to: excess, of: name)
  }
}
