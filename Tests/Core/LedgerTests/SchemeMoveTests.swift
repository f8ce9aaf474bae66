import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Testing
import Units

/// Leases of an award that lose their place.
@Suite struct SchemeMoveTests {
  /// Four hours of eight GPUs at 10.00, of which the award pays 7.00; and a centre that has none yet.
  private static func leased(
    _ change: (inout ApplicationTerms) -> Void = { _ in }
  ) throws -> (Hall, Committee, lease: Lease, north: String, Int64) {
    var hall = try Hall()
    let north = try hall.exchange.site("north", .hk, .hkd, centre: "nord")
    let (committee, _) = try hall.committee { $0.sites = ["hk", "north"] }
    let seq = try hall.awarded(committee) {
      $0.sites = ["hk", "north"]
      change(&$0)
    }
    let lease = try hall.leased(hall.block().drawing(on: seq), by: hall.hku)
    #expect(lease.site == "hk" && lease.runs.allSatisfy { $0.price == 1_000 && $0.share == 700 })
    return (hall, committee, lease, north, seq)
  }

  private static func open(_ hall: inout Hall, _ north: String, ask: Int64) throws {
    let until = Hall.start + 400 * Span.day
    try hall.offer(.flat("north", gpus: 16, ask: ask, until: until), by: north)
  }

  /// All of `hk`, two hours after the lease begins.
  private static func lose(_ hall: inout Hall, _ lease: Lease) throws {
    hall.exchange.time = lease.start + Span.hour
    try hall.exchange.deliver(lease, to: hall.exchange.time, agent: hall.hk)
    var terms = ReclaimTerms()
    terms.site = "hk"
    terms.pool = "a"
    terms.gpus = 16
    terms.from = lease.start + 2 * Span.hour
    terms.to = lease.end
    _ = try Exchange.accepted(
      try hall.exchange.send(.reclaimCapacity(terms), by: hall.hk, as: .agent))
  }

  /// Delivers what is left of both, and waits until all is settled.
  private static func live(_ hall: inout Hall, _ lease: Lease, _ moved: Lease, _ north: String)
    throws
  {
    hall.exchange.time = moved.end
    let left = try #require(hall.exchange.leases(of: lease.bid).first)
    try hall.exchange.deliver(left, agent: hall.hk)
    try hall.exchange.deliver(moved, agent: north)
    hall.exchange.time = moved.end + Span.day
    try hall.exchange.lead()
  }

  /// The independent model comes to the same balances and refusals, the independent checkers to the
  /// same shares, bills and prices.
  private static func agrees(_ hall: Hall) throws {
    let verdict = try #require(try ModelFile.replay([ModelFile(hall.exchange)]).first)
    #expect(verdict.code == 0, "\(verdict.text)")
    let files = try RoundFile.all(of: hall.exchange.log)
    for prices in [false, true] {
      for verdict in try RoundFile.check(files, prices: prices) {
        #expect(verdict.accepted, "\(verdict.text)")
      }
    }
  }

  @Test("a lease of an award that loses its place moves under it: same share, same own money")
  func moves() throws {
    // All that the award has free is what the lease has.
    var (hall, _, lease, north, seq) = try Self.leased {
      $0.amount = 2 * 32 * 700
      $0.gpuHours = 32
    }
    try Self.open(&hall, north, ask: 1_000)
    try Self.lose(&hall, lease)
    try hall.exchange.round()
    let moved = try #require(hall.exchange.state.leases.values.first { $0.site == "north" })
    #expect(moved.award == "award-\(seq)" && moved.start == lease.start + 2 * Span.hour)
    #expect(moved.runs.allSatisfy { $0.price == 1_000 && $0.share == 700 })
    var award = try hall.award(seq)
    #expect(hall.exchange.reserved(award.account) == 32 * 700 && award.taken == 32 * Span.hour)
    #expect(hall.imbalance(award) == nil)
    try Self.live(&hall, lease, moved, north)
    award = try hall.award(seq)
    #expect(award.paid == 32 * 700 && hall.exchange.reserved(award.account) == 0)
    #expect(hall.exchange.balance("hku:hkd") == Hall.money - 32 * 300 - 32 * 300 / 100)
    #expect(hall.exchange.balance("nord:hkd") == 16 * 1_000)
    #expect(hall.imbalance(award) == nil)
    try Self.agrees(hall)
  }

