import Foundation
package import GRDB
package import Ledger
package import Transparency
import Units

/// What can go wrong with the ledger file.
package enum LedgerStoreError: Error, CustomStringConvertible {
  case notALedger(path: String)
  case otherProjection(path: String, found: Int, known: Int)
  case notDurable(path: String)
  case corrupt(path: String, what: String)

  package var description: String {
    switch self {
    case .notALedger(let path):
      "\(path) is not a ledger file; give the file that sampand keeps, or a published copy of it"
    case .otherProjection(let path, let found, let known):
      found < known
        ? "\(path) has tables of version \(found), this release makes version \(known); "
          + "`sampand run` makes them anew from its entries"
        : "\(path) has tables of version \(found), this release knows up to \(known); "
          + "use the release that made it, or a newer one"
    case .notDurable(let path):
      "\(path) cannot be opened with synchronous=FULL; nothing could be promised to be durable"
    case .corrupt(let path, let what):
      "\(path) is damaged: \(what); restore a copy, then compare it with a seal"
    }
  }
}

/// An entry that was applied, with what it caused and its hashes.
package struct AppliedEntry: Sendable {
  package var entry: Entry
  /// Canonical form, as it goes into the log.
  package let bytes: [UInt8]
  package let events: [Event]
  /// Canonical forms of the events: what seals are made over.
  package let eventBytes: [[UInt8]]

  package init(entry: Entry, bytes: [UInt8], events: [Event]) {
    self.entry = entry
    self.bytes = bytes
    self.events = events
    eventBytes = events.enumerated().map { index, event in
      event.encoded(position: entry.position, index: index)
    }
  }

  /// Why it caused nothing.
  package var refusal: Refusal? {
    if case .refused(let refused)? = events.first { refused.code } else { nil }
  }

  /// What became of each leg of a transfer that was refused; empty for all else.
  package var legs: [Refusal] {
    guard case .refused(let refused)? = events.first, case .transfer(let terms) = entry.command
    else { return [] }
    return terms.results(refused).compactMap(\.self)
  }
}

/// The live state at the close of a round, for a restart.
package struct Snapshot: Sendable {
  /// Of the next entry.
  package var position: Int64
  package var round: Int64
  /// SHA-256 of `state`.
  package var digest: String
  package var state: [UInt8]

  package init(position: Int64, round: Int64, digest: String, state: [UInt8]) {
    self.position = position
    self.round = round
    self.digest = digest
    self.state = state
  }
}

