import Testing
import Transparency

@Suite("Witness policy and offline proofs")
struct WitnessPolicyTests {
  private let hasher = Notary.hasher
  private let log = NotedLog(Reference.numbers(20))
  private let witnesses = (0..<5).map {
    Notary("w.example/\($0)", .witness, seed: UInt8(10 + $0))
  }

  private func policy(_ lines: String...) throws -> WitnessPolicy {
    var text = "# who is trusted\n\nlog \(log.notary.key.text) https://log.example\n"
    for (number, witness) in witnesses.enumerated() {
      text += " \twitness w\(number)\t\(witness.key.text)\n"
    }
    return try WitnessPolicy(
      parsing: Array((text + lines.joined(separator: "\n")).utf8), hasher: hasher)
  }

  @Test("keys are read and written as in the vectors, and in no other spelling")
  func keys() throws {
    let numbers = try Vectors.numbers()
    for text in [numbers.logVkey] + numbers.witness.map(\.vkey) {
      let key = try #require(VerifierKey(text: text.utf8, hasher: hasher))
      #expect(key.text == text)
      #expect(key.kind == (text == numbers.logVkey ? .log : .witness))
      for wrong in ["", "x", text + "=", " " + text, text.uppercased(), String(text.dropLast(4))] {
        #expect(VerifierKey(text: wrong.utf8, hasher: hasher) == nil)
      }
      var bytes = Array(text.utf8)
      for place in bytes.indices {
        bytes[place] ^= 1
        #expect(VerifierKey(text: bytes, hasher: hasher) == nil, "byte \(place)")
        bytes[place] ^= 1
      }
    }
  }

