import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Seeded
import Testing
import Units

@Suite struct ExposureTests {
  private static func limit(_ hall: inout Hall, _ currency: Currency, _ amount: Int64) throws {
    var limit = CreditLimit()
    limit.account = Account.id(SystemAccount.fx.rawValue, currency)
    limit.amount = amount
    _ = try Exchange.accepted(try hall.exchange.decree(.setCreditLimit(limit)))
  }

  @Test("a round converts no more than the exchange account may be short of, dearest need first")
  func limited() throws {
    var hall = try Hall()
    // Each buys 4 hours of 2 GPUs at HKD 10.00, with CNY: HKD 80.00, at most 172.80 and roundings.
    try Self.limit(&hall, .hkd, 30_000)
    let cheap = try hall.bid(
      hall.block(2, quarters: 16, limit: 1_500).at("hk"), by: hall.thu)
    let dear = try hall.bid(
      hall.block(2, quarters: 16, limit: 2_000).at("hk"), by: hall.thu)
    let own = try hall.bid(
      hall.block(2, quarters: 16, limit: 1_500).at("hk"), by: hall.hku)
    try hall.exchange.close()
    #expect(hall.exchange.state.frozen?.barred == [cheap])
    let options = hall.exchange.state.frozen?.instance.bids.map(\.options.count)
    #expect(options == [0, 1, 1])
    let (frozen, clearing) = try hall.exchange.cleared()
    #expect(clearing.fills.count == 2)
    _ = frozen
    try hall.exchange.commitCleared()
    #expect(!hall.exchange.leases(of: dear).isEmpty && !hall.exchange.leases(of: own).isEmpty)
    #expect(hall.exchange.state.book.bids.contains(cheap))
    #expect(hall.exchange.state.headroom(.hkd) == 30_000 - 8_000)
    // Room that is made lets it in.
    try Self.limit(&hall, .hkd, 100_000)
    try hall.exchange.round()
    #expect(!hall.exchange.leases(of: cheap).isEmpty)
  }

