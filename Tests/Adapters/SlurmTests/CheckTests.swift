import AdapterKit
import Foundation
import Testing

@testable import Slurm

/// Each thing that may be wrong with a cluster: what `check` says of it, and which form of lease it
/// shuts out. The cluster is a recorded one with one thing changed.
@Suite("What check says of a cluster")
struct CheckTests {
  static let wall: Int64 = 1_795_351_643

  static var configuration: SlurmConfiguration {
    var configuration = SlurmConfiguration(cluster: "balpha", stateFolder: "/x")
    configuration.writeCommand = ["/usr/bin/env"]
    configuration.trustsDevices = true
    configuration.pools = [
      .init(name: "h800-a", chip: "h800-80g", partition: "h800", fabric: "ib-a"),
      .init(name: "a100-a", chip: "a100-80g", partition: "a100", fabric: "ib-b"),
    ]
    return configuration
  }

  static func facts() throws -> CheckFacts {
    let folder = "two-partitions"
    var settings = ClusterText.settings(try ReadingTests.fixture("\(folder)/config.txt"))
    settings.controllerTime = wall
    settings.values["ClusterName"] = "balpha"
    let partitions = ClusterText.lines(try ReadingTests.fixture("\(folder)/partitions.txt"))
    let reservations = ClusterText.lines(try ReadingTests.fixture("\(folder)/reservations.txt"))
    let nodes = try ClusterJSON.list(
      "nodes", in: try ReadingTests.fixture("\(folder)/nodes.json"), of: "sinfo")
    var root = ClusterAssociation(id: 1, cluster: "balpha", account: "root")
    root.qos = ["normal"]
    var account = ClusterAssociation(id: 2, cluster: "balpha", account: "sampan")
    account.qos = ["sampan"]
    account.defaultQOS = "sampan"
    var qos = ClusterQOS(name: "sampan")
    qos.flags = ["RequiresReservation"]
    return CheckFacts(
      settings: settings,
      cluster: .init(
        nodes: nodes.compactMap { ClusterJSON.node($0) },
        partitions: partitions.compactMap { ClusterText.partition($0) },
        reservations: reservations.compactMap { ClusterText.reservation($0) }, queue: []),
      associations: [root, account], qos: [ClusterQOS(name: "normal"), qos],
      users: [ClusterUser(name: "root", adminLevel: "Administrator")],
      reader: .init(name: "sampan-agent"), wall: wall)
  }

  @Test("a sound cluster has no finding that needs work, and every form holds")
  func sound() throws {
    let findings = ClusterCheck.findings(Self.configuration, try Self.facts())
    #expect(findings.allSatisfy { $0.level == .ok }, "\(findings)")
    let texts = findings.map(\.text)
    #expect(texts.contains("leases hold here as: reservation, account, qos"))
    #expect(texts.contains { $0.hasPrefix("partition a100: 2 nodes of 8 GPUs; 1 drained") })
  }

