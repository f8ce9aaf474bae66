/// Whether the gate of a form of lease would hold on this cluster: that nobody uses it before it
/// opens, beside it, beyond its size or after it closes.
package struct LeaseFormCheck: Sendable {
  private let configuration: SlurmConfiguration
  private let facts: CheckFacts

  package init(_ configuration: SlurmConfiguration, facts: CheckFacts) {
    self.configuration = configuration
    self.facts = facts
  }

  /// Why leases of this form would not hold; empty when they would.
  package func faults(of form: SlurmConfiguration.LeaseForm) -> [CheckFacts.Fault] {
    let general = accounting(form) + (form == .reservation ? reservation : limits)
    return general + configuration.pools.flatMap { faults(of: form, in: $0) }
  }

  /// The same for one pool: what is wrong with its partition.
  package func faults(
    of form: SlurmConfiguration.LeaseForm, in pool: SlurmConfiguration.Pool
  ) -> [CheckFacts.Fault] {
    guard let partition = facts.partition(of: pool) else {
      return [
        .init(
          "pool \(pool.name): there is no partition \(pool.partition)",
          "correct partition: in agent.yaml; there are: "
            + facts.cluster.partitions.map(\.name).joined(separator: ", "))
      ]
    }
    return access(form, partition) + (form == .reservation ? [] : outside(partition))
  }

  private func accounting(_ form: SlurmConfiguration.LeaseForm) -> [CheckFacts.Fault] {
    var faults: [CheckFacts.Fault] = []
    let settings = facts.settings
    if settings["AccountingStorageType"] != "accounting_storage/slurmdbd" {
      faults.append(
        .init(
          "AccountingStorageType=\(settings["AccountingStorageType"] ?? "none"): there is nobody"
            + " to ask who used what",
          "AccountingStorageType=accounting_storage/slurmdbd  (slurm.conf, then restart slurmctld)")
      )
    }
    let needed = form == .reservation ? ["associations", "qos"] : ["limits", "qos"]
    let missing = needed.filter { !facts.enforces($0) }
    if !missing.isEmpty {
      faults.append(
        .init(
          "AccountingStorageEnforce=\(settings["AccountingStorageEnforce"] ?? "none"):"
            + " \(missing.joined(separator: " and ")) would not hold",
          "AccountingStorageEnforce=associations,limits,qos,safe  (slurm.conf, then restart"
            + " slurmctld)"))
    }
    if !settings.list("AccountingStorageTRES").contains("gres/gpu") {
      faults.append(
        .init(
          "AccountingStorageTRES has no gres/gpu: GPUs are neither counted nor limited",
          "AccountingStorageTRES=gres/gpu  (slurm.conf, then restart slurmctld)"))
    }
    return faults
  }

  /// The account of `leaseAs: reservation` exists, and its people run in reservations only.
  private var reservation: [CheckFacts.Fault] {
    let name = configuration.account
    let make = "sacctmgr add account \(name) parent=root cluster=\(configuration.cluster)"
    let qosLines =
      "sacctmgr add qos \(name) && sacctmgr modify qos \(name) set flags=RequiresReservation &&"
      + " sacctmgr modify account where account=\(name) cluster=\(configuration.cluster)"
      + " set qos=\(name) defaultqos=\(name)"
    let own = facts.associations.filter { $0.account.lowercased() == name.lowercased() }
    var faults: [CheckFacts.Fault] = []
    if own.isEmpty {
      faults.append(
        .init("there is no account \(name), in which leases run", "\(make) && \(qosLines)"))
    } else {
      let bound = Set(
        facts.qos.filter { $0.flags.contains("RequiresReservation") }.map { $0.name.lowercased() })
      let free = Set(own.flatMap(\.qos).map { $0.lowercased() }).subtracting(bound)
      if !free.isEmpty || own.contains(where: { $0.qos.isEmpty }) {
        let names = free.isEmpty ? "any QOS" : "QOS \(free.sorted().joined(separator: ", "))"
        faults.append(
          .init("people of account \(name) can run outside their lease, with \(names)", qosLines))
      }
    }
    let over = facts.settings["ResvOverRun"] ?? "0 min"
    if over != "0 min" {
      faults.append(
        .init(
          "ResvOverRun=\(over): jobs run on after the end of their lease",
          "ResvOverRun=0  (slurm.conf, then scontrol reconfigure)"))
    }
    return faults
  }

  /// Limits bind only what Slurm counts: a job must not reach GPUs that it was not given.
  private var limits: [CheckFacts.Fault] {
    if facts.constrainsDevices || configuration.trustsDevices { return [] }
    return [
      .init(
        "ConstrainDevices is not in force: a job can use GPUs that it was not given",
        "TaskPlugin=task/cgroup,task/affinity (slurm.conf) and ConstrainDevices=yes (cgroup.conf),"
          + " then restart slurmd; or slurm: devices: trusted in agent.yaml, if you trust your people"
      )
    ]
  }

  /// AllowAccounts, AllowQos and the like.
  private func access(
    _ form: SlurmConfiguration.LeaseForm, _ partition: ClusterPartition
  ) -> [CheckFacts.Fault] {
    var faults: [CheckFacts.Fault] = []
    let name = "partition \(partition.name)"
    if form == .reservation {
      let account = configuration.account
      if !partition.admits(account: account) {
        let list = partition.allowAccounts.map { "AllowAccounts=\($0.joined(separator: ","))" }
        faults.append(
          .init(
            "\(name) \(list ?? "DenyAccounts"): account \(account) shut out",
            "add \(account) to AllowAccounts  (slurm.conf, then scontrol reconfigure)"))
      }
      let own = facts.associations.filter { $0.account.lowercased() == account.lowercased() }
      let used = Set(own.flatMap { $0.defaultQOS.map { [$0] } ?? $0.qos })
      for qos in used.sorted() where !partition.admits(qos: qos) {
        faults.append(
          .init(
            "\(name) AllowQos or DenyQos: QOS \(qos) of account \(account) shut out",
            "add \(qos) to AllowQos  (slurm.conf, then scontrol reconfigure)"))
      }
    } else if let allowed = partition.allowAccounts {
      faults.append(
        .init(
          "\(name) AllowAccounts=\(allowed.joined(separator: ",")): lease accounts shut out",
          "use leaseAs: reservation with account \(configuration.account) added, or AllowAccounts=ALL"
        ))
    }
    if form == .qos, let allowed = partition.allowQOS {
      faults.append(
        .init(
          "\(name) AllowQos=\(allowed.joined(separator: ",")): the QOS of a lease shut out",
          "use leaseAs: reservation or account, or AllowQos=ALL"))
    }
    let root = facts.associations.first { $0.account == "root" && $0.user == nil }
    if form == .account, let allowed = partition.allowQOS, let inherited = root?.qos,
      !inherited.contains(where: { partition.admits(qos: $0) })
    {
      faults.append(
        .init(
          "\(name) AllowQos=\(allowed.joined(separator: ",")): lease accounts have only"
            + " \(inherited.joined(separator: ","))",
          "add one of these to AllowQos, or use leaseAs: reservation"))
    }
    if partition.isRootOnly {
      faults.append(
        .init("\(name) RootOnly=YES: nobody may submit", "RootOnly=NO  (slurm.conf)"))
    }
    return faults
  }

  /// What holds back jobs that run outside reservations.
  private func outside(_ partition: ClusterPartition) -> [CheckFacts.Fault] {
    guard partition.requiresReservation else { return [] }
    return [
      .init(
        "partition \(partition.name) ReqResv=YES: jobs run in reservations only",
        "use leaseAs: reservation, or ReqResv=NO  (slurm.conf, then scontrol reconfigure)")
    ]
  }
}
