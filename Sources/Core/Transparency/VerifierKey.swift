/// Says whether these bytes are the owner's signature over the message: Ed25519 by a key of 32 bytes, SM2 over SM3
/// by one of 65. The core verifies nothing by itself: the service passes this in, as it does the hasher.
package typealias SignatureCheck = (
  _ signature: [UInt8], _ message: [UInt8], _ publicKey: [UInt8]
) -> Bool

/// A public key with the name of its owner, as C2SP signed-note writes it: `<name>+<id>+<key>`.
package struct VerifierKey: Hashable, Sendable {
  /// What the key signs.
  package enum Kind: UInt8, Hashable, Sendable {
    /// The text of a note: the key of a log.
    case log = 1
    /// A text with a time before it: the key of a witness.
    case witness = 4
    /// The same by SM2 over SM3. C2SP has no number for it: 255, then the words of `mark`.
    case sm2Witness = 255

    /// The length of a public key: Ed25519, or a point of SM2, uncompressed.
    package var byteCount: Int { self == .sm2Witness ? 65 : 32 }

    /// Whether it is a witness's.
    package var cosigns: Bool { self != .log }

    /// What stands between the number and the key.
    var mark: [UInt8] { self == .sm2Witness ? Array("sm2-sm3-cosignature-v1".utf8) : [] }
  }

  package let name: String
  package let kind: Kind
  package let publicKey: [UInt8]
  /// 4 bytes, which follow from the rest.
  package let id: [UInt8]

  /// Nil when the name is no key name or the key has not the length of its kind.
  package init?(name: String, kind: Kind, publicKey: [UInt8], hasher: some TreeHasher) {
    guard SignedNote.isKeyName(name), SignedNote.isText(Array(name.utf8)),
      publicKey.count == kind.byteCount
    else { return nil }
    self.name = name
    self.kind = kind
    self.publicKey = publicKey
    let input = SignedNote.keyIDInput(
      keyName: name, type: kind.rawValue, publicKey: kind.mark + publicKey)
    id = Array(hasher.plain(input).bytes.prefix(4))
  }

  /// Reads the text form. Nil for every other spelling, a kind that we do not know, and an id that is
  /// not the key's.
  package init?(text: some Collection<UInt8>, hasher: some TreeHasher) {
    // The key itself may have a plus, in base64.
    let parts = Array(text).split(
      separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let name = String(validating: parts[0], as: UTF8.self),
      let blob = Base64.decode(parts[2]), let type = blob.first, let kind = Kind(rawValue: type),
      blob.dropFirst().starts(with: kind.mark)
    else { return nil }
    self.init(
      name: name, kind: kind, publicKey: Array(blob.dropFirst(1 + kind.mark.count)), hasher: hasher)
    guard self.text.utf8.elementsEqual(Array(text)) else { return nil }
  }

  /// The text form.
  package var text: String {
    let digits = id.map { byte in
      let hex = String(byte, radix: 16)
      return byte < 16 ? "0" + hex : hex
    }
    return "\(name)+\(digits.joined())+\(Base64.encode([kind.rawValue] + kind.mark + publicKey))"
  }

  /// Nil when the line is not by this key; else whether it is this key's signature over the text.
  package func verdict(
    on signature: SignedNote.Signature, text: [UInt8], check: SignatureCheck
  ) -> Bool? {
    guard signature.isBy(keyName: name, keyID: id) else { return nil }
    switch kind {
    case .log:
      return signature.bytes.count == 64 && check(signature.bytes, text, publicKey)
    case .witness, .sm2Witness:
      guard let cosignature = Cosignature(signature.bytes) else { return false }
      let message = Cosignature.message(time: cosignature.time, text: text)
      return check(cosignature.signature, message, publicKey)
    }
  }

  /// The line of a log's signature over a text.
  package func line(signature: [UInt8]) -> SignedNote.Signature {
    SignedNote.Signature(keyName: name, keyID: id, bytes: signature)
  }

  /// The line of a witness's cosignature.
  package func line(_ cosignature: Cosignature) -> SignedNote.Signature {
    SignedNote.Signature(keyName: name, keyID: id, bytes: cosignature.bytes)
  }
}

extension Collection<VerifierKey> {
  /// What `SignedNote.verified` asks: nil when none of these keys made the line.
  package func verdict(
    on signature: SignedNote.Signature, text: [UInt8], check: SignatureCheck
  ) -> Bool? {
    for key in self {
      if let verdict = key.verdict(on: signature, text: text, check: check) { return verdict }
    }
    return nil
  }
}
