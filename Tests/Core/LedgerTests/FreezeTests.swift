import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Replication
import Testing
import Units

extension Hall {
  /// One that has taken up the newest rules.
  static func current(offers: Bool = true) throws -> Hall {
    var hall = try Hall(offers: offers)
    while hall.exchange.state.version < LedgerState.newestVersion {
      _ = try Exchange.accepted(
        try hall.exchange.decree(.activate(Numbered(hall.exchange.state.version + 1))))
    }
    return hall
  }

  /// Freezes the market; the position of the entry that did.
  @discardableResult
  mutating func freeze(by principal: String = "maker") throws -> Int64 {
    let number = exchange.state.position
    _ = try Exchange.accepted(
      try exchange.send(.freezeMarket(MarketFreezeTerms()), by: principal, as: .platform))
    return number
  }

  mutating func thaw(_ number: Int64) throws {
    _ = try Exchange.accepted(try exchange.decree(.thawMarket(Numbered(number))))
  }
}

@Suite("A frozen market") struct FreezeTests {
  @Test("one person freezes it at once, and only two thaw it")
  func persons() throws {
    var hall = try Hall.current()
    let number = try hall.freeze(by: "checker")
    var freeze = MarketFreeze()
    freeze.at = hall.exchange.state.time
    freeze.by = "checker"
    freeze.number = number
    #expect(hall.exchange.state.marketFreeze == freeze)
    let again = try hall.exchange.send(
      .freezeMarket(MarketFreezeTerms()), by: "maker", as: .platform)
    #expect(Exchange.refusal(again) == .marketFrozen)

    let proposal = hall.exchange.state.position
    _ = try Exchange.accepted(
      try hall.exchange.send(.thawMarket(Numbered(number)), by: "maker", as: .platform))
    #expect(hall.exchange.state.marketFreeze == freeze)
    let own = try hall.exchange.send(.approve(Numbered(proposal)), by: "maker", as: .platform)
    #expect(Exchange.refusal(own) == .approverIsProposer)
    let events = try Exchange.accepted(
      try hall.exchange.send(.approve(Numbered(proposal)), by: "checker", as: .platform))
    #expect(events.last == .marketThawed(freeze) && hall.exchange.state.marketFreeze == nil)
  }

  @Test("a proposal to thaw one freeze does not thaw a later one")
  func named() throws {
    var hall = try Hall.current()
    let first = try hall.freeze()
    let old = hall.exchange.state.position
    _ = try hall.exchange.send(.thawMarket(Numbered(first)), by: "maker", as: .platform)
    try hall.thaw(first)
    let second = try hall.freeze()
    let late = try hall.exchange.send(.approve(Numbered(old)), by: "checker", as: .platform)
    #expect(Exchange.refusal(late) == .marketNotFrozen)
    #expect(hall.exchange.state.marketFreeze?.number == second)
  }

  @Test("while it is frozen nothing is sold: no bid, no close, no part, no commit")
  func stopped() throws {
    var hall = try Hall.current()
    try hall.bid(hall.block(), by: hall.hku)
    try hall.freeze()
    hall.exchange.time = hall.exchange.state.roundDue + Span.hour
    func refusal(_ command: Command, _ by: String, _ role: Role) throws -> Refusal? {
      Exchange.refusal(try hall.exchange.send(command, by: by, as: role))
    }
    #expect(try refusal(.placeBid(hall.block()), hall.hku, .trader) == .marketFrozen)
    #expect(try refusal(.closeRound(Numbered(1)), "leader", .leader) == .marketFrozen)
    #expect(try refusal(.outcomePart(OutcomePartTerms()), "leader", .leader) == .marketFrozen)
    #expect(try refusal(.commitOutcome(OutcomeCommit()), "leader", .leader) == .marketFrozen)
    let before = hall.exchange.state.position
    try hall.exchange.lead()
    #expect(hall.exchange.state.position == before && hall.exchange.state.round.number == 1)
  }

