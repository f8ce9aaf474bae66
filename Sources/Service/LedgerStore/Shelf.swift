import Foundation
import GRDB
import Synchronization

/// What lies on a shelf: words about an object. Of two that differ the later one holds, and of two of the
/// same moment the one whose author's name comes later.
package struct ShelfItem: Sendable, Equatable, Codable {
  package var kind: String
  package var object: String
  /// By name; empty when they were taken away.
  package var words: [String: String]
  /// When they were written, ms since 1970 of the clock of who wrote them.
  package var stamp: Int64
  /// Which replica wrote them.
  package var author: String

  package init(
    kind: String, object: String, words: [String: String], stamp: Int64, author: String
  ) {
    self.kind = kind
    self.object = object
    self.words = words
    self.stamp = stamp
    self.author = author
  }

  /// Whether it replaces another about the same object.
  func isLater(than other: (stamp: Int64, author: String)) -> Bool {
    (stamp, author) > (other.stamp, other.author)
  }

  /// More than any request can bring.
  private static let mostBytes = 512 * 1_024
  /// So that no author can write for all time.
  private static let lastStamp: Int64 = 1 << 52

  /// Whether its lengths are those of an item that a replica makes.
  package var isSound: Bool {
    let lengths = words.map { $0.key.utf8.count + $0.value.utf8.count }
    return (1...32).contains(kind.utf8.count) && (1...200).contains(object.utf8.count)
      && author.utf8.count <= 200 && (0...Self.lastStamp).contains(stamp)
      && words.count <= 1_000 && lengths.reduce(0, +) <= Self.mostBytes
  }
}

/// Why a file beside the ledger is not opened.
package enum ShelfError: Error, CustomStringConvertible, Sendable {
  case tooOpen(path: String)
  case damaged(path: String, what: String)

  package var description: String {
    switch self {
    case .tooOpen(let path): "\(path) can be read by others; run: chmod 600 \(path)"
    case .damaged(let path, let what):
      "\(path) is damaged (\(what)); put a copy in its place, or take it away where other replicas have "
        + "what was in it"
    }
  }
}

