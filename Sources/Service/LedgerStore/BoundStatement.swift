import GRDB
import GRDBSQLite

/// A statement that is run for most entries, bound value by value through SQLite's own interface:
/// texts go from their bytes to the row without becoming strings.
final class BoundStatement {
  /// Keeps the handle alive.
  private let statement: Statement
  private let handle: OpaquePointer
  private var index: Int32 = 0

  init(_ db: Database, _ sql: String) throws {
    statement = try db.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
  }

  /// SQLite makes a copy of what is bound.
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  @discardableResult
  func int(_ value: Int64) -> BoundStatement {
    index += 1
    sqlite3_bind_int64(handle, index, value)
    return self
  }

  @discardableResult
  func int(_ value: Int64?) -> BoundStatement {
    if let value { return int(value) }
    return null()
  }

  @discardableResult
  func text(_ value: String) -> BoundStatement {
    index += 1
    sqlite3_bind_text(handle, index, value, Int32(value.utf8.count), Self.transient)
    return self
  }

  @discardableResult
  func text(_ value: String?) -> BoundStatement {
    if let value { return text(value) }
    return null()
  }

  /// Bytes that are ASCII.
  @discardableResult
  func text(_ bytes: some Collection<UInt8>) -> BoundStatement {
    index += 1
    let bound: Void? = bytes.withContiguousStorageIfAvailable { buffer in
      buffer.withMemoryRebound(to: CChar.self) {
        _ = sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Self.transient)
      }
    }
    if bound == nil {
      index -= 1
      text(String(decoding: bytes, as: UTF8.self))
    }
    return self
  }

  @discardableResult
  func blob(_ bytes: [UInt8]) -> BoundStatement {
    index += 1
    sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), Self.transient)
    return self
  }

  @discardableResult
  func null() -> BoundStatement {
    index += 1
    sqlite3_bind_null(handle, index)
    return self
  }

  /// Runs the statement with what was bound.
  func run() throws {
    defer {
      sqlite3_reset(handle)
      index = 0
    }
    let code = sqlite3_step(handle)
    guard code == SQLITE_DONE else { throw error(code) }
  }

  /// Whether the query has a row.
  func finds() throws -> Bool {
    defer {
      sqlite3_reset(handle)
      index = 0
    }
    let code = sqlite3_step(handle)
    guard code == SQLITE_ROW || code == SQLITE_DONE else { throw error(code) }
    return code == SQLITE_ROW
  }

  private func error(_ code: Int32) -> DatabaseError {
    let message = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }
    return DatabaseError(
      resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
  }
}
