import Foundation
import GRDB

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
}

extension LedgerStore {
  /// The stamp of the last entry, ms; 0 when there is none.
  package func lastTime() throws -> Int64 {
    try read { db in
      try Int64.fetchOne(db, sql: "SELECT time FROM entries ORDER BY position DESC LIMIT 1") ?? 0
    }
  }
}
