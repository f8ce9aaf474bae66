import Dispatch
package import Market
package import Placement
import Synchronization

/// Clears a frozen round with one thread a trajectory. How many cores there are decides how long it
/// takes, not what comes out.
package enum Solver {
  /// The clearing of a frozen round, as its leader makes it.
  package static func clear(_ frozen: FrozenRound) -> Clearing {
    guard let preparation = Preparation(frozen.instance) else { return Clearing() }
    let found = Mutex<[Found]>([])
    DispatchQueue.concurrentPerform(iterations: Int(Rules.trajectories)) { index in
      let result = Trajectory.found(
        preparation, index: Int64(index), iterations: frozen.iterations)
      found.withLock { $0.append(result) }
    }
    return Engine.clearing(preparation, found.withLock { $0 })
  }
}
