import Foundation
import GRDB

/// An event where it stands.
package struct StoredEvent: Sendable {
  package var position: Int64
  package var index: Int
  /// Canonical.
  package var bytes: [UInt8]
}

extension LedgerStore {
  /// The event by which a lease was sold; nil when there is no such lease.
  package func trade(ofLease id: String) throws -> StoredEvent? {
    try read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT v.position, v.i, v.bytes FROM leases l JOIN trades t ON t.id = l.trade
          JOIN events v ON v.position = t.position AND v.name = 'traded'
            AND json_extract(v.bytes, '$.what.id') = t.id
          WHERE l.id = ?
          """, arguments: [id])
      return row.map {
        StoredEvent(
          position: $0["position"], index: $0["i"], bytes: Array(($0["bytes"] as String).utf8))
      }
    }
  }

  /// The seal that covers a position, with the range that it covers; nil when none does yet.
  package func seal(
    covering position: Int64
  ) throws -> (position: Int64, range: ClosedRange<Int64>)? {
    try read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT position, first, last FROM seals
          WHERE position > ? AND first <= ? AND last >= ? ORDER BY position LIMIT 1
          """, arguments: [position, position, position])
      return row.map { ($0["position"], ($0["first"] as Int64)...($0["last"] as Int64)) }
    }
  }
}
