import Foundation
import LedgerStore
import Logging
import Seeded
import ServiceLifecycle
import Synchronization
import Testing
import Transparency
import Transport
import Witnessing

/// Witnesses and signers over their real doors.
@Suite("Witnesses over HTTP", .timeLimit(.minutes(5)))
struct WitnessServerTests {
  private let hasher = SHA256Hasher()
  private let transport = HTTPTransport(proxy: .none)

  private func quiet(_ label: String) -> Logger {
    var logger = Logger(label: label)
    logger.logLevel = .critical
    // What a test wants refused is refused loudly.
    logger.handler = SwiftLogNoOpLogHandler()
    return logger
  }

  private func folder() -> String {
    NSTemporaryDirectory() + "sampan-witness-" + UUID().uuidString
  }

  private func key(_ name: String, _ seed: UInt8) throws -> SigningKey {
    try #require(
      SigningKey(name: name, kind: .witness, seed: [UInt8](repeating: seed, count: 32)))
  }

  /// Runs a service while the body runs.
  private func running<T: Sendable>(
    _ services: [any Service], _ body: () async throws -> T
  ) async throws -> T {
    let group = ServiceGroup(services: services, logger: quiet("test"))
    async let life: Void = group.run()
    do {
      let result = try await body()
      await group.triggerGracefulShutdown()
      try await life
      return result
    } catch {
      await group.triggerGracefulShutdown()
      throw error
    }
  }

  private final class Port: Sendable {
    let number = Mutex(0)

    func wait() async throws -> String {
      while true {
        let port = number.withLock { $0 }
        if port > 0 { return "http://127.0.0.1:\(port)" }
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  private func server(
    _ keeper: WitnessKeeper, _ port: Port, own: WitnessServer.OwnLog? = nil
  ) -> WitnessServer {
    WitnessServer(
      keeper: keeper, host: "127.0.0.1", port: 0, logger: quiet("witness"), own: own,
      onRunning: { number in port.number.withLock { $0 = number } })
  }

  private func post(_ url: String, _ body: [UInt8]) async throws -> HTTPResponse {
    try await transport.send(
      HTTPRequest(method: "POST", url: url + "/add-checkpoint", body: body))
  }

  @Test("A witness answers as C2SP tlog-witness says, and nothing that a stranger sends ends it")
  func door() async throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let witness = try key("w.example/a", 2)
    let keeper = try WitnessKeeper(
      key: witness, logs: [try #require(SignedLog.key).verifier], folder: folder)
    let (log, port) = (SignedLog(20), Port())
    try await running([server(keeper, port)]) {
      let url = try await port.wait()
      let digest = SHA256Hasher.hex(Array(SignedLog.origin.utf8))
      let early = try await transport.send(HTTPRequest(url: "\(url)/\(digest)/checkpoint"))
      #expect(early.status == 404)
      let first = try await post(url, try log.request(0, 4))
      #expect(first.status == 200)
      let line = try #require(SignedNote.Signature(line: first.body.dropLast()))
      let text = try log.checkpoint(4).text
      #expect(witness.verifier.verdict(on: line, text: text, check: Signatures.check) == true)
      let again = try await post(url, try log.request(0, 7))
      #expect(again.status == 409 && again.body == Array("4\n".utf8))
      #expect(again.header("Content-Type") == "text/x.tlog.size")
      #expect(try await post(url, SignedLog(20, other: 2).request(4, 7)).status == 422)
      #expect(try await post(url, log.request(4, 7)).status == 200)
      let seen = try await transport.send(HTTPRequest(url: "\(url)/\(digest)/checkpoint"))
      let text7 = try log.checkpoint(7).text
      #expect(seen.status == 200 && seen.body.starts(with: text7))
      for junk in [[], [0xFF], Array("old 0\n\n".utf8), [UInt8](repeating: 65, count: 70_000)] {
        #expect(try await post(url, junk).status == 400)
      }
      for path in ["/", "/x/checkpoint", "/..%2F/checkpoint", "/a/b/c/d"] {
        #expect(try await transport.send(HTTPRequest(url: url + path)).status == 404)
      }
      #expect(try await post(url, log.request(7, 9)).status == 200)
    }
  }

  @Test("A follower cosigns what it computed itself, and refuses what its entries do not make")
  func follower() async throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let keeper = try WitnessKeeper(
      key: try key("w.example/a", 2), logs: [try #require(SignedLog.key).verifier], folder: folder)
    let (log, fork, port) = (SignedLog(20), SignedLog(20, other: 3), Port())
    let size = Mutex(UInt64(4))
    let held = size.withLock { $0 }
    let own = WitnessServer.OwnLog(origin: SignedLog.origin) { asked in
      asked <= held ? try log.checkpoint(Int(asked)).root : nil
    }
    try await running([server(keeper, port, own: own)]) {
      let url = try await port.wait()
      // Nothing was cosigned yet: only the entries tell the fork.
      let answer = try await post(url, try fork.request(0, 4))
      #expect(answer.status == 422)
      #expect(try await post(url, log.request(0, 4)).status == 200)
      #expect(try await post(url, log.request(4, 5)).status == 503)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.count { $0.hasPrefix("refused-") } == 1)
    }
  }

  @Test("T39: of two histories for two witnesses neither has a quorum, and a look finds the fork")
  func splitView() async throws {
    let folders = [folder(), folder()]
    defer { for path in folders { try? FileManager.default.removeItem(atPath: path) } }
    let log = try #require(SignedLog.key).verifier
    let keys = [try key("w.example/a", 2), try key("w.example/b", 3)]
    let keepers = try zip(keys, folders).map { try WitnessKeeper(key: $0, logs: [log], folder: $1) }
    let (one, other) = (SignedLog(20), SignedLog(20, other: 3))
    let ports = [Port(), Port()]
    try await running([server(keepers[0], ports[0]), server(keepers[1], ports[1])]) {
      let urls = [try await ports[0].wait(), try await ports[1].wait()]
      let text = """
        log \(log.text)
        witness a \(keys[0].verifier.text) \(urls[0])
        witness b \(keys[1].verifier.text) \(urls[1])
        group both all a b
        quorum both

        """
      let policy = try WitnessPolicy(parsing: Array(text.utf8), hasher: hasher)
      let monitor = WitnessMonitor(
        keeper: keepers[0], policy: policy, every: .seconds(1), logger: quiet("monitor"))
      // The same history of two lengths is none, as soon as the log's tiles show it.
      #expect(try await post(urls[0], one.request(0, 9)).status == 200)
      #expect(await monitor.look().isEmpty)
      #expect(try await post(urls[1], other.request(0, 9)).status == 200)
      let found = await monitor.look()
      guard case .fork(let witness, let evidence)? = found.first else {
        Issue.record("found \(found)")
        return
      }
      #expect(witness == "b" && found.count == 1)
      let finding = try evidence.finding(
        keys: [log], origin: SignedLog.origin, hasher: hasher, check: Signatures.check)
      #expect(finding == .twoRoots(size: 9))
      let digest = SHA256Hasher.hex(Array(SignedLog.origin.utf8))
      for keeper in keepers {
        let note = try #require(try keeper.cosigned(originDigest: digest))
        let standing = try policy.standing(of: note, hasher: hasher, check: Signatures.check)
        #expect(!standing.isFinal && standing.cosigners.count == 1)
      }
      figure("T39", "witnesses that were shown two histories, none of them final", keepers.count)
    }
  }

  @Test("The signer's socket is its owner's alone, and signs what continues")
  func signer() async throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let key = try #require(SignedLog.key)
    let signer = try CheckpointSigner(key: key, folder: folder)
    let socket = folder + "/s.sock"
    let service = SignerSocket(signer: signer, path: socket, logger: quiet("signer"))
    let (log, fork) = (SignedLog(20), SignedLog(20, other: 2))
    try await running([service]) {
      while !FileManager.default.fileExists(atPath: socket) {
        try await Task.sleep(for: .milliseconds(10))
      }
      let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions]
      #expect(mode as? Int == 0o600)
      let client = SignerClient(socket: socket)
      for (last, size) in [(0, 9), (0, 12), (12, 12), (9, 15)] {
        let note = try await client.sign(
          log.checkpoint(size), key: key.verifier, last: UInt64(last)
        ) { try log.path(Int($0), size) }
        #expect(note.text == (try log.checkpoint(size).text))
      }
      for size in [15, 18] {
        await #expect(throws: WitnessingError.self, "\(size)") {
          _ = try await client.sign(fork.checkpoint(size), key: key.verifier, last: 15) {
            try fork.path(Int($0), size)
          }
        }
      }
      await #expect(throws: WitnessingError.self) {
        _ = try await client.sign(log.checkpoint(9), key: key.verifier, last: 0) {
          try log.path(Int($0), 9)
        }
      }
    }
    #expect(signer.last.size == 15)
    #expect(!FileManager.default.fileExists(atPath: socket))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count { $0.hasPrefix("refused-") } == 2)
  }
}
