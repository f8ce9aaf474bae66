import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Testing
import Units

@Suite struct ReclaimTests {
  private static let ten = Hall.start + Span.hour
  private static let until = Hall.start + 400 * Span.day

  private static func hour(_ number: Int64) -> Int64 { Hall.start + number * Span.hour }

  /// Six hours from ten.
  private static func terms(_ gpus: Int64, limit: Int64 = 2_000) -> BidTerms {
    .block(gpus, quarters: 24, limit: limit, from: ten, until: ten + 6 * Span.hour)
  }

  /// The same from noon, so that several rounds come before it.
  private static func noon(_ gpus: Int64) -> BidTerms {
    .block(gpus, quarters: 24, limit: 2_000, from: hour(3), until: hour(9))
  }

  private static func shortage(
    _ gpus: Int64, at site: String = "hk", from: Int64, to: Int64 = Hall.start + 7 * Span.hour
  ) -> ReclaimTerms {
    var terms = ReclaimTerms()
    terms.site = site
    terms.pool = "a"
    terms.gpus = gpus
    terms.from = from
    terms.to = to
    return terms
  }

  @discardableResult
  private static func reclaim(_ hall: inout Hall, _ terms: ReclaimTerms) throws -> [Event] {
    try Exchange.accepted(
      try hall.exchange.send(
        .reclaimCapacity(terms), by: terms.site == "hk" ? hall.hk : hall.sz, as: .agent))
  }

  private static func causes(_ events: [Event]) -> [String: LossCause] {
    var causes: [String: LossCause] = [:]
    for case .leaseChanged(let change) in events { causes[change.lease] = change.cause }
    return causes
  }

  static func audit(_ hall: Hall) throws {
    var audit = Audit()
    var state = LedgerState()
    for entry in hall.exchange.log {
      let before = state
      let events = try state.apply(entry)
      if let fault = audit.fault(events, state) { throw Exchange.Failure(fault) }
      if let fault = Audit.oversold(before, state) { throw Exchange.Failure(fault) }
    }
  }

  /// A hall in which `hk` is of a class that is taken back with an hour's notice.
  private static func reclaimable() throws -> Hall {
    var hall = try Hall(offers: false)
    try hall.offer(
      Offer.flat("hk", gpus: 16, ask: 1_000, until: until).reclaimable(Span.hour), by: hall.hk)
    return hall
  }

  @Test("who accepts no reclaim, or only a longer notice, is not placed on a reclaimable pool")
  func admissible() throws {
    var hall = try Self.reclaimable()
    for (notice, filled) in [
      (nil, false), (2 * Span.hour, false), (Span.hour, true), (5 * Span.minute, true),
    ] as [(Int64?, Bool)] {
      var terms = Self.noon(2)
      terms.notice = notice
      let number = try hall.bid(terms, by: hall.hku)
      try hall.exchange.round()
      #expect(!hall.exchange.leases(of: number).isEmpty == filled, "\(notice ?? 0)")
    }
  }

  @Test("what is unsold goes first, then the latest trade; earlier ones that need not go stay")
  func whomItHits() throws {
    var hall = try Self.reclaimable()
    var ids: [String] = []
    for gpus in [6, 2, 4, 3] as [Int64] {
      var terms = Self.noon(gpus)
      terms.notice = Span.hour
      ids.append(try hall.leased(terms, by: hall.hku).id)
    }
    func hit(_ gpus: Int64) throws -> [String] {
      var copy = hall
      for case .capacityReclaimed(let it) in try Self.reclaim(
        &copy, Self.shortage(gpus, from: Self.hour(3)))
      {
        return it.leases
      }
      return ["nothing"]
    }
    #expect(try hit(1) == [])
    #expect(try hit(2) == [ids[3]])
    #expect(try hit(4) == [ids[3]])
    // Three and four go; three alone would not do, and four alone would not either.
    #expect(try hit(6) == [ids[2], ids[3]])
    // The last two and the two before: nothing to put back.
    #expect(try hit(10) == [ids[1], ids[2], ids[3]])
    // With the first gone as well, the two that came next fit again.
    #expect(try hit(14) == [ids[0], ids[2], ids[3]])
    #expect(try hit(16) == ids)
  }

