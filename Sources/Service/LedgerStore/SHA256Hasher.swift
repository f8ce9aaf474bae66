import Crypto
import Foundation
package import Transparency
import Units

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
    Units.hex(SHA256.hash(data: bytes))
  }

  /// The plain digest of a file, read piece by piece.
  static func hex(file path: String) throws -> String {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var function = SHA256()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      function.update(data: piece)
    }
    return Units.hex(function.finalize())
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
