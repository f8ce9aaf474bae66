/// A witness's timestamped Ed25519 signature (C2SP tlog-cosignature, version 1): "at this time this
/// is the largest consistent tree that I have seen for this origin".
package struct Cosignature: Hashable, Sendable {
  /// Seconds since 1970, at most 2^63-1.
  package let time: UInt64
  /// 64 bytes.
  package let signature: [UInt8]

  /// Nil unless the time is in range and the signature has 64 bytes.
  package init?(time: UInt64, signature: [UInt8]) {
    guard time <= UInt64(Int64.max), signature.count == 64 else { return nil }
    self.time = time
    self.signature = signature
  }

  /// Reads `SignedNote.Signature.bytes` of a cosigner: 72 bytes, the time first.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == 72 else { return nil }
    self.init(time: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, signature: Array(bytes[8...]))
  }

  package var bytes: [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> UInt64($0)) }
      + signature
  }

  /// What the witness signs for the text of a checkpoint.
  package static func message(time: UInt64, text: [UInt8]) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + text
  }
}
