import GRDB
package import Units

/// A dispute and how it stands.
package struct DisputeRow: Sendable {
  package var number: Int64
  package var lease: String
  package var day: Int64
  package var party: String
  package var centre: String
  /// By the tenant's own reading; GPU-ms.
  package var claimed: Int64?
  /// By the charge, corrections left out; nil while the day waits.
  package var charged: Int64?
  /// `open`, `upheld`, `rejected`.
  package var state: String
  /// As decided.
  package var delivered: Int64?
  package var opened: Int64
  package var decided: Int64?
  /// What the tenant got back, fee included; minor units of its currency.
  package var corrected: Int64
  package var currency: Currency
  package var evidence: [Evidence]

  /// What one side showed.
  package struct Evidence: Sendable {
    package var party: String
    package var digest: String
    package var time: Int64
  }
}

extension LedgerStore {
  /// Disputes, the latest first.
  /// - Parameter state: of the table; nil: all.
  package func disputes(
    _ scope: Scope, state: String?, before: Int64?, limit: Int
  ) async throws -> [DisputeRow] {
    try await look { db in
      try Row.fetchAll(
        db,
        sql: Self.selectDisputes
          + """
          WHERE d.number < ?1 AND (?2 IS NULL OR d.party = ?2 OR d.centre = ?2)
            AND (?3 IS NULL OR d.state = ?3) ORDER BY d.number DESC LIMIT ?4
          """, arguments: [before ?? Int64.max, scope.party, state, limit]
      ).map { try Self.dispute($0, db) }
    }
  }

  /// A dispute; nil also when it is not in the scope.
  package func dispute(_ number: Int64, _ scope: Scope) async throws -> DisputeRow? {
    try await look { db in
      try Row.fetchOne(
        db,
        sql: Self.selectDisputes
          + "WHERE d.number = ?1 AND (?2 IS NULL OR d.party = ?2 OR d.centre = ?2)",
        arguments: [number, scope.party]
      ).map { try Self.dispute($0, db) }
    }
  }

  private static let selectDisputes = """
    SELECT d.*, l.currency AS currency, c.delivered AS charged,
      (SELECT coalesce(sum(k.tenant + k.fee), 0) FROM corrections k WHERE k.dispute = d.number)
        AS corrected
    FROM disputes d JOIN leases l ON l.id = d.lease
    LEFT JOIN charges c ON c.lease = d.lease AND c.day = d.day

    """

  private static func dispute(_ row: Row, _ db: Database) throws -> DisputeRow {
    let number: Int64 = row["number"]
    let evidence = try Row.fetchAll(
      db, sql: "SELECT party, digest, time FROM evidence WHERE dispute = ? ORDER BY position",
      arguments: [number]
    ).map { DisputeRow.Evidence(party: $0["party"], digest: $0["digest"], time: $0["time"]) }
    return DisputeRow(
      number: number, lease: row["lease"], day: row["day"], party: row["party"],
      centre: row["centre"], claimed: row["claimed"], charged: row["charged"],
      state: row["state"], delivered: row["delivered"], opened: row["opened"],
      decided: row["decided"], corrected: row["corrected"],
      currency: try row.choice("currency"), evidence: evidence)
  }
}
