import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing
import Transport

/// Replicas on a real etcd, with the programs that users run.
@Suite(.serialized, .timeLimit(.minutes(30))) struct ClusterTests {
  static let hasEtcd = ["etcd", "etcdctl", "openssl"].allSatisfy { program in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }
  static let missing: Comment = "etcd is not installed; deploy/setup cluster installs it"

  /// A folder of its own, gone with the test.
  private static func folder() throws -> String {
    let memory = "/dev/shm"
    let place = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    let folder = "\(place)/sampan-cluster-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    return folder
  }

  @discardableResult
  private static func script(
    _ name: String, _ words: [String], _ settings: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = BrokerProcess.root.appendingPathComponent("deploy/cluster/\(name)")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(settings) { $1 }
    let output = FileManager.default.temporaryDirectory
      .appendingPathComponent("sampan-test-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    // A file and no pipe: what it starts holds on to a pipe.
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOf: output, encoding: .utf8))
  }

  @Test(
    "a market on three replicas: the leader and a member of etcd are killed, all end in one state",
    .enabled(if: hasEtcd, missing))
  func demonstration() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = try Self.script(
      "run", [],
      [
        "BIN": BrokerProcess.programs.path, "CLUSTER": folder, "ROUNDS": "6", "NO_INSTALL": "1",
      ])
    #expect(run.status == 0, "\(run.output.suffix(4_000))")
    let lines = run.output.split(separator: "\n")
    #expect(lines.last?.hasPrefix("state hashes equal") == true)
    #expect(lines.count { $0.hasSuffix("was killed") } == 2)
    #expect(lines.count { $0.hasPrefix("All 8 checks hold") } == 3)
  }

  @Test(
    "without a majority reads say since when they are stale, orders hear that trading is paused",
    .enabled(if: hasEtcd, missing))
  func majorityLost() async throws {
    let folder = try Self.folder()
    let etcd = folder + "/etcd"
    let up = try Self.script(
      "etcd", ["up", etcd], ["OWNER": "\(ProcessInfo.processInfo.processIdentifier)"])
    #expect(up.status == 0, "\(up.output)")
    defer {
      _ = try? Self.script("etcd", ["down", etcd], ["SIGNAL": "KILL"])
      try? FileManager.default.removeItem(atPath: folder)
    }
    let endpoints = try String(contentsOfFile: etcd + "/endpoints", encoding: .utf8)
      .split(separator: "\n").joined(separator: ", ")
    let files = etcd + "/certificates"
    let broker = try BrokerProcess(
      more: """
        peers:
          listen: "127.0.0.1:0"
          url: https://127.0.0.1:1
          trust: \(files)/ca.pem
          certificate: \(files)/member.pem
          key: \(files)/member.key
        log:
          engine: etcd
          etcd:
            endpoints: [\(endpoints)]
            trust: \(files)/ca.pem
            certificate: \(files)/client.pem
            key: \(files)/client.key

        """)
    defer { broker.remove() }
    func order(_ party: String) async throws -> Wire.Accepted {
      try await broker.maker.addParty(
        Wire.AddParty(party: party, kind: .centre, currency: .hkd, name: party))
    }
    func head(_ query: String) async throws -> (status: Int, stale: String?) {
      let answer = try await broker.transport.send(
        HTTPRequest(
          url: broker.address + "/v1/chips" + query,
          headers: [("Authorization", "Bearer \(broker.text("data/p-0-1.token"))")]))
      return (answer.status, answer.header("Sampan-Stale-Since"))
    }
    // One slow answer of the log is enough for a moment's pause.
    func until(_ what: String, _ holds: () async throws -> Bool) async throws {
      _ = try await SampleMarket.until(what) { try await holds() ? true : nil }
    }
    try await until("the first order") { (try? await order("first")) != nil }
    try await until("a fresh answer") { try await head("?fresh=strong").status == 200 }
    try await until("an answer that is not stale") { try await head("").stale == nil }

    for member in ["1", "2"] {
      try Self.script("etcd", ["kill", member, etcd], ["SIGNAL": "KILL"])
    }
    while try await head("").stale == nil { try await Task.sleep(for: .milliseconds(100)) }
    // Reads go on, marked; a read that must be fresh is refused.
    #expect(try await head("").status == 200)
    #expect(try await head("?fresh=strong").status == 503)
    await #expect {
      _ = try await order("second")
    } throws: { error in
      "\(error)".contains("Trading is paused since") && "\(error)".contains("Your holds are safe")
    }
    for member in ["1", "2"] { try Self.script("etcd", ["start", member, etcd]) }
    // By itself again.
    while try await head("").stale != nil { try await Task.sleep(for: .milliseconds(100)) }
    while (try? await order("third")) == nil { try await Task.sleep(for: .milliseconds(200)) }
    try await until("a fresh answer again") { try await head("?fresh=strong").status == 200 }
    #expect(broker.stop() == 0)
  }
}
