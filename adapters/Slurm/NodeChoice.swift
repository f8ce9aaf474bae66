/// Which nodes a lease of whole nodes shall have. What it has it keeps as long as those are sound;
/// what it gives up is idle first; what it gets is free for the whole lease.
package struct NodeChoice: Sendable, Hashable {
  /// In the pool's order.
  package var nodes: [String]
  /// How many sound nodes are lacking.
  package var missing: Int
  /// Jobs of our own leases that stand on nodes which those leases have given up: only when these
  /// end does the lease get all that it should.
  package var overstaying: [Int64]

  /// - Parameters:
  ///   - held: what the lease has now.
  ///   - count: how many nodes it should have.
  ///   - span: from when to when, in seconds of the wall.
  package init(
    _ view: ClusterView, pool: PoolNodes, name: String, held: [String], count: Int,
    span: (from: Int64, to: Int64), prefix: String
  ) {
    let order = Dictionary(uniqueKeysWithValues: pool.names.enumerated().map { ($1, $0) })
    func inOrder(_ names: [String]) -> [String] {
      names.sorted { (order[$0] ?? .max, $0) < (order[$1] ?? .max, $1) }
    }
    let own = view.jobs.filter { $0.isOnNodes && $0.reservation == name }
    let working = Set(own.flatMap(\.nodes))
    let sound = inOrder(held.filter { order[$0] != nil && view.isUsable($0) })
    let byWork = sound.filter { working.contains($0) } + sound.filter { !working.contains($0) }
    var chosen = Array(byWork.prefix(count))
    overstaying = []
    if chosen.count < count {
      let from = max(span.from, view.now)
      let barred = Self.barred(view, name: name, from: from, to: span.to)
      let busy = Self.busy(view, name: name, after: from, prefix: prefix)
      let open = pool.names.filter { node in
        !chosen.contains(node) && view.isUsable(node) && !barred.contains(node)
          && !busy.foreign.contains(node)
      }
      let idle = open.filter { busy.ours[$0] == nil }
      chosen += idle.prefix(count - chosen.count)
      for node in open where chosen.count < count && !chosen.contains(node) {
        chosen.append(node)
        overstaying += busy.ours[node] ?? []
      }
    }
    missing = max(0, count - chosen.count)
    overstaying = Set(overstaying).sorted()
    nodes = inOrder(chosen)
  }

  /// Nodes that another reservation holds at any time of the span.
  private static func barred(
    _ view: ClusterView, name: String, from: Int64, to: Int64
  ) -> Set<String> {
    var result: Set<String> = []
    for other in view.reservations where other.name != name && other.end > view.now {
      let repeats = !other.flags.isDisjoint(with: [
        "HOURLY", "DAILY", "WEEKLY", "WEEKDAY", "WEEKEND",
      ])
      if repeats || (other.start < to && other.end > from) { result.formUnion(other.nodes) }
    }
    return result
  }

  /// Nodes with jobs that run beyond a time: the centre's own, and those that overstay a lease.
  private static func busy(
    _ view: ClusterView, name: String, after: Int64, prefix: String
  ) -> (foreign: Set<String>, ours: [String: [Int64]]) {
    var foreign: Set<String> = []
    var ours: [String: [Int64]] = [:]
    for job in view.jobs where job.isOnNodes && job.reservation != name {
      if let end = job.end, end <= after { continue }
      let isOurs = job.reservation?.hasPrefix(prefix) ?? false
      for node in job.nodes {
        if isOurs { ours[node, default: []].append(job.id) } else { foreign.insert(node) }
      }
    }
    return (foreign, ours)
  }
}
