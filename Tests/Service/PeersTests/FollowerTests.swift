import Backup
import BrokerAPI
import CommandLog
import Foundation
import Ledger
import LedgerStore
import Logging
import Peers
import Replica
import Testing
import Transparency
import Units

/// A whole follower: a replica without a vote on a log that it reads from files.
@Suite(.timeLimit(.minutes(15))) struct FollowerTests {
  /// The log of a broker after some commands and a seal over them, and the digest of its entry 0.
  private func origin() async throws -> (entries: [[UInt8]], root: String, pin: LedgerPin) {
    let bench = try await PeerBench()
    for number in 0..<20 { _ = try await bench.replica.submit(PeerBench.submission(number)) }
    let last = bench.replica.status.position
    while try bench.store.sealedThrough() < last - 1 {
      try await Task.sleep(for: .milliseconds(50))
    }
    let entries = try bench.store.log(from: 0, atMost: 1 << 24)
    let copy = bench.folder.appendingPathComponent("copy.sqlite").path
    let header = try await bench.client().backup(from: bench.url, to: copy)
    await bench.end()
    return (
      Array(entries.prefix(Int(header.entries))), header.root,
      LedgerPin(origin: "test.example", genesis: SHA256Hasher.hex(entries[0]))
    )
  }

  private func follow(
    _ entries: [[UInt8]], _ pin: LedgerPin, _ body: (Replica, LedgerStore, URL) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-follower-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try bundle(entries, in: folder)
    let (replica, store, _) = try start(in: folder, pin)
    try await body(replica, store, folder)
    replica.stop()
  }

  private func bundle(_ entries: [[UInt8]], in folder: URL) throws {
    let bundles = folder.appendingPathComponent("bundles")
    try FileManager.default.createDirectory(at: bundles, withIntermediateDirectories: true)
    try Data(entries.joined(separator: [0x0A]) + [0x0A]).write(
      to: bundles.appendingPathComponent(BundleName.of(0)))
  }

  /// A life of a follower, and its thread.
  private func start(
    in folder: URL, _ pin: LedgerPin
  ) throws -> (Replica, LedgerStore, Thread) {
    let store = try LedgerStore(path: folder.appendingPathComponent("ledger.sqlite").path)
    var logger = Logger(label: "follower")
    logger.logLevel = .critical
    let source = BundleSource(folder: folder.appendingPathComponent("bundles").path)
    let replica = Replica(
      store: store, clock: MarketClock(),
      seat: ReplicaSeat(
        principal: "leader", name: "follower", mayLead: false,
        log: FollowedLog(source: source, pin: pin)),
      logger: logger)
    let thread = Thread { try? replica.run(genesis: nil) }
    thread.stackSize = 8 << 20
    thread.start()
    return (replica, store, thread)
  }

  /// Until that holds, for a minute at most.
  private func wait(_ holds: () -> Bool) async throws {
    for _ in 0..<600 where !holds() { try await Task.sleep(for: .milliseconds(100)) }
  }

  @Test("From bundles alone a follower has the ledger of its broker, and takes no commands")
  func same() async throws {
    let origin = try await origin()
    let count = Int64(origin.entries.count)
    try await follow(origin.entries, origin.pin) { replica, store, _ in
      try await wait { replica.status.position == count }
      #expect(replica.status.position == count)
      #expect(try store.progress().tree.root(hasher: SHA256Hasher()).hex == origin.root)
      await #expect(throws: SubmissionError.self) {
        try await replica.submit(PeerBench.submission(99))
      }
    }
  }

  @Test("An entry that was changed on the way stops a follower at the next seal, with the evidence")
  func changed() async throws {
    let origin = try await origin()
    var entries = origin.entries
    let index = try #require(
      entries.firstIndex { String(decoding: $0, as: UTF8.self).contains("chip-7\"") })
    entries[index] = Array(
      String(decoding: entries[index], as: UTF8.self)
        .replacingOccurrences(of: "\"by\":\"maker\"", with: "\"by\":\"checker\"").utf8)
    #expect(entries[index] != origin.entries[index])
    try await follow(entries, origin.pin) { replica, _, folder in
      try await wait { if case .halted = replica.status.standing { true } else { false } }
      guard case .halted(let why) = replica.status.standing else {
        Issue.record("\(replica.status.standing)")
        return
      }
      #expect(why.contains("seal"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files.contains { $0.contains("evidence") })
    }
  }

  @Test(
    "A follower that starts before a source that is behind it waits, says so, and serves what it has"
  )
  func sourceBehind() async throws {
    let origin = try await origin()
    let count = Int64(origin.entries.count)
    try await follow(origin.entries, origin.pin) { replica, _, folder in
      try await wait { replica.status.position == count && replica.status.serving }
      replica.stop()
      // Another life, once the file is free.
      try await wait { replica.status.standing != .leading && !replica.status.serving }
      try bundle(Array(origin.entries.dropLast(3)), in: folder)
      let (again, _, thread) = try start(in: folder, origin.pin)
      try await wait { again.status.pausedWhy != nil }
      #expect(again.status.pausedWhy?.contains("ends at \(count - 3)") == true)
      #expect(again.status.standing == .starting && again.status.position == count)
      try await wait { again.status.serving }
      let part = again.part(isAlone: false).asFollower
      #expect(again.status.serving && part.state == .paused && part.detail != nil)
      // As of its last entry, and not as of this start.
      let last = try Entry.decode(try #require(origin.entries.last)).time
      #expect(abs((again.status.pausedSince ?? 0) - last) <= 2)
      try bundle(origin.entries, in: folder)
      try await wait { again.status.pausedSince == nil }
      #expect(again.status.pausedSince == nil && again.status.pausedWhy == nil)
      #expect(again.status.serving)
      again.stop()
      try await wait { thread.isFinished }
    }
  }
}
