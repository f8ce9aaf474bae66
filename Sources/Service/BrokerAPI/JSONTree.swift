/// JSON without what has two readings: no null, no fraction; members keep their order.
package indirect enum JSONTree: Sendable, Equatable {
  case object([Member])
  case array([JSONTree])
  case string(String)
  case integer(Int64)
  case boolean(Bool)

  package struct Member: Sendable, Equatable {
    package var name: String
    package var value: JSONTree

    package init(_ name: String, _ value: JSONTree) {
      self.name = name
      self.value = value
    }
  }

  /// What it is, for a message.
  var kind: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .integer: "a number"
    case .boolean: "true or false"
    }
  }

  /// The tree as bytes, members sorted by the bytes of their names, no spaces: equal trees up to
  /// the order of members, equal bytes.
  package var bytes: [UInt8] {
    var result: [UInt8] = []
    write(into: &result)
    return result
  }

  private func write(into result: inout [UInt8]) {
    switch self {
    case .object(let members):
      result.append(0x7B)
      let sorted = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { result.append(0x2C) }
        Self.write(member.name, into: &result)
        result.append(0x3A)
        member.value.write(into: &result)
      }
      result.append(0x7D)
    case .array(let elements):
      result.append(0x5B)
      for (index, element) in elements.enumerated() {
        if index > 0 { result.append(0x2C) }
        element.write(into: &result)
      }
      result.append(0x5D)
    case .string(let text): Self.write(text, into: &result)
    case .integer(let value): result.append(contentsOf: String(value).utf8)
    case .boolean(let value): result.append(contentsOf: (value ? "true" : "false").utf8)
    }
  }

  private static func write(_ text: String, into result: inout [UInt8]) {
    result.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C: result.append(contentsOf: [0x5C, byte])
      case 0..<0x20: result.append(contentsOf: "\\u\(padded(hexadecimal: byte))".utf8)
      default: result.append(byte)
      }
    }
    result.append(0x22)
  }

  private static func padded(hexadecimal byte: UInt8) -> String {
    byte < 16 ? "000" + String(byte, radix: 16) : "00" + String(byte, radix: 16)
  }
}
