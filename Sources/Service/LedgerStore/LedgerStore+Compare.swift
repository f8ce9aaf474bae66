import GRDB

extension LedgerStore {
  /// The tables whose rows differ from those of another file. Snapshots are left out: they are kept
  /// for a restart and proved by seals.
  package func differingTables(from other: LedgerStore) throws -> [String] {
    let ours = try digests()
    let theirs = try other.digests()
    return ours.keys.sorted().filter { ours[$0] != theirs[$0] }
  }

  /// A digest of each table in the order of its primary key.
  private func digests() throws -> [String: String] {
    try pool.read { db in
      let names = try String.fetchAll(
        db,
        sql: """
          SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
            AND name NOT LIKE 'grdb%' AND name <> 'snapshots' ORDER BY name
          """)
      var digests: [String: String] = [:]
      for name in names {
        let keys = try db.primaryKey(name).columns.map(\.quotedDatabaseIdentifier)
        let rows = try Row.fetchCursor(
          db, sql: "SELECT * FROM \(name.quotedDatabaseIdentifier) ORDER BY \(keys.joined(separator: ","))")
        var chain = ""
        while let row = try rows.next() {
          let text = row.databaseValues.map { "\($0)" }.joined(separator: "\u{1F}")
          chain = SHA256Hasher.hex(Array((chain + "\n" + text).utf8))
        }
        digests[name] = chain
      }
      return digests
    }
  }
}
