import BrokerAPI

/// One value of a record.
package enum RecordValue: Sendable, Equatable {
  case absent
  case text(String)
  case whole(Int64)
  /// Minor units of money, written with two decimals; the currency stands in a column of its own.
  case money(Int64)
  /// Quarter GPU-hours, written as GPU-hours with two decimals.
  case quarters(Int128)
  /// Milliseconds since 1970, written in ISO 8601 with the market's offset.
  case time(Int64)
  case flag(Bool)
  /// Only in answers to SQL; the ledger has none.
  case real(Double)

  /// As it stands in a file; nil when there is nothing.
  package var text: String? {
    switch self {
    case .absent: nil
    case .text(let text): text
    case .whole(let number): String(number)
    case .money(let minor): Self.decimal(Int128(minor))
    case .quarters(let quarters): Self.decimal(quarters * 25)
    case .time(let time): WireTime(clamping: time).text
    case .flag(let flag): flag ? "true" : "false"
    case .real(let number): "\(number)"
    }
  }

  /// As a value of JSON; nil when there is nothing.
  package var json: String? {
    switch self {
    case .absent: nil
    case .whole(let number): String(number)
    case .flag(let flag): flag ? "true" : "false"
    case .real(let number) where number.isFinite: "\(number)"
    case .text, .money, .quarters, .time, .real: text.map(Self.quoted)
    }
  }

  static func quoted(_ text: String) -> String {
    var written = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": written += "\\\""
      case "\\": written += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        written += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: written.unicodeScalars.append(scalar)
      }
    }
    return written + "\""
  }

  /// Hundredths as a decimal number.
  static func decimal(_ hundredths: Int128) -> String {
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(hundredths < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }

  static func optional(_ text: String?) -> RecordValue { text.map { .text($0) } ?? .absent }
  static func optional(_ number: Int64?) -> RecordValue { number.map { .whole($0) } ?? .absent }

  /// None is absent; otherwise all of them, with blanks between.
  static func list(_ texts: [String]) -> RecordValue {
    texts.isEmpty ? .absent : .text(texts.joined(separator: " "))
  }
}

/// A column of a file of records.
package struct RecordColumn: Sendable, Equatable {
  /// What a program that reads the file makes of it.
  package enum Kind: String, Sendable {
    case text, integer, decimal, time, flag
  }

  package let name: String
  package let kind: Kind
  /// For the person who reads the manifest.
  package let meaning: String

  init(_ name: String, _ kind: Kind, _ meaning: String) {
    self.name = name
    self.kind = kind
    self.meaning = meaning
  }
}

/// How rows stand in a file.
package enum RecordForm: String, Sendable, CaseIterable {
  /// RFC 4180 with a line of names. A text that a spreadsheet would take for a formula has an
  /// apostrophe before it.
  case csv
  /// A JSON object on each line, without what is absent. Decimals are strings.
  case ndjson

  /// What stands before the first row of each file.
  func head(_ columns: [RecordColumn]) -> String {
    switch self {
    case .csv: columns.map(\.name).joined(separator: ",") + "\r\n"
    case .ndjson: ""
    }
  }

  /// One row; there is a value for each column.
  func line(_ columns: [RecordColumn], _ values: [RecordValue]) -> String {
    switch self {
    case .csv:
      values.map { value in
        guard let text = value.text else { return "" }
        if case .text = value { return Self.quoted(Self.harmless(text)) }
        return text
      }.joined(separator: ",") + "\r\n"
    case .ndjson:
      "{"
        + zip(columns, values).compactMap { column, value in
          value.json.map { "\"\(column.name)\":\($0)" }
        }.joined(separator: ",") + "}\n"
    }
  }

  private static func quoted(_ text: String) -> String {
    text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
      ? "\""
        + text.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\""
      : text
  }

  private static func harmless(_ text: String) -> String {
    guard let first = text.utf8.first, "=+-@\t\r".utf8.contains(first) else { return text }
    return "'" + text
  }
}
