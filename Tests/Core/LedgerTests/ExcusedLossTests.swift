import Ledger
import LedgerFixture
import Market
import Testing
import Units

/// A breach that two persons declare, within 48 hours, to be nobody's fault.
@Suite struct ExcusedLossTests {
  private static func hour(_ number: Int64) -> Int64 { Hall.start + number * Span.hour }

  private static func shortage(
    from: Int64 = hour(3), to: Int64 = hour(12), at site: String = "hk"
  ) -> ReclaimTerms {
    var terms = ReclaimTerms()
    terms.site = site
    terms.pool = "a"
    terms.gpus = 8
    terms.from = from
    terms.to = to
    return terms
  }

  /// A lease of eight for six hours from ten, lost at noon by a breach; the centre has money.
  private static func breached() throws -> Hall {
    var hall = try Hall(offers: false)
    try hall.offer(
      .flat("hk", gpus: 8, ask: 1_000, until: Hall.start + 400 * Span.day), by: hall.hk)
    try hall.exchange.deposit("cyber:hkd", 100_000)
    try hall.leased(
      .block(8, quarters: 24, limit: 2_000, from: hour(1), until: hour(7)), by: hall.hku)
    _ = try Exchange.accepted(
      try hall.exchange.send(.reclaimCapacity(shortage()), by: hall.hk, as: .agent))
    return hall
  }

  private static func excused(_ events: [Event]) -> [String]? {
    for case .capacityReclaimed(let it) in events where it.excused { return it.leases }
    return nil
  }

  private static func audit(_ hall: Hall) throws {
    var audit = Audit()
    var state = LedgerState()
    for entry in hall.exchange.log {
      let events = try state.apply(entry)
      if let fault = audit.fault(events, state) { throw Exchange.Failure(fault) }
    }
    let exchange = hall.exchange
    let file = ModelFile(log: exchange.log, results: exchange.results, end: exchange.state)
    guard try RoundFile.checkerRuns() else { return }
    for verdict in try ModelFile.replay([file]) { #expect(verdict.code == 0, "\(verdict.text)") }
  }

  @Test("before it is a bid again, while it is one, or when it could not be placed: no damages")
  func stages() throws {
    for stage in 0..<3 {
      var hall = try Self.breached()
      if stage > 0 { try hall.exchange.moveLeases() }
      if stage > 1 {
        while hall.exchange.state.roundDue <= Self.hour(4) { try hall.exchange.round() }
      }
      #expect((hall.exchange.reserved("cyber:hkd") > 0) == (stage == 1))
      #expect(hall.exchange.state.owed.isEmpty == (stage < 2))
      let caps = hall.exchange.state.book.caps.values
      let events = try Exchange.accepted(try hall.exchange.decree(.declareLoss(Self.shortage())))
      #expect(Self.excused(events) == ["lease-1-0"], "stage \(stage)")
      // No more is lost than before.
      #expect(hall.exchange.state.book.caps.values == caps)
      #expect(hall.exchange.reserved("cyber:hkd") == 0 && hall.exchange.state.owed.isEmpty)
      hall.exchange.time += 3 * Span.day
      try hall.exchange.lead()
      #expect(hall.exchange.state.owed.isEmpty)
      #expect(hall.exchange.balance("cyber:hkd") == 100_000)
      try Self.audit(hall)
    }
  }

  @Test(
    "not for another time or pool, and not after 48 hours: then it is a loss of its own, or none")
  func others() throws {
    let hall = try Self.breached()
    for terms in [
      Self.shortage(from: Self.hour(4)), Self.shortage(from: Self.hour(1), to: Self.hour(3)),
    ] {
      var copy = hall
      let events = try Exchange.accepted(try copy.exchange.decree(.declareLoss(terms)))
      #expect(Self.excused(events) == nil)
    }
    var late = hall
    while late.exchange.state.roundDue <= Self.hour(4) { try late.exchange.round() }
    late.exchange.time = Self.hour(3) + Damages.grace - 1
    var early = late
    #expect(
      Self.excused(try early.exchange.decree(.declareLoss(Self.shortage()))) == ["lease-1-0"])
    late.exchange.time += 1
    #expect(
      Exchange.refusal(try late.exchange.decree(.declareLoss(Self.shortage()))) == .lossTooLate)
    let owed: Int64 = 8 * 4 * 1_000 / 5
    #expect(late.exchange.state.owed.values.map(\.amount) == [owed])
    try late.exchange.round()
    // What is left of the lease, two hours at ten, is yet to be received, and covers it.
    #expect(late.exchange.balance("cyber:hkd") == 100_000 && late.exchange.state.owed.count == 1)
    // Nothing was delivered of it: it is the account's.
    for _ in 0..<2 {
      late.exchange.time += 2 * Span.day
      try late.exchange.lead()
    }
    #expect(late.exchange.balance("cyber:hkd") == 100_000 - owed)
    #expect(late.exchange.balance("hku:hkd") == Hall.money + owed)
    try Self.audit(late)
  }
}
