import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Testing
import Units

/// A lease that was lost by a breach, and a dearer place for it.
@Suite struct ReplacementTests {
  private static let ten = Hall.start + Span.hour
  private static let until = Hall.start + 400 * Span.day

  private static func hour(_ number: Int64) -> Int64 { Hall.start + number * Span.hour }

  /// Eight GPUs for six hours from ten.
  static func terms(_ gpus: Int64 = 8, limit: Int64 = 2_000) -> BidTerms {
    .block(gpus, quarters: 24, limit: limit, from: ten, until: ten + 6 * Span.hour)
  }

  /// A lease of eight at 10.00 on a site whose centre has some money; the site `north` sells at `ask`.
  struct Scene {
    var hall: Hall
    var north: String
    var lease: Lease
    var site: String
    var agent: String

    init(
      ask: Int64, money: Int64, at site: String = "hk", north currency: Currency = .hkd,
      terms: BidTerms = ReplacementTests.terms(), by tenant: KeyPath<Hall, String> = \.hku
    ) throws {
      hall = try Hall(offers: false)
      self.site = site
      agent = site == "hk" ? hall.hk : hall.sz
      try hall.offer(.flat(site, gpus: 16, ask: 1_000, until: until), by: agent)
      if money > 0 { try hall.exchange.deposit(Self.account(site), money) }
      north = try hall.exchange.site(
        "north", currency == .hkd ? .hk : .cn, currency, centre: "nord")
      lease = try hall.leased(terms, by: hall[keyPath: tenant])
      try hall.offer(.flat("north", gpus: 8, ask: ask, until: until), by: north)
    }

    static func account(_ site: String) -> String { site == "hk" ? "cyber:hkd" : "qian:cny" }
    var account: String { Self.account(site) }

    func shortage(_ from: Int64) -> ReclaimTerms {
      var terms = ReclaimTerms()
      terms.site = site
      terms.pool = "a"
      terms.gpus = 16
      terms.from = from
      terms.to = Hall.start + 12 * Span.hour
      return terms
    }

    mutating func breach(from: Int64) throws {
      _ = try Exchange.accepted(
        try hall.exchange.send(.reclaimCapacity(shortage(from)), by: agent, as: .agent))
    }

    /// The lease that the rest of the first got.
    var moved: Lease? { hall.exchange.state.leases.values.first { $0.site == "north" } }

    /// Everything is delivered, or only up to a time, and charged.
    mutating func finish(until last: Int64 = .max) throws {
      for lease in hall.exchange.state.leases.values {
        hall.exchange.time = max(hall.exchange.time, lease.end)
        let agents = ["hk": hall.hk, "sz": hall.sz, "north": north]
        try hall.exchange.deliver(
          lease, from: lease.start, to: min(last, lease.end), agent: agents[lease.site] ?? "")
      }
      hall.exchange.time += 4 * Span.day
      try hall.exchange.lead()
      try audit()
    }

    func audit() throws {
      var audit = Audit()
      var state = LedgerState()
      for entry in hall.exchange.log {
        let before = state
        let events = try state.apply(entry)
        if let fault = audit.fault(events, state) ?? Audit.oversold(before, state) {
          throw Exchange.Failure(fault)
        }
      }
    }

    var excess: Int64 {
      hall.exchange.results.joined().reduce(0) {
        guard case .moneyMoved(let it) = $1, it.reason == .excess, it.debit == account else {
          return $0
        }
        return $0 + it.amount
      }
    }
  }

