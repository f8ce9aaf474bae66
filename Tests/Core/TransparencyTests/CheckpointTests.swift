import Seeded
import Testing
import Transparency
import Units

/// Stands in for Ed25519: a signature is good when it is one of those known to be good, with its key
/// and over its text, byte for byte.
private struct KnownSignatures {
  private var keys: [(name: String, id: [UInt8], isWitness: Bool)] = []
  private var good: Set<[UInt8]> = []

  /// Takes every signature line in `files` for good.
  init(goodIn files: [String]) throws {
    let numbers = try Vectors.numbers()
    keys.append((Vectors.origin, try #require(bytes(hex: numbers.logKeyid)), false))
    for witness in numbers.witness {
      let id = witness.vkey.split(separator: "+")[1]
      keys.append((witness.name, try #require(bytes(hex: String(id))), true))
    }
    for file in files {
      // Taken apart here once more, so that the judge does not rest on the parser under test.
      let note = try Vectors.bytes(file)
      let lines = note.split(separator: UInt8(0x0A), omittingEmptySubsequences: false)
      let blank = try #require(lines.dropLast().lastIndex { $0.isEmpty })
      let text = note[..<lines[blank].startIndex]
      let line = lines[blank + 1].split(separator: UInt8(0x20))
      try #require(line.count == 3)
      good.insert(Self.triple(Array(line[1]), Array(line[2]), Array(text)))
    }
  }

  func check(_ signature: SignedNote.Signature, _ text: [UInt8]) -> Bool? {
    guard let key = keys.first(where: { signature.isBy(keyName: $0.name, keyID: $0.id) }) else {
      return nil
    }
    if key.isWitness, Cosignature(signature.bytes) == nil { return false }
    let blob = Array(Base64.encode(signature.keyID + signature.bytes).utf8)
    return good.contains(Self.triple(Array(signature.keyName.utf8), blob, text))
  }

  private static func triple(_ name: [UInt8], _ blob: [UInt8], _ text: [UInt8]) -> [UInt8] {
    var joined = name
    joined.append(0)
    joined += blob
    joined.append(0)
    return joined + text
  }
}

/// The files whose first signature is good by the log's key, whatever the text is worth; found with
/// an Ed25519 library from the public key in vector.json.
private let trulySigned = [
  "ok", "cosig_v1_missing_timestamp", "crlf", "empty_ext_line", "empty_tree_ok",
  "empty_tree_wrong_root", "ext_line_ok", "known_key_twice_second_bad", "nul_in_text",
  "origin_empty", "origin_other", "root_31_bytes", "root_33_bytes", "root_noncanonical_bits",
  "root_unpadded", "root_urlsafe", "size_2^64", "size_leading_zero", "size_negative", "size_plus",
  "size_space", "tab_in_text", "two_lines_only",
].map { "neg/\($0).txt" }

private let accepted = ["ok.txt", "ext_line_ok.txt", "empty_tree_ok.txt"]

private let refused: [(String, CheckpointError)] = [
  ("cosig_v1_missing_timestamp", .note(.badSignature(keyName: "witness.example.hk/centre-a"))),
  ("crlf", .note(.characters)),
  ("empty_ext_line", .lines),
  ("empty_tree_wrong_root", .rootOfEmptyTree),
  ("hyphen_instead_of_emdash", .note(.malformedSignature(line: 1))),
  ("known_key_twice_second_bad", .note(.badSignature(keyName: Vectors.origin))),
  ("no_sig", .note(.unsigned)),
  ("nul_in_text", .note(.characters)),
  ("origin_empty", .origin),
  ("origin_other", .foreignOrigin("other.example")),
  ("root_31_bytes", .root),
  ("root_33_bytes", .root),
  ("root_noncanonical_bits", .root),
  ("root_unpadded", .root),
  ("root_urlsafe", .root),
  ("sig_no_trailing_newline", .note(.unsigned)),
  ("sig_over_other_text", .note(.badSignature(keyName: Vectors.origin))),
  ("size_2^64", .size),
  ("size_leading_zero", .size),
  ("size_negative", .size),
  ("size_plus", .size),
  ("size_space", .size),
  ("tab_in_text", .note(.characters)),
  ("two_lines_only", .lines),
  ("wrong_keyid", .note(.noKnownKey)),
]

@Suite("Checkpoints")
struct CheckpointTests {
  private let hasher = SHA256Hasher()

  private func open(
    _ bytes: [UInt8], _ known: KnownSignatures, origin: String = Vectors.origin
  ) throws(CheckpointError) -> (checkpoint: Checkpoint, signatures: [SignedNote.Signature]) {
    try Checkpoint.open(bytes, origin: origin, hasher: hasher, check: known.check)
  }

  @Test("the signed checkpoints of the vectors are read, and written again byte for byte")
  func goodCheckpoints() throws {
    let numbers = try Vectors.numbers()
    for size in [4, 7] {
      let file = "checkpoint-\(size).txt"
      let known = try KnownSignatures(goodIn: [file])
      let bytes = try Vectors.bytes(file)
      let (checkpoint, signatures) = try open(bytes, known)
      #expect(checkpoint.origin == Vectors.origin)
      #expect(checkpoint.size == UInt64(size))
      #expect(checkpoint.root.hex == numbers.roots[String(size)])
      #expect(signatures.count == 1)
      #expect(SignedNote(text: checkpoint.text, signatures: signatures).bytes == bytes)
    }
  }

  @Test("each file in neg/ has its verdict, and no file is left out")
  func verdicts() throws {
    let names = try Vectors.negativeNames()
    #expect(names.count == 28)
    #expect(names == (accepted + refused.map { $0.0 + ".txt" }).sorted())
    #expect(names.filter { $0.hasSuffix("ok.txt") } == accepted.sorted())
    let known = try KnownSignatures(
      goodIn: ["checkpoint-7.txt", "checkpoint-4.txt"] + accepted.map { "neg/" + $0 })
    for name in names {
      let bytes = try Vectors.bytes("neg/" + name)
      if accepted.contains(name) {
        #expect(throws: Never.self, "\(name)") { try open(bytes, known) }
      } else {
        #expect(throws: CheckpointError.self, "\(name)") { try open(bytes, known) }
      }
    }
    figure("T36", "checkpoints that other parsers differ about, each with its verdict", names.count)
  }

  @Test("a text that the log did sign is refused for what is wrong with it", arguments: refused)
  func reasons(name: String, reason: CheckpointError) throws {
    let known = try KnownSignatures(goodIn: trulySigned)
    let bytes = try Vectors.bytes("neg/\(name).txt")
    #expect(throws: reason) { try open(bytes, known) }
  }

  @Test("one wrong bit anywhere in a checkpoint is refused")
  func flippedBits() throws {
    let known = try KnownSignatures(goodIn: ["checkpoint-7.txt"])
    let bytes = try Vectors.bytes("checkpoint-7.txt")
    for bit in 0..<bytes.count * 8 {
      var wrong = bytes
      wrong[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: CheckpointError.self, "bit \(bit)") { try open(wrong, known) }
    }
    for count in 0..<bytes.count {
      #expect(throws: CheckpointError.self, "\(count) bytes") {
        try open(Array(bytes[..<count]), known)
      }
    }
  }

  @Test("signatures by unknown keys are ignored, cosignatures alone are not enough")
  func cosigned() throws {
    let bytes = try Vectors.bytes("checkpoint-7-cosigned.txt")
    let note = try SignedNote(parsing: bytes)
    #expect(note.signatures.count == 4)
    #expect(note.bytes == bytes)
    let log = note.signatures[0].keyName
    let (_, byLog) = try Checkpoint.open(
      bytes, origin: Vectors.origin, hasher: hasher,
      check: { signature, _ in signature.keyName == log ? true : nil })
    #expect(byLog == [note.signatures[0]])
    let (_, all) = try Checkpoint.open(
      bytes, origin: Vectors.origin, hasher: hasher, check: { _, _ in true })
    #expect(all == note.signatures)
    #expect(throws: CheckpointError.notSignedByLog) {
      try Checkpoint.open(
        bytes, origin: Vectors.origin, hasher: hasher,
        check: { signature, _ in signature.keyName == log ? nil : true })
    }
    #expect(throws: CheckpointError.foreignOrigin(Vectors.origin)) {
      try Checkpoint.open(bytes, origin: "x", hasher: hasher, check: { _, _ in true })
    }
  }

  @Test("a cosignature carries its time and says what was signed")
  func cosignature() throws {
    let note = try SignedNote(parsing: Vectors.bytes("checkpoint-7-cosigned.txt"))
    for (offset, signature) in note.signatures.dropFirst().enumerated() {
      let cosignature = try #require(Cosignature(signature.bytes))
      #expect(cosignature.time == 1_795_219_200 + UInt64(offset))
      #expect(cosignature.bytes == signature.bytes)
    }
    let message = Cosignature.message(time: 7, text: Array("a\n".utf8))
    #expect(message == Array("cosignature/v1\ntime 7\na\n".utf8))
    #expect(Cosignature(note.signatures[0].bytes) == nil)
    #expect(Cosignature([UInt8](repeating: 0x80, count: 72)) == nil)
    #expect(Cosignature(time: 1 << 63, signature: [UInt8](repeating: 0, count: 64)) == nil)
  }

  @Test("a key's id is made from its name, kind and public key")
  func keyIDs() throws {
    let numbers = try Vectors.numbers()
    let note = try SignedNote(parsing: Vectors.bytes("checkpoint-7-cosigned.txt"))
    var keys: [(String, UInt8, String)] = [(Vectors.origin, 1, numbers.logPub)]
    for witness in numbers.witness { keys.append((witness.name, 4, witness.pub)) }
    #expect(keys.count == note.signatures.count)
    for ((name, type, key), signature) in zip(keys, note.signatures) {
      let input = SignedNote.keyIDInput(
        keyName: name, type: type, publicKey: try #require(bytes(hex: key)))
      let id = Array(SHA256Hasher.hash(input).bytes.prefix(4))
      #expect(signature.isBy(keyName: name, keyID: id))
      #expect(!signature.isBy(keyName: name + "x", keyID: id))
      #expect(!signature.isBy(keyName: name, keyID: [0, 0, 0, 0]))
    }
  }

  @Test("sizes are read up to 2^64-1, and an origin is visible ASCII without plus")
  func limits() throws {
    let root = hasher.leaf([])
    let largest = try #require(Checkpoint(origin: "a/b", size: .max, root: root))
    #expect(try Checkpoint(text: largest.text, hasher: hasher) == largest)
    for origin in ["", "a b", "a+b", "a\nb", "\u{E9}", "a\u{7F}"] {
      #expect(Checkpoint(origin: origin, size: 1, root: root) == nil)
    }
    #expect(throws: CheckpointError.lines) {
      try Checkpoint(text: largest.text.dropLast(), hasher: hasher)
    }
    #expect(throws: CheckpointError.note(.characters)) {
      try Checkpoint(text: largest.text + [0xFF, 0x0A], hasher: hasher)
    }
    #expect(throws: CheckpointError.lines) { try Checkpoint(text: [], hasher: hasher) }
  }
}
