import CommandLog
import Foundation
import Ledger
import LedgerFixture
import Logging
import Replica
import Units

/// How many bids a second a replica accepts, each durable before it is answered.
struct AcceptBench {
  static let clients = 64
  static let commands = 20_000

  static func run(_ scratch: Scratch) async throws -> [Figure] {
    let path = scratch.file("accept.sqlite")
    var house = try House(path: path, seed: 7)
    try house.commit(house.offers(generation: 1, hours: 72))
    let bids = (0..<commands).map { _ in house.bid(from: Exchange.monday + Span.hour, hours: 48) }
    let before = try scratch.writeTimes(count: 400)

    let replica = Replica(
      store: house.store, clock: MarketClock(start: house.time), principal: "leader",
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
      for client in 0..<clients {
        group.addTask {
          for index in stride(from: client, to: commands, by: clients) {
            let receipt = try await replica.submit(bids[index])
            if let refusal = receipt.refusal { throw Fault("a bid was refused: \(refusal.code)") }
          }
        }
      }
      try await group.waitForAll()
    }
    let took = clock.now - began
    let end = replica.status
    replica.stop()
    while replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    scratch.discard(path)

    let after = try scratch.writeTimes(count: 400)
    let writes = (before + after).sorted()
    let elapsed = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    let rate = Double(commands) / elapsed
    let commits = end.commits - start.commits
    let perCommit = Double(commands) / Double(max(1, commits))
    let busy = Double(end.commitMicroseconds - start.commitMicroseconds) / 1_000
    return [
      Figure(
        name: "accept, durable", target: ">= 20 a commit or >= 5000/s",
        measured: "\(text(perCommit, 1)) a commit, \(text(rate, 0))/s",
        met: perCommit >= 20 || rate >= 5_000,
        detail: "\(commands) bids by \(clients) clients, \(commits) commits of "
          + "\(text(busy / Double(max(1, commits)), 2)) ms; fdatasync of 4 KiB on this disk: "
          + "p50 \(text(quantile(writes, 0.5), 2)) ms, p99 \(text(quantile(writes, 0.99), 2)) ms")
    ]
  }
}
