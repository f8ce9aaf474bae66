import Ledger
import LedgerFixture
import Market
import Placement
import Replication
import Testing
import Units

@Suite struct QuoteTests {
  private static let hour = Span.hour
  private static let monday = Exchange.monday

  /// A site with so many GPUs at 10.00 HKD, two tenants in HKD and CNY; the next round closes at
  /// 00:15 and sells from 00:30.
  private func market(gpus: Int64) throws -> (Exchange, hkd: String, cny: String) {
    var exchange = try Exchange()
    try exchange.rate(.cny, 110, per: 100)
    let agent = try exchange.site("north", .hk, .hkd, centre: "centre")
    let hkd = try exchange.tenant("tenant-a", .hkd, money: 1_000_000_000)
    let cny = try exchange.tenant("tenant-b", .cny, money: 1_000_000_000)
    _ = try Exchange.accepted(
      try exchange.send(
        .publishOffer(
          .flat("north", gpus: gpus, ask: 1_000, until: Self.monday + 48 * Self.hour)),
        by: agent, as: .agent))
    return (exchange, hkd, cny)
  }

  private func block(_ gpus: Int64, limit: Int64) -> BidTerms {
    .block(
      gpus, quarters: 4, limit: limit, from: Self.monday + Self.hour,
      until: Self.monday + 2 * Self.hour)
  }

  private func place(_ exchange: inout Exchange, _ terms: BidTerms, by trader: String) throws {
    _ = try Exchange.accepted(try exchange.send(.placeBid(terms), by: trader, as: .trader))
  }

  /// Closes, clears and commits; adds the round to the history and returns what was explained.
  private func round(
    _ exchange: inout Exchange, _ history: inout QuoteHistory
  ) throws -> [BidExplanation] {
    try exchange.close()
    let (frozen, clearing) = try exchange.cleared()
    history.add(frozen, clearing)
    let explanations = try #require(frozen.explanations(of: clearing))
    let told = frozen.bids.indices.map { frozen.explain($0, by: explanations) }
    for command in Leader.outcome(of: frozen, clearing) {
      _ = try Exchange.accepted(try exchange.send(command, by: "leader", as: .leader))
    }
    return told
  }

  private func basis(
    _ exchange: Exchange, _ terms: BidTerms, _ currency: Currency, _ history: QuoteHistory
  ) -> QuoteBasis {
    QuoteBasis(
      exchange.state.book, terms, currency: currency, round: exchange.state.round.number,
      at: exchange.time, rules: exchange.state.rules, commitments: exchange.state.commitments,
      last: history.last
    ) { _, grid in [Int64](repeating: 0, count: grid.count) }
  }

  @Test("figures are rounded up to three digits: by 1 % at most")
  func rounding() {
    for amount in [0, 1, 99, 999, 1_000, 1_001, 1_840, 12_345, 999_999] as [Int64] {
      let rounded = Quotation.roundedUp(amount)
      #expect(rounded >= amount && (rounded - amount) * 100 <= amount)
    }
    #expect(Quotation.roundedUp(1_414) == 1_420)
    #expect(Quotation.roundedUp(Int64.max) == Int64.max)
  }

