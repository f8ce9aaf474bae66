/// One look at a cluster: what a lease is planned from. Times are the wall's, in seconds.
package struct ClusterView: Sendable {
  package var now: Int64
  package var nodes: [String: ClusterNode]
  package var reservations: [ClusterReservation]
  /// What the controller knows of jobs; only looked up when it matters.
  package var jobs: [QueuedJob]

  package init(
    now: Int64, nodes: [ClusterNode], reservations: [ClusterReservation], jobs: [QueuedJob] = []
  ) {
    self.now = now
    self.nodes = Dictionary(nodes.map { ($0.name, $0) }) { first, _ in first }
    self.reservations = reservations
    self.jobs = jobs
  }

  /// True when a job may start there now, as far as the node goes.
  package func isUsable(_ node: String) -> Bool { nodes[node]?.isUsable ?? false }

  package func reservation(_ name: String) -> ClusterReservation? {
    reservations.first { $0.name == name }
  }
}

/// The nodes of one pool, in the order of its hostlist, else by name. They are alike: those that
/// have not as many GPUs as most are left out.
package struct PoolNodes: Sendable, Hashable {
  package var pool: SlurmConfiguration.Pool
  package var names: [String]
  /// GPUs of one node.
  package var unit: Int64
  /// What the settings name and the pool does not have, each with the reason.
  package var leftOut: [LeftOut] = []

  package struct LeftOut: Sendable, Hashable {
    package var name: String
    package var why: String
  }

  package init(pool: SlurmConfiguration.Pool, names: [String], unit: Int64) {
    self.pool = pool
    self.names = names
    self.unit = unit
  }

  /// Those nodes of the pool's partition that its hostlist names.
  package init(_ pool: SlurmConfiguration.Pool, in nodes: [ClusterNode]) {
    self.pool = pool
    var inside: [String: Int64] = [:]
    for node in nodes where node.partitions.contains(pool.partition) {
      inside[node.name] = node.gpus
    }
    let named = pool.nodes.map { Hostlist.names($0) } ?? inside.keys.sorted()
    var counts: [Int64: Int] = [:]
    for gpus in named.compactMap({ inside[$0] }) where gpus > 0 { counts[gpus, default: 0] += 1 }
    unit = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
    names = []
    for name in named {
      switch inside[name] {
      case unit where unit > 0: names.append(name)
      case nil: leftOut.append(LeftOut(name: name, why: "not in partition \(pool.partition)"))
      case let gpus?: leftOut.append(LeftOut(name: name, why: "\(gpus) GPUs, most have \(unit)"))
      }
    }
  }

  package var gpus: Int64 { Int64(names.count) * unit }
}