  @Test("with its notice kept it is a reclaim, too late a breach, by the class of the trade")
  func cause() throws {
    var hall = try Self.reclaimable()
    var terms = Self.terms(16)
    terms.notice = Span.hour
    let lease = try hall.leased(terms, by: hall.hku)
    // The class of the pool changes after the trade; that of the lease does not.
    try hall.offer(
      Offer.flat("hk", gpus: 16, ask: 1_000, until: Self.until, generation: 2), by: hall.hk)
    let now = hall.exchange.state.time
    let edge = (now + Span.hour + Span.quarter - 1) / Span.quarter * Span.quarter
    var early = hall
    #expect(
      Self.causes(try Self.reclaim(&early, Self.shortage(8, from: edge)))[lease.id] == .reclaimed)
    var late = hall
    #expect(
      Self.causes(try Self.reclaim(&late, Self.shortage(8, from: edge - Span.quarter)))[lease.id]
        == .breach)
    var declared = hall
    let events = try declared.exchange.decree(.declareLoss(Self.shortage(8, from: edge)))
    #expect(Self.causes(events)[lease.id] == .loss)
  }

  @Test("what was taken back is not offered again for those hours, whatever the centre publishes")
  func locked() throws {
    var hall = try Hall()
    try Self.reclaim(&hall, Self.shortage(10, from: Self.hour(2), to: Self.hour(4)))
    try hall.offer(
      .flat("hk", gpus: 40, ask: 1_000, until: Self.until, generation: 2), by: hall.hk)
    try hall.exchange.close()
    let frozen = try #require(hall.exchange.state.frozen)
    let pool = try #require(frozen.pools.firstIndex { $0.id == "hk:a" })
    for slot in 0..<frozen.grid.count {
      let inside = (Self.hour(2)..<Self.hour(4)).contains(frozen.grid.edges[slot])
      #expect(frozen.instance.pools[pool].capacity[slot] == (inside ? 6 : 40))
    }
  }

  @Test("a lease moves to another site at the price that it had, and never at a higher one")
  func price() throws {
    for (ask, moves) in [(1_000, true), (999, true), (1_001, false)] as [(Int64, Bool)] {
      var hall = try Hall(offers: false)
      try hall.offer(.flat("hk", gpus: 8, ask: 1_000, until: Self.until), by: hall.hk)
      let north = try hall.exchange.site("north", .hk, .hkd, centre: "nord")
      let lease = try hall.leased(Self.terms(8), by: hall.hku)
      try hall.offer(.flat("north", gpus: 8, ask: ask, until: Self.until), by: north)
      try Self.reclaim(&hall, Self.shortage(8, from: Self.hour(3)))
      try hall.exchange.round()
      let moved = hall.exchange.state.leases.values.first { $0.site == "north" }
      #expect((moved != nil) == moves, "\(ask)")
      guard let moved else { continue }
      #expect(moved.start == Self.hour(3) && moved.end == Self.hour(7))
      #expect(moved.runs.allSatisfy { $0.price <= 1_000 })
      let old = try #require(hall.exchange.leases(of: lease.bid).first)
      #expect(old.end == Self.hour(3))
      let kept: Int64 = 8 * 2 * 1_010
      #expect(hall.exchange.reserved("hku:hkd") <= kept + 8 * 4 * 1_010)
      try Self.audit(hall)
    }
  }

  @Test("in another currency than HKD the very same price is within reach too", arguments: 0..<8)
  func roundedPrice(_ step: Int64) throws {
    var hall = try Hall(offers: false)
    let ask = 997 + 13 * step
    try hall.offer(.flat("sz", gpus: 7, ask: ask, until: Self.until), by: hall.sz)
    let north = try hall.exchange.site("north", .cn, .cny, centre: "nord")
    try hall.leased(Self.terms(7), by: hall.thu)
    try hall.offer(.flat("north", gpus: 7, ask: ask, until: Self.until), by: north)
    try Self.reclaim(&hall, Self.shortage(7, at: "sz", from: Self.hour(3)))
    try hall.exchange.round()
    let moved = try #require(hall.exchange.state.leases.values.first { $0.site == "north" })
    #expect(moved.runs.map(\.price) == [ask])
    for lease in hall.exchange.state.leases.values {
      hall.exchange.time = lease.end
      try hall.exchange.deliver(lease, agent: lease.site == "sz" ? hall.sz : north)
    }
    try hall.exchange.lead()
    let paid = 7 * 6 * ask
    // The fee is rounded down once a lease.
    let fee = 7 * 2 * ask / 100 + 7 * 4 * ask / 100
    #expect(hall.exchange.balance("thu:cny") == Hall.money - paid - fee)
    #expect(hall.exchange.balance("qian:cny") == 7 * 2 * ask)
    #expect(hall.exchange.balance("nord:cny") == 7 * 4 * ask)
    #expect(hall.exchange.reserved("thu:cny") == 0)
    try Self.audit(hall)
  }

  @Test("an exclusive lease, or one with a data class, does not leave its site by itself")
  func stays() throws {
    var hall = try Hall()
    var terms = Self.terms(8).at("hk")
    terms.exclusive = true
    var unit = Offer.flat("hk", gpus: 8, ask: 1_000, until: Self.until, generation: 2)
    unit.pools[0].unit = 8
    try hall.offer(unit, by: hall.hk)
    terms.whereabouts.sites = []
    try hall.leased(terms, by: hall.hku)
    try Self.reclaim(&hall, Self.shortage(8, from: Self.hour(3)))
    try hall.exchange.moveLeases()
    let bid = try #require(hall.exchange.state.book.bids.values.first)
    #expect(bid.moved != nil && bid.terms.whereabouts.sites == ["hk"])
  }

  @Test("of an elastic lease the base moves, with what was set aside; its extras come back there")
  func elastic() throws {
    var hall = try Hall(offers: false)
    try hall.offer(.flat("hk", gpus: 16, ask: 1_000, until: Self.until), by: hall.hk)
    let north = try hall.exchange.site("north", .hk, .hkd, centre: "nord")
    let lease = try hall.leased(Self.terms(12).elastic(least: 4), by: hall.hku)
    #expect(lease.extras.map(\.gpus) == [8])
    try hall.offer(.flat("north", gpus: 16, ask: 1_000, until: Self.until), by: north)
    // All the pool from eleven on: the extras of that hour are not sold yet.
    try Self.reclaim(&hall, Self.shortage(16, from: Self.hour(2)))
    try hall.exchange.round()
    let moved = try #require(hall.exchange.state.leases.values.first { $0.site == "north" })
    #expect(moved.runs.map(\.gpus) == [4] && moved.start == Self.hour(2))
    while hall.exchange.state.roundDue <= Self.hour(5) { try hall.exchange.round() }
    let later = try #require(hall.exchange.leases(of: moved.bid).first)
    #expect(later.gpus(at: Self.hour(3)) == 12 && later.gpus(at: Self.hour(4)) == 12)
    try Self.audit(hall)
  }

  @Test("of a split only the chunks that were lost move")
  func split() throws {
    var hall = try Hall()
    let number = try hall.bid(Self.terms(20).split, by: hall.hku)
    try hall.exchange.round()
    let leases = hall.exchange.leases(of: number)
    #expect(leases.map(\.site) == ["hk", "sz"])
    let chunk = try #require(leases.last).runs[0].gpus
    try Self.reclaim(&hall, Self.shortage(16, at: "sz", from: Self.hour(3)))
    try hall.exchange.moveLeases()
    let bid = try #require(hall.exchange.state.book.bids.values.first)
    #expect(bid.terms.kind == .split && bid.terms.alternatives[0].gpus == chunk)
    #expect(hall.exchange.leases(of: number).first?.end == Self.hour(7))
  }

  @Test("damages are a share of the price of what was not delivered, across currencies too")
  func damages() throws {
    var hall = try Hall(offers: false)
    try hall.offer(.flat("sz", gpus: 8, ask: 1_100, until: Self.until), by: hall.sz)
    try hall.exchange.deposit("qian:cny", 50_000)
    let lease = try hall.leased(Self.terms(8), by: hall.hku)
    try Self.reclaim(&hall, Self.shortage(8, at: "sz", from: Self.hour(3)))
    while hall.exchange.state.roundDue <= Self.hour(4) { try hall.exchange.round() }
    let owed: Int64 = 8 * 4 * 1_100 / 5
    // In 48 hours somebody may say that it is nobody's fault; after that what the centre has yet to
    // receive covers it.
    #expect(hall.exchange.state.owed.values.map(\.amount) == [owed])
    hall.exchange.time = Self.hour(3) + 2 * Span.day
    try hall.exchange.round()
    #expect(hall.exchange.balance("qian:cny") == 50_000 && hall.exchange.state.owed.count == 1)
    #expect(hall.exchange.state.book.suspended.isEmpty)
    let stopped = try #require(hall.exchange.leases(of: lease.bid).first).money
    #expect(hall.exchange.reserved("hku:hkd") == stopped.tenantHeld + stopped.feeHeld)
    #expect(stopped.siteHeld == 8 * 2 * 1_100)
    // An hour of the two was delivered: the charge for it is passed on in the same entry.
    try hall.exchange.deliver(lease, from: lease.start, to: lease.start + Span.hour, agent: hall.sz)
    hall.exchange.time += Span.day
    try hall.exchange.lead()
    #expect(hall.exchange.balance("qian:cny") == 50_000 + 8 * 1_100 - owed)
    let delivered = (8 * 1_100 * 108 + 99) / 100 as Int64
    #expect(
      hall.exchange.balance("hku:hkd")
        == Hall.money + owed * 108 / 100 - delivered - delivered / 100)
    #expect(hall.exchange.state.owed.isEmpty && hall.exchange.state.book.bids.isEmpty)
    try Self.audit(hall)
  }

  @Test("a centre that owes damages sells nothing until it has paid them")
  func suspended() throws {
    var hall = try Hall(offers: false)
    try hall.offer(.flat("hk", gpus: 8, ask: 1_000, until: Self.until), by: hall.hk)
    try hall.leased(Self.terms(8), by: hall.hku)
    try Self.reclaim(&hall, Self.shortage(8, from: Self.hour(1)))
    while hall.exchange.state.roundDue <= Self.hour(2) { try hall.exchange.round() }
    let owed: Int64 = 8 * 6 * 1_000 / 5
    #expect(hall.exchange.state.owed.values.map(\.amount) == [owed])
    hall.exchange.time = Self.hour(1) + 2 * Span.day
    let later = BidTerms.block(
      1, quarters: 4, limit: 2_000, from: Self.hour(50), until: Self.hour(70))
    let number = try hall.bid(later, by: hall.thu)
    try hall.exchange.round()
    #expect(hall.exchange.leases(of: number).isEmpty)
    try hall.exchange.deposit("cyber:hkd", owed)
    try hall.exchange.round()
    #expect(hall.exchange.leases(of: number).count == 1 && hall.exchange.state.owed.isEmpty)
    #expect(hall.exchange.balance("hku:hkd") == Hall.money + owed)
    try Self.audit(hall)
  }

  @Test("a lease that is hit twice loses each hour once, and the money of each hour moves once")
  func twice() throws {
    var hall = try Hall()
    let lease = try hall.leased(Self.terms(8).at("hk"), by: hall.hku)
    func reserved() -> Int64 { hall.exchange.reserved("hku:hkd") }
    let whole = reserved()
    try Self.reclaim(&hall, Self.shortage(16, from: Self.hour(5)))
    try hall.exchange.moveLeases()
    try Self.reclaim(&hall, Self.shortage(16, from: Self.hour(2)))
    try hall.exchange.moveLeases()
    #expect(reserved() == whole)
    let bids = hall.exchange.state.book.bids.values
    let hourly: Int64 = 8 * 4_000
    let lost = bids.compactMap { $0.moved?.billed }
    #expect(lost == [2 * hourly, 3 * hourly])
    #expect(bids.map { $0.terms.latestEnd } == [Self.hour(7), Self.hour(5)])
    let left = try #require(hall.exchange.leases(of: lease.bid).first)
    #expect(left.tradedEnd == Self.hour(2) && left.money.billed == hourly)
    try Self.audit(hall)
  }

  @Test("who has given back is not hit: it pays all that it had")
  func givenBack() throws {
    var hall = try Hall()
    let lease = try hall.leased(Self.terms(8).at("hk"), by: hall.hku)
    hall.exchange.time = Self.hour(2) + Span.minute
    var name = LeaseName()
    name.lease = lease.id
    _ = try Exchange.accepted(
      try hall.exchange.send(.endLease(name), by: hall.hku, as: .trader))
    let events = try Self.reclaim(&hall, Self.shortage(16, from: Self.hour(2)))
    #expect(Self.causes(events).isEmpty && hall.exchange.state.displaced.isEmpty)
  }

  @Test("a state with leases on the move is read back, and closes the same round")
  func snapshot() throws {
    var hall = try Hall()
    try hall.leased(Self.terms(12).at("hk"), by: hall.hku)
    try Self.reclaim(&hall, Self.shortage(8, from: Self.hour(3)))
    let bytes = FieldCodec.encode(hall.exchange.state)
    var back = try FieldCodec.decode(LedgerState.self, from: bytes)
    #expect(FieldCodec.encode(back) == bytes)
    #expect(back.displaced.count == 1 && back.book.caps.count == 1)
    let count = hall.exchange.log.count
    try hall.exchange.round()
    for entry in hall.exchange.log[count...] { _ = try back.apply(entry) }
    let same = FieldCodec.encode(back) == FieldCodec.encode(hall.exchange.state)
    #expect(same)
  }

  @Test(
    "while a round is being cleared nothing is taken back; the lost lease is over for its tenant")
  func refused() throws {
    var hall = try Hall()
    let lease = try hall.leased(Self.terms(12).at("hk"), by: hall.hku)
    try hall.exchange.close()
    let closed = try hall.exchange.send(
      .reclaimCapacity(Self.shortage(8, from: Self.hour(3))), by: hall.hk, as: .agent)
    #expect(Exchange.refusal(closed) == .roundStillClosed)
    try hall.exchange.lead()
    try Self.reclaim(&hall, Self.shortage(8, from: Self.hour(3)))
    var name = LeaseName()
    name.lease = lease.id
    let ended = try hall.exchange.send(.endLease(name), by: hall.hku, as: .trader)
    #expect(Exchange.refusal(ended) == .leaseOver)
    hall.exchange.time = Self.hour(4)
    let late = try hall.exchange.deliver(
      lease, from: Self.hour(3), to: Self.hour(4), agent: hall.hk)
    #expect(Exchange.refusal(late) == .readingsRefused)
  }
}
