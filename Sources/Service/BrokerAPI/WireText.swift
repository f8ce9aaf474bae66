/// Text that was not in the form it had to have: which kind of fault, and what to write instead.
package struct TextFault: Error, Sendable, Equatable, CustomStringConvertible {
  package var kind: Fault.Kind
  package var description: String

  package init(_ kind: Fault.Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  package init(_ description: String) { self.init(.format, description) }
}

/// A value that travels as a string with exactly one spelling.
package protocol WireText: Codable, Sendable, Hashable, CustomStringConvertible {
  /// Reads the text or says what to write instead.
  init(parsing text: String) throws(TextFault)
  /// The text; `init(parsing:)` gives the value back.
  var text: String { get }
}

extension WireText {
  package var description: String { text }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do {
      try self.init(parsing: container.decode(String.self))
    } catch let fault as TextFault {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: fault.description)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// A stranger's text inside a message: cut, quoted, and ASCII only, so that it can neither break a
/// line of a log nor steer a terminal.
func quoted(_ text: String) -> String {
  var result = "\""
  for (count, scalar) in text.unicodeScalars.enumerated() {
    if count == 40 {
      result += "..."
      break
    }
    switch scalar {
    case "\"", "\\": result += "\\" + String(scalar)
    case " "..."~": result += String(scalar)
    default: result += "\\u{" + String(scalar.value, radix: 16) + "}"
    }
  }
  return result + "\""
}

/// A decimal number without sign, in ASCII digits and without a leading zero; nil when it is not
/// that or passes the bound.
func plainNumber(_ digits: some Collection<UInt8>, atMost bound: Int64 = .max) -> Int64? {
  guard let first = digits.first, first != 0x30 || digits.count == 1 else { return nil }
  return digitsValue(digits, atMost: bound)
}

/// The same with leading zeros allowed.
func digitsValue(_ digits: some Collection<UInt8>, atMost bound: Int64 = .max) -> Int64? {
  guard !digits.isEmpty else { return nil }
  var value: Int64 = 0
  for digit in digits {
    guard (0x30...0x39).contains(digit) else { return nil }
    let (tens, over) = value.multipliedReportingOverflow(by: 10)
    let (sum, over2) = tens.addingReportingOverflow(Int64(digit - 0x30))
    guard !over, !over2 else { return nil }
    value = sum
  }
  return value <= bound ? value : nil
}

/// The number with zeros in front, to a width.
func padded(_ value: UInt64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
