import CommandLog
import Foundation
import GRDB
import LedgerStore
import Testing

/// What the local engine has beyond the contract: its file.
struct LocalCommandLogTests {
  private let house: LocalHouse
  private var path: String { house.folder.appendingPathComponent("other").path }

  init() throws { house = try LocalHouse() }

  @Test("The file is its owner's alone")
  func mode() throws {
    try LocalCommandLog(path: path).close()
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("To open the file ends the term of whoever died in it")
  func terms() async throws {
    let dead = try LocalCommandLog(path: path)
    let old = try await dead.lead()
    #expect(try await dead.append(.sample(at: 0, 1), term: old) == .done)
    let log = try LocalCommandLog(path: path)
    #expect(try await log.head() == LogHead(next: 1, floor: 0, leader: nil))
    #expect(try await dead.append(.sample(at: 1, 1), term: old) == .deposed)
    let new = try await log.lead()
    #expect(new.revision > old.revision)
    #expect(try await dead.append(.sample(at: 1, 1), term: old) == .deposed)
    #expect(try await log.append(.sample(at: 1, 1), term: new) == .done)
  }

  @Test("Entries in the form before this one are read, and the log goes on behind them")
  func before() async throws {
    let rows = (5..<8).map { "(\($0), '{\"at\":\($0)}')" }.joined(separator: ", ")
    let old = try DatabaseQueue(path: path)
    try await old.write { db in
      try db.execute(
        sql: """
          CREATE TABLE entries (position INTEGER PRIMARY KEY, bytes TEXT NOT NULL) STRICT;
          INSERT INTO entries VALUES \(rows);
          """)
    }
    try old.close()
    for _ in 0..<2 {
      let log = try LocalCommandLog(path: path)
      #expect(try await log.head() == LogHead(next: 8, floor: 5, leader: nil))
      let entries = try await log.everything(from: 5).flatMap(\.entries)
      #expect(
        entries.map { String(decoding: $0, as: UTF8.self) } == (5..<8).map { "{\"at\":\($0)}" })
      try log.close()
    }
  }

  @Test("A file that is no log, and one with a hole, are damaged")
  func damaged() async throws {
    try Data(repeating: 0x41, count: 5_000).write(to: URL(fileURLWithPath: path))
    #expect { try LocalCommandLog(path: path) } throws: {
      if case LogFailure.damaged = $0 { true } else { false }
    }
    let holed = path + "-2"
    let log = try LocalCommandLog(path: holed)
    let term = try await log.lead()
    for first in Int64(0)..<3 {
      #expect(try await log.append(.sample(at: first, 1), term: term) == .done)
    }
    try log.close()
    let file = try DatabaseQueue(path: holed)
    try await file.write { db in try db.execute(sql: "DELETE FROM batches WHERE first = 1") }
    try file.close()
    let again = try LocalCommandLog(path: holed)
    await #expect {
      try await again.everything()
    } throws: {
      if case LogFailure.damaged = $0 { true } else { false }
    }
  }
}
