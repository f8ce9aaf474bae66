import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Testing
import Units

@Suite struct SchemeTests {
  @Test("a call, an application, two scores and two reviewers make an award with money of its own")
  func granted() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    let award = try hall.award(seq)
    #expect(award.party == "hku" && award.fund == "aiss" && award.permille == 700)
    #expect(award.locked == 10_000_000 && award.reportDue == Hall.start + 5 * Span.week)
    #expect(hall.exchange.balance(award.account) == 20_000_000)
    #expect(hall.exchange.balance("aiss:hkd") == Hall.money - 20_000_000)
    #expect(hall.exchange.state.scheme.applications.isEmpty)
    #expect(hall.imbalance(award) == nil)
  }

  @Test("a bid on an award is paid by tenant and fund, split by the share of the ask")
  func paid() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    let number = try hall.bid(hall.block().drawing(on: seq), by: hall.hku)
    // 8 GPUs, 4 hours: at most 70 % of the list price.
    #expect(hall.exchange.reserved(try hall.award(seq).account) == 32 * 1_050)
    #expect(hall.exchange.state.book.bids[number]?.terms.whereabouts.sites == ["hk"])
    try hall.exchange.round()
    let lease = try #require(hall.exchange.leases(of: number).first)
    // The ask is 1,000: the fund pays 700 of it, the tenant the rest, fee on its own part.
    #expect(lease.money.fundHeld == 32 * 700 && lease.money.tenantHeld == 32 * 300)
    #expect(lease.money.feeHeld == 96)
    #expect(hall.exchange.reserved(try hall.award(seq).account) == 32 * 700)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    hall.exchange.time = lease.end + Span.day
    try hall.exchange.lead()
    #expect(hall.exchange.leases(of: number).isEmpty)
    let award = try hall.award(seq)
    #expect(award.paid == 32 * 700 && award.delivered == 32 * Span.hour)
    #expect(award.used == 16 * Span.hour && award.taken == 32 * Span.hour)
    #expect(hall.exchange.balance("cyber:hkd") == 32 * 1_000)
    #expect(hall.exchange.balance("hku:hkd") == Hall.money - 32 * 300 - 96)
    #expect(hall.imbalance(award) == nil)
    #expect(hall.exchange.state.accounts.pendings.isEmpty)
  }

  @Test("what is not delivered is not paid, and its hours may be drawn again")
  func partly() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    let lease = try hall.leased(hall.block().drawing(on: seq), by: hall.hku)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, to: lease.start + Span.hour, agent: hall.hk)
    hall.exchange.time = lease.end + Rules().settleGrace + Span.day
    try hall.exchange.lead()
    let award = try hall.award(seq)
    #expect(award.paid == 8 * 700 && award.taken == 8 * Span.hour)
    #expect(hall.exchange.balance("cyber:hkd") == 8 * 1_000)
    #expect(hall.imbalance(award) == nil)
  }

  @Test("hours that the tenant gives back are its own to pay, the fund pays for none of them")
  func givenBack() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    let lease = try hall.leased(hall.block().drawing(on: seq), by: hall.hku)
    hall.exchange.time = lease.start + Span.hour
    try hall.exchange.deliver(lease, to: lease.start + Span.hour, agent: hall.hk)
    var name = LeaseName()
    name.lease = lease.id
    _ = try Exchange.accepted(try hall.exchange.send(.endLease(name), by: hall.hku, as: .trader))
    hall.exchange.time = lease.end + Rules().settleGrace + Span.day
    try hall.exchange.lead()
    let award = try hall.award(seq)
    #expect(award.paid == 8 * 700 && award.taken == 8 * Span.hour)
    #expect(hall.exchange.balance("cyber:hkd") == 32 * 1_000)
    #expect(hall.exchange.balance("hku:hkd") < Hall.money - 24 * 1_000 - 8 * 300)
    #expect(hall.imbalance(award) == nil)
  }

  @Test("across currencies the fund pays its share rounded down and the tenant the rest")
  func converted() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee) { $0.sites = ["sz"] }
    let terms = hall.block(7, quarters: 3).drawing(on: seq)
    let lease = try hall.leased(terms, by: hall.hku)
    #expect(lease.converts)
    // 21 quarter hours at 11.00 CNY, of which 70 % of 11.00, at 1.08.
    #expect(lease.money.fundHeld == 21 * 770 * 108 / 400)
    #expect(lease.money.tenantHeld + lease.money.fundHeld == (21 * 1_100 * 108 + 399) / 400)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.sz)
    hall.exchange.time = lease.end + Span.day
    try hall.exchange.lead()
    let award = try hall.award(seq)
    #expect(award.paid == lease.money.fundHeld)
    #expect(hall.exchange.balance("qian:cny") == 21 * 1_100 / 4)
    #expect(hall.imbalance(award) == nil)
    #expect(hall.exchange.state.accounts.pendings.isEmpty)
  }

  @Test("a reference price counts from twenty trades on, the list price of the award stays")
  func reference() throws {
    for (trades, most) in [(19, 1_050), (20, 560)] as [(Int64, Int64)] {
      var hall = try Hall()
      let (committee, _) = try hall.committee()
      let seq = try hall.awarded(committee)
      var newer = hall.prices(2, reference: 800, trades: trades)
      for index in newer.items.indices { newer.items[index].list = 9_000 }
      _ = try Exchange.accepted(try hall.exchange.decree(.scheme(.setListPrices(newer))))
      let number = try hall.bid(hall.block().drawing(on: seq), by: hall.hku)
      #expect(hall.exchange.state.accounts.pendings["fund-\(number)"]?.amount == 32 * most)
    }
  }

  @Test("the second half is locked until a report came and two reviewers released it")
  func locked() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee) { $0.amount = 60_000 }
    func hold() throws -> Int64 {
      let number = try hall.bid(hall.block().drawing(on: seq), by: hall.hku)
      return try #require(hall.exchange.state.accounts.pendings["fund-\(number)"]?.amount)
    }
    // The share of a bid is what is left, at most.
    #expect(try hold() == 30_000)
    let bid = hall.block().drawing(on: seq)
    let refused = try hall.exchange.send(.placeBid(bid), by: hall.hku, as: .trader)
    #expect(Exchange.refusal(refused) == .awardExhausted)
    var progress = ProgressTerms()
    progress.award = seq
    progress.report = Committee.paper
    _ = try Exchange.accepted(
      try hall.exchange.send(.scheme(.reportProgress(progress)), by: hall.hku, as: .trader))
    #expect(
      Exchange.refusal(try hall.exchange.send(.placeBid(bid), by: hall.hku, as: .trader))
        == .awardExhausted)
    try hall.passed(.release(Numbered(seq)), by: committee)
    #expect(try hold() == 30_000)
    #expect(hall.imbalance(try hall.award(seq)) == nil)
  }

  @Test("clawed back: what is left at once, what was paid from the tenant, what is held afterwards")
  func clawedBack() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    let lease = try hall.leased(hall.block().drawing(on: seq), by: hall.hku)
    let waiting = try hall.bid(hall.block(16, limit: 1).drawing(on: seq), by: hall.hku)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    var terms = ClawbackTerms()
    terms.award = seq
    terms.reason = Committee.paper
    try hall.passed(.clawBack(terms), by: committee)
    var award = try hall.award(seq)
    #expect(award.ended && hall.exchange.balance(award.account) == 32 * 700 + 64 * 1_050)
    #expect(hall.imbalance(award) == nil)
    // The bid that waits leaves the book, the lease is paid as it was sold.
    try hall.exchange.round()
    #expect(!hall.exchange.state.book.bids.contains(waiting))
    hall.exchange.time = lease.end + Span.day
    try hall.exchange.lead()
    terms.amount = 32 * 700
    try hall.passed(.clawBack(terms), by: committee)
    award = try hall.award(seq)
    #expect(award.paid == 32 * 700 && award.clawed == award.paid)
    #expect(hall.exchange.balance(award.account) == 0)
    #expect(hall.exchange.balance("aiss:hkd") == Hall.money)
    #expect(hall.imbalance(award) == nil)
  }

  @Test(
    "whoever acts for a centre that the fund pays, or for the applicant, neither scores nor decides nor approves nor releases",
    arguments: ["cyber", "hku", "agent"])
  func interest(with other: String) throws {
    var hall = try Hall()
    let (committee, third) = try hall.committee()
    var relation = Relation()
    relation.from = Hall.start - Span.day
    relation.one = other == "agent" ? hall.hk : other
    relation.other = third
    relation.source = Committee.paper
    relation.until = Hall.start + Span.day
    _ = try Exchange.accepted(try hall.exchange.decree(.scheme(.stateRelation(relation))))
    let application = try hall.applied(committee)
    func tries(_ command: Command) throws -> Refusal? {
      Exchange.refusal(try hall.exchange.send(command, by: third, as: .reviewer))
    }
    #expect(
      try tries(.scheme(.score(Hall.score(application)))) == .conflictOfInterest)
    try hall.scored(application, by: committee)
    let decision = hall.decision(application)
    #expect(try tries(.scheme(.decide(decision))) == .conflictOfInterest)
    let proposal = hall.exchange.state.position
    _ = try Exchange.accepted(
      try hall.exchange.send(.scheme(.decide(decision)), by: committee.ann, as: .reviewer))
    #expect(try tries(.approve(Numbered(proposal))) == .conflictOfInterest)
    _ = try Exchange.accepted(
      try hall.exchange.send(.approve(Numbered(proposal)), by: committee.ben, as: .reviewer))
    #expect(try tries(.scheme(.release(Numbered(proposal)))) == .conflictOfInterest)
    // A day later the fact is no longer in force.
    hall.exchange.time = Hall.start + Span.day
    #expect(try tries(.scheme(.release(Numbered(proposal)))) == .nothingLocked)
  }

  @Test("the platform approves nothing of a fund, and a fund nothing of the platform or of another")
  func apart() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let application = try hall.applied(committee)
    try hall.scored(application, by: committee)
    let proposal = hall.exchange.state.position
    _ = try Exchange.accepted(
      try hall.exchange.send(
        .scheme(.decide(hall.decision(application))), by: committee.ann, as: .reviewer))
    func approve(_ number: Int64, _ by: String, _ role: Role) throws -> Refusal? {
      Exchange.refusal(try hall.exchange.send(.approve(Numbered(number)), by: by, as: role))
    }
    #expect(try approve(proposal, "checker", .platform) == .roleNotAllowed)
    _ = try Exchange.accepted(
      try hall.exchange.decree(.addParty(Exchange.party("other", .fund, .hkd))))
    let stranger = try hall.exchange.add("other", [.reviewer])
    #expect(try approve(proposal, stranger, .reviewer) == .notYours)
    let chip = hall.exchange.state.position
    var item = Chip()
    item.chip = "b200"
    try hall.exchange.send(.addChip(item), by: "maker", as: .platform)
    #expect(try approve(chip, committee.ben, .reviewer) == .roleNotAllowed)
  }

  @Test("a bid whose award, place or contract is no longer paid for leaves the book at the close")
  func leaves() throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    let number = try hall.bid(hall.block().drawing(on: seq), by: hall.hku)
    var fact = SubsidisedContract()
    fact.contract = Committee.contract
    fact.scheme = "other"
    fact.source = Committee.paper
    _ = try Exchange.accepted(try hall.exchange.decree(.scheme(.registerContract(fact))))
    try hall.exchange.round()
    #expect(!hall.exchange.state.book.bids.contains(number))
    #expect(try hall.award(seq).taken == 0)
    #expect(hall.exchange.state.accounts.pendings.isEmpty)
  }

  @Test("under the rule spare an award pays for what others leave, at the ask")
  func spare() throws {
    var rules = Hall.rules()
    rules.subsidy = .spare
    var hall = try Hall(rules: rules)
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    // Others want more than there is; the rest is for the award, at the ask.
    for _ in 0..<2 { try hall.bid(hall.block(6, limit: 1_900).at("hk"), by: hall.thu) }
    let own = try hall.bid(hall.block(4).drawing(on: seq), by: hall.hku)
    try hall.exchange.round()
    let lease = try #require(hall.exchange.leases(of: own).first)
    #expect(lease.runs.allSatisfy { $0.price == 1_000 && $0.share == 700 })
  }
}