  @Test("an empty place costs the ask and the fee; what is held is what a bid at that price holds")
  func spare() throws {
    let (exchange, _, _) = try market(gpus: 16)
    let quotes = basis(exchange, block(8, limit: 0), .hkd, QuoteHistory()).quotations(limit: 5)
    #expect(quotes.count == 1)
    let quote = try #require(quotes.first)
    #expect(
      quote.spare == Quotation.Spare(total: 8_000, fee: 80, fund: 0, price: 1_010, limit: 1_020))
    #expect(quote.take == nil, "no round has ended")
    #expect(quote.hold == block(8, limit: 1_020).hold(windowQuarters: 96))
    #expect(quote.start == Self.monday + Self.hour)
  }

  @Test("where winners of the last round hold the place, take is what would have pushed one out")
  func take() throws {
    var (exchange, hkd, cny) = try market(gpus: 8)
    var history = QuoteHistory()
    try place(&exchange, block(8, limit: 2_020), by: hkd)
    try place(&exchange, block(8, limit: 1_500), by: cny)
    let told = try round(&exchange, &history)
    #expect(told.map(\.reason).first == .filled)
    // The winner is worth 20.00 without its fee: 20.001 HKD are 18.19 CNY, with the fee 18.38.
    let refused = try #require(told.last)
    let take = try #require(refused.take)
    #expect(take.limit == 1_838)
    #expect(take.more == 338)
    #expect(take.winners == 1)
    #expect(take.firm == 32)
    let quotes = basis(exchange, block(8, limit: 0), .cny, history).quotations(limit: 5)
    #expect(quotes.map(\.take) == [1_840])
    #expect(quotes.first?.spare == nil, "it is leased now")
    #expect(quotes.first?.limit == 1_840)
    #expect(quotes.first?.hold == block(8, limit: 1_840).hold(windowQuarters: 96))
  }

  @Test("take in the tenant's money is the least limit that is worth the raise")
  func leastLimit() throws {
    for (numerator, fee) in [(110, 10), (97, 0), (103, 37), (250, 499)] as [(Int64, Int64)] {
      let value = Conversion.Value(
        rate: Rate(numerator: numerator, denominator: 100), feePermille: fee)
      for worth in stride(from: Int64(1), to: 60_000, by: 977) {
        let limit = value.limit(worth: worth)
        #expect(value.perGPUHour(limit: limit, latencyPrice: 0, roundTrip: 0) >= worth)
        #expect(value.perGPUHour(limit: limit - 1, latencyPrice: 0, roundTrip: 0) < worth)
      }
    }
  }

  @Test("bids in the book are no part of a quote")
  func sealed() throws {
    var (exchange, hkd, _) = try market(gpus: 16)
    var history = QuoteHistory()
    _ = try round(&exchange, &history)
    let shape = block(8, limit: 0)
    let before = basis(exchange, shape, .hkd, history).quotations(limit: 5)
    #expect(before.count == 1)
    for _ in 0..<20 { try place(&exchange, block(16, limit: 9_000), by: hkd) }
    #expect(basis(exchange, shape, .hkd, history).quotations(limit: 5) == before)
  }

  @Test("the record counts the rounds in which the shape would have been filled at the price")
  func record() throws {
    var (exchange, hkd, _) = try market(gpus: 8)
    var history = QuoteHistory()
    // Two rounds with room, then one that gives it to a bid of 20.20.
    _ = try round(&exchange, &history)
    _ = try round(&exchange, &history)
    try place(&exchange, block(8, limit: 2_020), by: hkd)
    _ = try round(&exchange, &history)
    func filled(_ limit: Int64) -> QuoteRecord? {
      let terms = block(8, limit: limit)
      return basis(exchange, terms, .hkd, history).record(terms, nil, history)
    }
    #expect(filled(1_009) == QuoteRecord(limit: nil, filled: 0, rounds: 3), "below the ask")
    #expect(filled(1_500) == QuoteRecord(limit: nil, filled: 2, rounds: 3))
    #expect(filled(2_100) == QuoteRecord(limit: nil, filled: 3, rounds: 3))
    let shape = block(8, limit: 0)
    let asked = basis(exchange, shape, .hkd, history)
    let first = asked.quotations(limit: 5).first
    #expect(asked.record(shape, first, history)?.limit == first?.limit)
    #expect(asked.record(shape, nil, history) == nil)
    #expect(asked.record(shape, first, QuoteHistory()) == nil)
  }

  @Test("a bid that the round before would have let in counts, and whether it was filled")
  func reliance() throws {
    var (exchange, hkd, cny) = try market(gpus: 8)
    var history = QuoteHistory()
    _ = try round(&exchange, &history)
    try place(&exchange, block(8, limit: 2_020), by: hkd)
    try place(&exchange, block(8, limit: 1_500), by: cny)
    try place(&exchange, block(8, limit: 500), by: hkd)
    _ = try round(&exchange, &history)
    // Two were above what the empty round would have taken; one of them was filled.
    #expect(history.calibration == (2, 1))
  }

  @Test("no more rounds are kept than may be, and none twice")
  func bounded() throws {
    var (exchange, _, _) = try market(gpus: 8)
    var history = QuoteHistory()
    try exchange.close()
    var (frozen, clearing) = try exchange.cleared()
    for number in 1...100 {
      frozen.round = Int64(number)
      history.add(frozen, clearing)
      history.add(frozen, clearing)
    }
    #expect(history.rounds.map(\.round) == (5...100).map(Int64.init))
    clearing.fills = [Fill(bid: 3, start: 0, parts: [])]
    frozen.round = 101
    history.add(frozen, clearing)
    #expect(history.rounds.count == 96, "a clearing of another round is not one")
  }

  @Test("when no pool is admissible, the rule that removed the last is told")
  func lastRule() throws {
    var (exchange, _, _) = try market(gpus: 8)
    var terms = block(8, limit: 2_000)
    terms.alternatives[0].chip = "a910b"
    #expect(exchange.state.book.lastRule(terms) == .chip)
    terms = block(8, limit: 2_000)
    terms.near = BidTerms.Nearness()
    terms.near?.metro = "hk"
    #expect(exchange.state.book.lastRule(terms) == .unmeasured)
    let agent = try exchange.site("south", .cn, .cny, centre: "other")
    _ = try Exchange.accepted(
      try exchange.send(
        .publishOffer(.flat("south", gpus: 8, ask: 900, until: Self.monday + 48 * Self.hour)),
        by: agent, as: .agent))
    terms.whereabouts.jurisdictions = [.cn]
    // North falls by jurisdiction, south only for its distance: that comes later in the order.
    #expect(exchange.state.book.lastRule(terms) == .unmeasured)
    terms.whereabouts.notSites = ["south"]
    #expect(exchange.state.book.lastRule(terms) == .jurisdiction)
    #expect(MarketBook().lastRule(terms) == nil)
  }

  @Test("larger than any promise is told apart from sold before you came")
  func promised() throws {
    var (exchange, hkd, cny) = try market(gpus: 8)
    var history = QuoteHistory()
    try place(&exchange, block(8, limit: 2_020), by: hkd)
    _ = try round(&exchange, &history)
    try place(&exchange, block(8, limit: 5_000), by: cny)
    try place(&exchange, block(9, limit: 5_000), by: cny)
    let told = try round(&exchange, &history)
    #expect(told.map(\.reason) == [.soldEarlier, .largerThanPool])
    #expect(told.allSatisfy { $0.take == nil && $0.short == nil })
  }
}
