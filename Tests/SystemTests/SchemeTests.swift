import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// A subsidy from the call to the lease that it pays for, by a real broker.
@Suite(.serialized) struct SchemeTests {
  private static func hkd(_ minor: Int64) -> WireMoney { WireMoney(.hkd, minor: minor) }

  /// A fund with two reviewers.
  private struct Fund {
    var one: BrokerClient
    var two: BrokerClient

    init(_ broker: BrokerProcess) async throws {
      let maker = broker.maker
      try await broker.approved(
        try await maker.addParty(
          Wire.AddParty(party: "aiss", kind: .fund, currency: .hkd, name: "A fund")))
      var tokens: [String] = []
      for _ in 0..<2 {
        let position = try await broker.approved(
          try await maker.addMember("aiss", Wire.AddMember(roles: [.reviewer])))
        tokens.append(try await maker.makeToken("p-\(position)").token)
      }
      one = broker.client(tokens[0])
      two = broker.client(tokens[1])
      try await broker.approved(
        try await maker.recordDeposit(
          "aiss:hkd",
          Wire.RecordDeposit(amount: SchemeTests.hkd(100_000_000), reference: "grant")))
      try await broker.approved(
        try await maker.setListPrices(
          Wire.SetListPrices(
            currency: .hkd, version: 1,
            prices: [Wire.ListPrice(chip: "h800-80g", list: SchemeTests.hkd(1_500))])))
    }

    /// What one of them proposes and the other approves.
    func passed(_ propose: (BrokerClient) async throws -> Wire.Accepted) async throws -> String {
      let proposal = try await propose(one)
      _ = try await two.approve(proposal.position)
      return proposal.position.text
    }
  }

  /// From the call to the award; its id.
  private static func award(
    _ broker: BrokerProcess, _ tenant: BrokerClient, _ fund: Fund
  ) async throws -> String {
    let now = try await broker.maker.clock().market.milliseconds
    func day(_ number: Int64) -> WireTime { WireTime(clamping: now + number * 86_400_000) }
    _ = try await fund.passed {
      try await $0.openCall(
        Wire.OpenCall(
          amount: hkd(10_000_000), gpuHours: 5_000, permille: 700, chips: ["h800-80g"],
          sites: ["cyberport-h"], from: day(0), until: day(300), closesAt: day(20),
          listPrices: 1, scores: 2))
    }
    let call = try #require(try await tenant.listCalls().all().first)
    _ = try await tenant.applyForAward(
      call.call,
      Wire.ApplyForAward(
        amount: hkd(5_000_000), gpuHours: 1_000, permille: 700, chips: ["h800-80g"],
        sites: ["cyberport-h"], from: day(0), until: day(200), contract: "ITF/2026/1",
        purpose: "a model of the delta's weather"))
    let application = try #require(try await fund.one.listApplications().all().first)
    let shown = try await fund.one.showApplication(application.application)
    #expect(shown.purpose == "a model of the delta's weather")
    for reviewer in [fund.one, fund.two] {
      _ = try await reviewer.scoreApplication(
        application.application,
        Wire.ScoreApplication(need: 8, demand: 7, soundness: 9, benefit: 8, reason: "sound"))
    }
    _ = try await fund.passed {
      try await $0.decideApplication(
        application.application, Wire.DecideApplication(granted: true, reason: "the best of all"))
    }
    return try #require(try await fund.one.showApplication(application.application).award)
  }

  @Test("an award pays its share of a bid: quoted, held and billed alike, and its sums are whole")
  func subsidised() async throws {
    let broker = try BrokerProcess(scale: 300)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let fund = try await Fund(broker)
    let hku = market.trader("hku-nlp")
    let award = try await Self.award(broker, hku, fund)
    try await market.offer("cyberport-h", chip: "h800-80g", gpus: 16, ask: Self.hkd(1_000))

    var bid = try await market.block(limit: Self.hkd(305))
    bid.award = award
    bid.ifDisplaced = Wire.Displacement(maxGapQuarters: 8, shrinkable: true)
    let quotes = try await hku.requestQuote(
      Wire.RequestQuote(
        kind: .block,
        alternatives: [Wire.QuoteAlternative(chip: "h800-80g", gpus: 8, quarters: 4)],
        earliest: bid.earliest, latestEnd: bid.latestEnd, reclaim: .never, award: award))
    let quote = try #require(quotes.items.first)
    // 70 % of 10.00 from the fund, the rest and one percent of it from the tenant.
    #expect(quote.fund == Self.hkd(5_600) && quote.total == Self.hkd(2_424))
    #expect(quote.limit == Self.hkd(305))
    #expect(quotes.fundHold == Self.hkd(8 * 1_050), "the share of the list price")
    await #expect {
      _ = try await market.trader("sz-lab").requestQuote(
        Wire.RequestQuote(
          kind: .block,
          alternatives: [Wire.QuoteAlternative(chip: "h800-80g", gpus: 8, quarters: 4)],
          earliest: bid.earliest, latestEnd: bid.latestEnd, reclaim: .never, award: award))
    } throws: { error in
      guard case .refused(let problem)? = error as? BrokerClientError else { return false }
      return problem.code == "not_yours"
    }

    let placed = try await hku.placeBid(bid)
    let id = try #require(placed.id)
    let held = try await hku.showAward(award).held
    // Unless the round has closed by now.
    let isOpen = try await hku.showBid(id).fills.isEmpty
    #expect(held == quotes.fundHold || !isOpen)
    let filled = try await SampleMarket.until("the fill") {
      let shown = try await hku.showBid(id)
      return shown.fills.isEmpty ? nil : shown
    }
    #expect(filled.ifDisplaced == bid.ifDisplaced && filled.award == award)
    let fill = try #require(filled.fills.first)
    #expect(fill.fund == quote.fund && fill.total == quote.total)
    let after = try await fund.one.showAward(award)
    #expect(after.held == quote.fund)
    #expect(
      after.amount.minor
        == after.paid.minor + after.held.minor + after.left.minor + after.returned.minor)
    #expect(try await broker.maker.verifyLedger().ok)
  }
}