  /// One thing changed, the words that must stand in a finding, and the forms that are left.
  struct Fault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout CheckFacts) -> Void
    var level: Finding.Level
    var text: String
    var remedy: String
    var left: [SlurmConfiguration.LeaseForm]

    init(
      _ name: String, _ level: Finding.Level, _ text: String, _ remedy: String,
      left: [SlurmConfiguration.LeaseForm] = SlurmConfiguration.LeaseForm.allCases,
      _ change: @escaping @Sendable (inout CheckFacts) -> Void
    ) {
      testDescription = name
      self.change = change
      self.level = level
      self.text = text
      self.remedy = remedy
      self.left = left
    }

    static func setting(
      _ key: String, _ value: String, _ level: Finding.Level, _ text: String, _ remedy: String,
      left: [SlurmConfiguration.LeaseForm] = SlurmConfiguration.LeaseForm.allCases
    ) -> Fault {
      Fault("\(key)=\(value)", level, text, remedy, left: left) {
        $0.settings.values[key] = value
      }
    }
  }

  static let faults: [Fault] = [
    .setting(
      "AccountingStorageEnforce", "associations", .fix, "qos would not hold",
      "AccountingStorageEnforce=associations,limits,qos,safe", left: []),
    .setting(
      "AccountingStorageEnforce", "associations,qos", .ok, "account would not hold", "",
      left: [.reservation]),
    .setting(
      "AccountingStorageTRES", "cpu,mem,node,billing", .fix, "no gres/gpu",
      "AccountingStorageTRES=gres/gpu", left: []),
    .setting(
      "AccountingStorageType", "accounting_storage/none", .fix, "nobody to ask",
      "AccountingStorageType=accounting_storage/slurmdbd", left: []),
    .setting("JobSubmitPlugins", "lua", .warn, "JobSubmitPlugins=lua", "test lease"),
    .setting(
      "ResvOverRun", "5 min", .fix, "run on after the end", "ResvOverRun=0",
      left: [.account, .qos]),
    .setting("PreemptType", "preempt/partition_prio", .warn, "push tenants' jobs aside", "OFF"),
    .setting("ClusterName", "other", .fail, "called other, not balpha", "cluster: other"),
    .setting("SLURM_VERSION", "23.11.4", .warn, "tested with Slurm 22.05", "observe"),
    .setting("PrivateData", "jobs,usage", .fail, "would sell it", "adminlevel=operator"),
    Fault("AllowAccounts", .fix, "AllowAccounts=root,hpc: account sampan", "add sampan", left: []) {
      $0.cluster.partitions[0].allowAccounts = ["root", "hpc"]
    },
    Fault("AllowAccounts with ours", .ok, "account would not hold", "", left: [.reservation]) {
      $0.cluster.partitions[0].allowAccounts = ["root", "sampan"]
    },
    Fault("AllowQos", .fix, "QOS sampan of account sampan shut out", "add sampan", left: [.account])
    {
      $0.cluster.partitions[1].allowQOS = ["normal"]
    },
    Fault("ReqResv", .ok, "ReqResv=YES", "", left: [.reservation]) {
      $0.cluster.partitions[0].requiresReservation = true
    },
    Fault("RootOnly", .fix, "RootOnly=YES", "RootOnly=NO", left: []) {
      $0.cluster.partitions[0].isRootOnly = true
    },
    Fault("partition down", .fix, "is DOWN: no job starts", "state=up") {
      $0.cluster.partitions[0].state = "DOWN"
    },
    Fault("no account", .fix, "no account sampan", "sacctmgr add account", left: [.account, .qos]) {
      $0.associations.removeLast()
    },
    Fault(
      "an account that runs anywhere", .fix, "outside their lease, with QOS normal",
      "RequiresReservation", left: [.account, .qos]
    ) { $0.associations[1].qos = ["sampan", "normal"] },
    Fault("no partition", .fix, "there is no partition h800", "there are: a100", left: []) {
      $0.cluster.partitions.removeFirst()
    },
    Fault("no GPUs", .fix, "pool h800-a: no node with GPUs", "Gres=") {
      for index in 2...3 { $0.cluster.nodes[index].gpusByType = [:] }
    },
    Fault("odd node", .warn, "1 nodes left out: h2", "alike") {
      $0.cluster.nodes[3].gpusByType = ["h800": 4]
    },
    Fault("clock", .fix, "its clock is 100 s", "chronyc") {
      $0.settings.controllerTime = wall + 100
    },
    Fault("root", .warn, "reads as root", "user of its own") {
      $0.reader = .init(name: "root", isRoot: true)
    },
    Fault("operator", .warn, "AdminLevel Operator", "adminlevel=none") {
      $0.users.append(ClusterUser(name: "sampan-agent", adminLevel: "Operator"))
    },
    Fault("token about to end", .fix, "ends in 10 min", "tokenCommand") {
      $0.reader.hasToken = true
      $0.reader.tokenExpiry = wall + 600
    },
    Fault("partition QOS", .warn, "has QOS small", "sacctmgr show qos small") {
      $0.cluster.partitions[0].qos = "small"
    },
  ]

  @Test(
    "a fault is named with the line to change, and shuts out what would not hold", arguments: faults
  )
  func fault(_ fault: Fault) throws {
    var facts = try Self.facts()
    fault.change(&facts)
    let findings = ClusterCheck.findings(Self.configuration, facts)
    let found = findings.first { $0.level == fault.level && $0.text.contains(fault.text) }
    #expect(found != nil, "\(findings.filter { $0.level != .ok })")
    #expect(fault.remedy.isEmpty || found?.remedy?.contains(fault.remedy) == true)
    let judge = LeaseFormCheck(Self.configuration, facts: facts)
    #expect(
      SlurmConfiguration.LeaseForm.allCases.filter { judge.faults(of: $0).isEmpty } == fault.left)
    for finding in findings where finding.level == .fix || finding.level == .fail {
      #expect(finding.remedy?.isEmpty == false, "\(finding.text)")
    }
  }

  @Test("without ConstrainDevices parts of nodes are leased only where people are trusted")
  func devices() throws {
    var configuration = Self.configuration
    configuration.trustsDevices = false
    configuration.leaseAs = .account
    var facts = try Self.facts()
    var findings = ClusterCheck.findings(configuration, facts)
    #expect(findings.contains { $0.level == .fix && $0.text.contains("ConstrainDevices") })
    facts.settings.values["ConstrainDevices"] = "yes"
    facts.settings.values["TaskPlugin"] = "task/affinity,task/cgroup"
    findings = ClusterCheck.findings(configuration, facts)
    #expect(findings.allSatisfy { $0.level == .ok }, "\(findings)")
  }

  @Test("two pools on one node, and no write command, are said")
  func own() throws {
    var configuration = Self.configuration
    configuration.pools[1].partition = "h800"
    configuration.writeCommand = []
    let findings = ClusterCheck.findings(configuration, try Self.facts())
    #expect(findings.contains { $0.level == .fail && $0.text.contains("h1 in h800-a and a100-a") })
    #expect(findings.contains { $0.level == .warn && $0.text.contains("no writeCommand") })
  }

  @Test("settings that cannot be are all said before anything is asked")
  func settings() async {
    var configuration = SlurmConfiguration(cluster: "no cluster", stateFolder: "/x")
    configuration.interface = .rest
    configuration.prefix = "s"
    let findings = await ClusterCheck(configuration, reader: CommandReader(configuration))
      .findings()
    #expect(findings.count == 5 && findings.allSatisfy { $0.level == .fail }, "\(findings)")
  }
}