/// The ledger file: entries, events, rows and applied position, written in one transaction a batch
/// (decisions.md, 4). One process has it open for writing; readers are read-only connections. A replica
/// may be ahead of the file: whoever looks then waits until the file has caught up.
package final class LedgerStore: Sendable {
  package let path: String
  package let pool: DatabasePool
  private let front = Front()
  let hasher = SHA256Hasher()
  /// Snapshots that are kept: explanations of as many rounds can be computed.
  static let snapshotsKept = 32

  /// Memory for pages of the writer, KiB: indexes grow everywhere at once.
  private static let writerCache = 64 * 1_024
  /// Pages of the write-ahead log after which it is folded into the file: a page that is written in
  /// many commits is then copied once. 32 MiB of log.
  private static let checkpointPages = 8_192

  /// Opens the file, or makes it. It is readable by its owner alone.
  package init(path: String) throws {
    self.path = path
    let exists = FileManager.default.fileExists(atPath: path)
    if !exists {
      guard
        FileManager.default.createFile(
          atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
      else { throw CocoaError(.fileWriteUnknown) }
    }
    do {
      pool = try DatabasePool(path: path, configuration: Self.configuration)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw LedgerStoreError.notALedger(path: path)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    // GRDB leaves NORMAL behind when it opens a pool; a commit must survive a loss of power.
    let level = try pool.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA synchronous = FULL;
          PRAGMA cache_size = \(-Self.writerCache);
          PRAGMA wal_autocheckpoint = \(Self.checkpointPages);
          """)
      return try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? 0
    }
    guard level == 2 else { throw LedgerStoreError.notDurable(path: path) }
    try pool.write { db in try Self.prepare(db, path) }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA trusted_schema = OFF")
    }
    return configuration
  }

  private static func prepare(_ db: Database, _ path: String) throws {
    if try db.tableExists("progress") {
      let found = try Int.fetchOne(db, sql: "SELECT projection FROM progress") ?? 0
      guard found == Schema.projectionVersion else {
        throw LedgerStoreError.otherProjection(
          path: path, found: found, known: Schema.projectionVersion)
      }
      return
    }
    guard
      try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'grdb%'")
        == 0
    else { throw LedgerStoreError.notALedger(path: path) }
    for statement in Schema.statements { try db.execute(sql: statement) }
    try db.execute(
      sql: "INSERT INTO progress VALUES (1, 0, ?, x'')", arguments: [Schema.projectionVersion])
  }

  // MARK: Writing

  /// Writes a batch durably, in one transaction. When it throws nothing was written, and the process
  /// must end: the state in memory is ahead of the file.
  /// - Parameters:
  ///   - tree: the tree after the batch.
  ///   - snapshot: taken right after an entry of the batch.
  package func append(
    _ batch: [AppliedEntry], tree: inout MerkleTree, snapshot: Snapshot? = nil
  ) throws {
    guard let last = batch.last else { return }
    var grown = tree
    try pool.write { db in
      var projection = try Projection(db)
      for applied in batch {
        let leaf = hasher.leaf(applied.bytes)
        grown.append(leaf, hasher: hasher)
        try projection.write(applied, leaf: leaf)
      }
      try projection.finish()
      try db.cachedStatement(sql: "UPDATE progress SET position = ?, peaks = ?").execute(
        arguments: [last.entry.position + 1, Data(grown.peaks.flatMap(\.bytes))])
      if let snapshot { try Self.write(snapshot, db) }
    }
    tree = grown
    front.reach(last.entry.position + 1)
  }

  /// Entries before this position are decided and on their way here: looks wait for them.
  package func expect(_ position: Int64) { front.expect(position) }

  /// Called whenever a look begins to wait for what is on its way. It must not wait itself.
  package func onWait(_ body: @escaping @Sendable () -> Void) { front.onWait(body) }

  /// They will not come any more: looks fail from now on.
  package func fail(_ error: any Error) { front.fail(error) }

  /// One look at the file, of one moment; nothing that was expected before is missing in it.
  func read<T>(_ body: (Database) throws -> T) throws -> T {
    try front.wait()
    return try pool.read(body)
  }

  private static func write(_ snapshot: Snapshot, _ db: Database) throws {
    try db.execute(
      sql: "INSERT INTO snapshots VALUES (?, ?, ?, ?)",
      arguments: [snapshot.position, snapshot.round, snapshot.digest, Data(snapshot.state)])
    try db.execute(
      sql: """
        DELETE FROM snapshots WHERE position NOT IN
        (SELECT position FROM snapshots ORDER BY position DESC LIMIT ?)
        """, arguments: [snapshotsKept])
  }

  // MARK: Starting

  /// Position of the next entry, and the tree over all before it.
  package func progress() throws -> (position: Int64, tree: MerkleTree) {
    let row = try read { db in
      try Row.fetchOne(db, sql: "SELECT position, peaks FROM progress")
    }
    guard let row else { throw LedgerStoreError.corrupt(path: path, what: "no progress") }
    let position: Int64 = row["position"]
    return (position, try Self.tree(position, row["peaks"] as Data, path))
  }

  static func tree(_ position: Int64, _ stored: Data, _ path: String) throws -> MerkleTree {
    let bytes = [UInt8](stored)
    let peaks = stride(from: 0, to: bytes.count, by: 32).compactMap {
      Digest(bytes[$0..<min($0 + 32, bytes.count)])
    }
    guard let tree = MerkleTree(size: UInt64(position), peaks: peaks) else {
      throw LedgerStoreError.corrupt(path: path, what: "the tree does not fit the position")
    }
    return tree
  }

  /// Positions of the snapshots whose digest a seal carries, the newest first. Another snapshot
  /// proves nothing: whoever can write a state can write its digest.
  package func sealedSnapshots() throws -> [Int64] {
    try read { db in
      try Int64.fetchAll(
        db,
        sql: """
          SELECT position FROM snapshots s WHERE EXISTS (
            SELECT 1 FROM seals l WHERE l.state = s.digest
              AND s.position - 1 BETWEEN l.first AND l.last)
          ORDER BY position DESC
          """)
    }
  }

  /// Positions of all snapshots, ascending.
  package func snapshotPositions() throws -> [Int64] {
    try read { db in
      try Int64.fetchAll(db, sql: "SELECT position FROM snapshots ORDER BY position")
    }
  }

  /// The last close of a round whose state is kept: position after it, and the state's digest.
  package func lastSnapshot() throws -> (position: Int64, digest: String)? {
    try read { db in
      try Row.fetchOne(
        db, sql: "SELECT position, digest FROM snapshots ORDER BY position DESC"
      ).map { ($0["position"], $0["digest"]) }
    }
  }

  /// The snapshot that was taken before this entry.
  package func snapshot(position: Int64) throws -> Snapshot? {
    try read { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM snapshots WHERE position = ?", arguments: [position]
      ).map(Self.snapshot)
    }
  }

  /// The last position that a seal covers; -1 when there is none.
  package func sealedThrough() throws -> Int64 {
    try read { db in try Int64.fetchOne(db, sql: "SELECT max(last) FROM seals") ?? -1 }
  }

  /// The state at the close of a round, if it is still kept.
  package func snapshot(round: Int64) throws -> Snapshot? {
    try read { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM snapshots WHERE round = ? ORDER BY position DESC",
        arguments: [round]
      ).map(Self.snapshot)
    }
  }

  private static func snapshot(_ row: Row) -> Snapshot {
    Snapshot(
      position: row["position"], round: row["round"], digest: row["digest"],
      state: [UInt8](row["state"] as Data))
  }

  /// Canonical entries from a position on, ascending.
  package func entries(from position: Int64, limit: Int) throws -> [(Int64, [UInt8])] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: "SELECT position, bytes FROM entries WHERE position >= ? ORDER BY position LIMIT ?",
        arguments: [position, limit]
      ).map { ($0["position"], Array(($0["bytes"] as String).utf8)) }
    }
  }

  // MARK: Copies

  /// Writes a copy that stock `sqlite3` opens from a read-only folder, and its digest beside it
  /// (decisions.md, 37).
  /// - Returns: SHA-256 of the copy.
  package func publish(to copy: String) throws -> String {
    try LedgerCopy.publish(path, to: copy)
  }

  /// Folds the write-ahead log into the file and closes it.
  package func close() throws {
    try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.passive) }
    try pool.close()
  }
}
