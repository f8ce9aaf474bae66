import Foundation

/// Reads a cluster by Slurm's own commands. Where a command can write JSON that is taken, since job
/// names are the tenants' and may hold anything; the rest is text in which only names stand.
package struct CommandReader: ClusterReader {
  private let cluster: String
  private let commands: SlurmCommands

  package init(_ configuration: SlurmConfiguration) {
    cluster = configuration.cluster
    commands = SlurmCommands(configuration)
  }

  package func nodes() async throws(SlurmError) -> [ClusterNode] {
    try await list("nodes", "sinfo", ["--all", "--json"]).compactMap { ClusterJSON.node($0) }
  }

  package func partitions() async throws(SlurmError) -> [ClusterPartition] {
    let output = try await commands.output("scontrol", ["-a", "-o", "show", "partition"])
    return ClusterText.lines(output).compactMap { ClusterText.partition($0) }
  }

  package func reservations() async throws(SlurmError) -> [ClusterReservation] {
    let output = try await commands.output("scontrol", ["-a", "-o", "show", "reservation"])
    return ClusterText.lines(output).compactMap { ClusterText.reservation($0) }
  }

  package func queue() async throws(SlurmError) -> [QueuedJob] {
    try await list("jobs", "squeue", ["--all", "--states=all", "--json"]).compactMap {
      ClusterJSON.job($0)
    }
  }

  /// With `--json` a command says "Unspecified error" whatever is wrong, and ends with exit 0. Then
  /// one that prints text is asked, which names what it is.
  private func list(
    _ name: String, _ command: String, _ arguments: [String]
  ) async throws(SlurmError) -> [JSONField] {
    let output = try await commands.output(command, arguments)
    do throws(SlurmError) {
      return try ClusterJSON.list(name, in: output, of: "\(command) --json")
    } catch {
      if error.kind == .other { _ = try await partitions() }
      throw error
    }
  }

  private static let accountingColumns = [
    "JobIDRaw", "Account", "User", "Partition", "QOS", "ReservationId", "State", "Submit", "Start",
    "End", "Suspended", "AllocTRES", "NodeList",
  ]

  package func accounting(
    _ question: AccountingQuestion
  ) async throws(SlurmError) -> [AccountingJob] {
    var arguments = [
      "--allusers", "--duplicates", "--allocations", "--noheader", "--parsable2",
      "--clusters=\(cluster)", "--starttime=\(Self.time(question.from))",
      "--endtime=\(Self.time(question.to))", "--format=\(Self.list(Self.accountingColumns))",
    ]
    if !question.accounts.isEmpty { arguments.append("--accounts=\(Self.list(question.accounts))") }
    let output = try await commands.output("sacct", arguments)
    let jobs = ClusterText.rows(output, columns: Self.accountingColumns.count).compactMap {
      Self.accountingJob($0)
    }
    return try await withReservations(jobs)
  }

  /// sacct knows reservations by the number of their record only; their names stand elsewhere.
  func withReservations(
    _ jobs: [AccountingJob]
  ) async throws(SlurmError) -> [AccountingJob] {
    let ids = Set(jobs.compactMap(\.reservationID))
    if ids.isEmpty { return jobs }
    let output = try await commands.output(
      "sacctmgr",
      [
        "-n", "-P", "show", "reservation", "cluster=\(cluster)",
        "ids=\(Self.list(ids.sorted().map { "\($0)" }))", "start=\(Self.time(0))",
        "format=id,name",
      ])
    var names: [Int64: String] = [:]
    for row in ClusterText.rows(output, columns: 2) {
      if let id = Int64(row[0]) { names[id] = row[1] }
    }
    return jobs.map { job in
      var job = job
      job.reservation = job.reservationID.flatMap { names[$0] }
      return job
    }
  }

  private static func accountingJob(_ row: [String]) -> AccountingJob? {
    guard let id = Int64(row[0]) else { return nil }
    let tres = TRES(reading: row[11])
    var job = AccountingJob(
      id: id, account: row[1], state: String(row[6].prefix { $0 != " " }),
      start: Int64(row[8]), end: Int64(row[9]), gpus: tres.gpus)
    job.user = row[2]
    job.partition = row[3]
    job.qos = row[4]
    job.reservationID = Int64(row[5]).flatMap { $0 > 0 ? $0 : nil }
    job.submitted = Int64(row[7]) ?? 0
    job.suspendedSeconds = ClusterText.duration(row[10]) ?? 0
    job.gpusByType = tres.gpusByType
    job.nodes = row[12] == "None assigned" ? [] : Hostlist.names(row[12])
    return job
  }

  package func associations() async throws(SlurmError) -> [ClusterAssociation] {
    let columns = [
      "id", "cluster", "account", "user", "partition", "parentname", "lft", "rgt", "grptres",
      "grptresmins", "grpsubmitjobs", "maxsubmitjobs", "qos", "defaultqos", "fairshare",
    ]
    let output = try await commands.output(
      "sacctmgr",
      ["-n", "-P", "show", "assoc", "cluster=\(cluster)", "format=\(Self.list(columns))"])
    return ClusterText.rows(output, columns: columns.count).compactMap { row in
      guard let id = Int64(row[0]) else { return nil }
      var association = ClusterAssociation(
        id: id, cluster: row[1], account: row[2], user: Self.some(row[3]))
      association.partition = Self.some(row[4])
      association.parent = Self.some(row[5])
      association.left = Int64(row[6])
      association.right = Int64(row[7])
      association.grpTRES = TRES(reading: row[8])
      association.grpTRESMinutes = TRES(reading: row[9])
      association.grpSubmitJobs = Int64(row[10])
      association.maxSubmitJobs = Int64(row[11])
      association.qos = row[12].split(separator: ",").map { String($0) }
      association.defaultQOS = Self.some(row[13])
      association.fairshare = Self.some(row[14])
      return association
    }
  }

  package func qos() async throws(SlurmError) -> [ClusterQOS] {
    let columns = [
      "name", "flags", "grptres", "grptresmins", "maxsubmitjobspa", "grpsubmitjobs",
    ]
    let output = try await commands.output(
      "sacctmgr", ["-n", "-P", "show", "qos", "format=\(Self.list(columns))"])
    return ClusterText.rows(output, columns: columns.count).map { row in
      var qos = ClusterQOS(name: row[0])
      qos.flags = Set(row[1].split(separator: ",").map { String($0) })
      qos.grpTRES = TRES(reading: row[2])
      qos.grpTRESMinutes = TRES(reading: row[3])
      qos.maxSubmitJobsPerAccount = Int64(row[4])
      qos.grpSubmitJobs = Int64(row[5])
      return qos
    }
  }

  package func users() async throws(SlurmError) -> [ClusterUser] {
    let output = try await commands.output(
      "sacctmgr",
      ["-n", "-P", "show", "user", "format=user,adminlevel,defaultaccount,defaultwckey"])
    return ClusterText.rows(output, columns: 4).map { row in
      ClusterUser(name: row[0], adminLevel: row[1], defaultAccount: row[2], defaultWCKey: row[3])
    }
  }

  package func nodeEvents(
    from: Int64, to: Int64
  ) async throws(SlurmError) -> [NodeEvent] {
    let output = try await commands.output(
      "sacctmgr",
      [
        "-n", "-P", "show", "event", "cluster=\(cluster)", "start=\(Self.time(from))",
        "end=\(Self.time(to))", "format=nodename,start,end,state,user,reason",
      ])
    // The reason comes last since people write it, bars and all.
    return ClusterText.lines(output).compactMap { line in
      let row = line.split(separator: "|", maxSplits: 5, omittingEmptySubsequences: false)
      guard row.count == 6, let start = Int64(row[1]) else { return nil }
      return NodeEvent(
        node: String(row[0]), start: start, end: Int64(row[2]), state: String(row[3]),
        reason: String(row[5]), user: String(row[4].prefix { $0 != "(" }))
    }
  }

  package func settings() async throws(SlurmError) -> ClusterSettings {
    ClusterText.settings(try await commands.output("scontrol", ["show", "config"]))
  }

  private static func list(_ words: [String]) -> String { words.joined(separator: ",") }

  private static func some(_ text: String) -> String? { text.isEmpty ? nil : text }

  /// A time as sacct and sacctmgr take it whatever the zone; less than ten digits they refuse.
  static func time(_ seconds: Int64) -> String {
    "uts\(min(max(seconds, 1_000_000_000), 9_999_999_999))"
  }
}
