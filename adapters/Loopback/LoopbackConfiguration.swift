import AdapterKit

/// What a loopback site has, and where it keeps its state.
package struct LoopbackConfiguration: Sendable {
  /// What stands for a lease.
  package enum Processes: String, Sendable, CaseIterable {
    /// One real local process per open lease, at most `LoopbackConfiguration.mostProcesses`.
    case each
    /// Nothing but a line in the state folder.
    case none
  }

  /// Every day between these minutes of the market's day (+08:00) only so many GPUs are free.
  package struct Daily: Sendable {
    package var fromMinute: Int64
    package var toMinute: Int64
    package var gpus: Int64

    package init(fromMinute: Int64, toMinute: Int64, gpus: Int64) {
      self.fromMinute = fromMinute
      self.toMinute = toMinute
      self.gpus = gpus
    }
  }

  package struct Pool: Sendable {
    package var pool: String
    package var chip: String
    package var fabric: String
    package var unit: Int64
    package var gpus: Int64
    /// Where two of them overlap the smaller number holds.
    package var daily: [Daily]

    package init(
      pool: String, chip: String, fabric: String, unit: Int64, gpus: Int64, daily: [Daily] = []
    ) {
      self.pool = pool
      self.chip = chip
      self.fabric = fabric
      self.unit = unit
      self.gpus = gpus
      self.daily = daily
    }
  }

  /// Beyond so many processes a lease runs without one, and its note says so.
  package static let mostProcesses = 64

  /// One file per lease; made when it is missing, 0700.
  package var directory: String
  package var pools: [Pool]
  package var processes: Processes
  /// An order that comes at most so many market ms after it was due counts as on time. On a scaled
  /// market clock a few ms of this machine are minutes of the market; a real clock needs none.
  package var slack: Int64
  /// How far ahead the capacity is told, in days.
  package var horizonDays: Int64

  package init(
    directory: String, pools: [Pool], processes: Processes = .each, slack: Int64 = 0,
    horizonDays: Int64 = 366
  ) {
    self.directory = directory
    self.pools = pools
    self.processes = processes
    self.slack = slack
    self.horizonDays = horizonDays
  }
}

extension LoopbackConfiguration.Pool {
  private static let minute: Int64 = 60_000
  private static let day: Int64 = 86_400_000
  private static let zone: Int64 = 8 * 3_600_000

  /// Free GPUs from this quarter hour on, for so many days, runs of equal number joined.
  func runs(from now: Int64, days: Int64) -> [CapacityRun] {
    let begin = now - now % 900_000
    guard days > 0, gpus > 0 else { return [] }
    guard !daily.isEmpty else {
      return [CapacityRun(from: begin, to: begin + days * Self.day, gpus: gpus)]
    }
    var edges: Set<Int64> = [0]
    for entry in daily { edges.formUnion([entry.fromMinute, entry.toMinute]) }
    let minutes = edges.filter { (0..<1_440).contains($0) }.sorted()
    var runs: [CapacityRun] = []
    let midnight = begin - (begin + Self.zone) % Self.day
    for index in 0...days {
      for (place, minute) in minutes.enumerated() {
        let next = place + 1 < minutes.count ? minutes[place + 1] : 1_440
        let from = max(begin, midnight + index * Self.day + minute * Self.minute)
        let to = midnight + index * Self.day + next * Self.minute
        guard to > from else { continue }
        let free = gpus(atMinute: minute)
        if let last = runs.last, last.gpus == free, last.to == from {
          runs[runs.count - 1].to = to
        } else {
          runs.append(CapacityRun(from: from, to: to, gpus: free))
        }
      }
    }
    return runs.filter { $0.gpus > 0 }
  }

  private func gpus(atMinute minute: Int64) -> Int64 {
    daily.filter { $0.covers(minute) }.map(\.gpus).min().map { min($0, gpus) } ?? gpus
  }
}

extension LoopbackConfiguration.Daily {
  /// A stretch from 22:00 to 08:00 goes over midnight.
  fileprivate func covers(_ minute: Int64) -> Bool {
    fromMinute <= toMinute
      ? (fromMinute..<toMinute).contains(minute) : minute >= fromMinute || minute < toMinute
  }
}
