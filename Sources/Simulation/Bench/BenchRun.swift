import Foundation
package import Placement
import Synchronization

/// One run of the engine on one instance of the benchmark, with clocks beside it.
package struct BenchRun: Sendable {
  /// How long to search; whichever is reached first.
  package struct Budget: Sendable {
    /// CPU seconds of each trajectory, preparing included; nil: no limit.
    package var seconds: Double?
    /// Iterations of each trajectory; nil: no limit.
    package var iterations: Int64?
    /// Searches side by side, a thread each.
    package var trajectories = 1
    /// The seed: the round's number.
    package var seed: Int64 = 1

    package init() {}
  }

  /// What was known at a moment.
  package struct Moment: Sendable {
    package var trajectory: Int
    package var cpuSeconds: Double
    package var iterations: Int64
    package var welfare: Int64
    package var bound: Int64
  }

  package var clearing = Clearing()
  /// Of the trajectory that won: the most welfare, then the lowest number.
  package var trajectory = 0
  package var iterations: Int64 = 0
  /// Of all trajectories.
  package var totalIterations: Int64 = 0
  /// Of all threads together.
  package var cpuSeconds = 0.0
  package var wallSeconds = 0.0
  package var moments: [Moment] = []

  /// How far below the bound the welfare is at most, in percent of the welfare.
  package var gapPercent: Double {
    clearing.welfare > 0
      ? 100 * Double(clearing.bound - clearing.welfare) / Double(clearing.welfare)
      : clearing.bound > 0 ? .infinity : 0
  }

  /// Runs the trajectories; nil when the instance is out of the engine's bounds.
  package init?(_ instance: Instance, _ budget: Budget) {
    let start = (cpu: BenchClock.process(), wall: BenchClock.wall())
    var instance = instance
    instance.round = budget.seed
    let frozen = instance
    let results = Mutex<[Int: Part]>([:])
    DispatchQueue.concurrentPerform(iterations: max(1, budget.trajectories)) { index in
      let part = Part(frozen, index, budget)
      results.withLock { $0[index] = part }
    }
    let parts = results.withLock { parts in parts.sorted { $0.key < $1.key } }
    guard let first = parts.first?.value, first.clearing != nil else { return nil }
    for (index, part) in parts {
      moments += part.moments
      totalIterations += part.iterations
      guard let found = part.clearing else { return nil }
      if index == 0 || found.welfare > clearing.welfare {
        clearing = found
        trajectory = index
        iterations = part.iterations
      }
    }
    cpuSeconds = BenchClock.process() - start.cpu
    wallSeconds = BenchClock.wall() - start.wall
  }

  /// What one trajectory came to.
  private struct Part: Sendable {
    var clearing: Clearing?
    var iterations: Int64 = 0
    var moments: [Moment] = []

    init(_ instance: Instance, _ index: Int, _ budget: Budget) {
      let start = BenchClock.thread()
      guard var search = BenchSearch(instance, index: Int64(index)) else { return }
      let seconds = budget.seconds ?? .infinity
      let most = budget.iterations ?? .max
      // Up to so many steps are looked at: enough for a plot, few enough not to cost time.
      let target = min(0.25, seconds / 64)
      var slice = budget.seconds == nil ? max(1, most / 64) : 1
      var now = BenchClock.thread() - start
      note(search, index, now)
      while now < seconds && iterations < most {
        let step = min(slice, most - iterations)
        search.step(step)
        iterations += step
        let after = BenchClock.thread() - start
        note(search, index, after)
        if budget.seconds != nil {
          let spent = max(1e-6, after - now)
          let wanted = min(target, max(0, seconds - after))
          slice = max(1, min(4 * step, Int64(Double(step) * wanted / spent)))
        }
        now = after
      }
      clearing = search.clearing()
    }

    private mutating func note(_ search: BenchSearch, _ index: Int, _ seconds: Double) {
      moments.append(
        Moment(
          trajectory: index, cpuSeconds: seconds, iterations: iterations, welfare: search.welfare,
          bound: search.bound))
    }
  }
}

/// Clocks and the high-water mark of memory.
package enum BenchClock {
  /// CPU seconds of this process.
  package static func process() -> Double { read(CLOCK_PROCESS_CPUTIME_ID) }
  static func thread() -> Double { read(CLOCK_THREAD_CPUTIME_ID) }
  /// Seconds of a clock that never steps.
  package static func wall() -> Double { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The most memory that this process has had, bytes.
  package static func peakBytes() -> Int64 {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int64(usage.ru_maxrss) * 1_024
  }
}
