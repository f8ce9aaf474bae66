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
    if let wait = quotes.take(try call.viewer.principal) {
      throw Turned(
        problem: Problem(
          .tooManyRequests, "\(quotes.perMinute) quotes in a minute are what one may ask for.",
          next: "Wait \(wait) seconds; a bid is answered at once."),
        headers: [(.retryAfter, String(wait))])
    }
    // No round is due, and nobody could bid by what it says.
    if let freezeWords { throw Refusal.marketFrozen.problem(at: position, more: freezeWords) }
    let party = try await tenant(call)
    let terms = try body.terms(party.currency, absent: 0)
    let found: MarketDesk.Quotes
    do {
      found = try await desk.quotes(terms, for: party.id, party.currency)
    } catch let refusal as Refusal {
      throw refusal.problem(at: position)
    }
    let items = found.items.map { item in
      Wire.Quote(
        site: item.site, pool: poolName(item.pool, in: item.site), chip: item.chip,
        start: instant(item.start), end: instant(item.end), gpus: small(item.gpus),
        roundTripMs: item.roundTrip.map(small),
        price: item.spare.map { money($0.price, item.currency) },
        total: item.spare.map { money($0.total + $0.fee, item.currency) },
        fee: item.spare.map { money($0.fee, item.currency) },
        fund: found.setAside == nil ? nil : item.spare.map { money($0.fund, item.currency) },
        take: item.take.map { money($0, item.currency) },
        limit: money(item.limit, item.currency), hold: money(item.hold, item.currency))
    }
    let answer = Wire.Quotes(
      items: items, round: found.round, position: Position(clamping: found.position),
      nextClose: instant(found.nextClose),
      record: found.record.map { record in
        Wire.QuoteRecord(
          limit: record.limit.map { money($0, party.currency) }, filled: record.filled,
          rounds: record.rounds)
      }, reliance: Wire.QuoteReliance(bids: found.atTake, filled: found.filledAtTake),
      fundHold: found.setAside.map { money($0, party.currency) })
    return .json(answer.json())
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
    let told = found.explanation
    let words = BidWords(told, lastRule: found.lastRule)
    let answer = Wire.Explanation(
      bid: row.bid.id, round: told.round, closedAt: instant(told.closedAt),
      filled: told.reason == .filled, reason: words.code,
      rule: found.lastRule?.code, text: words.text,
      short: told.short.map { money($0, told.currency) },
      nearest: told.nearest.map(Self.wire), take: told.take.map { Self.wire($0, told.currency) },
      places: found.passedOver.map { place in
        Wire.PlaceExplanation(
          site: place.site, pool: poolName(place.pool, in: place.site),
          reason: place.reason.code, text: place.reason.text)
      }, position: Position(clamping: position))
    return .json(answer.json())
  }

  private static func wire(_ place: BidExplanation.Place) -> Wire.NearestPlace {
    Wire.NearestPlace(
      site: place.site, pool: poolName(place.pool, in: place.site), start: instant(place.start),
      end: instant(place.end))
  }

  private static func wire(
    _ take: BidExplanation.Take, _ currency: Currency
  ) -> Wire.TakeTerms {
    Wire.TakeTerms(
      limit: money(take.limit, currency), more: money(take.more, currency),
      alternative: take.place.alternative, at: wire(take.place), winners: take.winners,
      winnersTime: GPUSeconds(clamping: take.firm * Span.quarter), others: take.squeezed,
      extrasTime: GPUSeconds(clamping: take.extras * Span.quarter))
  }
}

/// The reason for a bid, in words.
private struct BidWords {
  let told: BidExplanation
  let lastRule: Inadmissible?

  init(_ told: BidExplanation, lastRule: Inadmissible?) {
    self.told = told
    self.lastRule = lastRule
  }

  private var isTooFar: Bool { lastRule == .unmeasured || lastRule == .tooFar }

  var code: String {
    switch told.reason {
    case .filled: "filled"
    case .noPool: isTooFar ? "latency" : lastRule == .fxHeadroom ? "fx_headroom" : "no_pool"
    case .noWindow: "no_window"
    case .largerThanPool: "larger_than_pool"
    case .soldEarlier: "sold_earlier"
    case .belowPrice: "below_price"
    case .hysteresis: "hysteresis"
    case .blocked: "blocked"
    case .displaced: "displaced"
    case .notOffered: "not_offered"
    }
  }

  var text: String {
    let round = "round \(told.round)"
    switch told.reason {
    case .filled: return "Filled in \(round)."
    case .noPool: return noPool
    case .noWindow:
      return "No pool in \(round) has a stretch of that length inside the window; widen the window."
    case .largerThanPool:
      return "No fitting pool in \(round) promises that many GPUs at once; ask for fewer, or split."
    case .soldEarlier:
      return "Sold before you came: leases of earlier rounds hold the capacity inside the window, "
        + "and they are never pushed out. Widen the window, or try other places."
    case .belowPrice:
      let short = told.short.map { money($0, told.currency).text } ?? "some"
      return "The price in \(round) was above the limit by \(short) per GPU-hour\(nearest); "
        + "raise the limit, or wait for a cheaper time."
    case .hysteresis:
      return "The limit was high enough, but by less than it costs to move those who hold the GPUs"
        + "\(taken); raise the limit."
    case .blocked(let slots, let quarters, let gpus):
      return "The limit was high enough, but winners of \(round) hold the GPUs\(taken): up to "
        + "\(gpus) are missing in \(slots) \(slots == 1 ? "slot" : "slots"), "
        + "\(hours(quarters)) hours. Ask for fewer, raise the limit, or widen the window."
    case .displaced:
      return "There was room in \(round)\(taken), but it would have pushed out extras that were "
        + "worth more\(others); raise the limit."
    case .notOffered:
      return "It might have been placed in \(round); the search found no better outcome. It stays "
        + "in the book."
    }
  }

  private var noPool: String {
    guard let lastRule else {
      return "No pool was on offer in round \(told.round); wait until sites offer again."
    }
    return "No pool on offer in round \(told.round) fits what the bid asks for. What ruled out the "
      + "last: \(lastRule.text) Relax that, or wait for other offers."
  }

  private var others: String {
    guard let take = told.take else { return "" }
    return ": \(hours(take.extras)) GPU-hours of \(take.squeezed)"
  }

  private var nearest: String { told.nearest.map(at) ?? "" }
  private var taken: String { told.take.map { at($0.place) } ?? nearest }

  private func at(_ place: BidExplanation.Place) -> String {
    " at \(place.pool) from \(instant(place.start))"
  }

  /// Quarter hours as hours with as many digits as it takes.
  private func hours(_ quarters: Int64) -> String {
    let rest = ["", ".25", ".5", ".75"][Int(quarters % 4)]
    return "\(quarters / 4)\(rest)"
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
    case .tooShort: "too_short"
    case .tooLong: "too_long"
    case .tooMany: "too_many"
    case .noRate: "no_rate"
    case .fxHeadroom: "fx_headroom"
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
    case .unit:
      "The GPUs that are wanted, or that must be together, are no whole number of its units."
    case .exclusive: "The bid wants whole nodes, and its GPUs are no multiple of a node."
    case .tooShort: "The centre sells no lease this short here: ask for longer."
    case .tooLong: "The centre sells no lease this long here: ask for less time."
    case .tooMany:
      "It would give this tenant more GPUs at one time than the centre lets one tenant have here."
    case .noRate: "There is no rate in force for the site's currency."
    case .fxHeadroom:
      "The market converts no more into the site's currency until the platform has bought some."
    }
  }
}
