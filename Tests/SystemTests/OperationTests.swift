import BrokerAPI
import BrokerClient
import BrokerFixture
import CertificateFixture
import Foundation
import Seeded
import Testing
import Transport

/// What operators do on a replica's host: look, back up, restore.
@Suite(.serialized) struct OperationTests {
  private func sampan(
    _ broker: BrokerProcess, _ arguments: [String]
  ) throws -> (status: Int32, output: String) {
    try broker.run(
      "sampan", ["broker"] + arguments, environment: ["SAMPAN_ADMIN_SOCKET": "data/admin.sock"])
  }

  /// The root that a document names; what was said to the person stands before it.
  private static func root(_ output: String) throws -> String? {
    let document = output.drop { $0 != "{" }
    let parsed = try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any]
    return parsed?["root"] as? String
  }

  @Test(
    "The admin socket is its owner's alone; broker status says that one replica trades, in 80 columns"
  )
  func status() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let socket = broker.folder.appendingPathComponent("data/admin.sock").path
    let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let table = try sampan(broker, ["status"])
    #expect(table.status == 0, "\(table.output)")
    #expect(table.output.contains("Trading: open, on one replica."))
    #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let json = try sampan(broker, ["status", "-o", "json"])
    let card = try Wire.BrokerStatus(json: Array(json.output.utf8)).replicas[0]
    #expect(card.role == .single && card.state == .serving && card.name == "test")
    broker.stop()
    #expect(!FileManager.default.fileExists(atPath: socket))
    let gone = try sampan(broker, ["status"])
    #expect(gone.status == 4 && gone.output.contains("next:"), "\(gone.output)")
  }

  @Test("A replica that is gone makes the broker degraded, and its operator is told the steps")
  func lostPeer() async throws {
    let certificates = try TestCertificates()
    let (certificate, key) = try certificates.issue("hk-1", days: 30)
    let broker = try BrokerProcess(
      more: """
        place: Hong Kong
        peers:
          listen: "127.0.0.1:0"
          url: https://127.0.0.1:7443
          trust: \(certificates.trust)
          certificate: \(certificate)
          key: \(key)
          others: [{name: hk-2, url: "https://127.0.0.1:9"}]

        """)
    defer { broker.remove() }
    let status = try sampan(broker, ["status"])
    #expect(status.status == 1, "\(status.output)")
    #expect(status.output.contains("Do now:  1  sampan broker replace hk-2 --with HOST"))
    #expect(status.output.contains("unreachable") && status.output.contains("29 d left"))
    #expect(status.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(status.output)")
    let wrong = try sampan(broker, ["replace", "test", "--with", "hk-3"])
    #expect(wrong.status == 2 && wrong.output.contains("serving"), "\(wrong.output)")
    let printed = try sampan(broker, ["replace", "hk-2", "--with", "hk-3"])
    #expect(printed.status == 0 && printed.output.contains("  2   Copy the ledger"))
    for _ in 0..<2 {
      let done = try sampan(broker, ["replace", "hk-2", "--with", "hk-3", "--apply"])
      #expect(done.status == 0 && done.output.contains("done  Copy the ledger"), "\(done.output)")
    }
    let checked = try broker.run("sampand", ["check", "--ledger", "for-hk-3.sqlite"])
    #expect(checked.status == 0)
  }

  @Test(
    "Drill: the host is lost; a backup on an empty folder trades again, with everything up to it")
  func drill() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let count = Int(ProcessInfo.processInfo.environment["SAMPAN_COUNT"] ?? "") ?? 50
    let bid = try await market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
    let key = CommandID.random()
    let first = try await market.trader("hku-nlp").placeBid(bid, key: key)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let trader = market.trader("hku-nlp")
          // A party may have only so many open.
          for _ in 0..<count / 16 {
            let placed = try await trader.placeBid(bid)
            _ = try await trader.cancelBid(try #require(placed.id))
          }
        }
      }
      try await group.waitForAll()
    }
    let last = try await market.trader("hku-nlp").placeBid(bid)
    let copied = try sampan(broker, ["backup", "b.sqlite", "-o", "json"])
    #expect(copied.status == 0, "\(copied.output)")
    let root = try #require(try Self.root(copied.output))
    #expect(try sampan(broker, ["backup", "b.sqlite"]).status == 2, "a backup was written over")
    let elsewhere = try sampan(
      broker,
      [
        "restore", "b.sqlite", "--data", "other", "--check-against", broker.address,
        "--token-file", "data/p-0-1.token",
      ])
    #expect(elsewhere.status == 0, "\(elsewhere.output)")

    // The host is gone, but for the files that are kept elsewhere.
    broker.kill()
    let files = FileManager.default
    let data = broker.folder.appendingPathComponent("data").path
    try files.moveItem(atPath: data, toPath: data + "-lost")
    let begun = ContinuousClock.now
    let restored = try sampan(broker, ["restore", "b.sqlite", "--data", "data", "-o", "json"])
    #expect(restored.status == 0, "\(restored.output)")
    #expect(try Self.root(restored.output) == root)
    for name in ["tokens.sqlite", "directory.sqlite", "p-0-1.token", "p-0-2.token"] {
      try files.copyItem(atPath: "\(data)-lost/\(name)", toPath: "\(data)/\(name)")
    }
    try broker.start()
    let took = ContinuousClock.now - begun
    let again = try await market.trader("hku-nlp").placeBid(bid, key: key)
    #expect(again == first, "the receipt of a command before the backup")
    let id = try #require(last.id)
    #expect(try await market.trader("hku-nlp").showBid(id).bid == id)
    let more = try await market.trader("hku-nlp").placeBid(bid)
    #expect(more.position.value > last.position.value)
    #expect(try sampan(broker, ["restore", "b.sqlite", "--data", "data"]).status == 2)
    broker.stop()
    #expect(try broker.run("sampand", ["check", "--ledger", "data/ledger.sqlite"]).status == 0)
    figure(
      "T35",
      "restored from a backup on an empty folder, ready again after \(took.components.seconds) s",
      count)
  }

  @Test("A backup that was changed, or of another ledger than the broker's, is not restored")
  func wrongBackup() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let other = try BrokerProcess()
    defer { other.remove() }
    let path = broker.folder.appendingPathComponent("b.sqlite")
    #expect(try sampan(broker, ["backup", "b.sqlite", "--skip-check"]).status == 0)
    let strange = try sampan(
      broker,
      [
        "restore", "b.sqlite", "--data", "other", "--check-against", other.address, "--token-file",
        other.folder.appendingPathComponent("data/p-0-1.token").path,
      ])
    #expect(strange.status == 6, "\(strange.output)")
    #expect(!FileManager.default.fileExists(atPath: broker.folder.path + "/other/ledger.sqlite"))
    var bytes = try Data(contentsOf: path)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: path)
    let changed = try sampan(broker, ["restore", "b.sqlite", "--data", "other"])
    #expect(changed.status == 6 && changed.output.contains("digest"), "\(changed.output)")
  }

  @Test(
    "The log is given byte for byte to a regulator alone, waits for the next, and goes into files")
  func log() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let maker = broker.maker
    let entries = try await maker.ledgerLog(from: Position(clamping: 0))
    let listed = try await maker.ledgerEntries().all()
    let count = min(entries.count, listed.count)
    #expect(count > 20)
    #expect(listed.prefix(count).map { Array($0.entry.utf8) } == Array(entries.prefix(count)))
    await #expect(throws: BrokerClientError.self) {
      _ = try await market.trader("hku-nlp").ledgerLog(from: Position(clamping: 0))
    }
    // Beyond the end it waits, and comes back with what happens.
    var end = try await maker.ledgerHead().size
    while case let more = try await maker.ledgerLog(from: end, wait: 2), !more.isEmpty {
      end = Position(clamping: end.value + Int64(more.count))
    }
    let from = end
    async let next = SampleMarket.until("the next entry") {
      let more = try await maker.ledgerLog(from: from, wait: 20)
      return more.isEmpty ? nil : more
    }
    try await Task.sleep(for: .milliseconds(300))
    let bid = try await market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
    let placed = try await market.trader("hku-nlp").placeBid(bid)
    let came = try await next
    #expect(!came.isEmpty && placed.position >= from)

    let arguments = [
      "ledger", "bundle", "--to", "bundles", "--broker", broker.address, "--token-file",
      "data/p-0-1.token", "-o", "json",
    ]
    for _ in 0..<2 {
      let made = try broker.run("sampan", arguments)
      #expect(made.status == 0, "\(made.output)")
    }
    let folder = broker.folder.appendingPathComponent("bundles")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let bytes = try files.reduce(into: Data()) {
      $0 += try Data(contentsOf: folder.appendingPathComponent($1))
    }
    let lines = bytes.split(separator: 0x0A).map { [UInt8]($0) }
    #expect(lines.starts(with: entries) && lines.count > entries.count)
  }
}
