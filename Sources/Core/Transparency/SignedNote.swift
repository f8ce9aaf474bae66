/// Why bytes are no signed note, or none to trust; in the order in which it is found out.
package enum NoteError: Error, Equatable, CustomStringConvertible {
  /// Not UTF-8, or a control character other than the end of a line.
  case characters
  /// No blank line followed by complete lines of signatures.
  case unsigned
  case tooManySignatures
  /// Counts the lines of signatures from 1.
  case malformedSignature(line: Int)
  /// A signature by a key that we know is wrong.
  case badSignature(keyName: String)
  case noKnownKey

  package var description: String {
    switch self {
    case .characters:
      "the note is not UTF-8 or has control characters; fetch it again as unchanged bytes"
    case .unsigned:
      "the note does not end with a blank line and complete signature lines; fetch all of it again"
    case .tooManySignatures:
      "the note has more than \(SignedNote.signatureLimit) signatures; keep those you need"
    case .malformedSignature(let line):
      "signature line \(line) is not \"\u{2014} <key name> <base64>\"; fetch the note again"
    case .badSignature(let keyName):
      "the signature by \(keyName) is wrong; keep the note as evidence and do not use it"
    case .noKnownKey: "no signature is by a key that we know; check the configured keys"
    }
  }
}

/// A text with signatures in the form of C2SP signed-note.
package struct SignedNote: Hashable, Sendable {
  /// One signature line.
  package struct Signature: Hashable, Sendable {
    /// Compare it with `isBy`: `==` of strings takes different bytes for equal.
    package var keyName: String
    /// 4 bytes.
    package var keyID: [UInt8]
    /// What the kind of key says, after the key id; not empty.
    package var bytes: [UInt8]

    package init(keyName: String, keyID: [UInt8], bytes: [UInt8]) {
      self.keyName = keyName
      self.keyID = keyID
      self.bytes = bytes
    }

    /// Whether the line claims to be by this key, byte for byte.
    package func isBy(keyName: String, keyID: [UInt8]) -> Bool {
      self.keyID == keyID && self.keyName.utf8.elementsEqual(keyName.utf8)
    }

    /// The line, with its end.
    package var line: String { "\u{2014} \(keyName) \(Base64.encode(keyID + bytes))\n" }

    /// A line without its end.
    package init?(line: some Collection<UInt8>) {
      let dash = Array("\u{2014} ".utf8)
      guard line.starts(with: dash) else { return nil }
      let parts = line.dropFirst(dash.count).split(
        separator: 0x20, maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let blob = Base64.decode(parts[1]), blob.count > 4,
        let name = String(validating: parts[0], as: UTF8.self), SignedNote.isKeyName(name)
      else { return nil }
      self.init(keyName: name, keyID: Array(blob[..<4]), bytes: Array(blob[4...]))
    }
  }

  /// Bounds the work on a note from outside; the specification asks for 16 or more.
  package static let signatureLimit = 100

  /// What is signed, with the end of its last line.
  package var text: [UInt8]
  package var signatures: [Signature]

  package init(text: [UInt8], signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  /// Splits a note at its last blank line. No signature is checked: see `verified`.
  package init(parsing bytes: [UInt8]) throws(NoteError) {
    guard Self.isText(bytes) else { throw .characters }
    let end = UInt8(ascii: "\n")
    guard bytes.last == end,
      let blank = bytes.indices.dropFirst().last(where: {
        bytes[$0] == end && bytes[$0 - 1] == end
      }),
      blank + 1 < bytes.count
    else { throw .unsigned }
    let lines = bytes[(blank + 1)...].dropLast().split(
      separator: end, maxSplits: Self.signatureLimit, omittingEmptySubsequences: false)
    guard lines.count <= Self.signatureLimit else { throw .tooManySignatures }
    text = Array(bytes[..<blank])
    signatures = []
    for (index, line) in lines.enumerated() {
      guard let signature = Signature(line: line) else {
        throw .malformedSignature(line: index + 1)
      }
      signatures.append(signature)
    }
  }

  /// The whole note: text, blank line, signatures.
  package var bytes: [UInt8] {
    text + [UInt8(ascii: "\n")] + signatures.flatMap { Array($0.line.utf8) }
  }

  /// The signatures by known keys, of which all must be good and one must be there; of several by one
  /// key the first. `check` answers nil for a key that it does not know by name and id.
  package func verified(
    by check: (_ signature: Signature, _ text: [UInt8]) -> Bool?
  ) throws(NoteError) -> [Signature] {
    var good: [Signature] = []
    for signature in signatures {
      guard let isGood = check(signature, text) else { continue }
      guard isGood else { throw .badSignature(keyName: signature.keyName) }
      if !good.contains(where: { $0.isBy(keyName: signature.keyName, keyID: signature.keyID) }) {
        good.append(signature)
      }
    }
    guard !good.isEmpty else { throw .noKnownKey }
    return good
  }

  /// UTF-8 without control characters other than the end of a line.
  static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 || $0 == 0x0A } && String(validating: bytes, as: UTF8.self) != nil
  }

  /// Not empty, no white space, no plus.
  package static func isKeyName(_ name: String) -> Bool {
    !name.isEmpty && name.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace }
  }

  /// The first 4 bytes of the SHA-256 of this are the id of the key (types: 1 Ed25519, 4 cosigner).
  package static func keyIDInput(keyName: String, type: UInt8, publicKey: [UInt8]) -> [UInt8] {
    Array(keyName.utf8) + [0x0A, type] + publicKey
  }
}
