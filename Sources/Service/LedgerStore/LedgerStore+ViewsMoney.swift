package import Accounts
import GRDB
package import Units

/// An account with what is set aside on it.
package struct AccountRow: Sendable {
  package var id: String
  /// Nil for the accounts of the market itself.
  package var party: String?
  package var currency: Currency
  package var balance: Int64
  package var held: Int64
  package var creditLimit: Int64
  package var closed: Bool
}

/// One transfer as an account sees it.
package struct StatementRow: Sendable {
  package var position: Int64
  package var index: Int64
  package var time: Int64
  package var reason: Reason
  package var counterparty: String
  /// Positive: in; negative: out.
  package var amount: Int64
  /// After it.
  package var balance: Int64
  /// What it is about: a bid, a lease or a proposal.
  package var subject: String
  /// Of a correction: the entry that charged, and the dispute that it decided.
  package var charge: Int64?
  package var dispute: Int64?
}

extension LedgerStore {
  /// Accounts by id.
  package func accounts(_ scope: Scope, after: String?, limit: Int) async throws -> [AccountRow] {
    try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM accounts WHERE id > ?1 AND (?2 IS NULL OR party = ?2) ORDER BY id LIMIT ?3
          """, arguments: [after ?? "", scope.party, limit]
      ).map(Self.account)
    }
  }

  /// An account; nil also when it is not in the scope.
  package func account(_ id: String, _ scope: Scope) async throws -> AccountRow? {
    try await look { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM accounts WHERE id = ?1 AND (?2 IS NULL OR party = ?2)",
        arguments: [id, scope.party]
      ).map(Self.account)
    }
  }

  private static func account(_ row: Row) throws -> AccountRow {
    AccountRow(
      id: row["id"], party: row["party"], currency: try row.choice("currency"),
      balance: row["balance"], held: row["debits_pending"], creditLimit: row["credit_limit"],
      closed: row["closed"])
  }

  /// What moved the balance of an account, the latest first. What was only set aside or given up is
  /// not here.
  /// - Parameter before: key of the last line of the page ahead.
  package func statement(
    _ account: String, before: (position: Int64, index: Int64)?, limit: Int
  ) async throws -> [StatementRow] {
    let (position, index) = before ?? (Int64.max, 0)
    return try await look { db in
      let moved = "step IN ('posted', 'settled') AND amount > 0 AND (position, i) < (?2, ?3)"
      var balance =
        try Int64.fetchOne(
          db,
          sql: """
            SELECT coalesce((SELECT sum(amount) FROM movements WHERE credit = ?1 AND \(moved)), 0)
              - coalesce((SELECT sum(amount) FROM movements WHERE debit = ?1 AND \(moved)), 0)
            """, arguments: [account, position, index]) ?? 0
      let rows = try Row.fetchAll(
        db,
        sql: """
          WITH rows AS (
          SELECT position, i, time, reason, debit AS other, -amount AS amount, subject
            FROM movements WHERE credit = ?1 AND \(moved)
          UNION ALL
          SELECT position, i, time, reason, credit AS other, amount AS amount, subject
            FROM movements WHERE debit = ?1 AND \(moved)
          ORDER BY position DESC, i DESC LIMIT ?4)
          SELECT r.*, k.charge, k.dispute FROM rows r
            LEFT JOIN corrections k ON k.position = r.position AND r.reason = 'correction'
          ORDER BY r.position DESC, r.i DESC
          """, arguments: [account, position, index, limit])
      return try rows.map { row in
        // The sign is that of going back from the line to the one before it.
        let back: Int64 = row["amount"]
        defer { balance += back }
        return StatementRow(
          position: row["position"], index: row["i"], time: row["time"],
          reason: try row.choice("reason"), counterparty: row["other"], amount: -back,
          balance: balance, subject: row["subject"], charge: row["charge"],
          dispute: row["dispute"])
      }
    }
  }
}
