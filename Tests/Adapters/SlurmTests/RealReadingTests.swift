import Foundation
import Testing

@testable import Slurm

extension OnARealCluster {
  /// The readers against the real thing; what the values mean is in `ReadingTests`.
  @Suite("Reading a real cluster")
  struct Reading {
    let cluster = RealCluster.shared

    @Test("commands read nodes, jobs, reservations, accounting, associations, users and settings")
    func commands() async throws {
      try await cluster.clear()
      let reader = CommandReader(try await cluster.configuration())
      try await cluster.makeAccount("reading", users: ["tenant1"], limit: "gres/gpu=12")
      try await cluster.run(
        "scontrol create reservation reservationname=look starttime=now duration=60 nodes=h2"
          + " accounts=reading")
      let job = try await cluster.submit(
        as: "tenant1", "-A reading -p h800 --reservation=look --gres=gpu:3 -t 20")
      try await cluster.eventually("the job runs") {
        try await reader.queue().contains { $0.id == job && $0.state == "RUNNING" }
      }
      let running = try #require(try await reader.queue().first { $0.id == job })
      #expect(running.gpusByNode == ["h2": 3] && running.reservation == "look")
      #expect(try #require(running.end) - #require(running.start) == 1_200)
      let node = try #require(try await reader.nodes().first { $0.name == "h2" })
      #expect(node.gpus == 8 && node.gpusInUse == 3 && node.isUsable)
      let reservation = try #require(try await reader.reservations().first)
      #expect(reservation.nodes == ["h2"] && reservation.accounts == ["reading"])
      #expect(try await reader.partitions().map(\.name).sorted() == ["a100", "h800", "lent"])

      try await cluster.eventually("the accounting knows the job with its reservation") {
        let start = try #require(running.start)
        let question = AccountingQuestion(from: start - 5, to: start + 60, accounts: ["reading"])
        let record = try await reader.accounting(question).first { $0.id == job }
        return record?.reservation == "look" && record?.gpus == 3 && record?.end == nil
      }
      let tree = try await reader.associations()
      let account = try #require(tree.first { $0.account == "reading" && $0.user == nil })
      let user = try #require(tree.first { $0.account == "reading" && $0.user == "tenant1" })
      #expect(account.parent == "root" && account.grpTRES.gpus == 12)
      #expect(try #require(account.left) < #require(user.left))
      #expect(try #require(user.right) < #require(account.right))
      #expect(try await reader.users().first { $0.name == "root" }?.adminLevel == "Administrator")
      #expect(try await reader.qos().contains { $0.name == "normal" })
      let before = Int64(Date().timeIntervalSince1970)
      let settings = try await reader.settings()
      let after = Int64(Date().timeIntervalSince1970)
      #expect((before - 2...after + 2).contains(try #require(settings.controllerTime)))
      #expect(settings["SelectType"] == "select/cons_tres")
    }

    @Test("a drained node has an event with its reason; it ends when the node is resumed")
    func events() async throws {
      try await cluster.clear()
      let reader = CommandReader(try await cluster.configuration())
      let before = Int64(Date().timeIntervalSince1970) - 1
      try await cluster.run("scontrol", ["update", "nodename=a2", "state=drain", "reason=a|b c"])
      #expect(try await reader.nodes().first { $0.name == "a2" }?.isUsable == false)
      try await Task.sleep(for: .seconds(2))
      try await cluster.run("scontrol update nodename=a2 state=resume")
      try await cluster.eventually("slurmdbd has the event") {
        let events = try await reader.nodeEvents(from: before, to: before + 600)
        return events.contains { $0.node == "a2" && $0.reason == "a|b c" && $0.end != nil }
      }
    }

    @Test("slurmctld down, slurmdbd down and a token that is over are told apart")
    func faults() async throws {
      let configuration = try await cluster.configuration()
      let reader = CommandReader(configuration)
      try await cluster.end("slurmdbd")
      await fails(.databaseDown) { _ = try await reader.associations() }
      _ = try await reader.nodes()
      try await cluster.end("slurmctld")
      await fails(.controllerDown) { _ = try await reader.queue() }
      await fails(.controllerDown) { _ = try await reader.reservations() }
      try await cluster.up()
      _ = try await reader.nodes()
      _ = try await reader.associations()

      var over = configuration
      let folder = try await cluster.directory()
      let token = try await cluster.run("scontrol token username=tenant1 lifespan=1")
      over.tokenFile = "\(folder)/tokens/over"
      try token.write(toFile: "\(folder)/tokens/over", atomically: true, encoding: .utf8)
      chmod("\(folder)/tokens/over", 0o644)
      await fails(.token) { _ = try await CommandReader(over).nodes() }
      chmod("\(folder)/tokens/over", 0o600)
      try await Task.sleep(for: .seconds(2))
      await fails(.token) { _ = try await CommandReader(over).nodes() }
      await fails(.token) { _ = try await CommandReader(over).associations() }

      over.tokenCommand = ["scontrol", "token", "username=tenant1", "lifespan=600"]
      over.tokenCommand =
        ["/usr/bin/env", "SLURM_CONF=\(folder)/etc/slurm.conf"] + over.tokenCommand
      #expect(try await CommandReader(over).nodes().count == 8)
    }

