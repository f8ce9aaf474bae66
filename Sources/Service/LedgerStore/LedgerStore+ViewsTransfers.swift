import GRDB
package import Ledger
package import Units

/// One transfer between parties.
package struct TransferRow: Sendable {
  package var id: String
  package var debit: String
  package var credit: String
  package var currency: Currency
  package var amount: Int64
  package var posted: Int64
  package var state: String
  package var expires: Int64?
  package var time: Int64
  package var position: Int64
  package var index: Int64
}

/// One deposit or payout.
package struct BankRow: Sendable {
  package var position: Int64
  package var time: Int64
  package var account: String
  package var currency: Currency
  package var direction: BankLine.Direction
  package var amount: Int64
  package var month: Int64?
  package var reference: String
  package var proposal: Int64
}

/// What moved an account in a time, and what the bank moved for a month.
package struct SettlementRow: Sendable {
  package var account: String
  package var party: String
  package var isCentre: Bool
  package var currency: Currency
  package var opening: Int64
  package var earned: Int64
  package var spent: Int64
  package var received: Int64
  package var sent: Int64
  package var closing: Int64
  /// Sent less received for the month, whenever it was.
  package var confirmed: Int64
  /// By now, without what is held.
  package var own: Int64

  /// Above 0 the platform owes the party: a centre all that it has, a tenant nothing. Below 0 the
  /// party owes.
  package var due: Int64 { isCentre ? closing : min(0, closing) }

  /// What is left to move, at most what is there by now.
  package var open: Int64 {
    let left = due - confirmed
    return due > 0 ? max(0, min(left, own)) : min(0, max(left, own))
  }
}

extension LedgerStore {
  /// Transfers from and to the accounts of a scope, the latest first.
  /// - Parameter before: key of the last row of the page ahead.
  package func transfers(
    _ scope: Scope, state: String?, before: (position: Int64, index: Int64)?, limit: Int
  ) async throws -> [TransferRow] {
    let (position, index) = before ?? (Int64.max, 0)
    return try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT t.*, d.currency FROM transfers t JOIN accounts d ON d.id = t.debit
            JOIN accounts c ON c.id = t.credit
          WHERE (t.position, t.i) < (?1, ?2) AND (?3 IS NULL OR t.state = ?3)
            AND (?4 IS NULL OR d.party = ?4 OR c.party = ?4)
          ORDER BY t.position DESC, t.i DESC LIMIT ?5
          """, arguments: [position, index, state, scope.party, limit]
      ).map(Self.transfer)
    }
  }

  /// A transfer by its id, whoever's it is.
  package func transfer(_ id: String) async throws -> TransferRow? {
    try await look { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT t.*, d.currency FROM transfers t JOIN accounts d ON d.id = t.debit WHERE t.id = ?
          """, arguments: [id]
      ).map(Self.transfer)
    }
  }

  private static func transfer(_ row: Row) throws -> TransferRow {
    TransferRow(
      id: row["id"], debit: row["debit"], credit: row["credit"],
      currency: try row.choice("currency"), amount: row["amount"], posted: row["posted"],
      state: row["state"], expires: row["expires"], time: row["time"], position: row["position"],
      index: row["i"])
  }

  /// Deposits and payouts, the latest first.
  package func bankLines(
    currency: Currency?, before: Int64?, limit: Int
  ) async throws -> [BankRow] {
    try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM bank_lines WHERE position < ?1 AND (?2 IS NULL OR currency = ?2)
          ORDER BY position DESC LIMIT ?3
          """, arguments: [before ?? Int64.max, currency?.rawValue, limit]
      ).map { row in
        BankRow(
          position: row["position"], time: row["time"], account: row["account"],
          currency: try row.choice("currency"), direction: try row.choice("direction"),
          amount: row["amount"], month: row["month"], reference: row["reference"],
          proposal: row["proposal"])
      }
    }
  }

  /// Accounts of parties with what moved them from one time to another, by id.
  package func settlements(
    _ scope: Scope, month: Int64, from: Int64, to: Int64, currency: Currency?, after: String?,
    limit: Int
  ) async throws -> [SettlementRow] {
    try await look { db in
      let first = try Self.firstPosition(db, notBefore: from)
      let next = try Self.firstPosition(db, notBefore: to)
      return try Row.fetchAll(
        db,
        sql: """
          SELECT a.*, p.kind FROM accounts a JOIN parties p ON p.id = a.party
          WHERE a.id > ?1 AND (?2 IS NULL OR a.party = ?2) AND (?3 IS NULL OR a.currency = ?3)
            AND p.kind IN ('tenant', 'centre') ORDER BY a.id LIMIT ?4
          """, arguments: [after ?? "", scope.party, currency?.rawValue, limit]
      ).map { try Self.settlement(db, $0, month, first, next) }
    }
  }

  private static func settlement(
    _ db: Database, _ row: Row, _ month: Int64, _ first: Int64, _ next: Int64
  ) throws -> SettlementRow {
    let id: String = row["id"]
    func sum(_ side: String, _ other: String, _ from: Int64, _ to: Int64) throws -> Int64 {
      try Int64.fetchOne(
        db,
        sql: """
          SELECT coalesce(sum(amount), 0) FROM movements WHERE \(side) = ?1 AND position >= ?2
            AND position < ?3 AND step IN ('posted', 'settled') AND \(other)
          """, arguments: [id, from, to]) ?? 0
    }
    let later =
      try sum("credit", "1", next, .max) - sum("debit", "1", next, .max)
    let confirmed =
      try Int64.fetchOne(
        db,
        sql: """
          SELECT coalesce(sum(CASE direction WHEN 'sent' THEN amount ELSE -amount END), 0)
          FROM bank_lines WHERE account = ?1 AND month = ?2
          """, arguments: [id, month]) ?? 0
    let balance: Int64 = row["balance"]
    let held: Int64 = row["debits_pending"]
    var item = SettlementRow(
      account: id, party: row["party"], isCentre: row["kind"] == "centre",
      currency: try row.choice("currency"), opening: 0,
      earned: try sum("credit", "reason <> 'deposit'", first, next),
      spent: try sum("debit", "reason <> 'payout'", first, next),
      received: try sum("credit", "reason = 'deposit'", first, next),
      sent: try sum("debit", "reason = 'payout'", first, next), closing: balance - later,
      confirmed: confirmed, own: balance - held)
    item.opening = item.closing - item.earned + item.spent - item.received + item.sent
    return item
  }

  /// The first position whose time is not before this one; times never fall.
  static func firstPosition(_ db: Database, notBefore time: Int64) throws -> Int64 {
    var low: Int64 = 0
    var high = try Int64.fetchOne(db, sql: "SELECT position FROM progress") ?? 0
    while low < high {
      let middle = (low + high) / 2
      let found =
        try Int64.fetchOne(
          db, sql: "SELECT time FROM entries WHERE position = ?", arguments: [middle]) ?? .max
      if found < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
