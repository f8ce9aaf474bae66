import CommandLog
import Foundation
import Transport

/// Three members of etcd on this machine, by `deploy/cluster/etcd`, each with its data on the disk that
/// is measured.
final class EtcdMembers: Sendable {
  private static let script = "deploy/cluster/etcd"
  private let folder: String
  let endpoints: [String]
  private let transport: HTTPTransport

  /// What members and replicas show each other.
  let trust: TransportTrust

  /// Nil when the programs are not there.
  init?(_ folder: String) throws {
    guard try Self.run("command -v etcd etcdctl openssl > /dev/null") == 0 else { return nil }
    self.folder = folder
    guard try Self.run("OWNER=\(getpid()) \(Self.script) up \(folder) > \(folder).log 2>&1") == 0
    else { throw Fault("\(Self.script) up failed; see \(folder).log") }
    endpoints = try String(contentsOfFile: "\(folder)/endpoints", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let files = "\(folder)/certificates"
    trust = TransportTrust(
      authorities: "\(files)/ca.pem", certificate: "\(files)/member.pem",
      key: "\(files)/member.key")
    transport = HTTPTransport(proxy: .none, trust: trust)
  }

  func stop() { _ = try? Self.run("\(Self.script) down \(folder) > /dev/null 2>&1") }

  func log() -> EtcdLog {
    EtcdLog(EtcdOptions(endpoints: endpoints, trust: trust, termSeconds: 10))
  }

  /// Puts what a ledger has already into the log.
  func fill(_ entries: [[UInt8]]) async throws {
    let log = log()
    guard let term = try await log.campaign(Candidate(name: "filler", url: "")) else {
      throw Fault("somebody leads an empty log")
    }
    for first in stride(from: 0, to: entries.count, by: LogBatch.mostEntries) {
      let end = min(first + LogBatch.mostEntries, entries.count)
      let batch = LogBatch(first: Int64(first), entries: Array(entries[first..<end]))
      guard try await log.append(batch, term: term) == .done, try await log.keepAlive(term) else {
        throw Fault("the log does not take entry \(first)")
      }
    }
    await log.resign(term)
  }

  /// Puts each of these under a key of its own, by the same clients and the same gateway: what a user
  /// without batches would do. Each client has its connection before the clock runs.
  func put(_ values: [[UInt8]], clients: Int) async throws -> Load {
    let first = values.first.map { Array(repeating: $0, count: clients) } ?? []
    _ = try await load(first, clients: clients)
    return try await load(values, clients: clients)
  }

  private func load(_ values: [[UInt8]], clients: Int) async throws -> Load {
    let run = UInt64.random(in: 0...UInt64.max)
    return try await Load(of: Array(values.enumerated()), clients: clients) {
      [self] number, value in
      let key = Data("bench/\(run)/\(number)".utf8).base64EncodedString()
      let body = #"{"key":"\#(key)","value":"\#(Data(value).base64EncodedString())"}"#
      let answer = try await transport.send(
        HTTPRequest(
          method: "POST", url: endpoints[0] + "/v3/kv/put",
          headers: [("Content-Type", "application/json")], body: Array(body.utf8)))
      guard answer.status == 200 else { throw Fault("a put was answered with \(answer.status)") }
    }
  }

  private static func run(_ command: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", command]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
