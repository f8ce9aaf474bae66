import Foundation
import GRDB
package import Ledger
package import Transparency
import Units

extension LedgerStore {
  /// The entries with these command ids, as far as there ever were such, with their refusals (not
  /// their other events). Of what the file holds: what is only expected is not waited for.
  package func entries(ids: [String]) throws -> [String: AppliedEntry] {
    try pool.read { db in
      let lookup = try BoundStatement(db, "SELECT 1 FROM entries WHERE id = ?")
      var found: [String: AppliedEntry] = [:]
      for id in ids where try lookup.text(id).finds() {
        guard
          let row = try Row.fetchOne(
            db,
            sql: """
              SELECT e.bytes, e.refusal, json_extract(v.bytes, '$.what.leg') AS leg
              FROM entries e LEFT JOIN events v ON e.refusal IS NOT NULL
                AND v.position = e.position AND v.i = 0
              WHERE e.id = ?
              """, arguments: [id])
        else { continue }
        let bytes = Array((row["bytes"] as String).utf8)
        var events: [Event] = []
        if let number = row["refusal"] as Int64?, let code = Refusal(rawValue: number) {
          var refused = CommandRefused()
          refused.code = code
          refused.leg = (row["leg"] as Int64?).map { Int($0) }
          events = [.refused(refused)]
        }
        found[id] = AppliedEntry(entry: try Entry.decode(bytes), bytes: bytes, events: events)
      }
      return found
    }
  }

  /// The seal that the log has at a position, and the digest of the state that this file has for it;
  /// nil when there is no seal.
  package func seal(at position: Int64) throws -> (terms: SealTerms, state: String?)? {
    try read { db in
      guard
        let row = try Row.fetchOne(
          db, sql: "SELECT first, last, events, state FROM seals WHERE position = ?",
          arguments: [position])
      else { return nil }
      var terms = SealTerms()
      terms.from = row["first"]
      terms.to = row["last"]
      terms.events = row["events"]
      terms.state = row["state"]
      // A snapshot is named after the position that follows the close.
      let state = try String.fetchOne(
        db,
        sql: """
          SELECT digest FROM snapshots WHERE position BETWEEN ? AND ? ORDER BY position DESC LIMIT 1
          """, arguments: [terms.from + 1, terms.to + 1])
      return (terms, state)
    }
  }

  /// Leaf hashes of the tree from a position on, ascending.
  package func leaves(from position: Int64, limit: Int) throws -> [Transparency.Digest] {
    try read { db in
      let rows = try Data.fetchAll(
        db, sql: "SELECT leaf FROM entries WHERE position >= ? ORDER BY position LIMIT ?",
        arguments: [position, limit])
      return try rows.map { row in
        guard let leaf = Transparency.Digest(Array(row)) else {
          throw LedgerStoreError.corrupt(path: path, what: "a leaf is no hash")
        }
        return leaf
      }
    }
  }

  /// The canonical events of each position, ascending.
  package func events(from: Int64, to: Int64) throws -> [(Int64, [[UInt8]])] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT e.position, v.bytes FROM entries e LEFT JOIN events v ON v.position = e.position
          WHERE e.position BETWEEN ? AND ? ORDER BY e.position, v.i
          """, arguments: [from, to])
      var result: [(Int64, [[UInt8]])] = []
      for row in rows {
        let position: Int64 = row["position"]
        if result.last?.0 != position { result.append((position, [])) }
        if let bytes = row["bytes"] as String? {
          result[result.count - 1].1.append(Array(bytes.utf8))
        }
      }
      return result
    }
  }
}
