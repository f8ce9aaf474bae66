import GRDB
import Ledger
package import Units

/// One line of an invoice: what a party paid or got back for a lease, tax included.
package struct BilledRow: Sendable {
  package var position: Int64
  /// Tells the lines of one entry apart.
  package var part: Int64
  package var time: Int64
  /// `usage`, `fee`, `subsidy`; each with `correction` before it when it lowers an earlier one, as in
  /// `correction-fee`; or why else money moved for a lease: `damages`.
  package var kind: String
  package var seller: String
  package var buyer: String
  package var currency: Currency
  /// Minor units; below 0 when the buyer gets it back.
  package var amount: Int64
  package var lease: String
  package var site: String
  package var chip: String
  /// The market day of a usage, days since 1970 at +08:00.
  package var day: Int64?
  package var delivered: Int64?
  package var used: Int64?
  package var forgone: Int64?
  /// Of a correction: the entry that made the charge, and when that was.
  package var charge: Int64?
  package var charged: Int64?
  /// The dispute that it decided.
  package var dispute: Int64?

  /// When its price was charged first: this decides the tax.
  package var taxed: Int64 { charged ?? time }
}

/// Which lines: of a time, of a pair of parties.
package struct BilledQuery: Sendable {
  package var from: Int64
  package var until: Int64
  package var seller: String?
  package var buyer: String?

  package init(from: Int64, until: Int64, seller: String? = nil, buyer: String? = nil) {
    self.from = from
    self.until = until
    self.seller = seller
    self.buyer = buyer
  }
}

/// What a site did in a time.
package struct SiteUseRow: Sendable {
  package var site: String
  package var centre: String
  package var jurisdiction: String
  package var currency: Currency
  package var leases: Int64
  package var delivered: Int64
  package var used: Int64
  /// What the centre earned, minor units of the site's currency.
  package var earned: Int64
  /// GPUs that were offered and taken, summed over the rounds that ended.
  package var offered: Int64
  package var taken: Int64
}

/// What moved in a currency in a time, by why it moved.
package struct TurnoverRow: Sendable {
  package var currency: Currency
  package var reason: String
  package var amount: Int64
}

extension LedgerStore {
  /// Lines in the order of the log: by the time at which they were booked, so that a month that is over
  /// never changes. The seller of capacity is the centre, of the fee the platform.
  /// - Parameter after: key of the last line of the page ahead.
  package func billed(
    _ query: BilledQuery, _ scope: Scope, after: (position: Int64, part: Int64)?, limit: Int
  ) async throws -> [BilledRow] {
    let (last, part) = after ?? (-1, 0)
    return try await look { db in
      let range = try Self.positions(from: query.from, until: query.until, db)
      return try Row.fetchAll(
        db,
        sql: Self.lines + """
           SELECT * FROM lines WHERE (position, part) > (?3, ?4)
            AND (?5 IS NULL OR buyer = ?5 OR seller = ?5)
            AND (?6 IS NULL OR seller = ?6) AND (?7 IS NULL OR buyer = ?7)
          ORDER BY position, part LIMIT ?8
          """,
        arguments: [
          range.lowerBound, range.upperBound, last, part, scope.party, query.seller, query.buyer,
          limit,
        ]
      ).map { row in
        BilledRow(
          position: row["position"], part: row["part"], time: row["time"], kind: row["kind"],
          seller: row["seller"], buyer: row["buyer"], currency: try row.choice("currency"),
          amount: row["amount"], lease: row["lease"], site: row["site"], chip: row["chip"],
          day: row["day"], delivered: row["delivered"], used: row["used"], forgone: row["forgone"],
          charge: row["charge"], charged: row["charged"], dispute: row["dispute"])
      }
    }
  }

