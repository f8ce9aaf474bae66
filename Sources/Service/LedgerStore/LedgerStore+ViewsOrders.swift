import GRDB
package import Leases
package import Market
import Units

/// A bid as it was placed, and what came of it.
package struct BidRow: Sendable {
  package var bid: Bid
  /// `open`, `cancelling`, `cancelled`, `expired`, `filled`.
  package var state: String
  package var hold: Int64
  /// The round that filled it; while it stands, the next that will look at it.
  package var round: Int64?
  package var leases: [LeaseRow]

  package var isStanding: Bool { state == "open" || state == "cancelling" }
}

/// A lease as it was ordered, and how far it is.
package struct LeaseRow: Sendable {
  /// As ordered.
  package var lease: Lease
  package var phase: Lease.Phase
  package var ended: Int64?
  package var delivered: Int64
  package var used: Int64
  /// Fee included, minor units of the tenant's currency.
  package var charged: Int64
  /// What an award paid beside it.
  package var fund: Int64
  /// Of the entry that ordered it.
  package var position: Int64
  /// Of the last entry that changed it.
  package var changed: Int64
}

extension LedgerStore {
  // MARK: Bids

  /// Bids, the latest first.
  /// - Parameters:
  ///   - states: of the table; nil: all.
  ///   - round: only bids that it filled.
  package func bids(
    _ scope: Scope, states: [String]?, round: Int64?, before: Int64?, limit: Int
  ) async throws -> [BidRow] {
    try await look { db in
      var sql = "SELECT * FROM bids WHERE seq < ?"
      var arguments: StatementArguments = [before ?? Int64.max]
      if let party = scope.party {
        sql += " AND party = ?"
        arguments += [party]
      }
      if let states {
        sql += " AND state IN (\(states.map { _ in "?" }.joined(separator: ", ")))"
        arguments += StatementArguments(states)
      }
      if let round {
        sql += " AND round = ?"
        arguments += [round]
      }
      arguments += [limit]
      let last = try Self.lastRound(db)
      return try Row.fetchAll(db, sql: sql + " ORDER BY seq DESC LIMIT ?", arguments: arguments)
        .map { try Self.bid($0, last, db) }
    }
  }

  /// A bid; nil also when it is not in the scope.
  package func bid(_ seq: Int64, _ scope: Scope) async throws -> BidRow? {
    try await look { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM bids WHERE seq = ?1 AND (?2 IS NULL OR party = ?2)",
        arguments: [seq, scope.party]
      ).map { try Self.bid($0, Self.lastRound(db), db) }
    }
  }

  private static func bid(_ row: Row, _ last: LastRound?, _ db: Database) throws -> BidRow {
    var bid = BidRow(
      bid: try row.record("body"), state: row["state"], hold: row["hold"], round: row["round"],
      leases: [])
    if bid.isStanding {
      bid.round = nextRound(for: bid.bid.seq, last)
    } else {
      bid.hold = 0
    }
    guard bid.state == "filled" else { return bid }
    bid.leases = try Row.fetchAll(
      db, sql: "SELECT * FROM leases WHERE bid = ? ORDER BY position, length(id), id",
      arguments: [bid.bid.seq]
    ).map(lease)
    return bid
  }

  private struct LastRound {
    var number: Int64
    var isClosed: Bool
    var closedPosition: Int64
  }

  /// The last round that was closed.
  private static func lastRound(_ db: Database) throws -> LastRound? {
    try Row.fetchOne(
      db, sql: "SELECT round, state, closed_position FROM rounds ORDER BY round DESC LIMIT 1"
    ).map {
      LastRound(
        number: $0["round"], isClosed: $0["state"] as String == "closed",
        closedPosition: $0["closed_position"])
    }
  }

  /// The closed round that has the bid in its book, or the one that is open after it.
  private static func nextRound(for bid: Int64, _ last: LastRound?) -> Int64 {
    guard let last else { return 1 }
    return last.isClosed && bid < last.closedPosition ? last.number : last.number + 1
  }

  // MARK: Leases

  /// Leases, the latest first.
  /// - Parameter before: key of the last one of the page ahead.
  package func leases(
    _ scope: Scope, phase: Lease.Phase?, before: (position: Int64, id: String)?, limit: Int
  ) async throws -> [LeaseRow] {
    let (position, id) = before ?? (Int64.max, "")
    return try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM leases WHERE (position, id) < (?1, ?2)
            AND (?3 IS NULL OR party = ?3 OR centre = ?3) AND (?4 IS NULL OR site = ?4)
            AND (?5 IS NULL OR phase = ?5) ORDER BY position DESC, id DESC LIMIT ?6
          """, arguments: [position, id, scope.party, scope.site, phase?.rawValue, limit]
      ).map(Self.lease)
    }
  }

  /// A lease; nil also when it is not in the scope.
  package func lease(_ id: String, _ scope: Scope) async throws -> LeaseRow? {
    try await look { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT * FROM leases WHERE id = ?1
            AND (?2 IS NULL OR party = ?2 OR centre = ?2) AND (?3 IS NULL OR site = ?3)
          """, arguments: [id, scope.party, scope.site]
      ).map(Self.lease)
    }
  }

  static func lease(_ row: Row) throws -> LeaseRow {
    LeaseRow(
      lease: try row.record("body"), phase: try row.choice("phase"), ended: row["ended"],
      delivered: row["delivered"], used: row["used"],
      charged: (row["charged"] as Int64) + (row["fee"] as Int64), fund: row["fund"],
      position: row["position"],
      changed: row["changed"])
  }
}
