import AdapterKit
import Foundation
import Slurm
import Subprocess
import Testing

/// The real cluster with an account for leases, a configured write command and a site on it.
struct LeaseCluster: Sendable {
  let folder: String
  /// The cluster's own name.
  let name: String
  let scratch: String
  let users = ["tenant1", "tenant2"]

  init() async throws {
    folder = try await RealCluster.shared.directory()
    let settings = try String(contentsOfFile: folder + "/etc/slurm.conf", encoding: .utf8)
    let line = settings.split(whereSeparator: \.isNewline).first { $0.hasPrefix("ClusterName=") }
    name = String(try #require(line).dropFirst("ClusterName=".count))
    scratch = folder + "/test-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try """
    PREFIX=sampan- CLUSTER=\(name) ACCOUNTS=sampan PARTITIONS=lent,a100 LOG=\(scratch)/writes.log
    export SLURM_CONF=\(folder)/etc/slurm.conf
    """.write(toFile: scratch + "/writer.conf", atomically: true, encoding: .utf8)
    await Self.account.make { [self] in
      _ = try? await run("sacctmgr", "-i", "add", "account", "sampan")
      _ = try? await run("sacctmgr", "-i", "add", "user", "tenant1,tenant2", "account=sampan")
      // What `check` asks for: outside of a reservation the account's people can do nothing.
      _ = try? await run("sacctmgr", "-i", "add", "qos", "sampan", "Flags=RequiresReservation")
      _ = try? await run(
        "sacctmgr", "-i", "modify", "account", "sampan", "set", "qos=sampan", "defaultqos=sampan")
    }
    try await sweep()
  }

  /// What is made once for all tests: a call of sacctmgr takes long.
  private actor Once {
    private var isMade = false

    func make(_ body: @Sendable () async -> Void) async {
      if isMade { return }
      await body()
      isMade = true
    }
  }

  private static let account = Once()

  /// Takes away what earlier tests left.
  func sweep() async throws {
    _ = try? await run("scancel", "--account=sampan")
    for reservation in try await reader.reservations() {
      _ = try? await run("scancel", "--reservation=\(reservation.name)")
      _ = try? await run("scontrol", "delete", "ReservationName=\(reservation.name)")
    }
    let names = try await run("sacctmgr", "-n", "-P", "list", "account", "format=account")
    for name in names.split(separator: "\n") where name.hasPrefix("sampan-") {
      _ = try? await run("scancel", "--account=\(name)")
      _ = try? await run("sacctmgr", "-i", "delete", "account", "\(name)")
    }
    let qos = try await run("sacctmgr", "-n", "-P", "list", "qos", "format=name")
    for name in qos.split(separator: "\n") where name.hasPrefix("sampan-") {
      _ = try? await run("sacctmgr", "-i", "delete", "qos", "\(name)")
    }
    for node in try await reader.nodes() where !node.isUsable {
      _ = try? await run("scontrol", "update", "NodeName=\(node.name)", "State=RESUME")
    }
  }

  /// Runs the body with more lines behind slurm.conf, and puts back what was there.
  func with(_ lines: String, _ body: () async throws -> Void) async throws {
    let file = folder + "/etc/slurm.conf"
    let before = try String(contentsOfFile: file, encoding: .utf8)
    try "\(before)\n\(lines)\n".write(toFile: file, atomically: false, encoding: .utf8)
    let result: Result<Void, any Error>
    do {
      try await run("scontrol", "reconfigure")
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    try before.write(toFile: file, atomically: false, encoding: .utf8)
    try await run("scontrol", "reconfigure")
    try result.get()
  }

  func configuration(
    _ form: SlurmConfiguration.LeaseForm = .reservation
  ) -> SlurmConfiguration {
    var configuration = SlurmConfiguration(cluster: name, stateFolder: scratch + "/state")
    configuration.leaseAs = form
    configuration.trustsDevices = true
    configuration.configurationFile = folder + "/etc/slurm.conf"
    configuration.lockFile = scratch + "/lock"
    configuration.writeCommand = [
      "/usr/bin/env", "SAMPAN_SLURM_CONF=\(scratch)/writer.conf", Self.writer,
    ]
    configuration.pools = [
      SlurmConfiguration.Pool(
        name: "h800", chip: "h800-80g", partition: "lent", fabric: "ib-a"),
      SlurmConfiguration.Pool(
        name: "a100", chip: "a100-80g", partition: "a100", fabric: "ib-b"),
    ]
    return configuration
  }

  func site(
    _ configuration: SlurmConfiguration? = nil, clock: SlurmClock = LeaseCluster.clock,
    reader: (any ClusterReader)? = nil
  ) throws -> SlurmSite {
    let configuration = configuration ?? self.configuration()
    return try SlurmSite(
      configuration, clock: clock, reader: reader ?? CommandReader(configuration))
  }

  var reader: CommandReader { CommandReader(configuration()) }

  static let clock = SlurmClock.identity { Int64(Date().timeIntervalSince1970 * 1_000) }

  static var writer: String {
    URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("../../../deploy/slurm/sampan-slurm").standardizedFileURL.path
  }

  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs one of Slurm's commands as root, or as a user, and gives what it printed.
  @discardableResult
  func run(as user: String? = nil, _ command: String...) async throws -> String {
    let program = user == nil ? "/usr/bin/env" : "/usr/bin/setpriv"
    let who = user.map { ["--reuid=\($0)", "--regid=\($0)", "--init-groups", "--"] } ?? []
    let run = ProgramRun(
      program: program, arguments: who + command,
      environment: [
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SLURM_CONF": folder + "/etc/slurm.conf",
        "SLURM_TIME_FORMAT": "%s",
      ], timeLimit: .seconds(120), outputLimit: 16 << 20)
    switch await run.result() {
    case .exited(0, let output, _): return String(decoding: output, as: UTF8.self)
    case .exited(let code, _, let words):
      throw Failed(description: "\(command): \(code): \(words.lines)")
    default: throw Failed(description: "\(command): did not end")
    }
  }

  /// The write command with words of one's own.
  func write(_ words: [String]) async throws {
    let configuration = configuration()
    let run = ProgramRun(
      program: configuration.writeCommand[0],
      arguments: configuration.writeCommand.dropFirst() + words,
      environment: ["PATH": "/usr/bin:/bin"], timeLimit: .seconds(120), outputLimit: 1 << 20)
    guard case .exited(0, _, _) = await run.result() else {
      throw Failed(description: "\(words) was refused")
    }
  }

  /// An account's limits and its description.
  func quota(_ account: String) async throws -> String {
    try await run(
      "sacctmgr", "-n", "-P", "show", "account", account, "withassoc", "where", "user=",
      "format=grptres,descr"
    ).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What the write command has written down.
  func log() async throws -> [Substring] {
    let text = (try? String(contentsOfFile: scratch + "/writes.log", encoding: .utf8)) ?? ""
    return text.split(separator: "\n")
  }

  /// A configuration whose agent dies after so many writes: each later one fails without a trace.
  func dying(
    _ configuration: SlurmConfiguration, after writes: Int
  ) throws -> SlurmConfiguration {
    let script = scratch + "/dying-\(UInt32.random(in: 0 ... .max))"
    try """
    #!/bin/sh
    n=$(cat "$0.count" 2> /dev/null || echo 0)
    [ "$n" -lt \(writes) ] || exit 9
    echo $((n + 1)) > "$0.count"
    exec "$@"
    """.write(toFile: script, atomically: true, encoding: .utf8)
    chmod(script, 0o755)
    var dying = configuration
    dying.writeCommand = [script] + configuration.writeCommand
    return dying
  }

  /// Submits a job that sleeps; gives its number.
  func submit(
    as user: String, account: String = "sampan", partition: String = "lent", gpus: Int = 1,
    seconds: Int = 600, _ more: String...
  ) async throws -> Int64 {
    let program = "/usr/bin/setpriv"
    let run = ProgramRun(
      program: program,
      arguments: [
        "--reuid=\(user)", "--regid=\(user)", "--init-groups", "--", "sbatch", "--parsable",
        "--output=/dev/null", "--chdir=/tmp", "--account=\(account)", "--partition=\(partition)",
        "--gres=gpu:\(gpus)",
      ] + (more.contains { $0.hasPrefix("--wrap") } ? [] : ["--wrap=exec sleep \(seconds)"]) + more,
      environment: [
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SLURM_CONF": folder + "/etc/slurm.conf",
      ], timeLimit: .seconds(120), outputLimit: 1 << 20)
    switch await run.result() {
    case .exited(0, let output, _):
      let text = String(decoding: output, as: UTF8.self)
      return try #require(Int64(text.prefix { $0.isNumber }))
    case .exited(_, _, let words): throw Failed(description: words.lines.joined(separator: "; "))
    default: throw Failed(description: "sbatch did not end")
    }
  }

  /// The state of a job, as squeue has it; nil when it is not there any more.
  func state(of job: Int64) async throws -> String? {
    try await reader.queue().first { $0.id == job }?.state
  }

  /// Waits until something holds.
  func wait(
    seconds: Int = 120, for what: String, _ holds: () async throws -> Bool
  ) async throws {
    for _ in 0..<(seconds * 10) {
      if try await holds() { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Failed(description: "not within \(seconds) s: \(what)")
  }

  func order(
    _ lease: String, _ state: AllocationOrder.State = .open, gpus: Int64 = 8,
    pool: String = "h800", seconds: Int64 = 600, from start: Int64? = nil,
    users: [String] = ["tenant1"], tenant: String = "hku"
  ) -> AllocationOrder {
    let now = Self.clock.now()
    let start = start ?? now - now % 1_000
    return AllocationOrder(
      lease: lease, tenant: tenant, pool: pool, chip: "\(pool)-80g", state: state, gpus: gpus,
      start: start, end: start + seconds * 1_000, due: start, users: users)
  }
}
