import Foundation
import GRDB
import Transparency
import Units

/// An entry as the file keeps it.
package struct ArchivedEntry: Sendable {
  package var position: Int64
  /// ms.
  package var time: Int64
  package var epoch: Int64
  /// Of its command.
  package var id: String
  package var by: String
  package var role: String
  package var kind: String
  package var refusal: Int64?
  /// SHA-256 of its leaf in the tree, hexadecimal.
  package var leaf: String
  /// Canonical.
  package var bytes: [UInt8]
}

/// What an entry caused, as the file keeps it.
package struct ArchivedEvent: Sendable {
  package var index: Int64
  package var name: String
  /// Its record, canonical: what stands under `what`.
  package var record: [UInt8]
}

/// A ledger file or a published copy of one, read past everything else at one moment: nothing is written,
/// and nothing is made beside the file.
package struct LedgerArchive {
  private let db: Database
  /// Applied entries.
  package let entries: Int64
  /// Positions of its snapshots, ascending.
  package let snapshots: [Int64]
  /// Of the last one, ms; 0 without entries.
  package let time: Int64
  /// Of the tree over all of them, hexadecimal.
  package let root: String
  /// SHA-256 of the leaf of entry 0, hexadecimal: which ledger it is.
  package let genesis: String

  private init(_ db: Database, _ path: String) throws {
    self.db = db
    let row = try Row.fetchOne(db, sql: "SELECT position, peaks FROM progress")
    guard let row else { throw LedgerStoreError.corrupt(path: path, what: "no progress") }
    entries = row["position"]
    let tree = try LedgerStore.tree(entries, row["peaks"] as Data, path)
    snapshots = try Int64.fetchAll(db, sql: "SELECT position FROM snapshots ORDER BY position")
    root = tree.root(hasher: SHA256Hasher()).hex
    time =
      try Int64.fetchOne(db, sql: "SELECT time FROM entries ORDER BY position DESC LIMIT 1") ?? 0
    genesis =
      try String.fetchOne(db, sql: "SELECT lower(hex(leaf)) FROM entries WHERE position = 0") ?? ""
  }

  /// Reads a file at one moment.
  /// - Throws: `LedgerStoreError.notALedger` for anything else than a ledger file.
  package static func read<T>(path: String, _ body: (LedgerArchive) throws -> T) throws -> T {
    guard FileManager.default.fileExists(atPath: path) else {
      throw LedgerStoreError.notALedger(path: path)
    }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let value = try queue.read { db in
        guard try db.tableExists("progress"), try db.tableExists("entries") else {
          throw LedgerStoreError.notALedger(path: path)
        }
        return try body(LedgerArchive(db, path))
      }
      try queue.close()
      return value
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw LedgerStoreError.notALedger(path: path)
    }
  }

  /// The first position that is not before a time; the number of entries when all are.
  package func position(notBefore time: Int64) throws -> Int64 {
    try LedgerStore.firstPosition(db, notBefore: time)
  }

  /// Gives the entries of `range`, ascending.
  package func entries(
    in range: Range<Int64>, _ body: (ArchivedEntry) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT *, lower(hex(leaf)) AS leaf_hex FROM entries
        WHERE position >= ? AND position < ? ORDER BY position
        """, arguments: [range.lowerBound, range.upperBound])
    while let row = try rows.next() { try body(Self.entry(row)) }
  }

  /// Gives the events of these names in `range`, in their order, each with its entry.
  package func events(
    named names: [String], in range: Range<Int64>,
    _ body: (ArchivedEntry, ArchivedEvent) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT e.*, lower(hex(e.leaf)) AS leaf_hex, v.i, v.name, v.bytes AS event
        FROM events v JOIN entries e ON e.position = v.position
        WHERE v.position >= ? AND v.position < ?
          AND v.name IN (SELECT value FROM json_each(?)) ORDER BY v.position, v.i
        """, arguments: [range.lowerBound, range.upperBound, Self.list(names)])
    while let row = try rows.next() { try body(Self.entry(row), Self.event(row)) }
  }

  /// The events of these names that one entry caused, in their order.
  package func events(named names: [String], at position: Int64) throws -> [ArchivedEvent] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT i, name, bytes AS event FROM events
        WHERE position = ? AND name IN (SELECT value FROM json_each(?)) ORDER BY i
        """, arguments: [position, Self.list(names)]
    ).map(Self.event)
  }

  /// The canonical events of each entry of `range`, ascending.
  func events(in range: Range<Int64>) throws -> [(position: Int64, events: [[UInt8]])] {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT position, bytes FROM events WHERE position >= ? AND position < ?
        ORDER BY position, i
        """, arguments: [range.lowerBound, range.upperBound])
    var found: [(position: Int64, events: [[UInt8]])] = []
    while let row = try rows.next() {
      let (position, bytes): (Int64, String) = (row["position"], row["bytes"])
      if found.last?.position != position { found.append((position, [])) }
      found[found.count - 1].events.append(Array(bytes.utf8))
    }
    return found
  }

  /// The position of the entry that ordered a lease; nil when there is no such lease.
  package func orderOfLease(_ id: String) throws -> Int64? {
    try Int64.fetchOne(db, sql: "SELECT position FROM leases WHERE id = ?", arguments: [id])
  }

  /// When a lease was said to end, and where in the log that was said.
  package struct LeaseEnd: Sendable {
    package var position: Int64
    /// ms.
    package var endedAt: Int64?
  }

  /// The ends of leases that were said with this cause, by lease. Reads all events.
  package func leaseChanges(becauseOf cause: String) throws -> [String: [LeaseEnd]] {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT position, bytes ->> '$.what.lease' AS lease, bytes ->> '$.what.endedAt' AS ended
        FROM events WHERE name = 'lease-changed' AND bytes ->> '$.what.cause' = ?
        ORDER BY position, i
        """, arguments: [cause])
    var ends: [String: [LeaseEnd]] = [:]
    while let row = try rows.next() {
      ends[row["lease"], default: []].append(
        LeaseEnd(position: row["position"], endedAt: row["ended"]))
    }
    return ends
  }

  private static func list(_ names: [String]) -> String {
    "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]"
  }

  private static func entry(_ row: Row) -> ArchivedEntry {
    ArchivedEntry(
      position: row["position"], time: row["time"], epoch: row["epoch"], id: row["id"],
      by: row["by"], role: row["role"], kind: row["kind"], refusal: row["refusal"],
      leaf: row["leaf_hex"], bytes: Array((row["bytes"] as String).utf8))
  }

  private static func event(_ row: Row) -> ArchivedEvent {
    ArchivedEvent(
      index: row["i"], name: row["name"],
      record: Array(Projection.record(in: Array((row["event"] as String).utf8))))
  }
}
