import CommandLog
import Foundation
import Seeded
import Testing

/// What operators meet: no space, and old backups.
@Suite(.serialized, .enabled(if: EtcdCluster.isInstalled, EtcdCluster.missing))
struct EtcdSpaceTests {
  @Test("Without space an append says so and what to do; truncation makes room, and it goes on")
  func noSpace() async throws {
    let cluster = try EtcdCluster(members: 1, quota: 8 << 20)
    let log = EtcdLog(cluster.options())
    let term = try await log.lead()
    func batch(_ at: Int64) -> LogBatch { .sample(at: at, 10, bytes: 90_000) }
    var position: Int64 = 0
    var failure: LogFailure?
    while failure == nil, position < 400 {
      do throws(LogFailure) {
        #expect(try await log.append(batch(position), term: term) == .done)
        position += 10
      } catch { failure = error }
    }
    guard case .full(let text) = failure else {
      Issue.record("\(String(describing: failure)) at \(position)")
      return
    }
    for step in ["NOSPACE", "--quota-backend-bytes", "etcdctl defrag", "etcdctl alarm disarm"] {
      #expect(text.contains(step))
    }
    // It is read all the same, and shown. Nobody knows yet of the last batch: etcd may have written it
    // and found only then that this was too much.
    let done = stride(from: 0, to: position, by: 10).map(batch)
    #expect([done, done + [batch(position)]].contains(try await log.everything()))
    #expect(await log.condition { $0.alarms == ["NOSPACE"] }.alarms == ["NOSPACE"])
    #expect(try await log.keepAlive(term))
    #expect(try await !log.truncate(before: position, term: Term(revision: 1, lease: 0)))
    #expect(try await log.truncate(before: position - 10, term: term))
    let quiet = await log.condition { $0.alarms.isEmpty && $0.members[0].problem == nil }
    #expect(quiet.alarms == [] && quiet.members[0].problem == nil)
    #expect(try await log.head().floor == position - 10)
    await #expect(throws: LogFailure.behind(floor: position - 10)) {
      try await log.batches(from: 0)
    }
    #expect(try await log.append(batch(position), term: term) == .done)
    #expect(
      try await log.everything(from: position - 10) == [batch(position - 10), batch(position)])
    let known = await log.condition { $0.members.allSatisfy { $0.problem == nil } }
    let member = try #require(known.members.first)
    #expect(member.problem == nil && member.dataBytes < 8 << 20)
    figure("T29", "clusters without space: said so, read on, made room, went on", 1)
  }

  @Test("Deleted without a raised floor: the first batch says where the log begins")
  func floorBehind() async throws {
    let cluster = try EtcdCluster(members: 1)
    let log = EtcdLog(cluster.options())
    let term = try await log.lead()
    for first in Int64(0)..<4 {
      #expect(try await log.append(.sample(at: first, 1), term: term) == .done)
    }
    try cluster.control(["del", "log/0", "log/00000000000000000002"])
    await #expect(throws: LogFailure.behind(floor: 2)) { try await log.batches(from: 0) }
    await #expect(throws: LogFailure.behind(floor: 2)) { try await log.batches(from: 1) }
    #expect(try await log.everything(from: 2) == [.sample(at: 2, 1), .sample(at: 3, 1)])
    try cluster.control(["del", "log/0", "log/:"])
    await #expect(throws: LogFailure.behind(floor: 4)) { try await log.batches(from: 3) }
    #expect(try await log.batches(from: 4) == [])
    figure("T29", "readers behind a truncation, told where the log begins", 3)
  }

  @Test("What a stranger wrote into the log is damage, and is never handed out")
  func damage() async throws {
    let cluster = try EtcdCluster(members: 1)
    let strange: [[String]] = [
      ["del", "log/00000000000000000001"], ["put", "log/00000000000000000001", ""],
      ["put", "log/00000000000000000001", "one\n\ntwo"], ["put", "log/next", "03"],
      ["put", "log/next", "3x"], ["put", "log/next", "2"], ["put", "log/floor", "9"],
      ["put", "log/0000000000000000000x", "{}"],
    ]
    for words in strange {
      try cluster.wipe()
      let log = EtcdLog(cluster.options())
      let term = try await log.lead()
      for first in Int64(0)..<3 {
        #expect(try await log.append(.sample(at: first, 1), term: term) == .done)
      }
      try cluster.control(words)
      await #expect("\(words)") {
        _ = try await log.head()
        _ = try await log.everything()
      } throws: {
        if case LogFailure.damaged = $0 { true } else { false }
      }
      await log.resign(term)
    }
  }

  @Test("A restored old backup is found by who runs, and by the head by who starts")
  func oldBackup() async throws {
    let cluster = try EtcdCluster()
    let log = EtcdLog(cluster.options())
    let term = try await log.lead()
    #expect(try await log.append(.sample(at: 0, 5), term: term) == .done)
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("etcd-\(UUID().uuidString.prefix(8)).db").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try cluster.run("backup", file)
    #expect(try await log.append(.sample(at: 5, 5), term: term) == .done)
    let known = try await log.head().next
    try cluster.run("down")
    try cluster.run("restore", file)
    // Whoever ran meanwhile appends nothing to the other past.
    for _ in 0..<2 {
      await #expect {
        try await log.append(.sample(at: 10, 1), term: term)
      } throws: {
        if case LogFailure.damaged = $0 { true } else { false }
      }
    }
    // Whoever starts knows by its file that the log once was longer.
    let fresh = EtcdLog(cluster.options())
    #expect(try await fresh.head().next == 5 && known == 10)
    #expect(try await fresh.batches(from: known) == [])
    figure("T29", "old backups restored, and found", 1)
  }

  @Test("History is compacted and space given back when the log is truncated")
  func space() async throws {
    let cluster = try EtcdCluster()
    let log = EtcdLog(cluster.options())
    let term = try await log.lead()
    for first in stride(from: Int64(0), to: 200, by: 10) {
      #expect(try await log.append(.sample(at: first, 10, bytes: 60_000), term: term) == .done)
    }
    let full = await log.condition { $0.members.allSatisfy { $0.dataBytes > 0 } }
    let before = full.members.map(\.dataBytes)
    #expect(before.count == 3 && before.allSatisfy { $0 > 0 })
    #expect(try await log.truncate(before: 190, term: term))
    // Members compact by themselves; the next truncation finds what the first one was too early for.
    var after = before
    let end = ContinuousClock.now + .seconds(300)
    while zip(before, after).contains(where: { 2 * $1 > $0 }), ContinuousClock.now < end {
      try await Task.sleep(for: .milliseconds(300))
      #expect(try await log.truncate(before: 190, term: term))
      let seen = await log.condition { $0.members.allSatisfy { $0.dataBytes > 0 } }
      after = seen.members.map(\.dataBytes)
    }
    #expect(zip(before, after).allSatisfy { 2 * $1 <= $0 }, "\(before) \(after)")
    #expect(try await log.everything(from: 190) == [.sample(at: 190, 10, bytes: 60_000)])
  }

  @Test("A member that lost its data comes back as a new one, and has everything")
  func wipedMember() async throws {
    let cluster = try EtcdCluster()
    let writer = LogWriter(EtcdLog(cluster.options()), seed: 29)
    for _ in 0..<20 { try await writer.append() }
    try cluster.run("replace", "2")
    for _ in 0..<5 { try await writer.append() }
    try await writer.check(EtcdLog(cluster.options([cluster.endpoints[1]])))
    let condition = await writer.log.condition { condition in
      condition.hasMajority && condition.members.allSatisfy { $0.problem == nil }
    }
    #expect(condition.hasMajority && condition.members.map(\.name).sorted().last == "member-3")
    figure("T29", "members wiped and added again, which have everything", 1)
  }
}
