import Ledger
import LedgerFixture
import LedgerStore
import Market
import Placement
import Replica
import Replication
import Units

/// How long a round takes from its close to the outcome that is checked, applied and durable.
struct RoundBench {
  static let bids = 500
  static let slots = 48
  static let runs = 5

  static func run(_ scratch: Scratch) throws -> [Figure] {
    var totals: [Double] = []
    var solving: [Double] = []
    var winners: [Int] = []
    for run in 0..<runs {
      let path = scratch.file("round.sqlite")
      var house = try closedRound(path, seed: UInt64(run + 11))
      guard let frozen = house.core.state.frozen, frozen.bids.count == bids,
        frozen.pools.count == House.sites.count * House.chips.count, frozen.grid.count == slots
      else { throw Fault("the round is not of the size that is promised") }
      var clearing = Clearing()
      let solve = seconds {
        clearing = Engine.clear(frozen.instance, iterations: frozen.iterations)
      }
      let rest = try seconds {
        try house.commit(Leader.outcome(of: frozen, clearing).map { house.core.own($0) })
      }
      solving.append(solve)
      totals.append(solve + rest)
      winners.append(house.core.state.leases.count)
      try house.store.close()
      scratch.discard(path)
    }
    return [
      Figure(
        name: "round, cleared and applied", target: "< 1 s",
        measured: "\(text(median(totals), 3)) s",
        met: median(totals) < 1,
        detail:
          "\(bids) bids, \(House.sites.count) sites, \(House.chips.count) chips, \(slots) slots; "
          + "the engine takes \(text(median(solving), 3)) s of it; leases "
          + winners.map(String.init).joined(separator: " "))
    ]
  }

  static func closedRound(_ path: String, seed: UInt64) throws -> House {
    var rules = Rules()
    // Twelve hours in quarters: 48 slots when the first of them begins an hour.
    rules.grid.quarterHours = 11
    rules.grid.hourlyDays = 0
    var house = try House(path: path, seed: seed, rules: rules)
    try house.commit(house.offers(generation: 1, hours: 24))
    let due = Exchange.monday + Span.hour - Span.quarter
    try house.commit(
      (0..<bids).map { _ in house.bid(from: Exchange.monday + Span.hour, hours: 12) })
    house.time = due
    try house.commit([house.core.own(.closeRound(Numbered(house.core.state.round.number)))])
    return house
  }
}
