import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Ledger
import Seeded
import Testing

/// Replicas that an older release runs, upgraded one after the other. `Tests/older-release` makes the programs of
/// one and says where they are.
@Suite(.serialized, .timeLimit(.minutes(30))) struct UpgradeTests {
  private static let older = ProcessInfo.processInfo.environment["SAMPAN_OLDER"].map {
    URL(fileURLWithPath: $0)
  }
  private static let missing: Comment =
    "no older release: run it with SAMPAN_OLDER=$(Tests/older-release), as Tests/figures does"

  @Test(
    "a cluster of an older release is upgraded under load: nothing acknowledged is lost, no entry is applied by two rules",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)),
    .enabled(if: older != nil, missing))
  func upgrade() async throws {
    let older = try #require(Self.older)
    let cluster = try await BrokerCluster(
      scale: ReplicaKillTests.scale, market: ReplicaKillTests.market, release: older)
    var pauses = Spread()
    var rules = Int64(0)
    try await Traffic.during(cluster) { traffic in
      try await traffic.more(100)
      for (number, replica) in cluster.replicas.enumerated() {
        if number == 2 {
          // One is left of the old release: it must not apply what it does not know.
          rules = try await activate(cluster, replica)
          try await traffic.more(20)
        }
        let moment = ContinuousClock.now
        _ = replica.stop()
        replica.release = nil
        try replica.begin()
        pauses.add(try await traffic.recovery(since: moment), if: true)
        _ = try await SampleMarket.until("a replica that serves") {
          replica.isServing ? true : nil
        }
        try await traffic.more(50)
      }
      try await traffic.check()
    }
    for replica in cluster.replicas {
      let data = try FileManager.default.contentsOfDirectory(
        atPath: replica.folder.appendingPathComponent("data").path)
      #expect(!data.contains("tokens.json") && data.contains("tokens.sqlite"))
    }
    figure("T19", "upgrades of replicas in turn under load, to rules \(rules): \(pauses)", 3)
  }

  /// Takes up all versions of the rules that this release knows, until the old replica has stopped.
  private func activate(_ cluster: BrokerCluster, _ old: BrokerProcess) async throws -> Int64 {
    // One that leads orders nothing that it does not know, so another has to.
    while try await cluster.untilLed() == 2 {
      #expect(old.stop() == 0)
      _ = try await SampleMarket.until("another to lead") {
        [0, 1].contains(await cluster.leader()) ? true : nil
      }
      try old.start()
    }
    var version = 0
    for next in 1...Int(LedgerState.newestVersion) {
      // Those that are in force are refused.
      guard
        let proposed = try? await cluster.replicas[0].maker.activateVersion(
          Wire.ActivateVersion(version: next))
      else { continue }
      _ = try await cluster.replicas[0].approved(proposed)
      version = next
    }
    #expect(version == LedgerState.newestVersion)
    _ = try await SampleMarket.until("the old replica to say why it stopped") {
      let status = try old.run(
        "sampan", ["broker", "status", "--socket", "data/admin.sock", "-o", "json"])
      return status.output.contains("install the newer release") ? true : nil
    }
    return Int64(version)
  }
}
