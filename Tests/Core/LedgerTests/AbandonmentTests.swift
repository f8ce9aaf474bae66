import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Testing
import Units

/// A lease that its site will not deliver, and says so.
@Suite("A lease given up by its site") struct AbandonmentTests {
  private static let until = Hall.start + 400 * Span.day

  private static func hour(_ number: Int64) -> Int64 { Hall.start + number * Span.hour }

  /// Eight GPUs for six hours from ten, at 10.00, of sixteen at `hk`; `north` sells at `ask`.
  private struct Scene {
    var hall: Hall
    var north = ""
    var lease = Lease()

    init(ask: Int64?, terms: BidTerms = ReplacementTests.terms(), reclaim: Int64? = nil) throws {
      hall = try Hall.current(offers: false)
      var offer = Offer.flat("hk", gpus: 16, ask: 1_000, until: AbandonmentTests.until)
      offer.pools[0].reclaim = reclaim
      try hall.offer(offer, by: hall.hk)
      try hall.exchange.deposit("cyber:hkd", 50_000)
      north = try hall.exchange.site("north", .hk, .hkd, centre: "nord")
      lease = try hall.leased(terms, by: hall.hku)
      guard let ask else { return }
      try hall.offer(
        .flat("north", gpus: 8, ask: ask, until: AbandonmentTests.until), by: north)
    }

    @discardableResult
    mutating func abandon(by agent: String? = nil, as role: Role = .agent) throws -> [Event] {
      var name = LeaseName()
      name.lease = lease.id
      return try hall.exchange.send(.abandonLease(name), by: agent ?? hall.hk, as: role)
    }

    mutating func rounds(until time: Int64) throws {
      while hall.exchange.state.roundDue <= time { try hall.exchange.round() }
    }

    /// Everything left is delivered and charged, and damages are paid.
    mutating func finish() throws {
      for lease in hall.exchange.state.leases.values where lease.end > lease.readThrough {
        hall.exchange.time = max(hall.exchange.time, lease.end)
        try hall.exchange.deliver(
          lease, from: lease.start, to: lease.end, agent: lease.site == "north" ? north : hall.hk)
      }
      for _ in 0..<2 {
        hall.exchange.time += 3 * Span.day
        try hall.exchange.lead()
      }
      var audit = Audit()
      var state = LedgerState()
      for entry in hall.exchange.log {
        let before = state
        let events = try state.apply(entry)
        if let fault = audit.fault(events, state) ?? Audit.oversold(before, state) {
          throw Exchange.Failure(fault)
        }
      }
      let exchange = hall.exchange
      let file = ModelFile(log: exchange.log, results: exchange.results, end: exchange.state)
      guard try RoundFile.checkerRuns() else { return }
      for verdict in try ModelFile.replay([file]) { #expect(verdict.code == 0, "\(verdict.text)") }
    }

    var money: [Int64] { ["hku:hkd", "cyber:hkd", "nord:hkd"].map(hall.exchange.balance) }
  }

  @Test("without another place its tenant has all of its money back, and damages for every hour")
  func damages() throws {
    var scene = try Scene(ask: nil)
    let events = try Exchange.accepted(try scene.abandon())
    let change = events.compactMap { if case .leaseChanged(let it) = $0 { it } else { nil } }.last
    #expect(change?.cause == .breach && change?.phase == .failed)
    #expect(change?.endedAt == Self.hour(1))
    // Once is enough.
    #expect(Exchange.refusal(try scene.abandon()) == .leaseOver)
    try scene.rounds(until: Self.hour(8))
    let owed: Int64 = 8 * 6 * 1_000 / 5
    #expect(scene.hall.exchange.state.owed.values.map(\.amount) == [owed])
    #expect(scene.hall.exchange.reserved("hku:hkd") == 0)
    try scene.finish()
    let expected: [Int64] = [Hall.money + owed, 50_000 - owed, 0]
    #expect(scene.money == expected)
  }

  @Test("another site takes all of it, and the centre that gave it up pays what that costs more")
  func dearer() throws {
    var scene = try Scene(ask: 1_300)
    try scene.abandon()
    try scene.hall.exchange.round()
    let moved = try #require(scene.hall.exchange.state.leases.values.first { $0.site == "north" })
    #expect(moved.start == Self.hour(1) && moved.tradedEnd == Self.hour(7))
    #expect(scene.hall.exchange.state.owed.isEmpty)
    try scene.finish()
    let own: Int64 = 8 * 6 * 1_010
    let expected: [Int64] = [Hall.money - own, 50_000 - 8 * 6 * 303, 8 * 6 * 1_300]
    #expect(scene.money == expected)
  }

  @Test("after its start what is past is owed for, and only the rest can be placed again")
  func late() throws {
    var scene = try Scene(ask: 1_000)
    // The site said that nothing was delivered so far.
    scene.hall.exchange.time = Self.hour(2) + 20 * Span.minute
    var report = ReadingReport()
    report.site = "hk"
    report.readings = scene.lease.readings(from: scene.lease.start, to: Self.hour(2)).map {
      var reading = $0
      (reading.delivered, reading.used) = (0, 0)
      return reading
    }
    try scene.hall.exchange.send(.recordReadings(report), by: scene.hall.hk, as: .agent)
    try scene.abandon()
    try scene.hall.exchange.round()
    let moved = try #require(scene.hall.exchange.state.leases.values.first { $0.site == "north" })
    let quarters = (Self.hour(7) - moved.start) / Span.quarter
    #expect(quarters < 24 && moved.tradedEnd == Self.hour(7))
    let owed: Int64 = 2 * (24 - quarters) * 1_000 / 5
    #expect(scene.hall.exchange.state.owed.values.map(\.amount) == [owed])
    try scene.finish()
    let paid: Int64 = 2 * quarters * 1_010
    let expected: [Int64] = [Hall.money - paid + owed, 50_000 - owed, 2 * quarters * 1_000]
    #expect(scene.money == expected)
  }

