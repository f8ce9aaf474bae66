import Backup
import BrokerAPI
import CertificateFixture
import CommandLog
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Logging
import Market
import Peers
import Replica
import ServiceLifecycle
import Synchronization
import Testing
import Transport

/// A replica with a listener for others, in this process.
final class PeerBench: Sendable {
  let folder: URL
  let store: LedgerStore
  let replica: Replica
  let desk: ReplicaDesk
  let certificates: TestCertificates
  private let group: ServiceGroup
  let url: String

  /// - Parameter submit: takes commands in place of the replica.
  init(
    submit: (@Sendable (Submission) async throws -> Receipt)? = nil,
    sharing: SharingDesk? = nil
  ) async throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-peers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    certificates = try TestCertificates()
    let (certificate, key) = try certificates.issue("one")
    store = try LedgerStore(path: folder.appendingPathComponent("ledger.sqlite").path)
    var logger = Logger(label: "peers")
    logger.logLevel = .critical
    let replica = Replica(
      store: store, clock: MarketClock(), principal: "leader", logger: logger)
    self.replica = replica
    let thread = Thread { try? replica.run(genesis: Exchange.genesis(rules: Rules())) }
    thread.stackSize = 8 << 20
    thread.start()
    while !replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    desk = ReplicaDesk(
      identity: ReplicaIdentity(
        name: "one", place: "Hong Kong", release: "0", certificate: certificate),
      replica: replica, store: store)
    let port = Mutex(0)
    let server = PeerServer(
      desk: desk, host: "127.0.0.1", port: 0,
      trust: TransportTrust(
        authorities: certificates.trust, certificate: certificate, key: key), logger: logger,
      submit: submit ?? { try await replica.submit($0) }, sharing: sharing,
      onRunning: { at in port.withLock { $0 = at } })
    let group = ServiceGroup(services: [server], logger: logger)
    self.group = group
    Task { try await group.run() }
    while port.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
    url = "https://127.0.0.1:\(port.withLock { $0 })"
  }

  func client(of authority: TestCertificates? = nil) throws -> PeerClient {
    let (certificate, key) = try (authority ?? certificates).issue("two")
    return PeerClient(
      trust: TransportTrust(
        authorities: certificates.trust, certificate: certificate, key: key))
  }

  /// The serial number of the certificate that it shows.
  func serial() async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "openssl s_client -connect \(url.dropFirst(8)) < /dev/null 2> /dev/null"
        + " | openssl x509 -noout -serial",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  /// A proposal of the platform.
  static func submission(_ number: Int) -> Submission {
    let text = String(number, radix: 16)
    var chip = Chip()
    chip.chip = "chip-\(number)"
    return Submission(
      id: "f" + String(repeating: "0", count: 31 - text.count) + text, by: "maker",
      role: .platform, command: .addChip(chip))
  }

  func end() async {
    await group.triggerGracefulShutdown()
    replica.stop()
    try? FileManager.default.removeItem(at: folder)
  }
}

