import GRDB
import Ledger
package import Units

/// What a fund did in a year, and how its awards stood at the end of it. All of it follows from entries
/// before that end, so that a year that is over looks the same for ever.
package struct FundYearRow: Sendable {
  package var fund: String
  package var currency: Currency
  package var calls: [CallYearRow]
  /// Applications that came in the year, by what was decided in it, and what waited at its end.
  package var received: Int64
  package var granted: Int64
  package var declined: Int64
  package var waiting: Int64
  /// From application to decision, of what was decided in the year; ms, ascending.
  package var waits: [Int64]
  package var awards: [AwardYearRow]
  package var use: [SchemeUseRow]
}

/// A call that was opened in the year.
package struct CallYearRow: Sendable {
  package var call: String
  package var opened: Int64
  package var closes: Int64
  package var amount: Int64
  package var applications: Int64
  package var awards: Int64
  package var awarded: Int64
}

/// An award that was granted before the end of the year: amount = paid + held + left + returned.
package struct AwardYearRow: Sendable {
  package var award: String
  package var party: String
  package var granted: Int64
  package var amount: Int64
  package var paid: Int64
  package var held: Int64
  package var left: Int64
  package var returned: Int64
  /// Of what was paid, so much came back from the tenant.
  package var clawed: Int64
  /// In the year alone: paid, delivered, used.
  package var paidInYear: Int64
  package var delivered: Int64
  package var used: Int64
  /// When the progress report came.
  package var reported: Int64?
}

/// Where the GPU time was that a fund paid a share of in the year.
package struct SchemeUseRow: Sendable {
  package var site: String
  package var centre: String
  package var chip: String
  package var leases: Int64
  package var delivered: Int64
  package var used: Int64
  package var paid: Int64
}

extension LedgerStore {
  /// The funds of a scope, by id.
  /// - Parameter fund: only this one; nil: all.
  package func fundYears(
    from: Int64, until: Int64, fund: String?, _ scope: Scope
  ) async throws -> [FundYearRow] {
    try await look { db in
      let range = try Self.positions(from: from, until: until, db)
      return try Row.fetchAll(
        db,
        sql: """
          SELECT id, currency FROM parties WHERE kind = 'fund' AND position < ?1
            AND (?2 IS NULL OR id = ?2) AND (?3 IS NULL OR id = ?3) ORDER BY id
          """, arguments: [range.upperBound, fund, scope.party]
      ).map { try Self.year(of: $0["id"], try $0.choice("currency"), range, db) }
    }
  }

  private static func year(
    of fund: String, _ currency: Currency, _ range: Range<Int64>, _ db: Database
  ) throws -> FundYearRow {
    let bounds: StatementArguments = [fund, range.lowerBound, range.upperBound]
    let counts = try Row.fetchOne(
      db,
      sql: """
        SELECT coalesce(sum(position >= ?2), 0) AS received,
          coalesce(sum(decided >= ?2 AND decided < ?3 AND award IS NOT NULL), 0) AS granted,
          coalesce(sum(decided >= ?2 AND decided < ?3 AND award IS NULL), 0) AS declined,
          coalesce(sum(decided IS NULL OR decided >= ?3), 0) AS waiting
        FROM applications WHERE fund = ?1 AND position < ?3
        """, arguments: bounds)
    let waits = try Int64.fetchAll(
      db,
      sql: """
        SELECT d.time - e.time AS wait FROM applications a JOIN entries e ON e.position = a.position
          JOIN entries d ON d.position = a.decided
        WHERE a.fund = ?1 AND a.decided >= ?2 AND a.decided < ?3 ORDER BY wait
        """, arguments: bounds)
    return FundYearRow(
      fund: fund, currency: currency, calls: try calls(bounds, db),
      received: counts?["received"] ?? 0, granted: counts?["granted"] ?? 0,
      declined: counts?["declined"] ?? 0, waiting: counts?["waiting"] ?? 0, waits: waits,
      awards: try awards(bounds, db), use: try use(bounds, db))
  }

