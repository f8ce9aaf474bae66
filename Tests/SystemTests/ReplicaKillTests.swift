import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Testing

/// Replicas of a real cluster are killed with SIGKILL while clients send commands.
@Suite(.serialized) struct ReplicaKillTests {
  /// What a round needs to be quick, a quarter hour of the market in three seconds.
  static let scale = 300

  @Test(
    "replicas are killed at any moment, one or two at once: nothing acknowledged is lost or doubled",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)))
  func killed() async throws {
    let cluster = try await BrokerCluster(scale: Self.scale, market: Self.market)
    var (done, leaders) = (0, 0)
    var failovers = Spread(), restarts = Spread()
    try await Traffic.during(cluster) { traffic in
      try await traffic.more(20)
      let kills = cases(6)
      while done < kills {
        // Of ten times: five a leader, at two of them with another; five any other.
        let leader = try await cluster.untilLed()
        let draw = done < 2 ? done * 5 : Int.random(in: 0..<10)
        let other = (leader + Int.random(in: 1...2)) % 3
        let victims = draw < 2 ? [leader, other] : draw < 5 ? [leader] : [other]
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...400)))
        let moment = ContinuousClock.now
        for victim in victims { cluster.replicas[victim].kill() }
        done += victims.count
        // Another takes over, or the same one comes back before that.
        let isLate = Bool.random()
        if isLate { failovers.add(try await traffic.recovery(since: moment), if: draw < 5) }
        for victim in victims {
          restarts.add(try await restart(cluster.replicas[victim]), if: true)
        }
        if !isLate { failovers.add(try await traffic.recovery(since: moment), if: draw < 5) }
        if draw < 5 { leaders += 1 }
        try await traffic.more(10)
      }
      try await traffic.check()
    }
    print("failover to the first acknowledged command: \(failovers)")
    print("restart to serving: \(restarts)")
    figure("T23", "kills of a replica, the leader first: \(failovers); back: \(restarts)", done)
  }

  @Test(
    "a leader killed as the log shows a close, a part or a commit leaves a round that ends once",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)))
  func rounds() async throws {
    let cluster = try await BrokerCluster(scale: Self.scale, market: Self.market)
    let kinds = ["close-round", "outcome-part", "commit-outcome"]
    let kills = cases(3)
    var failovers = Spread()
    try await Traffic.during(cluster) { traffic in
      try await traffic.more(20)
      for number in 0..<kills {
        let leader = try await cluster.untilLed()
        let watcher = cluster.maker((leader + 1) % 3)
        try await Self.until(kinds[number % kinds.count], in: watcher)
        let moment = ContinuousClock.now
        cluster.replicas[leader].kill()
        failovers.add(try await traffic.recovery(since: moment), if: true)
        _ = try await restart(cluster.replicas[leader])
        try await traffic.more(10)
      }
      try await traffic.check()
    }
    figure("T23", "leaders killed as a round reached the log; \(failovers)", kills)
  }

  /// Reads a log until it shows a command of this kind.
  private static func until(_ kind: String, in client: BrokerClient) async throws {
    var position = try await client.ledgerHead().size.value
    for _ in 0..<10_000 {
      let lines = try await client.ledgerLog(from: Position(clamping: position), wait: 5)
      position += Int64(lines.count)
      if lines.contains(where: { String(decoding: $0, as: UTF8.self).contains("\"\(kind)\"") }) {
        return
      }
    }
    throw BrokerProcess.Trouble("no \(kind) came")
  }

  /// Until it serves; one start in four is killed, too, somewhere on its way.
  private func restart(_ replica: BrokerProcess) async throws -> Duration {
    try replica.begin()
    if Int.random(in: 0..<4) == 0 {
      try await Task.sleep(for: .milliseconds(Int.random(in: 1...600)))
      replica.kill()
      try replica.begin()
    }
    let moment = ContinuousClock.now
    _ = try await SampleMarket.until("a replica that serves", every: .milliseconds(10)) {
      guard replica.isRunning else {
        throw BrokerProcess.Trouble("it ended: \(replica.text("sampand.log").suffix(2_000))")
      }
      return replica.isServing ? true : nil
    }
    return .now - moment
  }

  static let market = BrokerProcess.market.replacingOccurrences(
    of: "rules: {", with: "rules: {openBidsPerParty: 1000000, ")
}

/// Times, as their middle, their 99th of a hundred and their longest.
struct Spread: CustomStringConvertible {
  private var times: [Duration] = []

  mutating func add(_ time: Duration, if counts: Bool) { if counts { times.append(time) } }

  var description: String {
    let sorted = times.sorted()
    guard let longest = sorted.last else { return "none" }
    func show(_ time: Duration) -> String {
      String(format: "%.2f s", time / .milliseconds(1) / 1_000)
    }
    let late = sorted[(sorted.count * 99 - 1) / 100]
    return "\(sorted.count) times, p50 \(show(sorted[sorted.count / 2])), p99 \(show(late)), "
      + "max \(show(longest))"
  }
}