  @Test("what was delivered is paid; an open lease is lost from the next quarter hour on")
  func open() throws {
    var scene = try Scene(ask: nil)
    var report = LeaseReport()
    (report.lease, report.phase) = (scene.lease.id, .open)
    try scene.hall.exchange.send(.reportLease(report), by: scene.hall.hk, as: .agent)
    scene.hall.exchange.time = Self.hour(2) + 50 * Span.minute
    let events = try Exchange.accepted(try scene.abandon())
    let change = events.compactMap { if case .leaseChanged(let it) = $0 { it } else { nil } }.last
    #expect(change?.endedAt == Self.hour(3) && change?.phase == .open)
    try scene.rounds(until: Self.hour(8))
    try scene.finish()
    let owed: Int64 = 8 * 4 * 1_000 / 5
    let paid: Int64 = 8 * 2 * 1_000
    let expected: [Int64] = [Hall.money - paid - paid / 100 + owed, 50_000 + paid - owed, 0]
    #expect(scene.money == expected)
  }

  @Test("it is never placed at that site again, also where its tenant would leave no site")
  func never() throws {
    for move in [BidTerms.Moving.allowed, .never] {
      var terms = ReplacementTests.terms()
      var displacement = BidTerms.Displacement()
      displacement.move = move
      terms.ifDisplaced = displacement
      // Eight more of the pool are free all the time.
      var scene = try Scene(ask: nil, terms: terms)
      try scene.abandon()
      try scene.hall.exchange.moveLeases()
      let bids = scene.hall.exchange.state.book.bids.values
      #expect(bids.map(\.terms.whereabouts.notSites) == (move == .allowed ? [["hk"]] : []))
      try scene.rounds(until: Self.hour(8))
      #expect(!scene.hall.exchange.state.leases.values.contains { $0.id != scene.lease.id })
      #expect(scene.hall.exchange.state.owed.values.map(\.amount) == [8 * 6 * 1_000 / 5])
      try scene.finish()
    }
  }

  @Test("its GPUs are not sold anew for its time; the others of the pool are")
  func withheld() throws {
    var scene = try Scene(ask: nil)
    try scene.abandon()
    for hour in 1...6 as ClosedRange<Int64> {
      #expect(scene.hall.exchange.state.book.caps["hk:a"]?.gpus(at: Self.hour(hour)) == 8)
    }
    #expect(scene.hall.exchange.state.book.caps["hk:a"]?.gpus(at: Self.hour(7)) == nil)
    for _ in 0..<2 {
      let bid = try scene.hall.exchange.send(
        .placeBid(ReplacementTests.terms().at("hk")), by: scene.hall.hku, as: .trader)
      _ = try Exchange.accepted(bid)
    }
    try scene.hall.exchange.round()
    let sold = scene.hall.exchange.state.leases.values
      .filter { $0.site == "hk" && $0.id != scene.lease.id }.map { $0.gpus(at: Self.hour(2)) }
    #expect(sold == [8])
  }

  @Test("capacity that may be reclaimed with notice is none that a site may give up so")
  func noticed() throws {
    var terms = ReplacementTests.terms()
    terms.notice = Span.quarter
    var scene = try Scene(ask: nil, terms: terms, reclaim: Span.quarter)
    let events = try Exchange.accepted(try scene.abandon())
    #expect(
      events.contains {
        if case .leaseChanged(let it) = $0 { it.cause == .breach } else { false }
      })
  }

  @Test("only its own site may, and not while a round is closed or on rules before version 3")
  func refused() throws {
    var scene = try Scene(ask: 1_000)
    #expect(Exchange.refusal(try scene.abandon(by: scene.north)) == .notYours)
    try scene.hall.exchange.close()
    #expect(Exchange.refusal(try scene.abandon()) == .roundStillClosed)
    var old = try Hall()
    let lease = try old.leased(old.block().at("hk"), by: old.hku)
    var name = LeaseName()
    name.lease = lease.id
    let early = try old.exchange.send(.abandonLease(name), by: old.hk, as: .agent)
    #expect(Exchange.refusal(early) == .unknownVersion)
  }

  @Test("two persons may still declare within 48 hours that nobody is at fault")
  func excused() throws {
    var scene = try Scene(ask: nil)
    try scene.abandon()
    try scene.rounds(until: Self.hour(8))
    var terms = ReclaimTerms()
    (terms.site, terms.pool, terms.gpus) = ("hk", "a", 8)
    (terms.from, terms.to) = (Self.hour(1), Self.hour(9))
    _ = try Exchange.accepted(try scene.hall.exchange.decree(.declareLoss(terms)))
    #expect(scene.hall.exchange.state.owed.isEmpty)
    try scene.finish()
    let expected: [Int64] = [Hall.money, 50_000, 0]
    #expect(scene.money == expected)
  }
}