  @Test("a limit below what is in use stops new conversions and breaks no trade")
  func lowered() throws {
    var hall = try Hall()
    let early = try hall.bid(hall.block().at("hk"), by: hall.thu)
    try hall.exchange.close()
    // Even between the close of a round and its outcome.
    try Self.limit(&hall, .hkd, 0)
    try hall.exchange.commitCleared()
    let lease = try #require(hall.exchange.leases(of: early).first)
    #expect(hall.exchange.state.headroom(.hkd) == 0)
    let late = try hall.bid(hall.block(2, quarters: 1).at("hk"), by: hall.thu)
    try hall.exchange.round()
    #expect(hall.exchange.leases(of: late).isEmpty)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    #expect(hall.exchange.balance("cyber:hkd") == lease.money.siteHeld)
    var limit = CreditLimit()
    for account in ["bank:hkd", "clearing:hkd", "fees:hkd"] {
      limit.account = account
      #expect(
        Exchange.refusal(try hall.exchange.decree(.setCreditLimit(limit))) == .accountOfMarket)
    }
  }

  @Test("with little room, rounds of many bids still end, and the limit is never passed")
  func crowded() throws {
    var source = Source(5)
    for round in 0..<12 {
      var hall = try Hall()
      let most: Int64 = source.pick([0, 5_000, 40_000, 400_000])
      try Self.limit(&hall, .hkd, most)
      try Self.limit(&hall, .cny, source.pick([0, 30_000, 1_000_000]))
      for _ in 0..<12 {
        try hall.anyBid(&source)
      }
      for _ in 0..<6 {
        // `round` fails the test when the outcome is refused.
        try hall.exchange.round()
        for currency in [Currency.hkd, .cny] {
          let account = hall.exchange.state.accounts.accounts["fx:\(currency.suffix)"]
          #expect(account.map { $0.available >= 0 } == true, "round \(round)")
        }
      }
      #expect(hall.exchange.reserved("fx:hkd") <= most)
    }
  }

  @Test("a rate is in force until it ends: then bids in its currency wait, and trades go on")
  func validity() throws {
    var hall = try Hall(rated: false)
    try hall.exchange.rate(.cny, 108, per: 100, days: 1)
    let lease = try hall.leased(hall.block(4, quarters: 4).at("hk"), by: hall.thu)
    var terms = hall.block(4, quarters: 4).at("hk")
    terms.latestEnd += 3 * Span.day
    let waiting = try hall.bid(terms, by: hall.thu)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    hall.exchange.time = Hall.start + Span.day
    let late = try hall.exchange.send(.placeBid(terms), by: hall.thu, as: .trader)
    #expect(Exchange.refusal(late) == .noRate)
    try hall.exchange.close()
    #expect(hall.exchange.state.frozen?.bids.contains { $0.seq == waiting } == false)
    #expect(hall.exchange.state.book.bids.contains(waiting))
    try hall.exchange.commitCleared()
    try hall.exchange.lead()
    // Charged at the rate of its round, though none is in force.
    #expect(hall.exchange.balance("fx:cny") == (4_000 * 100 + 107) / 108)
  }

  @Test("what conversions leave is less than a minor unit a trade, never negative, and in fx whole")
  func remainders() throws {
    var source = Source(21)
    let count = cases(50_000)
    // Trades that left nothing to convert are not counted.
    var trades = 0
    var largest: Int128 = 0
    for number in 0..<count {
      let tenant = Self.rate(&source)
      let site = Self.rate(&source)
      var lease = Lease()
      lease.currency = .cny
      lease.siteCurrency = .hkd
      lease.tenantRate = tenant
      lease.siteRate = site
      lease.centre = "c"
      lease.party = "t"
      lease.id = "lease-1-0"
      let billed = source.number(1...source.pick([10, 4_000, 4_000_000_000]))
      guard
        let bill = Bill(
          sum: Int128(billed), siteRate: site, tenantRate: tenant, converts: true, feePermille: 0)
      else { continue }
      lease.money.tenantHeld = bill.tenant
      lease.money.siteHeld = bill.site
      var run = PriceRun()
      run.to = MarketCalendar.start(ofDay: 3)
      lease.runs = [run]
      Self.deliver(&lease, of: billed, &source)
      var book = Self.book(bill)
      _ = try book.apply(lease.holdSteps(), at: 0)
      var (paid, received): (Int64, Int64) = (0, 0)
      for _ in 0..<3 {
        let (charge, steps) = lease.settleNextDay()
        paid += charge.tenant
        received += charge.site
        // What is left over is on the exchange accounts, each currency sums to nothing, and at the end
        // nothing is held.
        _ = try book.apply(steps, at: 0)
        let balances = ["t:cny", "fx:cny", "c:hkd", "fx:hkd"].map { book.accounts[$0]?.balance }
        guard balances == [bill.tenant - paid, paid, received, -received] else {
          Issue.record("case \(number): \(balances)")
          return
        }
        // In the smallest common unit: what came in is worth what went out and less than one more.
        let worthIn = Int128(paid) * Int128(tenant.numerator) * Int128(site.denominator)
        let worthOut = Int128(received) * Int128(site.numerator) * Int128(tenant.denominator)
        let one = Int128(tenant.numerator) * Int128(site.denominator)
        let residue = worthIn - worthOut
        guard residue >= 0, residue < one else {
          Issue.record("case \(number): in \(paid), out \(received), rates \(tenant) \(site)")
          return
        }
        largest = max(largest, residue * 1_000 / one)
      }
      guard book.pendings.isEmpty else {
        Issue.record("case \(number): \(book.pendings.keys) are still held")
        return
      }
      trades += 1
    }
    #expect(largest > 990 && trades > count * 9 / 10)
    figure("T10", "conversions whose remainder is below a minor unit and booked to fx", trades)
  }

  /// What was delivered, in three days that may have anything up to what was sold.
  private static func deliver(_ lease: inout Lease, of billed: Int64, _ source: inout Source) {
    var left = Int128(billed) * Int128(Span.hour) / 4
    for day in Int64(0)..<3 {
      var accrual = Accrual()
      accrual.day = day
      let part = left * Int128(source.number(0...1_000)) / 1_000
      left -= part
      let (whole, rest) = part.quotientAndRemainder(dividingBy: Int128(Span.hour))
      accrual.whole = Int64(whole)
      accrual.rest = Int64(rest)
      lease.accruals.append(accrual)
    }
  }

  /// A tenant with what a trade may cost it, a centre, and the exchange.
  private static func book(_ bill: Bill) -> AccountBook {
    var book = AccountBook()
    var tenant = Account(party: "t", currency: .cny)
    tenant.creditsPosted = bill.tenant
    book.open(tenant)
    book.open(Account(party: "c", currency: .hkd))
    for currency in [Currency.cny, .hkd] { book.open(Account(system: .fx, currency: currency)) }
    return book
  }

  private static func rate(_ source: inout Source) -> Rate {
    let denominator = source.pick([1, 3, 100, 10_000, source.number(1...10_000_000)])
    return Rate(
      numerator: source.number(max(1, denominator / 100)...denominator * 100),
      denominator: denominator)
  }
}
