import Ledger
import LedgerFixture
import LedgerStore
import Market
import Placement
import Replica
import Replication
import Units

/// How long a quote and an explanation take at medium size, from what the desk holds ready: the
/// prices and winners of the last round, the present offers, and as many past rounds as are kept.
struct QuoteBench {
  static func run(_ scratch: Scratch) throws -> [Figure] {
    let path = scratch.file("quotes.sqlite")
    var house = try RoundBench.closedRound(path, seed: 11)
    guard var frozen = house.core.state.frozen else { throw Fault("no round is closed") }
    let iterations = house.core.state.rules.iterations(bids: frozen.bids.count)
    let clearing = Engine.clear(frozen.instance, iterations: iterations)
    var history = QuoteHistory()
    let number = frozen.round
    let adding = seconds {
      for round in 0..<QuoteHistory.mostRounds {
        frozen.round = number + Int64(round)
        history.add(frozen, clearing)
      }
    }
    frozen.round = number
    try house.commit(Leader.outcome(of: frozen, clearing).map { house.core.own($0) })
    let quotes = quotes(house, frozen, clearing, history)
    var explanations: [Double] = []
    var prepared: Explanations?
    let preparing = seconds { prepared = frozen.explanations(of: clearing) }
    guard let prepared else { throw Fault("the clearing is not of the round") }
    for index in frozen.bids.indices {
      explanations.append(seconds { _ = frozen.explain(index, by: prepared) })
    }
    try house.store.close()
    scratch.discard(path)
    let size = "\(frozen.bids.count) bids, \(frozen.pools.count) pools, \(frozen.grid.count) slots"
    return [
      Figure(
        name: "quote", target: "< 50 ms", measured: "\(text(1_000 * (quotes.max() ?? 0), 1)) ms",
        met: (quotes.max() ?? 1) < 0.05,
        detail:
          "the worst of \(quotes.count), with the record of \(history.rounds.count) rounds; median "
          + "\(text(1_000 * median(quotes), 1)) ms; \(size); adding a round "
          + "\(text(1_000 * adding / Double(QuoteHistory.mostRounds), 1)) ms"),
      Figure(
        name: "explanation", target: "< 50 ms",
        measured: "\(text(1_000 * (preparing + (explanations.max() ?? 0)), 1)) ms",
        met: preparing + (explanations.max() ?? 1) < 0.05,
        detail:
          "the first of a round at its worst; all \(explanations.count) of it take "
          + "\(text(1_000 * explanations.reduce(preparing, +), 1)) ms"),
    ]
  }

  /// Quotes for shapes like those of the round's bids, at the market's present.
  private static func quotes(
    _ house: House, _ frozen: FrozenRound, _ clearing: Clearing, _ history: QuoteHistory
  ) -> [Double] {
    let state = house.core.state
    let added = frozen.pools.indices.map { pool in
      clearing.congestion[pool].map {
        Conversion.minorDown($0, frozen.rates[frozen.pools[pool].currency] ?? Rate())
      }
    }
    return stride(from: 0, to: frozen.bids.count, by: 5).map { index in
      var terms = frozen.bids[index].terms
      for alternative in terms.alternatives.indices { terms.alternatives[alternative].limit = 0 }
      return seconds {
        let basis = QuoteBasis(
          state.book, terms, currency: frozen.bids[index].currency, round: state.round.number,
          at: state.time, rules: state.rules, commitments: state.commitments, last: history.last
        ) { pool, grid in
          let row = frozen.pools.firstIndex { $0.id == pool }
          return row.map { added[$0] }.flatMap { $0.count == grid.count ? $0 : nil }
            ?? [Int64](repeating: 0, count: grid.count)
        }
        let items = basis.quotations(limit: 5)
        _ = basis.record(terms, items.first, history)
      }
    }
  }
}
