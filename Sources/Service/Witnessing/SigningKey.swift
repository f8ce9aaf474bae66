import Crypto
import Foundation
import LedgerStore
package import Transparency

/// The secret key of a log or of a witness: Ed25519, in a file that nobody else may read.
package struct SigningKey: Sendable {
  /// The public half.
  package let verifier: VerifierKey
  private let seed: [UInt8]

  /// The key with this seed of 32 bytes; nil when name or seed are none.
  package init?(name: String, kind: VerifierKey.Kind, seed: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
      let verifier = VerifierKey(
        name: name, kind: kind, publicKey: Array(key.publicKey.rawRepresentation),
        hasher: SHA256Hasher())
    else { return nil }
    self.verifier = verifier
    self.seed = seed
  }

  /// A new key; nil when the name is none.
  package init?(newNamed name: String, kind: VerifierKey.Kind) {
    let key = Curve25519.Signing.PrivateKey()
    self.init(name: name, kind: kind, seed: Array(key.rawRepresentation))
  }

  /// Reads a file as `write` makes it. One that others may read is refused.
  package init(file path: String) throws(WitnessingError) {
    guard let size = try Self.sizeOfPrivate(file: path) else {
      throw .file(path: path, what: "cannot be read", code: errno)
    }
    // A key has one short line: no more of the file is looked at.
    guard size <= 4096, let data = FileManager.default.contents(atPath: path),
      let key = Self(text: Array(data))
    else { throw .notAKey(path: path) }
    self = key
  }

  /// The size of a file that must be its owner's alone; nil when there is none.
  static func sizeOfPrivate(file path: String) throws(WitnessingError) -> Int64? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    guard status.st_mode & 0o077 == 0 else {
      throw .notPrivate(path: path, mode: UInt32(status.st_mode & 0o777))
    }
    return Int64(status.st_size)
  }

  /// Makes the file, for its owner alone. A file that is there already is not touched.
  package func write(to path: String) throws(WitnessingError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .file(path: path, what: "cannot be made", code: errno) }
    defer { close(file) }
    try DurableFile.fill(file, with: text, path: path)
  }

  /// Its signature over bytes.
  package func sign(_ message: [UInt8]) -> [UInt8] {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
      let signature = try? key.signature(for: message)
    else { preconditionFailure("a key of 32 bytes signs everything") }
    return Array(signature)
  }

  /// The line of a log's signature over the text of a checkpoint.
  package func noteLine(for text: [UInt8]) -> SignedNote.Signature {
    verifier.line(signature: sign(text))
  }

  /// The line of a witness's cosignature at a time.
  package func cosignatureLine(for text: [UInt8], time: UInt64) -> SignedNote.Signature {
    let signature = sign(Cosignature.message(time: time, text: text))
    guard let cosignature = Cosignature(time: time, signature: signature) else {
      preconditionFailure("the time is before 2^63")
    }
    return verifier.line(cosignature)
  }

  /// The line of the file: the public text form with the seed in the key's place.
  private var text: [UInt8] {
    let parts = verifier.text.split(separator: "+", maxSplits: 2)
    let secret = Base64.encode([verifier.kind.rawValue] + seed)
    return Array("PRIVATE+KEY+\(parts[0])+\(parts[1])+\(secret)\n".utf8)
  }

  private init?(text: [UInt8]) {
    let parts = text.split(
      separator: UInt8(ascii: "+"), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, parts[4].last == UInt8(ascii: "\n"),
      let blob = Base64.decode(parts[4].dropLast()), let type = blob.first,
      let kind = VerifierKey.Kind(rawValue: type)
    else { return nil }
    self.init(
      name: String(decoding: parts[2], as: UTF8.self), kind: kind, seed: Array(blob.dropFirst()))
    guard self.text == text else { return nil }
  }
}
