import Foundation
import LedgerStore
import Testing

/// Questions of strangers to a ledger file: they read, and nothing else.
@Suite struct LedgerConsoleTests {
  private func console(
    _ file: LedgerFile, _ change: (inout LedgerConsole.Limits) -> Void = { _ in }
  ) throws -> LedgerConsole {
    var limits = LedgerConsole.Limits()
    change(&limits)
    return try LedgerConsole(path: file.path, limits: limits)
  }

  @Test("A question has columns and rows as SQLite has them")
  func answers() throws {
    let file = try LedgerFile.written()
    let console = try console(file)
    let count = Int64(Script.whole.entries.count)
    let answer = try console.ask(
      "SELECT count(*) AS n, 'a', NULL, 1.5, x'00ff' FROM entries -- so many\n ; ")
    #expect(answer.columns == ["n", "'a'", "NULL", "1.5", "x'00ff'"])
    #expect(
      answer.rows == [[.integer(count), .text("a"), .absent, .real(1.5), .blob([0, 255])]])
    // Every view and table can be read, and so can what they are made of.
    let names = try console.ask("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
    #expect(names.rows.count > 40)
    for row in names.rows {
      guard case .text(let name) = row[0] else { continue }
      #expect(throws: Never.self) { try console.ask("SELECT * FROM \(name) LIMIT 3") }
      #expect(try console.ask("PRAGMA table_xinfo(\(name))").rows.isEmpty == false)
    }
  }

  @Test(
    "Whatever would change something, reach another file or set something is refused",
    arguments: [
      "INSERT INTO chips VALUES ('x')", "UPDATE accounts SET balance = 1", "DELETE FROM bids",
      "REPLACE INTO chips VALUES ('h20')", "CREATE TABLE t (a)", "CREATE TEMP TABLE t (a)",
      "CREATE TEMP VIEW v AS SELECT 1", "DROP TABLE bids", "ALTER TABLE bids ADD COLUMN x",
      "ATTACH ':memory:' AS other", "ATTACH '/etc/passwd' AS other", "DETACH main",
      "VACUUM INTO '/tmp/stolen.sqlite'", "VACUUM", "REINDEX", "ANALYZE", "BEGIN",
      "BEGIN IMMEDIATE",
      "SAVEPOINT a", "PRAGMA writable_schema = ON", "PRAGMA query_only = OFF",
      "PRAGMA journal_mode = DELETE", "PRAGMA trusted_schema = ON",
      "PRAGMA temp_store_directory = '/'",
      "PRAGMA hard_heap_limit = 0", "PRAGMA user_version = 7", "PRAGMA wal_checkpoint(TRUNCATE)",
      "SELECT load_extension('/tmp/x.so')", "SELECT fts3_tokenizer('simple')",
      "SELECT readfile('/etc/passwd')", "EXPLAIN INSERT INTO chips VALUES ('x')",
      "WITH a AS (SELECT 1) DELETE FROM bids", "SELECT 1; DELETE FROM bids", "SELECT 1; SELECT 2",
      "SELECT 1 -- one\n SELECT 2", "", " ; -- nothing", "/* nothing */", "SELEC 1",
      "SELECT * FROM nowhere", "SELECT 1\u{0}; DELETE FROM bids",
    ])
  func refused(_ question: String) throws {
    let file = try LedgerFile.written()
    let before = try Data(contentsOf: URL(fileURLWithPath: file.path))
    let beside = try FileManager.default.contentsOfDirectory(atPath: file.folder)
    let console = try console(file)
    #expect(throws: LedgerConsoleError.self, "\(question)") { try console.ask(question) }
    // The console goes on, and the file is what it was.
    #expect(try console.ask("SELECT 1").rows == [[.integer(1)]])
    #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == before)
    #expect(
      Set(try FileManager.default.contentsOfDirectory(atPath: file.folder)).subtracting(beside)
        .allSatisfy { $0.hasSuffix("-shm") || $0.hasSuffix("-wal") })
    #expect(!FileManager.default.fileExists(atPath: "/tmp/stolen.sqlite"))
  }

  @Test("A question that would take for ever, or too much, ends with what it took too much of")
  func limits() throws {
    let file = try LedgerFile.written()
    let quick = try console(file) { $0.seconds = 1 }
    let endless =
      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT max(i) FROM c"
    #expect(throws: LedgerConsoleError.slow(1)) { try quick.ask(endless) }
    #expect(throws: LedgerConsoleError.slow(1)) {
      try quick.ask("SELECT count(*) FROM entries a, entries b, entries c, entries d, entries e")
    }
    // The next one has its own time.
    #expect(try quick.ask("SELECT 1").rows.count == 1)
    let few = try console(file) {
      $0.rows = 3
      $0.question = 100
    }
    let cut = try few.ask("SELECT position FROM entries ORDER BY 1")
    #expect(cut.isCut && cut.rows == [[.integer(0)], [.integer(1)], [.integer(2)]])
    #expect(try few.ask("SELECT 1 UNION SELECT 2 UNION SELECT 3").isCut == false)
    #expect(throws: LedgerConsoleError.tooLong(100)) {
      try few.ask("SELECT '" + String(repeating: "x", count: 100) + "'")
    }
    let small = try console(file) { $0.bytes = 1_000 }
    let wide = try small.ask("SELECT hex(zeroblob(200)) FROM entries")
    #expect(wide.isCut && wide.rows.count == 2)
    for huge in [
      "SELECT zeroblob(100000000)", "SELECT length(hex(randomblob(20000000)))",
      "SELECT " + String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300),
      "SELECT " + (0..<300).map(String.init).joined(separator: ","),
    ] {
      #expect(throws: LedgerConsoleError.self) { try quick.ask(huge) }
    }
  }

  @Test("What is no ledger is not opened")
  func strangers() throws {
    let file = try LedgerFile.written()
    for (name, text) in [("empty", ""), ("text", "no database"), ("short", "SQLite format 3\u{0}")]
    {
      let path = "\(file.folder)/\(name)"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: LedgerConsoleError.notALedger(path)) { try LedgerConsole(path: path) }
    }
    #expect(throws: LedgerConsoleError.self) { try LedgerConsole(path: "\(file.folder)/none") }
    #expect(throws: LedgerConsoleError.self) { try LedgerConsole(path: file.folder) }
  }
}
