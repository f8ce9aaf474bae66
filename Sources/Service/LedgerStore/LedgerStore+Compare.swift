import Crypto
import Foundation
import GRDB
import Units

extension LedgerStore {
  /// What differs from another file: tables by their rows, byte for byte, and tables, indexes,
  /// triggers and views by their definitions. Snapshots are left out: they are kept for a restart
  /// and proved by seals.
  package func differences(from other: LedgerStore) throws -> [String] {
    let (ours, theirs) = (try definitions(), try other.definitions())
    var differences = Set(ours.keys).union(theirs.keys).sorted()
      .filter { ours[$0] != theirs[$0] }
      .map { "\($0) is not defined as in this release" }
    for name in try tables() where theirs["table \(name)"] != nil && name != "snapshots" {
      if try digest(of: name) != other.digest(of: name) {
        differences.append("table \(name) is not what the log makes of it")
      }
    }
    return differences
  }

  /// What SQLite finds wrong with a file: pages, indexes, types, foreign keys. Nothing is changed.
  package static func damage(path: String) throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      return try queue.read { db in
        let found = try String.fetchAll(db, sql: "PRAGMA integrity_check(8)")
        if found != ["ok"] { return found }
        return try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(8).map {
          "a row of \($0[0] as String? ?? "?") refers to nothing in \($0[2] as String? ?? "?")"
        }
      }
    } catch let error as DatabaseError {
      return ["\(error.resultCode): \(error.message ?? "SQLite cannot read it")"]
    }
  }

  private func tables() throws -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
            AND name NOT LIKE 'grdb%' ORDER BY name
          """)
    }
  }

  /// The statements that made the schema, by what they made.
  private func definitions() throws -> [String: String] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT type || ' ' || name AS object, sql FROM sqlite_schema
          WHERE name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%' ORDER BY object
          """
      ).reduce(into: [:]) { $0[$1["object"]] = $1["sql"] ?? "" }
    }
  }

  /// A digest of the rows of a table in the order of its primary key. Values are taken as the bytes
  /// that SQLite holds; what a Swift string would hide, such as a NUL, counts.
  private func digest(of table: String) throws -> String {
    try read { db in
      let columns = try db.columns(in: table).map {
        "CAST(\($0.name.quotedDatabaseIdentifier) AS BLOB)"
      }
      let keys = try db.primaryKey(table).columns.map(\.quotedDatabaseIdentifier)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT \(columns.joined(separator: ", ")) FROM \(table.quotedDatabaseIdentifier)
          ORDER BY \(keys.joined(separator: ", "))
          """)
      var function = SHA256()
      while let row = try rows.next() {
        for index in columns.indices {
          try row.withUnsafeData(atIndex: index) { data in
            // NULL is no value of any length.
            withUnsafeBytes(of: Int64(data?.count ?? -1).littleEndian) {
              function.update(bufferPointer: $0)
            }
            if let data { function.update(data: data) }
          }
        }
      }
      return hex(function.finalize())
    }
  }
}
