import Foundation
import GRDB
import LedgerStore
import Testing

/// The data dictionary says what is in a ledger file, all of it, in three languages.
@Suite struct DictionaryTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  private static let regulator = "\(root)/deploy/regulator"

  private func make(_ folder: String, _ words: [String]) throws -> (status: Int32, text: String) {
    try #require(
      try output(of: "python3", ["\(folder)/make_dictionary.py"] + words, in: []),
      "python3 is not there; deploy/setup test installs it")
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
  }

  @Test("Every table and column of a ledger file has a meaning in three languages, and no other")
  func whole() throws {
    let file = try LedgerFile.written()
    let made = try make(Self.regulator, [file.path, "--to", "\(file.folder)/pages"])
    #expect(made.status == 0, "\(made.text)")
    let bench = try Workbench(path: file.path)
    let columns = try bench.columns()
    try bench.close()
    #expect(columns.count > 250)
    for language in ["en", "zh-Hant", "zh-Hans"] {
      let page = try text("\(file.folder)/pages/dictionary.\(language).html")
      for column in columns {
        #expect(page.contains("id=\"\(column.table)\""), "\(language): \(column.table)")
        #expect(page.contains("<td><code>\(column.column)</code>"), "\(language): \(column.column)")
      }
      // Characters that only the other script has.
      let foreign =
        switch language {
        case "zh-Hant": "账户币价单时间数资员类发关对态总额约开闭纪录"
        case "zh-Hans": "帳戶幣價單時間數資員類發關對態總額約開閉紀錄"
        default: "帳账時时"
        }
      #expect(!page.contains { foreign.contains($0) }, "\(language)")
    }
  }

  @Test("What is missing in the dictionary, or too much, is named, and nothing is written")
  func faults() throws {
    let file = try LedgerFile.written()
    let own = "\(file.folder)/regulator"
    for (name, old, new, words) in [
      ("columns.txt", "*.welfare |", "*.wealth |", "rounds.welfare has no meaning"),
      ("columns.txt", "*.welfare |", "*.wealth |", "*.wealth, the ledger does not"),
      ("tables.txt", "leases |", "tenancies |", "the table leases has no meaning"),
      ("tables.txt", "leases |", "chips |", "is there twice"),
      ("tables.txt", " | Kinds", " Kinds", "four parts"),
      ("queries/10-disputes.sql", "-- zh-Hans:", "-- fr:", "has no line \"-- zh-Hans"),
    ] {
      try? FileManager.default.removeItem(atPath: own)
      try FileManager.default.copyItem(atPath: Self.regulator, toPath: own)
      let path = "\(own)/dictionary/\(name)"
      let before = try text(path)
      let line = try #require(before.split(separator: "\n").first { $0.contains(old) })
      try Data(before.replacing(line, with: line.replacing(old, with: new)).utf8)
        .write(to: URL(fileURLWithPath: path))
      let made = try make(own, [file.path, "--to", "\(file.folder)/pages"])
      #expect(made.status == 1 && made.text.contains(words), "\(words): \(made.text)")
      #expect(!FileManager.default.fileExists(atPath: "\(file.folder)/pages"))
    }
  }

  @Test("Each worked query runs as a regulator may ask it, and finds what it is for")
  func queries() throws {
    let file = try LedgerFile.written()
    let folder = "\(Self.regulator)/dictionary/queries"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names.count == 10)
    for name in names {
      let question = try text("\(folder)/\(name)")
      let answer = try LedgerConsole(path: file.path).ask(question)
      // One looks for what must not be.
      #expect(answer.rows.isEmpty == question.contains("-- empty"), "\(name)")
      #expect(!answer.isCut)
    }
    let books = try text("\(folder)/02-books-balance.sql")
    for row in try LedgerConsole(path: file.path).ask(books).rows {
      #expect(row[1] == .integer(0))
    }
    let bench = try Workbench(path: file.path)
    try bench.run("UPDATE accounts SET balance = balance + 1 WHERE id = 'alpha:hkd'")
    try bench.close()
    let forged = try text("\(folder)/03-balances-from-movements.sql")
    #expect(
      try LedgerConsole(path: file.path).ask(forged).rows.map(\.first) == [.text("alpha:hkd")])
  }
}
