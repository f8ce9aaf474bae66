import Foundation
import GRDB
import LedgerStore
import Replica
import Testing

/// The verifier trusts no row: whatever is changed in a file, it says so.
struct VerifierTests {
  /// Names of the checks that fail.
  private func faults(_ path: String) throws -> [String] {
    try LedgerVerifier.verify(path: path).checks.filter { !$0.ok }.map(\.name)
  }

  @Test("The log of a whole market holds in every respect")
  func sound() throws {
    let file = try LedgerFile.written()
    let report = try LedgerVerifier.verify(path: file.path)
    #expect(report.ok, "\(report.checks)")
    #expect(report.entries == Int64(Script.whole.entries.count))
    #expect(
      report.checks.map(\.name) == [
        "File", "Entries", "Tree", "Events", "Seals", "Books", "Rows", "Snapshots",
      ])
    #expect(report.root == (try file.open { $0.root }))
  }

  @Test("A change of any column of what the log consists of is found")
  func everyColumnOfTheLog() throws {
    for (table, column) in try columns() where Self.log.contains(table) {
      let file = try LedgerFile.newest()
      try tamper(file, table, column)
      #expect(try !isSound(file.path), "\(table).\(column) was changed")
    }
  }

  @Test("A change of any column of any table that is made from the log is found")
  func everyColumn() throws {
    let original = try LedgerFile.newest()
    let reference = try LedgerStore(path: original.path)
    let columns = try columns().filter { !Self.log.contains($0.table) }
    #expect(columns.count > 120)
    for (table, column) in columns {
      let file = try LedgerFile.newest()
      try tamper(file, table, column)
      let store = try LedgerStore(path: file.path)
      #expect(
        try store.differences(from: reference) == [
          "table \(table) is not what the log makes of it"
        ],
        "\(table).\(column) was changed")
      try store.close()
    }
    try reference.close()
  }

  private static let log = ["entries", "events", "progress", "seals", "snapshots"]

  private func columns() throws -> [(table: String, column: String)] {
    let file = try LedgerFile.newest()
    let bench = try Workbench(path: file.path)
    defer { try? bench.close() }
    return try bench.columns()
  }

  private func tamper(_ file: LedgerFile, _ table: String, _ column: String) throws {
    let edit = try Workbench(path: file.path)
    try edit.tamper { db in try change(db, table, column) }
    try edit.close()
  }

  /// Changes one value of a row in the middle of the table.
  private func change(_ db: Database, _ table: String, _ column: String) throws {
    let keys = try db.primaryKey(table).columns.joined(separator: ", ")
    let place =
      "(\(keys)) IN (SELECT \(keys) FROM \(table) ORDER BY \(keys) LIMIT 1 OFFSET "
      + "(SELECT count(*) / 2 FROM \(table)))"
    try db.execute(
      sql: """
        UPDATE \(table) SET \(column) = CASE typeof(\(column))
          WHEN 'integer' THEN \(column) + 100000
          WHEN 'blob' THEN CAST(substr(\(column), 1, length(\(column)) - 1) || x'07' AS BLOB)
          WHEN 'text' THEN substr(\(column), 1, length(\(column)) - 1) || '_'
          ELSE (SELECT CASE type WHEN 'INTEGER' THEN 1 ELSE 'x' END
            FROM pragma_table_info('\(table)') WHERE name = '\(column)') END
        WHERE \(place)
        """)
    try #require(db.changesCount == 1)
  }

  private func isSound(_ path: String) throws -> Bool {
    do {
      return try LedgerVerifier.verify(path: path).ok
    } catch is LedgerStoreError {
      return false
    }
  }

  @Test(
    "Rows that are added, taken away or hidden are found",
    arguments: [
      ("DELETE FROM entries WHERE position = 50", "File"),
      (
        "DELETE FROM events WHERE position = 50; DELETE FROM entries WHERE position = 50", "Entries"
      ),
      ("DELETE FROM events WHERE position = 50 AND i = 0", "Events"),
      ("DELETE FROM seals WHERE position = (SELECT max(position) FROM seals)", "Rows"),
      ("DELETE FROM movements WHERE position = (SELECT max(position) FROM movements)", "Rows"),
      ("DELETE FROM leases WHERE id = (SELECT max(id) FROM leases)", "File"),
      ("DELETE FROM chips WHERE id = 'h20'", "Rows"),
      ("INSERT INTO chips VALUES ('h999')", "Rows"),
      (
        "UPDATE entries SET bytes = CAST(bytes || x'00' || 'more' AS TEXT) WHERE position = 50",
        "Rows"
      ),
      (
        "UPDATE bids SET body = CAST(body || x'00' AS TEXT) WHERE seq = (SELECT max(seq) FROM bids)",
        "Rows"
      ),
      (
        """
        INSERT INTO entries SELECT position + 1, time, epoch, 'x', by, role, kind, refusal, leaf, bytes
        FROM entries ORDER BY position DESC LIMIT 1
        """, "Rows"
      ),
      (
        "INSERT INTO snapshots SELECT position + 1, round, digest, state FROM snapshots LIMIT 1",
        "Snapshots"
      ),
      ("UPDATE progress SET peaks = zeroblob(length(peaks))", "Tree"),
      ("DROP INDEX bids_of_party", "Rows"),
      ("CREATE TABLE notes (text TEXT)", "Rows"),
      ("DROP VIEW bids_readable", "Rows"),
    ])
  func planted(sql: String, aspect: String) throws {
    let file = try LedgerFile.written()
    let edit = try Workbench(path: file.path)
    try edit.tamper { db in try db.execute(sql: sql) }
    try edit.close()
    #expect(try faults(file.path).contains(aspect))
  }

  @Test("A trigger that is gone is found")
  func trigger() throws {
    let file = try LedgerFile.written()
    let edit = try Workbench(path: file.path)
    try edit.run("DROP TRIGGER entries_no_update")
    try edit.close()
    #expect(try faults(file.path) == ["Rows"])
  }

  @Test("Bytes that rot in the file are found, or lie where nothing is kept")
  func rot() throws {
    let count = Int(ProcessInfo.processInfo.environment["SAMPAN_COUNT"] ?? "") ?? 60
    let original = try LedgerFile.written()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: original.path)))
    let content = try Self.content(original.path)
    var random = SystemRandomNumberGenerator()
    var found = 0
    for _ in 0..<count {
      let offset = Int.random(in: 0..<bytes.count, using: &random)
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
      var rotten = bytes
      rotten[offset] ^= bit
      let file = try LedgerFile()
      try Data(rotten).write(to: URL(fileURLWithPath: file.path))
      let sound = (try? LedgerVerifier.verify(path: file.path).ok) ?? false
      if !sound { found += 1 }
      let same = (try? Self.content(file.path)) == content
      #expect(!sound || same, "bit \(bit) of byte \(offset) changed the content in silence")
    }
    #expect(found > count / 4)
  }

  /// Everything that a reader of the file would see.
  private static func content(_ path: String) throws -> [String] {
    let bench = try Workbench(path: path)
    defer { try? bench.close() }
    var tables: [String: [String]] = [:]
    for (table, column) in try bench.columns() { tables[table, default: []].append(column) }
    return try bench.queue.read { db in
      var rows = try String.fetchAll(
        db, sql: "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1")
      for table in tables.keys.sorted() {
        let columns = (tables[table] ?? []).map { "quote(\($0))" }.joined(separator: " || ',' || ")
        rows += try String.fetchAll(db, sql: "SELECT \(columns) FROM \(table) ORDER BY 1")
      }
      return rows
    }
  }

  @Test("The rows of the indexes are compared with the tables")
  func staleIndex() throws {
    let file = try LedgerFile.written()
    let edit = try Workbench(path: file.path)
    // The definition of the index goes, its pages stay; a row is added; the definition comes back.
    try edit.queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA writable_schema = ON")
      let row = try #require(
        try Row.fetchOne(db, sql: "SELECT rowid, * FROM sqlite_schema WHERE name = 'trades_of_bid'")
      )
      try db.execute(sql: "DELETE FROM sqlite_schema WHERE name = 'trades_of_bid'")
      try db.execute(sql: "PRAGMA writable_schema = RESET")
      try db.execute(sql: "DELETE FROM trades WHERE id = (SELECT max(id) FROM trades)")
      try db.execute(sql: "PRAGMA writable_schema = ON")
      try db.execute(
        sql: "INSERT INTO sqlite_schema VALUES ('index', 'trades_of_bid', 'trades', ?, ?)",
        arguments: [row["rootpage"] as Int64, row["sql"] as String])
      try db.execute(sql: "PRAGMA writable_schema = RESET")
    }
    try edit.close()
    #expect(try faults(file.path) == ["File"])
  }
}
