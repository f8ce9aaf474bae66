import AdapterKit
import Foundation
import Slurm
import Testing

extension OnARealCluster {
  @Suite("A node's daemon is killed", .serialized) struct KilledNode {
    @Test("its lease is degraded and not charged for it, then has a node that was kept back")
    func killed() async throws {
      let cluster = try await LeaseCluster()
      // Slurm gives a node five minutes before it calls it down.
      try await cluster.with("SlurmdTimeout=30") {
        try await killed(in: cluster)
      }
    }

    private func killed(in cluster: LeaseCluster) async throws {
      let site = try cluster.site()
      let order = cluster.order("d-1", gpus: 16, seconds: 1_800)
      #expect(try await site.apply(order).gpus == 16)
      let nodes = try #require(
        try await cluster.reader.reservations().first { $0.name == "sampan-d-1" }?.nodes)
      let spares = ["l1", "l2", "l3", "l4"].filter { !nodes.contains($0) }
      for spare in spares {
        try await cluster.run("scontrol", "update", "NodeName=\(spare)", "State=DRAIN", "Reason=no")
      }
      let lost = nodes[0]
      let job = try await cluster.submit(
        as: "tenant1", gpus: 8, "--reservation=sampan-d-1", "--nodelist=\(lost)", "--no-requeue")
      try await cluster.wait(seconds: 60, for: "the job runs") {
        try await cluster.state(of: job) == "RUNNING"
      }
      try await RealCluster.shared.end("slurmd-\(lost)", by: SIGKILL)
      try await cluster.wait(seconds: 180, for: "the lease is degraded") {
        try await site.allocations().first?.gpus == 8
      }
      let seen = try #require(try await site.allocations().first)
      #expect(seen.state == .open && seen.note?.contains(lost) == true)
      // Accounting hears of it when Slurm calls the node down.
      try await cluster.wait(seconds: 180, for: "the node is down") {
        try await cluster.reader.nodes().first { $0.name == lost }?.state == "down"
      }
      let begin = LeaseCluster.clock.now() + 1_000
      #expect(try await site.apply(order).note?.contains("degraded") == true)
      try await cluster.wait(seconds: 60, for: "its job has ended") {
        try await cluster.state(of: job) != "RUNNING"
      }
      try await Task.sleep(for: .seconds(2))
      let end = LeaseCluster.clock.now()
      let usage = try #require(try await site.usage(Interval(from: begin, to: end)).first)
      #expect(usage.delivered <= (end - begin + 1_000) * 8)

      // What was kept back comes free.
      for spare in spares {
        try await cluster.run("scontrol", "update", "NodeName=\(spare)", "State=RESUME")
      }
      try await cluster.wait(seconds: 60, for: "another node takes its place") {
        try await site.apply(order).gpus == 16
      }
      let now = try await cluster.reader.reservations().first { $0.name == "sampan-d-1" }?.nodes
      #expect(now?.count == 2 && now?.contains(lost) == false)
      _ = try await cluster.submit(
        as: "tenant1", gpus: 16, "--reservation=sampan-d-1", "--nodes=2", "--gres=gpu:8")
      try await site.remove("d-1")
      try await RealCluster.shared.up()
      try await cluster.wait(seconds: 120, for: "the node is back") {
        try await cluster.reader.nodes().first { $0.name == lost }?.isUsable == true
      }
    }
  }
}