  @Test("the rest goes to a dearer place; its tenant pays as before, the centre at fault the rest")
  func dearer() throws {
    var scene = try Scene(ask: 1_300, money: 50_000)
    try scene.breach(from: Self.hour(3))
    try scene.hall.exchange.moveLeases()
    // Set aside: up to the limit of 20.00, all in.
    let most: Int64 = 8 * 4 * 2_000 - 8 * 4 * 1_010
    #expect(scene.hall.exchange.state.book.bids.values.map { $0.moved?.cover } == [most])
    #expect(scene.hall.exchange.reserved("cyber:hkd") == most)
    try scene.hall.exchange.round()
    let moved = try #require(scene.moved)
    #expect(moved.runs.map(\.price) == [1_300] && moved.start == Self.hour(3))
    #expect(scene.excess == 8 * 4 * 303 && moved.excess?.amount == scene.excess)
    #expect(scene.hall.exchange.reserved("cyber:hkd") == 0)
    try scene.finish()
    let exchange = scene.hall.exchange
    #expect(exchange.balance("hku:hkd") == Hall.money - 8 * 6 * 1_010)
    #expect(exchange.balance("cyber:hkd") == 50_000 + 8 * 2 * 1_000 - 8 * 4 * 303)
    #expect(exchange.balance("nord:hkd") == 8 * 4 * 1_300)
    #expect(exchange.reserved("hku:hkd") == 0 && exchange.state.leases.isEmpty)
  }

