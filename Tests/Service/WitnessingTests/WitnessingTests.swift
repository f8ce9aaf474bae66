import Foundation
import LedgerStore
import Seeded
import Testing
import Transparency
import Witnessing

@Suite("Witnessing with real keys")
struct WitnessingTests {
  private let hasher = SHA256Hasher()
  private static let vectors = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Core/TransparencyTests/Vectors")

  private func vector(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Self.vectors.appending(path: name)))
  }

  private func folder() -> String {
    NSTemporaryDirectory() + "sampan-witnessing-" + UUID().uuidString
  }

  private func key(_ name: String, _ kind: VerifierKey.Kind, _ seed: UInt8) throws -> SigningKey {
    try #require(SigningKey(name: name, kind: kind, seed: [UInt8](repeating: seed, count: 32)))
  }

  private func keeper(_ folder: String, seed: UInt8 = 2) throws -> WitnessKeeper {
    try WitnessKeeper(
      key: key("witness.example.hk/\(seed)", .witness, seed),
      logs: [try #require(SignedLog.key).verifier], folder: folder)
  }

  @Test("the cosigned checkpoint of the vectors comes out, byte for byte")
  func vectors() throws {
    let log = try key(SignedLog.origin, .log, 1)
    let text = try SignedNote(parsing: vector("checkpoint-7.txt")).text
    var note = SignedNote(text: text, signatures: [log.noteLine(for: text)])
    #expect(note.bytes == (try vector("checkpoint-7.txt")))
    let names = [
      "witness.example.hk/centre-a", "witness.example.hk/centre-b", "witness.example.cn/regulator",
    ]
    for (place, name) in names.enumerated() {
      let witness = try key(name, .witness, UInt8(2 + place))
      note.signatures.append(
        witness.cosignatureLine(for: text, time: 1_795_219_200 + UInt64(place)))
    }
    #expect(note.bytes == (try vector("checkpoint-7-cosigned.txt")))
  }

  @Test("the proof of the vectors holds under their policy, and with one bit wrong nowhere")
  func offline() throws {
    let bytes = try vector("leaf2.tlog-proof")
    let policy = try WitnessPolicy(parsing: vector("policy.txt"), hasher: hasher)
    let leaf = Array(try vector("leaves.ndjson").split(separator: 0x0A)[2])
    func verify(_ bytes: [UInt8]) throws -> WitnessPolicy.Standing {
      try OfflineProof(parsing: bytes).verified(
        entry: leaf, policy: policy, hasher: hasher, check: Signatures.check)
    }
    #expect(try verify(bytes).isFinal)
    for place in bytes.indices {
      let bit = place * 8 + place % 8
      var wrong = bytes
      wrong[bit / 8] ^= 1 << UInt8(bit % 8)
      // Another name or key id makes an unknown signature of one that the quorum does not need.
      guard let standing = try? verify(wrong) else { continue }
      #expect(standing.cosigners.count == 2, "bit \(bit)")
    }
  }

  @Test("a secret key's file is its owner's alone, and read as it was written")
  func keyFiles() throws {
    let path = folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let key = try #require(SigningKey(newNamed: "w.example/a", kind: .witness))
    try key.write(to: path)
    #expect(try SigningKey(file: path).verifier == key.verifier)
    #expect(try SigningKey(file: path).sign([1]) == key.sign([1]))
    #expect(throws: WitnessingError.self) { try key.write(to: path) }
    chmod(path, 0o640)
    #expect(throws: WitnessingError.notPrivate(path: path, mode: 0o640)) {
      try SigningKey(file: path)
    }
    chmod(path, 0o600)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try Data(text.replacing("w.example/a", with: "w.example/b").utf8)
      .write(to: URL(fileURLWithPath: path))
    chmod(path, 0o600)
    #expect(throws: WitnessingError.notAKey(path: path)) { try SigningKey(file: path) }
  }

  @Test("a signer signs what continues, keeps what does not, and remembers over a restart")
  func signer() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = SignedLog(20)
    let fork = SignedLog(20, other: 3)
    let key = try #require(SignedLog.key)
    var signer: CheckpointSigner? = try CheckpointSigner(key: key, folder: folder)
    #expect(throws: WitnessingError.held(folder: folder)) {
      try CheckpointSigner(key: key, folder: folder)
    }
    let note = try #require(try signer?.sign(log.checkpoint(9), path: []))
    let (opened, _) = try Checkpoint.open(
      note.bytes, origin: SignedLog.origin, hasher: hasher,
      check: { key.verifier.verdict(on: $0, text: $1, check: Signatures.check) })
    #expect(opened == (try log.checkpoint(9)))
    signer = nil
    let again = try CheckpointSigner(key: key, folder: folder)
    #expect(again.last.size == 9)
    let refused = WitnessingError.notContinued(last: 9, asked: 12)
    #expect(throws: refused) { try again.sign(fork.checkpoint(12), path: fork.path(9, 12)) }
    #expect(throws: WitnessingError.notContinued(last: 9, asked: 9)) {
      try again.sign(fork.checkpoint(9), path: [])
    }
    #expect(throws: WitnessingError.notContinued(last: 9, asked: 8)) {
      try again.sign(log.checkpoint(8), path: [])
    }
    #expect(again.last.size == 9)
    _ = try again.sign(log.checkpoint(12), path: log.path(9, 12))
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(kept.filter { $0.hasPrefix("refused-") }.count == 3)
  }

  @Test("T38: three witnesses refuse every rewritten entry, and their evidence holds offline")
  func rewritten() throws {
    var refused = 0
    for seed in UInt8(2)...4 {
      for (size, later) in [(1, 2), (8, 9), (9, 15), (16, 20), (9, 9)] {
        for entry in 0..<size {
          try refuse(entry: entry, size, later, seed: seed)
          refused += 1
        }
      }
    }
    figure("T38", "rewritten entries that a witness refuses with evidence", refused)
  }

  /// A log that signed `size` entries signs more of them with one of the first changed.
  private func refuse(entry: Int, _ size: Int, _ later: Int, seed: UInt8) throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let keeper = try keeper(folder, seed: seed)
    #expect(try keeper.answer(SignedLog(20).request(0, size), time: 1).status == 200)
    let answer = try keeper.answer(
      SignedLog(20, other: entry).request(size, later), time: 2)
    #expect(answer.isAlarm && answer.status == 422, "\(entry) of \(size)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    let file = try #require(names.first { $0.hasPrefix("evidence-") })
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
    let finding = try ForkEvidence(parsing: Array(bytes)).finding(
      keys: [try #require(SignedLog.key).verifier], origin: SignedLog.origin, hasher: hasher,
      check: Signatures.check)
    // The path from a complete tree leaves its root out: it refuses, and shows nothing by itself.
    let (old, new) = (UInt64(size), UInt64(later))
    let expected: ForkFinding =
      size == later
      ? .twoRoots(size: old)
      : size.nonzeroBitCount == 1
        ? .unproved(size: old, later: new) : .otherPast(size: old, later: new)
    #expect(finding == expected)
  }

  @Test("T40: of a thousand requests at once no witness cosigns a smaller or another tree")
  func race() async throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let keeper = try keeper(folder)
    let (log, fork) = (SignedLog(40), SignedLog(40, other: 0))
    var bodies: [[UInt8]] = []
    for number in 0..<1000 {
      let old = number % 20
      let size = old + 1 + number / 20 % 20
      bodies.append(try (number % 3 == 0 ? fork : log).request(old, size))
    }
    let cosigned = try await withThrowingTaskGroup(
      of: (size: UInt64, isFork: Bool)?.self
    ) { group in
      for (number, body) in bodies.enumerated() {
        group.addTask {
          guard try keeper.answer(body, time: 7).status == 200 else { return nil }
          return (UInt64(number % 20 + 1 + number / 20 % 20), number % 3 == 0)
        }
      }
      var all: [(size: UInt64, isFork: Bool)] = []
      for try await one in group { if let one { all.append(one) } }
      return all
    }
    #expect(!cosigned.isEmpty)
    #expect(Set(cosigned.map(\.size)).count == cosigned.count)
    #expect(Set(cosigned.map(\.isFork)).count == 1)
    let digest = SHA256Hasher.hex(Array(SignedLog.origin.utf8))
    let note = try SignedNote(parsing: try #require(try keeper.cosigned(originDigest: digest)))
    let last = try Checkpoint(text: note.text, hasher: hasher)
    #expect(last.size == cosigned.map(\.size).max())
    #expect(try keeper.cosigned(originDigest: "00") == nil)
    figure("T40", "requests at once, of which no two cosign trees that differ", bodies.count)
  }

  @Test("T40: a witness whose files are an old copy learns what it cosigned from the log")
  func rollback() throws {
    let (folder, copy) = (folder(), folder())
    defer {
      try? FileManager.default.removeItem(atPath: folder)
      try? FileManager.default.removeItem(atPath: copy)
    }
    let log = SignedLog(20)
    let digest = SHA256Hasher.hex(Array(SignedLog.origin.utf8))
    var keeper: WitnessKeeper? = try keeper(folder)
    #expect(try keeper?.answer(log.request(0, 4), time: 1).status == 200)
    try FileManager.default.copyItem(atPath: folder, toPath: copy)
    #expect(try keeper?.answer(log.request(4, 9), time: 2).status == 200)
    let published = try #require(try keeper?.cosigned(originDigest: digest))
    keeper = nil
    let old = try self.keeper(copy)
    #expect(try old.learn(from: published))
    #expect(try !old.learn(from: published))
    let fork = try old.answer(SignedLog(20, other: 6).request(4, 9), time: 3)
    #expect(fork.status == 409 && fork.body == Array("9\n".utf8) && fork.isAlarm)
    #expect(try old.answer(log.request(9, 12), time: 4).status == 200)
  }
}
