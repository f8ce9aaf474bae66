package import AdapterKit

// What would be done, as the commands that a person could run; and what is left when a site leaves.
extension SlurmSite {
  package func plan(_ order: AllocationOrder) async throws(AdapterError) -> [String] {
    if let fault = order.fault { throw .final("order \(order.lease): \(fault)") }
    switch configuration.leaseAs {
    case .reservation:
      return try await planned(order).1.changes.map { writer.line($0) }
    case .account, .qos:
      let nodes = try await read { reader async throws(SlurmError) in try await reader.nodes() }
      guard let pool = pools(in: nodes).first(where: { $0.pool.name == order.pool }) else {
        throw .final("this site has no pool \(order.pool); see pools: in agent.yaml")
      }
      let form = quotaForm
      let changes = try form.plan(
        order, pool: pool, cpus: configuration.cpusPerGPU, standing: try await quotas(),
        now: clock.wallSeconds)
      return changes.map { writer.line($0) }
    }
  }

  package func plan(removing lease: String) async throws(AdapterError) -> [String] {
    switch configuration.leaseAs {
    case .reservation:
      let view = try await view(withJobs: false)
      let name = reservationForm.name(of: lease)
      guard let standing = view.reservation(name), standing.end > view.now else { return [] }
      return removal(of: standing).map { writer.line($0) }
    case .account, .qos:
      let form = quotaForm
      return try await quotas().compactMap {
        form.removal(of: lease, from: $0, now: clock.wallSeconds)
      }.map { writer.line($0) }
    }
  }

  package func remains() async throws(AdapterError) -> [String] {
    let view = try await view(withJobs: false)
    var left = view.reservations.filter { $0.name.hasPrefix(configuration.prefix) }.map {
      "reservation \($0.name) on \($0.nodes.joined(separator: " "))"
    }
    guard configuration.leaseAs != .reservation else { return left.sorted() }
    for quota in try await quotas() {
      left.append("account \(quota.name) of \(quota.tenant): \(quota.limit ?? 0) GPUs")
    }
    let qos = try await read { reader async throws(SlurmError) in try await reader.qos() }
    left += qos.filter { $0.name.hasPrefix(configuration.prefix) }.map { "QOS \($0.name)" }
    return left.sorted()
  }

  /// Accounts that we made, then their QOS: the other way round an account would be without a limit
  /// for a moment. Accounts whose description is not ours stay.
  package func clear() async throws(AdapterError) {
    guard configuration.leaseAs != .reservation else { return }
    try await lock.hold(waiting: Self.lockPatience) { () async throws(AdapterError) in
      let standing = try await self.quotas().filter { !$0.tenant.isEmpty }
      if standing.contains(where: { $0.record?.entries.isEmpty == false }) {
        throw .again("there are leases yet; they go first")
      }
      try await self.trustTree()
      for quota in standing { try await self.drop(quota) }
      let qos = try await self.read { reader async throws(SlurmError) in try await reader.qos() }
      for one in qos where standing.contains(where: { $0.name == one.name }) {
        try await self.make(ClusterChange(["drop", "qos", one.name]))
      }
    }
  }

  /// sacctmgr deletes no account whose jobs are still ending, and its exit status does not tell: only
  /// a look does.
  func drop(_ quota: StandingQuota) async throws(AdapterError) {
    for attempt in 0..<8 {
      try await make(ClusterChange(["stop", quota.name]))
      var failure: AdapterError?
      do throws(AdapterError) {
        try await make(ClusterChange(["drop", "account", quota.name]))
      } catch {
        failure = error
      }
      if !(try await quotas().contains { $0.name == quota.name }) { return }
      if attempt == 7 {
        throw failure ?? .again("account \(quota.name) stands yet: its jobs are ending")
      }
      try? await Task.sleep(for: .milliseconds(100 << min(attempt, 4)))
    }
  }
}