  private static func calls(
    _ bounds: StatementArguments, _ db: Database
  ) throws -> [CallYearRow] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT c.body, e.time,
          (SELECT count(*) FROM applications a WHERE a.call = c.seq AND a.position < ?3) AS applied,
          (SELECT count(*) FROM awards w JOIN applications a ON a.seq = w.application
            WHERE a.call = c.seq AND w.position < ?3) AS granted,
          (SELECT coalesce(sum(w.amount), 0) FROM awards w JOIN applications a
            ON a.seq = w.application WHERE a.call = c.seq AND w.position < ?3) AS awarded
        FROM calls c JOIN entries e ON e.position = c.position
        WHERE c.fund = ?1 AND c.position >= ?2 AND c.position < ?3 ORDER BY c.seq
        """, arguments: bounds
    ).map { row in
      let call: Ledger.Call = try row.record("body")
      return CallYearRow(
        call: call.id, opened: row["time"], closes: call.terms.closesAt, amount: call.terms.amount,
        applications: row["applied"], awards: row["granted"], awarded: row["awarded"])
    }
  }

  /// Sums over the movements of each award's account: what it was at the end of the year.
  private static func awards(
    _ bounds: StatementArguments, _ db: Database
  ) throws -> [AwardYearRow] {
    try Row.fetchAll(
      db,
      sql: """
        WITH moved AS (
          SELECT w.id, m.position, m.reason, m.step, 1 AS out, m.amount, m.held, m.credit AS other
          FROM awards w JOIN movements m ON m.debit = w.account
          WHERE w.fund = ?1 AND w.position < ?3 AND m.position < ?3
          UNION ALL
          SELECT w.id, m.position, m.reason, m.step, 0, m.amount, m.held, m.debit
          FROM awards w JOIN movements m ON m.credit = w.account
          WHERE w.fund = ?1 AND w.position < ?3 AND m.position < ?3),
        sums AS (
          SELECT id,
            sum(CASE WHEN step NOT IN ('posted', 'settled') THEN 0 WHEN out THEN -amount ELSE amount END)
              AS balance,
            sum(CASE WHEN NOT out THEN 0 WHEN step = 'pending' THEN amount ELSE -coalesce(held, 0) END)
              AS held,
            sum(CASE WHEN step NOT IN ('posted', 'settled') THEN 0
              WHEN out AND reason = 'subsidy' THEN amount
              WHEN NOT out AND reason = 'correction' THEN -amount ELSE 0 END) AS paid,
            sum(CASE WHEN position < ?2 OR step NOT IN ('posted', 'settled') THEN 0
              WHEN out AND reason = 'subsidy' THEN amount
              WHEN NOT out AND reason = 'correction' THEN -amount ELSE 0 END) AS paid_in_year,
            sum(CASE WHEN out AND reason = 'clawback' AND step IN ('posted', 'settled') THEN amount
              ELSE 0 END) AS returned
          FROM moved GROUP BY id)
        SELECT w.id, w.party, w.amount, e.time, s.*, r.time AS reported,
          (SELECT coalesce(sum(m.amount), 0) FROM movements m
            WHERE m.debit = w.party || substr(w.account, instr(w.account, ':'))
              AND m.reason = 'clawback' AND m.subject = w.id AND m.position < ?3) AS clawed,
          (SELECT coalesce(sum(c.delivered), 0) FROM charges c JOIN leases l ON l.id = c.lease
            WHERE l.award = w.id AND c.position >= ?2 AND c.position < ?3)
          - (SELECT coalesce(sum(k.delivered), 0) FROM corrections k JOIN leases l ON l.id = k.lease
            WHERE l.award = w.id AND k.position >= ?2 AND k.position < ?3) AS delivered,
          (SELECT coalesce(sum(c.used), 0) FROM charges c JOIN leases l ON l.id = c.lease
            WHERE l.award = w.id AND c.position >= ?2 AND c.position < ?3) AS used
        FROM awards w JOIN sums s ON s.id = w.id JOIN entries e ON e.position = w.position
          LEFT JOIN entries r ON r.position = w.reported AND r.position < ?3
        ORDER BY w.seq
        """, arguments: bounds
    ).map { row in
      let held: Int64 = row["held"]
      return AwardYearRow(
        award: row["id"], party: row["party"], granted: row["time"], amount: row["amount"],
        paid: row["paid"], held: held, left: (row["balance"] as Int64) - held,
        returned: row["returned"], clawed: row["clawed"], paidInYear: row["paid_in_year"],
        delivered: row["delivered"], used: row["used"], reported: row["reported"])
    }
  }

  private static func use(
    _ bounds: StatementArguments, _ db: Database
  ) throws -> [SchemeUseRow] {
    try Row.fetchAll(
      db,
      sql: """
        WITH time AS (
          SELECT l.site, l.centre, l.chip, l.id, c.delivered, c.used, c.fund
          FROM charges c JOIN leases l ON l.id = c.lease JOIN awards w ON w.id = l.award
          WHERE w.fund = ?1 AND c.position >= ?2 AND c.position < ?3
          UNION ALL
          SELECT l.site, l.centre, l.chip, l.id, -k.delivered, 0, -k.fund
          FROM corrections k JOIN leases l ON l.id = k.lease JOIN awards w ON w.id = l.award
          WHERE w.fund = ?1 AND k.position >= ?2 AND k.position < ?3)
        SELECT site, centre, chip, count(DISTINCT id) AS leases, sum(delivered) AS delivered,
          sum(used) AS used, sum(fund) AS paid
        FROM time GROUP BY site, centre, chip ORDER BY site, chip
        """, arguments: bounds
    ).map { row in
      SchemeUseRow(
        site: row["site"], centre: row["centre"], chip: row["chip"], leases: row["leases"],
        delivered: row["delivered"], used: row["used"], paid: row["paid"])
    }
  }
}
