/// Reads JSON that can be read in one way only. Refused, each with its offset: other encodings than
/// UTF-8, a byte order mark, lone surrogates, NUL, null, doubled members, numbers that are not
/// plain 64-bit integers, anything after the value, and what is too deep or too long.
///
/// Parsers disagree about all of these; where two programs read a body differently, one of them
/// checks what the other does not do.
package struct StrictJSON {
  /// What a body may have at most.
  package struct Limits: Sendable {
    /// Objects and arrays inside one another.
    package var depth: Int
    /// Elements of one array, members of one object.
    package var elements: Int

    package init(depth: Int = 32, elements: Int = 10_000) {
      self.depth = depth
      self.elements = elements
    }
  }

  /// A closed list; the raw value is the problem's `code`.
  package enum Reason: String, Sendable, CaseIterable {
    case empty = "json_empty"
    case encoding = "json_encoding"
    case surrogate = "json_surrogate"
    case nul = "json_nul"
    case null = "json_null"
    case number = "json_number"
    case duplicate = "json_duplicate_member"
    case depth = "json_depth"
    case size = "json_size"
    case trailing = "json_trailing"
    case syntax = "json_syntax"
  }

  /// Why bytes were refused.
  package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    package var reason: Reason
    /// Counted in bytes from the first one of the body.
    package var offset: Int
    /// One sentence: what is wrong and what to write instead.
    package var sentence: String

    package var description: String { "byte \(offset): \(sentence)" }
  }

  private let bytes: [UInt8]
  private let limits: Limits
  private var offset = 0
  private var depth = 0

  /// The tree of the bytes, or the first failure.
  package static func parse(
    _ bytes: [UInt8], limits: Limits = Limits()
  ) throws(Failure) -> JSONTree {
    try checkEncoding(bytes)
    var parser = StrictJSON(bytes: bytes, limits: limits)
    parser.skipSpace()
    guard parser.offset < bytes.count else {
      throw parser.failure(
        .empty, "the body is empty; send a JSON object, {} when it has no members")
    }
    let tree = try parser.value()
    parser.skipSpace()
    guard parser.offset == bytes.count else {
      throw parser.failure(
        .trailing, "something follows the value; send one value and nothing after it")
    }
    return tree
  }

  private init(bytes: [UInt8], limits: Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  private func failure(_ reason: Reason, _ sentence: String, at place: Int? = nil) -> Failure {
    Failure(reason: reason, offset: place ?? offset, sentence: sentence)
  }

  private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      offset += 1
    }
  }

  // MARK: Values

  private mutating func value() throws(Failure) -> JSONTree {
    guard let byte = current else {
      throw failure(.syntax, "the body ends where a value is expected")
    }
    switch byte {
    case 0x7B: return try object()
    case 0x5B: return try array()
    case 0x22: return .string(try string())
    default: return try word()
    }
  }

  private mutating func enter() throws(Failure) {
    guard depth < limits.depth else {
      throw failure(.depth, "more than \(limits.depth) levels; flatten the body")
    }
    depth += 1
    offset += 1
    skipSpace()
  }

  private mutating func object() throws(Failure) -> JSONTree {
    try enter()
    var members: [JSONTree.Member] = []
    var seen: Set<[UInt8]> = []
    while current != 0x7D {
      if !members.isEmpty {
        try mark(0x2C, "a comma or the end of the object")
        skipSpace()
      }
      guard members.count < limits.elements else {
        throw failure(.size, "more than \(limits.elements) members in an object; send less at once")
      }
      let start = offset
      guard current == 0x22 else {
        throw failure(.syntax, "expected the name of a member in double quotes")
      }
      let name = try string()
      guard seen.insert(Array(name.utf8)).inserted else {
        throw failure(.duplicate, "member \(quoted(name)) is there twice; send it once", at: start)
      }
      skipSpace()
      try mark(0x3A, "a colon after the name of a member")
      skipSpace()
      members.append(JSONTree.Member(name, try value()))
      skipSpace()
    }
    offset += 1
    depth -= 1
    return .object(members)
  }

  private mutating func array() throws(Failure) -> JSONTree {
    try enter()
    var elements: [JSONTree] = []
    while current != 0x5D {
      if !elements.isEmpty {
        try mark(0x2C, "a comma or the end of the array")
        skipSpace()
      }
      guard elements.count < limits.elements else {
        throw failure(.size, "more than \(limits.elements) elements in an array; send less at once")
      }
      elements.append(try value())
      skipSpace()
    }
    offset += 1
    depth -= 1
    return .array(elements)
  }

  private mutating func mark(_ byte: UInt8, _ expected: String) throws(Failure) {
    guard let found = current else { throw failure(.syntax, "the body ends; expected \(expected)") }
    guard found == byte else { throw failure(.syntax, "expected \(expected)") }
    offset += 1
  }

  // MARK: Words and numbers

  /// true, false, or a number; reads to the next mark, so that the message can show all of it.
  private mutating func word() throws(Failure) -> JSONTree {
    let start = offset
    while let byte = current, Self.isWord(byte) { offset += 1 }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    switch text {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "null":
      throw failure(.null, "null has no meaning here; leave the member out", at: start)
    case "": throw failure(.syntax, "expected a value", at: start)
    default: break
    }
    guard
      text.utf8.contains(where: { (0x30...0x39).contains($0) })
        || ["nan", "infinity", "-infinity", "inf", "-inf"].contains(text.lowercased())
    else { throw failure(.syntax, "\(quoted(text)) is no JSON value", at: start) }
    return .integer(try integer(text, at: start))
  }

  private func integer(_ text: String, at start: Int) throws(Failure) -> Int64 {
    let isNegative = text.utf8.first == 0x2D
    let digits = Array(isNegative ? text.utf8.dropFirst() : text.utf8[...])
    let isPlain =
      !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
      && (digits[0] != 0x30 || (digits.count == 1 && !isNegative))
    guard isPlain else {
      throw failure(
        .number, "\(quoted(text)) is not a plain integer: write digits only, as in 5", at: start)
    }
    guard let value = Int64(text) else {
      throw failure(.number, "\(quoted(text)) does not fit 64 bits", at: start)
    }
    return value
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }

  // MARK: Strings

  private mutating func string() throws(Failure) -> String {
    let opening = offset
    offset += 1
    var text: [UInt8] = []
    while let byte = current {
      switch byte {
      case 0x22:
        offset += 1
        return String(decoding: text, as: UTF8.self)
      case 0x5C:
        let scalar = try escape()
        text.append(contentsOf: String(Character(scalar)).utf8)
      case 0: throw failure(.nul, "a NUL byte; leave it out")
      case 0..<0x20:
        throw failure(.syntax, "a control character in a string; write it as an escape")
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw failure(.syntax, "a string without its closing quote", at: opening)
  }

  /// The character of an escape that begins at `offset`.
  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    let start = offset
    offset += 1
    guard let letter = current else {
      throw failure(.syntax, "the body ends in an escape", at: start)
    }
    offset += 1
    switch letter {
    case 0x22, 0x5C, 0x2F: return Unicode.Scalar(letter)
    case 0x62: return "\u{8}"
    case 0x66: return "\u{C}"
    case 0x6E: return "\n"
    case 0x72: return "\r"
    case 0x74: return "\t"
    case 0x75: return try unicodeEscape(from: start)
    default: throw failure(.syntax, "no such escape in JSON", at: start)
    }
  }

  private mutating func unicodeEscape(from start: Int) throws(Failure) -> Unicode.Scalar {
    let unit = try hexadecimal(from: start)
    guard unit != 0 else { throw failure(.nul, "\\u0000 is NUL; leave it out", at: start) }
    if let scalar = Unicode.Scalar(unit) { return scalar }
    let lone = failure(.surrogate, "half of a surrogate pair; write both halves", at: start)
    guard unit < 0xDC00, current == 0x5C, offset + 1 < bytes.count, bytes[offset + 1] == 0x75 else {
      throw lone
    }
    offset += 2
    let low = try hexadecimal(from: start)
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { throw lone }
    return scalar
  }

  private mutating func hexadecimal(from start: Int) throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 0x80
      else { throw failure(.syntax, "\\u needs four hexadecimal digits", at: start) }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  // MARK: Encoding

  /// UTF-8 as the standard has it: no overlong forms, no surrogates, nothing above U+10FFFF.
  private static func checkEncoding(_ bytes: [UInt8]) throws(Failure) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw Failure(
        reason: .encoding, offset: 0, sentence: "a byte order mark; send UTF-8 without one")
    }
    let start = bytes.prefix(2)
    if start.elementsEqual([0xFE, 0xFF]) || start.elementsEqual([0xFF, 0xFE])
      || (start.count == 2 && start.contains(0))
    {
      throw Failure(reason: .encoding, offset: 0, sentence: "this looks like UTF-16; send UTF-8")
    }
    var index = 0
    while index < bytes.count {
      guard let length = sequenceLength(bytes[index...]) else {
        throw Failure(reason: .encoding, offset: index, sentence: "this is not UTF-8; send UTF-8")
      }
      index += length
    }
  }

  /// Bytes of the character at the start; nil when there is none (Unicode 16, table 3-7).
  private static func sequenceLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first else { return nil }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0...0x7F: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0:
      length = 3
      second = 0xA0...0xBF
    case 0xED:
      length = 3
      second = 0x80...0x9F
    case 0xE1...0xEF: length = 3
    case 0xF0:
      length = 4
      second = 0x90...0xBF
    case 0xF1...0xF3: length = 4
    case 0xF4:
      length = 4
      second = 0x80...0x8F
    default: return nil
    }
    let rest = bytes.dropFirst().prefix(length - 1)
    guard rest.count == length - 1, let next = rest.first, second.contains(next),
      rest.dropFirst().allSatisfy({ (0x80...0xBF).contains($0) })
    else { return nil }
    return length
  }
}
