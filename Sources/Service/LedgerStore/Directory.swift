import Foundation
import GRDB

/// Words that must be erasable: names, labels, how to get into a lease. One SQLite file beside the
/// ledger, never part of the log (decisions.md, 38).
package final class Directory: Sendable {
  private let queue: DatabaseQueue

  package init(path: String) throws {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    }
    queue = try DatabaseQueue(path: path)
    try queue.write { db in
      try db.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS words (
            kind TEXT NOT NULL, object TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (kind, object, name)) STRICT, WITHOUT ROWID
          """)
    }
  }

  /// What words are about.
  package enum Kind: String, Sendable {
    /// The legal name of a party; `name` is empty.
    case party
    /// The label that a tenant gave a bid; `name` is empty.
    case label
    /// How to get into a lease, by what it is called there.
    case access
    /// What a tenant or a reviewer wrote about an application or award, or where a fact comes from;
    /// `name` is empty.
    case scheme
    /// The tax rules of a seller: rates by their first month, and by `<month> registration` the
    /// seller's number at its tax office from that month on.
    case tax
    /// What a seller noted on an invoice: `number`, `fapiao`.
    case invoice
    /// What was shown in a dispute or as the reason of a correction, by its digest; `name` is empty.
    case evidence
  }

  /// Replaces all words of a kind about an object.
  package func set(_ kind: Kind, _ object: String, _ words: [String: String]) throws {
    try queue.write { db in
      try db.execute(
        sql: "DELETE FROM words WHERE kind = ? AND object = ?",
        arguments: [kind.rawValue, object])
      for (name, text) in words {
        try db.execute(
          sql: "INSERT INTO words VALUES (?, ?, ?, ?)",
          arguments: [kind.rawValue, object, name, text])
      }
    }
  }

  package func words(_ kind: Kind, _ object: String) throws -> [String: String] {
    try queue.read { db in
      try Row.fetchAll(
        db, sql: "SELECT name, text FROM words WHERE kind = ? AND object = ? ORDER BY name",
        arguments: [kind.rawValue, object]
      ).reduce(into: [:]) { $0[$1["name"]] = $1["text"] }
    }
  }

  /// The only word of a kind about an object.
  package func word(_ kind: Kind, _ object: String) throws -> String? {
    try words(kind, object)[""]
  }
}
