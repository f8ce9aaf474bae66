import Foundation
import Subprocess
import Synchronization
import Testing

@testable import Slurm

/// Everything that needs a real cluster, one test at a time: they all change the same one.
@Suite(.serialized, .enabled(if: RealCluster.whyNot == nil, RealCluster.skipped))
struct OnARealCluster {}

/// The one real cluster of this bundle. `SAMPAN_SLURM=DIR` names one that is up already; otherwise,
/// as root and with Slurm's packages, the first test starts one and the end of the process ends it.
actor RealCluster {
  static let shared = RealCluster()

  /// Nil when real tests can run here.
  static let whyNot: String? = {
    if ProcessInfo.processInfo.environment["SAMPAN_SLURM"] != nil { return nil }
    if geteuid() != 0 { return "only root can start a cluster" }
    let programs = ["slurmctld", "slurmd", "slurmdbd", "slurmrestd", "munged", "mariadbd"]
    let missing = programs.filter { SlurmCommands.find($0, in: nil) == nil }
    return missing.isEmpty ? nil : "missing: \(missing.joined(separator: " "))"
  }()

  static var skipped: Comment {
    "NO REAL SLURM WAS TESTED: \(whyNot ?? ""); `deploy/setup slurm`, then run as root"
  }

  private var folder: String?
  /// The last is for leases, which want more nodes than reading does.
  private static let partitions = "h800:h800:h:2:8 a100:a100:a:2:8 lent:l40:l:4:8"

  /// Where the cluster lives; starts it when nobody has.
  func directory() async throws -> String {
    if let folder { return folder }
    if let given = ProcessInfo.processInfo.environment["SAMPAN_SLURM"] {
      folder = given
      return given
    }
    await removeStale()
    let own = "/dev/shm/sampan-test-\(getpid())"
    Self.endAtExit(own)
    var port = 20_000 + Int(getpid()) % 60 * 200
    for attempt in 1...5 {
      let words = [
        "CLUSTER=test", "PORT=\(port)", "PARTITIONS=\(Self.partitions)", Self.script, "up", own,
      ]
      do {
        _ = try await run("/usr/bin/env", words, seconds: 240)
        break
      } catch let failure as CommandFailure where attempt < 5 && failure.text.contains("is taken") {
        port = port >= 32_000 ? 20_000 : port + 200
      }
    }
    folder = own
    return own
  }

  /// Clusters of processes that are no more.
  private func removeStale() async {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/shm")) ?? []
    for name in names where name.hasPrefix("sampan-test-") {
      guard let pid = Int32(name.dropFirst("sampan-test-".count)), kill(pid, 0) != 0 else {
        continue
      }
      _ = try? await run(Self.script, ["down", "/dev/shm/\(name)"], seconds: 60)
    }
  }

  private static let script: String = {
    var url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.appendingPathComponent("deploy/slurm/cluster").path
  }()

  private static let ending = Mutex("")

  private static func endAtExit(_ folder: String) {
    ending.withLock { $0 = folder }
    atexit {
      let words = ["/usr/bin/env", RealCluster.script, "down", RealCluster.ending.withLock { $0 }]
      var arguments = words.map { strdup($0) }
      arguments.append(nil)
      var pid: pid_t = 0
      if posix_spawn(&pid, "/usr/bin/env", nil, nil, arguments, environ) == 0 {
        waitpid(pid, nil, 0)
      }
    }
  }

  /// What a command said that failed.
  struct CommandFailure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
  }

  /// Runs a program with the cluster's slurm.conf and gives what it prints.
  @discardableResult
  func run(_ program: String, _ arguments: [String], seconds: Int64 = 120) async throws -> String {
    var environment = ProcessInfo.processInfo.environment
    if let folder { environment["SLURM_CONF"] = "\(folder)/etc/slurm.conf" }
    environment["SLURM_TIME_FORMAT"] = "%s"
    let path = try #require(SlurmCommands.find(program, in: nil), "\(program) is not there")
    let run = ProgramRun(
      program: path, arguments: arguments, environment: environment,
      timeLimit: .seconds(seconds), outputLimit: 64 << 20)
    switch await run.result() {
    case .exited(0, let output, _): return String(decoding: output, as: UTF8.self)
    case .exited(let code, let output, let words):
      let said = words.lines.joined(separator: "; ") + String(decoding: output, as: UTF8.self)
      throw CommandFailure(text: "\(program) \(arguments): exit \(code): \(said)")
    case let other: throw CommandFailure(text: "\(program) \(arguments): \(other)")
    }
  }

  /// As `run`, words by spaces: `scontrol update nodename=h1 state=resume`.
  @discardableResult
  func run(_ line: String) async throws -> String {
    _ = try await directory()
    let words = line.split(separator: " ").map { String($0) }
    return try await run(words[0], Array(words.dropFirst()))
  }

  /// Submits a job as a user; its id.
  func submit(as user: String, _ options: String, script: String = "sleep 600") async throws
    -> Int64
  {
    let folder = try await directory()
    let group = try await run("id", ["-g", user]).trimmingCharacters(in: .whitespacesAndNewlines)
    let words = options.split(separator: " ").map { String($0) }
    let output = try await run(
      "setpriv",
      ["--reuid=\(user)", "--regid=\(group)", "--init-groups", "env", "--chdir=/tmp"]
        + ["SLURM_CONF=\(folder)/etc/slurm.conf", "sbatch", "--parsable", "-o", "/dev/null"]
        + words + ["--wrap", script])
    return try #require(Int64(output.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  /// An account under root with people in it, as an administrator makes one.
  func makeAccount(_ name: String, users: [String], limit: String? = nil) async throws {
    let known = try await run("sacctmgr -n -P show assoc format=account,user").split(
      separator: "\n")
    if !known.contains(Substring("\(name)|")) {
      try await run("sacctmgr -i -Q add account \(name) parent=root")
    }
    for user in users where !known.contains(Substring("\(name)|\(user)")) {
      try await run("sacctmgr -i -Q add user \(user) account=\(name)")
    }
    if let limit {
      try await run("sacctmgr -i -Q modify account where account=\(name) set grptres=\(limit)")
    }
  }

  /// Ends a daemon, or kills it; `up` starts it again.
  func end(_ daemon: String, by signal: Int32 = SIGTERM) async throws {
    let folder = try await directory()
    let text = try String(contentsOfFile: "\(folder)/pid/\(daemon)", encoding: .utf8)
    let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    kill(pid, signal)
    try await eventually("\(daemon) ends") {
      let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
      return kill(pid, 0) != 0 || stat?.contains(") Z ") == true
    }
  }

  /// Lets slurmctld read its settings anew. `up` would write slurm.conf again, so it is not used.
  func restartController() async throws {
    try await run("scontrol reconfigure")
  }

  /// Starts whatever does not run.
  func up() async throws {
    let folder = try await directory()
    try await run(Self.script, ["up", folder], seconds: 240)
  }

  /// The cluster as an adapter is told of it, read by commands as root.
  func configuration() async throws -> SlurmConfiguration {
    let folder = try await directory()
    let state = "\(folder)/agent-state"
    try? FileManager.default.createDirectory(
      atPath: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let name = try await run("scontrol show config").split(separator: "\n")
      .first { $0.hasPrefix("ClusterName") }?.split(separator: " ").last
    var configuration = SlurmConfiguration(
      cluster: String(try #require(name)), stateFolder: state)
    configuration.configurationFile = "\(folder)/etc/slurm.conf"
    configuration.lockFile = "\(folder)/run/sampan.lock"
    configuration.trustsDevices = true
    configuration.pools = [
      .init(name: "h800-a", chip: "h800-80g", partition: "h800", fabric: "ib-a"),
      .init(name: "a100-a", chip: "a100-80g", partition: "a100", fabric: "ib-b"),
    ]
    return configuration
  }

  /// The same, read through slurmrestd with the token of the agent's user.
  func rest(isSocket: Bool) async throws -> SlurmConfiguration {
    var configuration = try await configuration()
    let folder = try await directory()
    let words = try String(contentsOfFile: "\(folder)/env", encoding: .utf8)
      .split { $0.isWhitespace }
    let url = words.first { $0.hasPrefix("SAMPAN_SLURM_REST=") }?.dropFirst(18)
    configuration.interface = .rest
    configuration.rest = .init(
      url: isSocket ? "http://localhost" : String(try #require(url)),
      socket: isSocket ? "\(folder)/rest/socket" : nil, user: "sampan-agent")
    configuration.tokenFile = "\(folder)/tokens/sampan-agent.jwt"
    return configuration
  }

  /// Waits until something holds, two minutes at most: a slow machine is no failure.
  func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
    for _ in 0..<1_200 {
      if try await holds() { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw CommandFailure(text: "not within 120 s: \(what)")
  }

  /// Ends all jobs, removes all reservations, resumes all nodes: a test begins here.
  func clear() async throws {
    _ = try await directory()
    try await eventually("the queue is empty") {
      let jobs = try await run("squeue -a -h -o %A").split(separator: "\n").map { String($0) }
      if !jobs.isEmpty { _ = try? await run("scancel", ["-Q"] + jobs) }
      return jobs.isEmpty
    }
    let reader = CommandReader(try await configuration())
    for reservation in try await reader.reservations() {
      try await run("scontrol delete reservationname=\(reservation.name)")
    }
    for node in try await reader.nodes() where !node.isUsable {
      try await run("scontrol update nodename=\(node.name) state=resume")
    }
    try await eventually("all nodes are usable") {
      try await reader.nodes().allSatisfy { $0.isUsable }
    }
  }
}
