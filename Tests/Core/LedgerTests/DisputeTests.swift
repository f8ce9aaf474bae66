import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Testing
import Units

@Suite struct DisputeTests {
  /// A lease of 8 GPUs at HKD 10.00 over four hours that was delivered in full and charged.
  private static func charged(
    _ hall: inout Hall, by trader: KeyPath<Hall, String> = \.hku
  ) throws -> Lease {
    let lease = try hall.leased(
      hall.block(8, quarters: 16, limit: 1_500).at("hk"), by: hall[keyPath: trader])
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    return lease
  }

  private static func terms(_ lease: Lease, delivered: Int64? = nil) -> DisputeTerms {
    var terms = DisputeTerms()
    terms.day = MarketCalendar.day(of: lease.start)
    terms.delivered = delivered
    terms.evidence = String(repeating: "1", count: 64)
    terms.lease = lease.id
    return terms
  }

  @discardableResult
  private static func open(
    _ hall: inout Hall, _ lease: Lease, delivered: Int64? = nil, by trader: String? = nil
  ) throws -> Int64 {
    let number = hall.exchange.state.position
    _ = try Exchange.accepted(
      try hall.exchange.send(
        .openDispute(terms(lease, delivered: delivered)), by: trader ?? hall.hku, as: .trader))
    return number
  }

  private static func decision(_ number: Int64, _ delivered: Int64?) -> Command {
    var terms = DisputeDecision()
    terms.dispute = number
    terms.delivered = delivered
    return .decideDispute(terms)
  }

