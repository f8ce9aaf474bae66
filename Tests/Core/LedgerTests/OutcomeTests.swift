import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Replication
import Testing
import Units

/// A round that was solved, not yet committed.
struct Solved: Sendable, CustomTestStringConvertible {
  var name: String
  var exchange: Exchange
  var frozen: FrozenRound
  var clearing: Clearing

  var testDescription: String { name }

  init(_ name: String, _ bids: (inout Hall) throws -> Void) throws {
    self.name = name
    var hall = try Hall()
    try bids(&hall)
    try hall.exchange.close()
    exchange = hall.exchange
    (frozen, clearing) = try exchange.cleared()
  }

  /// The outcome as one part, and its commit.
  var outcome: (part: OutcomePart, commit: OutcomeCommit) {
    let parts = frozen.parts(of: clearing)
    var commit = OutcomeCommit()
    commit.bound = clearing.bound
    commit.iterations = clearing.iterations
    commit.of = Int64(parts.count)
    commit.round = frozen.round
    commit.welfare = clearing.welfare
    return (parts[0], commit)
  }

  // Windows are as long as the bids, so that no other outcome is as good.
  private static func tight(_ terms: BidTerms, quarters late: Int64 = 0) -> BidTerms {
    var terms = terms
    terms.earliest = Hall.start + 30 * Span.minute + late * Span.quarter
    terms.latestEnd = terms.earliest + terms.alternatives[0].quarters * Span.quarter
    return terms
  }

  static func contested() throws -> Solved {
    try Solved("contested blocks") { hall in
      for (index, limit) in ([2_000, 1_900, 1_800, 1_500, 1_499, 1_300] as [Int64]).enumerated() {
        let terms = tight(hall.block(8, quarters: 8, limit: limit), quarters: Int64(index % 3))
        try hall.bid(terms.at("hk"), by: hall.hku)
      }
      try hall.bid(tight(hall.block(3, quarters: 5, limit: 2_100)).at("hk"), by: hall.hku)
    }
  }

  static func mixed() throws -> Solved {
    try Solved("elastic and split") { hall in
      let elastic = tight(hall.block(12, quarters: 8, limit: 1_700)).at("hk").elastic(least: 3)
      try hall.bid(elastic, by: hall.hku)
      var cheaper = elastic
      cheaper.alternatives[0].limit = 1_600
      try hall.bid(cheaper, by: hall.hku)
      try hall.bid(
        tight(hall.block(21, quarters: 8, limit: 2_101), quarters: 10).split, by: hall.hku)
      try hall.bid(
        tight(hall.block(15, quarters: 8, limit: 1_450), quarters: 10).split, by: hall.thu)
      var both = tight(hall.block(4, quarters: 8, limit: 1_900, chip: "a910b"), quarters: 10)
      both.alternatives.append(hall.block(11, quarters: 8, limit: 1_700).alternatives[0])
      try hall.bid(both, by: hall.hku)
    }
  }

  /// With time to spare: another outcome may be as good.
  static func loose(_ which: Int) throws -> Solved {
    try Solved("loose") { hall in
      switch which {
      case 0:
        for limit in [2_000, 1_900, 1_800, 1_500, 1_499, 1_300] as [Int64] {
          var terms = hall.block(8, quarters: 8, limit: limit)
          terms.latestEnd = terms.earliest + 3 * Span.hour
          try hall.bid(terms.at("hk"), by: hall.hku)
        }
        try hall.bid(hall.block(3, quarters: 5, limit: 2_100).at("hk"), by: hall.hku)
      case 1:
        for limit in [1_400, 1_300, 1_250, 1_201] as [Int64] {
          var terms = hall.block(8, quarters: 6, limit: limit)
          terms.latestEnd = terms.earliest + 2 * Span.hour
          try hall.bid(terms.at("hk"), by: hall.thu)
          try hall.bid(terms.at("sz"), by: hall.hku)
        }
      default:
        try hall.bid(hall.block(21, quarters: 7, limit: 1_801).split, by: hall.hku)
        try hall.bid(hall.block(9, quarters: 9, limit: 1_450).split, by: hall.thu)
        var both = hall.block(4, limit: 1_900, chip: "a910b")
        both.alternatives.append(hall.block(5, limit: 1_700).alternatives[0])
        try hall.bid(both, by: hall.hku)
        let soon = hall.block(12, quarters: 8, limit: 1_700).elastic(least: 0)
        try hall.bid(soon, by: hall.thu)
      }
    }
  }

