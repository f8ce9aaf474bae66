import Ledger
import LedgerStore
package import Market
import Placement
import Synchronization
package import Units

/// Answers that are computed when asked: quotes from the prices of the last outcome and the present
/// offers, never from live bids; explanations from the frozen book and the outcome. Nothing of it
/// runs on the replica's thread but the copy of a few facts, at most once a second.
package struct MarketDesk: Sendable {
  private let replica: Replica
  private let store: LedgerStore
  private let memory: RoundMemory
  private let facts = FactMemory()

  package init(replica: Replica) {
    self.replica = replica
    store = replica.store
    memory = RoundMemory(store: replica.store)
  }

  /// A pool that is no place for a shape.
  package struct PassedOver: Sendable, Equatable {
    package var site: String
    package var pool: String
    package var reason: Inadmissible
  }

  /// - Parameter full: pools of which the tenant has as much as one tenant may have.
  private static func passedOver(
    _ terms: BidTerms, _ book: MarketBook, full: [String]?
  ) -> [PassedOver] {
    book.offers.values.flatMap { offer in
      offer.pools.compactMap { pool in
        let id = offer.id(of: pool)
        guard let site = book.sites[offer.site],
          let reason = book.inadmissible(terms, site, pool, at: terms.latestEnd)
            ?? (full?.contains(id) == true ? .tooMany : nil)
        else { return nil }
        return PassedOver(site: site.id, pool: id, reason: reason)
      }
    }
  }

  // MARK: Explanations

  /// Why a bid was filled or not, in the last round that ended with it in the book.
  package struct Told: Sendable {
    package var explanation: BidExplanation
    /// When no pool is admissible: the rule that removed the last.
    package var lastRule: Inadmissible?
    package var passedOver: [PassedOver]
  }

  /// - Returns: nil when no round has looked at the bid yet, or its frozen book is no longer kept.
  ///   Blocks for as long as the first look at a round takes.
  package func explanation(bid seq: Int64) throws -> Told? {
    guard let round = try store.lastRound(of: seq), let told = try memory.told(round),
      let index = told.frozen.bids.firstIndex(where: { $0.seq == seq })
    else { return nil }
    let terms = told.frozen.bids[index].terms
    let explanation = told.frozen.explain(index, by: told.explanations)
    return Told(
      explanation: explanation,
      lastRule: explanation.reason == .noPool ? told.lastRule(of: seq, terms) : nil,
      passedOver: Self.passedOver(terms, told.book, full: told.frozen.overMost[seq]))
  }

  // MARK: Quotes

  /// The answer to a request for quotes.
  package struct Quotes: Sendable {
    package var items: [Quotation]
    /// The round whose prices they rest on; 0 when none has ended.
    package var round: Int64
    /// Position of the ledger that they answer from.
    package var position: Int64
    /// When the open round closes; ms.
    package var nextClose: Int64
    /// Why there is no item: for each pool the first rule that it fails.
    package var passedOver: [PassedOver]
    /// In how many of the last rounds that are known this shape would have been filled with a limit.
    package var record: QuoteRecord?
    /// Of bids that the round before would have let in: how many, and how many were filled.
    package var atTake: Int
    package var filledAtTake: Int
    /// What the award would set aside for a bid.
    package var setAside: Int64?
  }

  /// Places for a shape, the cheapest first.
  /// - Parameters:
  ///   - wanted: a limit of 0 stands for none.
  ///   - party: whose bid it would be.
  /// - Throws: the refusal that a bid under an award would meet.
  package func quotes(
    _ wanted: BidTerms, for party: String, _ currency: Currency, limit: Int = 5
  ) async throws -> Quotes {
    let grant = try await wanted.award == nil ? nil : grant(wanted, for: party)
    let terms = grant?.terms ?? wanted
    let facts = try await facts.now(replica)
    let (memory, store) = (memory, store)
    return try await store.aside {
      let (round, prices) = try store.latestPrices()
      let history = memory.history(through: round)
      var answer = Self.quotes(
        terms, party, grant?.subsidy, currency, facts, prices, history, limit)
      answer.round = round
      answer.setAside = grant?.amount
      return answer
    }
  }

  private func grant(_ terms: BidTerms, for party: String) async throws -> Grant? {
    try await replica.read { state in
      Result { () throws(Refusal) in try state.grant(terms, for: party) }
    }.get()
  }

  private static func quotes(
    _ terms: BidTerms, _ party: String, _ subsidy: SubsidyTerms?, _ currency: Currency,
    _ facts: Facts, _ prices: [PriceRow], _ history: QuoteHistory, _ limit: Int
  ) -> Quotes {
    let byPool = Dictionary(grouping: prices, by: \.pool)
    let basis = QuoteBasis(
      facts.book, terms, of: party, holdings: facts.holdings, subsidy: subsidy, currency: currency,
      round: facts.round, at: facts.time, rules: facts.rules, commitments: facts.commitments,
      last: history.last
    ) { pool, grid in Self.congestion(byPool[pool] ?? [], grid) }
    let items = basis.quotations(limit: limit)
    let calibration = history.calibration
    return Quotes(
      items: items, round: 0, position: facts.position, nextClose: facts.roundDue,
      passedOver: passedOver(terms, facts.book, full: basis.frozen.overMost[0]),
      record: basis.record(terms, items.first, history),
      atTake: calibration.atTake, filledAtTake: calibration.filled)
  }

  /// What the last outcome added to the ask, slot by slot of another grid.
  private static func congestion(_ runs: [PriceRow], _ grid: Grid) -> [Int64] {
    var result = [Int64](repeating: 0, count: grid.count)
    var next = 0
    for slot in 0..<grid.count {
      while next < runs.count, runs[next].finish <= grid.edges[slot] { next += 1 }
      guard next < runs.count, runs[next].start <= grid.edges[slot] else { continue }
      result[slot] = runs[next].price - runs[next].ask
    }
    return result
  }

  /// Adds rounds that ended to what quotes know of the past, in the background.
  package func catchUp() { memory.catchUp() }
}

/// What quotes need of the state, copied at one position.
private struct Facts: Sendable {
  /// Without bids.
  var book: MarketBook
  var rules: Rules
  var commitments: [Commitment]
  var holdings: [Holding]
  var position: Int64
  var round: Int64
  var roundDue: Int64
  var time: Int64
}

/// The facts of the last second: many quotes cost the replica's thread no more than one.
private final class FactMemory: Sendable {
  private let kept = Mutex<(at: Int64, facts: Facts)?>(nil)

  func now(_ replica: Replica) async throws -> Facts {
    let wall = MarketClock.monotonic()
    if let known = kept.withLock({ $0 }), wall - known.at < 1_000 { return known.facts }
    let clock = replica.clock.market
    let facts = try await replica.read { state in
      var book = state.book
      book.bids = OrderedMap()
      return Facts(
        book: book, rules: state.rules, commitments: state.commitments, holdings: state.holdings,
        position: state.position - 1, round: state.round.number, roundDue: state.roundDue,
        time: max(clock, state.time))
    }
    kept.withLock { $0 = (wall, facts) }
    return facts
  }
}
