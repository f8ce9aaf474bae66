package import CommandLog
import Dispatch
import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// The log of a ledger with one replica: what it ordered and its ledger file does not hold yet, each
/// batch on the disk before anybody is told of it.
///
/// It lies beside the ledger file and belongs to it, as the write-ahead log of a database does. The
/// ledger file takes its rows later and in larger pieces, so an entry costs an append here before it
/// is answered, and no page of an index. To open it ends every earlier term.
package final class LocalCommandLog: CommandLog {
  package let path: String
  private let file: DatabaseQueue
  /// Keeps the waits for a disk off the threads that all tasks share.
  private let thread = DispatchQueue(label: "sampan-log")
  private let bell = LogBell()
  private let end: Mutex<Int64>
  /// The last append before this start is not whole: the power failed during it, so that nobody was
  /// answered, or its bytes have rotted.
  package let isCutOff: Bool

  /// Bytes of one call of `batches`, but for the last batch.
  private static let mostBytes = 4 << 20

  /// A term that nobody holds lasts as long as the file is open.
  package var termSeconds: Int { 3_600 }

  /// The log that belongs to a ledger file.
  package static func path(of ledger: String) -> String { ledger + "-log" }

  /// Opens the log, or makes it. It is readable by its owner alone.
  /// - Parameter position: where it begins when nothing is in it; nil: where it was.
  package init(path: String, emptyAt position: Int64? = nil) throws(LogFailure) {
    self.path = path
    do {
      if !FileManager.default.fileExists(atPath: path) {
        guard
          FileManager.default.createFile(
            atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
      }
      let tail = try WriteAheadLog(of: path)
      guard tail.lostCommits < 2 else {
        throw LogFailure.damaged(
          "\(tail.lostCommits) appends at its end cannot be read; restore a copy of ledger and log")
      }
      isCutOff = tail.lostCommits > 0
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      let file = try DatabaseQueue(path: path, configuration: configuration)
      try file.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
      }
      end = Mutex(
        try file.write { db in
          try Self.open(db)
          try Self.check(db)
          if let position, try Row.fetchOne(db, sql: "SELECT 1 FROM batches LIMIT 1") == nil {
            try db.execute(sql: "UPDATE log SET floor = ?1, next = ?1", arguments: [position])
          }
          return try Ends(db).next
        })
      self.file = file
    } catch {
      throw Self.failure(error, path)
    }
  }

  /// The tables, and whatever lies there in the form that this one followed.
  private static func open(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE IF NOT EXISTS batches (
          first INTEGER PRIMARY KEY, next INTEGER NOT NULL, bytes TEXT NOT NULL,
          digest TEXT NOT NULL DEFAULT '') STRICT;
        CREATE TABLE IF NOT EXISTS log (
          one INTEGER PRIMARY KEY CHECK (one = 1), floor INTEGER NOT NULL, next INTEGER NOT NULL,
          term INTEGER NOT NULL, leads INTEGER NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL) STRICT;
        INSERT OR IGNORE INTO log VALUES (1, 0, 0, 0, 0, '', '');
        UPDATE log SET leads = 0;
        """)
    if try db.tableExists("entries") {
      try db.execute(
        sql: """
          INSERT INTO batches (first, next, bytes) SELECT position, position + 1, bytes FROM entries;
          UPDATE log SET floor = (SELECT min(first) FROM batches),
            next = (SELECT max(next) FROM batches) WHERE EXISTS (SELECT 1 FROM batches);
          DROP TABLE entries;
          """)
      try digest(db)
    } else if try !db.columns(in: "batches").contains(where: { $0.name == "digest" }) {
      try db.execute(sql: "ALTER TABLE batches ADD COLUMN digest TEXT NOT NULL DEFAULT ''")
      try digest(db)
    }
  }

  /// Gives batches of an earlier form their digests.
  private static func digest(_ db: Database) throws {
    for row in try Row.fetchAll(db, sql: "SELECT first, bytes FROM batches ORDER BY first") {
      let bytes = Array((row["bytes"] as String).utf8)
      try db.execute(
        sql: "UPDATE batches SET digest = ? WHERE first = ?",
        arguments: [digest(row["first"], bytes), row["first"] as Int64])
    }
  }

  /// What a batch is known by when it is read again: pages of a file have no checksums.
  private static func digest(_ first: Int64, _ bytes: [UInt8]) -> String {
    SHA256Hasher.hex(Array("\(first)\n".utf8) + bytes)
  }

  /// Looks for what has rotted since it was written, before anybody goes on from it.
  private static func check(_ db: Database) throws {
    let found = try String.fetchAll(db, sql: "PRAGMA integrity_check(1)")
    guard found == ["ok"] else {
      throw LogFailure.damaged(found.first ?? "SQLite cannot read it")
    }
    let ends = try Ends(db)
    let rows = try Row.fetchOne(
      db, sql: "SELECT min(first) AS first, max(next) AS next FROM batches")
    let (first, next) = (rows?["first"] as Int64?, rows?["next"] as Int64?)
    guard (first ?? ends.floor) >= ends.floor, (next ?? ends.floor) == ends.next else {
      throw LogFailure.damaged(
        "it says that it goes from \(ends.floor) to \(ends.next), and has other batches")
    }
  }

  package func close() throws(LogFailure) {
    do { try file.close() } catch { throw Self.failure(error, path) }
  }

  /// Closes the log. The ledger file holds everything before this position: that is let go of.
  package func close(before position: Int64) throws(LogFailure) {
    do {
      try file.write { db in
        try Self.letGo(db, before: position)
      }
    } catch { throw Self.failure(error, path) }
    try close()
  }

  // MARK: Leading

  package func campaign(_ candidate: Candidate) async throws(LogFailure) -> Term? {
    try await transact { db in
      try db.execute(
        sql: "UPDATE log SET term = term + 1, leads = 1, name = ?, url = ? WHERE leads = 0",
        arguments: [candidate.name, candidate.url])
      return db.changesCount == 1 ? Term(revision: try Ends(db).term, lease: 0) : nil
    }
  }

  package func keepAlive(_ term: Term) async throws(LogFailure) -> Bool {
    try await transact { db in try Ends(db).isLed(in: term) }
  }

  package func resign(_ term: Term) async {
    _ = try? await transact { db in
      try db.execute(sql: "UPDATE log SET leads = 0 WHERE term = ?", arguments: [term.revision])
    }
  }

  // MARK: Writing

  package func append(_ batch: LogBatch, term: Term) async throws(LogFailure) -> AppendOutcome {
    if let fault = batch.fault { throw .rejected("a batch cannot be appended: \(fault)") }
    let bytes = batch.bytes
    let outcome = try await transact { db throws -> AppendOutcome in
      let ends = try Ends(db)
      if batch.first < ends.next {
        let row = try Row.fetchOne(
          db, sql: "SELECT bytes FROM batches WHERE first = ?", arguments: [batch.first])
        if row.map({ Array(($0["bytes"] as String).utf8) }) == bytes { return .done }
        return ends.isLed(in: term) ? .taken : .deposed
      }
      guard ends.isLed(in: term) else { return .deposed }
      guard batch.first == ends.next else { throw ends.gap(before: batch) }
      try BoundStatement(db, "INSERT INTO batches VALUES (?, ?, ?, ?)")
        .int(batch.first).int(batch.next).text(bytes)
        .text(Array(Self.digest(batch.first, bytes).utf8)).run()
      try BoundStatement(db, "UPDATE log SET next = ?").int(batch.next).run()
      return .done
    }
    if outcome == .done { tell(batch.next) }
    return outcome
  }

  package func begin(at position: Int64, term: Term) async throws(LogFailure) -> Bool {
    guard (0...LogBatch.lastPosition).contains(position) else {
      throw .rejected("no log can begin at \(position)")
    }
    let isLed = try await transact { db in
      let ends = try Ends(db)
      guard ends.isLed(in: term) else { return false }
      guard ends.floor == ends.next, [0, position].contains(ends.floor) else {
        throw LogFailure.rejected(
          "it goes from \(ends.floor) to \(ends.next), so it cannot begin at \(position)")
      }
      try db.execute(sql: "UPDATE log SET floor = ?1, next = ?1", arguments: [position])
      return true
    }
    if isLed { tell(position) }
    return isLed
  }

  package func truncate(before position: Int64, term: Term) async throws(LogFailure) -> Bool {
    try await transact { db in
      guard try Ends(db).isLed(in: term) else { return false }
      try Self.letGo(db, before: position)
      return true
    }
  }

  private static func letGo(_ db: Database, before position: Int64) throws {
    try db.execute(
      sql: """
        UPDATE log SET floor = max(
          floor, ifnull((SELECT max(next) FROM batches WHERE next <= ?), 0))
        """, arguments: [position])
    try db.execute(sql: "DELETE FROM batches WHERE next <= ?", arguments: [position])
  }

  private func tell(_ next: Int64) {
    end.withLock { $0 = max($0, next) }
    bell.ring()
  }

  // MARK: Reading

  package func batches(from position: Int64) async throws(LogFailure) -> [LogBatch] {
    try await transact { db in
      let ends = try Ends(db)
      guard position >= ends.floor else { throw LogFailure.behind(floor: ends.floor) }
      var batches: [LogBatch] = []
      var (wanted, size) = (position, 0)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT first, bytes, digest FROM batches
          WHERE first >= ifnull((SELECT max(first) FROM batches WHERE first <= ?1), 0)
          ORDER BY first
          """, arguments: [position])
      while wanted < ends.next, size < Self.mostBytes, let row = try rows.next() {
        let bytes = Array((row["bytes"] as String).utf8)
        guard Self.digest(row["first"], bytes) == row["digest"] as String else {
          throw LogFailure.damaged("the batch at \(row["first"] as Int64) is not what was written")
        }
        let batch = try LogBatch(first: row["first"], bytes: bytes)
        guard batch.first <= wanted, wanted < batch.next, batches.isEmpty || batch.first == wanted
        else {
          throw LogFailure.damaged("after position \(wanted) follows a batch at \(batch.first)")
        }
        batches.append(batch.first == wanted ? batch : batch.rest(from: wanted))
        (wanted, size) = (batch.next, size + bytes.count)
      }
      guard wanted >= ends.next || !batches.isEmpty else {
        throw LogFailure.damaged("it ends at \(ends.next) and has no batch from \(wanted) on")
      }
      return batches
    }
  }

  package func head() async throws(LogFailure) -> LogHead {
    try await transact { db in
      let ends = try Ends(db)
      return LogHead(
        next: ends.next, floor: ends.floor,
        leader: ends.leads ? LeaderCard(name: ends.name, url: ends.url, term: ends.term) : nil)
    }
  }

  package func wait(after position: Int64) async {
    await bell.sleep(atMost: .seconds(1)) { self.end.withLock { $0 } > position }
  }

  package func condition() async -> LogCondition {
    var member = LogMember(
      endpoint: path, version: String(cString: sqlite3_libversion()), isLeader: true,
      hasLeader: true)
    do {
      (member.dataBytes, member.usedBytes) = try await transact { db in
        let page = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        return (page * pages, page * (pages - free))
      }
    } catch {
      member.problem = "\(error)"
    }
    return LogCondition(engine: "local", members: [member])
  }

  // MARK: The file

  /// One transaction, off the shared threads. It is not broken off when its task is.
  private func transact<T: Sendable>(
    _ work: @escaping @Sendable (Database) throws -> T
  ) async throws(LogFailure) -> T {
    let result: Result<T, any Error> = await withCheckedContinuation { continuation in
      thread.async { [file] in continuation.resume(returning: Result { try file.write(work) }) }
    }
    do { return try result.get() } catch { throw Self.failure(error, path) }
  }

  private static func failure(_ error: any Error, _ path: String) -> LogFailure {
    if let failure = error as? LogFailure { return failure }
    guard let error = error as? DatabaseError else {
      return .unreachable("\(path): \(error.localizedDescription)")
    }
    let text = "\(path): \(error.message ?? "SQLite \(error.resultCode.rawValue)")"
    return switch error.resultCode {
    case .SQLITE_FULL: .full("\(text). Make room on its disk; nothing that was answered is lost.")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: .damaged(text)
    default: .unreachable(text)
    }
  }
}

/// The one row about the whole log.
private struct Ends {
  var floor: Int64
  var next: Int64
  var term: Int64
  var leads: Bool
  var name: String
  var url: String

  init(_ db: Database) throws {
    guard let row = try Row.fetchOne(db, sql: "SELECT floor, next, term, leads, name, url FROM log")
    else { throw LogFailure.damaged("its table has no row") }
    floor = row["floor"]
    next = row["next"]
    term = row["term"]
    leads = row["leads"]
    name = row["name"]
    url = row["url"]
  }

  func isLed(in term: Term) -> Bool { leads && self.term == term.revision }

  func gap(before batch: LogBatch) -> LogFailure {
    .rejected("it ends at \(next), so a batch at \(batch.first) would leave a gap")
  }
}