  @Test("the policy of the vectors wants the regulator and one centre")
  func vector() throws {
    let policy = try WitnessPolicy(parsing: Vectors.bytes("policy.txt"), hasher: hasher)
    #expect(
      policy.logs.count == 1 && policy.witnesses.map(\.name) == ["centre-a", "centre-b", "reg-cn"])
    for (cosigners, isMet) in [
      ([], false), ([0], false), ([2], false), ([0, 1], false), ([0, 2], true), ([1, 2], true),
      ([0, 1, 2], true),
    ] as [(Set<Int>, Bool)] {
      #expect(policy.isMet(by: cosigners) == isMet, "\(cosigners)")
    }
  }

  @Test("groups count what they name, for each set of cosigners")
  func groups() throws {
    let two = try policy("group g 2 w0 w1 w2", "group h any w3 w4", "group q all g h", "quorum q")
    for set in 0..<32 {
      let cosigners = Set((0..<5).filter { set >> $0 & 1 == 1 })
      let expected =
        cosigners.intersection([0, 1, 2]).count >= 2
        && !cosigners.intersection([3, 4]).isEmpty
      #expect(two.isMet(by: cosigners) == expected)
    }
    #expect(try policy("quorum none").isMet(by: []))
    let single = try policy("quorum w3")
    #expect(single.isMet(by: [3]) && !single.isMet(by: [0, 1, 2, 4]))
  }

  @Test("a policy with a fault says which and where")
  func faults() throws {
    func error(_ lines: String...) -> WitnessPolicyError? {
      do {
        _ = try policy(lines.joined(separator: "\n"))
        return nil
      } catch { return error as? WitnessPolicyError }
    }
    let key = witnesses[0].key.text
    let other = Notary("w.example/9", .witness, seed: 99).key.text
    #expect(error("") == .noQuorum)
    #expect(error("quorum none", "quorum none") == .secondQuorum(line: 10))
    #expect(error("quorum nobody") == .unknownName(line: 9, "nobody"))
    #expect(error("group g any w0", "group h any w0") == .memberTwice(line: 10, "w0"))
    #expect(error("group g all w0 w0") == .memberTwice(line: 9, "w0"))
    #expect(error("group g any h", "group h any w0") == .unknownName(line: 9, "h"))
    #expect(error("group g 3 w0 w1") == .threshold(line: 9))
    #expect(error("group g 0 w0 w1") == .threshold(line: 9))
    #expect(error("group g 01 w0 w1") == .threshold(line: 9))
    #expect(error("group none any w0") == .name(line: 9, "none"))
    #expect(error("group w1 any w0") == .name(line: 9, "w1"))
    #expect(error("group g any") == .form(line: 9))
    #expect(error("quorums none") == .form(line: 9))
    #expect(error("witness w9 \(key)") == .duplicateKey(line: 9))
    #expect(error("witness w0 \(other)") == .name(line: 9, "w0"))
    #expect(error("log \(key)") == .key(line: 9))
    #expect(error("log \(log.notary.key.text)") == .duplicateKey(line: 9))
    #expect(error("quorum none\r") == .characters(line: 9))
    #expect(error(String(repeating: "#", count: 1 << 16)) == .tooLong)
  }

  @Test("a checkpoint stands where its cosignatures put it; a wrong one voids all of it")
  func standing() throws {
    let policy = try policy("group g 2 w0 w1 w2", "quorum g")
    var note = log.note(9)
    func standing() throws -> WitnessPolicy.Standing {
      try policy.standing(of: note.bytes, hasher: hasher, check: Notary.check)
    }
    #expect(try standing().isFinal == false)
    note.signatures.append(try #require(witnesses[1].cosign(note.text, time: 5)))
    note.signatures.append(try #require(witnesses[4].cosign(note.text, time: 6)))
    #expect(try standing().isFinal == false)
    note.signatures.append(try #require(witnesses[0].cosign(note.text, time: 7)))
    let final = try standing()
    #expect(final.isFinal && final.witnessCount == 5 && final.checkpoint.size == 9)
    #expect(final.cosigners.map(\.name) == ["w0", "w1", "w4"])
    #expect(final.cosigners.map(\.time) == [7, 5, 6])
    note.signatures[1].bytes[0] ^= 1
    #expect(throws: CheckpointError.note(.badSignature(keyName: "w.example/1"))) {
      try standing()
    }
    note = NotedLog(log.leaves, seed: 8).note(9)
    #expect(throws: CheckpointError.note(.noKnownKey)) { try standing() }
  }

  @Test("a witness that bears the log's name does not sign for the log")
  func namesake() throws {
    let twin = Notary(NotedLog.origin, .witness, seed: 77)
    let text = "log \(log.notary.key.text)\nwitness w \(twin.key.text)\nquorum w\n"
    let policy = try WitnessPolicy(parsing: Array(text.utf8), hasher: hasher)
    var note = log.note(9)
    let line = try #require(twin.cosign(note.text, time: 1))
    note.signatures = [line]
    #expect(throws: CheckpointError.notSignedByLog) {
      try policy.standing(of: note.bytes, hasher: hasher, check: Notary.check)
    }
  }

  @Test("the proof of the vectors is read, written byte for byte, and holds for its entry alone")
  func offlineVector() throws {
    let bytes = try Vectors.bytes("leaf2.tlog-proof")
    let proof = try OfflineProof(parsing: bytes)
    #expect(proof.bytes == bytes && proof.index == 2 && proof.path.count == 3)
    let leaves = try Vectors.numbers().leaves.map { Array($0.utf8) }
    let policy = try WitnessPolicy(parsing: Vectors.bytes("policy.txt"), hasher: hasher)
    // The signatures themselves are verified by the service's tests.
    let standing = try proof.verified(
      entry: leaves[2], policy: policy, hasher: hasher, check: { _, _, _ in true })
    #expect(standing.cosigners.map(\.time) == [1_795_219_200, 1_795_219_201, 1_795_219_202])
    #expect(throws: OfflineProofError.notIncluded) {
      try proof.verified(
        entry: leaves[3], policy: policy, hasher: hasher, check: { _, _, _ in true })
    }
    for count in 0..<bytes.count {
      #expect(throws: OfflineProofError.self) {
        try OfflineProof(parsing: Array(bytes[..<count])).verified(
          entry: leaves[2], policy: policy, hasher: hasher, check: { _, _, _ in true })
      }
    }
  }

  @Test("a proof under a policy that is not met, or that is misshapen, says so")
  func offlineFaults() throws {
    let policy = try policy("quorum w0")
    let entries = (0..<20).map { Array(String($0).utf8) }
    let leaves = entries.map { hasher.leaf($0) }
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    let own = NotedLog(leaves)
    var note = own.note(13)
    let path = try InclusionProof(
      index: 6, size: 13, hasher: hasher, stored: levels.hash
    ).path
    func verify(_ proof: OfflineProof) throws -> WitnessPolicy.Standing {
      try OfflineProof(parsing: proof.bytes).verified(
        entry: entries[6], policy: policy, hasher: hasher, check: Notary.check)
    }
    let unseen = OfflineProof(extra: [1, 2], index: 6, path: path, note: note.bytes)
    #expect(throws: OfflineProofError.quorum) { try verify(unseen) }
    note.signatures.append(try #require(witnesses[0].cosign(note.text, time: 1)))
    let seen = OfflineProof(extra: [1, 2], index: 6, path: path, note: note.bytes)
    #expect(try verify(seen).isFinal)
    #expect(try OfflineProof(parsing: seen.bytes) == seen)
    #expect(throws: OfflineProofError.notIncluded) {
      try verify(OfflineProof(index: 7, path: path, note: note.bytes))
    }
    let text = String(decoding: seen.bytes, as: UTF8.self)
    let wrong: [(String, String, OfflineProofError)] = [
      ("@v1", "@v2", .title), ("extra AQI=", "extra AQI", .extra), ("extra AQI=", "extra ", .extra),
      ("index 6", "index 06", .index), ("index 6", "index", .index), ("extra", "Extra", .index),
      ("=\n\nlog", "=\nlog", .pathLine(5)),
    ]
    for (old, new, error) in wrong {
      let body = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
      #expect(throws: error, "\(new)") { try OfflineProof(parsing: body) }
    }
  }
}
