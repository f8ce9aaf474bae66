/// Reads JSON from bytes, value by value, without building a tree: what the caller does not keep
/// takes no memory. For files of a known shape; numbers are whole.
struct JSONScanner {
  private let bytes: [UInt8]
  /// Of the next byte to be read.
  private(set) var offset: Int

  /// What was wrong, and at which byte.
  struct Fault: Error {
    var offset: Int
    var reason: String
  }

  /// Lists and objects within one another; deeper is the sign of a file of another kind.
  private static let deepest = 64

  init(_ bytes: [UInt8], at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  func fault(_ reason: String) -> Fault { Fault(offset: offset, reason: reason) }

  /// Goes on at a value that was passed over earlier.
  mutating func seek(_ offset: Int) { self.offset = offset }

  // MARK: Structure

  /// Calls the body at the value of each member; the body must read exactly that value.
  mutating func object(
    _ body: (inout JSONScanner, _ key: String) throws(Fault) -> Void
  ) throws(Fault) {
    try expect(UInt8(ascii: "{"), "an object")
    if try skipped(UInt8(ascii: "}")) { return }
    repeat {
      let key = try text()
      try expect(UInt8(ascii: ":"), "':' after \"\(key)\"")
      try body(&self, key)
    } while try skipped(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"), "',' or '}'")
  }

  /// Calls the body at each element; the body must read exactly that element.
  mutating func list(
    _ body: (inout JSONScanner, _ index: Int) throws(Fault) -> Void
  ) throws(Fault) {
    try expect(UInt8(ascii: "["), "a list")
    if try skipped(UInt8(ascii: "]")) { return }
    var index = 0
    repeat {
      try body(&self, index)
      index += 1
    } while try skipped(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"), "',' or ']'")
  }

  /// To be called last: nothing may follow.
  mutating func finish() throws(Fault) {
    space()
    guard offset == bytes.count else { throw fault("something follows the end of the object") }
  }

  // MARK: Values

  /// Reads `null` if that is the next value.
  mutating func null() -> Bool {
    space()
    guard bytes[offset...].starts(with: [0x6E, 0x75, 0x6C, 0x6C]) else { return false }
    offset += 4
    return true
  }

  mutating func integer(_ range: ClosedRange<Int64>) throws(Fault) -> Int64 {
    space()
    let start = offset
    let negative = offset < bytes.count && bytes[offset] == UInt8(ascii: "-")
    if negative { offset += 1 }
    var value: Int64 = 0
    var digits = 0
    while offset < bytes.count, bytes[offset] >= 0x30, bytes[offset] <= 0x39 {
      digits += 1
      guard digits <= 18 else { throw Fault(offset: start, reason: "a number out of range") }
      value = value * 10 + Int64(bytes[offset] - 0x30)
      offset += 1
    }
    guard digits > 0 else { throw Fault(offset: start, reason: "expected a whole number") }
    if offset < bytes.count, [0x2E, 0x45, 0x65].contains(bytes[offset]) {
      throw Fault(offset: start, reason: "expected a whole number, found a fraction")
    }
    if negative { value = -value }
    guard range.contains(value) else {
      throw Fault(
        offset: start, reason: "\(value) is not from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  mutating func integers(_ range: ClosedRange<Int64>) throws(Fault) -> [Int64] {
    var values: [Int64] = []
    try list { scanner, _ throws(Fault) in values.append(try scanner.integer(range)) }
    return values
  }

  /// A string; escapes are kept as they are written, as no name of this format needs one.
  mutating func text() throws(Fault) -> String {
    try expect(UInt8(ascii: "\""), "a string")
    let start = offset
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
      offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard offset < bytes.count else { throw fault("the file ends inside a string") }
    guard let text = String(validating: bytes[start..<offset], as: UTF8.self) else {
      throw Fault(offset: start, reason: "a string is not UTF-8")
    }
    offset += 1
    return text
  }

  /// Passes over the next value, whatever it is.
  mutating func skip() throws(Fault) { try skip(depth: 0) }

  private mutating func skip(depth: Int) throws(Fault) {
    guard depth < Self.deepest else { throw fault("lists within lists, too deep") }
    space()
    guard offset < bytes.count else { throw fault("the file ends early") }
    switch bytes[offset] {
    case UInt8(ascii: "{"):
      try object { scanner, _ throws(Fault) in try scanner.skip(depth: depth + 1) }
    case UInt8(ascii: "["):
      try list { scanner, _ throws(Fault) in try scanner.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try text()
    default:
      let start = offset
      while offset < bytes.count, !Self.ends(bytes[offset]) { offset += 1 }
      guard offset > start else { throw fault("expected a value") }
    }
  }

  private static func ends(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"), 0x20, 0x09,
      0x0A, 0x0D:
      true
    default: false
    }
  }

  private mutating func space() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private mutating func skipped(_ byte: UInt8) throws(Fault) -> Bool {
    space()
    guard offset < bytes.count else { throw fault("the file ends early") }
    guard bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ byte: UInt8, _ what: String) throws(Fault) {
    space()
    guard offset < bytes.count else { throw fault("the file ends early; expected \(what)") }
    guard bytes[offset] == byte else { throw fault("expected \(what)") }
    offset += 1
  }
}
