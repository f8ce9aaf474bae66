import Units

/// A SHA-256 value: 32 bytes, held as four big-endian words so that copying one allocates nothing.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  package static let byteCount = 32

  @usableFromInline let a, b, c, d: UInt64

  /// Nil unless there are exactly 32 bytes.
  @inlinable package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for byte in bytes {
      words.0 = words.0 << 8 | words.1 >> 56
      words.1 = words.1 << 8 | words.2 >> 56
      words.2 = words.2 << 8 | words.3 >> 56
      words.3 = words.3 << 8 | UInt64(byte)
    }
    (a, b, c, d) = words
  }

  /// Nil unless the text is 64 lower-case hexadecimal digits.
  package init?(hex text: String) {
    guard let bytes = Units.bytes(hex: text) else { return nil }
    self.init(bytes)
  }

  package var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(Self.byteCount)
    for word in [a, b, c, d] {
      for shift in stride(from: 56, through: 0, by: -8) {
        result.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return result
  }

  /// 64 lower-case hexadecimal digits.
  package var hex: String { Units.hex(bytes) }

  package var description: String { hex }
}

/// The three hashes of RFC 9162, 2.1.1, and the plain one. The core never hashes: the service passes
/// one in that rests on its cryptographic library.
package protocol TreeHasher: Sendable {
  /// SHA-256 of nothing: the root of the tree without leaves.
  var empty: Digest { get }
  /// SHA-256 of a zero byte and the entry.
  func leaf(_ entry: [UInt8]) -> Digest
  /// SHA-256 of a one byte, the left and the right hash.
  func node(_ left: Digest, _ right: Digest) -> Digest
  /// SHA-256 of the bytes themselves: ids of keys.
  func plain(_ bytes: [UInt8]) -> Digest
}
