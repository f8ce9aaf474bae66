import Foundation
import GRDB
import Synchronization
import Transparency

/// One question of somebody who sees other people's objects, as it is kept.
package struct ReadRecord: Codable, Sendable, Equatable {
  /// `name=value` of path and query, sorted, in percent form; empty without any.
  package var arguments: String
  /// From 0, without a gap.
  package var n: Int64
  package var operation: String
  package var party: String
  /// How far the ledger was that was read.
  package var position: Int64
  package var principal: String
  /// Sorted.
  package var roles: [String]
  /// Market time, ms.
  package var time: Int64

  package init(
    principal: String, party: String, roles: [String], operation: String, arguments: String,
    position: Int64, time: Int64
  ) {
    self.arguments = arguments
    self.operation = operation
    self.party = party
    self.position = position
    self.principal = principal
    self.roles = roles
    self.time = time
    n = 0
  }

  /// The leaf of the tree.
  fileprivate func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  fileprivate init(bytes: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(bytes.utf8))
  }
}

/// How many reads there are and the root of the tree over them: whoever noted it once finds out whether one
/// of them was changed, moved or taken away since.
package struct ReadHead: Sendable, Equatable {
  package var size: Int64
  /// 64 hexadecimal digits.
  package var root: String

  package init(size: Int64, root: String) {
    self.size = size
    self.root = root
  }
}

/// The record of who read what: a file beside the ledger, that only grows, with a tree of its own
/// (RFC 6962) over its rows. It is this replica's: it does not say what was read elsewhere.
package final class ReadBook: Sendable {
  private let queue: DatabaseQueue
  private let tree: Mutex<MerkleTree>
  private static let hasher = SHA256Hasher()

  /// Opens the file or makes it.
  package init(path: String) throws {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    }
    var configuration = Configuration()
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    queue = try DatabaseQueue(path: path, configuration: configuration)
    let known = try queue.write { db in
      try db.execute(sql: Self.schema)
      return try Self.kept(db, path)
    }
    tree = Mutex(known)
  }

  private static let schema = """
    CREATE TABLE IF NOT EXISTS reads (
      n INTEGER PRIMARY KEY, time INTEGER NOT NULL, principal TEXT NOT NULL,
      operation TEXT NOT NULL, bytes TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS head (
      one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, peaks BLOB NOT NULL) STRICT;
    INSERT OR IGNORE INTO head VALUES (1, 0, x'');
    CREATE TRIGGER IF NOT EXISTS reads_no_update BEFORE UPDATE ON reads
      BEGIN SELECT RAISE(ABORT, 'reads are only added to'); END;
    CREATE TRIGGER IF NOT EXISTS reads_no_delete BEFORE DELETE ON reads
      BEGIN SELECT RAISE(ABORT, 'reads are only added to'); END;
    """

  private static func kept(_ db: Database, _ path: String) throws -> MerkleTree {
    guard let row = try Row.fetchOne(db, sql: "SELECT size, peaks FROM head") else {
      throw LedgerStoreError.corrupt(path: path, what: "it does not say how many reads it has")
    }
    let size: Int64 = row["size"]
    return try LedgerStore.tree(max(0, size), row["peaks"] as Data, path)
  }

  /// Keeps one read, durably when this returns. What cannot be kept must not be answered.
  package func keep(_ record: ReadRecord) throws {
    try tree.withLock { tree in
      var (record, grown) = (record, tree)
      record.n = Int64(tree.size)
      let bytes = try record.bytes()
      grown.append(Self.hasher.leaf(bytes), hasher: Self.hasher)
      try queue.write { [record, grown] db in
        try db.cachedStatement(sql: "INSERT INTO reads VALUES (?, ?, ?, ?, ?)").execute(
          arguments: [
            record.n, record.time, record.principal, record.operation,
            String(decoding: bytes, as: UTF8.self),
          ])
        try db.cachedStatement(sql: "UPDATE head SET size = ?, peaks = ?").execute(
          arguments: [Int64(grown.size), Data(grown.peaks.flatMap(\.bytes))])
      }
      tree = grown
    }
  }

  /// What there is now.
  package var head: ReadHead {
    tree.withLock { ReadHead(size: Int64($0.size), root: $0.root(hasher: Self.hasher).hex) }
  }

  /// The latest first.
  /// - Parameter before: only reads before this one.
  package func reads(before: Int64?, limit: Int) throws -> [ReadRecord] {
    try queue.read { db in
      try String.fetchAll(
        db, sql: "SELECT bytes FROM reads WHERE n < ? ORDER BY n DESC LIMIT ?",
        arguments: [before ?? .max, limit]
      ).map { try ReadRecord(bytes: $0) }
    }
  }

  /// Goes through a file from its first read to its last.
  /// - Parameter noted: heads that somebody wrote down once.
  /// - Returns: what there is, and everything that is wrong; nothing when all is well.
  package static func check(
    path: String, noted: [ReadHead] = []
  ) throws -> (head: ReadHead, faults: [String]) {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).read { db in
      var (tree, faults) = (MerkleTree(), [String]())
      func compare() {
        let root = tree.root(hasher: hasher).hex
        for head in noted where head.size == Int64(tree.size) && head.root != root {
          faults.append("the first \(head.size) reads are not those whose root was noted")
        }
      }
      compare()
      let rows = try Row.fetchCursor(
        db, sql: "SELECT n, time, principal, operation, bytes FROM reads ORDER BY n")
      while let row = try rows.next(), faults.count < 20 {
        let text: String = row["bytes"]
        let n: Int64 = row["n"]
        if n != Int64(tree.size) { faults.append("read \(tree.size) is missing before read \(n)") }
        let record = try? ReadRecord(bytes: text)
        let isItself =
          record?.n == n && record?.time == row["time"] && record?.principal == row["principal"]
          && record?.operation == row["operation"]
        if !isItself { faults.append("read \(n) does not say what its row says") }
        tree.append(hasher.leaf(Array(text.utf8)), hasher: hasher)
        compare()
      }
      let root = tree.root(hasher: hasher).hex
      let kept = try Self.kept(db, path)
      if kept != tree {
        faults.append(
          "the file says that it has \(kept.size) reads with the root "
            + "\(kept.root(hasher: hasher).hex); it has \(tree.size) with the root \(root)")
      }
      for head in noted where head.size > Int64(tree.size) {
        faults.append("\(head.size) reads were noted once, and there are \(tree.size)")
      }
      return (ReadHead(size: Int64(tree.size), root: root), faults)
    }
  }
}
