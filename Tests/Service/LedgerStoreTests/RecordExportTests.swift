import Foundation
import Ledger
import Seeded
import Testing

@testable import Records

/// Records for a supervisor, read again by programs that share nothing with us.
@Suite struct RecordExportTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  private struct Ended: Error {}

  /// Exports into a folder beside the file, in files of few entries.
  /// - Parameter files: after so many it ends, as a signal would end it.
  @discardableResult
  private func export(
    _ file: LedgerFile, _ kind: RecordKind, _ form: RecordForm = .csv, to name: String,
    endAfter files: Int = .max, _ change: (inout RecordRequest) -> Void = { _ in }
  ) throws -> RecordManifest {
    var request = RecordRequest(kind: kind, form: form)
    change(&request)
    return try RecordExport.read(path: file.path, request, perFile: 60) { export in
      var calls = 0
      return try export.write(to: folder(file, name)) { _, _ in
        calls += 1
        if calls > files { throw Ended() }
      }
    }
  }

  private func folder(_ file: LedgerFile, _ name: String) -> String { "\(file.folder)/\(name)" }

  private func run(_ program: String, _ words: [String]) throws -> (status: Int32, text: String) {
    try #require(
      try output(
        of: "python3", ["\(Self.root)/deploy/regulator/\(program)"] + words,
        in: ["\(Self.root)/.build-python/bin/"]),
      "python3 is not there; deploy/setup test installs it")
  }

  private func contents(_ folder: String) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) {
      $0[$1] = FileManager.default.contents(atPath: "\(folder)/\($1)")
    }
  }

  @Test(
    "The ledger file itself, counted again by another program, has the rows and money of an export",
    arguments: RecordKind.allCases)
  func counted(kind: RecordKind) throws {
    let file = try LedgerFile.written()
    let csv = try export(file, kind, to: "csv")
    let ndjson = try export(file, kind, .ndjson, to: "ndjson")
    #expect(csv.rows > 0 && csv.rows == ndjson.rows && csv.sums == ndjson.sums)
    #expect(csv.files.count > 2, "the files follow each other")
    #expect((kind == .entries) == csv.sums.isEmpty)
    for name in ["csv", "ndjson"] {
      let result = try run("check_export.py", [folder(file, name), "--ledger", file.path])
      #expect(result.status == 0, "\(result.text)")
      #expect(result.text.contains("\(csv.rows) rows"), "\(result.text)")
    }
  }

  @Test("Parquet has the same rows and sums, with numbers, times and flags as such")
  func parquet() throws {
    let file = try LedgerFile.written()
    var rows: Int64 = 0
    for kind in RecordKind.allCases {
      for form in RecordForm.allCases {
        let name = "\(kind.rawValue)-\(form.rawValue)"
        let manifest = try export(file, kind, form, to: name)
        // It compares rows and sums itself, in what it has written.
        let result = try run("export_parquet.py", [folder(file, name)])
        #expect(result.status == 0, "\(result.text)")
        #expect(result.text.contains("\(manifest.rows) rows"), "\(result.text)")
        let again = try run("check_export.py", [folder(file, name), "--ledger", file.path])
        #expect(again.status == 0, "\(again.text)")
        rows += manifest.rows
      }
    }
    figure("T53", "rows of CSV, NDJSON and Parquet, counted and summed by others", Int(rows))
  }

  @Test("All six events of an order's life are there, and every contract has its own UTI")
  func events() throws {
    let file = try LedgerFile.written()
    try export(file, .orders, .ndjson, to: "orders")
    try export(file, .trades, .ndjson, to: "trades")
    func rows(_ name: String) throws -> [[String: Any]] {
      try contents(folder(file, name)).filter { $0.key.hasSuffix(".ndjson") }
        .sorted { $0.key < $1.key }.flatMap { _, data in
          try data.split(separator: 0x0A).map {
            try #require(JSONSerialization.jsonObject(with: $0) as? [String: Any])
          }
        }
    }
    let orders = try rows("orders")
    #expect(
      Set(orders.compactMap { $0["event"] as? String })
        == ["new", "modify", "cancel", "refuse", "expire", "match"])
    for row in orders where row["event"] as? String == "match" {
      #expect(row["trade_id"] != nil && row["round"] != nil && row["participant"] != nil)
    }
    for row in orders where row["event"] as? String == "refuse" {
      #expect(row["reason"] != nil && row["reason_code"] != nil && row["trader"] != nil)
    }
    let trades = try rows("trades")
    #expect(
      Set(trades.compactMap { $0["event"] as? String }) == ["new", "modify", "cancel"])
    // Each said once, whatever is said of the lease later: given back, lost, taken back, excused.
    #expect(
      trades.compactMap { row in (row["event"] as? String).map { "\($0) \(row["reason"] ?? "")" } }
        .filter { !$0.hasPrefix("new") && !$0.hasSuffix(" ") }.sorted()
        == ["cancel breach", "cancel given back by the tenant", "cancel loss", "modify loss"])
    let new = trades.filter { $0["event"] as? String == "new" }
    let identifiers = new.compactMap { $0["uti"] as? String }
    #expect(identifiers.count == new.count && Set(identifiers).count == new.count)
    for uti in identifiers {
      #expect(uti.utf8.count <= 52 && uti.allSatisfy { $0.isNumber || $0.isUppercase }, "\(uti)")
    }
    let matched = Set(orders.compactMap { $0["trade_id"] as? String })
    #expect(Set(new.compactMap { $0["linked_transaction_id"] as? String }) == matched)
  }

  @Test("A file that was changed, cut, taken away or exchanged is found, and so is a sum")
  func changed() throws {
    let file = try LedgerFile.written()
    let manifest = try export(file, .trades, to: "trades")
    let whole = folder(file, "trades")
    let victim = "\(whole)/\(try #require(manifest.files.first { $0.rows > 0 }).name)"
    let good = try #require(FileManager.default.contents(atPath: victim))
    func fails(_ word: String) throws {
      let result = try run("check_export.py", [whole, "--ledger", file.path])
      #expect(result.status == 1 && result.text.contains(word), "\(word): \(result.text)")
    }
    func write(_ data: Data, _ path: String) throws {
      try data.write(to: URL(fileURLWithPath: path))
    }
    var flipped = good
    flipped[flipped.count - 3] ^= 1
    try write(flipped, victim)
    try fails("is not the file of the manifest")
    try write(good.dropLast(10), victim)
    try fails("is not the file of the manifest")
    try FileManager.default.removeItem(atPath: victim)
    try fails("is missing")
    try write(good, victim)
    let path = "\(whole)/\(RecordManifest.name)"
    let said = try #require(
      String(data: FileManager.default.contents(atPath: path) ?? Data(), encoding: .utf8))
    let (currency, sum) = try #require(manifest.sums.first)
    try write(
      Data(said.replacing("\"\(currency)\" : \"\(sum)\"", with: "\"\(currency)\" : \"1.00\"").utf8),
      path)
    try fails("the sums are")
    try write(Data(said.replacing("\"rows\" : ", with: "\"rows\" : 1").utf8), path)
    try fails("rows and not")
    try write(Data(said.utf8), path)
    #expect(try run("check_export.py", [whole, "--ledger", file.path]).status == 0)
    #expect(try run("check_export.py", [file.folder]).status == 1, "there is no manifest")
  }

  @Test("An export that was ended goes on where it was, and ends with the same bytes")
  func resumed() throws {
    let file = try LedgerFile.written()
    try export(file, .orders, to: "at once")
    #expect(throws: Ended.self) { try export(file, .orders, to: "in parts", endAfter: 2) }
    let parts = folder(file, "in parts")
    let first = try contents(parts)
    #expect(first[RecordManifest.name] == nil, "what is not whole has no manifest")
    #expect(first.count == 3)
    // A part of a file that was being written, and a file that no manifest knows yet.
    try Data("half".utf8).write(to: URL(fileURLWithPath: "\(parts)/orders-0000000000120.csv.part"))
    let before = try #require(first.keys.filter { $0.hasSuffix(".csv") }.min())
    let made = try FileManager.default.attributesOfItem(atPath: "\(parts)/\(before)")
    let manifest = try export(file, .orders, to: "in parts")
    let again = try FileManager.default.attributesOfItem(atPath: "\(parts)/\(before)")
    #expect(
      made[.systemFileNumber] as? Int == again[.systemFileNumber] as? Int, "it was not written anew"
    )
    #expect(try contents(parts) == contents(folder(file, "at once")))
    #expect(try export(file, .orders, to: "in parts") == manifest, "done is done")
    // What is there already is read again before anything is added.
    #expect(throws: Ended.self) { try export(file, .orders, to: "rotten", endAfter: 2) }
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder(file, "rotten"))/\(before)"))
    #expect(throws: RecordFault.self) { try export(file, .orders, to: "rotten") }
  }

  @Test(
    "A folder takes one export: another form, other times, other codes or other things are refused")
  func otherFolder() throws {
    let file = try LedgerFile.written()
    try export(file, .orders, to: "orders")
    let before = try contents(folder(file, "orders"))
    #expect(throws: RecordFault.self) { try export(file, .orders, .ndjson, to: "orders") }
    #expect(throws: RecordFault.self) { try export(file, .trades, to: "orders") }
    #expect(throws: RecordFault.self) { try export(file, .orders, to: "orders") { $0.from = 1 } }
    #expect(throws: RecordFault.self) {
      try export(file, .orders, to: "orders") { $0.codes = ["new": "ONEW"] }
    }
    #expect(throws: RecordFault.self) {
      try export(file, .orders, to: "../\(file.folder.split(separator: "/").last ?? "")")
    }
    #expect(try contents(folder(file, "orders")) == before)
  }

  @Test("The profile of order life cycles has its names and code, and takes codes for the others")
  func profile() throws {
    let file = try LedgerFile.written()
    try export(file, .orders, to: "life") {
      $0.profile = .orderLife
      $0.codes = ["cancel": "OCXL"]
    }
    let text = try contents(folder(file, "life")).filter { $0.key.hasSuffix(".csv") }
      .map { String(decoding: $0.value, as: UTF8.self) }.joined()
    #expect(text.hasPrefix("EventCode,EventTime,"))
    #expect(text.contains("\r\nONEW,") && text.contains("\r\nOCXL,") && !text.contains("\r\nnew,"))
    #expect(try run("check_export.py", [folder(file, "life"), "--ledger", file.path]).status == 0)
    #expect(throws: RecordFault.self) {
      try export(file, .orders, to: "odd") { $0.codes = ["sold": "X"] }
    }
    #expect(throws: RecordFault.self) {
      try export(file, .trades, to: "odd") { $0.profile = .orderLife }
    }
    #expect(throws: RecordFault.self) { try export(file, .trades, to: "odd") { $0.lei = "short" } }
    let lei = String(repeating: "5493", count: 5)
    let manifest = try export(file, .trades, to: "named") { $0.lei = lei }
    #expect(manifest.maker == lei)
  }

  @Test("An estimate of a small ledger is what the export has; times cut it at the entries between")
  func estimate() throws {
    let file = try LedgerFile.written()
    let whole = try export(file, .entries, to: "log")
    try RecordExport.read(path: file.path, RecordRequest(kind: .entries, form: .csv)) {
      let estimate = try $0.estimate()
      #expect(estimate.entries == whole.rows)
      #expect(abs(estimate.rows - whole.rows) <= whole.rows / 5)
    }
    let times = Script.whole.entries.map(\.time)
    let (from, until) = (times[times.count / 3], times[times.count / 2])
    let cut = try export(file, .entries, to: "cut") {
      $0.from = from
      $0.until = until
    }
    #expect(cut.rows == Int64(times.filter { $0 >= from && $0 < until }.count))
    #expect(throws: RecordFault.self) {
      try export(file, .entries, to: "never") {
        $0.from = until
        $0.until = from
      }
    }
  }

  @Test(
    "What a spreadsheet would run as a formula is text in CSV; quotes and breaks keep their rows")
  func hostile() {
    let column = [RecordColumn("a", .text, ""), RecordColumn("b", .decimal, "")]
    func csv(_ text: String) -> String { RecordForm.csv.line(column, [.text(text), .money(-5)]) }
    #expect(csv("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0,-0.05\r\n")
    for mark in ["+1", "-1", "@a", "\t=1"] { #expect(csv(mark) == "'\(mark),-0.05\r\n") }
    #expect(csv("\r=1").hasPrefix("\"'\r=1\","))
    #expect(csv("a,\"b\"\n") == "\"a,\"\"b\"\"\n\",-0.05\r\n")
    #expect(
      RecordForm.ndjson.line(column, [.text("\"\\\u{1}\u{2028}"), .absent])
        == "{\"a\":\"\\\"\\\\\\u0001\u{2028}\"}\n")
  }
}
