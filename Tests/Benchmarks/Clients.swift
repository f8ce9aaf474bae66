import CommandLog
import Foundation
import Ledger
import LedgerStore
import Logging
import Replica

/// Clients that do one thing after the other, each waiting for its answer before the next.
struct Load {
  static let clients = 64

  let count: Int
  /// Seconds for all of it.
  let elapsed: Double
  /// Of each, ms, ascending.
  let waits: [Double]

  var rate: Double { Double(count) / elapsed }

  /// - Throws: what the first one that fails throws.
  init<Item: Sendable>(
    of items: [Item], clients: Int = Self.clients,
    _ body: @escaping @Sendable (Item) async throws -> Void
  ) async throws {
    let clock = ContinuousClock()
    let began = clock.now
    waits = try await withThrowingTaskGroup(of: [Double].self) { group in
      for client in 0..<clients {
        group.addTask {
          var own: [Double] = []
          for index in stride(from: client, to: items.count, by: clients) {
            let sent = clock.now
            try await body(items[index])
            own.append((clock.now - sent) / .milliseconds(1))
          }
          return own
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }.sorted()
    }
    elapsed = (clock.now - began) / .seconds(1)
    count = items.count
  }

  /// Commands that a replica takes. None may be refused; while trading is paused, a sender tries again, as
  /// users do, and that counts as waiting.
  init(
    of submissions: [Submission], clients: Int = Self.clients,
    by replica: @escaping @Sendable () -> Replica
  ) async throws {
    try await self.init(of: submissions, clients: clients) { submission in
      var receipt: Receipt?
      while receipt == nil {
        do {
          receipt = try await replica().submit(submission)
        } catch SubmissionError.paused, SubmissionError.unknown {
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      if let receipt, let refusal = receipt.refusal {
        throw Fault("\(receipt.kind.rawValue) was refused: \(refusal.code)")
      }
    }
  }

  /// The rates of some, and what 99 of 100 did not pass.
  static func words(_ loads: [Load]) -> String {
    let rates = loads.map { text($0.rate, 0) }.joined(separator: " ")
    let worst = loads.map { quantile($0.waits, 0.99) }.max() ?? 0
    return "\(rates)/s, p99 at most \(text(worst, 1)) ms"
  }
}

/// A load on a replica of its own, and its commits.
struct Clients {
  let load: Load
  let commits: Int64
  /// In commits alone, in seconds.
  private let busy: Double

  var perCommit: Double { Double(load.count) / Double(max(1, commits)) }
  /// Of one commit, in ms.
  var commitTime: Double { busy * 1_000 / Double(max(1, commits)) }

  /// Sends all of it to a replica of its own, which closes the file in the end. None may be refused.
  init(sending submissions: [Submission], to store: LedgerStore, at time: Int64) async throws {
    let replica = Replica(
      store: store, clock: MarketClock(start: time), principal: "leader",
      logger: Logger(label: "bench"))
    replica.begin()
    while !replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    let start = replica.status
    load = try await Load(of: submissions) { replica }
    let end = replica.status
    replica.stop()
    while replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    commits = end.commits - start.commits
    busy = Double(end.commitMicroseconds - start.commitMicroseconds) / 1e6
  }
}

extension Replica {
  /// Runs on a thread of its own until it is stopped.
  func begin() {
    let thread = Thread { [self] in
      do { try run(genesis: nil) } catch { print("the replica ended: \(error)") }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
}
