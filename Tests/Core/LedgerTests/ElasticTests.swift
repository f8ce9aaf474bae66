import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Testing
import Units

@Suite struct ElasticTests {
  private static func elastic(
    _ hall: Hall, _ gpus: Int64 = 12, least: Int64 = 4, hours: Int64 = 6, limit: Int64 = 2_000
  ) -> BidTerms {
    BidTerms.block(
      gpus, quarters: hours * 4, limit: limit, from: Hall.start + Span.hour,
      until: Hall.start + (hours + 1) * Span.hour
    ).at("hk").elastic(least: least)
  }

  private static func lease(_ hall: Hall, _ number: Int64) throws -> Lease {
    try #require(hall.exchange.leases(of: number).first)
  }

  private static func hour(_ number: Int64) -> Int64 { Hall.start + number * Span.hour }

  /// Rounds until the close at this time, the close included.
  private static func rounds(_ hall: inout Hall, through time: Int64) throws {
    while hall.exchange.state.roundDue <= time { try hall.exchange.round() }
  }

  private static func audit(_ hall: Hall) throws {
    var audit = Audit()
    var state = LedgerState()
    for entry in hall.exchange.log {
      let before = state
      let events = try state.apply(entry)
      if let fault = audit.fault(events, state) { throw Exchange.Failure(fault) }
      if let fault = Audit.oversold(before, state) { throw Exchange.Failure(fault) }
    }
  }

  @Test("extras are sold once for each hour, in the last round before it, and no hour is left out")
  func hourByHour() throws {
    var hall = try Hall()
    let number = try hall.bid(Self.elastic(hall), by: hall.hku)
    var sold: [Int64] = []
    while hall.exchange.state.roundDue < Self.hour(7) {
      for case .extrasSold(let sale) in try hall.exchange.round() {
        #expect(sale.runs.map(\.gpus) == [8])
        sold.append(sale.runs[0].from)
        // One hour ahead of the hour in which the next round begins to sell.
        let next = hall.exchange.state.roundDue + 15 * Span.minute
        #expect(sale.runs[0].to <= (next + Span.hour - 1) / Span.hour * Span.hour + Span.hour)
      }
    }
    #expect(sold == (2...6).map(Self.hour))
    let lease = try Self.lease(hall, number)
    #expect(lease.extras.map(\.gpus) == [8] && lease.extras[0].from == Self.hour(1))
    #expect(lease.extras[0].to == Self.hour(7) && lease.flexible?.held == 0)
    let step = try #require(lease.steps.first)
    #expect(lease.steps.count == 1 && step.gpus == 12 && step.to == Self.hour(7))
    try Self.audit(hall)
  }

  @Test("what is set aside is what was sold and the rest of the time, or the window, at the limit")
  func holds() throws {
    var rules = Hall.rules()
    rules.windowHours = 3
    var hall = try Hall(rules: rules)
    let number = try hall.bid(Self.elastic(hall), by: hall.hku)
    #expect(hall.exchange.reserved("hku:hkd") == (4 * 6 + 8 * 3) * 2_000)
    try hall.exchange.round()
    // The first hour of extras is sold at the ask; the hold was for three hours, two are left of it.
    let firm: Int64 = (4 * 6 + 8) * 1_000
    let lease = try Self.lease(hall, number)
    #expect(lease.money.tenantHeld == firm && lease.money.feeHeld == firm / 100)
    let window: Int64 = 8 * 3 * 2_000
    #expect(lease.flexible?.held == window)
    #expect(hall.exchange.reserved("hku:hkd") == firm + firm / 100 + window)
    try Self.rounds(&hall, through: Self.hour(5))
    let late = try Self.lease(hall, number)
    #expect(late.flexible?.soldThrough == Self.hour(7) && late.flexible?.held == 0)
    #expect(hall.exchange.reserved("hku:hkd") == 12 * 6 * 1_010)
    try Self.audit(hall)
  }

  @Test(
    "who has no money for the window gets the earliest hours first, and no more than is paid for")
  func lackingMoney() throws {
    var rules = Hall.rules()
    rules.windowHours = 1
    var hall = try Hall(rules: rules)
    let poor = try hall.exchange.tenant("poor", .hkd, money: (4 * 6 + 8) * 2_000)
    let number = try hall.bid(Self.elastic(hall), by: poor)
    try Self.rounds(&hall, through: Self.hour(6))
    let lease = try Self.lease(hall, number)
    // Base and first hour cost half the limit; the money left pays hours at the limit while it lasts.
    #expect(lease.extras.first?.from == Self.hour(1))
    #expect(hall.exchange.state.accounts.accounts["poor:hkd"]?.available ?? -1 >= 0)
    let paid = lease.money.tenantHeld + lease.money.feeHeld + (lease.flexible?.held ?? 0)
    #expect(paid <= (4 * 6 + 8) * 2_000)
    #expect(lease.extras.reduce(0) { $0 + ($1.to - $1.from) } >= 3 * Span.hour)
    try Self.audit(hall)
  }

