import Foundation
import GRDB
import Transparency

/// A copy of a ledger file to work on, made by SQLite itself from a read-only connection.
package enum LedgerCopy {
  /// - Parameter path: of a live file or a published copy; it is not changed.
  package static func make(of path: String, at copy: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "VACUUM INTO ?", arguments: [copy])
    }
    try queue.close()
  }

  /// Makes a copy that is whole when it is there, readable by everybody, with its digest beside it.
  /// - Returns: SHA-256 of the copy.
  package static func publish(_ path: String, to copy: String) throws -> String {
    let part = copy + ".part"
    try? FileManager.default.removeItem(atPath: part)
    try make(of: path, at: part)
    let digest = try SHA256Hasher.hex(file: part)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: part)
    try Data("\(digest)  \((copy as NSString).lastPathComponent)\n".utf8).write(
      to: URL(fileURLWithPath: copy + ".sha256"), options: .atomic)
    guard rename(part, copy) == 0 else { throw CocoaError(.fileWriteUnknown) }
    return digest
  }

  /// How far a file is that nobody writes to, and what it ends with. Leaves no trace on it.
  package static func summary(of path: String) throws -> LedgerSummary {
    var configuration = Configuration()
    configuration.readonly = true
    let queue: DatabaseQueue
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw LedgerStoreError.notALedger(path: path)
    }
    defer { try? queue.close() }
    return try queue.read { db in
      guard try db.tableExists("progress"), try db.tableExists("seals"),
        let row = try Row.fetchOne(db, sql: "SELECT position, projection, peaks FROM progress")
      else { throw LedgerStoreError.notALedger(path: path) }
      let projection: Int = row["projection"]
      guard projection == Schema.projectionVersion else {
        throw LedgerStoreError.otherProjection(
          path: path, found: projection, known: Schema.projectionVersion)
      }
      let position: Int64 = row["position"]
      let tree = try LedgerStore.tree(position, row["peaks"] as Data, path)
      let seal = try Int64.fetchOne(
        db, sql: "SELECT position FROM seals WHERE state IS NOT NULL ORDER BY position DESC")
      let ends = try [position - 1, seal].compactMap(\.self).compactMap { position in
        try String.fetchOne(
          db, sql: "SELECT bytes FROM entries WHERE position = ?", arguments: [position]
        ).map { (position, Array($0.utf8)) }
      }
      return LedgerSummary(
        size: position, root: tree.root(hasher: SHA256Hasher()).hex, marks: ends)
    }
  }

  /// SHA-256 of a file as lower-case hexadecimal text.
  package static func digest(of path: String) throws -> String {
    try SHA256Hasher.hex(file: path)
  }
}

/// How far a ledger file is.
package struct LedgerSummary: Sendable {
  /// Number of entries.
  package var size: Int64
  /// RFC 6962 root over them, lower-case hexadecimal.
  package var root: String
  /// Canonical bytes of the last entry and of the last seal that carries the digest of a state: what
  /// another replica must have at the same positions.
  package var marks: [(position: Int64, bytes: [UInt8])]
}

extension LedgerStore {
  /// The first entry that was stamped at this time or later; the position after the last when there is none.
  package func position(since time: Int64) throws -> Int64 {
    try read { db in try Self.firstPosition(db, notBefore: time) }
  }

  /// The stamp of the last entry, ms; 0 when there is none.
  package func lastTime() throws -> Int64 {
    try read { db in
      try Int64.fetchOne(db, sql: "SELECT time FROM entries ORDER BY position DESC LIMIT 1") ?? 0
    }
  }
}
