import Foundation
import GRDB
import LedgerStore
import Seeded
import Testing

/// What lies beside the ledger, and how replicas bring it each other.
struct ShelfTests {
  /// Some shelves in a folder that is gone afterwards.
  private final class Shelves {
    let folder: URL
    var all: [Shelf] = []

    init(_ count: Int) throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "sampan-shelf-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for number in 0..<count { all.append(try shelf("r\(number)")) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func shelf(_ name: String) throws -> Shelf {
      // Clocks that differ, and stand still.
      let now = Int64(1_000 + name.utf8.last.map { Int64($0) }! % 3)
      return try Shelf(
        path: folder.appendingPathComponent("\(name).sqlite").path, author: name, clock: { now })
    }
  }

  /// Brings one what another has and it has not heard.
  private func bring(_ from: Shelf, _ to: Shelf, atMost: Int = 1 << 20) throws {
    let heard = try to.heard(of: from.instance)
    let (items, end) = try from.items(after: heard, atMost: atMost)
    _ = try to.take(items, of: from.instance, upTo: end)
  }

  private func content(_ shelf: Shelf) throws -> [ShelfItem] {
    try shelf.items(after: 0, atMost: 1 << 30).items.sorted {
      ($0.kind, $0.object) < ($1.kind, $1.object)
    }
  }

  @Test(
    "Words are what was set last, also when the clock stands, and are gone when they are taken away"
  )
  func words() throws {
    let shelves = try Shelves(1)
    let shelf = shelves.all[0]
    try shelf.set("label", "bid-1", ["": "first"])
    try shelf.set("label", "bid-1", ["": "second", "more": "words"])
    #expect(try shelf.words("label", "bid-1") == ["": "second", "more": "words"])
    #expect(try shelf.words("label", "bid-2") == [:] && !shelf.knows("label", "bid-2"))
    #expect(shelf.end == 2)
    try shelf.set("label", "bid-1", [:])
    #expect(try shelf.words("label", "bid-1") == [:] && shelf.knows("label", "bid-1"))
    // Erased is erased: not in the file either.
    let bytes = try Data(contentsOf: shelves.folder.appendingPathComponent("r0.sqlite"))
    #expect(bytes.range(of: Data("second".utf8)) == nil)
    let again = try shelves.shelf("r0")
    #expect(again.end == 3 && again.instance == shelf.instance)
    #expect(try again.items(after: 2, atMost: 1).items.map(\.words) == [[:]])
  }

  @Test(
    "Shelves that have heard each other by any way, in any order, hold the same: the latest of each"
  )
  func convergence() throws {
    for seed in 0..<20 as Range<UInt64> {
      var source = Source(seed)
      let shelves = try Shelves(3)
      var written: [String: [String]] = [:]
      for step in 0..<60 {
        let shelf = source.pick(shelves.all)
        if source.number(0...1) == 0 {
          let object = "o\(source.number(0...5))"
          let text = source.number(0...3) == 0 ? nil : "\(step)"
          try shelf.set("label", object, text.map { ["": $0] } ?? [:])
          written[object, default: []].append(text ?? "")
        } else {
          let other = source.pick(shelves.all)
          if other !== shelf { try bring(shelf, other, atMost: 1) }
        }
      }
      // The first reaches the last only by the second.
      for _ in 0..<60 {
        for (from, to) in [(0, 1), (1, 2), (2, 1), (1, 0)] {
          try bring(shelves.all[from], shelves.all[to], atMost: 1)
        }
      }
      let contents = try shelves.all.map(content)
      #expect(contents[0] == contents[1] && contents[1] == contents[2], "seed \(seed)")
      #expect(contents[0].count == written.count)
      for item in contents[0] {
        #expect(written[item.object]?.contains(item.words[""] ?? "") == true)
      }
    }
  }

  @Test("What was written after something was heard replaces it, whatever the clocks say")
  func later() throws {
    let shelves = try Shelves(2)
    let (ahead, behind) = (shelves.all[1], shelves.all[0])
    _ = try behind.take(
      [ShelfItem(kind: "label", object: "x", words: ["": "a"], stamp: 9_000, author: "z")],
      of: "elsewhere", upTo: 1)
    try behind.set("label", "x", ["": "b"])
    try bring(behind, ahead)
    #expect(try ahead.words("label", "x") == ["": "b"])
  }

  @Test("A shelf that was made anew hears everything again, and one of another file is another one")
  func madeAnew() throws {
    let shelves = try Shelves(2)
    try shelves.all[0].set("token", "d", ["principal": "p-1"])
    try bring(shelves.all[0], shelves.all[1])
    #expect(try shelves.all[1].heard(of: shelves.all[0].instance) == 1)
    let fresh = try shelves.shelf("r7")
    #expect(fresh.instance != shelves.all[0].instance)
    try bring(shelves.all[1], fresh)
    #expect(try content(fresh) == content(shelves.all[0]))
  }

  @Test("A directory of words without numbers is taken over, with all its words")
  func older() throws {
    let shelves = try Shelves(0)
    let path = shelves.folder.appendingPathComponent("old.sqlite").path
    _ = FileManager.default.createFile(
      atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    try DatabaseQueue(path: path).write { db in
      try db.execute(
        sql: """
          CREATE TABLE words (kind TEXT NOT NULL, object TEXT NOT NULL, name TEXT NOT NULL,
            text TEXT NOT NULL, PRIMARY KEY (kind, object, name)) STRICT, WITHOUT ROWID;
          INSERT INTO words VALUES ('access', 'l-1', 'host', 'h'), ('access', 'l-1', 'user', 'u'),
            ('party', 'hku', '', 'HKU');
          """)
    }
    let directory = try Directory(path: path, author: "hk-1")
    #expect(try directory.words(.access, "l-1") == ["host": "h", "user": "u"])
    #expect(try directory.shelf.items(after: 0, atMost: 1 << 20).items.count == 2)
    try directory.set(.party, "hku", ["": "The University of Hong Kong"])
    let again = try Directory(path: path, author: "hk-1")
    #expect(try again.word(.party, "hku") == "The University of Hong Kong")
    #expect(again.shelf.end == 3)
  }

  @Test("Items that no replica makes are told apart")
  func sound() {
    let good = ShelfItem(kind: "label", object: "b", words: ["": "w"], stamp: 1, author: "a")
    #expect(good.isSound)
    var wrong: [ShelfItem] = []
    for change in [
      { $0.kind = "" }, { $0.kind = String(repeating: "k", count: 33) }, { $0.object = "" },
      { $0.object = String(repeating: "o", count: 201) }, { $0.stamp = -1 },
      { $0.stamp = .max }, { $0.author = String(repeating: "a", count: 201) },
      { $0.words = ["": String(repeating: "w", count: 600_000)] },
    ] as [(inout ShelfItem) -> Void] {
      var item = good
      change(&item)
      wrong.append(item)
    }
    #expect(wrong.filter(\.isSound) == [])
  }
}
