import Foundation
import GRDB
import LedgerStore
import Replica
import Testing

/// A ledger file that another release made.
struct RenewalTests {
  /// The file of the whole script as a release before this one would have left it: other tables, a column
  /// fewer, no views.
  private func older(_ change: (Database) throws -> Void = { _ in }) throws -> LedgerFile {
    let file = try LedgerFile.written()
    let bench = try Workbench(path: file.path)
    try bench.tamper { db in
      for view in try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
      {
        try db.execute(sql: "DROP VIEW \(view)")
      }
      try db.execute(
        sql: """
          ALTER TABLE certificates DROP COLUMN filing;
          DROP TABLE readings;
          UPDATE accounts SET balance = 7;
          UPDATE progress SET projection = projection - 1;
          CREATE TABLE readings (position INTEGER PRIMARY KEY) STRICT;
          """)
      try change(db)
    }
    try bench.close()
    return file
  }

  @Test("Its tables are made anew from its entries, equal in all, and the old file stays beside it")
  func renewed() throws {
    let original = try LedgerFile.written()
    let expected = try LedgerVerifier.verify(path: original.path)
    let file = try older()
    #expect(throws: LedgerStoreError.self) { try LedgerStore(path: file.path) }
    var told: [Int64] = []
    let outcome = try #require(
      try LedgerRenewal.renew(path: file.path) { position, _ in told.append(position) })
    #expect(outcome.entries == expected.entries && told.last == expected.entries)
    #expect(FileManager.default.fileExists(atPath: outcome.before))
    let report = try LedgerVerifier.verify(path: file.path)
    #expect(report.ok, "\(report.checks)")
    #expect(report.root == expected.root && report.state == expected.state)
    let (again, before) = (try LedgerStore(path: file.path), try LedgerStore(path: original.path))
    #expect(try again.differences(from: before) == [])
    #expect(try again.sealedSnapshots() == before.sealedSnapshots())
    #expect(try !again.sealedSnapshots().isEmpty)
    try again.close()
    try before.close()
    // A second time there is nothing to do.
    #expect(try LedgerRenewal.renew(path: file.path) { _, _ in } == nil)
  }

  @Test(
    "What cannot follow, comes out otherwise or has another root is refused, and the file is as it was",
    arguments: [
      ("UPDATE events SET bytes = replace(bytes, '1', '2') WHERE position = 9", "another result"),
      ("DELETE FROM events WHERE position = 9", "another result"),
      ("DELETE FROM entries WHERE position = 9", "missing or cannot follow"),
      ("UPDATE entries SET bytes = '{}' WHERE position = 9", "missing or cannot follow"),
      ("UPDATE progress SET peaks = zeroblob(length(peaks))", "the tree over its entries"),
    ])
  func refused(change: String, why: String) throws {
    let file = try older { try $0.execute(sql: change) }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
    #expect {
      try LedgerRenewal.renew(path: file.path) { _, _ in }
    } throws: { error in
      "\(error)".contains(why)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == bytes)
  }

  @Test("One of a newer release and what is no ledger are left alone, and named when opened")
  func others() throws {
    let file = try LedgerFile.written()
    let bench = try Workbench(path: file.path)
    try bench.run("UPDATE progress SET projection = projection + 1")
    try bench.close()
    #expect(try LedgerRenewal.renew(path: file.path) { _, _ in } == nil)
    #expect {
      try LedgerStore(path: file.path)
    } throws: { error in
      "\(error)".contains("or a newer one")
    }
    let text = file.folder + "/text"
    try Data(String(repeating: "no ledger ", count: 100).utf8).write(
      to: URL(fileURLWithPath: text))
    #expect(try LedgerRenewal.renew(path: text) { _, _ in } == nil)
    #expect(try LedgerRenewal.renew(path: file.folder + "/nothing") { _, _ in } == nil)
  }
}