  /// What an award pays stands in the usage and goes off again in a line of its own; so does whatever
  /// else moved between the tenant and others about a lease. A correction has the lines of its charge
  /// with the sign turned: as much as was given back at once; what follows later is damages.
  private static let lines = """
    WITH back AS (
      SELECT k.*, l.centre, l.site AS place, l.chip, e.time, o.time AS charged,
        coalesce(sum(m.amount) FILTER (WHERE m.credit = l.party || ':' || lower(l.currency)
          AND m.debit <> 'fees:' || lower(l.currency)), 0) AS to_tenant,
        coalesce(sum(m.amount) FILTER (WHERE m.credit = l.award || ':' || lower(l.currency)), 0)
          AS to_award,
        coalesce(sum(m.amount) FILTER (WHERE m.debit = 'fees:' || lower(l.currency)), 0) AS of_fee
      FROM corrections k JOIN leases l ON l.id = k.lease JOIN entries e ON e.position = k.position
        JOIN entries o ON o.position = k.charge
        LEFT JOIN movements m ON m.position = k.position AND m.reason = 'correction'
      WHERE k.position >= ?1 AND k.position < ?2 GROUP BY k.position),
    lines AS (
      SELECT c.position, 0 AS part, e.time, 'usage' AS kind, l.centre AS seller, c.party AS buyer,
        c.currency, c.tenant + c.fund AS amount, c.lease, l.site, l.chip, c.day, c.delivered, c.used,
        c.forgone, NULL AS charge, NULL AS charged, NULL AS dispute
      FROM charges c JOIN leases l ON l.id = c.lease JOIN entries e ON e.position = c.position
      WHERE c.position >= ?1 AND c.position < ?2
      UNION ALL
      SELECT c.position, 1, e.time, 'fee',
        (SELECT id FROM parties WHERE kind = 'platform' ORDER BY position, id LIMIT 1), c.party,
        c.currency, c.fee, c.lease, l.site, l.chip, c.day, NULL, NULL, NULL, NULL, NULL, NULL
      FROM charges c JOIN leases l ON l.id = c.lease JOIN entries e ON e.position = c.position
      WHERE c.position >= ?1 AND c.position < ?2 AND c.fee > 0
      UNION ALL
      SELECT c.position, 2, e.time, 'subsidy', l.centre, c.party, c.currency, -c.fund, c.lease, l.site,
        l.chip, c.day, NULL, NULL, NULL, NULL, NULL, NULL
      FROM charges c JOIN leases l ON l.id = c.lease JOIN entries e ON e.position = c.position
      WHERE c.position >= ?1 AND c.position < ?2 AND c.fund > 0
      UNION ALL
      SELECT position, 3, time, 'correction', centre, party, currency, -(to_tenant + to_award), lease,
        place, chip, day, -delivered, NULL, NULL, charge, charged, dispute FROM back
      UNION ALL
      SELECT position, 4, time, 'correction-fee',
        (SELECT id FROM parties WHERE kind = 'platform' ORDER BY position, id LIMIT 1), party,
        currency, -of_fee, lease, place, chip, day, NULL, NULL, NULL, charge, charged, dispute
      FROM back WHERE of_fee > 0
      UNION ALL
      SELECT position, 5, time, 'correction-subsidy', centre, party, currency, to_award, lease, place,
        chip, day, NULL, NULL, NULL, charge, charged, dispute FROM back WHERE to_award > 0
      UNION ALL
      SELECT m.position, 6 + m.i, m.time, m.reason, l.centre, l.party, l.currency,
        CASE WHEN m.debit = l.party || ':' || lower(l.currency) THEN m.amount ELSE -m.amount END,
        l.id, l.site, l.chip, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM movements m JOIN leases l ON l.id = m.subject
      WHERE m.position >= ?1 AND m.position < ?2 AND m.amount > 0
        AND m.step IN ('posted', 'settled')
        AND m.reason NOT IN ('charge', 'fee', 'subsidy', 'correction')
        AND l.party || ':' || lower(l.currency) IN (m.debit, m.credit))
    """

