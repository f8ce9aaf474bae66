import Ledger
import LedgerStore
package import Market
package import Placement
package import Units

/// Answers that are computed when asked: quotes from the prices of the last outcome and the present
/// offers, never from live bids; explanations from the frozen book and the outcome.
package struct MarketDesk: Sendable {
  let replica: Replica
  let store: LedgerStore

  package init(replica: Replica) {
    self.replica = replica
    store = replica.store
  }

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
  }

  /// A pool that is no place for a shape.
  package struct PassedOver: Sendable, Equatable {
    package var site: String
    package var pool: String
    package var reason: Inadmissible
  }

  /// Places for a shape, the cheapest first.
  package func quotes(_ terms: BidTerms, party: String, limit: Int = 5) async throws -> Quotes {
    let (round, prices) = try store.latestPrices()
    let clock = replica.clock.market
    return try await replica.read { state in
      let now = max(clock, state.time)
      var book = state.book
      var bid = Bid()
      bid.party = party
      bid.currency = state.parties[party]?.currency ?? .hkd
      bid.terms = terms
      book.bids = OrderedMap()
      book.bids[0] = bid
      let frozen = book.freeze(
        round: state.round.number, at: now, rules: state.rules, commitments: state.commitments)
      let byPool = Dictionary(grouping: prices, by: \.pool)
      var congestion: [[Int64]] = []
      for pool in frozen.pools {
        congestion.append(Self.congestion(byPool[pool.id] ?? [], frozen.grid))
      }
      let near = terms.near?.metro
      let latencies = book.latencies
      let items =
        frozen.bids.isEmpty
        ? []
        : frozen.quotations(
          bid: 0, limit: limit, congestion: { congestion[$0][$1] },
          roundTrip: { site in near.flatMap { latencies[MarketBook.key(site, $0)] } })
      return Quotes(
        items: items, round: round, position: state.position - 1,
        nextClose: state.roundDue, passedOver: Self.passedOver(terms, book))
    }
  }

  private static func passedOver(_ terms: BidTerms, _ book: MarketBook) -> [PassedOver] {
    book.offers.values.flatMap { offer in
      offer.pools.compactMap { pool in
        guard let site = book.sites[offer.site],
          let reason = book.inadmissible(terms, site, pool, at: terms.latestEnd)
        else { return nil }
        return PassedOver(site: site.id, pool: offer.id(of: pool), reason: reason)
      }
    }
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

  /// Why a bid was filled or not, in the last round that ended with it in the book.
  package struct BidExplanation: Sendable {
    package var round: Int64
    package var reason: Explanation.Reason
    /// How far the limit is below the price, minor units of the bid's currency per GPU-hour, rounded up.
    package var short: Int64?
    package var currency: Currency
    /// The pool that `reason` speaks of, and when.
    package var pool: String?
    package var start: Int64?
    package var passedOver: [PassedOver]
  }

  /// - Returns: nil when no round has looked at the bid yet, or its frozen book is no longer kept.
  package func explanation(bid seq: Int64) throws -> BidExplanation? {
    guard let round = try store.lastRound(of: seq), let snapshot = try store.snapshot(round: round),
      let state = try? FieldCodec.decode(LedgerState.self, from: snapshot.state),
      let frozen = state.frozen, let index = frozen.bids.firstIndex(where: { $0.seq == seq })
    else { return nil }
    let (parts, commit) = try store.outcome(of: round)
    guard let commit,
      let clearing = try? frozen.clearing(
        from: parts, welfare: commit.welfare, bound: commit.bound, iterations: commit.iterations)
    else { return nil }
    let found = Explanation.explain(frozen.instance, clearing, bid: index)
    let bid = frozen.bids[index]
    let rate = frozen.rates[bid.currency] ?? Rate()
    var answer = BidExplanation(
      round: round, reason: found.reason,
      short: found.short.map { Self.minorUp($0, rate) }, currency: bid.currency,
      passedOver: Self.passedOver(bid.terms, state.book))
    switch found.reason {
    case .belowPrice(_, let option, let start), .blocked(let option, let start, _, _),
      .displaced(let option, let start):
      answer.pool = frozen.pools[frozen.instance.bids[index].options[option].pool].id
      answer.start = frozen.grid.edges[start]
    default: break
    }
    return answer
  }

  /// mHKD into minor units, rounded up.
  private static func minorUp(_ amount: Int64, _ rate: Rate) -> Int64 {
    Int64(
      clamping: dividedUp(
        Int128(amount) * Int128(rate.denominator), by: 10 * Int128(rate.numerator)))
  }
}
