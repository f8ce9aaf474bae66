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

/// The nodes of one pool, in the order of its hostlist, else by name.
package struct PoolNodes: Sendable, Hashable {
  package var pool: SlurmConfiguration.Pool
  package var names: [String]
  /// GPUs of one node; the least, should nodes differ.
  package var unit: Int64

  package init(pool: SlurmConfiguration.Pool, names: [String], unit: Int64) {
    self.pool = pool
    self.names = names
    self.unit = unit
  }

  /// Those nodes of the pool's partition that its hostlist names.
  package init(_ pool: SlurmConfiguration.Pool, in nodes: [ClusterNode]) {
    let inside = nodes.filter { $0.partitions.contains(pool.partition) }
    let names = inside.map(\.name).sorted()
    if let list = pool.nodes {
      let known = Set(names)
      self.names = Hostlist.names(list).filter { known.contains($0) }
    } else {
      self.names = names
    }
    self.pool = pool
    let own = Set(self.names)
    unit = inside.filter { own.contains($0.name) }.map(\.gpus).min() ?? 0
  }

  package var gpus: Int64 { Int64(names.count) * unit }
}
