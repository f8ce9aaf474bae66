package import Replica
import ServiceLifecycle

/// How far another replica's clock is ahead of this one's, ms, and by how much that may be wrong.
package struct ClockOffset: Sendable, Equatable {
  package var ahead: Int64
  package var error: Int64

  /// - Parameters:
  ///   - clock: what the other said.
  ///   - asked: this clock before the question.
  ///   - heard: this clock after the answer.
  package init(clock: Int64, asked: Int64, heard: Int64) {
    ahead = clock - (asked + heard) / 2
    error = (heard - asked + 1) / 2
  }
}

/// Compares the clock of this machine with those of the other replicas: one that most of them contradict does
/// not lead. Two that contradict each other prove nothing, so trading goes on while only one other answers.
package struct ClockWatch: Service {
  /// What is no drift yet, ms.
  package static let tolerance: Int64 = 100
  private static let every: Duration = .seconds(10)

  private let replica: Replica
  private let watch: PeerWatch

  package init(replica: Replica, watch: PeerWatch) {
    self.replica = replica
    self.watch = watch
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        replica.judgeClock(drift: Self.drift(await watch.clocks(), replicas: watch.count + 1))
        try? await Task.sleep(for: Self.every)
      }
    }
  }

  /// How far this clock is ahead of most, ms; nil unless more than half of all replicas say for certain that
  /// it is on the same side of theirs by more than the tolerance.
  package static func drift(_ others: [ClockOffset], replicas: Int) -> Int64? {
    let ahead = others.filter { $0.ahead - $0.error > tolerance }
    let behind = others.filter { $0.ahead + $0.error < -tolerance }
    for side in [ahead, behind] where side.count * 2 > replicas {
      let found = side.map(\.ahead).sorted()
      return -found[found.count / 2]
    }
    return nil
  }
}
