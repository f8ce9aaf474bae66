import AdapterKit
import Foundation
import Slurm
import Synchronization
import Testing

extension OnARealCluster {
  @Suite("Faults on a real cluster", .serialized) struct Faults {
    @Test(
      "an agent killed between any two writes converges, and never leaves a gate open",
      arguments: [
        SlurmConfiguration.LeaseForm.reservation, .account, .qos,
      ])
    func killed(_ form: SlurmConfiguration.LeaseForm) async throws {
      let cluster = try await LeaseCluster()
      let configuration = cluster.configuration(form)
      let gpus: Int64 = 8
      // A first lease is a reservation and its gate; or an account (after its QOS), a user, a limit.
      let most = form == .reservation ? 2 : form == .account ? 3 : 4
      for writes in 0...most {
        var order = cluster.order("k-\(writes)", gpus: gpus)
        let dying = try cluster.site(try cluster.dying(configuration, after: writes))
        _ = try? await dying.apply(order)
        let heir = try cluster.site(configuration)
        let found = try await heir.allocations().first { $0.lease == order.lease }
        #expect(found == nil || found?.gpus == gpus)
        #expect(try await heir.apply(order).state == .open)
        order.state = .prepared
        let closing = try cluster.site(try cluster.dying(configuration, after: writes))
        _ = try? await closing.apply(order)
        #expect(try await heir.apply(order).state == .prepared)
        let removing = try cluster.site(try cluster.dying(configuration, after: writes))
        try? await removing.remove(order.lease)
        try await heir.remove(order.lease)
        #expect(try await heir.allocations() == [])
        // The next one is a tenant's first again.
        try await heir.clear()
        #expect(try await heir.remains() == [])
      }
    }

    @Test("a lost node is told, replaced when another is free, and not delivered meanwhile")
    func lostNode() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      let order = cluster.order("f-1", gpus: 16)
      let lease = try await site.apply(order)
      #expect(lease.gpus == 16)
      let begin = LeaseCluster.clock.now()
      let nodes = try await cluster.reader.reservations().first { $0.name == "sampan-f-1" }?.nodes
      let lost = try #require(nodes?.first)
      for spare in ["l1", "l2", "l3", "l4"] where nodes?.contains(spare) == false {
        try await cluster.run(
          "scontrol", "update", "NodeName=\(spare)", "State=DRAIN", "Reason=no")
      }
      try await cluster.run("scontrol", "update", "NodeName=\(lost)", "State=DRAIN", "Reason=dead")
      let seen = try #require(try await site.allocations().first)
      #expect(seen.nodes == 2 && seen.others == 0)
      #expect(seen.gpus == 8 && seen.state == .open && seen.note?.contains(lost) == true)
      let still = try await site.apply(order)
      #expect(still.gpus == 8 && still.note?.contains("degraded") == true)
      try await Task.sleep(for: .seconds(3))
      let end = LeaseCluster.clock.now()
      let usage = try #require(try await site.usage(Interval(from: begin, to: end)).first)
      #expect(usage.delivered < (end - begin) * 16 - 2_000 * 8)
      #expect(usage.delivered >= (end - begin) * 8)
      for spare in ["l1", "l2", "l3", "l4"] where nodes?.contains(spare) == false {
        try await cluster.run("scontrol", "update", "NodeName=\(spare)", "State=RESUME")
      }
      try await cluster.wait(for: "another node takes its place") {
        try await site.apply(order).gpus == 16
      }
      let now = try await cluster.reader.reservations().first { $0.name == "sampan-f-1" }?.nodes
      #expect(now?.count == 2 && now?.contains(lost) == false)
    }

