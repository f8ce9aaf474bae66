import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Testing
import Units

@Suite struct HoldTests {
  private static func held(_ hall: Hall, _ number: Int64) -> Int64 {
    hall.exchange.state.accounts.pendings["hold-\(number)"]?.amount ?? 0
  }

  @Test(
    "a block holds N x D x the highest price, rounded up, and the dearest of alternatives counts")
  func block() throws {
    var hall = try Hall()
    let number = try hall.bid(hall.block(3, quarters: 5, limit: 1_001), by: hall.hku)
    #expect(Self.held(hall, number) == (3 * 5 * 1_001 + 3) / 4)
    var terms = hall.block(3, quarters: 5, limit: 1_001)
    terms.alternatives.append(hall.block(2, quarters: 6, limit: 2_000).alternatives[0])
    terms.alternatives.append(hall.block(9, quarters: 1, limit: 7).alternatives[0])
    let other = try hall.bid(terms, by: hall.hku)
    #expect(Self.held(hall, other) == 2 * 6 * 2_000 / 4)
    #expect(hall.exchange.reserved("hku:hkd") == (15 * 1_001 + 3) / 4 + 6_000)
  }

  @Test("an elastic bid holds its base for all its time and extras for the window only")
  func elastic() throws {
    var rules = Hall.rules()
    rules.windowHours = 3
    var hall = try Hall(rules: rules)
    var terms = hall.block(10, quarters: 40, limit: 100).elastic(least: 4)
    let number = try hall.bid(terms, by: hall.hku)
    #expect(Self.held(hall, number) == (4 * 40 + 6 * 12) * 100 / 4)
    terms.alternatives[0].quarters = 8
    let short = try hall.bid(terms, by: hall.hku)
    #expect(Self.held(hall, short) == 10 * 8 * 100 / 4)
  }

  @Test("cancelling frees the hold at once; in a closed round when the round ends unfilled")
  func cancelling() throws {
    var hall = try Hall()
    let open = try hall.bid(hall.block(), by: hall.hku)
    let number = try hall.bid(hall.block(limit: 900), by: hall.hku)
    try hall.exchange.send(.cancelBid(Numbered(open)), by: hall.hku, as: .trader)
    #expect(Self.held(hall, open) == 0 && hall.exchange.state.book.bids[open] == nil)
    try hall.exchange.close()
    let events = try hall.exchange.send(.cancelBid(Numbered(number)), by: hall.hku, as: .trader)
    guard case .bidEnded(let marked)? = events.first else {
      Issue.record("nothing ended")
      return
    }
    #expect(marked.cause == .cancelling && events.count == 1)
    #expect(Self.held(hall, number) > 0)
    let (frozen, clearing) = try hall.exchange.cleared()
    #expect(clearing.fills.isEmpty && frozen.bids.count == 1)
    try hall.exchange.lead()
    #expect(Self.held(hall, number) == 0 && hall.exchange.state.book.bids.isEmpty)
    #expect(hall.exchange.reserved("hku:hkd") == 0)
  }

  @Test("a bid cancelled after the close may still be filled by its round")
  func filledAllTheSame() throws {
    var hall = try Hall()
    let number = try hall.bid(hall.block(), by: hall.hku)
    try hall.exchange.close()
    try hall.exchange.send(.cancelBid(Numbered(number)), by: hall.hku, as: .trader)
    try hall.exchange.lead()
    #expect(hall.exchange.leases(of: number).count == 1)
  }

  @Test("a bid expires when it can no longer start, and a void round leaves it in the book")
  func expiry() throws {
    var hall = try Hall()
    var terms = hall.block(4, quarters: 8, limit: 900)
    terms.latestEnd = terms.earliest + 2 * Span.hour
    let number = try hall.bid(terms, by: hall.hku)
    try hall.exchange.close()
    hall.exchange.time = hall.exchange.state.roundOverdue ?? 0
    let voided = try hall.exchange.send(.voidRound(Numbered(1)), by: "leader", as: .leader)
    #expect(Exchange.refusal(voided) == nil)
    #expect(hall.exchange.state.round.number == 2 && !hall.exchange.state.round.isClosed)
    #expect(hall.exchange.state.book.bids[number] != nil)
    hall.exchange.time = terms.earliest
    let events = try hall.exchange.close()
    guard case .bidEnded(let ended)? = events.first else {
      Issue.record("nothing ended")
      return
    }
    #expect(ended.bid == number && ended.cause == .expired)
    #expect(hall.exchange.reserved("hku:hkd") == 0)
  }

