import Foundation
import LedgerFixture
import Surveillance
import Testing

@Suite("Cases of a regulator") struct CaseBookTests {
  private let path = FileManager.default.temporaryDirectory.path + "/cases-\(UUID().uuidString)"

  private func book() throws -> CaseBook {
    try CaseBook(path, by: "officer", now: { Date(timeIntervalSince1970: 1_796_054_400) })
  }

  @Test(
    "What is opened, added and closed is there again, with who and when; what is closed stays so")
  func life() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    var chain = ""
    do {
      var book = try book()
      #expect(try book.open("Equal bids") == "case-1")
      #expect(try book.open("Another") == "case-2")
      try book.add(alert: "alert-4711-0", to: "case-1")
      try book.add(note: "two\nlines", to: "case-1")
      try book.add(file: "a.pdf", digest: String(repeating: "ab", count: 32), to: "case-1")
      try book.add(alert: "alert-4711-0", to: "case-1")
      try book.close("case-1", finding: "nothing")
      chain = book.chain
    }
    var again = try book()
    #expect(again.chain == chain && again.cases.map(\.isClosed) == [true, false])
    let one = try again.find("case-1")
    #expect(one.steps.map(\.kind) == [.open, .alert, .note, .file, .alert, .close])
    #expect(one.alerts == ["alert-4711-0"] && one.title == "Equal bids")
    #expect(one.steps.allSatisfy { $0.by == "officer" && $0.at == "2026-12-01T00:00:00+08:00" })
    #expect(throws: CaseFault.closed("case-1")) { try again.add(note: "late", to: "case-1") }
    #expect(throws: CaseFault.unknown("case-3")) { try again.add(note: "x", to: "case-3") }
    for alert in ["alert-1", "alert-01-0", "alert--1-0", "bid-1-0", "alert-1-0-2", ""] {
      #expect(throws: CaseFault.alert(alert)) { try again.add(alert: alert, to: "case-2") }
    }
    for title in ["", String(repeating: "x", count: 201), "a\u{1B}[2J"] {
      #expect(throws: CaseFault.text("a title", 200)) { try again.open(title) }
    }
    #expect(again.chain == chain, "a refusal wrote something")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test(
    "Any byte that is another is found; what was half written at the end is gone; one process has it"
  )
  func tampered() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      var book = try book()
      for number in 0..<3 { try book.add(note: "note \(number)", to: book.open("title")) }
      #expect(throws: ChainFault.held(path)) { try ChainedFile(path) }
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for place in 0..<whole.count - 1 {
      var wrong = whole
      wrong[place] ^= 1
      try wrong.write(to: URL(fileURLWithPath: path))
      #expect(throws: ChainFault.self, "byte \(place)") { try book() }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == wrong, "it was touched")
    }
    var lines = whole.split(separator: 0x0A).map { Data($0) }
    lines.remove(at: 2)
    try Data(lines.joined(separator: [0x0A]) + [0x0A]).write(to: URL(fileURLWithPath: path))
    #expect(throws: ChainFault.broken(path, 3)) { try book() }
    // An empty line is one too many; a last line without its end is there all the same.
    try (whole + [0x0A]).write(to: URL(fileURLWithPath: path))
    #expect(throws: ChainFault.broken(path, 7)) { try book() }
    for isReading in [true, false] {
      try whole.dropLast().write(to: URL(fileURLWithPath: path))
      #expect(try CaseBook(path, by: "x", isReading: isReading).cases[2].steps.count == 2)
      let now = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(now == (isReading ? whole.dropLast() : whole))
    }
    // Who only reads takes nothing away, and makes nothing.
    try (whole + whole.prefix(40)).write(to: URL(fileURLWithPath: path))
    #expect(try CaseBook(path, by: "x", isReading: true).cases.count == 3)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole + whole.prefix(40))
    #expect(throws: ChainFault.self) { try CaseBook(path + ".none", by: "x", isReading: true) }
    #expect(!FileManager.default.fileExists(atPath: path + ".none"))
    for count in [1, 40] {
      try (whole + whole.prefix(count)).write(to: URL(fileURLWithPath: path))
      #expect(try book().cases.count == 3)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole)
    }
  }

  @Test("A case that is full takes no more, and can be closed")
  func full() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    var book = try book()
    let id = try book.open("long")
    for _ in 1..<CaseBook.mostSteps { try book.add(note: "n", to: id) }
    #expect(throws: CaseFault.self) { try book.add(note: "one more", to: id) }
    try book.close(id, finding: "too long")
    #expect(try book.find(id).isClosed)
  }

  @Test("By the command line, with a file's digest and an exit code for each end")
  func commands() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    func run(_ words: String...) throws -> (text: String, status: Int32) {
      let (data, status) = try LedgerWatchTests.run(["case"] + words + ["--book", path])
      return (String(decoding: data, as: UTF8.self), status)
    }
    #expect(try run("open", "Equal bids", "--alert", "alert-7-0", "-o", "name").text == "case-1\n")
    let attached = path + ".txt"
    try Data("abc".utf8).write(to: URL(fileURLWithPath: attached))
    defer { try? FileManager.default.removeItem(atPath: attached) }
    let added = try run("add", "case-1", "--note", "seen", "--attach", attached, "-o", "json")
    #expect(added.status == 0)
    #expect(
      added.text.contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    #expect(try run("add", "case-1", "--attach", path + ".none").status == 2)
    #expect(try run("close", "case-1", "--finding", "nothing").status == 0)
    #expect(try run("add", "case-1", "--note", "late").status == 1)
    #expect(try run("show", "case-2").status == 2)
    #expect(try run("list").text.contains("closed"))
    #expect(try run("list", "--open", "-o", "name").text.isEmpty)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(try run("show", "case-1").status == 6)
  }
}

