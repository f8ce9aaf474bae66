import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Testing

/// Checkpoints of a log whose leader changes: each replica has a signer of its own with the log's key, and two
/// witnesses see one history.
@Suite(.serialized) struct CheckpointClusterTests {
  /// The processes beside the replicas.
  private final class Companions {
    var processes: [Process] = []

    deinit {
      for process in processes where process.isRunning {
        process.terminate()
        process.waitUntilExit()
      }
    }
  }

  private func key(_ broker: BrokerProcess, _ kind: String, _ name: String, _ file: String) throws
    -> String
  {
    let made = try broker.run(
      "sampand", ["key", "--kind", kind, "--name", name, "--out", file])
    guard made.status == 0 else { throw BrokerProcess.Trouble(made.output) }
    return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Two witnesses beside replica 0, and a signer beside each replica; the replicas start again with them.
  private func begin(_ cluster: BrokerCluster, _ companions: Companions) async throws {
    let home = cluster.replicas[0]
    let log = try key(home, "log", "test.example.hk", "log.key")
    var lines = ["log \(log)"]
    for name in ["a", "b"] {
      let own = try key(home, "witness", "witness.example.hk/\(name)", "\(name).key")
      try home.write("\(name).policy", "log \(log)\nquorum none\n")
      try home.write(
        "\(name).yaml",
        "listen: 127.0.0.1:0\nkey: \(name).key\nfolder: \(name)\npolicy: \(name).policy\n")
      companions.processes.append(
        try home.launch(
          "sampand", ["witness", "--config", "\(name).yaml", "--address-file", "\(name).address"]))
      let url = try await SampleMarket.until("witness \(name)") { () -> String? in
        let text = home.text("\(name).address")
        return text.isEmpty ? nil : text
      }
      lines.append("witness \(name) \(own) \(url)")
    }
    lines += ["group both all a b", "quorum both", ""]
    let secret = home.text("log.key")
    for (number, replica) in cluster.replicas.enumerated() {
      try replica.write("policy.txt", lines.joined(separator: "\n"))
      if number > 0 {
        try replica.write("log.key", secret + "\n")
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o600], ofItemAtPath: replica.folder.path + "/log.key")
      }
      companions.processes.append(
        try replica.launch(
          "sampand",
          ["signer", "--key", "log.key", "--folder", "signed", "--socket", "signer.sock"]))
      replica.stop()
      try replica.write(
        "sampand.yaml",
        replica.text("sampand.yaml") + "\nsigner: {socket: signer.sock, policy: policy.txt}\n")
      try replica.start()
    }
  }

  @Test(
    "checkpoints go on at whoever leads: two leaders are killed, the witnesses cosign one history",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)))
  func leaders() async throws {
    let cluster = try await BrokerCluster()
    let companions = Companions()
    try await begin(cluster, companions)
    var positions: [Position] = []
    var worst = Duration.zero
    for turn in 0..<3 {
      let leader = try await cluster.untilLed()
      let trader = cluster.replicas[leader].client(cluster.market.traders["hku-nlp"])
      let bid = try await cluster.market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
      let placed = try await SampleMarket.until("the bid to be placed") {
        try? await trader.placeBid(bid)
      }
      let since = ContinuousClock.now
      positions.append(placed.position)
      // What was said under an earlier leader is vouched for by this one, too.
      for position in positions {
        let standing = try await SampleMarket.until("\(position.text) to be witnessed") {
          let standing = try? await cluster.maker(leader).entryStanding(position)
          return standing?.state == .witnessed ? standing : nil
        }
        #expect(standing.witnesses == 2 && standing.of == 2)
      }
      worst = max(worst, .now - since)
      let standing = try await cluster.maker(leader).logStanding()
      #expect(standing.trouble == nil && standing.witnesses.allSatisfy { $0.trouble == nil })
      guard turn < 2 else { break }
      cluster.replicas[leader].kill()
      _ = try await SampleMarket.until("another leader") {
        let next = await cluster.leader()
        return next == nil || next == leader ? nil : next
      }
      try cluster.replicas[leader].start()
    }
    for name in ["a", "b"] {
      let kept = try FileManager.default.contentsOfDirectory(
        atPath: cluster.replicas[0].folder.path + "/" + name)
      #expect(!kept.contains { $0.hasPrefix("evidence") || $0.hasPrefix("refused") }, "\(kept)")
    }
    figure("T40", "leaders under whom checkpoints went on, at most \(worst) to both witnesses", 3)
  }
}
