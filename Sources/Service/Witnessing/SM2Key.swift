import COpenSSL
import Foundation
import LedgerStore
package import Transparency

/// The secret key by which a witness cosigns a second time, with SM2 over SM3 (GB/T 32918.2, GB/T 32905), for
/// whoever must rely on commercial cryptography of the mainland. A file as `openssl genpkey -algorithm SM2` makes
/// it, or the URI of a provider of OpenSSL, whose key never leaves its device.
package final class SM2Key: @unchecked Sendable {
  /// The public half.
  package let verifier: VerifierKey
  // Of OpenSSL, which locks what it changes of a key by itself.
  private let key: OpaquePointer

  private init(_ key: OpaquePointer, name: String) throws(WitnessingError) {
    var point = [UInt8](repeating: 0, count: VerifierKey.Kind.sm2Witness.byteCount)
    guard sampan_sm2_public(key, &point) == 1,
      let verifier = VerifierKey(
        name: name, kind: .sm2Witness, publicKey: point, hasher: SHA256Hasher())
    else {
      sampan_sm2_free(key)
      throw .otherKind(needed: "an SM2")
    }
    self.key = key
    self.verifier = verifier
  }

  /// - Parameters:
  ///   - source: a path, or a URI as a provider has it. A file that others may read is refused.
  ///   - name: the key's, as policies have it.
  package convenience init(source: String, name: String) throws(WitnessingError) {
    _ = try SigningKey.sizeOfPrivate(file: source)
    guard let key = sampan_sm2_open(source) else { throw .notAKey(path: source) }
    try self.init(key, name: name)
  }

  /// Makes a key and its file, for its owner alone. A file that is there already is not touched.
  package static func make(named name: String, at path: String) throws(WitnessingError) -> SM2Key {
    guard let key = sampan_sm2_new() else { throw .otherKind(needed: "an SM2") }
    let made = try SM2Key(key, name: name)
    var text = [CChar](repeating: 0, count: 4_096)
    let count = Int(sampan_sm2_text(key, &text, Int32(text.count)))
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .file(path: path, what: "cannot be made", code: errno) }
    defer { close(file) }
    try DurableFile.fill(file, with: text[..<count].map(UInt8.init(bitPattern:)), path: path)
    return made
  }

  deinit { sampan_sm2_free(key) }

  /// Its signature over bytes: r and s, 32 bytes each; nil when the provider does not sign.
  package func sign(_ message: [UInt8]) -> [UInt8]? {
    var signature = [UInt8](repeating: 0, count: 64)
    let done = sampan_sm2_sign(key, Signatures.sm2SignerID, message, message.count, &signature)
    return done == 1 ? signature : nil
  }

  /// The line of a cosignature at a time; nil when the provider does not sign.
  package func cosignatureLine(for text: [UInt8], time: UInt64) -> SignedNote.Signature? {
    guard let signature = sign(Cosignature.message(time: time, text: text)) else { return nil }
    return Cosignature(time: time, signature: signature).map(verifier.line)
  }
}
