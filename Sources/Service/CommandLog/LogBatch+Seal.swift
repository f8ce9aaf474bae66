/// A batch as it lies in etcd, whose pages have no checksums: after its entries a line of sixteen digits.
extension LogBatch {
  private static let sealBytes = 17

  /// Its entries, one a line, and the checksum.
  var sealed: [UInt8] {
    let bytes = bytes
    return bytes + Array("\n".utf8) + Self.digits(Self.checksum(first, bytes))
  }

  /// Reads what `sealed` wrote.
  /// - Throws: `damaged` when this is not what was written.
  init(first: Int64, sealed: [UInt8]) throws(LogFailure) {
    let bytes = Array(sealed.dropLast(Self.sealBytes))
    guard
      sealed.dropFirst(bytes.count)
        == (Array("\n".utf8) + Self.digits(Self.checksum(first, bytes)))[...]
    else {
      throw .damaged("the batch at \(first) is not what was written: its checksum differs")
    }
    try self.init(first: first, bytes: bytes)
  }

  /// FNV-1a over the position and the bytes: no bit that changes leaves it as it was.
  private static func checksum(_ first: Int64, _ bytes: [UInt8]) -> UInt64 {
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    func take(_ byte: UInt8) { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
    withUnsafeBytes(of: first.littleEndian) { for byte in $0 { take(byte) } }
    bytes.withUnsafeBufferPointer { for byte in $0 { take(byte) } }
    return sum
  }

  private static func digits(_ sum: UInt64) -> [UInt8] {
    (0..<16).map { Array("0123456789abcdef".utf8)[Int(sum >> (60 - 4 * UInt64($0)) & 15)] }
  }
}
