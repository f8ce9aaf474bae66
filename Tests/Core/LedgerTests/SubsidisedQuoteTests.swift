import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Replication
import Testing
import Units

/// Quotes for bids of which an award pays a share.
@Suite struct SubsidisedQuoteTests {
  private static let hour = Span.hour

  /// A hall with an award of 70 % for `hku`, at `hk`, whose ask is 10.00.
  private struct Scene {
    var hall: Hall
    var award: Int64
    var history = QuoteHistory()

    init(_ rule: SubsidyRule = .share) throws {
      var rules = Hall.rules()
      rules.subsidy = rule
      hall = try Hall(rules: rules)
      let (committee, _) = try hall.committee()
      award = try hall.awarded(committee)
    }

    /// Eight GPUs for four hours, noon to four.
    func shape(limit: Int64 = 0) -> BidTerms {
      BidTerms.block(
        8, quarters: 16, limit: limit, from: Hall.start + 3 * hour, until: Hall.start + 7 * hour
      ).at("hk")
    }

    func drawing(limit: Int64 = 0) -> BidTerms { shape(limit: limit).drawing(on: award) }

    func basis(_ terms: BidTerms) throws -> (QuoteBasis, Grant?) {
      let state = hall.exchange.state
      let grant = try state.grant(terms, for: "hku")
      let basis = QuoteBasis(
        state.book, grant?.terms ?? terms, subsidy: grant?.subsidy, currency: .hkd,
        round: state.round.number, at: hall.exchange.time, rules: state.rules,
        commitments: state.commitments, last: history.last
      ) { _, grid in [Int64](repeating: 0, count: grid.count) }
      return (basis, grant)
    }

    func quotes(_ terms: BidTerms) throws -> [Quotation] {
      try basis(terms).0.quotations(limit: 5)
    }

    func filled(_ terms: BidTerms) throws -> Int? {
      try basis(terms).0.record(terms, nil, history)?.filled
    }

    mutating func round() throws {
      try hall.exchange.close()
      let (frozen, clearing) = try hall.exchange.cleared()
      history.add(frozen, clearing)
      for command in Leader.outcome(of: frozen, clearing) {
        _ = try Exchange.accepted(
          try hall.exchange.send(command, by: "leader", as: .leader))
      }
    }
  }

  @Test("what tenant and award would pay is what a bid at that price and its award do pay")
  func spare() throws {
    var scene = try Scene()
    let (basis, grant) = try scene.basis(scene.drawing())
    let quote = try #require(basis.quotations(limit: 5).first)
    // Of the ask of 10.00 the award pays 7.00; one percent of fee on the tenant's part.
    #expect(
      quote.spare == Quotation.Spare(total: 9_600, fee: 96, fund: 22_400, price: 303, limit: 305))
    #expect(quote.limit == 305 && quote.hold == 8 * 4 * 305)
    // It sets aside the share of the list price.
    #expect(grant?.amount == Int64(8 * 4 * 1_050))
    let number = try scene.hall.bid(scene.drawing(limit: quote.limit), by: scene.hall.hku)
    let pendings = scene.hall.exchange.state.accounts.pendings
    #expect(pendings["hold-\(number)"]?.amount == quote.hold)
    #expect(pendings["fund-\(number)"]?.amount == grant?.amount)
    try scene.round()
    let money = try #require(scene.hall.exchange.leases(of: number).first).money
    #expect(money.tenantHeld == quote.spare?.total && money.feeHeld == quote.spare?.fee)
    #expect(money.fundHeld == quote.spare?.fund)
    let plain = try scene.quotes(scene.shape()).first
    #expect(
      plain?.spare == Quotation.Spare(total: 32_000, fee: 320, fund: 0, price: 1_010, limit: 1_020))
  }

  @Test("what would have pushed a winner out is less by what the award pays")
  func take() throws {
    var scene = try Scene()
    var winner = scene.shape(limit: 2_020)
    winner.alternatives[0].gpus = 16
    winner.alternatives[0].least = 16
    try scene.hall.bid(winner, by: scene.hall.hku)
    try scene.round()
    let plain = try #require(try scene.quotes(scene.shape()).first)
    let drawn = try #require(try scene.quotes(scene.drawing()).first)
    // 16 GPUs with 10.00 to spare go for 8: 30.01 HKD and its fee, or 7.00 less.
    #expect(plain.take == Quotation.roundedUp(3_032) && plain.spare == nil)
    #expect(drawn.take == Quotation.roundedUp(2_325) && drawn.spare == nil)
    #expect(try scene.filled(scene.drawing(limit: 2_325)) == 1)
    #expect(try scene.filled(scene.drawing(limit: 2_324)) == 0)
    #expect(try scene.filled(scene.shape(limit: 2_325)) == 0)
  }

  @Test("an award counts in the record of past rounds: with it, less than the ask was enough")
  func record() throws {
    var scene = try Scene()
    try scene.round()
    #expect(try scene.filled(scene.drawing(limit: 305)) == 1)
    #expect(try scene.filled(scene.drawing(limit: 304)) == 0)
    #expect(try scene.filled(scene.shape(limit: 1_011)) == 0)
    #expect(try scene.filled(scene.shape(limit: 1_012)) == 1)
  }

  @Test("the bids of a round that drew on awards are compared with the round before by their share")
  func reliance() throws {
    var scene = try Scene()
    try scene.round()
    try scene.hall.bid(scene.drawing(limit: 305), by: scene.hall.hku)
    try scene.hall.bid(scene.drawing(limit: 304), by: scene.hall.hku)
    try scene.round()
    #expect(scene.history.calibration == (1, 1))
  }

  @Test("where subsidised bids get what is left, nobody is pushed out for one, at any price")
  func ruleSpare() throws {
    var scene = try Scene(.spare)
    try scene.round()
    #expect(try scene.filled(scene.drawing(limit: 305)) == 1)
    #expect(try scene.filled(scene.drawing(limit: 304)) == 0)
    var winner = scene.shape(limit: 1_100)
    winner.alternatives[0].gpus = 12
    winner.alternatives[0].least = 12
    try scene.hall.bid(winner, by: scene.hall.hku)
    try scene.round()
    #expect(try scene.filled(scene.drawing(limit: 100_000)) == 1)
    #expect(try scene.quotes(scene.drawing()).isEmpty)
    #expect(try scene.quotes(scene.shape()).first?.take != nil)
    var less = scene.drawing(limit: 305)
    less.alternatives[0].gpus = 4
    less.alternatives[0].least = 4
    #expect(try scene.filled(less) == 2)
    #expect(try scene.quotes(less).first?.spare?.fund == 4 * 4 * 700)
  }

  @Test("what the award refuses, its quote refuses likewise, and nothing is drawn")
  func refused() throws {
    let scene = try Scene()
    let state = scene.hall.exchange.state
    func refusal(_ terms: BidTerms, for party: String = "hku") -> Refusal? {
      do throws(Refusal) {
        _ = try state.grant(terms, for: party)
        return nil
      } catch { return error }
    }
    #expect(refusal(scene.drawing()) == nil)
    #expect(refusal(scene.drawing(), for: "thu") == .notYours)
    #expect(refusal(scene.shape().drawing(on: 1)) == .unknownAward)
    #expect(refusal(scene.drawing().at("sz")) == .awardElsewhere)
    #expect(refusal(scene.drawing().elastic(least: 4)) == .awardKind)
    #expect(try state.grant(scene.shape(), for: "hku") == nil)
    let taken = try scene.hall.award(scene.award).taken
    #expect(taken == 0)
  }
}
