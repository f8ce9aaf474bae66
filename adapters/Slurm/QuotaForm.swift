import AdapterKit

/// What stands in one account or QOS of ours: the leases of one tenant in one pool. The text of its
/// description is the record, so that the cluster itself knows what its limits are made of:
/// `8 l-1/4/4/1795299209/1795306409`, CPUs for each GPU and `lease/open/size/start/end`.
package struct QuotaRecord: Sendable, Hashable {
  package struct Entry: Sendable, Hashable {
    package var lease: String
    /// GPUs that the gate lets through now, 0 while it is closed.
    package var open: Int64
    package var size: Int64
    /// Seconds of the wall.
    package var start: Int64
    package var end: Int64

    package init(lease: String, open: Int64, size: Int64, start: Int64, end: Int64) {
      self.lease = lease
      self.open = open
      self.size = size
      self.start = start
      self.end = end
    }

    var word: String { "\(lease)/\(open)/\(size)/\(start)/\(end)" }

    init?(_ word: Substring) {
      let parts = word.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 5, Identifier.isValid(String(parts[0])), let open = Int64(parts[1]),
        let size = Int64(parts[2]), let start = Int64(parts[3]), let end = Int64(parts[4])
      else { return nil }
      self.init(lease: String(parts[0]), open: open, size: size, start: start, end: end)
    }
  }

  package var cpus: Int64
  /// By lease, ascending.
  package var entries: [Entry]

  package init(cpus: Int64, entries: [Entry] = []) {
    self.cpus = cpus
    self.entries = entries.sorted { $0.lease < $1.lease }
  }

  /// Nil for a text that is not one of ours.
  package init?(reading text: String) {
    let words = text.split(separator: " ")
    guard let first = words.first, let cpus = Int64(first) else { return nil }
    var entries: [Entry] = []
    for word in words.dropFirst() {
      guard let entry = Entry(word) else { return nil }
      entries.append(entry)
    }
    self.init(cpus: cpus, entries: entries)
  }

  package var text: String { words.joined(separator: " ") }
  var words: [String] { ["\(cpus)"] + entries.map(\.word) }

  /// What the limit is to be.
  package func open(at now: Int64) -> Int64 {
    entries.reduce(0) { $0 + ($1.end > now ? $1.open : 0) }
  }

  package mutating func set(_ entry: Entry) {
    entries.removeAll { $0.lease == entry.lease }
    entries.append(entry)
    entries.sort { $0.lease < $1.lease }
  }
}

/// An account, or a QOS, as it stands on the cluster.
struct StandingQuota: Sendable, Hashable {
  var name: String
  var tenant: String
  var pool: String
  /// Nil when the description is not one of ours.
  var record: QuotaRecord?
  /// The limits as slurmdbd has them: GPUs, and whether anybody may submit.
  var limit: Int64?
  var admits: Bool
  /// Users by name, and whether each may submit.
  var users: [String: Bool]
}

/// A lease as a share of the limit on its tenant's account (or on the QOS of that account): parts of
/// nodes, several leases of one tenant add up. Accounts are made once and kept.
struct QuotaForm: Sendable {
  let configuration: SlurmConfiguration
  let clock: SlurmClock

  var kind: String { configuration.leaseAs.rawValue }

  /// One a tenant and pool.
  func name(tenant: String, pool: String) -> String {
    "\(configuration.prefix)\(tenant).\(pool)"
  }

