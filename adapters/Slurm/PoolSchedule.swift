package import AdapterKit

/// What of one pool may be leased when, out of what the cluster says.
///
/// A GPU is not for lease while its node is down or drained (which nobody knows the end of), inside
/// somebody else's reservation, and while a job that is not a tenant's holds it, until that job's
/// time limit. With `respectQueue` the centre's own waiting jobs come first: each is given the first
/// place where it fits, and that is kept. What our leases hold stays for lease: it is theirs.
///
/// Where a lease is a reservation, only nodes without any such job count, and wholly; else GPUs.
package struct PoolSchedule: Sendable {
  /// What a lease of ours has been promised, so that no waiting job is given it.
  package struct Holding: Sendable, Hashable {
    package var gpus: Int64
    /// Seconds since 1970 UTC.
    package var from: Int64
    package var to: Int64

    package init(gpus: Int64, from: Int64, to: Int64) {
      self.gpus = gpus
      self.from = from
      self.to = to
    }
  }

  /// What the cluster said, all of it at about one time.
  package struct Cluster: Sendable {
    package var nodes: [ClusterNode]
    package var partitions: [ClusterPartition]
    package var reservations: [ClusterReservation]
    package var queue: [QueuedJob]

    package init(
      nodes: [ClusterNode], partitions: [ClusterPartition], reservations: [ClusterReservation],
      queue: [QueuedJob]
    ) {
      self.nodes = nodes
      self.partitions = partitions
      self.reservations = reservations
      self.queue = queue
    }
  }

  let pool: SlurmConfiguration.Pool
  let isWhole: Bool
  let prefix: String
  let cluster: Cluster
  /// From now to the horizon, in seconds since 1970 UTC.
  let start: Int64
  let end: Int64
  /// The nodes that count: in the partition, named by the pool, with `unit` GPUs.
  package let nodes: [ClusterNode]
  /// Nodes that the pool names and that do not count, each with the reason.
  package let leftOut: [PoolNodes.LeftOut]
  /// GPUs of one node.
  package let unit: Int64

  package init(
    _ pool: SlurmConfiguration.Pool, of configuration: SlurmConfiguration, cluster: Cluster,
    from start: Int64, to end: Int64
  ) {
    self.pool = pool
    isWhole = configuration.leaseAs == .reservation
    prefix = configuration.prefix
    self.cluster = cluster
    self.start = start
    self.end = max(end, start + 1)
    let own = PoolNodes(pool, in: cluster.nodes)
    let names = Set(own.names)
    unit = max(1, own.unit)
    nodes = cluster.nodes.filter { names.contains($0.name) }
    leftOut = own.leftOut
  }

  /// All GPUs of the pool.
  package var gpus: Int64 { Int64(nodes.count) * unit }

  /// Of these, what nobody can use now.
  package var unusable: Int64 {
    if !isOpen { return gpus }
    let windows = windows
    return Int64(
      nodes.filter { node in
        !node.isUsable
          || (windows[node.name] ?? []).contains { $0.isMaintenance && $0.contains(start) }
      }.count) * unit
  }

  /// Whether jobs start in the partition at all.
  private var isOpen: Bool {
    cluster.partitions.contains { $0.name == pool.partition && $0.state == "UP" }
  }

  /// What may be leased over time; `holdings` are our leases.
  func schedule(_ holdings: [Holding]) -> StepFunction {
    guard isOpen else { return StepFunction(0, from: start, to: end) }
    let windows = windows
    let jobs = jobsByNode
    let perNode = nodes.map { node in
      free(node, windows: windows[node.name] ?? [], jobs: jobs[node.name] ?? [])
    }
    var all = StepFunction.sum(perNode, from: start, to: end)
    guard pool.respectQueue else { return all }
    var spare = all
    for holding in holdings {
      spare.subtract(holding.gpus, from: holding.from, to: holding.to)
    }
    for place in kept(from: &spare) {
      all.subtract(place.gpus, from: place.from, to: place.to)
    }
    return all
  }

  /// The same for the agent: market time, whole nodes where leases are whole nodes.
  package func capacity(_ holdings: [Holding], clock: SlurmClock) -> PoolCapacity {
    let schedule = schedule(holdings)
    var runs: [CapacityRun] = []
    for piece in schedule.pieces(from: start, to: end) {
      let gpus = isWhole ? piece.value - piece.value % unit : piece.value
      let from = piece.from == start ? clock.now() : clock.market(atSecond: piece.from)
      let to = clock.market(atSecond: piece.to)
      guard gpus > 0, to > from else { continue }
      if let last = runs.last, last.to == from, last.gpus == gpus {
        runs[runs.count - 1].to = to
      } else {
        runs.append(CapacityRun(from: from, to: to, gpus: gpus))
      }
    }
    return PoolCapacity(
      pool: pool.name, chip: pool.chip, fabric: pool.fabric, unit: unit, gpus: gpus,
      unusable: unusable, runs: runs)
  }

  /// Our reservations in this pool: what leases hold where a lease is a reservation.
  package var reservedHoldings: [Holding] {
    let names = Set(nodes.map(\.name))
    return cluster.reservations.filter { $0.name.hasPrefix(prefix) }.map { reservation in
      let count = Int64(reservation.nodes.filter { names.contains($0) }.count)
      return Holding(gpus: count * unit, from: reservation.start, to: reservation.end)
    }
  }

  // MARK: One node

  struct Window: Sendable {
    var from: Int64
    var to: Int64
    var isMaintenance: Bool

    func contains(_ time: Int64) -> Bool { from <= time && time < to }
  }

  private func free(_ node: ClusterNode, windows: [Window], jobs: [QueuedJob]) -> StepFunction {
    var result = StepFunction(node.isBroken ? 0 : unit, from: start, to: end)
    for window in windows { result.subtract(unit, from: window.from, to: window.to) }
    for job in jobs {
      let held = job.gpusByNode[node.name] ?? job.gpus
      result.subtract(isWhole ? unit : min(held, unit), from: start, to: until(job))
    }
    return result
  }

  /// When a job gives its nodes back at the latest. One that is over its time is about to go; one
  /// that is suspended still has its time before it.
  private func until(_ job: QueuedJob) -> Int64 {
    if job.state == "COMPLETING" { return start + 60 }
    guard let limit = job.timeLimit, let jobEnd = job.end else { return end }
    return max(job.state == "SUSPENDED" ? start.addingClamped(limit) : jobEnd, start + 60)
  }

  private var jobsByNode: [String: [QueuedJob]] {
    var result: [String: [QueuedJob]] = [:]
    for job in cluster.queue where job.isOnNodes && !isOurs(job) {
      for node in job.nodes { result[node, default: []].append(job) }
    }
    return result
  }

  /// True for a tenant's job inside a lease.
  func isOurs(_ job: QueuedJob) -> Bool {
    job.reservation?.hasPrefix(prefix) == true || job.account.hasPrefix(prefix)
      || job.qos.hasPrefix(prefix)
  }

  /// Everybody else's reservations by node. Those that come again every day or week do so up to the
  /// horizon; on weekdays, on weekends and every hour count as every day and always, which is never
  /// too little.
  private var windows: [String: [Window]] {
    var result: [String: [Window]] = [:]
    for reservation in cluster.reservations where !reservation.name.hasPrefix(prefix) {
      let isMaintenance = reservation.flags.contains("MAINT")
      for (from, to) in times(of: reservation) {
        let window = Window(from: from, to: to, isMaintenance: isMaintenance)
        for node in reservation.nodes { result[node, default: []].append(window) }
      }
    }
    return result
  }

  private static let year: Int64 = 360 * 86_400

  private func times(of reservation: ClusterReservation) -> [(Int64, Int64)] {
    let length = reservation.end - reservation.start
    // "Without end" is a year in Slurm, and made longer for as long as it stands.
    if length >= Self.year || reservation.flags.contains("HOURLY") {
      return [(reservation.start, end)]
    }
    let period: Int64
    if !reservation.flags.isDisjoint(with: ["DAILY", "WEEKDAY", "WEEKEND"]) {
      period = 86_400
    } else if reservation.flags.contains("WEEKLY") {
      period = 7 * 86_400
    } else {
      return [(reservation.start, reservation.end)]
    }
    return stride(from: reservation.start, to: end, by: Int64.Stride(period)).map {
      ($0, $0 + length)
    }
  }
}
