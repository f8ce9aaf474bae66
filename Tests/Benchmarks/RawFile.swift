import GRDBSQLite

/// The C API of SQLite with nothing in between: what the ledger is compared with.
final class RawFile {
  private var handle: OpaquePointer?
  private var statements: [String: OpaquePointer] = [:]

  init(path: String) throws {
    guard sqlite3_open(path, &handle) == SQLITE_OK else { throw Fault("\(path) cannot be opened") }
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close(handle)
  }

  func execute(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw fault(sql) }
  }

  func statement(_ sql: String) throws -> OpaquePointer {
    if let known = statements[sql] { return known }
    var made: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &made, nil) == SQLITE_OK, let made else {
      throw fault(sql)
    }
    statements[sql] = made
    return made
  }

  func step(_ statement: OpaquePointer) throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      sqlite3_reset(statement)
      return false
    default: throw fault("a step")
    }
  }

  /// Texts of a query of one or more columns.
  func texts(_ sql: String) throws -> [[String]] {
    let query = try statement(sql)
    var rows: [[String]] = []
    while try step(query) {
      rows.append(
        (0..<sqlite3_column_count(query)).map { column in
          sqlite3_column_text(query, column).map { String(cString: $0) } ?? ""
        })
    }
    return rows
  }

  private func fault(_ what: String) -> Fault {
    Fault("\(what): \(String(cString: sqlite3_errmsg(handle)))")
  }
}

/// All rows of one table, with the entry that made each. Values lie in one piece of memory, so that
/// binding them copies nothing.
final class RawTable {
  let name: String
  private let columns: Int
  private var cells: [Cell] = []
  private var bytes: [UInt8] = []
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Position of the entry of each row.
  private var positions: [Int64] = []
  private var order: [Int] = []
  private var next = 0

  private enum Cell {
    case null
    case integer(Int64)
    case text(offset: Int, count: Int)
    case blob(offset: Int, count: Int)
  }

  init(_ name: String, of file: RawFile) throws {
    self.name = name
    let names = try file.texts("SELECT name FROM pragma_table_info('\(name)')").map { $0[0] }
    columns = names.count
    let key = names.firstIndex(of: "position") ?? names.firstIndex(of: "seq")
    let query = try file.statement("SELECT * FROM \(name)")
    while try file.step(query) {
      for column in 0..<Int32(columns) { cells.append(read(query, column)) }
      let position = key.map { sqlite3_column_int64(query, Int32($0)) } ?? 0
      positions.append(name == "progress" ? 0 : position)
    }
    order = positions.indices.sorted { (positions[$0], $0) < (positions[$1], $1) }
    memory = .allocate(byteCount: max(1, bytes.count), alignment: 16)
    memory.copyBytes(from: bytes)
  }

  deinit { memory.deallocate() }

  private func read(_ query: OpaquePointer, _ column: Int32) -> Cell {
    let offset = bytes.count
    switch sqlite3_column_type(query, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(query, column))
    case SQLITE_TEXT, SQLITE_BLOB:
      let isText = sqlite3_column_type(query, column) == SQLITE_TEXT
      guard let start = sqlite3_column_blob(query, column) else {
        return isText ? .text(offset: offset, count: 0) : .blob(offset: offset, count: 0)
      }
      let count = Int(sqlite3_column_bytes(query, column))
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
      return isText ? .text(offset: offset, count: count) : .blob(offset: offset, count: count)
    default: return .null
    }
  }

  /// Inserts the rows of the entries before this position that are not there yet.
  /// - Returns: how many.
  func insert(before position: Int64, into file: RawFile) throws -> Int {
    guard next < order.count, positions[order[next]] < position else { return 0 }
    let marks = Array(repeating: "?", count: columns).joined(separator: ", ")
    let insert = try file.statement("INSERT INTO \(name) VALUES (\(marks))")
    let first = next
    while next < order.count, positions[order[next]] < position {
      let start = order[next] * columns
      for column in 0..<columns { bind(cells[start + column], insert, Int32(column + 1)) }
      _ = try file.step(insert)
      next += 1
    }
    return next - first
  }

  private func bind(_ cell: Cell, _ statement: OpaquePointer, _ index: Int32) {
    switch cell {
    case .null: sqlite3_bind_null(statement, index)
    case .integer(let value): sqlite3_bind_int64(statement, index, value)
    case .text(let offset, let count):
      let start = memory.baseAddress.map { $0 + offset }?.assumingMemoryBound(to: CChar.self)
      sqlite3_bind_text(statement, index, start, Int32(count), nil)
    case .blob(let offset, let count):
      sqlite3_bind_blob(statement, index, memory.baseAddress.map { $0 + offset }, Int32(count), nil)
    }
  }
}