    @Test("a name that exists already and is not ours is left alone, and said")
    func foreignName() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      try await cluster.run(
        "scontrol", "create", "reservation", "ReservationName=sampan-f-2", "StartTime=now",
        "Duration=30", "Nodes=a1", "Users=tenant2")
      await expectFinal("is not ours") { _ = try await site.apply(cluster.order("f-2")) }
      await expectFinal("is not ours") { try await site.remove("f-2") }
      #expect(try await site.allocations() == [])
      #expect(try await site.remains().count == 1)
      #expect(try await cluster.reader.reservations().map(\.users) == [["tenant2"]])
      let quota = try cluster.site(cluster.configuration(.account))
      try await cluster.run(
        "sacctmgr", "-i", "add", "account", "sampan-hku.h800", "Organization=physics")
      await expectFinal("is not ours") { _ = try await quota.apply(cluster.order("f-2", gpus: 2)) }
      #expect(try await quota.allocations() == [])
      try await quota.clear()
      let names = try await cluster.run("sacctmgr", "-n", "-P", "list", "account", "format=account")
      #expect(names.contains("sampan-hku.h800"))
    }

    @Test("what was deleted by hand is seen gone, made again, and not delivered meanwhile")
    func deletedByHand() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      let order = cluster.order("f-3")
      _ = try await site.apply(order)
      try await Task.sleep(for: .seconds(2))
      try await cluster.run("scontrol", "delete", "ReservationName=sampan-f-3")
      let begin = LeaseCluster.clock.now() + 1_000
      #expect(try await site.allocations() == [])
      try await Task.sleep(for: .seconds(3))
      let end = LeaseCluster.clock.now() - 1_000
      #expect(try await site.apply(order).state == .open)
      try await Task.sleep(for: .seconds(2))
      let usage = try await site.usage(Interval(from: begin, to: end)).first
      #expect(usage == nil || usage?.delivered == 0)
      let later = Interval(from: end + 2_000, to: LeaseCluster.clock.now())
      #expect((try await site.usage(later).first?.delivered ?? 0) > 0)
    }

    @Test("a QOS deleted by hand shuts its users out: without it the account had no limit")
    func deletedQOS() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(cluster.configuration(.qos))
      let order = cluster.order("f-4", gpus: 2)
      #expect(try await site.apply(order).state == .open)
      await #expect(throws: LeaseCluster.Failed.self, "Slurm keeps the default of an account") {
        try await cluster.run("sacctmgr", "-i", "delete", "qos", "sampan-hku.h800")
      }
      try await cluster.run(
        "sacctmgr", "-i", "modify", "account", "sampan-hku.h800", "set", "qos=normal",
        "defaultqos=normal")
      try await cluster.run("sacctmgr", "-i", "delete", "qos", "sampan-hku.h800")
      let before = try? await cluster.submit(
        as: "tenant1", account: "sampan-hku.h800", gpus: 8, seconds: 1)
      #expect(before != nil, "the hazard itself: without the QOS there is no limit")
      #expect(try await site.allocations() == [])
      await #expect(throws: AdapterError.self) { try await site.apply(order) }
      await #expect(throws: LeaseCluster.Failed.self) {
        try await cluster.submit(as: "tenant1", account: "sampan-hku.h800")
      }
    }

    @Test("a damaged tree of associations freezes every write to slurmdbd")
    func damagedTree() async throws {
      let cluster = try await LeaseCluster()
      let configuration = cluster.configuration(.account)
      let site = try cluster.site(
        configuration, reader: DamagedReader(real: CommandReader(configuration)))
      await #expect {
        _ = try await site.apply(cluster.order("f-5", gpus: 2))
      } throws: { "\($0)".contains("nothing is written to slurmdbd") }
      #expect(try await cluster.log() == [])
    }

    @Test("writes wait for whoever holds the lock, and say so when it is held too long")
    func lock() async throws {
      let cluster = try await LeaseCluster()
      let lock = WriterLock(path: cluster.scratch + "/lock")
      let site = try cluster.site()
      let (isHeld, mayEnd, isDone) = (Flag(), Flag(), Flag())
      let held = Task {
        try await lock.hold(waiting: 60) { () async throws(AdapterError) in
          isHeld.raise()
          await mayEnd.wait()
        }
      }
      await isHeld.wait()
      await #expect {
        try await lock.hold(waiting: 0) { () async throws(AdapterError) in }
      } throws: { "\($0)".contains("somebody else has held it") }
      async let applied = site.apply(cluster.order("f-6"))
      async let watched: Void = {
        try await Task.sleep(for: .seconds(2))
        #expect(!isDone.isRaised, "it waits")
        mayEnd.raise()
      }()
      _ = try await applied
      isDone.raise()
      try await watched
      try await held.value
    }

    /// Something that happens once, and can be waited for.
    private final class Flag: Sendable {
      private let raised = Mutex(false)
      var isRaised: Bool { raised.withLock { $0 } }
      func raise() { raised.withLock { $0 = true } }
      func wait() async {
        while !isRaised, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
      }
    }

    @Test("the write command takes nothing that is not ours, and writes down each call")
    func refusals() async throws {
      let cluster = try await LeaseCluster()
      let now = Int64(Date().timeIntervalSince1970)
      let span = ["\(now + 60)", "\(now + 600)"]
      let bad: [[String]] = [
        ["reserve", "physics"] + span + ["l1", "-", "sampan"],
        ["reserve", "sampan-x"] + span + ["l1,l9", "-", "sampan"],
        ["reserve", "sampan-x"] + span + ["l1", "root", "sampan"],
        ["reserve", "sampan-x"] + span + ["l1", "tenant1", "physics"],
        ["reserve", "sampan-x"] + span + ["l1", "tenant1;id", "sampan"],
        ["reserve", "sampan-x", "now", span[1], "l1", "-", "sampan"],
        ["quota", "account", "root", "8"], ["quota", "account", "sampan-x", "8", "l/9/9"],
        ["join", "sampan-x", "tenant1", "debug"], ["join", "root", "tenant1", "lent"],
        ["drop", "account", "root"], ["drop", "user", "sampan-x"], ["signal", "KILL", "1"],
        ["signal", "TERM", "1 2"], ["stop", "root"], ["release", "sampan-x y"], ["shell"], [],
      ]
      for words in bad {
        await #expect(throws: LeaseCluster.Failed.self, "\(words)") {
          try await cluster.write(words)
        }
      }
      #expect(try await cluster.reader.reservations() == [])
      let log = try await cluster.log()
      #expect(log.count == bad.count && log.allSatisfy { $0.contains("rc=64") })
      let text = try String(contentsOfFile: LeaseCluster.writer, encoding: .utf8)
      #expect(text.split(separator: "\n").count <= 80)
    }

    @Test("without any agent the sweep closes what should have closed")
    func sweep() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(cluster.configuration(.account))
      _ = try await site.apply(cluster.order("f-8", gpus: 4))
      // As an agent that then died wrote it; on a slow machine a near end passes while it is written.
      let record = try #require(
        try await cluster.quota("sampan-hku.h800").split(separator: "|").last
      ).split(separator: " ")
      for seconds in [3, 12, 48] as [Int64] {
        let end = LeaseCluster.clock.wallSeconds + seconds
        let short = "f-7/2/2/\(end - 60)/\(end)"
        try await cluster.write(
          ["quota", "account", "sampan-hku.h800"] + record.map { String($0) } + [short])
        let stands = try await cluster.quota("sampan-hku.h800").contains("gres/gpu=6")
        try await Task.sleep(for: .seconds(max(0, end + 1 - LeaseCluster.clock.wallSeconds)))
        if stands { break }
      }
      try await cluster.write(["sweep"])
      let text = try await cluster.quota("sampan-hku.h800")
      #expect(text.contains("gres/gpu=4|8 ") && text.contains(" f-7/0/2/"), "\(text)")
    }

    @Test("slurmdbd or slurmctld down is told apart, changes nothing and ends no lease")
    func daemons() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      let quotas = try cluster.site(cluster.configuration(.account))
      var order = cluster.order("f-9")
      _ = try await site.apply(order)
      let job = try await cluster.submit(as: "tenant1", gpus: 8, "--reservation=sampan-f-9")
      try await cluster.wait(seconds: 60, for: "the job runs") {
        try await cluster.state(of: job) == "RUNNING"
      }
      try await RealCluster.shared.end("slurmdbd")
      order.gpus = 16
      #expect(try await site.apply(order).gpus == 16, "a reservation needs no slurmdbd")
      await #expect {
        _ = try await quotas.apply(cluster.order("f-10", gpus: 2))
      } throws: { "\($0)".contains("slurmdbd or its database does not answer") }
      let minute = Interval(from: order.start, to: LeaseCluster.clock.now())
      await #expect { _ = try await site.usage(minute) } throws: {
        "\($0)".contains("slurmdbd") && ($0 as? AdapterError)?.isTransient == true
      }
      try await RealCluster.shared.end("slurmctld")
      await #expect { _ = try await site.allocations() } throws: {
        "\($0)".contains("slurmctld does not answer") && ($0 as? AdapterError)?.isTransient == true
      }
      await #expect(throws: AdapterError.self) { try await site.remove("f-9") }
      try await RealCluster.shared.up()
      try await cluster.wait(seconds: 60, for: "the lease stands as before") {
        (try? await site.allocations())?.first?.gpus == 16
      }
      #expect(try await cluster.state(of: job) == "RUNNING")
      try await cluster.wait(seconds: 60, for: "what was delivered meanwhile is known") {
        (try? await site.usage(minute))?.first?.lease == "f-9"
      }
    }

    @Test("when accounting changes afterwards the answer stands and the difference is written down")
    func corrections() async throws {
      let cluster = try await LeaseCluster()
      let configuration = cluster.configuration()
      let reader = AlteredReader(real: CommandReader(configuration))
      let site = try cluster.site(configuration, reader: reader)
      let order = cluster.order("f-11")
      _ = try await site.apply(order)
      let job = try await cluster.submit(as: "tenant1", gpus: 8, "--reservation=sampan-f-11")
      try await cluster.wait(for: "the job runs") {
        try await cluster.state(of: job) == "RUNNING"
      }
      try await Task.sleep(for: .seconds(3))
      let span = Interval(from: order.start, to: LeaseCluster.clock.now())
      let said = try await site.usage(span)
      #expect((said.first?.used ?? 0) > 0)
      reader.forgets.withLock { $0 = true }
      try await Task.sleep(for: .seconds(1))
      _ = try await site.usage(Interval(from: span.to, to: LeaseCluster.clock.now()))
      #expect(try await site.usage(span) == said)
      let heir = try cluster.site(configuration)
      #expect(try await heir.usage(span) == said, "also in the next life of the agent")
      let lines = try String(
        contentsOfFile: configuration.stateFolder + "/corrections.jsonl", encoding: .utf8
      ).split(separator: "\n")
      #expect(lines.count == 1)
      #expect(lines.first?.contains("\"usedNow\":0,\"usedSaid\":\(said[0].used)") == true)
    }

    private func expectFinal(_ words: String, _ body: () async throws -> Void) async {
      await #expect { try await body() } throws: {
        ($0 as? AdapterError)?.isTransient == false && "\($0)".contains(words)
      }
    }
  }
}

