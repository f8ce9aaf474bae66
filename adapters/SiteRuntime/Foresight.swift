package import BrokerAPI

/// What a plan would have sold under prices that the market has seen. Integers; hours of the market.
package struct Foresight: Sendable {
  package var plan: OfferPlan
  package var site: String
  package var currency: Wire.CurrencyCode
  package var days: Int
  package var now: Int64
  /// What a breach costs, of the price.
  package var damagesPermille: Int64

  package init(
    plan: OfferPlan, site: String, currency: Wire.CurrencyCode, days: Int, now: Int64,
    damagesPermille: Int64
  ) {
    self.plan = plan
    self.site = site
    self.currency = currency
    self.days = days
    self.now = now
    self.damagesPermille = damagesPermille
  }

  /// One pool of ours.
  package struct Estimate: Sendable, Hashable, Codable {
    package var pool: String
    package var chip: String
    package var offeredGPUHours: Int64
    /// In hours in which the chip was dear elsewhere: more of it would have been bought.
    package var atLeastGPUHours: Int64
    package var atLeastIncome: WireMoney
    /// In all hours in which the price elsewhere reached our ask.
    package var atMostGPUHours: Int64
    package var atMostIncome: WireMoney
    /// If all that could have been sold were sold and nothing of it delivered.
    package var worstPenalty: WireMoney
    /// Hours for which some other pool had a price.
    package var hoursWithPrice: Int64

    /// For a person.
    package var lines: [String] {
      guard hoursWithPrice > 0 else {
        return [
          "\(pool)  \(offeredGPUHours) GPU-hours of \(chip) offered; no other pool sold \(chip) in"
            + " \(worstPenalty.currency.rawValue), so there is no price to go by"
        ]
      }
      return [
        "\(pool)  \(offeredGPUHours) GPU-hours of \(chip) offered; prices known for"
          + " \(hoursWithPrice) h",
        "  sold at least  \(atLeastGPUHours) GPU-hours, \(atLeastIncome.text)   (hours in which"
          + " others were sold out)",
        "  sold at most   \(atMostGPUHours) GPU-hours, \(atMostIncome.text)   (hours in which the"
          + " price reached our ask)",
        "  worst penalty  \(worstPenalty.text) if all of that were sold and none delivered; where"
          + " leases move to dearer places, what those cost more comes on top",
      ]
    }
  }

  private static let hour: Int64 = 3_600_000
  private static let week: Int64 = 168 * 3_600_000

  /// `history` ascends by round. An hour has the price that the last round before it gave to it.
  package func estimates(_ history: [Wire.MarketPrices]) -> [Estimate] {
    plan.pools.map { pool in
      var estimate = Estimate(
        pool: pool.pool, chip: pool.chip, offeredGPUHours: 0, atLeastGPUHours: 0,
        atLeastIncome: money(0), atMostGPUHours: 0, atMostIncome: money(0), worstPenalty: money(0),
        hoursWithPrice: 0)
      let end = now - now % Self.hour
      var time = end - Int64(days) * 24 * Self.hour
      while time < end {
        count(time, pool, history, &estimate)
        time += Self.hour
      }
      estimate.worstPenalty = money(estimate.atMostIncome.minor / 1_000 * damagesPermille)
      return estimate
    }
  }

  private func money(_ minor: Int64) -> WireMoney { WireMoney(currency, minor: minor) }

  private func count(
    _ time: Int64, _ pool: SiteOffer.Pool, _ history: [Wire.MarketPrices],
    _ estimate: inout Estimate
  ) {
    // The same hour of a coming week, in which today's plan says what we would offer.
    let ahead = time + (now - time + Self.week - 1) / Self.week * Self.week
    guard let span = pool.spans.first(where: { $0.from <= ahead && ahead < $0.to }) else { return }
    estimate.offeredGPUHours += span.gpus
    let seen = prices(of: pool.chip, at: time, history)
    guard !seen.isEmpty else { return }
    estimate.hoursWithPrice += 1
    if let best = seen.map(\.price).max(), best >= span.ask {
      estimate.atMostGPUHours += span.gpus
      estimate.atMostIncome = money(estimate.atMostIncome.minor + span.gpus * best)
    }
    // We would have been the cheaper one, so the price is no more than theirs.
    if seen.contains(where: { $0.price > $0.ask && $0.price >= span.ask }) {
      estimate.atLeastGPUHours += span.gpus
      estimate.atLeastIncome = money(estimate.atLeastIncome.minor + span.gpus * span.ask)
    }
  }

  private func prices(
    of chip: String, at time: Int64, _ history: [Wire.MarketPrices]
  ) -> [(price: Int64, ask: Int64)] {
    for round in history.reversed() where round.endedAt.milliseconds <= time {
      let seen = round.pools.filter { $0.chip == chip && $0.site != site }
        .compactMap { pool -> (price: Int64, ask: Int64)? in
          let run = pool.runs.first { $0.from.milliseconds <= time && time < $0.to.milliseconds }
          guard let run, run.price.currency == currency else { return nil }
          return (run.price.minor, run.ask.minor)
        }
      if !seen.isEmpty { return seen }
    }
    return []
  }
}
