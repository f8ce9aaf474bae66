import GRDB
package import Ledger

extension LedgerStore {
  /// A principal of the ledger.
  package func principal(_ id: String) throws -> Principal? {
    try read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT id, party, roles, site FROM principals WHERE id = ?")
      guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
      var principal = Principal()
      principal.id = row["id"]
      principal.party = row["party"]
      principal.roles = (row["roles"] as String).split(separator: " ").compactMap {
        Role(rawValue: String($0))
      }
      principal.site = row["site"]
      return principal
    }
  }

  /// The principal that was made for the agent of a site.
  package func agent(of site: String) throws -> String? {
    try read { db in
      try String.fetchOne(
        db, sql: "SELECT id FROM principals WHERE site = ? AND roles = 'agent' ORDER BY position",
        arguments: [site])
    }
  }
}
