import AdapterKit
import Foundation
import Slurm
import Testing

extension OnARealCluster {
  /// What goes wrong with Slurm 22.05, each by its name: here what no other suite meets.
  @Suite("Hazards of a real cluster", .serialized) struct Hazards {
    @Test("reservations name their nodes: none is made of fewer, and none takes a busy node")
    func reservationQuirks() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      // scontrol would take a count that cannot be had, and make it of what there is.
      let now = LeaseCluster.clock.now() / 1_000
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.write(
          ["reserve", "sampan-z-0", "\(now)", "\(now + 600)", "NodeCnt=9", "-", "sampan"])
      }
      await #expect { _ = try await site.apply(cluster.order("z-1", gpus: 80)) } throws: {
        ($0 as? AdapterError)?.isTransient == false
      }
      // Somebody's jobs run on all nodes but one.
      _ = try await cluster.run("sacctmgr", "-i", "add", "account", "physics")
      _ = try? await cluster.run("sacctmgr", "-i", "add", "user", "tenant2", "account=physics")
      var jobs: [Int64] = []
      for node in ["l2", "l3", "l4"] {
        jobs.append(
          try await cluster.submit(
            as: "tenant2", account: "physics", gpus: 8, "--nodelist=\(node)"))
      }
      try await cluster.wait(for: "they run") {
        for job in jobs where try await cluster.state(of: job) != "RUNNING" { return false }
        return true
      }
      await #expect { _ = try await site.apply(cluster.order("z-2", gpus: 16)) } throws: {
        ($0 as? AdapterError)?.isTransient == true && "\($0)".contains("not free")
      }
      #expect(try await cluster.reader.reservations().isEmpty, "and not one of a single node")
      #expect(try await site.apply(cluster.order("z-3")).gpus == 8)
      #expect(try await site.apply(cluster.order("z-3", gpus: 16)).gpus == 8, "l2 is busy")
      for job in jobs { #expect(try await cluster.state(of: job) == "RUNNING") }
      try await cluster.run("scancel", "\(jobs[0])")
      try await cluster.wait(for: "the node that came free is taken") {
        try await site.apply(cluster.order("z-3", gpus: 16)).gpus == 16
      }
      // Slurm knows no Nodes+=: each call names them all.
      let revised = try await cluster.log().filter { $0.contains(" revise ") }
      #expect(!revised.isEmpty && revised.allSatisfy { !$0.contains("+=") })
      #expect(revised.last?.contains("l1\\,l2") == true, "\(revised)")
      // A reservation with a job that only waits is "in use" as well.
      let waiting = try await cluster.submit(
        as: "tenant1", gpus: 8, "--reservation=sampan-z-3", "--begin=now+1hour")
      #expect(try await cluster.state(of: waiting) == "PENDING")
      try await site.remove("z-3")
      #expect(try await cluster.reader.reservations().isEmpty)
      for job in jobs.dropFirst() { try await cluster.run("scancel", "\(job)") }
      try await cluster.wait(for: "the account is free of jobs") {
        for job in jobs where try await cluster.state(of: job) != "CANCELLED" { return false }
        return true
      }
      _ = try? await cluster.run("sacctmgr", "-i", "delete", "account", "physics")
    }

    @Test("sacctmgr lowers names and calls it an error that nothing changed: neither harms")
    func names() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(cluster.configuration(.account))
      // Slurm makes sampan-hku.h800 of it: a name that is there and is not ours.
      try await cluster.run(
        "sacctmgr", "-i", "add", "account", "SAMPAN-HKU.H800", "Organization=physics")
      await #expect { _ = try await site.apply(cluster.order("z-4", gpus: 2)) } throws: {
        ($0 as? AdapterError)?.isTransient == false && "\($0)".contains("is not ours")
      }
      try await cluster.run("sacctmgr", "-i", "delete", "account", "sampan-hku.h800")
      #expect(try await site.apply(cluster.order("z-4", gpus: 2)).state == .open)
      let names = try await cluster.run("sacctmgr", "-n", "-P", "list", "account", "format=account")
      #expect(names.split(separator: "\n").contains("sampan-hku.h800"))
      // One that would be lowered is refused before sacctmgr hears of it.
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.write(["make", "account", "sampan-HKU.h800", "hku", "h800"])
      }
      // The same again changes nothing, and "Nothing modified" is rc 1.
      #expect(try await site.apply(cluster.order("z-4", gpus: 2)).gpus == 2)
      let quota = String(
        try #require(try await cluster.quota("sampan-hku.h800").split(separator: "|").last))
      try await cluster.write(
        ["quota", "account", "sampan-hku.h800"] + quota.split(separator: " ").map { "\($0)" })
      try await cluster.run("scancel", "--account=sampan-hku.h800")
      try await cluster.run("sacctmgr", "-i", "delete", "account", "sampan-hku.h800")
      try await site.remove("z-4")
      try await site.clear()
      try await site.clear()
      #expect(try await site.remains() == [])
    }

    @Test("a token that is over tells so, changes no gate either way, and a new one goes on")
    func expiredToken() async throws {
      let cluster = try await LeaseCluster()
      let rest = try await RealCluster.shared.rest(isSocket: false)
      var configuration = cluster.configuration()
      configuration.interface = .rest
      configuration.rest = rest.rest
      let file = cluster.scratch + "/token"
      configuration.tokenFile = file
      func renew(_ seconds: Int) async throws {
        let user = try #require(rest.rest).user
        let text = try await cluster.run(
          "scontrol", "token", "username=\(user)", "lifespan=\(seconds)")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        chmod(file, 0o600)
      }
      try await renew(600)
      let site = try cluster.site(configuration, reader: configuration.reader)
      #expect(try await site.apply(cluster.order("z-5")).state == .open)
      #expect(try await site.apply(cluster.order("z-6", .prepared)).state == .prepared)
      let before = try await cluster.reader.reservations()
      let written = try await cluster.log().count

      try await renew(1)
      try await Task.sleep(for: .seconds(2))
      let orders = [
        cluster.order("z-5", .prepared), cluster.order("z-5", gpus: 16), cluster.order("z-6"),
        cluster.order("z-7"),
      ]
      for order in orders {
        await #expect { _ = try await site.apply(order) } throws: { Self.isToken($0) }
      }
      await #expect { try await site.remove("z-5") } throws: { Self.isToken($0) }
      await #expect { _ = try await site.allocations() } throws: { Self.isToken($0) }
      await #expect { _ = try await site.capacity() } throws: { Self.isToken($0) }
      #expect(try await cluster.reader.reservations() == before)
      #expect(try await cluster.log().count == written)

      try await renew(600)
      #expect(try await site.apply(orders[0]).state == .prepared)
      #expect(try await site.apply(orders[2]).state == .open)
      try await site.remove("z-5")
      #expect(try await site.allocations().map(\.lease) == ["z-6"])
    }

    private static func isToken(_ error: any Error) -> Bool {
      (error as? AdapterError)?.isTransient == true && "\(error)".contains("token")
    }
  }
}
