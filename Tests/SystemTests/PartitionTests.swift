import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Testing

/// Replicas whose networks are cut apart, each with its member of etcd on its side.
@Suite(.serialized) struct PartitionTests {
  /// How the networks are cut.
  private enum Cut: CaseIterable {
    case leader, other, apart, deaf, mute, flapping
  }

  @Test(
    "a side without a majority takes nothing and says how old its answers are; then all are one again",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)),
    .enabled(if: PartedNetwork.isPossible, Comment(rawValue: PartedNetwork.missing)))
  func partitions() async throws {
    let network = try PartedNetwork()
    let cluster = try await BrokerCluster(
      scale: ReplicaKillTests.scale, market: ReplicaKillTests.market, seats: network.seats)
    let count = cases(3)
    var (refused, marked) = (Spread(), Spread())
    try await Traffic.during(cluster) { traffic in
      for number in 0..<count {
        try await traffic.more(10)
        let leader = try await cluster.untilLed()
        let cut = Cut.allCases[number % Cut.allCases.count]
        let lonely = cut == .other ? (leader + 1) % 3 : leader
        try await make(cut, lonely, network)
        if [.leader, .other, .apart].contains(cut) {
          let moment = ContinuousClock.now
          async let noted = time(to: lonely, in: cluster, since: moment)
          refused.add(try await refusal(at: lonely, of: cluster, since: moment), if: true)
          marked.add(try await noted, if: true)
          // The others go on, or nobody does.
          if cut != .apart { _ = try await traffic.recovery(since: moment) }
        }
        try network.heal()
        for replica in cluster.replicas {
          _ = try await SampleMarket.until("all to hear the log again") {
            let answer = await replica.staleness()
            return answer.answers && answer.since == nil ? true : nil
          }
        }
      }
      try await traffic.more(10)
      try await traffic.check()
    }
    print("refused by the lonely side: \(refused); marked as stale: \(marked)")
    figure("T25", "partitions; refused after \(refused), marked as stale after \(marked)", count)
  }

  private func make(_ cut: Cut, _ one: Int, _ network: PartedNetwork) async throws {
    switch cut {
    case .leader, .other: try network.isolate(one)
    case .apart: for number in 0..<3 { try network.isolate(number) }
    case .deaf:
      for other in 0..<3 where other != one { try network.cut(from: other, to: one) }
      try await Task.sleep(for: .seconds(3))
    case .mute:
      for other in 0..<3 where other != one { try network.cut(from: one, to: other) }
      try await Task.sleep(for: .seconds(3))
    case .flapping:
      for _ in 0..<6 {
        try network.isolate(one)
        try await Task.sleep(for: .milliseconds(Int.random(in: 100...900)))
        try network.heal()
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...300)))
      }
    }
  }

  /// Until a lonely replica marks its answers.
  private func time(
    to lonely: Int, in cluster: BrokerCluster, since moment: ContinuousClock.Instant
  ) async throws -> Duration {
    _ = try await SampleMarket.until("answers that are marked", every: .milliseconds(20)) {
      await cluster.replicas[lonely].staleness().since
    }
    return .now - moment
  }

  /// Nothing is ever taken by a lonely replica, and no answer of it is said to be fresh.
  /// - Returns: how long the first sender waited.
  private func refusal(
    at lonely: Int, of cluster: BrokerCluster, since moment: ContinuousClock.Instant
  ) async throws -> Duration {
    let leg = Wire.TransferLeg(
      action: .pay, debit: "hku-nlp:hkd", credit: "cyberport:hkd",
      amount: WireMoney(.hkd, minor: 1))
    var client = cluster.replicas[lonely].client(cluster.market.traders["hku-nlp"])
    client.timeout = .seconds(20)
    var first: Duration?
    for _ in 0..<3 {
      do {
        let answer = try await client.sendTransfer(Wire.SendTransfer(legs: [leg]), key: .random())
        Issue.record("a side without a majority took a command: \(answer)")
      } catch {
        first = first ?? (.now - moment)
      }
      #expect(await cluster.replicas[lonely].freshPosition() == nil)
    }
    return first ?? .zero
  }
}
