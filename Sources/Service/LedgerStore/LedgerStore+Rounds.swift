import GRDB
package import Ledger
package import Market
import Units

/// The price of one pool for a time in one round.
package struct PriceRow: Sendable {
  package var pool: String
  package var start: Int64
  package var finish: Int64
  package var ask: Int64
  package var price: Int64
}

extension LedgerStore {
  /// Prices of the last round that ended with an outcome, by pool and time; round 0 when none has.
  package func latestPrices() throws -> (round: Int64, prices: [PriceRow]) {
    try read { db in
      guard
        let round = try Int64.fetchOne(
          db, sql: "SELECT max(round) FROM rounds WHERE state = 'ended'")
      else { return (0, []) }
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT pool, start, finish, ask, price FROM prices WHERE round = ? ORDER BY pool, start
          """, arguments: [round])
      return (
        round,
        rows.map {
          PriceRow(
            pool: $0["pool"], start: $0["start"], finish: $0["finish"], ask: $0["ask"],
            price: $0["price"])
        }
      )
    }
  }

  /// The last rounds that ended with an outcome after this one, ascending.
  package func endedRounds(after round: Int64, limit: Int) throws -> [Int64] {
    try read { db in
      try Int64.fetchAll(
        db,
        sql: """
          SELECT round FROM rounds WHERE state = 'ended' AND round > ?
          ORDER BY round DESC LIMIT ?
          """, arguments: [round, limit])
    }.reversed()
  }

  /// The last round that ended with this bid in its book.
  package func lastRound(of bid: Int64) throws -> Int64? {
    try read { db in
      try Int64.fetchOne(
        db,
        sql: """
          SELECT max(r.round) FROM rounds r JOIN bids b ON b.seq = ?
          WHERE r.state = 'ended' AND r.closed_position > b.seq
            AND (b.round IS NULL OR r.round <= b.round)
            AND (b.ended IS NULL OR r.closed < b.ended)
          """, arguments: [bid])
    }
  }

  /// The parts of the outcome that was accepted, and its commit.
  package func outcome(of round: Int64) throws -> (parts: [OutcomePart], commit: OutcomeCommit?) {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT e.bytes FROM entries e JOIN rounds r ON r.round = ?
          WHERE e.position > r.closed_position AND e.position <= r.position
            AND e.kind IN ('outcome-part', 'commit-outcome') AND e.refusal IS NULL
          ORDER BY e.position
          """, arguments: [round])
      var parts: [OutcomePart] = []
      var commit: OutcomeCommit?
      for row in rows {
        switch try Entry.decode(Array((row["bytes"] as String).utf8)).command {
        case .outcomePart(let terms):
          if terms.index == 0 { parts = [] }
          parts.append(terms.part)
        case .commitOutcome(let terms): commit = terms
        default: break
        }
      }
      return (parts, commit)
    }
  }
}
