import Foundation
import GRDBSQLite

/// A ledger file or a published copy that somebody asks in SQL of their own. One question reads and does
/// nothing else, and takes no more than its limits allow.
package final class LedgerConsole {
  /// What one question may take.
  package struct Limits: Sendable {
    /// Rows of an answer; further ones are cut off, and that is said.
    package var rows = 10_000
    package var seconds: Int64 = 5
    /// Bytes of the cells of an answer.
    package var bytes = 64 << 20
    /// Bytes of the question.
    package var question = 65_536

    package init() {}
  }

  /// A value as SQLite has it.
  package enum Cell: Sendable, Equatable {
    case absent
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
  }

  package struct Answer: Sendable, Equatable {
    package var columns: [String]
    package var rows: [[Cell]] = []
    /// There was more.
    package var isCut = false
  }

  package let limits: Limits
  private let db: OpaquePointer
  private let deadline = Deadline()

  /// Opens a file for reading.
  /// - Throws: `LedgerConsoleError.notALedger`.
  package init(path: String, limits: Limits = Limits()) throws(LedgerConsoleError) {
    self.limits = limits
    var opened: OpaquePointer?
    let isThere = FileManager.default.fileExists(atPath: path)
    guard isThere,
      sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK,
      let opened
    else {
      sqlite3_close(opened)
      throw .notALedger(path)
    }
    db = opened
    sqlite3_busy_timeout(db, 5_000)
    let settings = "PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY"
    guard sqlite3_exec(db, settings, nil, nil, nil) == SQLITE_OK,
      let found = try? answer("SELECT count(*) FROM sqlite_schema WHERE name = 'progress'"),
      found.rows == [[.integer(1)]]
    else {
      sqlite3_close(db)
      throw .notALedger(path)
    }
    for (limit, most) in [
      (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_SQL_LENGTH, Int32(limits.question)),
      (SQLITE_LIMIT_LENGTH, 16 << 20), (SQLITE_LIMIT_COLUMN, 200),
      (SQLITE_LIMIT_EXPR_DEPTH, 200), (SQLITE_LIMIT_COMPOUND_SELECT, 50),
      (SQLITE_LIMIT_VDBE_OP, 250_000), (SQLITE_LIMIT_FUNCTION_ARG, 64),
      (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000), (SQLITE_LIMIT_TRIGGER_DEPTH, 1),
      (SQLITE_LIMIT_WORKER_THREADS, 0),
    ] { sqlite3_limit(db, limit, most) }
    sqlite3_progress_handler(
      db, 1_000,
      { context in
        guard let context else { return 1 }
        return Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
      },
      Unmanaged.passUnretained(deadline).toOpaque())
    sqlite3_set_authorizer(db, Self.authorizer, nil)
  }

  deinit { sqlite3_close(db) }

  /// What SQLite may take of memory in this whole process, bytes. For a program that does nothing else.
  package static func limitMemory(_ bytes: Int64 = 256 << 20) { sqlite3_hard_heap_limit64(bytes) }

  /// Answers one question.
  package func ask(_ question: String) throws(LedgerConsoleError) -> Answer {
    guard question.utf8.count < limits.question else { throw .tooLong(limits.question) }
    guard !question.utf8.contains(0) else { throw .wrong("a question is a text without zeros") }
    deadline.set(limits.seconds)
    return try answer(question)
  }

  private func answer(_ question: String) throws(LedgerConsoleError) -> Answer {
    var statement: OpaquePointer?
    var isAlone = true
    let code = question.withCString { text in
      var tail: UnsafePointer<CChar>?
      let code = sqlite3_prepare_v2(db, text, -1, &statement, &tail)
      if let tail { isAlone = Self.isEmpty(String(cString: tail)) }
      return code
    }
    defer { sqlite3_finalize(statement) }
    guard code == SQLITE_OK else { throw error(code) }
    guard let statement else { throw .wrong("there is no question") }
    guard isAlone else { throw .several }
    let count = sqlite3_column_count(statement)
    var answer = Answer(
      columns: (0..<count).map { String(cString: sqlite3_column_name(statement, $0)) })
    var bytes = 0
    while true {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE { return answer }
      guard code == SQLITE_ROW else { throw error(code) }
      let row = (0..<count).map { Self.cell(statement, $0) }
      for column in 0..<count { bytes += Int(sqlite3_column_bytes(statement, column)) }
      guard answer.rows.count < limits.rows, bytes <= limits.bytes else {
        answer.isCut = true
        return answer
      }
      answer.rows.append(row)
    }
  }

  private static func cell(_ statement: OpaquePointer, _ column: Int32) -> Cell {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
    case SQLITE_TEXT:
      return .text(sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "")
    case SQLITE_BLOB:
      let count = Int(sqlite3_column_bytes(statement, column))
      guard let start = sqlite3_column_blob(statement, column) else { return .blob([]) }
      return .blob(Array(UnsafeRawBufferPointer(start: start, count: count)))
    default: return .absent
    }
  }

  /// Nothing but space, comments and semicolons.
  private static func isEmpty(_ text: String) -> Bool {
    var rest = Substring(text)
    while let first = rest.first {
      if first.isWhitespace || first == ";" {
        rest = rest.dropFirst()
      } else if rest.hasPrefix("--") {
        rest = rest.drop { !$0.isNewline }
      } else if rest.hasPrefix("/*"), let end = rest.firstRange(of: "*/") {
        rest = rest[end.upperBound...]
      } else {
        return false
      }
    }
    return true
  }

  private func error(_ code: Int32) -> LedgerConsoleError {
    switch code & 0xFF {
    case SQLITE_INTERRUPT: return .slow(limits.seconds)
    case SQLITE_AUTH: return .notAllowed
    case SQLITE_NOMEM: return .memory
    case SQLITE_TOOBIG: return .wrong("a value, or the question, is too long")
    default: return .wrong(String(cString: sqlite3_errmsg(db)))
    }
  }

  // MARK: What is allowed

  /// Pragmas that only tell what there is, and are not set.
  private static let telling: Set<String> = [
    "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
    "foreign_key_list", "collation_list", "function_list", "compile_options",
  ]
  /// Functions that reach out of the file.
  private static let reaching: Set<String> = [
    "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit",
  ]

  private static let authorizer:
    @convention(c) (
      UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
      UnsafePointer<CChar>?, UnsafePointer<CChar>?
    ) -> Int32 = { _, action, first, second, _, _ in
      func text(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0).lowercased() } ?? ""
      }
      switch action {
      case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return SQLITE_OK
      case SQLITE_FUNCTION: return reaching.contains(text(second)) ? SQLITE_DENY : SQLITE_OK
      case SQLITE_PRAGMA: return telling.contains(text(first)) ? SQLITE_OK : SQLITE_DENY
      default: return SQLITE_DENY
      }
    }
}

/// When a question must be answered.
private final class Deadline {
  private var end = ContinuousClock.now

  func set(_ seconds: Int64) { end = .now + .seconds(seconds) }

  var isOver: Bool { ContinuousClock.now > end }
}

/// Why a question has no answer.
package enum LedgerConsoleError: Error, Equatable, CustomStringConvertible {
  case notALedger(String)
  case notAllowed
  case several
  case tooLong(Int)
  case slow(Int64)
  case memory
  case wrong(String)

  package var description: String {
    switch self {
    case .notALedger(let path): "\(path) is no ledger file that can be read"
    case .notAllowed: "only SELECT, and PRAGMAs that tell what there is, are allowed"
    case .several: "that is more than one question; ask one at a time"
    case .tooLong(let most): "the question has more than \(most) bytes"
    case .slow(let seconds): "it took more than \(seconds) s"
    case .memory: "it took more memory than one question may"
    case .wrong(let why): why
    }
  }
}