  /// Time never falls along the log, so its ends are found by halving.
  static func positions(
    from: Int64, until: Int64, _ db: Database
  ) throws -> Range<Int64> {
    func first(notBefore time: Int64) throws -> Int64 {
      var low: Int64 = 0
      var high = try Int64.fetchOne(db, sql: "SELECT position FROM progress") ?? 0
      while low < high {
        let middle = (low + high) / 2
        let at = try Int64.fetchOne(
          db, sql: "SELECT time FROM entries WHERE position = ?", arguments: [middle])
        if at ?? 0 < time { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let begin = try first(notBefore: from)
    return begin..<max(begin, try first(notBefore: until))
  }

  // MARK: The platform's report

  /// Rounds that ended with an outcome in a time, the bids in them and those that won.
  package func turnout(
    from: Int64, until: Int64
  ) async throws -> (rounds: Int64, bids: Int64, winners: Int64, gpuQuarters: Int64) {
    try await look { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT count(*) AS rounds, coalesce(sum(bids), 0) AS bids,
            coalesce(sum(winners), 0) AS winners, coalesce(sum(gpu_quarters), 0) AS sold
          FROM rounds WHERE state = 'ended' AND ended >= ? AND ended < ?
          """, arguments: [from, until])
      return (row?["rounds"] ?? 0, row?["bids"] ?? 0, row?["winners"] ?? 0, row?["sold"] ?? 0)
    }
  }

  /// The last position of a time; nil when there is none.
  package func lastPosition(before time: Int64) async throws -> Int64? {
    try await look { db in
      let end = try Self.positions(from: 0, until: time, db).upperBound
      return end > 0 ? end - 1 : nil
    }
  }

  /// What each site did, by its id; sites that came later are not there, so that a time that is over
  /// looks the same for ever. Offered and taken are read once a round, at the first slot sold.
  package func siteUse(from: Int64, until: Int64) async throws -> [SiteUseRow] {
    try await look { db in
      let range = try Self.positions(from: from, until: until, db)
      return try Row.fetchAll(
        db,
        sql: """
          WITH used AS (
            SELECT l.site, count(DISTINCT c.lease) AS leases, sum(c.delivered) AS delivered,
              sum(c.used) AS used, sum(c.site) AS earned
            FROM charges c JOIN leases l ON l.id = c.lease
            WHERE c.position >= ?1 AND c.position < ?2 GROUP BY l.site),
          back AS (
            SELECT l.site, sum(k.delivered) AS delivered, sum(k.site) AS earned
            FROM corrections k JOIN leases l ON l.id = k.lease
            WHERE k.position >= ?1 AND k.position < ?2 GROUP BY l.site),
          offered AS (
            SELECT substr(p.pool, 1, instr(p.pool, ':') - 1) AS site, sum(p.offered) AS offered,
              sum(p.offered - p.free) AS taken
            FROM prices p JOIN rounds r ON r.round = p.round
            WHERE r.state = 'ended' AND r.ended >= ?3 AND r.ended < ?4
              AND p.start <= r.first_slot AND r.first_slot < p.finish GROUP BY 1)
          SELECT s.id, s.centre, s.jurisdiction, s.currency, coalesce(u.leases, 0) AS leases,
            coalesce(u.delivered, 0) - coalesce(b.delivered, 0) AS delivered,
            coalesce(u.used, 0) AS used, coalesce(u.earned, 0) - coalesce(b.earned, 0) AS earned,
            coalesce(o.offered, 0) AS offered, coalesce(o.taken, 0) AS taken
          FROM sites s LEFT JOIN used u ON u.site = s.id LEFT JOIN back b ON b.site = s.id
            LEFT JOIN offered o ON o.site = s.id
          WHERE s.position < ?2 ORDER BY s.id
          """, arguments: [range.lowerBound, range.upperBound, from, until]
      ).map { row in
        SiteUseRow(
          site: row["id"], centre: row["centre"], jurisdiction: row["jurisdiction"],
          currency: try row.choice("currency"), leases: row["leases"], delivered: row["delivered"],
          used: row["used"], earned: row["earned"], offered: row["offered"], taken: row["taken"])
      }
    }
  }

  /// What moved, by currency and why.
  package func turnover(from: Int64, until: Int64) async throws -> [TurnoverRow] {
    try await look { db in
      let range = try Self.positions(from: from, until: until, db)
      return try Row.fetchAll(
        db,
        sql: """
          SELECT a.currency, m.reason, sum(m.amount) AS amount
          FROM movements m JOIN accounts a ON a.id = m.debit
          WHERE m.position >= ?1 AND m.position < ?2 AND m.step IN ('posted', 'settled')
            AND m.amount > 0
          GROUP BY a.currency, m.reason ORDER BY a.currency, m.reason
          """, arguments: [range.lowerBound, range.upperBound]
      ).map { row in
        TurnoverRow(
          currency: try row.choice("currency"), reason: row["reason"], amount: row["amount"])
      }
    }
  }
}
