import CommandLog
import Foundation
import Testing
import Transport

/// A real etcd cluster on loopback, brought up by `deploy/cluster/etcd`. It ends with this process,
/// whatever ends that.
final class EtcdCluster: Sendable {
  let folder: String
  let endpoints: [String]

  /// A test that needs etcd asks for this, and is skipped loudly without it.
  static let isInstalled = ["etcd", "etcdctl", "openssl"].allSatisfy { program in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  static let missing: Comment = "etcd is not installed; deploy/setup cluster installs it"

  private static let script = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../deploy/cluster/etcd").standardizedFileURL.path

  init(members: Int = 3, quota: Int? = nil) throws {
    let memory = "/dev/shm"
    let place = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    folder = "\(place)/sampan-etcd-\(UUID().uuidString.prefix(8))"
    var settings = [
      "MEMBERS": "\(members)", "OWNER": "\(ProcessInfo.processInfo.processIdentifier)",
    ]
    if let quota { settings["QUOTA"] = "\(quota)" }
    try Self.run(["up", folder], settings)
    endpoints = try String(contentsOfFile: "\(folder)/endpoints", encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  deinit {
    _ = try? Self.run(["down", folder], ["SIGNAL": "KILL"])
    try? FileManager.default.removeItem(atPath: folder)
  }

  var trust: TransportTrust {
    let folder = "\(folder)/certificates"
    return TransportTrust(
      authorities: "\(folder)/ca.pem", certificate: "\(folder)/client.pem",
      key: "\(folder)/client.key")
  }

  /// With terms that no slow machine outlives, unless a test is about that.
  func options(_ endpoints: [String]? = nil, termSeconds: Int = 600) -> EtcdOptions {
    EtcdOptions(
      endpoints: endpoints ?? self.endpoints, trust: trust, termSeconds: termSeconds,
      patience: .seconds(20))
  }

  /// `kill 2`, `backup FILE`: as the script has it.
  @discardableResult
  func run(_ words: String...) throws -> String {
    try Self.run(words + [folder], ["SIGNAL": "KILL"])
  }

  /// Everything goes; the cluster stays.
  func wipe() throws { try control(["del", "", "--from-key"]) }

  /// `etcdctl`, for what a stranger would do.
  @discardableResult
  func control(_ words: [String]) throws -> String {
    let files = "\(folder)/certificates"
    return try Self.execute(
      "/usr/bin/env",
      [
        "etcdctl", "--endpoints", endpoints.joined(separator: ","), "--cacert", "\(files)/ca.pem",
        "--cert", "\(files)/client.pem", "--key", "\(files)/client.key", "--dial-timeout=60s",
        "--command-timeout=60s",
      ] + words, ["ETCDCTL_API": "3"])
  }

  @discardableResult
  private static func run(_ words: [String], _ settings: [String: String]) throws -> String {
    try execute("/bin/bash", [script] + words, settings)
  }

  private static func execute(
    _ program: String, _ words: [String], _ settings: [String: String]
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(settings) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = FileManager.default.temporaryDirectory
      .appendingPathComponent("etcd-\(UUID().uuidString.prefix(8)).out")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let file = try FileHandle(forWritingTo: output)
    process.standardOutput = file
    process.standardError = file
    try process.run()
    process.waitUntilExit()
    try file.close()
    let text = try String(contentsOf: output, encoding: .utf8)
    guard process.terminationStatus == 0 else {
      throw Surprise("\(words.joined(separator: " ")): \(text)")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// The engine on etcd: two replicas that ask different members first.
struct EtcdHouse: LogHouse {
  let cluster: EtcdCluster
  let one: any CommandLog
  let other: any CommandLog

  init(_ cluster: EtcdCluster) {
    self.cluster = cluster
    one = EtcdLog(cluster.options())
    other = EtcdLog(cluster.options(cluster.endpoints.reversed()))
  }

  func reopened() async throws -> any CommandLog { EtcdLog(cluster.options()) }
}
