import Access
import BrokerAPI
import Ledger
import LedgerStore
import Market
import Placement
import Replica
import Units

// Answers that are computed when asked.
extension Broker {
  func requestQuote(_ call: Call) async throws -> Answer {
    let body: Wire.RequestQuote = try call.body()
    let viewer = try call.viewer
    let party = try await tenant(call)
    let terms = try body.terms(party.currency, absent: Bound.price.upperBound)
    let found = try await desk.quotes(terms, party: viewer.party)
    var items: [Wire.Quote] = []
    for item in found.items {
      let quarters = (item.end - item.start) / Span.quarter
      items.append(
        Wire.Quote(
          site: item.site, pool: poolName(item.pool, in: item.site), chip: item.chip,
          start: instant(item.start), end: instant(item.end), gpus: small(item.gpus),
          roundTripMs: item.roundTrip.map(small),
          price: try await price(
            item.total, item.currency, of: item.gpus * quarters, at: item.site),
          total: money(item.total + item.fee, item.currency),
          hold: money(item.hold, item.currency), fee: money(item.fee, item.currency)))
    }
    let answer = Wire.Quotes(
      items: items, round: found.round, position: Position(clamping: found.position),
      nextClose: instant(found.nextClose))
    return .json(answer.json())
  }

  /// What an amount is per GPU-hour in the currency of a site, at the rates in force; rounded to the
  /// nearest minor unit.
  private func price(
    _ total: Int64, _ currency: Currency, of gpuQuarters: Int64, at site: String
  ) async throws -> WireMoney {
    let target = try await store.site(site)?.site.currency ?? currency
    let rates = try await store.rates(after: nil, now: now, limit: 3)
    func rate(_ currency: Currency) -> Rate {
      rates.first { $0.currency == currency }?.rate ?? Rate()
    }
    var numerator = Int128(total) * 4
    var denominator = Int128(max(1, gpuQuarters))
    if target != currency {
      let converted = Conversion.converted(numerator, from: rate(currency), to: rate(target))
      numerator = converted.numerator
      denominator *= converted.denominator
    }
    let mean = (2 * numerator + denominator) / (2 * denominator)
    return money(Int64(clamping: mean), target)
  }

  func explainBid(_ call: Call) async throws -> Answer {
    let row = try await bid(call)
    let desk = desk
    guard let found = try await apart({ try desk.explanation(bid: row.bid.seq) }) else {
      throw Problem(
        .nothingYet,
        row.isStanding
          ? "No round has ended with \(row.bid.id) in its book yet."
          : "What \(row.bid.id) met can no longer be computed, or no round has looked at it.",
        next: row.isStanding
          ? "Ask again when round \(row.round ?? 0) has ended."
          : "GET /v1/bids/\(row.bid.id) says what became of it.")
    }
    let words = BidWords(row.bid, found)
    let rules = try await store.rules()
    let pools = try await store.outcomePrices(only: found.pool)?.pools ?? []
    let places = found.passedOver.map { place in
      Wire.PlaceExplanation(
        site: place.site, pool: poolName(place.pool, in: place.site), reason: place.reason.code,
        text: place.reason.text)
    }
    let answer = Wire.Explanation(
      bid: row.bid.id, round: found.round, filled: found.reason == .filled, reason: words.code,
      text: words.text, short: found.short.map { money($0, found.currency) },
      take: words.take(chip: pools.first?.chip, feePermille: rules.feePermille).map {
        money($0, found.currency)
      },
      places: words.place.map { [$0] + places } ?? places,
      position: Position(clamping: position))
    return .json(answer.json())
  }
}

/// The reason for a bid, in words.
private struct BidWords {
  let bid: Bid
  let found: MarketDesk.BidExplanation

  init(_ bid: Bid, _ found: MarketDesk.BidExplanation) {
    self.bid = bid
    self.found = found
  }