@Suite("Surveillance that goes on") struct WatchKeeperTests {
  @Test("It finds in pieces what it finds at once, once; after a start the log gives what was kept")
  func pieces() throws {
    let exchange = try LedgerWatchTests.market()
    let whole = try LedgerWatchTests.file(exchange)
    let expected = try LedgerWatch.read(path: whole, WatchTerms()).alerts
    #expect(!expected.isEmpty)
    let folder = (whole as NSString).deletingLastPathComponent
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (copy, kept) = (folder + "/copy.sqlite", folder + "/alerts.ndjson")
    var found: [Alert] = []
    do {
      var keeper = try WatchKeeper(path: copy, kept: kept, WatchTerms())
      for count in [1, exchange.log.count / 2, exchange.log.count - 1, exchange.log.count] {
        // As a published copy is: another file in its place.
        let part = try LedgerWatchTests.file(exchange, entries: count)
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.moveItem(atPath: part, toPath: copy)
        found += try keeper.look()
        #expect(keeper.entries == Int64(count))
        #expect(try keeper.look().isEmpty)
      }
      #expect(found == expected && keeper.alerts == expected.count)
    }
    let before = try Data(contentsOf: URL(fileURLWithPath: kept))
    do {
      var again = try WatchKeeper(path: copy, kept: kept, WatchTerms())
      #expect(try again.look().isEmpty && again.alerts == expected.count)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: kept)) == before)
    // Another log does not give them.
    var earlier = try Exchange()
    earlier.time += 3_600_000
    let other = try LedgerWatchTests.file(try LedgerWatchTests.market(after: earlier))
    var wrong = try WatchKeeper(path: other, kept: kept, WatchTerms())
    #expect(throws: WatchFault.self) { try wrong.look() }
  }

  @Test(
    "The command keeps alerts and prints each once; a kept file that was changed ends it with 6")
  func command() throws {
    let ledger = try LedgerWatchTests.file(try LedgerWatchTests.market())
    let folder = (ledger as NSString).deletingLastPathComponent
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = folder + "/alerts.ndjson"
    let words = ["alert", "watch", "--file", ledger, "--keep", kept, "--once", "-o", "name"]
    let (first, status) = try LedgerWatchTests.run(words)
    #expect(status == 0 && String(decoding: first, as: UTF8.self).hasPrefix("alert-"))
    #expect(try LedgerWatchTests.run(words).0.isEmpty)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: kept))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: kept))
    #expect(try LedgerWatchTests.run(words).1 == 6)
  }
}
