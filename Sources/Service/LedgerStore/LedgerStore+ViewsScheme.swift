import GRDB
package import Ledger
import Market
package import Units

/// A call as it was opened.
package struct CallRow: Sendable {
  package var call: Call
  package var closed: Bool
}

/// An application with what was thought and decided of it.
package struct ApplicationRow: Sendable {
  package var application: Application
  /// `waiting`, `granted`, `declined`.
  package var state: String
  package var currency: Currency
  package var scores: [Score]
  package var decision: Decision?
}

/// An award with its sums as they are now.
package struct AwardRow: Sendable {
  package var award: Award
  package var held: Int64
  package var left: Int64
}

/// What an award paid of one lease.
package struct ShareRow: Sendable {
  package var lease: LeaseRow
  package var paid: Int64
}

/// A fact and where it stands.
package struct RelationRow: Sendable {
  package var position: Int64
  package var relation: Relation
}

extension LedgerStore {
  /// The party that a principal acts for; nil for nobody.
  package func party(ofPrincipal id: String) async throws -> String? {
    try await look { db in
      try String.fetchOne(db, sql: "SELECT party FROM principals WHERE id = ?", arguments: [id])
    }
  }

  /// List prices, the latest first; a version a row.
  package func listPrices(before: Int64?, limit: Int) async throws -> [(Int64, PriceList)] {
    try await look { db in
      let positions = try Int64.fetchAll(
        db,
        sql: """
          SELECT DISTINCT position FROM list_prices WHERE position < ? ORDER BY position DESC
          LIMIT ?
          """, arguments: [before ?? Int64.max, limit])
      return try positions.map { position in
        var list = PriceList()
        for row in try Row.fetchAll(
          db, sql: "SELECT * FROM list_prices WHERE position = ? ORDER BY chip",
          arguments: [position])
        {
          list.currency = try row.choice("currency")
          list.version = row["version"]
          var item = PriceList.Item()
          item.chip = row["chip"]
          item.list = row["list"]
          item.reference = row["reference"]
          item.trades = row["trades"]
          list.items.append(item)
        }
        return (position, list)
      }
    }
  }

  /// Facts about who belongs to whom, the latest first.
  package func relations(before: Int64?, limit: Int) async throws -> [RelationRow] {
    try await look { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM relations WHERE position < ? ORDER BY position DESC LIMIT ?",
        arguments: [before ?? Int64.max, limit]
      ).map { row in
        var relation = Relation()
        relation.one = row["one"]
        relation.other = row["other"]
        relation.from = row["start"]
        relation.until = row["finish"]
        relation.source = row["source"]
        return RelationRow(position: row["position"], relation: relation)
      }
    }
  }

  /// Calls, the latest first.
  package func calls(before: Int64?, limit: Int) async throws -> [CallRow] {
    try await look { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM calls WHERE seq < ? ORDER BY seq DESC LIMIT ?",
        arguments: [before ?? Int64.max, limit]
      ).map(Self.call)
    }
  }

  /// A call; nil when there is none.
  package func call(_ seq: Int64) async throws -> CallRow? {
    try await look { db in
      try Row.fetchOne(db, sql: "SELECT * FROM calls WHERE seq = ?", arguments: [seq])
        .map(Self.call)
    }
  }

  private static func call(_ row: Row) throws -> CallRow {
    CallRow(call: try row.record("body"), closed: row["closed"])
  }

  /// Applications, the latest first: a tenant's own, or those that a fund was sent.
  package func applications(
    _ scope: Scope, before: Int64?, limit: Int
  ) async throws -> [ApplicationRow] {
    try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM applications WHERE seq < ?1 AND (?2 IS NULL OR party = ?2 OR fund = ?2)
          ORDER BY seq DESC LIMIT ?3
          """, arguments: [before ?? Int64.max, scope.party, limit]
      ).map { try Self.application($0, db) }
    }
  }

  /// An application; nil also when it is not in the scope.
  package func application(_ seq: Int64, _ scope: Scope) async throws -> ApplicationRow? {
    try await look { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT * FROM applications WHERE seq = ?1 AND (?2 IS NULL OR party = ?2 OR fund = ?2)
          """, arguments: [seq, scope.party]
      ).map { try Self.application($0, db) }
    }
  }

  private static func application(_ row: Row, _ db: Database) throws -> ApplicationRow {
    let application: Application = try row.record("body")
    let call: Call? = try Row.fetchOne(
      db, sql: "SELECT body FROM calls WHERE seq = ?", arguments: [application.terms.call]
    ).map { try $0.record("body") }
    let scores = try Row.fetchAll(
      db, sql: "SELECT * FROM scores WHERE application = ? ORDER BY position",
      arguments: [application.seq]
    ).map { row in
      var score = Score()
      score.by = row["by"]
      score.terms.application = application.seq
      score.terms.need = row["need"]
      score.terms.demand = row["demand"]
      score.terms.soundness = row["soundness"]
      score.terms.benefit = row["benefit"]
      score.terms.reason = row["reason"]
      return score
    }
    return ApplicationRow(
      application: application, state: row["state"], currency: call?.currency ?? .hkd,
      scores: scores,
      decision: (row["decision"] as String?) == nil ? nil : try row.record("decision"))
  }

  private static let awardColumns = """
    SELECT w.*, a.balance AS balance, a.debits_pending AS held FROM awards w
    JOIN accounts a ON a.id = w.account
    """

  /// Awards, the latest first: a tenant's own, or those of a fund.
  package func awards(_ scope: Scope, before: Int64?, limit: Int) async throws -> [AwardRow] {
    try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          \(Self.awardColumns) WHERE w.seq < ?1 AND (?2 IS NULL OR w.party = ?2 OR w.fund = ?2)
          ORDER BY w.seq DESC LIMIT ?3
          """, arguments: [before ?? Int64.max, scope.party, limit]
      ).map(Self.award)
    }
  }

  /// An award; nil also when it is not in the scope.
  package func award(_ id: String, _ scope: Scope) async throws -> AwardRow? {
    try await look { db in
      try Row.fetchOne(
        db,
        sql: """
          \(Self.awardColumns) WHERE w.id = ?1 AND (?2 IS NULL OR w.party = ?2 OR w.fund = ?2)
          """, arguments: [id, scope.party]
      ).map(Self.award)
    }
  }

  private static func award(_ row: Row) throws -> AwardRow {
    var award: Award = try row.record("body")
    award.paid = row["paid"]
    award.delivered = row["delivered"]
    award.used = row["used"]
    let held: Int64 = row["held"]
    return AwardRow(award: award, held: held, left: (row["balance"] as Int64) - held)
  }

  /// The leases that an award paid a share of, the latest first.
  package func shares(
    of award: String, before: (position: Int64, id: String)?, limit: Int
  ) async throws -> [ShareRow] {
    let (position, id) = before ?? (Int64.max, "")
    return try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM leases WHERE award = ?1 AND (position, id) < (?2, ?3)
          ORDER BY position DESC, id DESC LIMIT ?4
          """, arguments: [award, position, id, limit]
      ).map { ShareRow(lease: try Self.lease($0), paid: $0["fund"]) }
    }
  }
}
