import CommandLog
import Foundation
import Ledger
import LedgerStore
import Logging
import Replica

/// Clients that send commands to a running replica, each waiting for its answer before the next.
struct Clients {
  static let count = 64

  /// How long the replica took for them, in seconds.
  private(set) var elapsed = 0.0
  private(set) var sent = 0
  private(set) var commits: Int64 = 0
  /// In commits alone, in seconds.
  private(set) var busy = 0.0

  var rate: Double { Double(sent) / elapsed }
  var perCommit: Double { Double(sent) / Double(max(1, commits)) }
  /// Of one commit, in ms.
  var commitTime: Double { busy * 1_000 / Double(max(1, commits)) }

  /// Sends all of it to a replica of its own, which closes the file in the end. None may be refused.
  init(sending submissions: [Submission], to store: LedgerStore, at time: Int64) async throws {
    let replica = Replica(
      store: store, clock: MarketClock(start: time), principal: "leader",
      logger: Logger(label: "bench"))
    let thread = Thread {
      do { try replica.run(genesis: nil) } catch { print("the replica ended: \(error)") }
    }
    thread.stackSize = 8 << 20
    thread.start()
    while !replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    let start = replica.status
    let clock = ContinuousClock()
    let began = clock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 0..<Self.count {
        group.addTask {
          for index in stride(from: client, to: submissions.count, by: Self.count) {
            let receipt = try await replica.submit(submissions[index])
            if let refusal = receipt.refusal {
              throw Fault("\(receipt.kind.rawValue) was refused: \(refusal.code)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let took = (clock.now - began).components
    let end = replica.status
    replica.stop()
    while replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    sent = submissions.count
    elapsed = Double(took.seconds) + Double(took.attoseconds) / 1e18
    commits = end.commits - start.commits
    busy = Double(end.commitMicroseconds - start.commitMicroseconds) / 1e6
  }
}
