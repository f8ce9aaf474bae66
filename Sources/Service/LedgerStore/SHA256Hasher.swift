import Crypto
import Foundation
package import Transparency
import Units

/// The hashes of the log: SHA-256 with the prefixes of RFC 6962.
package struct SHA256Hasher: TreeHasher {
  package init() {}

  package func leaf(_ bytes: [UInt8]) -> Transparency.Digest {
    var function = SHA256()
    function.update(data: Self.leafPrefix)
    function.update(data: bytes)
    return Self.digest(function)
  }

  package func node(_ left: Transparency.Digest, _ right: Transparency.Digest)
    -> Transparency.Digest
  {
    var function = SHA256()
    function.update(data: Self.nodePrefix)
    function.update(data: left.bytes)
    function.update(data: right.bytes)
    return Self.digest(function)
  }

  package func plain(_ bytes: [UInt8]) -> Transparency.Digest {
    var function = SHA256()
    function.update(data: bytes)
    return Self.digest(function)
  }

  package var empty: Transparency.Digest { Self.digest(SHA256()) }

  /// The plain digest of bytes, as lower-case hexadecimal text.
  package static func hex(_ bytes: [UInt8]) -> String {
    Units.hex(SHA256.hash(data: bytes))
  }

  /// The plain digest of a file, read piece by piece.
  package static func hex(file path: String) throws -> String {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var function = SHA256()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      function.update(data: piece)
    }
    return Units.hex(function.finalize())
  }

  private static let leafPrefix: [UInt8] = [0x00]
  private static let nodePrefix: [UInt8] = [0x01]

  private static func digest(_ function: SHA256) -> Transparency.Digest {
    let digest = function.finalize().withUnsafeBytes { Transparency.Digest($0) }
    guard let digest else { preconditionFailure("SHA-256 has 32 bytes") }
    return digest
  }
}
