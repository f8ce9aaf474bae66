import Foundation
import GRDB
import LedgerStore
import Testing

/// The record of who read what (T48): one that is changed, moved or missing is found.
struct ReadBookTests {
  private func record(_ number: Int64) -> ReadRecord {
    ReadRecord(
      principal: "p-0-1", party: "platform", roles: ["platform"], operation: "showBid",
      arguments: "bid=bid-\(number)", position: number, time: 1_000 + number)
  }

  /// A file with so many reads, and its heads after each.
  private func written(_ count: Int64) throws -> (file: LedgerFile, path: String, heads: [ReadHead])
  {
    let file = try LedgerFile()
    let path = file.folder + "/reads.sqlite"
    let book = try ReadBook(path: path)
    var heads = [book.head]
    for number in 0..<count {
      try book.keep(record(number))
      heads.append(book.head)
    }
    return (file, path, heads)
  }

  private func spoil(_ path: String, _ sql: String) throws {
    try DatabaseQueue(path: path).write { db in
      try db.execute(sql: "DROP TRIGGER reads_no_update; DROP TRIGGER reads_no_delete; \(sql)")
    }
  }

  @Test("Reads are kept in order, over restarts, and every head that was noted still fits")
  func kept() throws {
    let (file, path, heads) = try written(11)
    defer { withExtendedLifetime(file) {} }
    let again = try ReadBook(path: path)
    #expect(again.head == heads.last)
    try again.keep(record(11))
    let all = try again.reads(before: nil, limit: 100)
    #expect(all.map(\.n) == (0...11).reversed())
    #expect(all.map(\.arguments) == (0...11).reversed().map { "bid=bid-\($0)" })
    #expect(try again.reads(before: 5, limit: 2).map(\.n) == [4, 3])
    let (head, faults) = try ReadBook.check(path: path, noted: heads)
    #expect(head.size == 12 && head == again.head)
    #expect(faults == [])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("SQLite itself refuses to change or delete a read")
  func guarded() throws {
    let (file, path, _) = try written(3)
    defer { withExtendedLifetime(file) {} }
    for sql in ["DELETE FROM reads WHERE n = 1", "UPDATE reads SET time = 0"] {
      #expect(throws: DatabaseError.self) {
        try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
      }
    }
  }

  @Test(
    "A read that is deleted, changed, moved or added behind the book's back is found",
    arguments: [
      "DELETE FROM reads WHERE n = 4", "DELETE FROM reads WHERE n = 0",
      "DELETE FROM reads WHERE n = 8", "UPDATE reads SET principal = 'p-0-2' WHERE n = 4",
      "UPDATE reads SET bytes = replace(bytes, 'bid-4', 'bid-5') WHERE n = 4",
      """
      CREATE TEMP TABLE two AS SELECT * FROM reads WHERE n IN (3, 4);
      UPDATE reads SET bytes = (SELECT bytes FROM two WHERE n = 7 - reads.n),
        time = (SELECT time FROM two WHERE n = 7 - reads.n) WHERE n IN (3, 4)
      """,
      "INSERT INTO reads SELECT 9, time, principal, operation, bytes FROM reads WHERE n = 8",
      "UPDATE head SET size = 8",
    ])
  func spoiled(_ sql: String) throws {
    let (file, path, heads) = try written(9)
    defer { withExtendedLifetime(file) {} }
    #expect(try ReadBook.check(path: path, noted: heads).faults == [])
    try spoil(path, sql)
    let found = try? ReadBook.check(path: path)
    #expect(found?.faults != [])
  }

  @Test("A book that was written anew, whole in itself, does not fit a head that was noted")
  func rewritten() throws {
    let (file, path, heads) = try written(9)
    let (other, shorter, _) = try written(8)
    defer { withExtendedLifetime((file, other)) {} }
    #expect(try ReadBook.check(path: shorter).faults == [])
    #expect(try ReadBook.check(path: shorter, noted: [heads[9]]).faults.count == 1)
    let forged = try ReadBook(path: shorter)
    try forged.keep(record(77))
    #expect(try ReadBook.check(path: shorter).faults == [])
    #expect(try ReadBook.check(path: shorter, noted: [heads[9]]).faults.count == 1)
    #expect(try ReadBook.check(path: path, noted: [heads[9]]).faults == [])
  }
}