  @Test("many small parts of a split are billed within what the bid holds", arguments: 1...8)
  func split(_ quarters: Int64) throws {
    var hall = try Hall(offers: false)
    for (site, agent) in [("hk", hall.hk), ("sz", hall.sz)] {
      var offer = Offer.flat(site, "a0", gpus: 1, ask: 1, until: Hall.start + 40 * Span.day)
      for index in 1..<7 {
        offer.pools.append(offer.pools[0])
        offer.pools[index].name = "a\(index)"
      }
      try hall.offer(offer, by: agent)
    }
    for (trader, gpus, limit) in [
      (hall.hku, 6, 3), (hall.thu, 7, 4), (hall.hku, 1, 130),
    ] as [(String, Int64, Int64)] {
      var terms = hall.block(gpus, quarters: quarters, limit: limit).split
      terms.earliest = Hall.start + Span.hour
      terms.latestEnd = terms.earliest + quarters * Span.quarter
      try hall.bid(terms, by: trader)
    }
    try hall.exchange.round()
    #expect(hall.exchange.state.leases.values.count >= 7)
    // Every centre is paid in full, to the minor unit.
    for lease in hall.exchange.state.leases.values {
      let exact = lease.runs.reduce(0) {
        $0 + $1.gpus * $1.price * (($1.to - $1.from) / Span.quarter)
      }
      #expect(lease.money.siteHeld >= exact / 4)
      if !lease.converts { #expect(lease.money.tenantHeld >= exact / 4) }
    }
  }

  @Test("a wider window does not sell extras that an older bid has no money for")
  func widerWindow() throws {
    var rules = Hall.rules()
    rules.windowHours = 0
    var hall = try Hall(rules: rules)
    let soon = Hall.start + 30 * Span.minute
    var terms = hall.block(12, quarters: 8, limit: 2_000).at("hk").elastic(least: 2)
    terms.earliest = soon
    terms.latestEnd = soon + 2 * Span.hour
    let number = try hall.bid(terms, by: hall.hku)
    rules.windowHours = 24
    _ = try Exchange.accepted(try hall.exchange.decree(.setRules(rules)))
    let richer = try hall.bid(terms, by: hall.hku)
    try hall.exchange.round()
    let lease = try #require(hall.exchange.leases(of: number).first)
    #expect(lease.runs.allSatisfy { $0.gpus == 2 } && lease.extras.isEmpty)
    let other = try #require(hall.exchange.leases(of: richer).first)
    #expect(!other.extras.isEmpty)
  }

  @Test("an elastic bid without a base that gets nothing stays, and does not void the round")
  func pushedOut() throws {
    var hall = try Hall()
    let soon = Hall.start + 30 * Span.minute
    var terms = hall.block(16, quarters: 2, limit: 1_500).at("hk")
    terms.earliest = soon
    terms.latestEnd = soon + 30 * Span.minute
    let flexible = try hall.bid(terms.elastic(least: 0), by: hall.hku)
    // Worth less by the hour, more in all, so that it comes second and pushes the extras out.
    terms.alternatives[0].limit = 1_480
    terms.alternatives[0].quarters = 8
    terms.latestEnd = soon + 2 * Span.hour
    let firm = try hall.bid(terms, by: hall.hku)
    try hall.exchange.round()
    #expect(hall.exchange.leases(of: firm).count == 1)
    #expect(hall.exchange.leases(of: flexible).isEmpty)
    #expect(hall.exchange.state.book.bids[flexible] != nil)
  }
}
