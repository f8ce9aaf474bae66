import Foundation
import LedgerStore
import Seeded
import Testing
import Transparency
import Transport
import Witnessing

/// What others wrote, asked about our log: Go's checksum database, a Merkle tree and a witness in Python.
@Suite("Verifiers of others", .serialized, .timeLimit(.minutes(10)))
struct ThirdPartyTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let gopath = "/usr/share/gocode"
  private static let hasGo =
    FileManager.default.fileExists(atPath: gopath + "/src/golang.org/x/mod/sumdb/tlog")
    && FileManager.default.isExecutableFile(atPath: "/usr/bin/go")
  private static let python = root.appending(path: ".build-python/bin/python").path
  private static let witness = root.appending(path: ".build-witness/bin/aics-witness").path
  private let hasher = SHA256Hasher()

  @discardableResult
  private func run(
    _ program: String, _ words: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    let folder = FileManager.default.temporaryDirectory
    let (asked, said) = (
      folder.appending(path: UUID().uuidString), folder.appending(path: UUID().uuidString)
    )
    try Data(input.utf8).write(to: asked)
    try Data().write(to: said)
    defer { for file in [asked, said] { try? FileManager.default.removeItem(at: file) } }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: asked)
    process.standardOutput = try FileHandle(forWritingTo: said)
    process.standardError = process.standardOutput
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOf: said, encoding: .utf8))
  }

  private func key(_ name: String, _ kind: VerifierKey.Kind, _ seed: UInt8) throws -> SigningKey {
    try #require(SigningKey(name: name, kind: kind, seed: [UInt8](repeating: seed, count: 32)))
  }

  private static func text(_ digest: Digest) -> String { Base64.encode(digest.bytes) }

  private static func text(_ path: [Digest]) -> String {
    path.isEmpty ? "-" : path.map(text).joined(separator: ",")
  }

  private static func flipped(_ digest: Digest, bit: Int) throws -> Digest {
    var bytes = Array(digest.bytes)
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    return try #require(Digest(hex: bytes.map { String(format: "%02x", $0) }.joined()))
  }

  @Test(
    "Go's sumdb accepts every proof and every root of ours, and refuses each with a bit flipped, as we do",
    .enabled(if: hasGo, "apt-get install golang-go golang-golang-x-mod-dev"))
  func go() throws {
    let largest = ProcessInfo.processInfo.environment["SAMPAN_COUNT"].flatMap(Int.init) ?? 40
    let log = SignedLog(largest)
    var source = Source(6962)
    var lines = (0..<largest).map { "leaf " + Base64.encode(Array("\($0)".utf8)) }
    var (asked, ours) = (0, 0)
    func ask(_ words: [String], _ isGood: Bool) {
      lines.append((words + [isGood ? "good" : "bad"]).joined(separator: " "))
      asked += 1
    }
    let roots = try (0...largest).map { try log.checkpoint($0).root }
    for size in 1...largest {
      lines.append("root \(size) \(Self.text(roots[size]))")
      asked += 1
      for index in 0..<size {
        let proof = try InclusionProof(
          index: UInt64(index), size: UInt64(size), hasher: hasher, stored: log.levels.hash)
        var hashes = [roots[size], log.leaves[index]] + proof.path
        func words() -> [String] {
          ["record", "\(size)", "\(index)", Self.text(hashes[0]), Self.text(hashes[1])]
            + [Self.text(Array(hashes[2...]))]
        }
        ask(words(), true)
        let place = source.number(0...Int64(hashes.count - 1))
        hashes[Int(place)] = try Self.flipped(
          hashes[Int(place)], bit: Int(source.number(0...255)))
        ask(words(), false)
        let wrong = InclusionProof(
          index: proof.index, size: proof.size, path: Array(hashes[2...]))
        ours += wrong.proves(leaf: hashes[1], root: hashes[0], hasher: hasher) ? 1 : 0
      }
      for old in 1...size {
        let path = try log.path(old, size)
        var hashes = [roots[size], roots[old]] + path
        func words() -> [String] {
          ["tree", "\(size)", "\(old)", Self.text(hashes[0]), Self.text(hashes[1])]
            + [Self.text(Array(hashes[2...]))]
        }
        ask(words(), true)
        let place = source.number(0...Int64(hashes.count - 1))
        hashes[Int(place)] = try Self.flipped(
          hashes[Int(place)], bit: Int(source.number(0...255)))
        ask(words(), false)
        let wrong = ConsistencyProof(
          oldSize: UInt64(old), size: UInt64(size), path: Array(hashes[2...]))
        ours += wrong.proves(oldRoot: hashes[1], root: hashes[0], hasher: hasher) ? 1 : 0
      }
    }
    #expect(ours == 0, "flipped proofs that we accepted")
    try askNotes(log, ask)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appending(path: "verify").path
    let code = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Verifiers/verify.go").path
    let built = try run(
      "/usr/bin/go", ["build", "-o", program, code],
      environment: [
        "GO111MODULE": "off", "GOPATH": Self.gopath, "GOCACHE": folder.path + "/cache",
        "GOFLAGS": "", "CGO_ENABLED": "0",
      ])
    try #require(built.status == 0, "\(built.output)")
    let answer = try run(program, [], input: lines.joined(separator: "\n") + "\n")
    #expect(
      answer.output == "\(asked) asked, 0 otherwise\n",
      "\(answer.output.split(separator: "\n").suffix(4))")
    figure("T37", "proofs, roots and notes that Go's sumdb judges as we do", asked)
  }

  /// Checkpoints with two cosignatures, and each with one bit of its text or of its signatures flipped.
  private func askNotes(_ log: SignedLog, _ ask: ([String], Bool) -> Void) throws {
    let own = try #require(SignedLog.key)
    let witnesses = try [
      key("witness.example.hk/centre-a", .witness, 2),
      key("witness.example.cn/regulator", .witness, 3),
    ]
    for size in [1, 7, log.leaves.count] {
      let text = try log.checkpoint(size).text
      var note = SignedNote(text: text, signatures: [own.noteLine(for: text)])
      for (place, witness) in witnesses.enumerated() {
        note.signatures.append(
          witness.cosignatureLine(for: text, time: 1_795_219_200 + UInt64(place)))
      }
      ask(["note", own.verifier.text, Base64.encode(note.bytes)], true)
      for witness in witnesses {
        ask(["cosigned", witness.verifier.text, Base64.encode(note.bytes)], true)
      }
      for place in text.indices.dropLast() {
        var wrong = note.bytes
        wrong[place] ^= 1
        ask(["note", own.verifier.text, Base64.encode(wrong)], false)
        ask(["cosigned", witnesses[0].verifier.text, Base64.encode(wrong)], false)
      }
    }
  }

  @Test(
    "pymerkle finds the same roots",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: python),
      "no .build-python: run deploy/setup test"))
  func pymerkle() throws {
    let largest = 300
    let code = """
      import pymerkle
      tree = pymerkle.InmemoryTree(algorithm="sha256")
      for number in range(\(largest)):
          tree.append_entry(str(number).encode())
          print(getattr(tree, "get_root", tree.get_state)(number + 1).hex())
      """
    let answer = try run(Self.python, ["-W", "ignore", "-c", code])
    #expect(answer.status == 0, "\(answer.output)")
    let roots = answer.output.split(separator: "\n").map(String.init)
    let log = SignedLog(largest)
    #expect(roots == (try (1...largest).map { try log.checkpoint($0).root.description }))
  }

  @Test(
    "a witness that somebody else wrote cosigns our log, and keeps our fork as evidence",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: witness),
      "no .build-witness: deploy/setup test makes it where there is Python 3.12 or newer"))
  func foreignWitness() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let config = folder.appending(path: "witness.json").path
    let port = try WitnessedBroker.freePort()
    let made = try run(
      Self.witness,
      ["init", "-c", config, "--name", "w.example/1", "--listen", "127.0.0.1:\(port)"])
    try #require(made.status == 0, "\(made.output)")
    let own = try #require(SignedLog.key)
    let added = try run(
      Self.witness,
      ["add-log", "-c", config, "--origin", SignedLog.origin, "--vkey", own.verifier.text])
    try #require(added.status == 0, "\(added.output)")
    let text = try #require(
      (made.output + added.output).split(whereSeparator: \.isWhitespace)
        .first { $0.hasPrefix("w.example/1+") })
    let theirs = try #require(VerifierKey(text: Array(text.utf8), hasher: hasher))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.witness)
    process.arguments = ["serve", "-c", config, "--log-level", "ERROR"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    // It takes its time over a polite request, and has nothing that is worth keeping.
    defer { kill(process.processIdentifier, SIGKILL) }
    let transport = HTTPTransport(proxy: .none)
    func post(_ body: [UInt8]) async throws -> HTTPResponse {
      while true {
        do {
          return try await transport.send(
            HTTPRequest(
              method: "POST", url: "http://127.0.0.1:\(port)/add-checkpoint", body: body,
              timeout: .seconds(10)))
        } catch  where process.isRunning {
          try await Task.sleep(for: .milliseconds(50))
        }
      }
    }
    let log = SignedLog(40)
    let (fork, stranger) = (SignedLog(40, other: 3), SignedLog(40))
    for (old, size) in [(0, 4), (4, 7), (7, 40)] {
      let answer = try await post(try log.request(old, size))
      try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
      let line = try #require(
        answer.body.split(separator: 0x0A).compactMap { SignedNote.Signature(line: $0) }.first)
      let verdict = theirs.verdict(
        on: line, text: try log.checkpoint(size).text, check: Signatures.check)
      #expect(verdict == true)
    }
    // The same once more from another size, and histories that do not continue what it cosigned.
    #expect(try await post(try log.request(7, 40)).status == 409)
    #expect(try await post(try fork.request(40, 40)).status != 200)
    var wrong = try stranger.request(40, 40)
    wrong[wrong.count - 10] ^= 1
    #expect(try await post(wrong).status != 200)
    let longer = SignedLog(60, other: 3)
    #expect(try await post(try longer.request(40, 60)).status == 422)
    let kept = try run(Self.witness, ["evidence", "-c", config])
    #expect(kept.status == 0 && kept.output.contains(SignedLog.origin), "\(kept.output)")
  }
}
