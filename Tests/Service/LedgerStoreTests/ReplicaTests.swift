import CommandLog
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Replica
import Testing
import Units

/// The replica with its thread.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct ReplicaTests {
  /// A replica that runs on a thread of its own.
  final class Running: Sendable {
    let replica: Replica
    private let ended = DispatchSemaphore(value: 0)

    init(_ file: LedgerFile, scale: Int64 = 1, start: Int64) throws {
      let store = try LedgerStore(path: file.path)
      replica = Replica(
        store: store, clock: MarketClock(scale: scale, start: start), principal: "leader",
        logger: LedgerFile.silent)
      let thread = Thread { [replica, ended] in
        try? replica.run(genesis: nil)
        ended.signal()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }

    func waitUntilServing() async throws {
      while !replica.status.serving { try await Task.sleep(for: .milliseconds(2)) }
    }

    func stop() {
      replica.stop()
      #expect(ended.wait(timeout: .now() + 300) == .success, "the replica does not end")
    }
  }

  static let start = Script.whole.end.time + Span.hour
  private static let trader =
    Script.whole.end.principals.values.first { $0.party == "alpha" }?.id ?? "nobody"

  static func bid(_ number: Int) -> Submission {
    let from = start + 2 * Span.hour
    let text = String(number, radix: 16)
    return Submission(
      id: "f" + String(repeating: "0", count: 31 - text.count) + text, by: trader,
      role: .trader,
      command: .placeBid(
        .block(1, quarters: 1, limit: 100, from: from, until: from + 6 * Span.hour)))
  }

  @Test("Sixty-four at once all get their own receipts, many of them by one commit")
  func groupCommit() async throws {
    let file = try LedgerFile.written()
    let running = try Running(file, start: Self.start)
    try await running.waitUntilServing()
    let before = running.replica.status
    let (clients, each) = (64, 12)
    let receipts = try await withThrowingTaskGroup(of: [Receipt].self) { group in
      for client in 0..<clients {
        group.addTask {
          var receipts: [Receipt] = []
          for index in 0..<each {
            receipts.append(try await running.replica.submit(Self.bid(client * each + index)))
          }
          return receipts
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let after = running.replica.status
    #expect(receipts.count == clients * each)
    #expect(Set(receipts.map(\.position)).count == receipts.count)
    #expect(receipts.allSatisfy { $0.refusal == nil && !$0.replayed })
    #expect(after.commands - before.commands >= Int64(receipts.count))
    #expect((after.commits - before.commits) * 5 < Int64(receipts.count))

    let again = try await running.replica.submit(Self.bid(7))
    #expect(again.replayed)
    #expect(receipts.contains { $0.position == again.position })
    running.stop()
    #expect(try LedgerVerifier.verify(path: file.path).ok)
  }

  @Test("A kind of a later version enters the log only after two persons have switched to that")
  func laterKinds() async throws {
    let file = try LedgerFile.written()
    let running = try Running(file, start: Self.start)
    try await running.waitUntilServing()
    func send(_ number: Int, _ by: String, _ command: Command) async throws -> Receipt {
      var submission = Self.bid(0xa000 + number)
      (submission.by, submission.role, submission.command) = (by, .platform, command)
      return try await running.replica.submit(submission)
    }
    let before = running.replica.status.position
    await #expect {
      _ = try await send(0, "maker", .freezeMarket(MarketFreezeTerms()))
    } throws: { error in
      guard case .unfit(let why)? = error as? SubmissionError else { return false }
      return why.contains("sampan broker activate 2")
    }
    // Seals may have come meanwhile, but no such entry.
    let entries = try running.replica.store.entries(from: before, limit: 100)
    #expect(!entries.contains { String(decoding: $0.1, as: UTF8.self).contains("freeze-market") })
    let proposal = try await send(1, "maker", .activate(Numbered(2)))
    let approval = try await send(2, "checker", .approve(Numbered(proposal.position)))
    #expect(proposal.refusal == nil && approval.refusal == nil)
    #expect(try await send(3, "maker", .freezeMarket(MarketFreezeTerms())).refusal == nil)
    let status = running.replica.status
    #expect(status.version == 2 && status.freeze?.by == "maker")
    running.stop()
    #expect(try LedgerVerifier.verify(path: file.path).ok)
  }

  @Test("The same command sent by many at once is one entry")
  func sameCommand() async throws {
    let file = try LedgerFile.written()
    let running = try Running(file, start: Self.start)
    try await running.waitUntilServing()
    let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
      for _ in 0..<32 { group.addTask { try await running.replica.submit(Self.bid(1)) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(receipts.map(\.position)).count == 1)
    #expect(receipts.filter { !$0.replayed }.count == 1)
    running.stop()
  }

  @Test("A market on a fast clock closes rounds, clears and seals; its file holds in every respect")
  func fastClock() async throws {
    let file = try LedgerFile.written()
    let running = try Running(file, scale: 4_000, start: Self.start)
    try await running.waitUntilServing()
    let first = running.replica.status.round
    var number = 0
    while running.replica.status.round < first + 8 {
      _ = try await running.replica.submit(Self.bid(number))
      number += 1
      if number.isMultiple(of: 20) { try await Task.sleep(for: .milliseconds(50)) }
    }
    try await Task.sleep(for: .milliseconds(1_100))
    running.stop()
    let report = try LedgerVerifier.verify(path: file.path)
    #expect(report.ok, "\(report.checks.filter { !$0.ok })")
    // And again after a restart right behind the last entry.
    let next = try Running(file, scale: 4_000, start: Self.start + 100 * Span.day)
    try await next.waitUntilServing()
    try await Task.sleep(for: .milliseconds(1_500))
    next.stop()
    #expect(try LedgerVerifier.verify(path: file.path).ok)
  }

  @Test("Who waits when a replica stops is answered; what was acknowledged is in the file")
  func stopping() async throws {
    let file = try LedgerFile.written()
    let running = try Running(file, start: Self.start)
    try await running.waitUntilServing()
    let results = await withTaskGroup(of: (Int, Receipt?).self) { group in
      for number in 0..<1_500 {
        group.addTask { (number, try? await running.replica.submit(Self.bid(number))) }
        if number.isMultiple(of: 10) {
          group.addTask {
            _ = try? await running.replica.read { $0.position }
            return (-1, nil)
          }
        }
      }
      group.addTask {
        _ = await running.replica.change(after: .max - 1, timeout: .seconds(600))
        return (-1, nil)
      }
      group.addTask {
        try? await Task.sleep(for: .milliseconds(15))
        running.replica.stop()
        return (-1, nil)
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    running.stop()
    await #expect(throws: SubmissionError.self) {
      try await running.replica.submit(Self.bid(9_999))
    }
    await #expect(throws: SubmissionError.self) {
      try await running.replica.read { $0.position }
    }
    let acknowledged = results.filter { $0.1 != nil }
    try file.open { core in
      for (number, receipt) in acknowledged {
        let again = try core.commit([Self.bid(number)], clock: core.state.time)[0].get()
        #expect(again.replayed)
        #expect(again.position == receipt?.position)
      }
    }
  }

  @Test("A commit that fails ends the replica: nothing of its batch is acknowledged or kept")
  func failedCommit() async throws {
    let file = try LedgerFile.written()
    let last = Int64(Script.whole.entries.count) + 40
    let disk = LocalCommandLog.path(of: file.path)
    try LocalCommandLog(path: disk).close()
    let bench = try Workbench(path: disk)
    try bench.run(
      """
      CREATE TRIGGER broken_disk BEFORE INSERT ON batches WHEN NEW.next > \(last + 1)
      BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END
      """)
    try bench.close()
    let running = try Running(file, start: Self.start)
    try await running.waitUntilServing()
    var acknowledged: [Int: Int64] = [:]
    for number in 0..<60 {
      guard let receipt = try? await running.replica.submit(Self.bid(number)) else { break }
      acknowledged[number] = receipt.position
    }
    #expect(acknowledged.count < 60)
    await #expect(throws: SubmissionError.self) { try await running.replica.submit(Self.bid(100)) }
    running.stop()
    #expect(!running.replica.status.serving)

    try file.open { core in
      #expect(core.state.book.bids.count == acknowledged.count)
      for (number, position) in acknowledged {
        let again = try core.commit([Self.bid(number)], clock: core.state.time)[0].get()
        #expect(again.position == position && again.replayed)
      }
    }
    #expect(try LedgerVerifier.verify(path: file.path).ok)
  }

  @Test("A reader sees what was acknowledged, and is woken by a later position")
  func reading() async throws {
    let file = try LedgerFile.written()
    let running = try Running(file, start: Self.start)
    try await running.waitUntilServing()
    let receipt = try await running.replica.submit(Self.bid(1))
    let seen = try await running.replica.read { $0.book.bids.contains(receipt.position) }
    #expect(seen)
    let position = running.replica.status.position
    async let woken = running.replica.change(after: position, timeout: .seconds(60))
    _ = try await running.replica.submit(Self.bid(2))
    #expect(await woken > position)
    let idle = ContinuousClock.now
    _ = await running.replica.change(after: position + 1_000, timeout: .milliseconds(50))
    #expect(ContinuousClock.now - idle < .seconds(30))
    running.stop()
  }
}
