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
    guard let preparation = Preparation(instance) else { return nil }
    let spent = BenchClock.process() - start.cpu
    let results = Mutex<[Int: Part]>([:])
    DispatchQueue.concurrentPerform(iterations: max(1, budget.trajectories)) { index in
      let part = Part(preparation, index, budget, spent)
      results.withLock { $0[index] = part }
    }
    let parts = results.withLock { parts in parts.sorted { $0.key < $1.key }.map(\.value) }
    for part in parts {
      moments += part.moments
      totalIterations += part.found.iterations
    }
    guard let best = Found.best(parts.map(\.found)) else { return nil }
    trajectory = Int(best.index)
    iterations = best.iterations
    // By the clock the proof gets what time is left.
    let effort = budget.seconds.map { seconds in
      let left = max(0, seconds - (BenchClock.process() - start.cpu) / Double(parts.count))
      return Int64(left * BenchRun.kept(of: seconds, bids: preparation.bids).pace)
    }
    clearing = Engine.clearing(preparation, [best], effort: effort)
    cpuSeconds = BenchClock.process() - start.cpu
    wallSeconds = BenchClock.wall() - start.wall
  }

  /// What one trajectory came to.
  private struct Part: Sendable {
    var found: Found
    var moments: [Moment] = []

    /// - Parameter spent: CPU seconds of the preparation.
    init(_ preparation: Preparation, _ index: Int, _ budget: Budget, _ spent: Double) {
      let start = BenchClock.thread() - spent
      let most = budget.iterations ?? .max
      // Until the pace is known the end of a search by the clock is far away.
      var search = Trajectory(
        preparation, index: Int64(index), total: budget.iterations ?? 1 << 40)
      let bound = preparation.bound
      func moment(_ now: Double, _ iterations: Int64, _ welfare: Int64) -> Moment {
        Moment(
          trajectory: index, cpuSeconds: now, iterations: iterations, welfare: welfare,
          bound: bound)
      }
      // A part of the time is kept for the last pass, the prices and the proof.
      let seconds =
        budget.seconds.map { $0 - BenchRun.kept(of: $0, bids: preparation.bids).seconds }
        ?? .infinity
      // Up to so many slices are looked at: enough for a plot, few enough not to cost time.
      let target = min(0.25, seconds / 64)
      var slice = budget.seconds == nil ? max(1, most / 64) : 64
      let first = BenchClock.thread() - start
      var now = first
      moments.append(moment(now, 0, search.welfare))
      while now < seconds && search.iterations < most {
        let before = search.iterations
        search.step(min(slice, most - before))
        let made = search.iterations - before
        let after = BenchClock.thread() - start
        moments.append(moment(after, search.iterations, search.welfare))
        if made == 0 { break }
        if budget.seconds != nil {
          let pace = max(1e-9, (after - first) / Double(search.iterations))
          let rest = max(0, seconds - after)
          slice = max(1, Int64(min(target, rest) / pace))
          search.expect(min(most, search.iterations + Int64(rest / pace)))
        }
        now = after
      }
      found = search.found()
    }
  }

  /// CPU seconds for the last pass, prices and proof, of so many in all, and the effort of a proof
  /// (`ProofBuilder`) that fits into one; 0: no proof. The smaller the round, the more there is to
  /// prove and the less to find.
  private static func kept(of seconds: Double, bids: Int) -> (seconds: Double, pace: Double) {
    switch bids {
    case ...200: (min(0.75 * seconds, 2), 420e6)
    case ...2_000: (min(0.38 * seconds, 2), 280e6)
    case ...ProofBuilder.largest where seconds >= 5: (min(0.45 * seconds, 8), 280e6)
    default: (min(0.12 * seconds, 0.3), 0)
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
