import AdapterKit
import Foundation
import Slurm
import Testing

extension OnARealCluster {
  /// Orders whose state before and after slurmctld confirms.
  @Suite("Few calls on slurmdbd, and never a wrong belief", .serialized) struct QuickLook {
    /// A folder of Slurm's commands in which each call of sacctmgr is counted.
    private func counting(
      _ cluster: LeaseCluster, _ form: SlurmConfiguration.LeaseForm
    ) async throws -> SlurmConfiguration {
      let folder = cluster.scratch + "/bin"
      try await cluster.run("mkdir", "-p", folder)
      for name in ["scontrol", "squeue", "sinfo", "sacct", "sbatch"] {
        try await cluster.run("ln", "-sf", "/usr/bin/\(name)", folder)
      }
      try "#!/bin/sh\necho >> \(folder)/calls\nexec /usr/bin/sacctmgr \"$@\"\n".write(
        toFile: folder + "/sacctmgr", atomically: true, encoding: .utf8)
      try await cluster.run("chmod", "755", folder + "/sacctmgr")
      var configuration = cluster.configuration(form)
      configuration.commandFolder = folder
      return configuration
    }

    private func calls(_ cluster: LeaseCluster) -> Int {
      let text = try? String(contentsOfFile: cluster.scratch + "/bin/calls", encoding: .utf8)
      return text?.count ?? 0
    }

    @Test(
      "opening what stands ready and resizing it are one write each, and nothing is read there",
      arguments: [SlurmConfiguration.LeaseForm.account, .qos])
    func oneCall(_ form: SlurmConfiguration.LeaseForm) async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(try await counting(cluster, form))
      var order = cluster.order("q-1", .prepared, gpus: 2)
      #expect(try await site.apply(order).state == .prepared)
      let reads = calls(cluster)
      let writes = try await cluster.log().count
      #expect(reads > 0, "its calls are counted")
      order.state = .open
      let open = try await site.apply(order)
      #expect(open.state == .open && open.users == ["tenant1"])
      for gpus in [6, 3] as [Int64] {
        order.gpus = gpus
        #expect(try await site.apply(order).gpus == gpus)
      }
      #expect(calls(cluster) == reads)
      #expect(try await cluster.log().count == writes + 3)
      let stands = try await site.allocations()
      #expect(stands.map(\.gpus) == [3] && stands.map(\.state) == [.open])
    }

    @Test("what somebody changed by hand meanwhile is seen, and the order sets it right")
    func byHand() async throws {
      let cluster = try await LeaseCluster()
      let site = try cluster.site(cluster.configuration(.account))
      let account = "sampan-hku.h800"
      var order = cluster.order("q-2", gpus: 4)
      #expect(try await site.apply(order).state == .open)
      try await cluster.run(
        "sacctmgr", "-i", "modify", "account", account, "set", "GrpTRES=gres/gpu=1")
      #expect(try await site.apply(order).gpus == 4)
      #expect(try await cluster.quota(account).hasPrefix("cpu=32,gres/gpu=4|"))
      try await cluster.run(
        "sacctmgr", "-i", "modify", "user", "where", "name=tenant1", "account=\(account)", "set",
        "MaxSubmitJobs=0")
      order.gpus = 6
      #expect(try await site.apply(order).users == ["tenant1"])
      _ = try await cluster.submit(as: "tenant1", account: account, gpus: 6)
      try await cluster.run("scancel", "--account=\(account)")
      try await site.remove("q-2")
      #expect(try await cluster.quota(account).hasPrefix("cpu=0,gres/gpu=0|"))
    }
  }
}
