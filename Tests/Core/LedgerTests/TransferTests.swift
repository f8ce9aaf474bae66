import Accounts
import Ledger
import LedgerFixture
import Market
import Seeded
import Testing
import Units

@Suite struct TransferTests {
  @Test("what is set aside is posted in full or in part, or voided, once, and the rest is free")
  func twoPhases() throws {
    var hall = try Hall()
    let free = { (hall: Hall) in hall.exchange.state.accounts.accounts["hku:hkd"]?.available }
    let first = try hall.pending()
    #expect(free(hall) == Hall.money - 100_000 && hall.exchange.balance("cyber:hkd") == 0)
    _ = try Exchange.accepted(try hall.transfer(.end(.post, first, 30_000)))
    #expect(free(hall) == Hall.money - 30_000 && hall.exchange.balance("cyber:hkd") == 30_000)
    #expect(hall.exchange.reserved("hku:hkd") == 0)
    #expect(Exchange.refusal(try hall.transfer(.end(.post, first, 1))) == .pendingPosted)
    let second = try hall.pending()
    _ = try Exchange.accepted(try hall.transfer(.end(.void, second)))
    #expect(free(hall) == Hall.money - 30_000)
    #expect(Exchange.refusal(try hall.transfer(.end(.void, second))) == .pendingVoided)
  }

  @Test("what expires is free to the millisecond, without anybody's doing")
  func expiry() throws {
    var hall = try Hall()
    let held = Hall.money - 1
    _ = try Exchange.accepted(
      try hall.transfer(.pend("hku:hkd", "cyber:hkd", held, for: 5_000)))
    let pending = TransferTerms.id(hall.exchange.state.position - 1, 0)
    hall.exchange.time += 4_999
    let early = try hall.transfer(.pay("hku:hkd", "cyber:hkd", 2))
    #expect(Exchange.refusal(early) == .insufficientFunds)
    hall.exchange.time += 1
    let moved = try Exchange.accepted(try hall.transfer(.pay("hku:hkd", "cyber:hkd", 2)))
    let steps = moved.compactMap { event -> Movement.Step? in
      if case .moneyMoved(let movement) = event { movement.step } else { nil }
    }
    #expect(steps == [.expired, .posted])
    #expect(Exchange.refusal(try hall.transfer(.end(.post, pending))) == .pendingExpired)
    hall.exchange.time += Span.day + 1
    #expect(Exchange.refusal(try hall.transfer(.end(.post, pending))) == .unknownPending)
  }

  @Test("the leader frees what nobody asks for, and finds it by itself")
  func swept() throws {
    var hall = try Hall()
    _ = try hall.pending(for: Span.hour)
    hall.exchange.time += Span.hour
    try hall.exchange.lead()
    #expect(hall.exchange.reserved("hku:hkd") == 0)
    #expect(hall.exchange.state.accounts.pendings.isEmpty)
  }

  @Test("another tenant's pending is nobody's to end, posted or not")
  func strangers() throws {
    var hall = try Hall()
    let pending = try hall.pending()
    for action in [TransferLeg.Action.post, .void] {
      #expect(Exchange.refusal(try hall.transfer(.end(action, pending), by: hall.thu)) == .notYours)
    }
    _ = try Exchange.accepted(try hall.transfer(.end(.post, pending)))
    #expect(Exchange.refusal(try hall.transfer(.end(.post, pending), by: hall.thu)) == .notYours)
    let debit = try hall.transfer(.pay("hku:hkd", "cyber:hkd", 1), by: hall.thu)
    #expect(Exchange.refusal(debit) == .notYours)
  }

  @Test("a credit line pays for capacity, and is neither sent to others nor paid out")
  func ownMoney() throws {
    var hall = try Hall()
    var limit = CreditLimit()
    limit.account = "hku:hkd"
    limit.amount = 1_000_000
    _ = try Exchange.accepted(try hall.exchange.decree(.setCreditLimit(limit)))
    let over = try hall.transfer(.pay("hku:hkd", "cyber:hkd", Hall.money + 1))
    #expect(Exchange.refusal(over) == .insufficientFunds)
    var transfer = BankTransfer()
    transfer.account = "hku:hkd"
    transfer.amount = Hall.money + 1
    transfer.reference = String(repeating: "7", count: 64)
    #expect(Exchange.refusal(try hall.exchange.decree(.payout(transfer))) == .insufficientFunds)
    _ = try Exchange.accepted(try hall.transfer(.pay("hku:hkd", "cyber:hkd", Hall.money)))
    try hall.bid(hall.block(1, quarters: 4, limit: 1_000_000), by: hall.hku)
  }