    @Test("slurmrestd, by TCP and by its socket, says the same as the commands")
    func rest() async throws {
      try await cluster.clear()
      let commands = CommandReader(try await cluster.configuration())
      try await cluster.makeAccount("reading", users: ["tenant1"], limit: "gres/gpu=12")
      try await cluster.run(
        "scontrol create reservation reservationname=look starttime=now duration=60 nodes=h2"
          + " accounts=reading flags=daily")
      try await cluster.run("scontrol update nodename=a1 state=drain reason=fan")
      let started = Int64(Date().timeIntervalSince1970) - 2
      let job = try await cluster.submit(
        as: "tenant1", "-A reading -p h800 --reservation=look --gres=gpu:3 -t 20")
      _ = try await cluster.submit(as: "tenant1", "-A reading -p a100 --gres=gpu:2 -N2 -a 1-4")
      let question = AccountingQuestion(from: started, to: started + 600, accounts: ["reading"])
      try await cluster.eventually("the accounting knows the running job") {
        try await commands.accounting(question).contains { $0.id == job && $0.state == "RUNNING" }
      }
      for isSocket in [false, true] {
        let reader = try #require(RESTReader(try await cluster.rest(isSocket: isSocket)))
        #expect(try await reader.nodes() == commands.nodes())
        #expect(try await reader.partitions() == commands.partitions())
        let reservations = try await commands.reservations().map { reservation in
          var reservation = reservation
          reservation.state = nil
          return reservation
        }
        #expect(try await reader.reservations() == reservations)
        // The reason why a job waits may change between two readings.
        try await cluster.eventually("both say the same of the queue") {
          try await reader.queue().sorted { $0.id < $1.id }
            == commands.queue().sorted { $0.id < $1.id }
        }
        let order = { (one: AccountingJob, other: AccountingJob) in one.id < other.id }
        #expect(
          try await reader.accounting(question).sorted(by: order)
            == commands.accounting(question).sorted(by: order))
        #expect(try await reader.settings()["ClusterName"] != nil)
        // An account without a job: slurmrestd calls that an error.
        let nobody = AccountingQuestion(
          from: started, to: started + 60, accounts: ["sampan-nobody"])
        #expect(try await reader.accounting(nobody).isEmpty)
      }
      try await cluster.clear()
    }

    @Test("slurmrestd down, slurmctld down behind it, and a bad token are told apart")
    func restFaults() async throws {
      let configuration = try await cluster.rest(isSocket: false)
      let reader = try #require(RESTReader(configuration))
      var bad = configuration
      let folder = try await cluster.directory()
      bad.tokenFile = "\(folder)/tokens/bad"
      try (String(repeating: "x", count: 30) + ".y.z").write(
        toFile: "\(folder)/tokens/bad", atomically: true, encoding: .utf8)
      chmod("\(folder)/tokens/bad", 0o600)
      let foreign = try #require(RESTReader(bad))
      await fails(.token) { _ = try await foreign.nodes() }
      let none = AccountingQuestion(from: 1_700_000_000, to: 1_700_000_001)
      await fails(.token) { _ = try await foreign.accounting(none) }
      try await cluster.end("slurmdbd")
      await fails(.databaseDown) { _ = try await reader.accounting(none) }
      try await cluster.up()
      try await cluster.end("slurmctld")
      await fails(.controllerDown) { _ = try await reader.reservations() }
      try await cluster.end("slurmrestd")
      await fails(.restDown) { _ = try await reader.queue() }
      try await cluster.up()
      #expect(try await reader.nodes().count == 8)
    }

    private func fails(_ kind: SlurmError.Kind, _ reading: () async throws -> Void) async {
      do {
        try await reading()
        Issue.record("it was read")
      } catch let error as SlurmError {
        #expect(error.kind == kind, "\(error)")
      } catch {
        Issue.record(error)
      }
    }
  }
}