  static func foreign() throws -> Solved {
    try Solved("across the border") { hall in
      for limit in [1_400, 1_300, 1_250, 1_201] as [Int64] {
        let terms = tight(hall.block(8, quarters: 6, limit: limit))
        try hall.bid(terms.at("hk"), by: hall.thu)
        try hall.bid(terms.at("sz"), by: hall.hku)
      }
    }
  }
}

/// One field changed.
struct Change {
  var name: String
  var code: Refusal = .outcomeInvalid
  var make: (inout OutcomePart, inout OutcomeCommit) -> Void
}

@Suite struct OutcomeTests {
  static let rounds: [@Sendable () throws -> Solved] = [
    Solved.contested, Solved.mixed, Solved.foreign,
  ]

  private static func send(
    _ exchange: inout Exchange, _ part: OutcomePart, _ commit: OutcomeCommit
  ) throws -> [Event] {
    var terms = OutcomePartTerms()
    terms.part = part
    terms.round = exchange.state.round.number
    let events = try exchange.send(.outcomePart(terms), by: "leader", as: .leader)
    if Exchange.refusal(events) != nil { return events }
    return try exchange.send(.commitOutcome(commit), by: "leader", as: .leader)
  }

  @Test("the rounds below have all that an outcome may have")
  func rich() throws {
    let rounds = try Self.rounds.map { try $0() }
    let fills = rounds.flatMap(\.clearing.fills)
    #expect(fills.contains { $0.parts.count > 1 })
    #expect(fills.contains { !$0.extras.isEmpty })
    for round in rounds {
      #expect(round.clearing.fills.count >= 2)
      #expect(round.clearing.fills.count < round.frozen.bids.count)
      #expect(round.frozen.parts(of: round.clearing).count == 1)
      #expect(round.clearing.duals.joined().contains { $0 > 0 })
    }
    #expect(rounds.contains { $0.clearing.congestion.joined().contains { $0 > 0 } })
  }

  @Test("an outcome wrong in any one field is refused and trades nothing", arguments: 0..<3)
  func corrupted(_ index: Int) throws {
    let solved = try Self.rounds[index]()
    let (part, commit) = solved.outcome
    var refused = 0
    for change in Self.changes(solved) {
      var (changedPart, changedCommit) = (part, commit)
      change.make(&changedPart, &changedCommit)
      if changedPart == part && changedCommit == commit { continue }
      var exchange = solved.exchange
      let events = try Self.send(&exchange, changedPart, changedCommit)
      #expect(Exchange.refusal(events) == change.code, "\(change.name)")
      #expect(events.count == 1)
      Self.expectNothingTraded(solved.exchange.state, exchange.state)
      // The right one is still taken.
      let right = try Self.send(&exchange, part, commit)
      #expect(Exchange.refusal(right) == nil)
      refused += 1
    }
    #expect(refused > 60)
  }

  @Test("where time is to spare, a changed outcome is refused or as good", arguments: 0..<3)
  func loose(_ index: Int) throws {
    let solved = try Solved.loose(index)
    let (part, commit) = solved.outcome
    for change in Self.changes(solved) + Self.dualChanges(solved) {
      var (changed, claim) = (part, commit)
      change.make(&changed, &claim)
      var exchange = solved.exchange
      let events = try Self.send(&exchange, changed, claim)
      if let code = Exchange.refusal(events) {
        #expect(code == change.code)
        Self.expectNothingTraded(solved.exchange.state, exchange.state)
      } else {
        #expect(claim.welfare == commit.welfare && claim.bound == commit.bound)
      }
    }
  }

