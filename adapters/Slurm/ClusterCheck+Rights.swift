import AdapterKit
import Foundation

/// What lies around the leases: plugins that change jobs, and what the agent may do.
extension ClusterCheck {
  static func surroundings(
    _ configuration: SlurmConfiguration, _ facts: CheckFacts
  ) -> [Finding] {
    var findings: [Finding] = []
    let settings = facts.settings
    let plugins = settings.list("JobSubmitPlugins")
    if !plugins.isEmpty {
      findings.append(
        Finding(
          .warn, "JobSubmitPlugins=\(plugins.joined(separator: ",")): it may change or refuse jobs",
          remedy: "submit one job under a test lease before you sell"))
    }
    if configuration.leaseAs == .reservation, !facts.constrainsDevices {
      findings.append(Finding(.ok, "ConstrainDevices is not in force; whole nodes do not need it"))
    } else if !facts.constrainsDevices, configuration.trustsDevices {
      findings.append(
        Finding(
          .warn,
          "ConstrainDevices is not in force and devices: trusted: a job could use GPUs that"
            + " it was not given",
          remedy: "ConstrainDevices=yes  (cgroup.conf, then restart slurmd)"))
    }
    if configuration.leaseAs != .reservation, !facts.enforces("safe") {
      findings.append(
        Finding(
          .warn, "AccountingStorageEnforce has no safe: jobs may begin that pass a limit later",
          remedy: "AccountingStorageEnforce=associations,limits,qos,safe  (slurm.conf)"))
    }
    for pool in configuration.pools {
      guard let partition = facts.partition(of: pool) else { continue }
      if let qos = partition.qos {
        findings.append(
          Finding(
            .warn, "partition \(partition.name) has QOS \(qos): its limits bind tenants too",
            remedy: "sacctmgr show qos \(qos); raise what is less than a lease"))
      }
      if let groups = partition.allowGroups {
        findings.append(
          Finding(
            .warn, "partition \(partition.name) AllowGroups=\(groups.joined(separator: ","))",
            remedy: "put the people of tenants into one of these groups"))
      }
    }
    if let preempt = settings["PreemptType"], preempt != "preempt/none" {
      findings.append(
        Finding(
          .warn, "PreemptType=\(preempt): others may push tenants' jobs aside",
          remedy: "PreemptMode=OFF on the partitions of the pools, or no higher PriorityTier"))
    }
    return findings
  }

  static func rights(_ configuration: SlurmConfiguration, _ facts: CheckFacts) -> [Finding] {
    let me = facts.reader
    let level = facts.users.first { $0.name == me.name }?.adminLevel ?? "None"
    let slurmUser = facts.settings["SlurmUser"]?.prefix { $0 != "(" } ?? "slurm"
    let isMighty = me.isRoot || me.name == slurmUser
    var findings: [Finding] = []
    if isMighty {
      findings.append(
        Finding(
          .warn, "the agent reads as \(me.name), who may do everything",
          remedy: "run it as a user of its own; it writes through writeCommand only"))
    } else if level != "None" {
      findings.append(
        Finding(
          .warn, "the agent's user \(me.name) has AdminLevel \(level); it needs none",
          remedy: "sacctmgr modify user where name=\(me.name) set adminlevel=none"))
    } else {
      let command = configuration.writeCommand.joined(separator: " ")
      findings.append(
        Finding(
          .ok,
          "no right in Slurm held by \(me.name); "
            + (command.isEmpty ? "nothing is written" : "writes go through \(command)")))
    }
    findings += privateData(facts, seesAll: isMighty || level != "None")
    findings += token(configuration, facts)
    return findings + writing(configuration)
  }

  /// What the agent cannot see it would sell.
  private static func privateData(_ facts: CheckFacts, seesAll: Bool) -> [Finding] {
    let hidden = Set(facts.settings.list("PrivateData").map { $0.lowercased() })
      .intersection(["jobs", "nodes", "reservations", "usage", "users", "accounts"])
    guard !hidden.isEmpty, !seesAll else { return [] }
    return [
      Finding(
        .fail,
        "PrivateData=\(hidden.sorted().joined(separator: ",")): the agent does not see what"
          + " others run, and would sell it",
        remedy: "sacctmgr modify user where name=\(facts.reader.name) set adminlevel=operator,"
          + " or take these out of PrivateData  (slurm.conf, slurmdbd.conf)")
    ]
  }

  private static func token(
    _ configuration: SlurmConfiguration, _ facts: CheckFacts
  ) -> [Finding] {
    guard facts.reader.hasToken else { return [] }
    guard let expiry = facts.reader.tokenExpiry else {
      return [Finding(.warn, "the token has no end", remedy: "scontrol token lifespan=86400")]
    }
    let left = expiry - facts.wall
    let renewed = !configuration.tokenCommand.isEmpty
    if left < 86_400, !renewed {
      return [
        Finding(
          left < 3_600 ? .fix : .warn,
          "the token ends in \(max(0, left) / 60) min, at \(time(expiry))",
          remedy: "set tokenCommand, or renew \(configuration.tokenFile ?? "it") every day by cron")
      ]
    }
    return [
      Finding(.ok, "the token holds until \(time(expiry))" + (renewed ? " and is renewed" : ""))
    ]
  }

  private static func writing(_ configuration: SlurmConfiguration) -> [Finding] {
    guard let program = configuration.writeCommand.first else {
      return [
        Finding(
          .warn, "no writeCommand: leases cannot be given, only observed",
          remedy: "install sampan-slurm and its line of sudoers (adapters/Slurm/README.md)")
      ]
    }
    let script = configuration.writeCommand.first { $0.hasPrefix("/") } ?? program
    guard let path = SlurmCommands.find(script, in: nil) else {
      return [
        Finding(.fix, "writeCommand: \(script) is not there", remedy: "install it, or correct it")
      ]
    }
    let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    if let mode = (mode as? NSNumber)?.intValue, mode & 0o022 != 0 {
      return [
        Finding(
          .fail, "writeCommand: others than its owner may change \(path)",
          remedy: "chown root \(path) && chmod 755 \(path)")
      ]
    }
    return []
  }
}