  @Test("never above the limit of the tenant, and not when the centre is not at fault")
  func limits() throws {
    for (ask, limit, moves) in [
      (1_300, 1_313, true), (1_300, 1_312, false), (1_000, 1_020, true), (990, 1_020, true),
    ] as [(Int64, Int64, Bool)] {
      var scene = try Scene(ask: ask, money: 50_000, terms: Self.terms(limit: limit))
      try scene.breach(from: Self.hour(3))
      try scene.hall.exchange.round()
      #expect((scene.moved != nil) == moves, "\(ask) within \(limit)")
      #expect(scene.excess == (moves ? 8 * 4 * max(0, ask * 101 / 100 - 1_010) : 0))
      if !moves { #expect(scene.hall.exchange.reserved("cyber:hkd") == 8 * 4 * (limit - 1_010)) }
      try scene.audit()
    }
    var declared = try Scene(ask: 1_001, money: 50_000)
    _ = try Exchange.accepted(
      try declared.hall.exchange.decree(.declareLoss(declared.shortage(Self.hour(3)))))
    try declared.hall.exchange.round()
    #expect(declared.moved == nil && declared.hall.exchange.reserved("cyber:hkd") == 0)
  }

  @Test("a centre with less money raises the price by no more than it can pay")
  func poor() throws {
    for (money, moves) in [(8 * 4 * 303, true), (8 * 4 * 303 - 33, false), (0, false)]
      as [(Int64, Bool)]
    {
      var scene = try Scene(ask: 1_300, money: money)
      try scene.breach(from: Self.hour(3))
      try scene.hall.exchange.round()
      #expect((scene.moved != nil) == moves, "\(money)")
      #expect(scene.hall.exchange.balance("cyber:hkd") == money - scene.excess)
      try scene.audit()
    }
  }

  @Test(
    "between currencies too: the tenant pays as before, to a minor unit",
    arguments: [
      ("hk", Currency.cny, true), ("sz", .hkd, true), ("sz", .cny, true), ("hk", .hkd, false),
      ("hk", .cny, false), ("sz", .hkd, false), ("sz", .cny, false),
    ])
  func currencies(_ site: String, _ north: Currency, _ hongKong: Bool) throws {
    var scene = try Scene(
      ask: 1_337, money: 60_000, at: site, north: north, terms: Self.terms(7),
      by: hongKong ? \.hku : \.thu)
    let (tenant, mine) = hongKong ? ("hku:hkd", Currency.hkd) : ("thu:cny", .cny)
    let before = scene.hall.exchange.reserved(tenant)
    try scene.breach(from: Self.hour(3))
    try scene.hall.exchange.round()
    let moved = try #require(scene.moved)
    #expect(scene.excess > 0)
    try scene.finish()
    let exchange = scene.hall.exchange
    let paid = Hall.money - exchange.balance(tenant)
    #expect((before - 4...before).contains(paid), "\(paid), not \(before)")
    #expect(exchange.balance(Exchange.account("nord", north)) == 7 * 4 * 1_337)
    // What the exchange accounts gain or lose by rounding is a few minor units.
    let foreign = [scene.lease.siteCurrency, moved.siteCurrency].filter { $0 != mine }
    if foreign.isEmpty { #expect(exchange.balance("fx:hkd") == 0) }
    let worth = exchange.balance("fx:hkd") * 100 + exchange.balance("fx:cny") * 108
    #expect(abs(worth) < 600, "\(worth)")
  }

  @Test("the independent checker accepts rounds with an excess, and none that is changed")
  func checked() throws {
    guard try RoundFile.checkerRuns() else { return }
    for (site, north) in [("hk", Currency.hkd), ("hk", .cny), ("sz", .hkd), ("sz", .cny)] {
      var scene = try Scene(
        ask: 1_337, money: 60_000, at: site, north: north, terms: Self.terms(7))
      try scene.breach(from: Self.hour(3))
      try scene.hall.exchange.round()
      let file = try #require(try RoundFile.all(of: scene.hall.exchange.log).last)
      #expect(file.text.contains("\"reason\":\"excess\"") && scene.excess > 0)
      let verdict = try #require(try RoundFile.check([file]).first)
      #expect(verdict.accepted, "\(site), \(north): \(verdict.text)")
      var changes = ["\"cover\":": "\"cover\":9", "\"billed\":": "\"billed\":9"]
      for amount in file.posted { changes["\"amount\":\(amount),"] = "\"amount\":\(amount * 2)," }
      for (old, new) in changes.sorted(by: { $0.key < $1.key }) {
        let changed = RoundFile(
          round: file.round, bytes: Array(file.text.replacing(old, with: new).utf8))
        let verdict = try #require(try RoundFile.check([changed]).first)
        #expect(!verdict.accepted, "\(site), \(north): \(new)")
      }
    }
  }

  @Test("the independent model comes to the same excess, and to the same that goes back")
  func modelled() throws {
    guard try RoundFile.checkerRuns() else { return }
    var files: [ModelFile] = []
    for (site, north) in [("hk", Currency.hkd), ("hk", .cny), ("sz", .hkd), ("sz", .cny)] {
      for kind in [Self.terms(7), Self.terms(7).split, Self.terms(7).elastic(least: 4)] {
        var scene = try Scene(ask: 1_337, money: 60_000, at: site, north: north, terms: kind)
        try scene.breach(from: Self.hour(3))
        try scene.hall.exchange.round()
        #expect(scene.excess > 0)
        var terms = scene.shortage(Self.hour(6))
        terms.site = "north"
        _ = try Exchange.accepted(
          try scene.hall.exchange.send(.reclaimCapacity(terms), by: scene.north, as: .agent))
        try scene.hall.exchange.round()
        try scene.finish(until: Self.hour(5))
        let exchange = scene.hall.exchange
        files.append(ModelFile(log: exchange.log, results: exchange.results, end: exchange.state))
      }
    }
    for verdict in try ModelFile.replay(files) { #expect(verdict.code == 0, "\(verdict.text)") }
  }

  @Test("of hours that the dearer place does not deliver, the excess goes back")
  func undelivered() throws {
    var scene = try Scene(ask: 1_300, money: 50_000)
    try scene.breach(from: Self.hour(3))
    try scene.hall.exchange.round()
    try scene.finish(until: Self.hour(4))
    let exchange = scene.hall.exchange
    #expect(exchange.balance("hku:hkd") == Hall.money - 8 * 3 * 1_010)
    #expect(exchange.balance("cyber:hkd") == 50_000 + 8 * 2 * 1_000 - 8 * 303)
    #expect(exchange.balance("nord:hkd") == 8 * 1_300)
  }

  @Test(
    "a lease that is lost a second time keeps the price of its tenant, and its excess goes back")
  func again() throws {
    var scene = try Scene(ask: 1_300, money: 50_000)
    try scene.breach(from: Self.hour(3))
    try scene.hall.exchange.round()
    var terms = scene.shortage(Self.hour(5))
    terms.site = "north"
    _ = try Exchange.accepted(
      try scene.hall.exchange.send(.reclaimCapacity(terms), by: scene.north, as: .agent))
    try scene.hall.exchange.moveLeases()
    let bid = try #require(scene.hall.exchange.state.book.bids.values.first)
    #expect(bid.moved?.billed == 8 * 2 * 4 * 1_000 && bid.moved?.centre == "nord")
    #expect(scene.hall.exchange.balance("cyber:hkd") == 50_000 - 8 * 2 * 303)
    let own: Int64 = 8 * 2 * 1_010
    #expect(scene.hall.exchange.state.accounts.pendings[bid.hold]?.amount == own)
    // A third place, at the price that the tenant had, takes it.
    let south = try scene.hall.exchange.site("south", .hk, .hkd, centre: "sued")
    try scene.hall.offer(.flat("south", gpus: 8, ask: 1_000, until: Self.until), by: south)
    try scene.hall.exchange.round()
    #expect(scene.hall.exchange.leases(of: bid.seq).map(\.site) == ["south"])
    try scene.audit()
  }

  @Test("what was set aside is free again when the rest is not placed, or not wanted any more")
  func freed() throws {
    var scene = try Scene(ask: 2_001, money: 50_000)
    try scene.breach(from: Self.hour(3))
    try scene.hall.exchange.moveLeases()
    let bid = try #require(scene.hall.exchange.state.book.bids.values.first)
    #expect(scene.hall.exchange.reserved("cyber:hkd") > 0)
    var cancelled = scene
    _ = try Exchange.accepted(
      try cancelled.hall.exchange.send(
        .cancelBid(Numbered(bid.seq)), by: cancelled.hall.hku, as: .trader))
    #expect(cancelled.hall.exchange.reserved("cyber:hkd") == 0)
    try cancelled.audit()
    while scene.hall.exchange.state.roundDue <= Self.hour(4) { try scene.hall.exchange.round() }
    #expect(scene.moved == nil && scene.hall.exchange.reserved("cyber:hkd") == 0)
    try scene.audit()
  }

  @Test("the extras of an elastic lease are its tenant's, the base alone is covered")
  func elastic() throws {
    var scene = try Scene(
      ask: 1_300, money: 50_000, terms: Self.terms(8).elastic(least: 4))
    try scene.breach(from: Self.hour(3))
    try scene.hall.exchange.round()
    let moved = try #require(scene.moved)
    #expect(moved.runs.map(\.gpus) == [4] && moved.excess?.amount == 4 * 4 * 303)
    while scene.hall.exchange.state.roundDue <= Self.hour(6) { try scene.hall.exchange.round() }
    let later = try #require(scene.moved)
    #expect(later.gpus(at: Self.hour(5)) == 8 && later.excess?.amount == 4 * 4 * 303)
    try scene.audit()
  }

  @Test("the chunks of a split share the excess, and a state with them is read back")
  func split() throws {
    var scene = try Scene(ask: 1_300, money: 50_000, terms: Self.terms(8).split)
    let south = try scene.hall.exchange.site("south", .hk, .hkd, centre: "sued")
    try scene.hall.offer(.flat("south", gpus: 5, ask: 1_201, until: Self.until), by: south)
    try scene.breach(from: Self.hour(3))
    try scene.hall.exchange.moveLeases()
    let bytes = FieldCodec.encode(scene.hall.exchange.state)
    #expect(FieldCodec.encode(try FieldCodec.decode(LedgerState.self, from: bytes)) == bytes)
    try scene.hall.exchange.round()
    let parts = scene.hall.exchange.state.leases.values.filter { $0.excess != nil }
    #expect(parts.map(\.site) == ["north", "south"])
    // 3 at 13.00 and 5 at 12.01, with fees, less 8 at 10.10.
    let bill: Int64 = 4 * (3 * 1_300 + 5 * 1_201)
    #expect(parts.reduce(0) { $0 + ($1.excess?.amount ?? 0) } == bill + bill / 100 - 8 * 4 * 1_010)
    try scene.audit()
  }
}

extension RoundFile {
  /// Amounts that moved at once.
  var posted: [Int64] {
    text.matches(of: /"amount":(\d+),[^{}]*"reason":"excess"/).compactMap { Int64($0.1) }
  }
}
