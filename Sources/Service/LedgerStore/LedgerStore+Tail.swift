import GRDB

extension LedgerStore {
  /// Canonical entries from a position on, ascending, without a gap: as many as have so many bytes
  /// together, and one in any case, if there is one.
  package func log(from position: Int64, atMost bytes: Int) throws -> [[UInt8]] {
    try read { db in
      let rows = try Row.fetchCursor(
        db, sql: "SELECT bytes FROM entries WHERE position >= ? ORDER BY position",
        arguments: [position])
      var (entries, size): ([[UInt8]], Int) = ([], 0)
      while size < bytes, let row = try rows.next() {
        let entry = Array((row["bytes"] as String).utf8)
        guard entries.isEmpty || size + entry.count < bytes else { break }
        entries.append(entry)
        size += entry.count + 1
      }
      return entries
    }
  }
}
