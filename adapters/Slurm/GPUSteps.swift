package import AdapterKit

/// How many GPUs over time, as runs that ascend and do not overlap; nothing outside of them. Times
/// are market ms.
package struct GPUSteps: Sendable, Hashable, Codable {
  package struct Run: Sendable, Hashable, Codable {
    package var from: Int64
    package var to: Int64
    package var gpus: Int64
  }

  package private(set) var runs: [Run] = []

  package init() {}

  /// The sum of stretches that may overlap, each with its GPUs, cut to the window.
  package init(_ stretches: [(span: Interval, gpus: Int64)], in window: Interval) {
    var edges: [(at: Int64, gpus: Int64)] = []
    for (span, gpus) in stretches where gpus != 0 {
      guard let part = span.overlap(window) else { continue }
      edges.append((part.from, gpus))
      edges.append((part.to, -gpus))
    }
    edges.sort { $0.at < $1.at }
    var level: Int64 = 0
    var since = window.from
    for edge in edges {
      add(Run(from: since, to: edge.at, gpus: level))
      level += edge.gpus
      since = max(since, edge.at)
    }
  }

  /// Adds later runs.
  package mutating func append(_ later: GPUSteps) { for run in later.runs { add(run) } }

  private mutating func add(_ run: Run) {
    guard run.to > run.from, run.gpus != 0 else { return }
    if let last = runs.last, last.to == run.from, last.gpus == run.gpus {
      runs[runs.count - 1].to = run.to
    } else {
      runs.append(run)
    }
  }

  /// What lies inside the window.
  package func cut(_ window: Interval) -> GPUSteps {
    GPUSteps(
      runs.map { (span: Interval(from: $0.from, to: $0.to), gpus: $0.gpus) }, in: window)
  }

  /// Shares out what is there at each moment: the first gets all that it is to have, then the next.
  package static func allot(
    _ available: GPUSteps, to claims: [(name: String, steps: GPUSteps)], in window: Interval
  ) -> [String: GPUSteps] {
    var edges: Set<Int64> = [window.from, window.to]
    for steps in claims.map(\.steps) + [available] {
      for run in steps.runs { edges.formUnion([run.from, run.to]) }
    }
    let times = edges.filter { window.from <= $0 && $0 <= window.to }.sorted()
    var result: [String: GPUSteps] = [:]
    for (from, to) in zip(times, times.dropFirst()) {
      var left = available.gpus(at: from)
      for (name, steps) in claims {
        let share = min(left, steps.gpus(at: from))
        left -= share
        result[name, default: GPUSteps()].add(Run(from: from, to: to, gpus: share))
      }
    }
    return result
  }

  /// GPU-ms inside the interval.
  package func sum(_ interval: Interval) -> Int64 {
    runs.reduce(0) { total, run in
      let part = Interval(from: run.from, to: run.to).overlap(interval)
      return total + (part?.length ?? 0) * run.gpus
    }
  }

  /// How many GPUs at a time.
  package func gpus(at time: Int64) -> Int64 {
    runs.first { $0.from <= time && time < $0.to }?.gpus ?? 0
  }

  package mutating func forget(before time: Int64) { runs.removeAll { $0.to < time } }
}
