import Foundation
import GRDB

/// What one replica has ordered and its ledger file does not hold yet: entries in their order, each
/// batch on the disk before anybody is told of it.
///
/// It lies beside the ledger file and belongs to it, as the write-ahead log of a database does. The
/// ledger file takes its rows later and in larger pieces, so an entry costs an append here before it
/// is answered, and no page of an index. Written by one thread.
package final class LogFile: Sendable {
  package let path: String
  private let queue: DatabaseQueue

  /// The log that belongs to a ledger file.
  package static func path(of ledger: String) -> String { ledger + "-log" }

  /// Opens the log, or makes it. It is readable by its owner alone.
  package init(path: String) throws {
    self.path = path
    if !FileManager.default.fileExists(atPath: path) {
      guard
        FileManager.default.createFile(
          atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
      else { throw CocoaError(.fileWriteUnknown) }
    }
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = FULL;
          CREATE TABLE IF NOT EXISTS entries (
            position INTEGER PRIMARY KEY, bytes TEXT NOT NULL) STRICT;
          """)
    }
  }

  /// Writes canonical entries durably and lets go of those before a position, in one transaction.
  package func append(_ entries: [(position: Int64, bytes: [UInt8])], keeping first: Int64) throws {
    try queue.write { db in
      try db.cachedStatement(sql: "DELETE FROM entries WHERE position < ?").execute(
        arguments: [first])
      let insert = try BoundStatement(db, "INSERT INTO entries VALUES (?, ?)")
      for (position, bytes) in entries { try insert.int(position).text(bytes).run() }
    }
  }

  /// Canonical entries from a position on, ascending.
  package func entries(from position: Int64) throws -> [(position: Int64, bytes: [UInt8])] {
    try queue.read { db in
      try Row.fetchAll(
        db, sql: "SELECT position, bytes FROM entries WHERE position >= ? ORDER BY position",
        arguments: [position]
      ).map { ($0["position"], Array(($0["bytes"] as String).utf8)) }
    }
  }

  /// Lets go of everything: the ledger file holds all of it.
  package func empty() throws {
    try queue.write { db in try db.execute(sql: "DELETE FROM entries") }
  }

  package func close() throws { try queue.close() }
}
