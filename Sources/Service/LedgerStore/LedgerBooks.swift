import Foundation
import GRDB
import Units

/// One transfer in force: what a journal of an accountant has. What is only set aside is not.
package struct BookedTransfer: Sendable {
  package var position: Int64
  /// Among what its entry caused.
  package var index: Int64
  /// ms.
  package var time: Int64
  package var reason: String
  package var debit: String
  package var credit: String
  /// More than 0.
  package var amount: Int64
  package var subject: String
}

/// What a ledger file holds beside its transfers, at the same moment.
package struct BooksHead: Sendable {
  /// Applied entries.
  package var entries: Int64
  /// Of the last one, ms.
  package var time: Int64
  /// By id; balances as the file has them.
  package var accounts: [AccountRow]
}

/// The books of a ledger file, read past everything else: nothing is written, nothing is made beside
/// the file, so a published copy in a read-only folder will do.
package enum LedgerBooks {
  /// Gives the head first, then every transfer in order, all of one moment.
  package static func read(
    path: String, head: (BooksHead) throws -> Void, transfer: (BookedTransfer) throws -> Void
  ) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw LedgerStoreError.notALedger(path: path)
    }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { db in
        guard try db.tableExists("progress"), try db.tableExists("movements") else {
          throw LedgerStoreError.notALedger(path: path)
        }
        try head(self.head(db))
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT position, i, time, reason, debit, credit, amount, subject FROM movements
            WHERE step IN ('posted', 'settled') AND amount > 0 ORDER BY position, i
            """)
        while let row = try rows.next() {
          try transfer(
            BookedTransfer(
              position: row["position"], index: row["i"], time: row["time"],
              reason: row["reason"], debit: row["debit"], credit: row["credit"],
              amount: row["amount"], subject: row["subject"]))
        }
      }
      try queue.close()
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw LedgerStoreError.notALedger(path: path)
    }
  }

  private static func head(_ db: Database) throws -> BooksHead {
    let accounts = try Row.fetchAll(db, sql: "SELECT * FROM accounts ORDER BY id").map { row in
      AccountRow(
        id: row["id"], party: row["party"], currency: try row.choice("currency"),
        balance: row["balance"], held: row["debits_pending"], creditLimit: row["credit_limit"],
        closed: row["closed"])
    }
    let last = "SELECT time FROM entries ORDER BY position DESC LIMIT 1"
    return BooksHead(
      entries: try Int64.fetchOne(db, sql: "SELECT position FROM progress") ?? 0,
      time: try Int64.fetchOne(db, sql: last) ?? 0, accounts: accounts)
  }
}