  var code: String {
    switch found.reason {
    case .filled: "filled"
    case .noPool: "no_pool"
    case .noWindow: "no_window"
    case .largerThanPool: "larger_than_pool"
    case .soldEarlier: "sold_earlier"
    case .belowPrice: "below_price"
    case .blocked: "blocked"
    case .displaced: "displaced"
    case .notOffered: "not_offered"
    }
  }

  var text: String {
    let round = "round \(found.round)"
    switch found.reason {
    case .filled: return "Filled in \(round)."
    case .noPool:
      return "No pool on offer in \(round) fits what the bid asks for; relax what places name."
    case .noWindow:
      return "No pool in \(round) is offered that long inside the window; widen the window."
    case .largerThanPool:
      return "No fitting pool in \(round) has that many GPUs at once; ask for fewer, or split."
    case .soldEarlier:
      return "Earlier rounds sold the capacity inside the window; widen it, or try other places."
    case .belowPrice:
      let short = found.short.map { money($0, found.currency).text } ?? "some"
      return "The price in \(round) was above the limit by \(short) per GPU-hour\(at); "
        + "raise the limit, or wait for a cheaper time."
    case .blocked(_, _, let slots, let gpus):
      return "The limit was high enough, but winners of \(round) hold the GPUs\(at): up to \(gpus) "
        + "are missing in \(slots) slots. Ask for fewer, raise the limit, or widen the window."
    case .displaced:
      return "There was room in \(round)\(at), but it would have pushed out capacity that was "
        + "worth more; raise the limit."
    case .notOffered:
      return "It might have been placed in parts in \(round); the search found no better outcome. "
        + "It stays in the book."
    }
  }

  private var at: String {
    guard let pool = found.pool, let start = found.start else { return "" }
    return " at \(pool) from \(instant(start))"
  }

  var place: Wire.PlaceExplanation? {
    guard let pool = found.pool else { return nil }
    let site = String(pool.prefix { $0 != ":" })
    return Wire.PlaceExplanation(
      site: site, pool: poolName(pool, in: site), reason: code, text: text,
      from: found.start.map { instant($0) })
  }

  /// The limit with which the prices of the round would have been met: the net limit and what it
  /// lacks, with the fee on it again. Nil when it is not clear which alternative it speaks of.
  func take(chip: String?, feePermille: Int64) -> Int64? {
    guard case .belowPrice = found.reason, let short = found.short else { return nil }
    let alternatives = bid.terms.alternatives
    let those = alternatives.count == 1 ? alternatives : alternatives.filter { $0.chip == chip }
    guard those.count == 1, let alternative = those.first else { return nil }
    let all = Int128(1_000 + feePermille)
    let net = Int128(alternative.limit) * 1_000 / all
    return Int64(clamping: dividedUp((net + Int128(short)) * all, by: 1_000))
  }
}

extension Inadmissible {
  var code: String {
    switch self {
    case .chip: "chip"
    case .site: "site"
    case .jurisdiction: "jurisdiction"
    case .dataClass: "data_class"
    case .unmeasured: "unmeasured"
    case .tooFar: "too_far"
    case .reclaimable: "reclaimable"
    case .unit: "unit"
    case .exclusive: "exclusive"
    case .noRate: "no_rate"
    }
  }

  var text: String {
    switch self {
    case .chip: "It has none of the chips that the bid names."
    case .site: "The bid leaves this site out."
    case .jurisdiction: "It stands in a jurisdiction that the bid leaves out."
    case .dataClass: "The site is not certified for the data class until the end of the window."
    case .unmeasured: "The round trip from the bid's metro was not measured."
    case .tooFar: "It is further from the bid's metro than maxMs."
    case .reclaimable: "It may be taken back at a shorter notice than the bid accepts."
    case .unit: "The GPUs that must be together do not fit its nodes."
    case .exclusive: "The bid wants whole nodes, and its GPUs are no multiple of a node."
    case .noRate: "There is no rate in force for the site's currency."
    }
  }
}
