import Foundation
import GRDB
import Ledger
import LedgerStore
import Replica
import Testing
import Transparency
import Units

/// The file itself: durable, guarded, and the same again after a restart.
struct LedgerFileTests {
  @Test("The script has every kind of event, so that every table has rows")
  func script() throws {
    let file = try LedgerFile.newest()
    let bench = try Workbench(path: file.path)
    for table in Set(try bench.columns().map(\.table)) {
      let rows = try bench.queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
      #expect(rows ?? 0 > 0, "\(table) has no rows")
    }
  }

  @Test("A ledger that is opened again has the same state, log root and positions as before")
  func reopened() throws {
    let file = try LedgerFile()
    let before = try file.open { core in
      #expect(core.state.position == 2)
      try core.send(Script.whole.entries.dropFirst(2))
      return (core.digest, core.root, core.state.position)
    }
    #expect(before.2 == Int64(Script.whole.entries.count))
    let withSnapshots = try file.open { ($0.digest, $0.root, $0.state.position) }
    #expect(withSnapshots == before)
    let bench = try Workbench(path: file.path)
    try bench.run("DELETE FROM snapshots")
    try bench.close()
    let fromGenesis = try file.open { ($0.digest, $0.root, $0.state.position) }
    #expect(fromGenesis == before)
  }