/// What is not for the log and must be erasable, in one SQLite file of mode 0600: words about objects.
/// Each change has a number, so that another replica can be brought what it has not seen, and whatever
/// way changes take, all shelves that have seen the same ones hold the same.
package final class Shelf: Sendable {
  /// Of this file: one that was made anew counts from the beginning again.
  package let instance: String
  private let queue: DatabaseQueue
  private let author: String
  private let clock: @Sendable () -> Int64
  private let newest: Mutex<Int64>

  /// Opens the file or makes it.
  /// - Parameters:
  ///   - author: of what is set here.
  ///   - clock: ms since 1970.
  package init(
    path: String, author: String = "",
    clock: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000) }
  ) throws {
    self.author = author
    self.clock = clock
    let files = FileManager.default
    if !files.fileExists(atPath: path) {
      _ = files.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    }
    let mode = try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    guard let mode, mode & 0o077 == 0 else { throw ShelfError.tooOpen(path: path) }
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    // A token is shown once: it must not be lost with the power. What is erased is overwritten.
    configuration.prepareDatabase {
      try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
    }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      let found = try queue.write { db in
        try db.execute(sql: Self.schema)
        try db.execute(sql: Self.unnumbered)
        try db.execute(
          sql: "INSERT OR IGNORE INTO shelf VALUES (1, ?)",
          arguments: [UUID().uuidString.lowercased()])
        let instance = try String.fetchOne(db, sql: "SELECT instance FROM shelf") ?? ""
        return (instance: instance, end: try Self.end(db))
      }
      instance = found.instance
      newest = Mutex(found.end)
    } catch let error as DatabaseError {
      throw ShelfError.damaged(path: path, what: error.message ?? "\(error.resultCode)")
    }
  }

  private static let schema = """
    CREATE TABLE IF NOT EXISTS words (
      kind TEXT NOT NULL, object TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
      PRIMARY KEY (kind, object, name)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS items (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, object TEXT NOT NULL,
      stamp INTEGER NOT NULL, author TEXT NOT NULL, UNIQUE (kind, object)) STRICT;
    CREATE TABLE IF NOT EXISTS heard (
      instance TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS shelf (
      one INTEGER PRIMARY KEY CHECK (one = 1), instance TEXT NOT NULL) STRICT;
    """

  /// Words of a file that had no numbers yet.
  private static let unnumbered = """
    INSERT INTO items (kind, object, stamp, author)
      SELECT DISTINCT kind, object, 0, '' FROM words w WHERE NOT EXISTS (
        SELECT 1 FROM items i WHERE i.kind = w.kind AND i.object = w.object)
      ORDER BY kind, object
    """

  // MARK: Words

  /// Replaces all words of a kind about an object; none takes them away.
  package func set(_ kind: String, _ object: String, _ words: [String: String]) throws {
    try write { db in
      let before = try Self.mark(db, kind, object)
      try Self.put(
        db,
        ShelfItem(
          kind: kind, object: object, words: words,
          stamp: max(clock(), (before?.stamp ?? -1) + 1), author: author))
    }
  }

  package func words(_ kind: String, _ object: String) throws -> [String: String] {
    try queue.read { db in try Self.words(db, kind, object) }
  }

  /// All objects of a kind that have words.
  package func all(_ kind: String) throws -> [String: [String: String]] {
    try queue.read { db in
      try Row.fetchAll(
        db, sql: "SELECT object, name, text FROM words WHERE kind = ? ORDER BY object, name",
        arguments: [kind]
      ).reduce(into: [:]) { $0[$1["object"], default: [:]][$1["name"]] = $1["text"] }
    }
  }

  /// Whether something was ever set, even if it was taken away since.
  package func knows(_ kind: String, _ object: String) throws -> Bool {
    try queue.read { db in try Self.mark(db, kind, object) != nil }
  }

  // MARK: For other replicas

  /// The number of the last change.
  package var end: Int64 { newest.withLock { $0 } }

  /// What changed after a number, as it is now, ascending, and the number up to which that is all.
  /// - Parameter limit: bytes of words, about; one item at least.
  package func items(
    after seq: Int64, atMost limit: Int
  ) throws -> (items: [ShelfItem], end: Int64) {
    try queue.read { db in
      var (items, bytes, end) = ([ShelfItem](), 0, seq)
      let rows = try Row.fetchCursor(
        db,
        sql: "SELECT seq, kind, object, stamp, author FROM items WHERE seq > ? ORDER BY seq",
        arguments: [seq])
      while let row = try rows.next(), bytes < limit {
        let (kind, object): (String, String) = (row["kind"], row["object"])
        let words = try Self.words(db, kind, object)
        items.append(
          ShelfItem(
            kind: kind, object: object, words: words, stamp: row["stamp"], author: row["author"]))
        bytes += words.reduce(200) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        end = row["seq"]
      }
      return (items, end)
    }
  }

  /// Up to which of its changes another shelf was heard.
  package func heard(of instance: String) throws -> Int64 {
    try queue.read { db in
      try Int64.fetchOne(
        db, sql: "SELECT seq FROM heard WHERE instance = ?", arguments: [instance]) ?? 0
    }
  }

  /// Takes what another shelf brings.
  /// - Parameter seq: the other's number up to which that is all.
  /// - Returns: those that changed something here.
  package func take(
    _ items: [ShelfItem], of instance: String, upTo seq: Int64
  ) throws -> [ShelfItem] {
    try write { db in
      var taken: [ShelfItem] = []
      for item in items {
        if let known = try Self.mark(db, item.kind, item.object), !item.isLater(than: known) {
          continue
        }
        try Self.put(db, item)
        taken.append(item)
      }
      try db.execute(
        sql: """
          INSERT INTO heard VALUES (?, ?)
          ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)
          """, arguments: [instance, seq])
      return taken
    }
  }

  // MARK: Rows

  private func write<T>(_ body: (Database) throws -> T) throws -> T {
    let (value, end) = try queue.write { db in (try body(db), try Self.end(db)) }
    newest.withLock { $0 = max($0, end) }
    return value
  }

  private static func end(_ db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT max(seq) FROM items") ?? 0
  }

  private static func mark(
    _ db: Database, _ kind: String, _ object: String
  ) throws -> (stamp: Int64, author: String)? {
    try Row.fetchOne(
      db, sql: "SELECT stamp, author FROM items WHERE kind = ? AND object = ?",
      arguments: [kind, object]
    ).map { ($0["stamp"], $0["author"]) }
  }

  private static func words(
    _ db: Database, _ kind: String, _ object: String
  ) throws -> [String: String] {
    try Row.fetchAll(
      db, sql: "SELECT name, text FROM words WHERE kind = ? AND object = ? ORDER BY name",
      arguments: [kind, object]
    ).reduce(into: [:]) { $0[$1["name"]] = $1["text"] }
  }

  private static func put(_ db: Database, _ item: ShelfItem) throws {
    try db.execute(
      sql: "DELETE FROM words WHERE kind = ? AND object = ?", arguments: [item.kind, item.object])
    for (name, text) in item.words {
      try db.execute(
        sql: "INSERT INTO words VALUES (?, ?, ?, ?)",
        arguments: [item.kind, item.object, name, text])
    }
    try db.execute(
      sql: "DELETE FROM items WHERE kind = ? AND object = ?", arguments: [item.kind, item.object])
    try db.execute(
      sql: "INSERT INTO items (kind, object, stamp, author) VALUES (?, ?, ?, ?)",
      arguments: [item.kind, item.object, item.stamp, item.author])
  }
}