/// A cluster whose accounting loses its jobs at some time.
private final class AlteredReader: ClusterReader {
  let real: CommandReader
  let forgets = Mutex(false)

  init(real: CommandReader) { self.real = real }

  func accounting(_ question: AccountingQuestion) async throws(SlurmError) -> [AccountingJob] {
    forgets.withLock { $0 } ? [] : try await real.accounting(question)
  }
  func queue() async throws(SlurmError) -> [QueuedJob] {
    forgets.withLock { $0 } ? [] : try await real.queue()
  }
  func nodes() async throws(SlurmError) -> [ClusterNode] { try await real.nodes() }
  func partitions() async throws(SlurmError) -> [ClusterPartition] { try await real.partitions() }
  func reservations() async throws(SlurmError) -> [ClusterReservation] {
    try await real.reservations()
  }
  func associations() async throws(SlurmError) -> [ClusterAssociation] {
    try await real.associations()
  }
  func qos() async throws(SlurmError) -> [ClusterQOS] { try await real.qos() }
  func users() async throws(SlurmError) -> [ClusterUser] { try await real.users() }
  func nodeEvents(from: Int64, to: Int64) async throws(SlurmError) -> [NodeEvent] {
    try await real.nodeEvents(from: from, to: to)
  }
  func settings() async throws(SlurmError) -> ClusterSettings { try await real.settings() }
}

