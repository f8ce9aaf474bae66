import BrokerAPI

/// A column of a table.
struct Column<Row>: Sendable {
  let title: String
  /// Only with `-o wide` and `-o csv`.
  let isWide: Bool
  let cell: @Sendable (Row) -> Cell

  init(_ title: String, wide: Bool = false, _ cell: @escaping @Sendable (Row) -> Cell) {
    self.title = title
    isWide = wide
    self.cell = cell
  }
}

/// Rows as a table for people, or as CSV for programs.
struct Grid<Row>: Sendable {
  let columns: [Column<Row>]

  /// CSV when that is asked for, else a table.
  func rendered(
    _ rows: [Row], as format: OutputFormat, bold: Bool = false, header: Bool = true
  ) -> String {
    guard format != .csv else { return csv(rows, header: header) }
    let columns = columns.filter { format == .wide || !$0.isWide }
    let cells = rows.map { row in columns.map { $0.cell(row) } }
    return TextTable(
      titles: columns.map(\.title), cells: cells.map { $0.map(\.shown) },
      right: columns.indices.map { index in cells.contains { $0[index].isRightAligned } }
    ).text(bold: bold, header: header)
  }

  private func csv(_ rows: [Row], header: Bool) -> String {
    let lines =
      (header ? [columns.map(\.title)] : [])
      + rows.map { row in columns.map { $0.cell(row).plain } }
    return lines.map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
  }

  /// Quoted when it must be (RFC 4180). A text that a spreadsheet would run as a formula is not
  /// altered: the file is for programs.
  private static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

/// How rows of one kind of the API are printed in every format.
struct Sheet<Row: WireValue>: Sendable {
  let columns: [Column<Row>]
  /// What `-o name` prints, and what tells rows apart.
  let name: @Sendable (Row) -> String

  /// The rows in a format, ending in a line break.
  func rendered(
    _ rows: [Row], as format: OutputFormat, bold: Bool = false, header: Bool = true
  ) throws -> String {
    switch format {
    case .table, .wide, .csv:
      return Grid(columns: columns).rendered(rows, as: format, bold: bold, header: header)
    case .json: return try document(rows).pretty + "\n"
    case .yaml: return try document(rows).yaml
    case .name: return rows.map { name($0) + "\n" }.joined()
    }
  }

  private func document(_ rows: [Row]) throws -> JSONTree {
    .object([JSONTree.Member("items", .array(try rows.map { try $0.tree() }))])
  }
}