  @Test("an account that is closed takes nothing and gives nothing until it is opened again")
  func closing() throws {
    var hall = try Hall()
    let trader = try hall.exchange.tenant("empty", .hkd, money: 0)
    _ = try Exchange.accepted(try hall.close("empty:hkd"))
    #expect(
      Exchange.refusal(try hall.transfer(.pay("hku:hkd", "empty:hkd", 1))) == .accountClosed)
    let bid = try hall.exchange.send(.placeBid(hall.block()), by: trader, as: .trader)
    #expect(Exchange.refusal(bid) == .accountClosed)
    _ = try Exchange.accepted(try hall.close("empty:hkd", false))
    _ = try Exchange.accepted(try hall.transfer(.pay("hku:hkd", "empty:hkd", 1)))
    // Money, and a site that is paid into it, keep an account open.
    #expect(Exchange.refusal(try hall.close("empty:hkd")) == .accountInUse)
    #expect(Exchange.refusal(try hall.close("cyber:hkd")) == .accountInUse)
    #expect(Exchange.refusal(try hall.close("fees:hkd")) == .accountOfMarket)
  }

  @Test("a chain fails as a whole: the first leg that fails says why, the others were linked")
  func linked() throws {
    var chains = 0
    for count in 1...8 {
      for failing in 0..<count {
        var hall = try Hall()
        let before = hall.exchange.state.accounts.accounts.values
        var terms = TransferTerms()
        terms.legs = (0..<count).map { .pay("hku:hkd", "cyber:hkd", Int64($0) + 1) }
        terms.legs[failing].amount = Hall.money
        if failing == 0 { terms.legs[failing].amount = Hall.money + 1 }
        // What is wrong later does not matter.
        if failing + 1 < count { terms.legs[count - 1].credit = nil }
        let events = try hall.exchange.send(.transfer(terms), by: hall.hku, as: .trader)
        guard case .refused(let refused)? = events.first else {
          Issue.record("leg \(failing) of \(count) was let pass")
          continue
        }
        var expected = [Refusal?](repeating: .linkedFailed, count: count)
        expected[failing] = .insufficientFunds
        #expect(terms.results(refused) == expected)
        #expect(hall.exchange.state.accounts.accounts.values == before)
        chains += 1
      }
    }
    figure("T8", "chains that failed at each of their legs, as a whole", chains)
  }

  @Test("amounts at every edge are refused with their code, or moved whole")
  func edges() throws {
    var edges = 0
    for (amount, code) in [
      (Int64.min, Refusal?.some(.amountOutOfRange)), (-1, .amountOutOfRange),
      (0, .amountOutOfRange), (1, nil), (Hall.money, nil), (Hall.money + 1, .insufficientFunds),
      (1 << 53 - 1, .amountOutOfRange), (1 << 53, .amountOutOfRange),
      (1 << 53 + 1, .amountOutOfRange), (Bound.amount.upperBound, .insufficientFunds),
      (Bound.amount.upperBound + 1, .amountOutOfRange), (.max, .amountOutOfRange),
    ] {
      for leg in [
        TransferLeg.pay("hku:hkd", "cyber:hkd", amount), .pend("hku:hkd", "cyber:hkd", amount),
      ] {
        var hall = try Hall()
        #expect(Exchange.refusal(try hall.transfer(leg)) == code, "\(amount)")
      }
      var hall = try Hall()
      let pending = try hall.pending()
      let posted = try hall.transfer(.end(.post, pending, amount))
      let most: Int64 = 100_000
      #expect(
        Exchange.refusal(posted)
          == (code == .amountOutOfRange ? code : amount > most ? .amountAbovePending : nil))
      edges += 3
    }
    figure("T9", "amounts at every edge: paid, set aside, posted", edges)
  }

  @Test("time-outs at every edge are refused with their code, or hold to the millisecond")
  func timeouts() throws {
    for (timeout, fits) in [
      (Int64.min, false), (-1, false), (0, false), (1, true), (TransferTerms.longest, true),
      (TransferTerms.longest + 1, false), (Int64.max, false),
    ] {
      var hall = try Hall()
      let events = try hall.transfer(.pend("hku:hkd", "cyber:hkd", 1, for: timeout))
      #expect(Exchange.refusal(events) == (fits ? nil : .timeoutOutOfRange), "\(timeout)")
    }
    var hall = try Hall()
    hall.exchange.time = Bound.time.upperBound - 5
    #expect(
      Exchange.refusal(try hall.transfer(.pend("hku:hkd", "cyber:hkd", 1, for: 6)))
        == .timeoutOutOfRange)
  }

  @Test("random chains end as an independent model of the rules says, to the leg and the code")
  func model() throws {
    // So many must be set aside.
    let count = cases(1_000)
    var done = 0
    var pendings = 0
    var seed: UInt64 = 1
    var met: [Refusal: Int] = [:]
    var accepted = 0
    while pendings < count {
      var run = try TransferRun(seed: seed)
      while run.count < 4_000, run.count < 1_000 || pendings + run.pendings < count {
        guard let fault = try run.step() else { continue }
        Issue.record("seed \(seed), chain \(run.count): \(fault)")
        return
      }
      done += run.count
      accepted += run.accepted
      pendings += run.pendings
      for (code, times) in run.met { met[code, default: 0] += times }
      seed += 1
    }
    // Totals cannot be exhausted here, and too many pendings have a test of their own.
    let expected = Set(Refusal.ofTransfers).subtracting([.totalOverflow, .tooManyPendings])
    #expect(Set(met.keys) == expected, "\(met)")
    #expect(accepted > done / 10, "\(accepted)")
    figure("T3", "pendings that ended once, as the model says; \(done) chains", pendings)
  }
}
