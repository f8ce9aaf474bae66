import AdapterKit
import Foundation
import Slurm
import Testing

extension OnARealCluster {
  @Suite("Leases on a real cluster", .serialized) struct Leases {
    @Test("a gate lets in whom the order names, from its opening to its closing, and nobody else")
    func gate() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      let inside = "--reservation=sampan-l-1"
      var order = cluster.order("l-1", .prepared)
      #expect(try await site.apply(order).state == .prepared)
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.submit(as: "tenant1", inside)
      }
      order.state = .open
      let open = try await site.apply(order)
      #expect(open.state == .open && open.users == ["tenant1"])
      #expect(open.access["submit"]?.contains("--reservation=sampan-l-1") == true)
      let job = try await cluster.submit(as: "tenant1", gpus: 8, inside)
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.submit(as: "tenant2", inside)
      }
      try await cluster.wait(for: "the job runs") {
        try await cluster.state(of: job) == "RUNNING"
      }
      order.users = ["tenant2"]
      #expect(try await site.apply(order).users == ["tenant2"])
      _ = try await cluster.submit(as: "tenant2", inside)
      order.state = .prepared
      #expect(try await site.apply(order).state == .prepared)
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.submit(as: "tenant2", inside)
      }
      try await cluster.wait(for: "its jobs have ended") {
        try await cluster.state(of: job) == "CANCELLED"
      }
      try await site.remove("l-1")
      #expect(try await site.allocations() == [])
      #expect(try await site.remains() == [])
    }

    @Test("a lease ends by itself when no agent lives: jobs end, nothing is left")
    func ownEnd() async throws {
      let cluster = try await LeaseCluster()
      var configuration = cluster.configuration()
      configuration.jobSignal.beforeSeconds = 0
      var site: SlurmSite? = try cluster.site(configuration)
      var order = cluster.order("l-2")
      _ = try await site?.apply(order)
      let job = try await cluster.submit(as: "tenant1", gpus: 8, "--reservation=sampan-l-2")
      try await cluster.wait(for: "the job runs") {
        try await cluster.state(of: job) == "RUNNING"
      }
      // On a slow machine a near end passes while it is being set.
      for seconds in [5, 20, 80] as [Int64] {
        order.end = (LeaseCluster.clock.now() / 1_000 + seconds) * 1_000
        if try await site?.apply(order).state == .open { break }
      }
      site = nil
      try await cluster.wait(for: "Slurm has ended the job") {
        try await cluster.state(of: job) == "TIMEOUT"
      }
      let next = try cluster.site()
      #expect(try await next.allocations() == [])
      #expect(try await next.remains() == [])
    }

    @Test("a lease grows and shrinks at once; jobs on what it gives up end after the notice")
    func elastic() async throws {
      let cluster = try await LeaseCluster()
      var configuration = cluster.configuration()
      configuration.jobSignal = .init(name: "USR1", beforeSeconds: 3)
      let site = try cluster.site(configuration)
      var order = cluster.order("l-3", gpus: 8)
      _ = try await site.apply(order)
      let first = try await cluster.submit(as: "tenant1", gpus: 8, "--reservation=sampan-l-3")
      let second = try await cluster.submit(as: "tenant1", gpus: 8, "--reservation=sampan-l-3")
      order.gpus = 16
      #expect(try await site.apply(order).gpus == 16)
      try await cluster.wait(for: "the second job starts on the new node") {
        try await cluster.state(of: second) == "RUNNING"
      }
      order.gpus = 8
      #expect(try await site.apply(order).gpus == 8)
      let states = [try await cluster.state(of: first), try await cluster.state(of: second)]
      #expect(states.contains("RUNNING"))
      try await cluster.wait(for: "one job is left") {
        let states = [try await cluster.state(of: first), try await cluster.state(of: second)]
        return states.filter { $0 == "RUNNING" }.count == 1
      }
    }

    @Test("a lease that needs the node of an overstaying job gets it at once")
    func overstay() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      var order = cluster.order("l-4", gpus: 16)
      _ = try await site.apply(order)
      let jobs = [
        try await cluster.submit(as: "tenant1", gpus: 8, "--reservation=sampan-l-4"),
        try await cluster.submit(as: "tenant1", gpus: 8, "--reservation=sampan-l-4"),
      ]
      try await cluster.wait(for: "both run") {
        let first = try await cluster.state(of: jobs[0])
        let second = try await cluster.state(of: jobs[1])
        return first == "RUNNING" && second == "RUNNING"
      }
      order.gpus = 8
      _ = try await site.apply(order)
      let other = cluster.order("l-5", gpus: 24)
      try await cluster.wait(for: "the other lease has its three nodes") {
        (try? await site.apply(other))?.gpus == 24
      }
      let left = try await cluster.reader.queue().filter { jobs.contains($0.id) && $0.isOnNodes }
      #expect(left.filter { $0.state == "RUNNING" }.count == 1)
    }

    @Test("a limit holds: what is over it is refused or waits, typed or not, and others stay out")
    func limit() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(cluster.configuration(.account))
      var order = cluster.order("l-6", gpus: 4)
      let open = try await site.apply(order)
      #expect(open.state == .open && open.gpus == 4 && open.users == ["tenant1"])
      let account = "sampan-hku.h800"
      let three = try await cluster.submit(as: "tenant1", account: account, gpus: 3)
      let two = try await cluster.submit(as: "tenant1", account: account, gpus: 2)
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.submit(as: "tenant2", account: account)
      }
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.submit(as: "tenant1", account: account, partition: "a100")
      }
      try await cluster.wait(for: "one runs, one waits for the limit") {
        let queue = try await cluster.reader.queue()
        return queue.contains { $0.id == three && $0.state == "RUNNING" }
          && queue.contains { $0.id == two && $0.reason.hasPrefix("AssocGrp") }
      }
      let typed = try await cluster.submit(
        as: "tenant1", account: account, gpus: 2, "--gres=gpu:l40:2")
      order.gpus = 6
      #expect(try await site.apply(order).gpus == 6)
      try await cluster.wait(for: "what waited runs") {
        try await cluster.state(of: two) == "RUNNING"
      }
      #expect(try await cluster.state(of: typed) == "PENDING")
      var second = cluster.order("l-7", gpus: 2)
      #expect(try await site.apply(second).gpus == 2)
      try await cluster.wait(for: "leases of one tenant add up") {
        try await cluster.state(of: typed) == "RUNNING"
      }
      second.state = .prepared
      #expect(try await site.apply(second).state == .prepared)
      try await cluster.wait(for: "the youngest job over the limit is ended") {
        try await cluster.state(of: typed) == "CANCELLED"
      }
      try await site.remove("l-6")
      try await site.remove("l-7")
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.submit(as: "tenant1", account: account)
      }
      #expect(try await site.allocations() == [])
      #expect(try await site.remains() == ["account \(account) of hku: 0 GPUs"])
      try await site.clear()
      let left = try await site.remains()
      #expect(left == [])
    }

    @Test(
      "what a user had before is as it was, field by field",
      arguments: [
        SlurmConfiguration.LeaseForm.account, .qos,
      ])
    func untouched(_ form: SlurmConfiguration.LeaseForm) async throws {
      let cluster = try await LeaseCluster()
      let fields =
        "cluster,account,user,partition,parentname,share,priority,grpjobs,grpsubmit,grptres,"
        + "grptresmins,grptresrunmins,grpwall,maxjobs,maxsubmit,maxtres,maxtresmins,maxtrespernode,"
        + "maxwall,qos,defaultqos,defaultaccount,defaultwckey,adminlevel"
      func all() async throws -> [String] {
        try await cluster.run(
          "sacctmgr", "-n", "-P", "show", "user", "tenant1,tenant2", "withassoc",
          "format=\(fields)"
        ).split(separator: "\n").map { String($0) }.filter { !$0.contains("sampan-") }.sorted()
      }
      let before = try await all()
      let site = try cluster.site(cluster.configuration(form))
      var order = cluster.order("l-8", gpus: 4, users: ["tenant1", "tenant2"])
      _ = try await site.apply(order)
      #expect(try await all() == before)
      order.users = ["tenant1"]
      #expect(try await site.apply(order).users == ["tenant1"])
      try await site.remove("l-8")
      #expect(try await all() == before)
      try await site.clear()
      #expect(try await all() == before)
      #expect(before.count >= 2)
    }
  }
}