  /// What is to be done so that the order holds.
  func plan(
    _ order: AllocationOrder, pool: PoolNodes, cpus: Int64, standing: [StandingQuota], now: Int64
  ) throws(AdapterError) -> [ClusterChange] {
    let name = name(tenant: order.tenant, pool: order.pool)
    guard order.gpus <= pool.gpus else {
      throw .final("pool \(order.pool) has \(pool.gpus) GPUs, \(order.gpus) were asked for")
    }
    guard !order.exclusive else {
      throw .final(
        "lease \(order.lease) wants whole nodes for itself, which leaseAs: \(kind) cannot promise;"
          + " leaseAs: reservation can")
    }
    let span = (from: clock.seconds(at: order.start), to: clock.seconds(at: order.end))
    guard span.to > now else { throw .final("lease \(order.lease) ended \(now - span.to) s ago") }
    if order.state == .open, order.users.isEmpty {
      throw .again(
        "lease \(order.lease): nobody is named who may use it; see people: in agent.yaml")
    }
    if let elsewhere = standing.first(where: { quota in
      quota.name != name && quota.record?.entries.contains { $0.lease == order.lease } ?? false
    }) {
      throw .final("lease \(order.lease) stands in \(elsewhere.name) already")
    }
    var changes: [ClusterChange] = []
    let quota = standing.first { $0.name == name }
    if let quota {
      guard quota.tenant == order.tenant, quota.pool == order.pool, quota.record != nil else {
        throw .final(
          "\(kind) \(name) exists already and is not ours (it is not described as ours): rename it,"
            + " or set another prefix")
      }
    } else {
      if configuration.leaseAs == .qos {
        changes.append(ClusterChange(["make", "qos", name, order.tenant, order.pool]))
      }
      changes.append(
        ClusterChange(
          ["make", "account", name, order.tenant, order.pool]
            + (configuration.leaseAs == .qos ? [name] : [])))
    }
    var record = quota?.record ?? QuotaRecord(cpus: cpus)
    let before = record
    record.cpus = cpus
    record.entries.removeAll { $0.end <= now && $0.lease != order.lease }
    let size = order.gpus
    record.set(
      QuotaRecord.Entry(
        lease: order.lease, open: order.state == .open ? size : 0, size: size, start: span.from,
        end: span.to))
    let others = pool.gpus - record.open(at: now)
    guard others >= 0 else {
      throw .again("pool \(order.pool): leases in it would be \(-others) GPUs over what it has")
    }
    // Already while the gate is closed, so that opening it is one change.
    let joining = order.users.filter { quota?.users[$0] != true }.map {
      ClusterChange(["join", name, $0, pool.pool.partition])
    }
    if order.state == .open { changes += joining }
    let open = record.open(at: now)
    let holds = quota?.limit == open && quota?.admits == (open > 0)
    if record != before || !holds || quota == nil {
      changes.append(ClusterChange(["quota", kind, name] + record.words))
    }
    return changes + (order.state == .open ? parting(order, name, quota, pool) : joining)
  }

  /// Users who are in the account but not among those of the order. With several leases of a tenant
  /// the people are the same.
  private func parting(
    _ order: AllocationOrder, _ name: String, _ quota: StandingQuota?, _ pool: PoolNodes
  ) -> [ClusterChange] {
    guard let quota else { return [] }
    return quota.users.filter { $0.value && !order.users.contains($0.key) }.keys.sorted().map {
      ClusterChange(["part", name, $0, pool.pool.partition])
    }
  }

  /// What is to be done so that the lease is gone; the account stays, without limits to use.
  func removal(of lease: String, from quota: StandingQuota, now: Int64) -> ClusterChange? {
    guard var record = quota.record, record.entries.contains(where: { $0.lease == lease }) else {
      return nil
    }
    record.entries.removeAll { $0.lease == lease || $0.end <= now }
    return ClusterChange(["quota", kind, quota.name] + record.words)
  }

  func allocation(_ entry: QuotaRecord.Entry, of quota: StandingQuota, now: Int64) -> Allocation {
    let partition = configuration.pools.first { $0.name == quota.pool }?.partition ?? quota.pool
    let expected = quota.record?.open(at: now) ?? 0
    let isOpen = entry.open > 0 && entry.end > now
    let users = quota.users.filter(\.value).keys.sorted()
    var allocation = Allocation(
      lease: entry.lease, pool: quota.pool, gpus: entry.size, state: isOpen ? .open : .prepared,
      access: AccessFacts(configuration).facts(
        lease: entry.lease, account: quota.name, partition: partition, reservation: nil,
        users: isOpen ? users : []), users: isOpen ? users : nil)
    if isOpen, quota.limit != expected || !quota.admits {
      allocation.state = .prepared
      allocation.note =
        "\(kind) \(quota.name): the limit is \(quota.limit.map { "\($0)" } ?? "missing"),"
        + " not \(expected): somebody changed it"
    }
    return allocation
  }
}
