import COpenSSL
import Crypto
import Transparency

/// The check of signatures that the core is given.
package enum Signatures {
  /// The signer's id that GB/T 32918.2 has for who has none of his own; part of what SM2 signs.
  package static let sm2SignerID = "1234567812345678"

  /// Whether these 64 bytes are the signature of the key's owner over the message: Ed25519 by a key of 32
  /// bytes; SM2 over SM3 (r and s) by a point of 65, uncompressed.
  package static func check(
    _ signature: [UInt8], _ message: [UInt8], _ publicKey: [UInt8]
  ) -> Bool {
    guard signature.count == 64 else { return false }
    if publicKey.count == VerifierKey.Kind.sm2Witness.byteCount {
      return sampan_sm2_verify(publicKey, sm2SignerID, message, message.count, signature) == 1
    }
    let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
    return key?.isValidSignature(signature, for: message) ?? false
  }
}
