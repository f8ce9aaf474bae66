import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import LedgerStore
import Testing
import Transparency
import Transport
import Witnessing

/// A broker with its signer, two witnesses without a ledger and a follower that cosigns, all of them processes.
final class WitnessedBroker {
  let broker: BrokerProcess
  let market: SampleMarket
  var processes: [String: Process] = [:]
  var policy = ""
  /// Where each witness is asked.
  private(set) var witnesses: [(name: String, url: String)] = []

  /// - Parameter sm2: witness `a` has a second key, as `s`, without which nothing is final.
  init(scale: Int = 1, sm2: Bool = false) async throws {
    broker = try BrokerProcess(scale: scale, listen: "127.0.0.1:\(try Self.freePort())")
    market = try await SampleMarket(broker)
    let log = try key("log", "test.example.hk")
    let prefix = broker.address + "/v1/tlog"
    let followerPort = try Self.freePort()
    var lines = ["log \(log) \(prefix)"]
    for name in ["a", "b", "f"] {
      let own = try key(name, "witness.example.hk/\(name)")
      try broker.write("\(name).policy", "log \(log) \(prefix)\nquorum none\n")
      let listen = name == "f" ? followerPort : 0
      var settings = [
        "listen: 127.0.0.1:\(listen)", "key: \(name).key", "folder: \(name)",
        "policy: \(name).policy", "every: 1s",
      ]
      let second = sm2 && name == "a" ? try key("s", "witness.example.cn/a", kind: "sm2") : nil
      if second != nil { settings.append("sm2: {key: s.key, name: witness.example.cn/a}") }
      if name == "f" {
        try await follow(settings)
        lines.append("witness f \(own) http://127.0.0.1:\(followerPort)")
        witnesses.append(("f", "http://127.0.0.1:\(followerPort)"))
        continue
      }
      try broker.write("\(name).yaml", settings.joined(separator: "\n"))
      try launch(name)
      let url = try await SampleMarket.until("witness \(name)") { () -> String? in
        let text = broker.text("\(name).address")
        return text.isEmpty ? nil : text
      }
      lines.append("witness \(name) \(own) \(url)")
      witnesses.append((name, url))
      if let second { lines.append("witness s \(second) \(url)") }
    }
    lines.append("group most 2 a b f")
    lines += sm2 ? ["group both all most s", "quorum both", ""] : ["quorum most", ""]
    policy = lines.joined(separator: "\n")
    try broker.write("policy.txt", policy)
    try launch("signer")
    broker.stop()
    let settings = broker.text("sampand.yaml")
    try broker.write(
      "sampand.yaml", settings + "\nsigner: {socket: signer.sock, policy: policy.txt}\n")
    try broker.start()
  }

  private func follow(_ witness: [String]) async throws {
    let entries = try await broker.maker.ledgerLog(from: Position(clamping: 0))
    let genesis = SHA256Hasher.hex(entries[0])
    let lines = [
      "name: f", "dataDirectory: f-data", "http: {listen: \"127.0.0.1:0\"}",
      "logging: {level: error}", "follow:", "  origin: test.example.hk",
      "  genesis: \"\(genesis)\"", "  url: \(broker.address)", "  tokenFile: data/p-0-1.token",
      "witness:",
    ]
    try broker.write(
      "f.yaml", (lines + witness.map { "  " + $0 }).joined(separator: "\n") + "\n")
    try launch("f")
  }

  /// One that nobody has at the moment.
  static func freePort() throws -> Int {
    let end = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(end) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(end, $0, length) == 0 && getsockname(end, $0, &length) == 0
      }
    }
    guard isBound else { throw BrokerProcess.Trouble("no port is free") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  deinit {
    for (_, process) in processes where process.isRunning {
      kill(process.processIdentifier, SIGCONT)
      process.terminate()
      process.waitUntilExit()
    }
    broker.remove()
  }

  func launch(_ name: String) throws {
    let words =
      switch name {
      case "signer":
        ["signer", "--key", "log.key", "--folder", "signed", "--socket", "signer.sock"]
      case "f": ["run", "--config", "f.yaml"]
      default: ["witness", "--config", "\(name).yaml", "--address-file", "\(name).address"]
      }
    processes[name] = try broker.launch("sampand", words)
  }

  /// The newest checkpoint with its cosignatures, out of the broker's files.
  func witnessedNote() throws -> [UInt8] {
    Array(
      try Data(contentsOf: broker.folder.appending(path: "data/tree/witnessed")))
  }

  func send(_ signal: Int32, to name: String) {
    if let process = processes[name] { kill(process.processIdentifier, signal) }
  }

  private func key(_ file: String, _ name: String, kind: String? = nil) throws -> String {
    let kind = kind ?? (file == "log" ? "log" : "witness")
    let made = try broker.run(
      "sampand", ["key", "--kind", kind, "--name", name, "--out", "\(file).key"])
    guard made.status == 0 else { throw BrokerProcess.Trouble(made.output) }
    return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