  @Test("The first entry of a time is found for every stamp, and for times between them")
  func since() throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    let entries = Script.whole.entries
    for time in Set(entries.map(\.time)) {
      for moved in [time - 1, time, time + 1] {
        let first = entries.firstIndex { $0.time >= moved } ?? entries.count
        #expect(try store.position(since: moved) == Int64(first))
      }
    }
    #expect(try store.position(since: .max) == Int64(entries.count))
    try store.close()
  }

  @Test("A market that is restarted every few entries goes on as if it had never stopped")
  func restarts() throws {
    let entries = Script.whole.entries
    let file = try LedgerFile()
    var at = 2
    for step in 0... {
      let next = min(entries.count, at + 5 + step % 7)
      try file.open { core in try core.send(entries[at..<next]) }
      at = next
      if at == entries.count { break }
    }
    let uninterrupted = try LedgerFile.written().open { $0.digest }
    try file.open { core in #expect(core.digest == uninterrupted) }
    let report = try LedgerVerifier.verify(path: file.path)
    #expect(report.ok, "\(report.checks.filter { !$0.ok })")
  }

  @Test(
    "The writer is at synchronous FULL in WAL with foreign keys, and the file is its owner's alone")
  func durable() throws {
    let file = try LedgerFile()
    let store = try LedgerStore(path: file.path)
    let pragmas = try store.pool.writeWithoutTransaction { db in
      try ["synchronous", "journal_mode", "foreign_keys"].map {
        try String.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(pragmas == ["2", "wal", "1"])
    for name in try FileManager.default.contentsOfDirectory(atPath: file.folder) {
      let mode =
        try FileManager.default.attributesOfItem(atPath: file.folder + "/" + name)[
          .posixPermissions] as? Int
      #expect(mode == 0o600, "\(name)")
    }
    #expect(throws: DatabaseError.self) {
      try store.pool.read { db in try db.execute(sql: "DELETE FROM progress") }
    }
    try store.close()
  }

  @Test("What is no ledger, or one of another release, is refused and not changed")
  func strangers() throws {
    let file = try LedgerFile()
    try Data("not a database, whatever its name says".utf8).write(
      to: URL(fileURLWithPath: file.path))
    #expect(throws: LedgerStoreError.self) { try LedgerStore(path: file.path) }
    #expect(
      try String(contentsOfFile: file.path, encoding: .utf8).hasPrefix("not a database"))

    let other = try LedgerFile()
    let bench = try Workbench(path: other.path)
    try bench.run("CREATE TABLE recipes (name TEXT)")
    try bench.close()
    #expect(throws: LedgerStoreError.self) { try LedgerStore(path: other.path) }

    let older = try LedgerFile.written()
    let edit = try Workbench(path: older.path)
    try edit.run("UPDATE progress SET projection = 0")
    try edit.close()
    #expect {
      try LedgerStore(path: older.path)
    } throws: { error in
      "\(error)".contains("version 0") && "\(error)".contains(older.path)
    }
  }

  @Test(
    "Tables that are only added to refuse UPDATE and DELETE, whoever opens the file",
    arguments: [
      "entries", "events", "seals", "movements", "charges", "readings", "bank_lines", "evidence",
      "corrections",
    ])
  func guarded(table: String) throws {
    let file = try LedgerFile.written()
    let bench = try Workbench(path: file.path)
    let column = try #require(try bench.columns().last { $0.table == table }).column
    for sql in ["UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)"] {
      #expect {
        try bench.run(sql)
      } throws: { error in
        "\(error)".contains("\(table) are only added to")
      }
    }
  }

  @Test(
    "The schema refuses rows that break its promises",
    arguments: [
      "INSERT INTO chips VALUES (x'00')",
      "INSERT INTO rates VALUES (9999, 'CNY', 1.5, 1, 1)",
      "UPDATE accounts SET balance = 'much' WHERE id = 'alpha:hkd'",
      "UPDATE accounts SET balance = 9223372036854775807 + 1 WHERE id = 'alpha:hkd'",
      "UPDATE accounts SET debits_pending = balance + credit_limit + 1 WHERE id = 'alpha:hkd'",
      "UPDATE accounts SET credit_limit = -1 WHERE id = 'alpha:hkd'",
      "INSERT INTO movements VALUES (9999, 0, 1, 'posted', 'fee', 'alpha:hkd', 'alpha:hkd', 1, NULL, NULL, 'x')",
      "INSERT INTO movements VALUES (9999, 0, 1, 'posted', 'fee', 'alpha:hkd', 'nobody', 1, NULL, NULL, 'x')",
      "INSERT INTO movements VALUES (9999, 0, 1, 'posted', 'fee', 'alpha:hkd', 'beta:cny', -1, NULL, NULL, 'x')",
      "INSERT INTO entries SELECT 9999, time, epoch, id, by, role, kind, refusal, leaf, bytes FROM entries LIMIT 1",
      "INSERT INTO entries VALUES (9999, 1, 1, 'x', 'x', 'x', 'x', NULL, x'00', '{}')",
      "INSERT INTO events VALUES (9999, 0, 'x', '{}')",
      "INSERT INTO prices SELECT round, pool, start + 1, finish, currency, ask, ask - 1, free, offered FROM prices LIMIT 1",
      "INSERT INTO readings SELECT lease, 1, 1, 0, 0, 1 FROM readings LIMIT 1",
      "INSERT INTO progress SELECT 2, position, projection, peaks FROM progress",
    ])
  func checked(sql: String) throws {
    let file = try LedgerFile.written()
    let bench = try Workbench(path: file.path)
    #expect(throws: DatabaseError.self) {
      try bench.queue.inDatabase { db in
        try db.execute(sql: "PRAGMA foreign_keys = ON")
        try db.execute(sql: sql)
      }
    }
  }

  @Test("A batch that cannot be written leaves nothing behind")
  func failedCommit() throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    let (position, tree) = try store.progress()
    let last = try #require(try store.entries(from: position - 1, limit: 1).first)
    var new = try Entry.decode(last.1)
    new.position = position
    new.id = String(repeating: "e", count: 32)
    let good = AppliedEntry(entry: new, bytes: FieldCodec.encode(new), events: [])
    var grown = tree
    // The second has an id that is taken: the first must not stay either.
    #expect(throws: DatabaseError.self) {
      var second = good
      second.entry.position += 1
      try store.append([good, second], tree: &grown)
    }
    #expect(grown == tree)
    #expect(try store.progress().position == position)
    #expect(try store.entries(from: position, limit: 5).isEmpty)
    try store.append([good], tree: &grown)
    #expect(try store.progress().tree == grown)
    #expect(grown != tree)
    try store.close()
  }

  @Test("The canonical events in the file hash to the roots that the seals carry")
  func seals() throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    let seals = try store.pool.read { db in
      try Row.fetchAll(db, sql: "SELECT first, last, events, state FROM seals ORDER BY position")
    }
    #expect(seals.count >= 5)
    #expect(seals.contains { ($0["state"] as String?) != nil })
    var next: Int64 = 0
    for seal in seals {
      #expect(seal["first"] == next)
      next = (seal["last"] as Int64) + 1
      let events = try store.events(from: seal["first"], to: seal["last"]).flatMap(\.1)
      let hasher = SHA256Hasher()
      let root = MerkleTree.root(of: events.map { hasher.leaf($0) }, hasher: hasher)
      #expect(root.hex == seal["events"])
    }
    try store.close()
  }
}