@Suite(.timeLimit(.minutes(15))) struct PeerTests {
  @Test("A command that another replica hands on gets the receipt that its sender would get here")
  func submit() async throws {
    let bench = try await PeerBench()
    let client = try bench.client()
    let submission = PeerBench.submission(1)
    let receipt = try await client.submit(submission, to: bench.url, timeout: .seconds(120))
    let again = try await bench.replica.submit(submission)
    #expect(receipt.position == again.position && receipt.time == again.time)
    #expect(!receipt.replayed && again.replayed)
    #expect(receipt.refusal == again.refusal && receipt.kind == again.kind)
    await bench.end()
  }

  @Test("A certificate of another authority is turned away, and so is a caller without one")
  func strangers() async throws {
    let bench = try await PeerBench()
    let other = try TestCertificates()
    let stranger = try bench.client(of: other)
    await #expect(throws: PeerError.self) {
      try await stranger.status(of: bench.url, timeout: .seconds(120))
    }
    let (certificate, _) = try bench.certificates.issue("three")
    // Without a certificate: libcurl is given the authorities alone.
    let plain = Process()
    plain.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    plain.arguments = [
      "s_client", "-connect", String(bench.url.dropFirst(8)), "-CAfile", bench.certificates.trust,
      "-verify_return_error", "-tls1_2", "-brief",
    ]
    plain.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    plain.standardError = pipe
    plain.standardOutput = pipe
    try plain.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    plain.waitUntilExit()
    #expect(said.contains("handshake failure") || said.contains("certificate required"), "\(said)")
    #expect(!certificate.isEmpty)
    #expect(try await bench.client().status(of: bench.url, timeout: .seconds(120)).name == "one")
    await bench.end()
  }

  @Test("Why a command is not taken arrives as it was given")
  func refusals() async throws {
    let errors: [(any Error, PeerError)] = [
      (SubmissionError.moved, .notLeader),
      (SubmissionError.overloaded, .overloaded), (SubmissionError.stopping, .stopping),
      (SubmissionError.paused(since: 7), .notLeader),
      (SubmissionError.unknown(since: 7), .outcomeUnknown("its log has not answered")),
      (SubmissionError.unfit("why"), .unfit("why")),
      (SubmissionError.differentContent(position: 7), .differentContent(position: 7)),
    ]
    let next = Mutex(0)
    let bench = try await PeerBench(submit: { _ in throw errors[next.withLock { $0 }].0 })
    let client = try bench.client()
    for index in errors.indices {
      next.withLock { $0 = index }
      await #expect(throws: errors[index].1) {
        try await client.submit(PeerBench.submission(index), to: bench.url, timeout: .seconds(120))
      }
    }
    await bench.end()
  }

  @Test("A status has position, digest of the last close, certificate's end; nothing is left out")
  func status() async throws {
    let bench = try await PeerBench()
    let card = try await bench.client().status(of: bench.url, timeout: .seconds(120))
    #expect(card.role == .single && card.state == .serving && card.place == "Hong Kong")
    #expect(card.applied.value >= 2)
    let end = try #require(card.certificateUntil?.milliseconds)
    let now = MarketClock.wall()
    #expect(end > now + 86_000_000 && end < now + 3 * 86_400_000)
    await bench.end()
  }

  @Test("A renewed certificate is shown without a restart; half of a pair is not")
  func renewal() async throws {
    let bench = try await PeerBench()
    let files = FileManager.default
    let before = try await bench.client().status(of: bench.url, timeout: .seconds(120))
      .certificateUntil
    let first = try await bench.serial()
    let (certificate, key) = try bench.certificates.issue("renewed", days: 30)
    let (old, oldKey) = (bench.certificates.path("one.pem"), bench.certificates.path("one.key"))
    try files.removeItem(atPath: old)
    try files.copyItem(atPath: certificate, toPath: old)
    // The key is not there yet: the pair from the start goes on.
    #expect(try await bench.serial() == first && first.hasPrefix("serial="))
    try files.removeItem(atPath: oldKey)
    try files.copyItem(atPath: key, toPath: oldKey)
    #expect(try await bench.serial() != first)
    let after = try await bench.client().status(of: bench.url, timeout: .seconds(120))
      .certificateUntil
    #expect(try #require(after) > #require(before))
    await bench.end()
  }

  @Test("What the log says of its members comes to a word and to how many may still be lost")
  func logReport() {
    func member(_ name: String, _ problem: String? = nil, alarms: [String] = []) -> LogMember {
      LogMember(
        name: name, endpoint: "https://\(name)", problem: problem, hasLeader: problem == nil,
        alarms: alarms)
    }
    func report(_ members: [LogMember]) -> LogReport {
      LogReport(LogCondition(engine: "etcd", members: members))
    }
    let (a, b, c) = (member("a"), member("b"), member("c"))
    let lost = member("c", "no answer")
    #expect(report([a, b, c]).words == "ok" && report([a, b, c]).spare == 1)
    #expect(report([a, b, lost]).words == "2 of 3 members; c is missing")
    #expect(report([a, b, lost]).spare == 0)
    #expect(report([a, member("b", "x"), lost]).words == "no majority: 1 of 3")
    #expect(report([a, member("b", alarms: ["NOSPACE"]), c]).words == "full (NOSPACE)")
    #expect(report([a, b, c, member("d"), member("e")]).spare == 2)
    let local = LogReport(LogCondition(engine: "local", members: [member("a")]))
    #expect(local.words == "ok" && local.spare == nil)
  }

  @Test("A command of more than 60 KiB, or in other bytes than the canonical, is not read")
  func badBytes() async throws {
    let bench = try await PeerBench()
    let (certificate, key) = try bench.certificates.issue("two")
    let transport = HTTPTransport(
      proxy: .none,
      trust: TransportTrust(
        authorities: bench.certificates.trust, certificate: certificate, key: key))
    // A line that does not read is answered by itself; what is no batch, as a whole.
    let bodies: [([UInt8], Int)] = [
      ([UInt8](repeating: 0x20, count: 61 << 10), 200), (Array("{ }".utf8), 200), ([], 400),
      (Array(String(repeating: "{}\n", count: 257).utf8), 400),
      ([UInt8](repeating: 0x20, count: 2 << 20), 400),
    ]
    for (body, status) in bodies {
      let answer = try await transport.send(
        HTTPRequest(method: "POST", url: bench.url + "/peer/v1/submit", body: body))
      let text = String(decoding: answer.body, as: UTF8.self)
      #expect(answer.status == status && text.contains(#""code":"unfit""#), "\(text)")
    }
    let position = bench.replica.status.position
    _ = try await bench.client().submit(
      PeerBench.submission(9), to: bench.url, timeout: .seconds(120))
    #expect(bench.replica.status.position > position)
    await bench.end()
  }

  @Test("A backup over the channel holds what was acknowledged before it, and proves itself")
  func backup() async throws {
    let bench = try await PeerBench()
    let receipt = try await bench.replica.submit(PeerBench.submission(3))
    let path = bench.folder.appendingPathComponent("copy.sqlite").path
    let header = try await bench.client().backup(from: bench.url, to: path)
    #expect(header.entries > receipt.position)
    let proof = try LedgerProof(of: path)
    #expect(proof.entries == header.entries && proof.root == header.root)
    let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
      .filter { $0.hasPrefix("backup-") || $0.hasSuffix(".part") }
    #expect(left.isEmpty)
    await #expect(throws: BackupFault.exists(path: path)) {
      try await bench.client().backup(from: bench.url, to: path)
    }
    await bench.end()
  }

  @Test("Of two replicas whose states differ at one position the operator is told")
  func diverged() {
    var one = Wire.ReplicaCard(
      name: "hk-1", role: .leader, state: .serving, applied: Position(clamping: 9), log: "ok",
      release: "0")
    one.statePosition = Position(clamping: 5)
    one.stateDigest = String(repeating: "a", count: 64)
    var two = one
    two.name = "sz-1"
    two.role = .replica
    #expect(StatusBoard.status([one, two], now: 0).health == .healthy)
    two.stateDigest = String(repeating: "b", count: 64)
    let status = StatusBoard.status([one, two], now: 0)
    #expect(status.health == .degraded)
    #expect(status.doNow.map(\.action) == ["RUNBOOK \"Diverged replica\""])
    two.stateDigest = one.stateDigest
    two.state = .unreachable
    #expect(
      StatusBoard.status([one, two], now: 0).doNow.map(\.action) == [
        "sampan broker replace sz-1 --with HOST"
      ])
    one.frozenSince = WireTime(clamping: 1)
    one.frozenBy = "p-0-1"
    let frozen = StatusBoard.status([one], now: 0)
    #expect(frozen.health == .down && frozen.doNow.map(\.action) == ["sampan broker thaw"])
    one.frozenSince = nil
    one.state = .paused
    #expect(StatusBoard.status([one], now: 0).health == .down)
  }
}
