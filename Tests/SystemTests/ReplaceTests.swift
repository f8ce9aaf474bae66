import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// A host with a replica and a member of etcd is lost for good; another takes its place.
@Suite(.serialized) struct ReplaceTests {
  /// Of the new host, as `--initial-cluster` has it.
  private struct Steps: Decodable {
    struct Step: Decodable {
      var commands: [String]
      var done: Bool
    }
    var steps: [Step]

    init(_ output: String) throws {
      self = try JSONDecoder().decode(Self.self, from: Data(output.drop { $0 != "{" }.utf8))
    }
  }

  @Test(
    "A lost replica and its member of the log are replaced: the new ones join and have the same state",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)))
  func lostHost() async throws {
    let cluster = try await BrokerCluster(
      scale: ReplicaKillTests.scale, market: ReplicaKillTests.market)
    try await Traffic.during(cluster) { traffic in
      try await traffic.more(50)
      // The host is gone with all that was on it.
      let lost = cluster.replicas[2]
      lost.kill()
      try cluster.etcd("kill", "3")
      let data = lost.folder.appendingPathComponent("data").path
      try FileManager.default.moveItem(atPath: data, toPath: data + "-lost")
      try FileManager.default.removeItem(atPath: data + "-lost/ledger.sqlite")
      try await traffic.more(20)

      let steps = try await replaced(cluster)
      #expect(steps.steps.contains { $0.commands.contains { $0.hasPrefix("--initial-cluster=") } })
      // Certificates are those of the test; the rest is what the steps say.
      try cluster.etcd("join", "3")
      let copy = cluster.replicas[0].folder.appendingPathComponent("for-new-host.sqlite").path
      let restored = try lost.run(
        "sampan",
        [
          "broker", "restore", copy, "--data", "data", "--check-against",
          cluster.replicas[0].address, "--token-file", "data-lost/p-0-1.token",
        ])
      #expect(restored.status == 0, "\(restored.output)")
      for name in ["tokens.sqlite", "directory.sqlite", "p-0-1.token", "p-0-2.token"] {
        try FileManager.default.copyItem(atPath: "\(data)-lost/\(name)", toPath: "\(data)/\(name)")
      }
      try lost.start()
      try await traffic.more(20)
      // Two of three are enough, so the new member counts: without it nothing would go on.
      try cluster.etcd("kill", "1")
      try await traffic.more(20)
      try cluster.etcd("start", "1")
      let wrong = try replace(cluster, member: "member-3", url: Self.url(cluster))
      #expect(wrong.status == 2, "a replica that answers was replaced")
      try await traffic.check()
    }
  }

  /// By the command, which may be given again.
  private func replaced(_ cluster: BrokerCluster) async throws -> Steps {
    let url = try Self.url(cluster)
    let strange = try replace(cluster, member: "member-9", url: "https://127.0.0.1:9")
    #expect(strange.status == 2 && strange.output.contains("member-1"), "\(strange.output)")
    let living = try replace(cluster, member: "member-2", url: url)
    #expect(living.status == 2 && living.output.contains("answers"), "\(living.output)")
    var last: Steps?
    for _ in 0..<2 {
      let steps = try await SampleMarket.until("the member to be replaced") {
        let run = try replace(cluster, member: "member-3", url: url)
        // While nobody leads it is refused.
        return run.status == 0 ? try Steps(run.output) : nil
      }
      #expect(steps.steps.count(where: \.done) == 2)
      if let last { #expect(last.steps.map(\.commands) == steps.steps.map(\.commands)) }
      last = steps
    }
    return try #require(last)
  }

  private func replace(
    _ cluster: BrokerCluster, member: String, url: String
  ) throws -> (status: Int32, output: String) {
    try cluster.replicas[0].run(
      "sampan",
      [
        "broker", "replace", "r-2", "--with", "new-host", "--member", member, "--member-url", url,
        "--apply", "-o", "json",
      ], environment: ["SAMPAN_ADMIN_SOCKET": "data/admin.sock"])
  }

  /// Of the third member's peer side, which the script gave it.
  private static func url(_ cluster: BrokerCluster) throws -> String {
    let port = try String(contentsOfFile: cluster.folder + "/port", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return "https://127.0.0.1:\((Int(port) ?? 0) + 7)"
  }
}
