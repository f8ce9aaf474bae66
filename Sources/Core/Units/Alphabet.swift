/// The closed sets of characters that strings in the log are made of. None needs an escape in JSON,
/// none has two spellings (ledger.md, "Determinism traps").
package enum Alphabet: Sendable {
  /// `[a-z0-9][a-z0-9._:-]{0,63}`: names of parties, sites, pools, chips, accounts, objects.
  case id
  /// `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`: raw values of enumerations.
  case name
  /// 32 lower-case hexadecimal digits: a command id.
  case hex32
  /// 64 lower-case hexadecimal digits: a SHA-256 digest.
  case hex64

  package var maximum: Int {
    switch self {
    case .id, .name, .hex64: 64
    case .hex32: 32
    }
  }

  package var expectation: String {
    switch self {
    case .id: "an id: a-z, 0-9, then also . _ : - , at most 64 characters"
    case .name: "a name: letters, digits, . _ -, at most 64 characters"
    case .hex32: "32 lower-case hexadecimal digits"
    case .hex64: "64 lower-case hexadecimal digits"
    }
  }

  /// Whether these are the bytes of a whole, well-formed text.
  package func contains(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
    guard let first = bytes.first, bytes.count <= maximum else { return false }
    switch self {
    case .id:
      return Self.isLower(first)
        && bytes.allSatisfy { Self.isLower($0) || Self.isMark($0) || $0 == 0x3A }
    case .name:
      return Self.isAlphanumeric(first)
        && bytes.allSatisfy { Self.isAlphanumeric($0) || Self.isMark($0) }
    case .hex32, .hex64:
      return bytes.count == maximum
        && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
  }

  /// Whether this is a well-formed text.
  package func contains(_ text: String) -> Bool { contains(Array(text.utf8)) }

  private static func isLower(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLower(byte) || (0x41...0x5A).contains(byte)
  }

  /// . _ -
  private static func isMark(_ byte: UInt8) -> Bool { byte == 0x2E || byte == 0x5F || byte == 0x2D }
}

/// Lower-case hexadecimal text of bytes.
package func hex(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// The bytes that lower-case hexadecimal text stands for; nil when it is no such text.
package func bytes(hex text: String) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  var result: [UInt8] = []
  result.reserveCapacity(digits.count / 2)
  var high: UInt8 = 0
  for (index, digit) in digits.enumerated() {
    let value: UInt8
    switch digit {
    case 0x30...0x39: value = digit - 0x30
    case 0x61...0x66: value = digit - 0x57
    default: return nil
    }
    if index.isMultiple(of: 2) { high = value << 4 } else { result.append(high | value) }
  }
  return result
}
