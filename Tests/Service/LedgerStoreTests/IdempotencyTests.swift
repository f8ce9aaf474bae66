import Accounts
import CommandLog
import Ledger
import LedgerFixture
import LedgerStore
import Replica
import Seeded
import Testing
import Units

/// The same command any number of times, in any order, across restarts.
struct IdempotencyTests {
  private static let start = Script.whole.end.time + Span.hour

  private static func submissions(_ count: Int, _ source: inout Source) -> [Submission] {
    let trader = Script.whole.end.principals.values.first { $0.party == "alpha" }?.id ?? ""
    return (0..<count).map { number in
      var leg = TransferLeg()
      leg.debit = "alpha:hkd"
      leg.credit = source.pick(["gamma:hkd", "gamma:hkd", "beta:cny", "delta:hkd"])
      // Some are more than there is.
      leg.amount = source.pick([1, 77, 20_000_000])
      var terms = TransferTerms()
      terms.legs = [leg]
      let text = String(number, radix: 16)
      return Submission(
        id: "e" + String(repeating: "0", count: 31 - text.count) + text, by: trader, role: .trader,
        command: .transfer(terms))
    }
  }

  @Test(
    "Whatever is sent one to five times, shuffled and across restarts, has one effect and answer")
  func repeated() throws {
    let count = cases(300)
    var source = Source(11)
    let file = try LedgerFile.written()
    let submissions = Self.submissions(count, &source)
    var queue = submissions.indices.flatMap { index in
      [Int](repeating: index, count: Int(source.number(1...5)))
    }
    for index in queue.indices.reversed() {
      queue.swapAt(index, Int(source.number(0...Int64(index))))
    }
    var first: [Int: Receipt] = [:]
    var balance: Int64 = 0
    while !queue.isEmpty {
      try file.open { core in
        // More between two restarts when there are many, as each restart reads the whole tail.
        for _ in 0..<source.number(1...20) * max(1, Int64(count) / 3_000) where !queue.isEmpty {
          let batch = (0..<min(queue.count, Int(source.number(1...9)))).map { _ in
            queue.removeLast()
          }
          let results = try core.commit(batch.map { submissions[$0] }, clock: Self.start)
          for (index, result) in zip(batch, results) {
            let receipt = try result.get()
            guard let known = first[index] else {
              #expect(!receipt.replayed)
              first[index] = receipt
              continue
            }
            #expect(receipt.replayed && receipt.position == known.position)
            #expect(receipt.refusal == known.refusal && receipt.time == known.time)
            #expect(receipt.legs == known.legs)
          }
        }
        balance = core.state.accounts.accounts["gamma:hkd"]?.balance ?? 0
      }
    }
    #expect(first.count == count)
    #expect(Set(first.values.map(\.position)).count == count)
    let moved = first.filter { $0.value.refusal == nil }.reduce(Int64(0)) { sum, item in
      guard case .transfer(let terms) = submissions[item.key].command else { return sum }
      return sum + (terms.legs[0].amount ?? 0)
    }
    let before = Script.whole.end.accounts.accounts["gamma:hkd"]?.balance ?? 0
    #expect(balance == before + moved)
    #expect(Set(first.values.map(\.refusal)).count >= 3, "refusals are answered again too")
    figure("T5", "commands sent one to five times across restarts, one effect each", count)
  }

  @Test(
    "What was refused for want of money stays refused under its key, and passes under a new one")
  func sticky() throws {
    let file = try LedgerFile.written()
    var source = Source(13)
    let count = 20
    try file.open { core in
      for number in 0..<count {
        let free = core.state.accounts.accounts["gamma:hkd"]?.own ?? 0
        var poor = Self.submissions(1, &source)[0]
        var leg = TransferLeg()
        leg.debit = "gamma:hkd"
        leg.credit = "alpha:hkd"
        leg.amount = free + 1
        var terms = TransferTerms()
        terms.legs = [leg]
        poor.by = Script.whole.end.principals.values.first { $0.party == "gamma" }?.id ?? ""
        poor.command = .transfer(terms)
        let tail = String(number + 10, radix: 16)
        poor.id = "c" + String(repeating: "0", count: 31 - tail.count) + tail
        let first = try core.commit([poor], clock: Self.start)[0].get()
        #expect(first.refusal == .insufficientFunds)
        // A rich one pays it what it lacks.
        var gift = Self.submissions(1, &source)[0]
        leg.debit = "alpha:hkd"
        leg.credit = "gamma:hkd"
        leg.amount = 1
        terms.legs = [leg]
        gift.command = .transfer(terms)
        gift.id = "a" + poor.id.dropFirst()
        #expect(try core.commit([gift], clock: Self.start)[0].get().refusal == nil)
        let again = try core.commit([poor], clock: Self.start)[0].get()
        #expect(again.replayed && again.position == first.position)
        #expect(again.refusal == .insufficientFunds && again.legs == first.legs)
        var other = poor
        other.id = "b" + poor.id.dropFirst()
        #expect(try core.commit([other], clock: Self.start)[0].get().refusal == nil)
      }
    }
    figure("T7", "refusals for want of money, the same after the money came", count)
  }

  @Test(
    "A chain that was refused names the same leg whenever it is asked again, after a restart too")
  func legs() throws {
    let file = try LedgerFile.written()
    var source = Source(17)
    var chain = Self.submissions(1, &source)[0]
    var leg = TransferLeg()
    leg.debit = "alpha:hkd"
    leg.credit = "gamma:hkd"
    leg.amount = 1
    var far = leg
    far.credit = "nobody:hkd"
    var terms = TransferTerms()
    terms.legs = [leg, far, leg]
    chain.command = .transfer(terms)
    let first = try file.open { try $0.commit([chain], clock: Self.start)[0].get() }
    #expect(first.legs == [.linkedFailed, .unknownAccount, .linkedFailed])
    let again = try file.open { try $0.commit([chain], clock: Self.start)[0].get() }
    #expect(again.replayed && again.position == first.position && again.time == first.time)
    #expect(again.refusal == first.refusal && again.legs == first.legs)
  }

  @Test(
    "A key that comes again with any one member of a transfer changed is refused, without effect")
  func changed() throws {
    let file = try LedgerFile.written()
    var source = Source(12)
    let first = Self.submissions(1, &source)[0]
    guard case .transfer(let terms) = first.command else { return }
    let changes: [(inout TransferLeg) -> Void] = [
      { $0.action = .pend }, { $0.amount = 2_222 }, { $0.amount = nil },
      { $0.credit = "szcentre:cny" }, { $0.debit = "gamma:hkd" }, { $0.pending = "transfer-1-0" },
      { $0.timeout = 1 },
    ]
    try file.open { core in
      _ = try core.commit([first], clock: Self.start)[0].get()
      let (position, digest) = (core.state.position, core.digest)
      for change in changes {
        var other = terms
        change(&other.legs[0])
        var submission = first
        submission.command = .transfer(other)
        #expect(throws: SubmissionError.self) {
          try core.commit([submission], clock: Self.start)[0].get()
        }
      }
      #expect(core.state.position == position && core.digest == digest)
      figure("T6", "members of a transfer changed under its key, all refused", changes.count)
    }
  }
}
