import Foundation
import Ledger
import LedgerFixture
import Market
import Seeded
import Testing
import Units

/// The checker that regulators run shares no code with the market: it must accept what the market
/// did, and refuse it with any number changed.
struct RoundFileTests {
  @Test("The independent checker accepts every round of a market under a crowd")
  func crowd() throws {
    guard try RoundFile.checkerRuns() else { return }
    let count = cases(2_500)
    var fair = try Fair(seed: 41, remembers: true)
    for _ in 0..<count { try fair.step() }
    let files = try RoundFile.all(of: fair.exchange.log)
    #expect(files.count >= count / 80)
    for (file, verdict) in zip(files, try RoundFile.check(files)) {
      #expect(verdict.accepted, "round \(file.round): \(verdict.text)")
    }
  }

  @Test("It accepts rounds with much refused, and their proofs beyond the dual prices")
  func busy() throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try Self.busyRounds()
    #expect(files.contains { file in file.text.contains("\"kind\":\"uses\"") })
    for (file, verdict) in zip(files, try RoundFile.check(files)) {
      #expect(verdict.accepted, "round \(file.round): \(verdict.text)")
    }
  }

  @Test("It accepts the proof of a large round: bid utilities, and a tree a pool")
  func large() throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try Self.busyRounds(1, bids: 160, gpus: 96, iterations: 4_000)
    let file = try #require(files.first)
    #expect(file.text.contains("\"kind\":\"utility\"") && file.text.contains("\"kind\":\"tree\""))
    let verdict = try #require(try RoundFile.check(files).first)
    #expect(verdict.accepted, "\(verdict.text)")
  }

  @Test("It refuses a round in which any sort of number was changed")
  func changes() throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try Self.busyRounds()
    let changed = files.flatMap { $0.changes(seed: 7, each: 1) }
    let verdicts = try RoundFile.check(changed.map(\.file))
    var sorts: Set<String> = []
    for (change, verdict) in zip(changed, verdicts) {
      sorts.insert(change.sort)
      #expect(!verdict.accepted, "\(change.sort): \(change.what)")
    }
    print("\(changed.count) changes of \(sorts.count) sorts refused: \(sorts.sorted())")
    #expect(sorts.count >= RoundFile.leastSorts, "\(sorts.sorted())")
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

  /// Rounds with more bids than capacity, of every kind, in two currencies, with a search long
  /// enough to prove something.
  static func busyRounds(
    _ rounds: Int = 4, bids: Int = 18, gpus: Int64 = 16, iterations: Int64 = 400
  ) throws -> [RoundFile] {
    var rules = Rules()
    rules.budgets = [Rules.Budget(bids: 100_000, iterations: iterations)]
    rules.grid.hourlyDays = 1
    rules.grid.days = 0
    rules.grid.weeks = 0
    var market = try Exchange(rules: rules)
    try market.send(.lead(Numbered(1)), by: "leader", as: .leader)
    try market.rate(.cny, 10_833, per: 10_000)
    let agents = [
      try market.site("hk-1", .hk, .hkd, centre: "north"),
      try market.site("sz-1", .cn, .cny, centre: "south"),
    ]
    let traders = [
      try market.tenant("alpha", .hkd, money: 900_000_000),
      try market.tenant("beta", .cny, money: 900_000_000),
    ]
    for (site, agent, ask) in [("hk-1", agents[0], Int64(1_507)), ("sz-1", agents[1], 1_299)] {
      let until = market.time + 4 * Span.day
      let offer = Offer.flat(site, gpus: gpus, ask: ask, from: market.time, until: until)
      try market.send(.publishOffer(offer), by: agent, as: .agent)
    }
    var source = Source(11)
    for _ in 0..<rounds {
      let from = market.state.roundDue + Span.hour
      for _ in 0..<bids {
        let gpus = source.pick([1, 2, 2, 3, 4, 6, 8] as [Int64])
        var terms = BidTerms.block(
          gpus, quarters: 4 * source.number(1...7), limit: source.number(1_300...4_900),
          from: from, until: from + source.number(8...18) * Span.hour)
        switch source.number(0...3) {
        case 0 where gpus > 1: terms = terms.elastic(least: gpus / 2)
        case 1 where gpus > 1: terms = terms.split
        default: break
        }
        _ = try Exchange.accepted(
          try market.send(.placeBid(terms), by: source.pick(traders), as: .trader))
      }
      try market.round()
      market.time += 5 * Span.minute
    }
    return try RoundFile.all(of: market.log)
  }
}
