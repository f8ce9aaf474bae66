import Audit
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Placement
import Replica
import Replication
import Seeded
import Testing
import Units

/// Rounds that are solved again from the log give the same bytes.
struct RoundReplayTests {
  /// A market that sells in every round, the same for a seed.
  private struct Fair {
    var market: Exchange
    let traders: [String]

    init() throws {
      var rules = Rules()
      rules.grid.hourlyDays = 1
      rules.grid.days = 0
      rules.grid.weeks = 0
      rules.budgets[0].iterations = cases(0) > 0 ? 3_000 : 200
      market = try Exchange(rules: rules)
      market.trajectories = Rules.trajectories
      try market.send(.lead(Numbered(1)), by: "leader", as: .leader)
      let agent = try market.site("cyberport", .hk, .hkd, centre: "hkcentre")
      traders = [
        try market.tenant("alpha", .hkd, money: 900_000_000_000),
        try market.tenant("beta", .hkd, money: 900_000_000_000),
      ]
      let until = market.time + 3_000 * Span.day
      try market.send(
        .publishOffer(.flat("cyberport", gpus: 24, ask: 1_000, from: 0, until: until)), by: agent,
        as: .agent)
    }

    /// Some bids, and a round of them that is left closed.
    mutating func bids(_ source: inout Source) throws {
      let from = market.state.roundDue + Span.hour
      for _ in 0..<source.number(3...9) {
        var bid = BidTerms.block(
          source.number(1...16), quarters: source.number(2...16),
          limit: source.number(900...4_000), from: from,
          until: from + source.number(5...12) * Span.hour)
        if source.number(0...3) == 0 { bid = bid.split }
        try market.send(.placeBid(bid), by: source.pick(traders), as: .trader)
      }
      try market.close()
    }

    /// The log as a bundle.
    func bundle(_ folder: String) throws {
      try SignedBundle.forge(market.log.map { FieldCodec.encode($0) }, note: nil, at: folder)
    }
  }

  @Test("T52: rounds that are solved again give the recorded outcomes, byte for byte")
  func again() throws {
    let count = cases(12)
    var (fair, source) = (try Fair(), Source(7))
    for _ in 0..<count {
      try fair.bids(&source)
      try fair.market.commitCleared()
    }
    let place = try LedgerFile()
    try fair.bundle(place.folder + "/bundle")
    let verdicts = try RoundReplay.run(path: place.folder + "/bundle", rounds: nil)
    #expect(verdicts.count == count && verdicts.allSatisfy(\.isEqual))
    #expect(verdicts.contains { $0.welfare > 0 })
    #expect(Set(verdicts.map(\.recorded)).count == count)
    figure("T52", "rounds solved again from the log, the same bytes", count)
  }

  @Test("An outcome that another engine made is valid, and is not the same")
  func other() throws {
    var (fair, source) = (try Fair(), Source(9))
    for round in 0..<3 {
      try fair.bids(&source)
      guard round == 1 else {
        try fair.market.commitCleared()
        continue
      }
      let frozen = try #require(fair.market.state.frozen)
      var clearing = Solver.clear(frozen)
      clearing.iterations = clearing.iterations == 1 ? 0 : 1
      for command in Leader.outcome(of: frozen, clearing) {
        _ = try Exchange.accepted(try fair.market.send(command, by: "leader", as: .leader))
      }
    }
    let place = try LedgerFile()
    try fair.bundle(place.folder + "/bundle")
    let verdicts = try RoundReplay.run(path: place.folder + "/bundle", rounds: nil)
    #expect(verdicts.map(\.isEqual) == [true, false, true])
    #expect(verdicts.map(\.round) == [1, 2, 3])
  }

  @Test("A ledger file is replayed as its bundle is; rounds that are not there are refused")
  func file() throws {
    let (file, _, folder) = try SignedBundle.whole()
    let verdicts = try RoundReplay.run(path: file.path, rounds: nil)
    #expect(verdicts.count >= 6 && verdicts.allSatisfy(\.isEqual))
    #expect(try RoundReplay.run(path: folder, rounds: nil) == verdicts)
    let one = try RoundReplay.run(path: file.path, rounds: [verdicts[2].round])
    #expect(one == [verdicts[2]])
    for round in [0, 1_000_000] as Set<Int64> {
      #expect(throws: RoundReaderError.self) {
        try RoundReplay.run(path: file.path, rounds: [round])
      }
    }
    #expect(throws: AuditFault.notALog("/nowhere")) {
      try RoundReplay.run(path: "/nowhere", rounds: nil)
    }
  }
}
