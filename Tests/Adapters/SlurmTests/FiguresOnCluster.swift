import AdapterKit
import Foundation
import Slurm
import Testing

extension OnARealCluster {
  /// Counted, and small in every run of the tests; `deploy/slurm/figures` runs them in full.
  @Suite("Figures of leases", .serialized) struct Figures {
    static let jobs = ProcessInfo.processInfo.environment["SAMPAN_FIGURES"].flatMap { Int($0) }

    private func say(_ text: String) { print("figure: \(text)") }

    private func milliseconds(_ body: () async throws -> Void) async rethrows -> Int {
      let time = try await ContinuousClock().measure { try await body() }
      return Int(time / .milliseconds(1))
    }

    /// What this user has asked slurmctld and slurmdbd so far, by their own counters.
    private func calls(_ cluster: LeaseCluster) async throws -> [Int] {
      var counts: [Int] = []
      for told in [
        try await cluster.run("sdiag"), try await cluster.run("sacctmgr", "show", "stats"),
      ] {
        let lines = told.split(separator: "\n")
        let own = lines.first {
          $0.trimmingCharacters(in: .whitespaces).hasPrefix("\(NSUserName()) ")
        }
        let count = own?.firstRange(of: /count:(\d+)/).flatMap {
          Int(own?[$0].dropFirst("count:".count) ?? "")
        }
        counts.append(try #require(count, "\(told) names \(NSUserName())"))
      }
      return counts
    }

    private func spread(_ times: [Int]) -> String {
      let sorted = times.sorted()
      return "p50 \(sorted[sorted.count / 2]) ms, p99 \(sorted[sorted.count * 99 / 100]) ms,"
        + " of \(sorted.count)"
    }

    @Test(
      "an order becomes a usable lease, grows and shrinks",
      arguments: [
        SlurmConfiguration.LeaseForm.reservation, .account, .qos,
      ])
    func latency(_ form: SlurmConfiguration.LeaseForm) async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(cluster.configuration(form))
      let before = try await calls(cluster)
      var opening: [Int] = []
      var sizing: [Int] = []
      for round in 0..<(Self.jobs == nil ? 2 : 40) {
        var order = cluster.order("t-\(round)", gpus: 8)
        opening.append(
          try await milliseconds {
            let lease = try await site.apply(order)
            #expect(lease.state == .open)
          })
        for gpus in [16, 8] as [Int64] {
          order.gpus = gpus
          sizing.append(
            try await milliseconds {
              let lease = try await site.apply(order)
              #expect(lease.gpus == gpus)
            })
        }
        try await site.remove(order.lease)
      }
      say("\(form): order to usable lease: \(spread(opening))")
      say("\(form): order to other size: \(spread(sizing))")
      let after = try await calls(cluster)
      let made = zip(before, after).map { Double($1 - $0) / Double(opening.count) }
      #expect(made.allSatisfy { $0 > 0 })
      say(
        String(
          format: "\(form): %.1f calls on slurmctld, %.1f on slurmdbd for each lease that is made,"
            + " resized twice and ended", made[0], made[1]))
    }

    @Test("leases come and go while another writer works, and the tree stays whole")
    func manyLeases() async throws {
      let cluster = try await LeaseCluster()
      let configuration = cluster.configuration(.account)
      let site = try cluster.site(configuration)
      let leases = Self.jobs == nil ? 6 : 100
      let other = Task {
        var made = 0
        while !Task.isCancelled {
          let name = "other\(made)"
          _ = try? await cluster.run(
            "flock", configuration.lockFile, "sacctmgr", "-i", "add", "account", name)
          if made % 2 == 1 {
            _ = try? await cluster.run(
              "flock", configuration.lockFile, "sacctmgr", "-i", "delete", "account", name)
          }
          made += 1
        }
        return made
      }
      // Also when something throws: it would write beside the tests that follow.
      defer { other.cancel() }
      let time = try await milliseconds {
        for index in 0..<leases {
          var order = cluster.order("m-\(index)", gpus: 2, tenant: "t\(index % 10)")
          let made = try await site.apply(order)
          order.gpus = 4
          let grown = try await site.apply(order)
          #expect(made.state == .open && grown.gpus == 4)
          try await site.remove(order.lease)
        }
      }
      other.cancel()
      let made = await other.value
      let tree = try await cluster.reader.associations()
      #expect(AssociationTree.anomalies(tree) == [])
      let accounts = Set(tree.filter { $0.user == nil }.map(\.account))
      for index in 0..<made {
        #expect(accounts.contains("other\(index)") == (index % 2 == 0), "other\(index)")
      }
      #expect(accounts.filter { $0.hasPrefix("sampan-t") }.count == min(leases, 10))
      #expect(try await site.allocations() == [])
      say("\(leases) leases created, resized, ended in \(time / 1_000) s beside \(made) writes")
      for index in 0..<made {
        _ = try? await cluster.run("sacctmgr", "-i", "delete", "account", "other\(index)")
      }
      try await cluster.sweep()
    }

    @Test("used equals an independent count of sacct to the second, in parts as in the whole")
    func metered() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site()
      let count = Self.jobs ?? 30
      let order = cluster.order("u-1", gpus: 24, seconds: 3_600)
      _ = try await site.apply(order)
      let first = try await cluster.submit(
        as: "tenant1", gpus: 1, seconds: 0, "--reservation=sampan-u-1", "--array=1-\(count)",
        "--wrap=sleep $((SLURM_ARRAY_TASK_ID % 3))")
      var parts: Int64 = 0
      var edge = order.start
      // As the agent asks: some seconds after an interval is over.
      func part() async throws {
        let now = LeaseCluster.clock.now() - 5_000
        if now <= edge { return }
        parts += try await site.usage(Interval(from: edge, to: now)).reduce(0) { $0 + $1.used }
        edge = now
      }
      try await cluster.wait(seconds: 900, for: "all jobs have ended") {
        try await Task.sleep(for: .seconds(2))
        try await part()
        return try await !cluster.reader.queue().contains {
          $0.account == "sampan" && ($0.isOnNodes || $0.isPending)
        }
      }
      try await Task.sleep(for: .seconds(7))
      try await part()
      let used = try await site.usage(Interval(from: order.start, to: edge))
      let end = edge / 1_000
      let script = """
        sacct -a -X -D -n -P -A sampan -S uts\(order.start / 1_000) -E uts\(end) \
          -o JobIDRaw,Start,End,AllocTRES,Reservation | awk -F'|' -v a=\(order.start / 1_000) \
          -v b=\(end) '$1 >= \(first) && match($4, /gres\\/gpu=[0-9]+/) {
            n = substr($4, RSTART + 9, RLENGTH - 9); s = $2 < a ? a : $2; e = $3 > b ? b : $3
            if (e > s) { sum += (e - s) * n } ; jobs++ } END { print jobs " " sum + 0 }'
        """
      let words = try await cluster.run("bash", "-c", script).split(separator: " ")
      let jobs = Int(words[0])
      let seconds = Int64(words[1].prefix { $0.isNumber })
      #expect(jobs == count)
      #expect(used.map(\.used) == [parts])
      #expect(used.map(\.used) == [try #require(seconds) * 1_000])
      say("\(count) jobs: used \(used.first?.used ?? 0) ms, sacct \(seconds ?? 0) s")
    }
  }
}
