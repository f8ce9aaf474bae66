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
@Suite(.serialized)
struct LogFileTests {
  private func run(_ file: LedgerFile) throws {
    let replica = Replica(
      store: try LedgerStore(path: file.path), clock: MarketClock(start: ReplicaTests.start),
      principal: "leader", logger: LedgerFile.silent)
    replica.stop()
    try replica.run(genesis: nil)
  }

  /// A file as it was, and beside it the entries that a replica had answered after that.
  private func behind(
    _ count: Int, log: (inout [(position: Int64, bytes: [UInt8])]) -> Void = { _ in }
  ) throws -> (file: LedgerFile, digest: String, position: Int64) {
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
    let log = try LogFile(path: LogFile.path(of: file.path))
    try log.append(entries, keeping: 0)
    try log.close()
    return (file, state.0, state.1)
  }

  @Test("The log keeps what was appended, in order, until it is let go of")
  func keeps() throws {
    let file = try LedgerFile()
    let path = LogFile.path(of: file.path)
    let log = try LogFile(path: path)
    try log.append([(5, Array("five".utf8)), (6, Array("six".utf8))], keeping: 5)
    try log.append([(7, Array("seven".utf8))], keeping: 6)
    #expect(try log.entries(from: 0).map(\.position) == [6, 7])
    #expect(try log.entries(from: 7).map { String(decoding: $0.bytes, as: UTF8.self) } == ["seven"])
    #expect(throws: (any Error).self) { try log.append([(7, [0x30])], keeping: 0) }
    try log.close()
    let again = try LogFile(path: path)
    #expect(try again.entries(from: 0).map(\.position) == [6, 7])
    try again.empty()
    #expect(try again.entries(from: 0).isEmpty)
    try again.close()
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("What a replica had answered and its file does not hold comes back from the log")
  func comesBack() throws {
    let (file, digest, position) = try behind(700)
    let store = try LedgerStore(path: file.path)
    var core = try ReplicaCore(store: store, logger: LedgerFile.silent, principal: "leader")
    #expect(core.state.position == position - 700)
    let log = try LogFile(path: LogFile.path(of: file.path))
    try core.recover(log.entries(from: core.state.position))
    #expect(core.digest == digest)
    #expect(try store.progress().position == position)
    try log.close()
    try store.close()

    try run(file)
    let left = try LogFile(path: LogFile.path(of: file.path))
    #expect(try left.entries(from: 0).isEmpty)
    try left.close()
    #expect(try LedgerVerifier.verify(path: file.path).ok)
  }

  @Test("A start takes from the log what the file lacks and nothing twice")
  func startsFromBoth() throws {
    let (file, _, position) = try behind(40) { entries in
      // What the file holds already may stand in the log, too.
      let own = Script.whole.entries.count
      entries.insert((Int64(own - 1), Array("{}".utf8)), at: 0)
    }
    try run(file)
    let store = try LedgerStore(path: file.path)
    // And the epoch that the start began.
    #expect(try store.progress().position == position + 1)
    try store.close()
    #expect(try LedgerVerifier.verify(path: file.path).ok)
  }

  @Test("A log with a gap behind the file is refused, and both stay as they are")
  func gap() throws {
    let (file, _, position) = try behind(5) { $0.removeFirst() }
    #expect {
      try run(file)
    } throws: { error in
      "\(error)".contains("entry \(position - 5) is missing")
    }
    let log = try LogFile(path: LogFile.path(of: file.path))
    #expect(try log.entries(from: 0).count == 4)
    try log.close()
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
    patient.busyMode = .timeout(5)
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

    try run(file)
    let store = try LedgerStore(path: file.path)
    let last = try store.entries(from: answered[0], limit: 10_000).map(\.0)
    #expect(answered.allSatisfy { last.contains($0) })
    try store.close()
  }
}
