package import AdapterKit
import Foundation

/// `sampan-agent check` on a Slurm cluster. It reads and changes nothing; every finding that needs
/// work names the line to change.
package struct ClusterCheck: Sendable {
  private let configuration: SlurmConfiguration
  private let reader: any ClusterReader
  private let wall: @Sendable () -> Int64

  /// `wall` is this machine's clock in seconds since 1970 UTC.
  package init(
    _ configuration: SlurmConfiguration, reader: any ClusterReader,
    wall: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) {
    self.configuration = configuration
    self.reader = reader
    self.wall = wall
  }

  /// All findings; what cannot be read is one.
  package func findings() async -> [Finding] {
    let faults = configuration.faults
    if !faults.isEmpty {
      return faults.map { Finding(.fail, "slurm: \($0)", remedy: "correct agent.yaml") }
    }
    do throws(SlurmError) {
      return Self.findings(configuration, try await facts())
    } catch {
      return [Finding(.fail, error.summary, remedy: error.nextStep)]
    }
  }

  /// Why leases of the configured form are not given here, nil when they are. An order that is
  /// refused for this is refused for good.
  package func refusal() async throws(SlurmError) -> String? {
    let form = configuration.leaseAs
    let faults = LeaseFormCheck(configuration, facts: try await facts()).faults(of: form)
    guard let first = faults.first else { return nil }
    return "leaseAs: \(form.rawValue) would not hold here: \(first.text); \(first.remedy)"
  }

  /// One reading of everything.
  package func facts() async throws(SlurmError) -> CheckFacts {
    let settings = try await reader.settings()
    let now = wall()
    let cluster = PoolSchedule.Cluster(
      nodes: try await reader.nodes(), partitions: try await reader.partitions(),
      reservations: try await reader.reservations(), queue: [])
    let token = try await TokenSource(configuration).current()
    let name = token.flatMap { TokenSource.user(of: $0) } ?? NSUserName()
    return CheckFacts(
      settings: settings, cluster: cluster, associations: try await reader.associations(),
      qos: try await reader.qos(), users: try await reader.users(),
      reader: .init(
        name: name, isRoot: name == "root",
        tokenExpiry: token.flatMap { TokenSource.expiry(of: $0) }, hasToken: token != nil),
      wall: now)
  }

  /// What the facts come to.
  static func findings(_ configuration: SlurmConfiguration, _ facts: CheckFacts) -> [Finding] {
    let judge = LeaseFormCheck(configuration, facts: facts)
    var findings = answers(configuration, facts)
    findings += configuration.pools.flatMap { pool($0, configuration, facts) }
    findings += overlaps(configuration, facts)
    for fault in judge.faults(of: configuration.leaseAs) {
      findings.append(Finding(.fix, fault.text, remedy: fault.remedy))
    }
    findings += forms(configuration, judge)
    findings += surroundings(configuration, facts)
    return findings + rights(configuration, facts)
  }

  private static func answers(
    _ configuration: SlurmConfiguration, _ facts: CheckFacts
  ) -> [Finding] {
    let version = facts.settings["SLURM_VERSION"] ?? "of unknown version"
    var findings: [Finding] = []
    let drift = abs((facts.settings.controllerTime ?? facts.wall) - facts.wall)
    let text =
      "slurmctld \(version) and slurmdbd answer; its clock is within \(drift + 1) s of ours"
    if drift > 5 {
      findings.append(
        Finding(
          drift > 60 ? .fix : .warn, "slurmctld \(version): its clock is \(drift) s from ours",
          remedy: "let both follow one time server: chronyc tracking"))
    } else {
      findings.append(Finding(.ok, text))
    }
    if !version.hasPrefix("22.05") {
      findings.append(
        Finding(.warn, "this was tested with Slurm 22.05 only", remedy: "begin with mode: observe"))
    }
    let name = facts.settings["ClusterName"] ?? ""
    if name != configuration.cluster {
      findings.append(
        Finding(
          .fail, "the cluster is called \(name), not \(configuration.cluster)",
          remedy: "slurm: cluster: \(name) in agent.yaml, or another configurationFile"))
    }
    return findings
  }

  private static func pool(
    _ pool: SlurmConfiguration.Pool, _ configuration: SlurmConfiguration, _ facts: CheckFacts
  ) -> [Finding] {
    guard let partition = facts.partition(of: pool) else { return [] }
    let schedule = PoolSchedule(
      pool, of: configuration, cluster: facts.cluster, from: facts.wall, to: facts.wall + 1)
    guard !schedule.nodes.isEmpty else {
      return [
        Finding(
          .fix, "pool \(pool.name): no node with GPUs",
          remedy: "correct nodes: in agent.yaml, or Gres= in slurm.conf")
      ]
    }
    let broken = schedule.nodes.filter(\.isBroken).count
    let names = Set(schedule.nodes.map(\.name))
    let maintenance = facts.cluster.reservations.filter {
      $0.flags.contains("MAINT") && !names.isDisjoint(with: $0.nodes)
    }
    var text =
      "partition \(partition.name): \(schedule.nodes.count) nodes of \(schedule.unit) GPUs;"
      + " \(broken) drained or down"
    for reservation in maintenance.sorted(by: { $0.start < $1.start }).prefix(3) {
      let count = names.intersection(reservation.nodes).count
      text += ", \(count) in \(reservation.name) (MAINT) until \(Self.time(reservation.end))"
    }
    var findings = [Finding(.ok, text)]
    if partition.state != "UP" {
      findings.append(
        Finding(
          .fix, "partition \(partition.name) is \(partition.state): no job starts",
          remedy: "scontrol update partitionname=\(partition.name) state=up"))
    }
    if !schedule.leftOut.isEmpty {
      let some = schedule.leftOut.prefix(3).map { "\($0.name) (\($0.why))" }
      findings.append(
        Finding(
          .warn,
          "pool \(pool.name): \(schedule.leftOut.count) nodes left out: "
            + some.joined(separator: ", "),
          remedy: "correct nodes: in agent.yaml; a pool is of nodes that are alike"))
    }
    return findings
  }

  /// A node in two pools would be sold twice.
  private static func overlaps(
    _ configuration: SlurmConfiguration, _ facts: CheckFacts
  ) -> [Finding] {
    var owners: [String: [String]] = [:]
    for pool in configuration.pools {
      let schedule = PoolSchedule(
        pool, of: configuration, cluster: facts.cluster, from: facts.wall, to: facts.wall + 1)
      for node in schedule.nodes { owners[node.name, default: []].append(pool.name) }
    }
    let double = owners.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
    guard let first = double.first else { return [] }
    return [
      Finding(
        .fail,
        "\(double.count) nodes are in two pools: \(first.key) in \(first.value.joined(separator: " and "))",
        remedy: "give each node to one pool: nodes: in agent.yaml")
    ]
  }

  private static func forms(
    _ configuration: SlurmConfiguration, _ judge: LeaseFormCheck
  ) -> [Finding] {
    var holding: [String] = []
    var others: [Finding] = []
    for form in SlurmConfiguration.LeaseForm.allCases {
      if let fault = judge.faults(of: form).first {
        let isOurs = form == configuration.leaseAs
        others.append(
          Finding(
            isOurs ? .fix : .ok,
            "leaseAs: \(form.rawValue) "
              + (isOurs ? "is off until that is done" : "would not hold: \(fault.text)"),
            remedy: isOurs ? "until then no lease is given here" : nil))
      } else {
        holding.append(form.rawValue)
      }
    }
    let text = holding.isEmpty ? "no form of lease holds here" : "leases hold here as: "
    return others + [Finding(.ok, text + holding.joined(separator: ", "))]
  }

  static func time(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }
}