  @Test("a round that is closed ends void with the freeze, also between its parts and its commit")
  func voids() throws {
    var hall = try Hall.current()
    let number = try hall.bid(hall.block(), by: hall.hku)
    let free = hall.exchange.reserved("hku:hkd")
    try hall.exchange.close()
    let (frozen, clearing) = try hall.exchange.cleared()
    #expect(clearing.fills.count == 1)
    let commands = Leader.outcome(of: frozen, clearing)
    for command in commands.dropLast() {
      _ = try Exchange.accepted(try hall.exchange.send(command, by: "leader", as: .leader))
    }
    try hall.freeze()
    let events = try #require(hall.exchange.results.last)
    guard case .marketFrozen(let freeze)? = events.first, case .roundEnded(let ended)? = events.last
    else {
      Issue.record("\(events)")
      return
    }
    #expect(freeze.round == 1 && ended.round == 1 && ended.void && ended.bids == 1)
    let late = try hall.exchange.send(try #require(commands.last), by: "leader", as: .leader)
    #expect(Exchange.refusal(late) == .marketFrozen)
    let state = hall.exchange.state
    #expect(state.leases.isEmpty && state.frozen == nil && state.round.number == 2)
    #expect(state.book.bids[number] != nil && hall.exchange.reserved("hku:hkd") == free)
    _ = try Exchange.accepted(
      try hall.exchange.send(.cancelBid(Numbered(number)), by: hall.hku, as: .trader))
    #expect(hall.exchange.reserved("hku:hkd") == 0)
  }

  @Test("leases run, are read, charged and given back, money comes, and centres withdraw")
  func goesOn() throws {
    var hall = try Hall.current()
    let lease = try hall.leased(hall.block().at("hk"), by: hall.hku)
    try hall.freeze()
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.deposit("hku:hkd", 5)
    var withdrawal = OfferWithdrawal()
    withdrawal.site = "hk"
    withdrawal.generation = 9
    _ = try Exchange.accepted(
      try hall.exchange.send(.withdrawOffer(withdrawal), by: hall.hk, as: .agent))
    hall.exchange.time = lease.end + 10 * Span.day
    try hall.exchange.lead()
    let state = hall.exchange.state
    #expect(state.leases.isEmpty && state.marketFreeze != nil)
    #expect((state.accounts.accounts["cyber:hkd"]?.balance ?? 0) > 0)
    #expect(hall.exchange.reserved("hku:hkd") == 0)
  }

  @Test("after the thaw rounds resume by themselves, at their next fixed time and not before")
  func resumes() throws {
    var hall = try Hall.current()
    let number = try hall.bid(hall.block(), by: hall.hku)
    let freeze = try hall.freeze()
    hall.exchange.time += 40 * Span.minute + 1
    try hall.thaw(freeze)
    let state = hall.exchange.state
    #expect(state.roundDue > state.time && state.roundDue - state.time <= state.rules.roundLength)
    #expect(state.roundDue % state.rules.roundLength == 0)
    try hall.exchange.lead()
    #expect(hall.exchange.state.round.number == 1)
    hall.exchange.time = state.roundDue
    try hall.exchange.lead()
    #expect(hall.exchange.leases(of: number).count == 1)
  }

  @Test("a frozen state comes back from its bytes, and the independent model has the same")
  func kept() throws {
    var hall = try Hall.current()
    try hall.bid(hall.block(), by: hall.hku)
    try hall.exchange.close()
    let freeze = try hall.freeze()
    let bytes = FieldCodec.encode(hall.exchange.state)
    let read = try FieldCodec.decode(LedgerState.self, from: bytes)
    #expect(read.marketFreeze == hall.exchange.state.marketFreeze)
    #expect(FieldCodec.encode(read) == bytes)
    _ = try hall.exchange.send(.placeBid(hall.block()), by: hall.hku, as: .trader)
    try hall.thaw(freeze)
    try hall.exchange.round()
    let file = ModelFile(hall.exchange)
    let other = try #require(file.lines.firstIndex { $0.contains("\"event\":\"market-frozen\"") })
    let changed = file.lines[other].replacing("\"round\":1}", with: "\"round\":2}")
    let verdicts = try ModelFile.replay([file, file.with(changed, at: other)])
    #expect(verdicts.map(\.code) == [0, 1], "\(verdicts)")
  }
}
