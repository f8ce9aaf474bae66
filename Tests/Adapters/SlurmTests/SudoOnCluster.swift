import AdapterKit
import Foundation
import Slurm
import Subprocess
import Testing

private let hasSudo = FileManager.default.isExecutableFile(atPath: "/usr/bin/sudo")

extension OnARealCluster {
  /// The way in which a centre installs it: an agent without any right, a line for sudo. The line and
  /// the script's settings stand in a copy of /etc that only these processes see.
  @Suite(
    "By sudo, as a user without rights",
    .enabled(
      if: hasSudo, "THE SUDO PATH WAS NOT TESTED: sudo is missing; apt-get install sudo"))
  struct Sudo {
    /// A site whose write command leaves root's rights behind and comes back by sudo.
    private func install(_ cluster: LeaseCluster) async throws -> SlurmConfiguration {
      let folder = cluster.scratch
      let script = "\(folder)/sampan-slurm"
      try await cluster.run("cp", "-a", "/etc", "\(folder)/etc")
      try await cluster.run("install", "-m", "755", LeaseCluster.writer, script)
      try await cluster.run("install", "-d", "-m", "755", "\(folder)/etc/sampan")
      try await cluster.run("cp", "\(folder)/writer.conf", "\(folder)/etc/sampan/sampan-slurm.conf")
      let line = "\(folder)/etc/sudoers.d/sampan"
      try "sampan-agent ALL=(root) NOPASSWD: \(script)\n".write(
        toFile: line, atomically: true, encoding: .utf8)
      try await cluster.run("chmod", "440", line)
      let enter = "\(folder)/as-agent"
      try """
      #!/bin/sh
      exec unshare -m sh -c 'mount --bind \(folder)/etc /etc && exec setpriv --reuid=sampan-agent \
      --regid=nogroup --clear-groups env -i PATH=/usr/bin:/bin SAMPAN_SLURM_CONF=/dev/null "$@"' \
      sh "$@"
      """.write(toFile: enter, atomically: true, encoding: .utf8)
      try await cluster.run("chmod", "755", enter, folder)
      var configuration = cluster.configuration(.account)
      configuration.writeCommand = [enter, "sudo", "-n", script]
      return configuration
    }

    @Test("the script alone is allowed: a lease is made, resized and taken away, and written down")
    func lease() async throws {
      let cluster = try await LeaseCluster()
      let configuration = try await install(cluster)
      let site = try cluster.site(configuration)
      var order = cluster.order("s-1", gpus: 4)
      #expect(try await site.apply(order).state == .open)
      order.gpus = 8
      #expect(try await site.apply(order).gpus == 8)
      try await site.remove("s-1")
      try await site.clear()
      #expect(try await site.remains() == [])
      let log = try await cluster.log()
      #expect(log.contains { $0.contains(" sampan-agent quota account sampan-hku.h800 ") })
      #expect(log.allSatisfy { $0.contains(" sampan-agent ") }, "each call is the agent's")
    }

    @Test("nothing else is allowed, and the caller's environment names no other settings")
    func refused() async throws {
      let cluster = try await LeaseCluster()
      let configuration = try await install(cluster)
      let enter = configuration.writeCommand[0]
      for words in [["scontrol", "ping"], ["sh", "-c", "id"], ["\(cluster.scratch)/as-agent"]] {
        let run = ProgramRun(
          program: enter, arguments: ["sudo", "-n"] + words, environment: [:],
          timeLimit: .seconds(30), outputLimit: 1 << 16)
        guard case .exited(let code, _, let said) = await run.result() else {
          Issue.record("\(words) did not end")
          continue
        }
        #expect(code != 0 && said.lines.joined().contains("password is required"), "\(words)")
      }
      let bad = ProgramRun(
        program: enter,
        arguments: ["sudo", "-n", "\(cluster.scratch)/sampan-slurm", "stop", "root"],
        environment: [:], timeLimit: .seconds(30), outputLimit: 1 << 16)
      guard case .exited(let code, _, let said) = await bad.result() else {
        Issue.record("the script did not end")
        return
      }
      // With /dev/null for its settings it would not know the prefix.
      #expect(code == 64 && said.last.contains("a name with the prefix sampan-"), "\(said.lines)")
    }
  }
}
