/// A strict CSV file whose header names its format. Fields hold no quotes and no commas: the traces
/// have none, and a row that does is refused rather than guessed at.
struct TraceTable {
  let file: String
  /// How many unreadable rows to pass over (and count) before giving up.
  let skipBad: Int
  /// The unreadable rows passed over, at most `skipBad`.
  private(set) var bad: [TraceError] = []

  init(file: String, skipBad: Int) {
    self.file = file
    self.skipBad = skipBad
  }

  /// Reads the file: `header` picks what to do with its rows, or throws when it knows no such
  /// header; `row` reads one row, and its reason becomes the error of that line.
  mutating func read(
    header: (String) throws(TraceError) -> Int,
    row: (_ fields: [Substring], _ line: Int) throws(BadRow) -> Void
  ) throws(TraceError) {
    let lines = try LineReader(file)
    guard let first = try lines.read() else {
      throw TraceError(file: file, reason: "is empty; a trace begins with a header line")
    }
    let columns = try header(first)
    while let text = try lines.read() {
      do throws(BadRow) {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == columns else {
          throw BadRow("has \(fields.count) fields, not \(columns)")
        }
        guard !text.contains("\"") else { throw BadRow("has a quoted field") }
        try row(fields, lines.line)
      } catch {
        let fault = TraceError(file: file, line: lines.line, reason: error.reason)
        guard bad.count < skipBad else { throw fault }
        bad.append(fault)
      }
    }
  }
}

/// What is wrong with one row.
struct BadRow: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }

  /// A whole number in the range, written with digits alone.
  static func integer(
    _ field: Substring, _ name: String, _ range: ClosedRange<Int64>
  ) throws(BadRow) -> Int64 {
    guard !field.isEmpty, field.allSatisfy({ $0.isASCII && $0.isWholeNumber }),
      let value = Int64(field)
    else { throw BadRow("\(name) is '\(field)', not a whole number") }
    guard range.contains(value) else {
      throw BadRow("\(name) is \(value), not from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A time `YYYY-MM-DD HH:MM` or with `:SS`, read at +08:00, in ms since 1970 UTC.
  static func time(_ field: Substring, _ name: String) throws(BadRow) -> Int64 {
    guard let time = CivilTime.parse(String(field)) else {
      throw BadRow("\(name) is '\(field)', not a time like 2017-10-09 08:15:00")
    }
    return time
  }
}
