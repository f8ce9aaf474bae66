import AdapterKit
import Foundation
import Testing

@testable import Slurm

extension OnARealCluster {
  /// The check against a real cluster whose slurm.conf is changed and put back.
  @Suite("Checking a real cluster")
  struct Checking {
    let cluster = RealCluster.shared

    @Test("a cluster as its administrator prepared it is sound for reservations")
    func sound() async throws {
      try await cluster.clear()
      let configuration = try await cluster.configuration()
      let check = ClusterCheck(configuration, reader: CommandReader(configuration))
      let findings = await check.findings()
      #expect(!findings.contains { $0.level == .fix || $0.level == .fail }, "\(findings)")
      #expect(try await check.refusal() == nil)
    }

    /// Lines behind slurm.conf, and what check then says.
    static let changes: [(lines: String, says: String)] = [
      ("AccountingStorageEnforce=associations", "qos would not hold"),
      ("ResvOverRun=10", "run on after the end"),
      ("PartitionName=h800 Nodes=h[1-2] AllowAccounts=root", "account sampan shut out"),
      ("PartitionName=h800 Nodes=h[1-2] AllowQos=normal", "QOS sampan of account sampan shut out"),
      ("PartitionName=h800 Nodes=h[1-2] RootOnly=YES", "RootOnly=YES"),
      ("PrivateData=jobs", "PrivateData"),
      ("JobSubmitPlugins=require_timelimit", "JobSubmitPlugins=require_timelimit"),
    ]

    @Test(
      "a changed slurm.conf is seen, and a form that does not hold is refused", arguments: changes)
    func changed(_ lines: String, _ says: String) async throws {
      let folder = try await cluster.directory()
      let file = "\(folder)/etc/slurm.conf"
      let before = try String(contentsOfFile: file, encoding: .utf8)
      var configuration = try await cluster.configuration()
      configuration.tokenFile = "\(folder)/tokens/sampan-agent.jwt"
      let check = ClusterCheck(configuration, reader: CommandReader(configuration))
      // Of a partition that stands twice Slurm keeps the first.
      let name = lines.split(separator: " ")[0]
      let rest =
        lines.hasPrefix("PartitionName")
        ? before.split(separator: "\n").filter { !$0.hasPrefix("\(name) ") }.joined(separator: "\n")
        : before
      try "\(rest)\n\(lines)\n".write(toFile: file, atomically: false, encoding: .utf8)
      try await cluster.restartController()
      let findings = await check.findings()
      let refusal = try await check.refusal()
      try before.write(toFile: file, atomically: false, encoding: .utf8)
      try await cluster.restartController()
      let found = findings.first { $0.level != .ok && $0.text.contains(says) }
      #expect(found?.remedy != nil, "\(findings)")
      #expect((refusal != nil) == (found?.level == .fix), "\(refusal ?? "no refusal")")
      #expect(try await check.refusal() == nil)
    }

    @Test("capacity follows drained nodes, maintenance, foreign jobs and our own reservations")
    func capacity() async throws {
      try await cluster.clear()
      try await cluster.makeAccount("own", users: ["tenant2"])
      let configuration = try await cluster.configuration()
      let reader = CommandReader(configuration)
      let start = Int64(Date().timeIntervalSince1970)
      let clock = SlurmClock.identity { Int64(Date().timeIntervalSince1970 * 1_000) }
      try await cluster.run("scontrol update nodename=a1 state=drain reason=fan")
      let begin = start + 7_200
      try await cluster.run(
        "scontrol create reservation reservationname=service starttime=\(Self.time(begin))"
          + " duration=60 nodes=a2 users=root flags=maint")
      try await cluster.run(
        "scontrol create reservation reservationname=sampan-l1 starttime=now duration=120 nodes=h1"
          + " users=tenant1 accounts=sampan")
      let job = try await cluster.submit(as: "tenant2", "-A own -p h800 --gres=gpu:1 -t 30")
      let inside = try await cluster.submit(
        as: "tenant1", "-A sampan -p h800 --reservation=sampan-l1 --gres=gpu:8 -t 60")
      try await cluster.eventually("both jobs run") {
        let running = try await reader.queue().filter { $0.state == "RUNNING" }.map(\.id)
        return running.contains(job) && running.contains(inside)
      }
      let pools = try await ClusterCapacity(configuration, reader: reader, clock: clock).pools()
      let ends = try #require(try await reader.queue().first { $0.id == job }?.end)
      let h800 = try #require(pools.first { $0.pool == "h800-a" })
      #expect(h800.fault == nil && h800.gpus == 16 && h800.unusable == 0 && h800.unit == 8)
      #expect(h800.runs.map(\.gpus) == [8, 16] && h800.runs[0].to == ends * 1_000)
      let a100 = try #require(pools.first { $0.pool == "a100-a" })
      #expect(a100.unusable == 8 && a100.runs.map(\.gpus) == [8, 8])
      #expect(a100.runs[0].to == begin * 1_000 && a100.runs[1].from == (begin + 3_600) * 1_000)

      // Parts of nodes: the same cluster by GPUs, and two waiting jobs of the centre.
      var single = configuration
      single.leaseAs = .account
      for _ in 1...2 {
        _ = try await cluster.submit(
          as: "tenant2", "-A own -p h800 -N1 --exclusive --gres=gpu:8 -t 30")
      }
      let parts = try await ClusterCapacity(single, reader: reader, clock: clock).pools()
      let first = try #require(parts.first { $0.pool == "h800-a" }?.runs.first)
      #expect(first.gpus == 15 - 8)
      try await cluster.clear()
    }

    private static func time(_ seconds: Int64) -> String {
      let formatter = DateFormatter()
      formatter.locale = Locale(identifier: "en_US_POSIX")
      formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
      return formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
    }
  }
}
