package import Placement
package import Units

/// Why a bid was filled or refused in one round, in names, times and its tenant's money: what the
/// outcome says, computed alike by everybody (clearing.md, 7).
package struct BidExplanation: Sendable, Equatable {
  package var round: Int64
  package var closedAt: Int64
  package var reason: Explanation.Reason
  package var currency: Currency
  /// How far the limit, fee included, is below the price: minor units per GPU-hour, rounded up. Not
  /// above 0: in the money. Nil when no place was for sale.
  package var short: Int64?
  /// Where `short` is least.
  package var nearest: Place?
  package var take: Take?

  /// Where a bid might have gone.
  package struct Place: Sendable, Equatable {
    package var alternative: Int
    package var pool: String
    package var site: String
    package var start: Int64
    package var end: Int64
  }

  /// The limit with which this clearing would have had more welfare with the bid in it.
  package struct Take: Sendable, Equatable {
    package var place: Place
    /// Per GPU-hour, fee included, minor units.
    package var limit: Int64
    /// How much that is above the limit that it had.
    package var more: Int64
    /// Winners that it would have pushed out, and quarter GPU-hours of theirs.
    package var winners: Int
    package var firm: Int64
    /// Others who would have had fewer extras, and quarter GPU-hours of extras lost by all.
    package var squeezed: Int
    package var extras: Int64
  }
}

extension FrozenRound {
  /// This round with an outcome of it, ready to explain each of its bids; nil when the clearing is
  /// none of this round.
  package func explanations(of clearing: Clearing) -> Explanations? {
    Explanations(instance, clearing, promised: pools.map { $0.offered.max() ?? 0 })
  }

  /// Why the bid of that index was filled or refused.
  package func explain(_ index: Int, by explanations: Explanations) -> BidExplanation {
    let found = explanations.explain(index)
    let bid = bids[index]
    var answer = BidExplanation(
      round: round, closedAt: closedAt, reason: found.reason, currency: bid.currency)
    guard let rate = rates[bid.currency] else { return answer }
    let value = Conversion.Value(
      rate: rate, feePermille: bid.moved?.feePermille ?? feePermille)
    if let nearest = found.nearest, let short = found.short {
      let place = place(index, nearest)
      answer.nearest = place
      let limit = bid.terms.alternatives[place.alternative].limit
      // What the distance costs is in both, so only the difference counts.
      let worth = value.perGPUHour(limit: limit, latencyPrice: 0, roundTrip: 0)
      answer.short =
        short > 0
        ? value.limit(worth: worth + short) - limit : -Conversion.minorDown(-short, rate)
    }
    if let take = found.take { answer.take = self.take(index, take, value) }
    return answer
  }

  private func take(
    _ index: Int, _ take: Explanation.Take, _ value: Conversion.Value
  ) -> BidExplanation.Take {
    let place = place(index, take.place)
    let limit = bids[index].terms.alternatives[place.alternative].limit
    let worth = value.perGPUHour(limit: limit, latencyPrice: 0, roundTrip: 0)
    let raised = max(limit, value.limit(worth: worth + take.raise))
    return BidExplanation.Take(
      place: place, limit: raised, more: raised - limit, winners: take.winners, firm: take.firm,
      squeezed: take.squeezed, extras: take.extras)
  }

  private func place(_ index: Int, _ place: Explanation.Place) -> BidExplanation.Place {
    let option = instance.bids[index].options[place.option]
    return BidExplanation.Place(
      alternative: option.alternative, pool: pools[option.pool].id,
      site: pools[option.pool].site, start: grid.edges[place.start], end: grid.edges[place.end])
  }
}

extension Conversion.Value {
  /// The least limit that is worth so much without any distance, fee included; minor units.
  package func limit(worth: Int64) -> Int64 {
    let net = dividedUp(
      Int128(worth) * Int128(rate.denominator), by: 10 * Int128(rate.numerator))
    return Int64(clamping: dividedUp(net * Int128(1_000 + feePermille), by: 1_000))
  }
}

extension MarketBook {
  /// When no pool is admissible: the rule that removed the last, which is the one that comes latest
  /// among the first rules that each pool fails; nil when nothing is on offer, or some pool passes.
  package func lastRule(_ terms: BidTerms) -> Inadmissible? {
    let order = Inadmissible.allCases
    var last: Int?
    for offer in offers.values {
      guard let site = sites[offer.site] else { continue }
      for pool in offer.pools {
        guard let rule = inadmissible(terms, site, pool, at: terms.latestEnd) else {
          // Only its unit is left to fail.
          return .unit
        }
        last = max(last ?? 0, order.firstIndex(of: rule) ?? 0)
      }
    }
    return last.map { order[$0] }
  }
}