/// A cluster whose tree of associations has been damaged by two who wrote at once.
private struct DamagedReader: ClusterReader {
  let real: CommandReader

  func associations() async throws(SlurmError) -> [ClusterAssociation] {
    var all = try await real.associations()
    if let index = all.firstIndex(where: { $0.user != nil }) { all[index].left = 1 }
    return all
  }
  func nodes() async throws(SlurmError) -> [ClusterNode] { try await real.nodes() }
  func partitions() async throws(SlurmError) -> [ClusterPartition] { try await real.partitions() }
  func reservations() async throws(SlurmError) -> [ClusterReservation] {
    try await real.reservations()
  }
  func queue() async throws(SlurmError) -> [QueuedJob] { try await real.queue() }
  func accounting(_ question: AccountingQuestion) async throws(SlurmError) -> [AccountingJob] {
    try await real.accounting(question)
  }
  func qos() async throws(SlurmError) -> [ClusterQOS] { try await real.qos() }
  func users() async throws(SlurmError) -> [ClusterUser] { try await real.users() }
  func nodeEvents(from: Int64, to: Int64) async throws(SlurmError) -> [NodeEvent] {
    try await real.nodeEvents(from: from, to: to)
  }
  func settings() async throws(SlurmError) -> ClusterSettings { try await real.settings() }
}