  @Test("each layer is charged at its own price, the firm part counts as delivered first")
  func layers() throws {
    var hall = try Hall()
    let number = try hall.bid(Self.elastic(hall, hours: 2), by: hall.hku)
    try hall.exchange.round()
    // The second hour of the extras is sold at another ask.
    try hall.offer(
      .flat("hk", gpus: 16, ask: 1_200, until: Hall.start + 400 * Span.day, generation: 2),
      by: hall.hk)
    try Self.rounds(&hall, through: Self.hour(1))
    let lease = try Self.lease(hall, number)
    #expect(lease.extras.map(\.price) == [1_000, 1_200])
    hall.exchange.time = Self.hour(2)
    try hall.exchange.deliver(lease, to: Self.hour(2), agent: hall.hk)
    // Of the twelve GPUs five are delivered in the second hour: the base and one extra.
    var readings = lease.readings(from: Self.hour(2), to: Self.hour(3))
    for index in readings.indices { readings[index].delivered = 5 * Span.quarter }
    hall.exchange.time = Self.hour(3)
    var report = ReadingReport()
    report.site = "hk"
    report.readings = readings
    try hall.exchange.send(.recordReadings(report), by: hall.hk, as: .agent)
    try hall.exchange.lead()
    let paid = 12 * 1_000 + 4 * 1_000 + 1_200 as Int64
    #expect(hall.exchange.balance("cyber:hkd") == paid)
    #expect(hall.exchange.balance("hku:hkd") == Hall.money - paid - paid / 100)
    #expect(hall.exchange.reserved("hku:hkd") == 0)
    try Self.audit(hall)
  }

  @Test("across currencies every hour of extras stays within the limit at the rate of the trade")
  func converted() throws {
    var hall = try Hall()
    let number = try hall.bid(Self.elastic(hall, limit: 1_300), by: hall.thu)
    try hall.exchange.round()
    // The rate moves; the trade keeps its own, and so do its extras.
    try hall.exchange.rate(.cny, 130, per: 100)
    try Self.rounds(&hall, through: Self.hour(6))
    let lease = try Self.lease(hall, number)
    #expect(lease.extras.map(\.gpus) == [8] && lease.extras[0].to == Self.hour(7))
    hall.exchange.time = Self.hour(7)
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    let exact: Int64 = 12 * 6 * 1_000
    #expect(hall.exchange.balance("cyber:hkd") == exact)
    #expect(hall.exchange.balance("fx:cny") == (exact * 100 + 107) / 108)
    try Self.audit(hall)
  }

  @Test("who gives back within the window pays the extras that were planned in it, and not beyond")
  func givenBack() throws {
    var rules = Hall.rules()
    rules.windowHours = 2
    var hall = try Hall(rules: rules)
    let number = try hall.bid(Self.elastic(hall), by: hall.hku)
    try hall.exchange.round()
    var name = LeaseName()
    name.lease = try Self.lease(hall, number).id
    _ = try Exchange.accepted(
      try hall.exchange.send(.endLease(name), by: hall.hku, as: .trader))
    // The first slot of the next round begins at a quarter past nine.
    let bound = try #require(Self.lease(hall, number).flexible?.until)
    #expect(bound == Self.hour(3))
    try Self.rounds(&hall, through: Self.hour(5))
    let lease = try Self.lease(hall, number)
    #expect(lease.extras.last?.to == Self.hour(3))
    // What it does not use may be sold again.
    #expect(hall.exchange.state.commitments.allSatisfy { $0.to <= lease.end })
    hall.exchange.time = Self.hour(7)
    try hall.exchange.lead()
    let paid = (4 * 6 + 8 * 2) * 1_000 as Int64
    #expect(hall.exchange.balance("cyber:hkd") == paid)
    #expect(hall.exchange.reserved("hku:hkd") == 0 && hall.exchange.state.leases.isEmpty)
    try Self.audit(hall)
  }

  @Test("without a base a lease lives to the end of its time, through hours with nothing")
  func noBase() throws {
    var hall = try Hall()
    let number = try hall.bid(Self.elastic(hall, 8, least: 0), by: hall.hku)
    let rival = BidTerms.block(
      16, quarters: 4, limit: 9_000, from: Self.hour(3), until: Self.hour(4)
    ).at("hk")
    try hall.bid(rival, by: hall.hku)
    try Self.rounds(&hall, through: Self.hour(6))
    let lease = try Self.lease(hall, number)
    #expect(lease.runs.isEmpty && lease.end == Self.hour(7))
    #expect(lease.gpus(at: Self.hour(2)) == 8 && lease.gpus(at: Self.hour(3)) == 0)
    #expect(lease.gpus(at: Self.hour(4)) == 8)
    hall.exchange.time = Self.hour(7)
    try hall.exchange.deliver(lease, agent: hall.hk)
    for other in hall.exchange.state.leases.values where other.id != lease.id {
      try hall.exchange.deliver(other, agent: hall.hk)
    }
    try hall.exchange.lead()
    #expect(hall.exchange.state.leases.isEmpty && hall.exchange.reserved("hku:hkd") == 0)
    #expect(lease.extras.allSatisfy { $0.price >= 1_000 })
    try Self.audit(hall)
  }
}