  @Test("another certificate is refused unless it proves the same bound", arguments: 0..<3)
  func duals(_ index: Int) throws {
    let solved = try Self.rounds[index]()
    let (part, commit) = solved.outcome
    var refused = 0
    var tried = 0
    for change in Self.dualChanges(solved) {
      var (changed, claim) = (part, commit)
      change.make(&changed, &claim)
      if changed == part { continue }
      tried += 1
      var exchange = solved.exchange
      let events = try Self.send(&exchange, changed, claim)
      let clearing = try? solved.frozen.clearing(
        from: [changed], welfare: claim.welfare, bound: claim.bound, iterations: claim.iterations)
      let proves =
        clearing.map {
          Placement.Certificate.bound(solved.frozen.instance, duals: $0.duals) == claim.bound
            && Pricing.congestion(solved.frozen.instance, $0.fills, $0.duals) == $0.congestion
        } ?? false
      #expect((Exchange.refusal(events) == .outcomeInvalid) == !proves, "\(change.name)")
      if !proves {
        Self.expectNothingTraded(solved.exchange.state, exchange.state)
        refused += 1
      }
    }
    #expect(refused > 3 && tried > 5, "\(refused) of \(tried)")
  }

  @Test("parts that are missing, doubled or of another round are refused")
  func parts() throws {
    let solved = try Solved.contested()
    let parts = solved.frozen.parts(of: solved.clearing, limit: 200)
    try #require(parts.count > 2)
    func terms(_ index: Int, of: Int? = nil, round: Int64 = 1) -> Command {
      var terms = OutcomePartTerms()
      terms.index = Int64(index)
      terms.of = Int64(of ?? parts.count)
      terms.part = parts[index]
      terms.round = round
      return .outcomePart(terms)
    }
    var commit = solved.outcome.commit
    commit.of = Int64(parts.count)
    var exchange = solved.exchange
    func send(_ command: Command) throws -> Refusal? {
      Exchange.refusal(try exchange.send(command, by: "leader", as: .leader))
    }
    for skipped in parts.indices.dropFirst() {
      for index in 0..<skipped { #expect(try send(terms(index)) == nil) }
      for index in parts.indices.dropFirst(skipped + 1) {
        #expect(try send(terms(index)) == .partOutOfOrder)
      }
      #expect(try send(.commitOutcome(commit)) == .partsMissing)
    }
    #expect(try send(terms(0, round: 2)) == .wrongRound)
    #expect(try send(terms(2, of: 2)) == .partOutOfOrder)
    // Fewer parts than there are, claimed as all.
    #expect(try send(terms(0)) == nil)
    var short = commit
    short.of = 1
    #expect(try send(.commitOutcome(short)) == .outcomeInvalid)
    // A new epoch begins with none.
    for index in parts.indices { #expect(try send(terms(index)) == nil) }
    #expect(try send(.lead(Numbered(1))) == nil)
    #expect(try send(.commitOutcome(commit)) == .partsMissing)
    for index in parts.indices { #expect(try send(terms(index)) == nil) }
    #expect(try send(.commitOutcome(commit)) == nil)
    #expect(exchange.state.leases.count == solved.clearing.fills.count)
  }

  private static func expectNothingTraded(_ before: LedgerState, _ after: LedgerState) {
    #expect(after.round.number == before.round.number && after.round.isClosed)
    let leased = after.leases.count
    #expect(leased == 0)
    let bidsStand = after.book.bids.values == before.book.bids.values
    let moneyStands =
      after.accounts.accounts.values == before.accounts.accounts.values
      && after.accounts.pendings.values == before.accounts.pendings.values
    #expect(bidsStand && moneyStands)
  }
}
