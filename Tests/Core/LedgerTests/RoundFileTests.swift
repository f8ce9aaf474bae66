import Foundation
import Ledger
import LedgerFixture
import Market
import Placement
import Replication
import Seeded
import Testing
import Units

/// The checker that regulators run shares no code with the market: it must accept what the market
/// did, and refuse it with any number changed.
struct RoundFileTests {
  @Test(
    "The independent checker accepts every round of a market under a crowd, subsidised or not",
    arguments: [false, true])
  func crowd(subsidised: Bool) throws {
    guard try RoundFile.checkerRuns() else { return }
    let count = cases(subsidised ? 1_000 : 2_500)
    var fair = try Fair(seed: 41, remembers: true, subsidised: subsidised)
    for _ in 0..<count { try fair.step() }
    let files = try RoundFile.all(of: fair.exchange.log)
    #expect(files.count >= count / 80)
    for (file, verdict) in zip(files, try RoundFile.check(files)) {
      #expect(verdict.accepted, "round \(file.round): \(verdict.text)")
    }
    #expect(files.contains { $0.text.contains("\"pending\":\"fund.lease-") } == subsidised)
  }

  @Test("It accepts rounds with much refused, and their proofs beyond the dual prices")
  func busy() throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try Self.busyRounds()
    #expect(files.contains { $0.text.contains("\"kind\":\"leaf\"") })
    for (file, verdict) in zip(files, try RoundFile.check(files)) {
      #expect(verdict.accepted, "round \(file.round): \(verdict.text)")
    }
  }

  @Test("It reads a proof as the market does: questions, bid utilities, and a tree a pool")
  func pooled() throws {
    guard try RoundFile.checkerRuns() else { return }
    var market = try BusyMarket(gpus: 8)
    try market.bids(60, Source(3))
    try market.exchange.close()
    let (frozen, cleared) = try market.exchange.cleared()
    var clearing = cleared
    // All prices stand in the proof: what the duals alone show is far above it.
    let steps = clearing.duals.joined().enumerated().filter { $0.element > 0 }.map {
      Proof.Step(cell: $0.offset, by: $0.element)
    }
    let zeros = [Int64](repeating: 0, count: frozen.grid.count)
    clearing.duals = frozen.pools.map { _ in zeros }
    clearing.congestion = clearing.duals
    let proof = Self.proof(frozen, steps)
    clearing.proof = proof
    let instance = frozen.instance
    clearing.bound = try #require(
      Certificate.bound(instance, duals: clearing.duals, proof: proof))
    let plain = try #require(Certificate.bound(instance, duals: clearing.duals))
    #expect(clearing.bound < plain)
    for command in Leader.outcome(of: frozen, clearing) {
      _ = try Exchange.accepted(try market.exchange.send(command, by: "leader", as: .leader))
    }
    let files = try RoundFile.all(of: market.exchange.log)
    let verdict = try #require(try RoundFile.check(files).first)
    #expect(verdict.accepted, "\(verdict.text)")
  }

  private static func proof(_ frozen: FrozenRound, _ steps: [Proof.Step]) -> Proof {
    var proof = Proof()
    proof.tree = [
      Proof.Node(question: .runs(bid: 4), steps: steps), Proof.Node(steps: [], pooled: 0),
      Proof.Node(question: .starts(bid: 7, until: 9), steps: []), Proof.Node(steps: []),
      Proof.Node(steps: [], pooled: 1),
    ]
    for first in [2, 11] {
      var pooled = Proof.Pooled()
      pooled.utilities = (first..<(first + 12)).map {
        Proof.Utility(bid: $0, amount: Int64(40_000 + 7_000 * $0))
      }
      pooled.trees = frozen.pools.indices.map { pool in
        Proof.Tree(
          pool: pool,
          nodes: [
            Proof.Node(question: .uses(bid: first + 3, pool: pool, above: 0), steps: []),
            Proof.Node(question: .starts(bid: first + 3, until: 12), steps: []),
            Proof.Node(steps: [Proof.Step(cell: 5, by: 6_400)]), Proof.Node(steps: []),
            Proof.Node(question: .uses(bid: first + 5, pool: pool, above: 0), steps: []),
            Proof.Node(steps: []), Proof.Node(steps: [Proof.Step(cell: 8, by: 640)]),
          ])
      }
      proof.pooled.append(pooled)
    }
    return proof
  }

  @Test("It refuses a round in which any sort of number was changed")
  func changes() throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try Self.busyRounds()
    let changed = files.flatMap { $0.changes(seed: 7, each: 2) }
    var refused: Set<String> = []
    for (change, verdict) in zip(changed, try RoundFile.check(changed.map(\.file))) {
      if !verdict.accepted { refused.insert(change.sort) }
      // A changed proof may show the same bound all the same; then it is a proof.
      if change.sort.contains("proof") || change.sort.contains("duals") { continue }
      #expect(!verdict.accepted, "\(change.sort): \(change.what)")
    }
    #expect(refused.isSuperset(of: RoundFile.sorts), "\(RoundFile.sorts.subtracting(refused))")
  }

  @Test("A file that is cut off, doubled or of another kind is refused, never a trap")
  func misshapen() throws {
    guard try RoundFile.checkerRuns() else { return }
    let file = try #require(try Self.busyRounds().first)
    let bytes = file.bytes
    let bad: [[UInt8]] = [
      [], Array("{}".utf8), Array("[1]".utf8), Array(bytes[..<(bytes.count / 2)]),
      Array(file.text.replacing("sampan-round/1", with: "sampan-round/2").utf8),
      Array(file.text.replacing("\"round\":\(file.round)", with: "\"round\":1.5").utf8),
      Array(file.text.replacing("\"extrasEnd\":", with: "\"extrasEnd\":1,\"extrasEnd\":").utf8),
    ]
    for verdict in try RoundFile.check(bad.map { RoundFile(round: file.round, bytes: $0) }) {
      #expect(!verdict.accepted)
      #expect(verdict.text.contains("REFUSED"), "\(verdict.text)")
    }
  }

  @Test("It accepts that a bid which won nothing yet and was cancelled meanwhile has its hold back")
  func empty() throws {
    guard try RoundFile.checkerRuns() else { return }
    var hall = try Hall()
    // No base, and a window in which nothing is sold yet.
    let terms = BidTerms.block(
      4, quarters: 4, limit: 2_000, from: Hall.start + 6 * Span.hour,
      until: Hall.start + 8 * Span.hour)
    let number = try hall.bid(terms.elastic(least: 0), by: hall.hku)
    try hall.exchange.close()
    let (frozen, cleared) = try hall.exchange.cleared()
    #expect(cleared.fills.count == 1)
    _ = try Exchange.accepted(
      try hall.exchange.send(.cancelBid(Numbered(number)), by: hall.hku, as: .trader))
    for command in Leader.outcome(of: frozen, cleared) {
      _ = try Exchange.accepted(try hall.exchange.send(command, by: "leader", as: .leader))
    }
    let files = try RoundFile.all(of: hall.exchange.log)
    #expect(files.first?.text.contains("\"pending\":\"hold-\(number)\"") == true)
    for verdict in try RoundFile.check(files) { #expect(verdict.accepted, "\(verdict.text)") }
  }

  @Test("A round that is open, closed or void has no file")
  func progress() throws {
    var market = try Exchange()
    try market.send(.lead(Numbered(1)), by: "leader", as: .leader)
    var export = RoundExport(round: 1)
    #expect(export.progress == .open && export.bytes.isEmpty)
    try market.close()
    let entry = try #require(market.log.last)
    export.take(entry, market.results.last ?? [], market.state)
    #expect(export.progress == .closed && export.bytes.isEmpty)
    market.time = try #require(market.state.roundOverdue)
    try market.send(.voidRound(Numbered(1)), by: "leader", as: .leader)
    export.take(try #require(market.log.last), market.results.last ?? [], market.state)
    #expect(export.progress == .void && export.bytes.isEmpty)
  }

  static func busyRounds() throws -> [RoundFile] {
    var market = try BusyMarket(gpus: 16)
    // The first has room for extras.
    for (round, count) in [8, 20, 18, 18].enumerated() {
      try market.bids(count, Source(UInt64(11 + round)))
      try market.exchange.round()
      market.exchange.time += 5 * Span.minute
    }
    return try RoundFile.all(of: market.exchange.log)
  }
}

/// Two sites in two currencies, and more bids of every kind than they can hold; a search long enough
/// to prove something.
private struct BusyMarket {
  var exchange: Exchange
  private let traders: [String]

  init(gpus: Int64) throws {
    var rules = Rules()
    rules.budgets = [Rules.Budget(bids: 100_000, iterations: 400)]
    rules.grid.hourlyDays = 1
    rules.grid.days = 0
    rules.grid.weeks = 0
    exchange = try Exchange(rules: rules)
    try exchange.send(.lead(Numbered(1)), by: "leader", as: .leader)
    try exchange.rate(.cny, 10_833, per: 10_000)
    let agents = [
      try exchange.site("hk-1", .hk, .hkd, centre: "north"),
      try exchange.site("sz-1", .cn, .cny, centre: "south"),
    ]
    traders = [
      try exchange.tenant("alpha", .hkd, money: 900_000_000),
      try exchange.tenant("beta", .cny, money: 900_000_000),
    ]
    for (site, agent, ask) in [("hk-1", agents[0], Int64(1_507)), ("sz-1", agents[1], 1_299)] {
      let until = exchange.time + 4 * Span.day
      let offer = Offer.flat(site, gpus: gpus, ask: ask, from: exchange.time, until: until)
      try exchange.send(.publishOffer(offer), by: agent, as: .agent)
    }
  }

  mutating func bids(_ count: Int, _ source: Source) throws {
    var source = source
    let from = exchange.state.roundDue + Span.hour
    for _ in 0..<count {
      let gpus = source.pick([1, 2, 2, 3, 4, 6, 8] as [Int64])
      var terms = BidTerms.block(
        gpus, quarters: 4 * source.number(1...7), limit: source.number(1_300...4_900),
        from: from, until: from + source.number(8...18) * Span.hour)
      switch source.number(0...4) {
      case 0...1 where gpus > 1: terms = terms.elastic(least: gpus / 2)
      case 2 where gpus > 1: terms = terms.split
      default: break
      }
      _ = try Exchange.accepted(
        try exchange.send(.placeBid(terms), by: source.pick(traders), as: .trader))
    }
  }
}