  private static func audit(_ hall: Hall) throws {
    var audit = Audit()
    var state = LedgerState()
    for entry in hall.exchange.log {
      let events = try state.apply(entry)
      if let fault = audit.fault(events, state) { throw Exchange.Failure(fault) }
    }
    #expect(
      FieldCodec.encode(try FieldCodec.decode(LedgerState.self, from: FieldCodec.encode(state)))
        == FieldCodec.encode(state))
  }

  @Test(
    "an upheld dispute gives back what the charge was too high, the fee included; the charge stands"
  )
  func upheld() throws {
    var hall = try Hall()
    let lease = try Self.charged(&hall)
    let full = 8 * 4 * Span.hour
    #expect(hall.exchange.balance("cyber:hkd") == 32_000)
    let number = try Self.open(&hall, lease, delivered: full / 4)
    let events = try Exchange.accepted(
      try hall.exchange.decree(Self.decision(number, full * 3 / 4)))
    let corrections = events.compactMap {
      if case .corrected(let correction) = $0 { correction } else { nil }
    }
    let correction = try #require(corrections.first)
    #expect(correction.site == 8_000 && correction.tenant == 8_000 && correction.fee == 80)
    #expect(correction.delivered == full / 4 && correction.dispute == number)
    // It refers to the entry that made the charge.
    let original = hall.exchange.results[Int(correction.charge)]
    #expect(original.contains { if case .charged = $0 { true } else { false } })
    #expect(hall.exchange.balance("cyber:hkd") == 24_000)
    #expect(hall.exchange.balance("fees:hkd") == 240)
    #expect(hall.exchange.balance("hku:hkd") == Hall.money - 24_240)
    #expect(hall.exchange.state.disputes.isEmpty)
    let again = try hall.exchange.send(
      .openDispute(Self.terms(lease)), by: hall.hku, as: .trader)
    #expect(Exchange.refusal(again) == .alreadyDisputed)
    try Self.audit(hall)
  }

  @Test(
    "an award gets its share back as far as the centre has money, and its sums hold either way",
    arguments: [0, 1, 700, 100_000] as [Int64])
  func share(kept: Int64) throws {
    var hall = try Hall()
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    let lease = try hall.leased(
      hall.block(8, quarters: 16, limit: 1_500).at("hk").drawing(on: seq), by: hall.hku)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    let paid = try hall.award(seq).paid
    let has = hall.exchange.balance("cyber:hkd")
    #expect(paid == 22_400 && has == 32_000)
    if has > kept {
      var payout = BankTransfer()
      payout.account = "cyber:hkd"
      payout.amount = has - kept
      payout.reference = String(repeating: "9", count: 64)
      _ = try Exchange.accepted(try hall.exchange.decree(.payout(payout)))
    }
    let number = try Self.open(&hall, lease)
    _ = try Exchange.accepted(
      try hall.exchange.decree(Self.decision(number, 8 * 4 * Span.hour / 2)))
    let after = try hall.award(seq)
    #expect(after.paid == paid - min(paid / 2, kept))
    #expect(hall.imbalance(after) == nil)
    try Self.audit(hall)
  }

  @Test("a dispute that is turned down moves nothing, and the day cannot be disputed again")
  func rejected() throws {
    var hall = try Hall()
    let lease = try Self.charged(&hall)
    let number = try Self.open(&hall, lease)
    let events = try Exchange.accepted(try hall.exchange.decree(Self.decision(number, nil)))
    #expect(!events.contains { if case .moneyMoved = $0 { true } else { false } })
    #expect(hall.exchange.balance("cyber:hkd") == 32_000)
    let again = try hall.exchange.send(
      .openDispute(Self.terms(lease)), by: hall.hku, as: .trader)
    #expect(Exchange.refusal(again) == .alreadyDisputed)
    try Self.audit(hall)
  }

  @Test("a day in dispute is not charged until two persons have decided, then at once")
  func waits() throws {
    for upheld in [false, true] {
      var hall = try Hall()
      let lease = try hall.leased(
        hall.block(8, quarters: 16, limit: 1_500).at("hk"), by: hall.hku)
      hall.exchange.time = lease.start + Span.hour
      let full = 8 * 4 * Span.hour
      let number = try Self.open(&hall, lease, delivered: full / 2)
      hall.exchange.time = lease.end
      let early = try hall.exchange.decree(Self.decision(number, nil))
      #expect(Exchange.refusal(early) == .notYetSettled)
      try hall.exchange.deliver(lease, agent: hall.hk)
      hall.exchange.time += 10 * Span.day
      try hall.exchange.lead()
      #expect(hall.exchange.balance("cyber:hkd") == 0)
      var settle = SettleTerms()
      settle.lease = lease.id
      settle.day = lease.nextDay
      let forced = try hall.exchange.send(.settle(settle), by: "leader", as: .leader)
      #expect(Exchange.refusal(forced) == .underDispute)
      let decided = try hall.exchange.decree(
        Self.decision(number, upheld ? full / 2 : nil))
      #expect(Exchange.refusal(decided) == nil)
      #expect(hall.exchange.balance("cyber:hkd") == (upheld ? 16_000 : 32_000))
      #expect(hall.exchange.state.leases.isEmpty && hall.exchange.reserved("hku:hkd") == 0)
      // Nothing is corrected: the charge was right from the start.
      #expect(
        !hall.exchange.results.joined().contains { if case .corrected = $0 { true } else { false } }
      )
      try Self.audit(hall)
    }
  }

  @Test(
    "across currencies the centre gives back its own and the tenant gets it converted, through fx")
  func converted() throws {
    var hall = try Hall()
    let lease = try Self.charged(&hall, by: \.thu)
    let paid = Hall.money - hall.exchange.balance("thu:cny")
    #expect(hall.exchange.balance("cyber:hkd") == 32_000)
    try Self.open(&hall, lease, by: hall.thu)
    let number = hall.exchange.state.position - 1
    _ = try Exchange.accepted(try hall.exchange.decree(Self.decision(number, 0)))
    #expect(hall.exchange.balance("cyber:hkd") == 0 && hall.exchange.balance("fx:hkd") == 0)
    // All but the rounding of one conversion comes back, and that is the exchange account's.
    let lost = Hall.money - hall.exchange.balance("thu:cny")
    #expect((0...1).contains(lost) && hall.exchange.balance("fx:cny") == lost)
    #expect(hall.exchange.balance("fees:cny") == 0 && paid > 29_000)
    try Self.audit(hall)
  }

  @Test(
    "a centre that has spent the money owes it, sells nothing, and pays from what it earns next")
  func owes() throws {
    var hall = try Hall()
    let lease = try Self.charged(&hall)
    var payout = BankTransfer()
    payout.account = "cyber:hkd"
    payout.amount = 31_000
    payout.reference = String(repeating: "0", count: 64)
    _ = try Exchange.accepted(try hall.exchange.decree(.payout(payout)))
    let number = try Self.open(&hall, lease)
    _ = try Exchange.accepted(try hall.exchange.decree(Self.decision(number, 0)))
    #expect(hall.exchange.balance("cyber:hkd") == 0)
    #expect(hall.exchange.state.owed.values.map { $0.amount - $0.paid } == [31_000])
    #expect(hall.exchange.balance("hku:hkd") == Hall.money - 31_000)
    try hall.exchange.close()
    let frozen = try #require(hall.exchange.state.frozen)
    let pool = try #require(frozen.pools.firstIndex { $0.id == "hk:a" })
    #expect(frozen.instance.pools[pool].capacity.allSatisfy { $0 == 0 })
    try hall.exchange.lead()
    try hall.exchange.deposit("cyber:hkd", 40_000)
    try hall.exchange.close()
    #expect(hall.exchange.state.owed.isEmpty && hall.exchange.balance("hku:hkd") == Hall.money)
    try Self.audit(hall)
  }

  @Test("charges may be disputed for seven days, settled leases included, and are then forgotten")
  func sevenDays() throws {
    var hall = try Hall()
    let lease = try Self.charged(&hall)
    let at = hall.exchange.time
    #expect(hall.exchange.state.leases.isEmpty && !hall.exchange.state.charged.isEmpty)
    var late = hall
    late.exchange.time = at + ChargedDay.life + 1
    let refused = try late.exchange.send(
      .openDispute(Self.terms(lease)), by: late.hku, as: .trader)
    #expect(Exchange.refusal(refused) == .notDisputable)
    try late.exchange.close()
    #expect(late.exchange.state.charged.isEmpty)
    hall.exchange.time = at + ChargedDay.life
    try Self.open(&hall, lease)
    hall.exchange.time += Span.day
    try hall.exchange.close()
    // What is disputed is kept until it is decided.
    #expect(!hall.exchange.state.charged.isEmpty)
    try Self.audit(hall)
  }

  @Test("both sides show evidence, strangers do not, and there is an end to it")
  func evidence() throws {
    var hall = try Hall()
    let lease = try Self.charged(&hall)
    let number = try Self.open(&hall, lease)
    var terms = EvidenceTerms()
    terms.dispute = number
    terms.evidence = String(repeating: "2", count: 64)
    func add(_ by: String, _ role: Role) throws -> Refusal? {
      Exchange.refusal(try hall.exchange.send(.addEvidence(terms), by: by, as: role))
    }
    #expect(try add(hall.thu, .trader) == .notYours)
    #expect(try add(hall.sz, .centre) == .notYours)
    #expect(try add(hall.hk, .centre) == nil)
    for _ in 2..<Dispute.mostEvidence { #expect(try add(hall.hku, .trader) == nil) }
    #expect(try add(hall.hku, .trader) == .tooMuchEvidence)
    #expect(hall.exchange.state.disputes.values.first?.evidence.count == Dispute.mostEvidence)
    try Self.audit(hall)
  }

  @Test("a correction needs no dispute but two persons, and only ever lowers what stands")
  func corrected() throws {
    var hall = try Hall()
    let lease = try Self.charged(&hall)
    let full = 8 * 4 * Span.hour
    func correct(_ delivered: Int64) throws -> Refusal? {
      var terms = CorrectionTerms()
      terms.day = MarketCalendar.day(of: lease.start)
      terms.delivered = delivered
      terms.lease = lease.id
      terms.reference = String(repeating: "3", count: 64)
      return Exchange.refusal(try hall.exchange.decree(.correctCharge(terms)))
    }
    #expect(try correct(full) == .nothingToCorrect)
    #expect(try correct(full / 2) == nil)
    #expect(try correct(full / 2) == .nothingToCorrect)
    #expect(try correct(full / 4) == nil)
    #expect(hall.exchange.balance("cyber:hkd") == 8_000)
    #expect(hall.exchange.balance("hku:hkd") == Hall.money - 8_080)
    try Self.open(&hall, lease)
    #expect(try correct(0) == .alreadyDisputed)
    try Self.audit(hall)
  }

  @Test("a site may close a lease that was settled a moment ago: once, and nobody else's")
  func closedLate() throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block().at("hk"), by: hall.hku)
    var report = LeaseReport()
    report.lease = lease.id
    report.phase = .open
    try hall.exchange.send(.reportLease(report), by: hall.hk, as: .agent)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    #expect(hall.exchange.state.leases.isEmpty)
    func send(_ phase: Lease.Phase, _ by: String) throws -> Refusal? {
      report.phase = phase
      return Exchange.refusal(try hall.exchange.send(.reportLease(report), by: by, as: .agent))
    }
    #expect(try send(.closed, hall.sz) == .notYours)
    #expect(try send(.open, hall.hk) == .phaseNotAllowed)
    #expect(try send(.closed, hall.hk) == nil)
    #expect(try send(.closed, hall.hk) == .phaseNotAllowed)
  }
}
