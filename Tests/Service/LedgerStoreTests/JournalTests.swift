import Books
import CommandLog
import Foundation
import GRDB
import Ledger
import Replica
import Seeded
import Testing
import Units

/// Accounting programs that share nothing with us agree with the books of a ledger file.
@Suite struct JournalTests {
  /// The journal of a file, in the file's folder.
  private func journal(_ file: LedgerFile, _ form: JournalForm) throws -> String {
    let path = file.folder + "/books.\(form.rawValue)"
    _ = try text(file, form).write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func text(_ file: LedgerFile, _ form: JournalForm) throws -> String {
    var text = ""
    _ = try Journal.export(path: file.path, as: form) { text += $0 }
    return text
  }

  private func check(_ path: String, _ form: JournalForm) throws -> (status: Int32, text: String) {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    let result =
      switch form {
      case .hledger: try output(of: "hledger", ["-f", path, "check", "-s"])
      case .beancount:
        try output(of: "bean-check", [path], in: ["\(root)/.build-python/bin/"])
      }
    return try #require(result, "\(form) is not there; deploy/setup test installs it")
  }

  @Test(
    "The accounting program accepts the journal of a whole market", arguments: JournalForm.allCases)
  func accepted(form: JournalForm) throws {
    let file = try LedgerFile.written()
    defer { withExtendedLifetime(file) {} }
    let path = try journal(file, form)
    let result = try check(path, form)
    #expect(result.status == 0, "\(result.text)")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for word in ["deposit", "charge", "fee", "payout"] { #expect(text.contains(word)) }
  }

  @Test("They agree with the balances after many transfers more, for seeds of their own")
  func crowd() throws {
    let count = cases(300)
    var accounts = 0
    for seed in 1...3 {
      let file = try LedgerFile.written()
      defer { withExtendedLifetime(file) {} }
      try file.open { core in try Self.transfer(count, UInt64(seed), &core) }
      for form in JournalForm.allCases {
        let result = try check(try journal(file, form), form)
        #expect(result.status == 0, "\(form), seed \(seed): \(result.text.prefix(2_000))")
        // The journal claims every balance of the file, and they compare it with their own.
        let claimed =
          try text(file, form).components(
            separatedBy: form == .hledger ? " = " : " balance "
          ).count - 1
        #expect(claimed > 10)
        accounts += claimed
      }
    }
    figure(
      "T13", "balances that hledger and beancount find too; 3 seeds of \(count) transfers", accounts
    )
  }

  /// Payments, and money set aside that is posted or not, between the tenants of the script.
  private static func transfer(_ count: Int, _ seed: UInt64, _ core: inout ReplicaCore) throws {
    var source = Source(seed)
    let trader = Script.whole.end.principals.values.first { $0.party == "alpha" }?.id ?? ""
    let clock = Script.whole.end.time + Span.hour
    var sent = 0
    while sent < count {
      let batch = (0..<min(1_000, count - sent)).map { index in
        var leg = TransferLeg()
        leg.action = source.pick([.pay, .pay, .pay, .pend])
        leg.debit = "alpha:hkd"
        leg.credit = source.pick(["gamma:hkd", "hkcentre:hkd"])
        leg.amount = source.number(1...99)
        if leg.action == .pend { leg.timeout = source.number(1...Span.day) }
        var terms = TransferTerms()
        terms.legs = [leg]
        let text = String(sent + index, radix: 16)
        return Submission(
          id: "\(seed)" + String(repeating: "0", count: 31 - text.count) + text, by: trader,
          role: .trader, command: .transfer(terms))
      }
      sent += batch.count
      _ = try core.commit(batch, clock: clock + Int64(sent) * Span.second).map { try $0.get() }
    }
  }

  @Test("It finds one cent that is not where it was", arguments: JournalForm.allCases)
  func cent(form: JournalForm) throws {
    let file = try LedgerFile.written()
    defer { withExtendedLifetime(file) {} }
    let bench = try Workbench(path: file.path)
    try bench.tamper { db in
      try db.execute(
        sql: """
          UPDATE movements SET amount = amount + 1 WHERE (position, i) =
          (SELECT position, i FROM movements WHERE reason = 'charge' AND amount > 0
            ORDER BY position LIMIT 1)
          """)
    }
    try bench.close()
    let result = try check(try journal(file, form), form)
    #expect(result.status != 0)
    #expect(result.text.lowercased().contains("balance"), "\(result.text)")
  }

  @Test("Every transfer in force is in the journal once, and the file is not written to")
  func whole() throws {
    let file = try LedgerFile.written()
    let before = try Data(contentsOf: URL(fileURLWithPath: file.path))
    let bench = try Workbench(path: file.path)
    let count = try bench.queue.read { db in
      try Int64.fetchOne(
        db,
        sql: """
          SELECT count(*) FROM movements WHERE step IN ('posted', 'settled') AND amount > 0
          """)
    }
    try bench.close()
    var text = ""
    let summary = try Journal.export(path: file.path, as: .hledger) { text += $0 }
    #expect(summary.transfers == count)
    #expect(summary.transfers > 50)
    #expect(text.components(separatedBy: "  ; subject:").count == Int(summary.transfers) + 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == before)
  }

  @Test("What is no ledger file is refused by its name")
  func refused() throws {
    let file = try LedgerFile()
    for content in ["", "no database, but a text of some length that nobody could take for one"] {
      try content.write(toFile: file.path, atomically: true, encoding: .utf8)
      let fault = try #require(throws: JournalFault.self) { try text(file, .hledger) }
      #expect(fault.description.contains(file.path))
    }
  }

  @Test("Accounts of the ledger that differ have names that differ")
  func names() {
    let ids = ["a.b", "a_b", "a-b", "adb", "aub", "a", "bank", "fees", "9", "a.", "a_"]
    for form in JournalForm.allCases {
      let names = ids.flatMap { id in
        ["hkd", "cny"].map {
          form.name(
            BookAccount(id: "\(id):\($0)", currency: $0.uppercased(), isParty: id != "bank"))
        }
      }
      #expect(Set(names).count == names.count, "\(names)")
    }
  }

  /// What the independent model says of a file.
  private func replay(_ file: LedgerFile) throws -> (status: Int32, text: String) {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    return try #require(
      try output(of: "python3", ["-B", root + "/deploy/regulator/replay_ledger.py", file.path]))
  }

  @Test("The independent model replays the file up to what it does not know, and says what that is")
  func model() throws {
    let whole = try LedgerFile.written()
    defer { withExtendedLifetime(whole) {} }
    let verdict = try replay(whole)
    guard verdict.status != 0 else {
      #expect(verdict.text.contains("\(Script.whole.entries.count) entries"))
      return
    }
    // It may not know every kind; then it must name the place, and agree with all before it.
    #expect(verdict.status == 2, "\(verdict.text)")
    let place = try #require(verdict.text.firstMatch(of: /NOT KNOWN at position (\d+)/)).output.1
    let known = try #require(Int(place))
    #expect(known > 40, "\(verdict.text)")
    let file = try LedgerFile()
    defer { withExtendedLifetime(file) {} }
    try file.open { core in try core.send(Script.whole.entries[2..<known]) }
    let honest = try replay(file)
    #expect(honest.status == 0, "\(honest.text)")
    let bench = try Workbench(path: file.path)
    try bench.run("UPDATE accounts SET balance = balance + 1 WHERE id = 'alpha:hkd'")
    try bench.close()
    let changed = try replay(file)
    #expect(changed.status == 1 && changed.text.contains("alpha:hkd"), "\(changed.text)")
  }
}
