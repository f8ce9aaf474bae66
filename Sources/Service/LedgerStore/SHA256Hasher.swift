import Crypto
package import Transparency

/// The hashes of the log: SHA-256 with the prefixes of RFC 6962.
package struct SHA256Hasher: TreeHasher {
  package init() {}

  package func leaf(_ bytes: [UInt8]) -> Transparency.Digest { hash([[0x00], bytes]) }
  package func node(_ left: Transparency.Digest, _ right: Transparency.Digest) -> Transparency.Digest {
    hash([[0x01], left.bytes, right.bytes])
  }
  package var empty: Transparency.Digest { hash([]) }

  /// The plain digest of bytes, as lower-case hexadecimal text.
  package static func hex(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private func hash(_ parts: [[UInt8]]) -> Transparency.Digest {
    var function = SHA256()
    for part in parts { function.update(data: part) }
    guard let digest = Transparency.Digest(Array(function.finalize())) else {
      preconditionFailure("SHA-256 has 32 bytes")
    }
    return digest
  }
}
