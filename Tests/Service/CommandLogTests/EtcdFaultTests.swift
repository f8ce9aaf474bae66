import CommandLog
import Foundation
import Seeded
import Testing

/// The log on etcd when members, networks and disks fail. None of this may lose, double or fork.
@Suite(.serialized, .enabled(if: EtcdCluster.isInstalled, EtcdCluster.missing))
struct EtcdFaultTests {
  @Test("An append whose answer is lost is known to be done, and is done once")
  func lostAnswers() async throws {
    let cluster = try EtcdCluster(members: 1)
    let (proxies, endpoints) = try cluster.proxies()
    let log = EtcdLog(cluster.options(endpoints))
    let term = try await log.lead()
    let count = cases(60)
    var position: Int64 = 0
    while proxies[0].lost < count {
      // Some with a warm connection; after each loss there is a new one, which the next warms.
      _ = try await log.head()
      _ = try await log.head()
      proxies[0].loseNextAnswer()
      #expect(try await log.append(.sample(at: position, 1), term: term) == .done)
      position += 1
      if position.isMultiple(of: 50) { #expect(try await log.keepAlive(term)) }
      guard position < 2 * Int64(count) + 10 else { break }
    }
    // A question before the append may be the one whose answer was lost.
    #expect(proxies[0].lost >= count)
    let all = try await EtcdLog(cluster.options()).everything()
    #expect(all == (0..<position).map { .sample(at: $0, 1) })
    figure("T28", "appends whose answer was lost, known for sure after it", count)
  }

  @Test(
    "The leader of etcd is killed again and again: what was acknowledged is there, once, in order")
  func kills() async throws {
    let cluster = try EtcdCluster()
    let writer = LogWriter(EtcdLog(cluster.options(termSeconds: 3)), seed: 22)
    let count = cases(2)
    let gaps = try await writer.holding {
      var source = Source(22)
      var gaps: [Duration] = []
      for _ in 0..<count {
        let calm = ContinuousClock.now + .milliseconds(source.number(100...700))
        while ContinuousClock.now < calm { try await writer.append() }
        let leader = try cluster.run("leader")
        // The killing takes a moment, in which appends go on.
        async let killed: ContinuousClock.Instant = {
          _ = try cluster.run("kill", leader)
          return .now
        }()
        try await writer.append()
        let moment = try await killed
        try await writer.append()
        gaps.append(.now - moment)
        try cluster.run("start", leader)
      }
      return gaps.sorted()
    }
    try await writer.check(EtcdLog(cluster.options(cluster.endpoints.reversed())))
    let times = [gaps[gaps.count / 2], gaps[gaps.count - 1]].map {
      String(
        format: "%.1f s", Double($0.components.seconds) + Double($0.components.attoseconds) / 1e18)
    }
    figure(
      "T22",
      "kills of etcd's leader (\(await writer.acknowledged.count) batches; back after \(times[0]), at most "
        + "\(times[1]))", count)
  }

  @Test("Connections that break, hang, crawl or are refused cost time and nothing else")
  func weather() async throws {
    let cluster = try EtcdCluster()
    let (proxies, endpoints) = try cluster.proxies()
    let writer = LogWriter(EtcdLog(cluster.options(endpoints, termSeconds: 3)), seed: 26)
    try await writer.append()
    var source = Source(26)
    let kinds: [FaultProxy.Weather] = [.breaking(200), .stuck, .slow(30), .closed, .fair]
    try await writer.holding {
      for _ in 0..<cases(12) {
        // One way to etcd always stands.
        let spared = Int(source.number(0...2))
        for index in proxies.indices {
          proxies[index].set(index == spared ? .fair : source.pick(kinds))
        }
        for _ in 0..<4 { try await writer.append() }
      }
    }
    for proxy in proxies { proxy.set(.fair) }
    try await writer.check(EtcdLog(cluster.options()))
    figure("T26", "changes of a network that breaks, hangs, crawls or refuses", cases(12))
  }

  @Test("Without a majority nothing is appended and nothing is read; with it all goes on")
  func minority() async throws {
    let cluster = try EtcdCluster()
    var options = cluster.options()
    options.patience = .seconds(1)
    let log = EtcdLog(options)
    let writer = LogWriter(EtcdLog(cluster.options()), seed: 3)
    try await writer.append()
    try cluster.run("kill", "1")
    try cluster.run("kill", "2")
    let (term, next) = (try #require(await writer.term), await writer.next)
    for _ in 0..<2 {
      await #expect(throws: LogFailure.self) {
        try await log.append(.sample(at: next, 1, word: "later"), term: term)
      }
      await #expect(throws: LogFailure.self) { try await log.head() }
      await #expect(throws: LogFailure.self) { try await log.batches(from: 0) }
    }
    let condition = await EtcdLog(cluster.options()).condition { condition in
      !condition.hasMajority && condition.members.map { $0.problem == nil } == [false, false, true]
    }
    #expect(!condition.hasMajority && condition.members.map(\.endpoint) == cluster.endpoints)
    #expect(condition.members.map { $0.problem == nil } == [false, false, true])
    try cluster.run("start", "1")
    try cluster.run("start", "2")
    // What was not answered may lie there now or never: the same bytes say which.
    let late = LogBatch.sample(at: next, 1, word: "later")
    let outcome = try await EtcdLog(cluster.options()).append(late, term: term)
    let expected = await writer.acknowledged + (outcome == .done ? [late] : [])
    #expect(outcome != .taken)
    #expect(try await EtcdLog(cluster.options()).everything() == expected)
  }
}
