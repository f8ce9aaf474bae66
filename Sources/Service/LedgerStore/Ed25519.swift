import Crypto

/// The check of signatures that the core is given.
package enum Ed25519 {
  /// Whether these bytes are the signature of the key's owner over the message.
  package static func check(
    _ signature: [UInt8], _ message: [UInt8], _ publicKey: [UInt8]
  ) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: message)
  }
}
