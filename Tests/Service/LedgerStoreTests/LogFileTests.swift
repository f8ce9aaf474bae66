import CommandLog
import Foundation
import GRDB
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Replica
import Testing
import Units

/// The log beside the ledger file, and the file that follows it.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct LogFileTests {
  /// Starts a replica, which takes from the log what the file lacks, and stops it.
  static func run(_ file: LedgerFile) async throws {
    let replica = Replica(
      store: try LedgerStore(path: file.path), clock: MarketClock(start: ReplicaTests.start),
      principal: "leader", logger: LedgerFile.silent)
    let serving = Task {
      while !replica.status.serving { try await Task.sleep(for: .milliseconds(2)) }
      replica.stop()
    }
    defer { serving.cancel() }
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try replica.run(genesis: nil) }) }
    }
  }

  /// Puts entries into the log beside a file, as if a replica had.
  private func fill(_ file: LedgerFile, _ entries: [(position: Int64, bytes: [UInt8])]) async throws
  {
    guard let first = entries.first?.position else { return }
    let log = try LocalCommandLog(path: LocalCommandLog.path(of: file.path), emptyAt: first)
    let term = try #require(try await log.campaign(Candidate(name: "", url: "")))
    for part in stride(from: 0, to: entries.count, by: LogBatch.mostEntries) {
      let batch = LogBatch(
        first: entries[part].position,
        entries: entries[part..<min(part + LogBatch.mostEntries, entries.count)].map(\.bytes))
      #expect(try await log.append(batch, term: term) == .done)
    }
    try log.close()
  }

  /// What the log beside a file holds.
  private func left(_ file: LedgerFile) async throws -> Int64 {
    let log = try LocalCommandLog(path: LocalCommandLog.path(of: file.path))
    let head = try await log.head()
    try log.close()
    return head.next - head.floor
  }

  /// A file as it was, and beside it the entries that a replica had answered after that.
  private func behind(
    _ count: Int, log: (inout [(position: Int64, bytes: [UInt8])]) -> Void = { _ in }
  ) async throws -> (file: LedgerFile, digest: String, position: Int64) {
    let file = try LedgerFile.written()
    let before = try Data(contentsOf: URL(fileURLWithPath: file.path))
    var state = ("", Int64(0))
    var entries: [(position: Int64, bytes: [UInt8])] = []
    try file.open { core in
      let first = core.state.position
      _ = try core.commit((0..<count).map(ReplicaTests.bid), clock: ReplicaTests.start)
      state = (core.digest, core.state.position)
      let store = try LedgerStore(path: file.path)
      entries = try store.entries(from: first, limit: count + 1).map { ($0.0, $0.1) }
      try store.close()
    }
    for suffix in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: file.path + suffix)
    }
    try before.write(to: URL(fileURLWithPath: file.path))
    log(&entries)
    try await fill(file, entries)
    return (file, state.0, state.1)
  }

  @Test("What a replica had answered and its file does not hold comes back from the log")
  func comesBack() async throws {
    let (file, digest, position) = try await behind(700)
    try await Self.run(file)
    let store = try LedgerStore(path: file.path)
    #expect(try store.progress().position >= position)
    try store.close()
    #expect(try await left(file) == 0)
    #expect(try LedgerVerifier.verify(path: file.path).ok)
    let again = try LedgerStore(path: file.path)
    let entries = try again.entries(from: 0, limit: Int(position))
    try again.close()
    var state = LedgerState()
    for (_, bytes) in entries { _ = try state.apply(Entry.decode(bytes)) }
    #expect(SHA256Hasher.hex(FieldCodec.encode(state)) == digest)
  }

  @Test("A start takes from the log what the file lacks and nothing twice")
  func startsFromBoth() async throws {
    let (file, _, position) = try await behind(40) { entries in
      // What the file holds already may stand in the log, too.
      let own = Script.whole.entries.count
      entries.insert((Int64(own - 1), Array("{}".utf8)), at: 0)
    }
    try await Self.run(file)
    let store = try LedgerStore(path: file.path)
    // And the epoch that the start began.
    let (_, bytes) = try #require(try store.entries(from: position, limit: 1).first)
    #expect(try Entry.decode(bytes).command.kind == .lead)
    try store.close()
    #expect(try LedgerVerifier.verify(path: file.path).ok)
  }

  @Test("A log with a gap behind the file is refused, and both stay as they are")
  func gap() async throws {
    let (file, _, position) = try await behind(5) { $0.removeFirst() }
    await #expect {
      try await Self.run(file)
    } throws: { error in
      "\(error)".contains("begins at position \(position - 4), this ledger ends at \(position - 5)")
    }
    #expect(try await left(file) == 4)
  }

  @Test("Whoever looks after an answer sees what was answered")
  func looks() async throws {
    let file = try LedgerFile.written()
    let running = try ReplicaTests.Running(file, start: ReplicaTests.start)
    try await running.waitUntilServing()
    let store = running.replica.store
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 0..<8 {
        group.addTask {
          for index in 0..<25 {
            let receipt = try await running.replica.submit(ReplicaTests.bid(client * 25 + index))
            let seen = try await store.aside { try store.progress().position }
            #expect(seen > receipt.position)
          }
        }
      }
      try await group.waitForAll()
    }
    running.stop()
  }

  @Test("A file that cannot be written ends the replica; what it had answered is there after it")
  func fullDisk() async throws {
    let file = try LedgerFile.written()
    let running = try ReplicaTests.Running(file, start: ReplicaTests.start)
    try await running.waitUntilServing()
    let first = try await running.replica.submit(ReplicaTests.bid(0))
    var patient = Configuration()
    patient.busyMode = .timeout(60)
    let bench = try DatabaseQueue(path: file.path, configuration: patient)
    try await bench.write { db in
      try db.execute(
        sql: """
          CREATE TRIGGER full BEFORE INSERT ON entries
          BEGIN SELECT RAISE(ABORT, 'disk is full'); END
          """)
    }
    var answered = [first.position]
    do {
      for number in 1..<5_000 {
        answered.append(try await running.replica.submit(ReplicaTests.bid(number)).position)
      }
      Issue.record("the replica went on")
    } catch {
      #expect(error is SubmissionError)
    }
    await #expect(throws: (any Error).self) {
      try await running.replica.store.aside { try running.replica.store.progress() }
    }
    running.stop()
    try running.replica.store.close()
    try await bench.write { try $0.execute(sql: "DROP TRIGGER full") }
    try bench.close()

    try await Self.run(file)
    let store = try LedgerStore(path: file.path)
    let last = try store.entries(from: answered[0], limit: 10_000).map(\.0)
    #expect(answered.allSatisfy { last.contains($0) })
    try store.close()
  }
}
