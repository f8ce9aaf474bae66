import CommandLog
import Foundation
import GRDB
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Placement
import Replica
import Testing
import Units

/// What a restart believes, and what a retry gets.
struct RestartTests {
  @Test("A damaged snapshot is passed over: an older one, or the entries, give the same state")
  func damagedSnapshot() throws {
    let file = try LedgerFile.written()
    let digest = try file.open { $0.digest }
    let sealed = try LedgerStore(path: file.path)
    let positions = try sealed.sealedSnapshots()
    try sealed.close()
    #expect(positions.count >= 2)
    for position in positions {
      let bench = try Workbench(path: file.path)
      try bench.run(
        """
        UPDATE snapshots SET state = CAST(substr(state, 1, length(state) - 1) || x'21' AS BLOB)
        WHERE position = \(position)
        """)
      try bench.close()
      try file.open { core in #expect(core.digest == digest) }
    }
  }

  @Test("A snapshot that was changed together with its digest is not believed: no seal carries it")
  func forgedSnapshot() throws {
    let file = try LedgerFile.written()
    let digest = try file.open { $0.digest }
    let store = try LedgerStore(path: file.path)
    let newest = try #require(try store.sealedSnapshots().first)
    let snapshot = try #require(try store.snapshot(position: newest))
    try store.close()
    let text = String(decoding: snapshot.state, as: UTF8.self)
    let forged = Array(
      text.replacingOccurrences(of: "\"feePermille\":12", with: "\"feePermille\":13").utf8)
    #expect(forged != snapshot.state)
    let bench = try Workbench(path: file.path)
    try bench.queue.write { db in
      try db.execute(
        sql: "UPDATE snapshots SET state = ?, digest = ? WHERE position = ?",
        arguments: [Data(forged), SHA256Hasher.hex(forged), newest])
    }
    try bench.close()
    try file.open { core in #expect(core.digest == digest) }
    let report = try LedgerVerifier.verify(path: file.path)
    #expect(report.checks.filter { !$0.ok }.map(\.name) == ["Snapshots"])
  }

  @Test("Entries that are missing or changed end the start with a reason")
  func brokenLog() throws {
    for sql in [
      "DELETE FROM entries WHERE position > 60", "DELETE FROM entries WHERE position = 40",
      "UPDATE entries SET bytes = replace(bytes, '\"e\":1', '\"e\":01') WHERE position = 40",
      "UPDATE progress SET position = position + 1",
    ] {
      let file = try LedgerFile.written()
      let bench = try Workbench(path: file.path)
      try bench.tamper { db in
        try db.execute(sql: "DELETE FROM snapshots")
        try db.execute(sql: sql)
      }
      try bench.close()
      #expect(throws: LedgerStoreError.self, "\(sql)") { try file.open { _ in } }
    }
  }

  @Test(
    "A genesis that cannot be applied, or a replica that may not lead, is an error with a reason")
  func badBeginning() throws {
    for (principal, currencies, origin) in [
      ("leader", [.cny], "test.example"), ("leader", [.cny, .hkd], "NOT AN ORIGIN"),
      ("stranger", [.cny, .hkd], "test.example"),
    ] as [(String, [Currency], String)] {
      let file = try LedgerFile()
      let store = try LedgerStore(path: file.path)
      var core = try ReplicaCore(store: store, logger: LedgerFile.silent, principal: principal)
      var genesis = Exchange.genesis(rules: Rules())
      genesis.currencies = currencies
      genesis.origin = origin
      #expect(throws: (any Error).self) {
        try core.begin(genesis: genesis, clock: Exchange.monday)
      }
      try store.close()
    }
  }

  @Test("Every command that is sent again after a restart gets its first receipt, refusals too")
  func replays() throws {
    let file = try LedgerFile.written()
    let entries = Script.whole.entries.dropFirst(2)
    var refusals = 0
    try file.open { core in
      let (position, root) = (core.state.position, core.root)
      for entry in entries {
        // Seals were made anew by the replica, with digests of their own.
        if case .seal = entry.command { continue }
        let again = Submission(
          id: entry.id, by: entry.by, role: entry.role, command: entry.command)
        let receipts = try core.commit([again, again], clock: core.state.time + 1)
        for receipt in try receipts.map({ try $0.get() }) {
          #expect(receipt.replayed)
          #expect(receipt.position == entry.position)
          #expect(receipt.time == entry.time)
          #expect(receipt.kind == entry.command.kind)
        }
        if try receipts[0].get().refusal != nil { refusals += 1 }
      }
      #expect(core.state.position == position)
      #expect(core.root == root)
    }
    #expect(refusals >= 5)
  }

  @Test("An id that is used for anything else is refused, in whichever field it differs")
  func otherContent() throws {
    let file = try LedgerFile.written()
    let entry = try #require(
      Script.whole.entries.first { $0.command.kind == .placeBid })
    guard case .placeBid(let terms) = entry.command else { return }
    let first = Submission(id: entry.id, by: entry.by, role: entry.role, command: entry.command)
    var others: [Submission] = [first, first]
    others[0].by = "maker"
    others[1].role = .platform
    for change in [
      { $0.alternatives[0].gpus += 1 }, { $0.alternatives[0].least += 1 },
      { $0.alternatives[0].limit += 1 }, { $0.alternatives[0].quarters += 1 },
      { $0.alternatives[0].chip = "a910b" }, { $0.alternatives.append($0.alternatives[0]) },
      { $0.dataClass = "mainland" }, { $0.earliest += 1 }, { $0.exclusive = true },
      { $0.kind = .split }, { $0.latestEnd += 1 }, { $0.near = BidTerms.Nearness() },
      { $0.notice = 3_600_000 }, { $0.together = 2 }, { $0.whereabouts.sites = ["qianhai"] },
      { $0.whereabouts.notSites = ["qianhai"] }, { $0.whereabouts.jurisdictions = [.hk] },
    ] as [(inout BidTerms) -> Void] {
      var other = terms
      change(&other)
      var submission = first
      submission.command = .placeBid(other)
      others.append(submission)
    }
    try file.open { core in
      let position = core.state.position
      for other in others {
        let result = try core.commit([other], clock: core.state.time)[0]
        #expect {
          try result.get()
        } throws: { error in
          guard case .differentContent(entry.position)? = error as? SubmissionError else {
            return false
          }
          return true
        }
      }
      #expect(core.state.position == position)
    }
  }

  @Test("A refusal stays what it was when the reason is gone; a new id succeeds")
  func stickyRefusal() throws {
    let file = try LedgerFile.written()
    let start = Script.whole.end.time + Span.hour
    let terms = BidTerms.block(
      16, quarters: 8, limit: 2_000, from: start + Span.hour, until: start + 20 * Span.hour)
    let trader = try #require(
      Script.whole.end.principals.values.first { $0.party == "gamma" }
    ).id
    func bid(_ digit: String) -> Submission {
      Submission(
        id: String(repeating: digit, count: 32), by: trader, role: .trader,
        command: .placeBid(terms))
    }
    let first = try file.open { core in try core.commit([bid("1")], clock: start)[0].get() }
    #expect(first.refusal == .insufficientFunds)
    try file.open { core in
      var deposit = BankTransfer()
      deposit.account = "gamma:hkd"
      deposit.amount = 10_000_000
      deposit.reference = String(repeating: "ef", count: 32)
      let proposed = try core.commit(
        [
          Submission(
            id: String(repeating: "2", count: 32), by: "maker", role: .platform,
            command: .deposit(deposit))
        ], clock: start)[0].get()
      let approved = try core.commit(
        [
          Submission(
            id: String(repeating: "3", count: 32), by: "checker", role: .platform,
            command: .approve(Numbered(proposed.position)))
        ], clock: start)[0].get()
      #expect(approved.refusal == nil)
    }
    try file.open { core in
      let again = try core.commit([bid("1")], clock: start + Span.hour)[0].get()
      #expect(again.replayed)
      #expect(again.refusal == .insufficientFunds)
      #expect((again.position, again.time, again.kind) == (first.position, first.time, first.kind))
      let fresh = try core.commit([bid("4")], clock: start + Span.hour)[0].get()
      #expect(fresh.refusal == nil)
      #expect(!fresh.replayed)
    }
  }

  @Test("A command outside the ranges of its fields is not an entry, and its id stays free")
  func unfit() throws {
    let file = try LedgerFile.written()
    try file.open { core in
      let position = core.state.position
      var submission = Submission(
        id: String(repeating: "5", count: 32), by: "leader", role: .leader,
        command: .voidRound(Numbered(-1)))
      #expect(throws: SubmissionError.self) {
        try core.commit([submission], clock: core.state.time)[0].get()
      }
      #expect(core.state.position == position)
      submission.command = .voidRound(Numbered(1))
      let receipt = try core.commit([submission], clock: core.state.time)[0].get()
      #expect(receipt.position == position)
      submission.id = "5"
      #expect(throws: SubmissionError.self) {
        try core.commit([submission], clock: core.state.time)[0].get()
      }
    }
  }
}
