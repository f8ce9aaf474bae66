import AdapterKit

/// A centre's cluster in memory, for one agent: leases open and close, nodes fail, usage is counted.
struct SimulatedCluster {
  private struct Stretch {
    var lease: String
    var from: Int64
    var to: Int64?
    var gpus: Int64
    var end: Int64
  }

  let pool: String
  let gpus: Int64
  /// GPUs that nobody can use until then.
  var lost: Int64 = 0
  private(set) var allocations: [Allocation] = []
  private var stretches: [Stretch] = []

  init(pool: String, gpus: Int64) {
    self.pool = pool
    self.gpus = gpus
  }

  func capacity(at now: Int64) -> [PoolCapacity] {
    let from = now - now % 900_000
    return [
      PoolCapacity(
        pool: pool, chip: "h800", fabric: "ib", unit: 1, gpus: gpus, unusable: lost,
        runs: [CapacityRun(from: from, to: from + 86_400_000, gpus: gpus - lost)])
    ]
  }

  mutating func apply(
    _ order: AllocationOrder, at now: Int64
  ) -> Result<Allocation, AdapterError> {
    guard order.pool == pool, order.gpus <= gpus else {
      return .failure(.final("the pool does not have that many"))
    }
    guard order.gpus <= gpus - lost else { return .failure(.final("its nodes are down")) }
    let others = allocations.filter { $0.lease != order.lease }.reduce(0) { $0 + $1.gpus }
    guard others + order.gpus <= gpus else { return .failure(.again("GPUs are not free yet")) }
    close(order.lease, at: now)
    let made = allocations.first { $0.lease == order.lease }?.created ?? now
    let allocation = Allocation(
      lease: order.lease, pool: pool, gpus: order.gpus,
      state: order.state == .open ? .open : .prepared, users: order.users, created: made)
    allocations.removeAll { $0.lease == order.lease }
    allocations.append(allocation)
    if order.state == .open {
      stretches.append(
        Stretch(lease: order.lease, from: max(now, order.due), gpus: order.gpus, end: order.end))
    }
    return .success(allocation)
  }

  mutating func remove(_ lease: String, at now: Int64) {
    close(lease, at: now)
    allocations.removeAll { $0.lease == lease }
  }

  private mutating func close(_ lease: String, at now: Int64) {
    for index in stretches.indices where stretches[index].lease == lease {
      stretches[index].to = stretches[index].to ?? now
    }
  }

  func usage(_ interval: Interval) -> [Usage] {
    var found: [Usage] = []
    for stretch in stretches {
      let whole = Interval(from: stretch.from, to: min(stretch.to ?? .max, stretch.end))
      guard let common = whole.overlap(interval) else { continue }
      let delivered = common.length * max(0, stretch.gpus - lost)
      if let at = found.firstIndex(where: { $0.lease == stretch.lease }) {
        found[at].delivered += delivered
      } else {
        found.append(
          Usage(
            lease: stretch.lease, from: interval.from, to: interval.to, delivered: delivered,
            used: delivered / 2))
      }
    }
    return found
  }
}
