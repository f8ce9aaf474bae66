import Foundation
import LedgerStore
import Testing
import Transparency
import Witnessing

/// The second cosignature: SM2 over SM3, as OpenSSL's own command finds it.
@Suite("Cosignatures by SM2")
struct SM2Tests {
  private let hasher = SHA256Hasher()
  private static let name = "witness.example.cn/regulator-sm2"
  private static let vectors = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Verifiers")

  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sm2-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private func openssl(_ words: [String], in folder: URL) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + words
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// r and s as OpenSSL's command reads and writes them: a sequence of two integers.
  private func der(_ signature: [UInt8]) -> [UInt8] {
    func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      var bytes = Array(bytes.drop { $0 == 0 })
      if bytes.first.map({ $0 >= 128 }) ?? true { bytes.insert(0, at: 0) }
      return [2, UInt8(bytes.count)] + bytes
    }
    let both = integer(signature[..<32]) + integer(signature[32...])
    return [0x30, UInt8(both.count)] + both
  }

  private func raw(_ der: [UInt8]) throws -> [UInt8] {
    var rest = der.dropFirst(2)
    var both: [UInt8] = []
    for _ in 0..<2 {
      let count = Int(try #require(rest.dropFirst().first))
      let integer = rest.dropFirst(2).prefix(count).drop { $0 == 0 }
      both += [UInt8](repeating: 0, count: 32 - integer.count) + integer
      rest = rest.dropFirst(2 + count)
    }
    return both
  }

  @Test("openssl verifies what we sign, and we what openssl signs; one bit ends both")
  func command() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: folder.appending(path: name))
    }
    let path = folder.appending(path: "key").path
    let key = try SM2Key.make(named: Self.name, at: path)
    #expect(throws: WitnessingError.self) { try SM2Key.make(named: Self.name, at: path) }
    let again = try SM2Key(source: path, name: Self.name)
    #expect(again.verifier == key.verifier)
    #expect(try SM2Key(source: "file:" + path, name: Self.name).verifier == key.verifier)
    #expect(VerifierKey(text: key.verifier.text.utf8, hasher: hasher) == key.verifier)
    let made = try openssl(["pkey", "-in", "key", "-pubout", "-out", "public"], in: folder)
    #expect(made.status == 0, "\(made.text)")

    let message = Array("cosignature/v1\ntime 7\nsomething\n".utf8)
    try write("message", message)
    let verify = [
      "dgst", "-sm3", "-verify", "public", "-sigopt", "distid:\(Signatures.sm2SignerID)",
      "-signature", "signature", "message",
    ]
    for _ in 0..<20 {
      let signature = try #require(key.sign(message))
      #expect(Signatures.check(signature, message, key.verifier.publicKey))
      try write("signature", der(signature))
      let answer = try openssl(verify, in: folder)
      #expect(answer.status == 0 && answer.text.contains("Verified OK"), "\(answer.text)")
      var wrong = signature
      wrong[Int.random(in: 0..<64)] ^= 1
      #expect(!Signatures.check(wrong, message, key.verifier.publicKey))
      try write("signature", der(wrong))
      #expect(try openssl(verify, in: folder).status != 0)
      let sign = try openssl(
        [
          "dgst", "-sm3", "-sign", "key", "-sigopt", "distid:\(Signatures.sm2SignerID)", "-out",
          "signature", "message",
        ], in: folder)
      #expect(sign.status == 0, "\(sign.text)")
      let theirs = try raw(
        Array(try Data(contentsOf: folder.appending(path: "signature"))))
      #expect(Signatures.check(theirs, message, key.verifier.publicKey))
      #expect(!Signatures.check(theirs, message + [0], key.verifier.publicKey))
    }
  }

  @Test("a key that openssl made is taken; one of another kind, or that others may read, is not")
  func keys() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "key").path
    for (algorithm, isGood) in [("SM2", true), ("ED25519", false)] {
      let made = try openssl(["genpkey", "-algorithm", algorithm, "-out", "key"], in: folder)
      #expect(made.status == 0, "\(made.text)")
      chmod(path, 0o600)
      let isTaken = (try? SM2Key(source: path, name: Self.name)) != nil
      #expect(isTaken == isGood)
      chmod(path, 0o640)
      #expect(throws: WitnessingError.notPrivate(path: path, mode: 0o640)) {
        try SM2Key(source: path, name: Self.name)
      }
    }
    #expect(throws: WitnessingError.self) {
      try SM2Key(source: "pkcs11:nobody", name: Self.name)
    }
    #expect(throws: WitnessingError.self) {
      try SM2Key(source: folder.appending(path: "none").path, name: Self.name)
    }
  }

  @Test(
    "the vector: key, text, time, signer's id, and a line that holds; no bit of it may be another")
  func vector() throws {
    let lines = try String(contentsOf: Self.vectors.appending(path: "sm2.txt"), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let text = try #require(lines.firstIndex(of: ""))
    let key = try #require(VerifierKey(text: lines[0].utf8, hasher: hasher))
    let line = try #require(SignedNote.Signature(line: Array(lines[1].utf8)))
    let note = Array(lines[(text + 1)...].joined(separator: "\n").utf8)
    func verdict(_ line: SignedNote.Signature, _ note: [UInt8]) -> Bool? {
      key.verdict(on: line, text: note, check: Signatures.check)
    }
    #expect(key.kind == .sm2Witness && verdict(line, note) == true)
    for place in line.bytes.indices {
      var bytes = line.bytes
      bytes[place] ^= 1
      let wrong = SignedNote.Signature(keyName: line.keyName, keyID: line.keyID, bytes: bytes)
      #expect(verdict(wrong, note) == false, "byte \(place)")
    }
    for place in note.indices {
      var wrong = note
      wrong[place] ^= 1
      #expect(verdict(line, wrong) == false, "byte \(place) of the text")
    }
  }

  @Test("the regulator's program in Python finds the same, bit by bit")
  func program() throws {
    let script = """
      import sys
      sys.path.insert(0, sys.argv[1])
      import verify
      assert verify.sm3(b"abc").hex().startswith("66c7f0f462eeedd9") and verify.sm3(b"abcd" * 16).hex().startswith("debe9ff92275b8a1")
      head, text = open(sys.argv[2], "rb").read().split(b"\\n\\n", 1)
      key, line = head.decode().split("\\n")
      key, blob = verify.Key(key, (4, 255)), verify.decode(line.split(" ")[2])
      assert blob[:4] == key.id and key.check(blob[4:], text)
      for bit in range(32, 8 * len(blob), 7):
          other = bytearray(blob)
          other[bit // 8] ^= 1 << bit % 8
          assert not key.check(bytes(other[4:]), text), bit
      assert not key.check(blob[4:], text + b"x")
      for key in ("a+00000000+" + line.split(" ")[2], open(sys.argv[2]).readline().strip().replace("+/3", "+/4", 1)):
          try:
              verify.Key(key, (4, 255))
          except verify.Wrong:
              continue
          raise AssertionError(key)
      print("as it should be")
      """
    let regulator = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "deploy/regulator").path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let vector = Self.vectors.appending(path: "sm2.txt").path
    process.arguments = ["python3", "-B", "-c", script, regulator, vector]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && said == "as it should be\n", "\(said)")
  }

  @Test("a witness with a second key cosigns twice, and a policy counts each")
  func witness() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let second = try SM2Key.make(named: Self.name, at: folder.appending(path: "key").path)
    let first = try #require(
      SigningKey(
        name: "witness.example.cn/regulator", kind: .witness,
        seed: [UInt8](repeating: 9, count: 32)))
    let log = try #require(SignedLog.key)
    let keeper = try WitnessKeeper(
      key: first, second: second, logs: [log.verifier],
      folder: folder.appending(path: "witness").path)
    let policy = try WitnessPolicy(
      parsing: Array(
        """
        log \(log.verifier.text)
        witness reg \(first.verifier.text)
        witness reg-sm2 \(second.verifier.text)
        group both all reg reg-sm2
        quorum both

        """.utf8), hasher: hasher)
    let one = SignedLog(20)
    let answer = try keeper.answer(one.request(0, 9), time: 1_795_219_200)
    #expect(answer.status == 200)
    let lines = answer.body.split(separator: 0x0A).compactMap { SignedNote.Signature(line: $0) }
    #expect(lines.count == 2)
    let text = try one.checkpoint(9).text
    for count in 0...2 {
      let note = SignedNote(text: text, signatures: [log.noteLine(for: text)] + lines.prefix(count))
      let standing = try policy.standing(of: note.bytes, hasher: hasher, check: Signatures.check)
      #expect(standing.cosigners.count == count && standing.isFinal == (count == 2))
    }
    // What it kept is read again, with both lines.
    let again = try #require(
      try keeper.cosigned(originDigest: SHA256Hasher.hex(Array(SignedLog.origin.utf8))))
    #expect(
      try policy.standing(of: again, hasher: hasher, check: Signatures.check).isFinal)
  }
}
