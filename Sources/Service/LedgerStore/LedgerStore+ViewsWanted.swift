import GRDB
import Units

/// What a site is to hold at a time.
package struct WantedRows: Sendable {
  /// Of the last change to it; see `LedgerStore.wantedPosition`.
  package var position: Int64
  package var leases: [LeaseRow]
  /// The tenants of the leases in the order of their names, each with its traders, oldest first.
  package var traders: [(tenant: String, members: [String])]
}

extension LedgerStore {
  /// The leases that a site is to hold, and who of their tenants may use them. A lease leaves the set
  /// when its agent has closed it, or when it is long over.
  /// - Parameter now: ms.
  package func wanted(site: String, now: Int64) async throws -> WantedRows {
    try await look { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM leases WHERE site = ? AND settled = 0 AND phase <> 'closed'
            AND coalesce(ended, finish) > ? ORDER BY start, position, id
          """, arguments: [site, now - Span.hour])
      let tenants = Set(rows.map { $0["party"] as String }).sorted()
      let traders = try tenants.map { tenant in
        let members = try String.fetchAll(
          db,
          sql: """
            SELECT id FROM principals WHERE party = ? AND ' ' || roles || ' ' LIKE '% trader %'
              ORDER BY position, id
            """, arguments: [tenant])
        return (tenant: tenant, members: members)
      }
      return WantedRows(
        position: try Self.wantedPosition(db, site), leases: try rows.map(Self.lease),
        traders: traders)
    }
  }

  /// The position of the last change to any lease of a site, or to who there is of the parties that
  /// ever had one there; 0 when there never was a lease. It never falls.
  package func wantedPosition(site: String) async throws -> Int64 {
    try await look { try Self.wantedPosition($0, site) }
  }

  private static func wantedPosition(_ db: Database, _ site: String) throws -> Int64 {
    try Int64.fetchOne(
      db,
      sql: """
        SELECT max(
          (SELECT coalesce(max(changed), 0) FROM leases WHERE site = ?1),
          (SELECT coalesce(max(position), 0) FROM principals
            WHERE party IN (SELECT party FROM leases WHERE site = ?1)))
        """, arguments: [site]) ?? 0
  }
}
