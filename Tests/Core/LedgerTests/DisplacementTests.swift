import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Testing
import Units

/// What a tenant allows for the rest of a lease that loses its place.
@Suite struct DisplacementTests {
  private typealias Scene = ReplacementTests.Scene

  private static let until = Hall.start + 400 * Span.day

  private static func hour(_ number: Int64) -> Int64 { Hall.start + number * Span.hour }

  /// Eight GPUs for six hours from ten.
  private static func terms(
    _ gpus: Int64 = 8, limit: Int64 = 2_000, gap: Int64 = 0, shrinkable: Bool = false,
    move: BidTerms.Moving? = nil
  ) -> BidTerms {
    var terms = ReplacementTests.terms(gpus, limit: limit)
    var displacement = BidTerms.Displacement()
    displacement.maxGap = gap
    displacement.move = move
    displacement.shrinkable = shrinkable
    terms.ifDisplaced = displacement
    return terms
  }

  @Test(
    "within its gap the rest begins later, at its full length and its old price",
    arguments: [(0, false), (105, false), (120, true), (240, true)] as [(Int64, Bool)])
  func gap(_ minutes: Int64, _ moves: Bool) throws {
    var scene = try Scene(
      ask: 1_000, money: 50_000, terms: Self.terms(gap: minutes * Span.minute))
    // The other site is free two hours after the place is lost.
    try scene.hall.offer(
      .flat("north", gpus: 8, ask: 1_000, from: Self.hour(5), until: Self.until, generation: 2),
      by: scene.north)
    try scene.breach(from: Self.hour(3))
    while scene.hall.exchange.state.roundDue <= Self.hour(6) { try scene.hall.exchange.round() }
    #expect((scene.moved != nil) == moves)
    if let moved = scene.moved {
      #expect(moved.start == Self.hour(5) && moved.tradedEnd == Self.hour(9))
    }
    // Damages are due only for what is never delivered.
    let owed: Int64 = 8 * 4 * 1_000 / 5
    #expect(scene.hall.exchange.state.owed.values.map(\.amount) == (moves ? [] : [owed]))
    try scene.finish()
    let hours: Int64 = moves ? 6 : 2
    let paid = 8 * hours * 1_010
    #expect(scene.hall.exchange.balance("hku:hkd") == Hall.money - paid + (moves ? 0 : owed))
  }

