import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Seeded
import Testing
import Units

@Suite struct SettlementTests {
  private static func charges(_ hall: Hall) -> [Charge] {
    hall.exchange.results.joined().compactMap {
      if case .charged(let charge) = $0 { charge } else { nil }
    }
  }

  private static func audit(_ hall: Hall) throws {
    var audit = Audit()
    var state = LedgerState()
    for entry in hall.exchange.log {
      let events = try state.apply(entry)
      if let fault = audit.fault(events, state) { throw Exchange.Failure(fault) }
    }
  }

  @Test("what was delivered is charged, the fee on top, and the rest is free again")
  func delivered() throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block(3, quarters: 5, limit: 1_500).at("hk"), by: hall.hku)
    // Half of the first quarter hour is lost.
    var readings = lease.readings(from: lease.start, to: lease.end)
    readings[0].delivered /= 2
    hall.exchange.time = lease.end
    var report = ReadingReport()
    report.site = "hk"
    report.readings = readings
    try hall.exchange.send(.recordReadings(report), by: hall.hk, as: .agent)
    try hall.exchange.lead()
    let charge = try #require(Self.charges(hall).first)
    let exact = 3 * 1_000 * (2 * 5 - 1) / 8
    #expect(charge.tenant == Int64(exact) && charge.site == charge.tenant && charge.last)
    #expect(charge.fee == charge.tenant * 10 / 1_000)
    #expect(hall.exchange.balance("cyber:hkd") == charge.site)
    #expect(hall.exchange.balance("hku:hkd") == Hall.money - charge.tenant - charge.fee)
    #expect(hall.exchange.balance("fees:hkd") == charge.fee)
    #expect(hall.exchange.reserved("hku:hkd") == 0 && hall.exchange.state.leases.isEmpty)
    try Self.audit(hall)
  }

  @Test("over several days rounding happens once: charges add up to the floor of the exact sum")
  func days() throws {
    var hall = try Hall(offers: false)
    try hall.offer(.flat("hk", gpus: 7, ask: 997, until: Hall.start + 9 * Span.day), by: hall.hk)
    var terms = hall.block(7, quarters: 4 * 30, limit: 1_500)
    terms.latestEnd = Hall.start + 40 * Span.hour
    let lease = try hall.leased(terms, by: hall.hku)
    var expected: Int128 = 0
    var source = Source(9)
    for reading in lease.readings(from: lease.start, to: lease.end) {
      var reading = reading
      reading.delivered = source.number(0...reading.delivered)
      reading.used = 0
      expected += Int128(reading.delivered) * 997
      hall.exchange.time = reading.to
      var report = ReadingReport()
      report.site = "hk"
      report.readings = [reading]
      _ = try Exchange.accepted(
        try hall.exchange.send(.recordReadings(report), by: hall.hk, as: .agent))
      try hall.exchange.lead()
    }
    hall.exchange.time += Span.hour
    try hall.exchange.lead()
    let charges = Self.charges(hall)
    #expect(charges.count == 2 && charges.map(\.last) == [false, true])
    #expect(charges.reduce(0) { $0 + $1.site } == Int64(expected / Int128(Span.hour)))
    let paid = charges.reduce(0) { $0 + $1.tenant }
    #expect(charges.reduce(0) { $0 + $1.fee } == paid / 100)
    try Self.audit(hall)
  }

  @Test(
    "across currencies the tenant pays the converted sum rounded up once, through both fx accounts")
  func converted() throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block(5, quarters: 7, limit: 1_300).at("hk"), by: hall.thu)
    let exact: Int64 = 5 * 7 * 1_000
    #expect(lease.money.siteHeld == exact / 4)
    #expect(lease.money.tenantHeld == (exact * 100 + 4 * 108 - 1) / (4 * 108))
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    #expect(hall.exchange.balance("cyber:hkd") == exact / 4)
    #expect(hall.exchange.balance("fx:hkd") == -(exact / 4))
    let paid = hall.exchange.balance("fx:cny")
    #expect(paid == (exact / 4 * 100 + 107) / 108)
    #expect(hall.exchange.balance("thu:cny") == Hall.money - paid - paid / 100)
    try Self.audit(hall)
  }

  @Test("a rate that changes after the trade does not touch it")
  func lockedRate() throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block(4, quarters: 4, limit: 1_300).at("hk"), by: hall.thu)
    try hall.exchange.rate(.cny, 200, per: 100)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    #expect(hall.exchange.balance("fx:cny") == (4_000 * 100 + 107) / 108)
  }

  @Test("who gives a lease back pays for all of it: once, at its end")
  func takeOrPay() throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block(2, quarters: 8, limit: 1_500).at("hk"), by: hall.hku)
    hall.exchange.time = lease.start + 31 * Span.minute
    try hall.exchange.deliver(lease, to: lease.start + 30 * Span.minute, agent: hall.hk)
    var name = LeaseName()
    name.lease = lease.id
    try hall.exchange.send(.endLease(name), by: hall.hku, as: .trader)
    let ended = try #require(hall.exchange.leases(of: lease.bid).first)
    #expect(ended.end == lease.start + 45 * Span.minute)
    // Its GPUs can be sold again from there on.
    try hall.exchange.close()
    let frozen = try #require(hall.exchange.state.frozen)
    let pool = try #require(frozen.pools.firstIndex { $0.id == "hk:a" })
    #expect(frozen.instance.pools[pool].capacity.allSatisfy { $0 == 16 })
    hall.exchange.time = ended.end
    let rest = try hall.exchange.deliver(
      ended, from: lease.start + 30 * Span.minute, agent: hall.hk)
    #expect(Exchange.refusal(rest) == nil)
    try hall.exchange.lead()
    #expect(hall.exchange.balance("cyber:hkd") == 2 * 2 * 1_000)
    let charge = try #require(Self.charges(hall).first)
    #expect(charge.delivered == 2 * 45 * Span.minute && charge.forgone == 2 * 75 * Span.minute)
  }

  @Test("a site that vanishes is paid for what it measured; after the grace the rest is free")
  func vanished() throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block(2, quarters: 8, limit: 1_500).at("hk"), by: hall.hku)
    hall.exchange.time = lease.start + 30 * Span.minute
    try hall.exchange.deliver(lease, to: hall.exchange.time, agent: hall.hk)
    hall.exchange.time = lease.end + Rules().settleGrace - 1
    try hall.exchange.lead()
    #expect(!hall.exchange.state.leases.isEmpty)
    hall.exchange.time += Span.quarter
    try hall.exchange.lead()
    #expect(hall.exchange.state.leases.isEmpty)
    #expect(hall.exchange.balance("cyber:hkd") == 1_000)
    #expect(hall.exchange.reserved("hku:hkd") == 0)
    let late = try hall.exchange.deliver(lease, from: lease.start + Span.hour, agent: hall.hk)
    #expect(Exchange.refusal(late) == .readingsRefused)
  }

  @Test("late readings of a day that was charged are charged with the next")
  func late() throws {
    var rules = Hall.rules()
    rules.settleGrace = Span.hour
    var hall = try Hall(rules: rules)
    var terms = hall.block(1, quarters: 4 * 24, limit: 1_500).at("hk")
    terms.latestEnd = Hall.start + 40 * Span.hour
    let lease = try hall.leased(terms, by: hall.hku)
    let midnight = MarketCalendar.midnight(notBefore: lease.start)
    hall.exchange.time = midnight + Span.hour
    try hall.exchange.lead()
    #expect(Self.charges(hall).map(\.site) == [0])
    try hall.exchange.deliver(lease, to: hall.exchange.time, agent: hall.hk)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, from: midnight + Span.hour, agent: hall.hk)
    try hall.exchange.lead()
    #expect(Self.charges(hall).map(\.site) == [0, 24_000])
    try Self.audit(hall)
  }

  @Test("each kind of bad reading is refused for its reason, the good ones beside it are taken")
  func badReadings() throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block(2, quarters: 8, limit: 1_500).at("hk"), by: hall.hku)
    hall.exchange.time = lease.start + Span.hour
    let good = lease.readings(from: lease.start, to: lease.start + 30 * Span.minute)
    func changed(_ change: (inout Reading) -> Void) -> Reading {
      var reading = good[1]
      change(&reading)
      return reading
    }
    var report = ReadingReport()
    report.site = "hk"
    report.readings = [
      good[0],
      changed { $0.lease = "lease-9-9" },
      changed { $0.to = $0.from },
      changed { $0.to += 1 },
      changed {
        $0.from += Span.hour
        $0.to += Span.hour
      },
      changed {
        $0.from -= Span.hour
        $0.to -= Span.hour
      },
      good[0],
      changed { $0.delivered += 1 },
      good[1],
    ]
    let events = try hall.exchange.send(.recordReadings(report), by: hall.hk, as: .agent)
    let faults = events.map { event in
      if case .readingRefused(let refused) = event { refused.fault } else { "" }
    }
    #expect(
      faults == [
        "", "unknownLease", "badInterval", "badInterval", "inFuture", "outsideLease", "overlap",
        "moreThanLeased", "",
      ])
    #expect(
      Set(faults.dropFirst().dropLast()) == Set(ReadingFault.allCases.map(\.rawValue)))
  }
}
