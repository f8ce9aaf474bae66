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

  /// What the log says of a lease, in order: its site, the bid, the trade, the lease and what became of it, its
  /// readings, and the evidence by which its site might hold the bid's class of data. Empty when there is no
  /// such lease.
  /// Of evidence the last before the trade counts, and what came while the lease lasted.
  /// - Parameters:
  ///   - after: what stands at or before this position is left out.
  ///   - limit: about so many; the events of one entry stay together.
  package func evidence(
    ofLease id: String, after: Int64, limit: Int
  ) throws -> [StoredEvent] {
    try read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          WITH one AS (
            SELECT l.id, l.bid, l.trade, l.position, l.site || '/' AS place,
              COALESCE(l.ended, l.finish) AS finish,
              l.site || '/' || json_extract(b.body, '$.terms.dataClass') AS class
            FROM leases l JOIN bids b ON b.seq = l.bid WHERE l.id = :lease),
          places AS (
            SELECT t.position, t.i FROM traces t JOIN one ON t.subject IN (one.id, one.place)
            UNION SELECT v.position, v.i FROM one JOIN events v
              ON v.position = one.bid AND v.name = 'bid-placed'
            UNION SELECT v.position, v.i FROM one JOIN trades d ON d.id = one.trade JOIN events v
              ON v.position = d.position AND v.name = 'traded'
                AND json_extract(v.bytes, '$.what.id') = d.id
            UNION SELECT v.position, v.i FROM one JOIN readings r ON r.lease = one.id JOIN events v
              ON v.position = r.position AND v.name = 'reading-accepted'
                AND json_extract(v.bytes, '$.what.lease') = r.lease
                AND json_extract(v.bytes, '$.what.from') = r.start
            UNION SELECT t.position, t.i FROM one JOIN traces t ON t.subject = one.class
              WHERE t.position > one.position
                AND (SELECT time FROM entries e WHERE e.position = t.position) < one.finish
                OR t.position = (SELECT max(position) FROM traces
                  WHERE subject = one.class AND position < one.position))
          SELECT p.position, p.i, v.bytes FROM places p
            JOIN events v ON v.position = p.position AND v.i = p.i
            WHERE p.position > :after ORDER BY p.position, p.i
          """, arguments: ["lease": id, "after": after])
      var found: [StoredEvent] = []
      while let row = try rows.next() {
        let position: Int64 = row["position"]
        if found.count >= limit, found.last?.position != position { break }
        found.append(
          StoredEvent(
            position: position, index: row["i"], bytes: Array((row["bytes"] as String).utf8)))
      }
      return found
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