  @Test("a dearer place needs more own money: the centre at fault pays that, or it waits")
  func dearer() throws {
    for money in [Int64(0), 1_000_000] {
      var (hall, _, lease, north, seq) = try Self.leased()
      try hall.exchange.deposit("cyber:hkd", max(1, money))
      try Self.open(&hall, north, ask: 1_400)
      try Self.lose(&hall, lease)
      try hall.exchange.round()
      let moved = hall.exchange.state.leases.values.first { $0.site == "north" }
      #expect((moved != nil) == (money > 0))
      let award = try hall.award(seq)
      #expect(award.taken == 32 * Span.hour && hall.imbalance(award) == nil)
      guard let moved else {
        let bid = try #require(hall.exchange.state.book.bids.values.first)
        // What its tenant itself paid of the two hours that were lost.
        #expect(bid.moved?.billed == 8 * 8 * 300 && bid.subsidy?.award == award.id)
        continue
      }
      #expect(moved.runs.allSatisfy { $0.price == 1_400 && $0.share == 980 })
      try Self.live(&hall, lease, moved, north)
      #expect(try hall.award(seq).paid == 16 * 700 + 16 * 980)
      // Two hours at 3.00, two at 4.20 of which 1.20 comes from the centre at fault, fee included.
      let spent = Hall.money - hall.exchange.balance("hku:hkd")
      let damages = hall.exchange.state.owed.values.reduce(0) { $0 + $1.paid }
      #expect((32 * 300...32 * 303 + 2).contains(spent + damages))
      #expect(hall.imbalance(try hall.award(seq)) == nil)
      try Self.agrees(hall)
    }
  }

  @Test("the share at a dearer place is no more than what is set aside for it")
  func limited() throws {
    var (hall, _, lease, north, seq) = try Self.leased { $0.amount = 2 * 32 * 1_050 }
    // A bid that is never filled has drawn the rest of the award.
    try hall.bid(hall.block(16, limit: 1).drawing(on: seq), by: hall.hku)
    try hall.exchange.deposit("cyber:hkd", 1_000_000)
    try Self.open(&hall, north, ask: 1_400)
    try Self.lose(&hall, lease)
    try hall.exchange.round()
    let moved = try #require(hall.exchange.state.leases.values.first { $0.site == "north" })
    #expect(moved.runs.allSatisfy { $0.price == 1_400 && $0.share == 700 })
    #expect(hall.imbalance(try hall.award(seq)) == nil)
    try Self.agrees(hall)
  }

  @Test("one whose award has ended is not placed again, and frees both parts")
  func ended() throws {
    var (hall, committee, lease, north, seq) = try Self.leased()
    try Self.open(&hall, north, ask: 1_000)
    var terms = ClawbackTerms()
    terms.award = seq
    terms.reason = Committee.paper
    try hall.passed(.clawBack(terms), by: committee)
    try Self.lose(&hall, lease)
    try hall.exchange.moveLeases()
    #expect(hall.exchange.state.book.bids.isEmpty)
    var award = try hall.award(seq)
    #expect(hall.exchange.reserved(award.account) == 16 * 700 && award.taken == 16 * Span.hour)
    hall.exchange.time = lease.end + Rules().settleGrace + Span.day
    try hall.exchange.lead()
    award = try hall.award(seq)
    #expect(award.paid == 8 * 700)
    #expect(hall.imbalance(award) == nil)
  }

  @Test("one that waits for a place when its award is clawed back leaves the book, and frees both")
  func clawedBack() throws {
    var (hall, committee, lease, _, seq) = try Self.leased()
    try Self.lose(&hall, lease)
    try hall.exchange.moveLeases()
    #expect(hall.exchange.state.book.bids.count == 1)
    var terms = ClawbackTerms()
    terms.award = seq
    terms.reason = Committee.paper
    try hall.passed(.clawBack(terms), by: committee)
    try hall.exchange.round()
    #expect(hall.exchange.state.book.bids.isEmpty)
    let award = try hall.award(seq)
    #expect(hall.exchange.reserved(award.account) == 16 * 700 && award.taken == 16 * Span.hour)
    #expect(hall.exchange.reserved("hku:hkd") == 16 * 303)
    #expect(hall.imbalance(award) == nil)
    try Self.agrees(hall)
  }
}