  @Test(
    "the rest shrinks to what is free; its tenant pays its share, damages are due for the others")
  func shrinks() throws {
    for (ask, cause) in [(1_300, LossCause.breach), (1_000, .loss), (1_300, .loss)]
      as [(Int64, LossCause)]
    {
      var scene = try Scene(ask: ask, money: 50_000, terms: Self.terms(shrinkable: true))
      try scene.hall.offer(
        .flat("north", gpus: 5, ask: ask, until: Self.until, generation: 2), by: scene.north)
      if cause == .breach {
        try scene.breach(from: Self.hour(3))
      } else {
        _ = try Exchange.accepted(
          try scene.hall.exchange.decree(.declareLoss(scene.shortage(Self.hour(3)))))
      }
      try scene.hall.exchange.round()
      let gpus: Int64 = cause == .loss && ask > 1_000 ? 0 : 5
      #expect(scene.moved?.runs.map(\.gpus) == (gpus > 0 ? [gpus] : nil))
      let excess = cause == .breach ? gpus * 4 * 303 : 0
      #expect(scene.excess == excess)
      let owed = cause == .breach ? 3 * 4 * 1_000 / 5 : 0 as Int64
      #expect(scene.hall.exchange.state.owed.values.map(\.amount) == (owed > 0 ? [owed] : []))
      try scene.finish()
      let exchange = scene.hall.exchange
      #expect(
        exchange.balance("hku:hkd") == Hall.money - 8 * 2 * 1_010 - gpus * 4 * 1_010 + owed)
      #expect(exchange.balance("cyber:hkd") == 50_000 + 8 * 2 * 1_000 - excess - owed)
      #expect(exchange.balance("nord:hkd") == gpus * 4 * ask)
      #expect(exchange.reserved("hku:hkd") == 0 && exchange.state.owed.isEmpty)
    }
  }

  @Test("unless its tenant allows it, the rest of a lease keeps its GPUs")
  func whole() throws {
    var scene = try Scene(ask: 1_000, money: 50_000, terms: Self.terms())
    try scene.hall.offer(
      .flat("north", gpus: 5, ask: 1_000, until: Self.until, generation: 2), by: scene.north)
    try scene.breach(from: Self.hour(3))
    try scene.hall.exchange.round()
    #expect(scene.moved == nil)
  }

  @Test("between currencies a shrunk rest costs its tenant no more than its share of the old price")
  func currencies() throws {
    for (site, north, hongKong) in [
      ("hk", Currency.cny, true), ("sz", .hkd, true), ("sz", .cny, true), ("hk", .hkd, false),
      ("sz", .hkd, false),
    ] as [(String, Currency, Bool)] {
      var scene = try Scene(
        ask: 1_337, money: 60_000, at: site, north: north,
        terms: Self.terms(7, shrinkable: true), by: hongKong ? \.hku : \.thu)
      try scene.hall.offer(
        .flat("north", gpus: 3, ask: 1_337, until: Self.until, generation: 2), by: scene.north)
      let tenant = hongKong ? "hku:hkd" : "thu:cny"
      let before = scene.hall.exchange.reserved(tenant)
      try scene.breach(from: Self.hour(3))
      try scene.hall.exchange.round()
      let moved = try #require(scene.moved)
      #expect(moved.runs.map(\.gpus) == [3] && scene.excess > 0)
      let most = before * (7 * 2 + 3 * 4) / (7 * 6)
      let least = scene.hall.exchange.reserved(tenant) - (moved.excess?.amount ?? 0)
      #expect((most - 6...most + 2).contains(least), "\(least), not \(most)")
      try scene.finish()
    }
  }

  @Test("the independent checker accepts rounds with a rest that shrank, and none that is changed")
  func checked() throws {
    guard try RoundFile.checkerRuns() else { return }
    for (site, north) in [("hk", Currency.hkd), ("hk", .cny), ("sz", .hkd), ("sz", .cny)] {
      var scene = try Scene(
        ask: 1_337, money: 60_000, at: site, north: north, terms: Self.terms(7, shrinkable: true))
      try scene.hall.offer(
        .flat("north", gpus: 3, ask: 1_337, until: Self.until, generation: 2), by: scene.north)
      try scene.breach(from: Self.hour(3))
      try scene.hall.exchange.round()
      #expect(scene.excess > 0)
      let file = try #require(try RoundFile.all(of: scene.hall.exchange.log).last)
      let verdict = try #require(try RoundFile.check([file]).first)
      #expect(verdict.accepted, "\(site), \(north): \(verdict.text)")
      var changes = ["\"cover\":": "\"cover\":9", "\"billed\":": "\"billed\":9"]
      for amount in file.posted { changes["\"amount\":\(amount),"] = "\"amount\":\(amount + 60)," }
      for (old, new) in changes.sorted(by: { $0.key < $1.key }) {
        let changed = RoundFile(
          round: file.round, bytes: Array(file.text.replacing(old, with: new).utf8))
        let verdict = try #require(try RoundFile.check([changed]).first)
        #expect(!verdict.accepted, "\(site), \(north): \(new)")
      }
    }
  }

  @Test("the independent model comes to the same money where the rest shrinks, or waits")
  func modelled() throws {
    guard try RoundFile.checkerRuns() else { return }
    var files: [ModelFile] = []
    for (site, north, free) in [
      ("hk", Currency.hkd, 3), ("hk", .cny, 3), ("sz", .hkd, 5), ("sz", .cny, 1),
    ] as [(String, Currency, Int64)] {
      for kind in [
        Self.terms(7, shrinkable: true), Self.terms(7, shrinkable: true).split,
        Self.terms(7, gap: 2 * Span.hour, shrinkable: true).elastic(least: 6),
      ] {
        var scene = try Scene(ask: 1_337, money: 60_000, at: site, north: north, terms: kind)
        try scene.hall.offer(
          .flat("north", gpus: free, ask: 1_337, until: Self.until, generation: 2),
          by: scene.north)
        try scene.breach(from: Self.hour(3))
        try scene.hall.exchange.round()
        #expect(scene.moved?.runs.map(\.gpus) == [free])
        #expect(!scene.hall.exchange.state.owed.isEmpty)
        try scene.finish(until: Self.hour(5))
        let exchange = scene.hall.exchange
        files.append(ModelFile(log: exchange.log, results: exchange.results, end: exchange.state))
      }
    }
    for verdict in try ModelFile.replay(files) { #expect(verdict.code == 0, "\(verdict.text)") }
  }

  @Test("a base and a chunk shrink likewise, and a state with them is read back")
  func kinds() throws {
    for terms in [
      Self.terms(shrinkable: true).split, Self.terms(12, shrinkable: true).elastic(least: 8),
    ] {
      var scene = try Scene(ask: 1_300, money: 50_000, terms: terms)
      try scene.hall.offer(
        .flat("north", gpus: 5, ask: 1_300, until: Self.until, generation: 2), by: scene.north)
      try scene.breach(from: Self.hour(3))
      try scene.hall.exchange.moveLeases()
      let bytes = FieldCodec.encode(scene.hall.exchange.state)
      #expect(FieldCodec.encode(try FieldCodec.decode(LedgerState.self, from: bytes)) == bytes)
      try scene.hall.exchange.round()
      #expect(scene.moved?.runs.map(\.gpus) == [5])
      #expect(scene.hall.exchange.state.owed.values.map(\.amount) == [3 * 4 * 1_000 / 5])
      try scene.finish()
    }
  }

  @Test("the shapes are at most eight, the whole first, and suit units that are powers of two")
  func shapes() {
    func counts(_ gpus: Int64, together: Int64 = 1, least: Int64? = nil) -> [[Int64]] {
      var terms = Self.terms(gpus, shrinkable: true)
      terms.together = together
      if let least { terms = terms.elastic(least: least) }
      return terms.shapes(for: terms.alternatives[0]).map { [$0.least, $0.gpus] }
    }
    #expect(counts(1) == [[1, 1]])
    #expect(counts(5) == [[5, 5], [4, 4], [3, 3], [2, 2], [1, 1]])
    #expect(counts(24).map(\.[0]) == [24, 20, 16, 12, 8, 4])
    #expect(counts(100).map(\.[0]) == [100, 96, 80, 64, 48, 32, 16])
    #expect(counts(64, together: 8).map(\.[0]) == [64, 56, 48, 40, 32, 24, 16, 8])
    #expect(counts(12, least: 4) == [[4, 12], [3, 11], [2, 10], [1, 9]])
    #expect(counts(12, least: 0) == [[0, 12]])
    for gpus in 1...1_000 as ClosedRange<Int64> {
      let all = counts(gpus)
      #expect(all.count <= 8 && all[0] == [gpus, gpus])
      #expect(zip(all, all.dropFirst()).allSatisfy { $0[0] > $1[0] && $1[0] > 0 })
    }
  }

  @Test(
    "to another site unless its tenant says never; if exclusive only if it says so",
    arguments: [
      (false, nil, true), (false, .never, false), (false, .allowed, true), (true, nil, false),
      (true, .allowed, true),
    ] as [(Bool, BidTerms.Moving?, Bool)])
  func moves(_ exclusive: Bool, _ move: BidTerms.Moving?, _ leaves: Bool) throws {
    var hall = try Hall(offers: false)
    var unit = Offer.flat("hk", gpus: 8, ask: 1_000, until: Self.until)
    unit.pools[0].unit = 8
    unit.pools[0].node = 8
    try hall.offer(unit, by: hall.hk)
    var terms = Self.terms(move: move)
    terms.exclusive = exclusive
    try hall.leased(terms, by: hall.hku)
    var lost = ReclaimTerms()
    (lost.site, lost.pool, lost.gpus) = ("hk", "a", 8)
    (lost.from, lost.to) = (Self.hour(3), Self.hour(7))
    _ = try Exchange.accepted(
      try hall.exchange.send(.reclaimCapacity(lost), by: hall.hk, as: .agent))
    try hall.exchange.moveLeases()
    let bid = try #require(hall.exchange.state.book.bids.values.first)
    #expect(bid.terms.whereabouts.sites == (leaves ? [] : ["hk"]))
  }
}
