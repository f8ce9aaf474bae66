import AdapterKit

/// Turns what Slurm remembers into GPUs over time, for one lease and one window. Nothing here looks
/// at a clock or a cluster.
struct Metering: Sendable {
  let clock: SlurmClock
  /// GPUs of each node.
  let gpus: [String: Int64]
  /// When nodes were down or drained.
  let events: [NodeEvent]

  private func span(_ from: Int64, _ to: Int64) -> Interval {
    Interval(from: clock.market(atSecond: from), to: clock.market(atSecond: to))
  }

  /// What a reservation gave its tenant: every node of it while the gate was open, less the time
  /// in which that node was not usable. Nested events of one node count once.
  func delivered(_ pasts: [ReservationPast], in window: Interval) -> GPUSteps {
    var stretches: [(span: Interval, gpus: Int64)] = []
    for past in pasts where past.to > past.from {
      for node in past.nodes {
        let count = gpus[node] ?? 0
        for part in usable(node, from: past.from, to: past.to) {
          stretches.append((span(part.from, part.to), count))
        }
      }
    }
    return GPUSteps(stretches, in: window)
  }

  /// How many GPUs of these nodes were usable over time.
  func usable(_ nodes: [String], from: Int64, to: Int64, in window: Interval) -> GPUSteps {
    GPUSteps(
      nodes.flatMap { node in
        usable(node, from: from, to: to).map {
          (span: span($0.from, $0.to), gpus: gpus[node] ?? 0)
        }
      }, in: window)
  }

  /// The parts of a time in which a node was neither down nor drained, in seconds.
  func usable(_ node: String, from: Int64, to: Int64) -> [(from: Int64, to: Int64)] {
    var parts: [(from: Int64, to: Int64)] = []
    var since = from
    for event in events.filter({ $0.node == node }).sorted(by: { $0.start < $1.start }) {
      let end = event.end ?? Int64.max
      guard event.start < to, end > since else { continue }
      if event.start > since { parts.append((since, event.start)) }
      since = max(since, end)
      if since >= to { break }
    }
    if since < to { parts.append((since, to)) }
    return parts
  }

  /// What jobs held. One run of a job counts once, however often it was listed.
  func used(_ jobs: [AccountingJob], until now: Int64, in window: Interval) -> GPUSteps {
    var seen: Set<[Int64]> = []
    var stretches: [(span: Interval, gpus: Int64)] = []
    for job in jobs {
      guard let start = job.start, job.gpus > 0, seen.insert([job.id, start]).inserted else {
        continue
      }
      stretches.append((span(start, max(start, job.end ?? now)), job.gpus))
    }
    return GPUSteps(stretches, in: window)
  }
}
