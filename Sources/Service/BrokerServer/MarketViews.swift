import BrokerAPI
import Ledger
import LedgerStore
import Market
import Units

// What everybody may see of the market.
extension Broker {
  func listRounds(_ call: Call) async throws -> Answer {
    let cursor = try Cursor.number(call)
    let rows = try await store.rounds(before: cursor, limit: call.rows)
    guard cursor == nil, let open = openRound(after: rows.first) else {
      return call.page(rows) {
        [String($0.round)]
      } item: {
        $0.wire
      }
    }
    // The open round stands first, and takes one place.
    let limit = call.arguments.limit - 1
    let shown = rows.prefix(limit)
    let last = shown.last?.round ?? open.round
    let next = rows.count > limit ? Cursor.make(call.route.id, [String(last)]) : nil
    return .page([open] + shown.map(\.wire), next: next)
  }

  func showRound(_ call: Call) async throws -> Answer {
    let number = call.arguments.integer("n") ?? -1
    if let row = try await store.round(number) { return .json(row.wire.json()) }
    let last = try await store.rounds(before: nil, limit: 1).first
    guard let open = openRound(after: last), open.round == number else {
      throw Problem(.notFound, "There is no round \(number) yet.")
    }
    return .json(open.json())
  }

  /// The round that takes bids; nil while one is closed. How many bids it has is sealed until its
  /// close.
  private func openRound(after last: RoundRow?) -> Wire.Round? {
    guard last?.state != "closed" else { return nil }
    return Wire.Round(
      round: (last?.round ?? 0) + 1, state: .open, bids: 0, winners: 0,
      position: Position(clamping: last?.position ?? 0))
  }

  private func outcome(_ call: Call) async throws -> OutcomePrices {
    let only = call.arguments.text("pool")
    let round = call.arguments.integer("round").map { Int64($0) }
    guard let outcome = try await store.outcomePrices(upTo: round, only: only) else {
      throw Problem(
        .nothingYet, "No round up to that one has ended with an outcome yet.",
        next: "Ask again after the next round; /v1/offers has the asks.")
    }
    guard only == nil || !outcome.pools.isEmpty else {
      throw Problem(
        .notFound, "Round \(outcome.round) had no pool \(only ?? "").",
        next: "Ask without pool to see all; an id is site:pool.")
    }
    return outcome
  }

  func marketPrices(_ call: Call) async throws -> Answer {
    let outcome = try await outcome(call)
    let pools = outcome.pools.map { pool in
      var runs: [Wire.PriceRun] = []
      for run in pool.prices.runs {
        let ask = money(run.ask, pool.prices.currency)
        let price = money(run.price, pool.prices.currency)
        if let last = runs.last, last.to == instant(run.from), last.ask == ask,
          last.price == price
        {
          runs[runs.count - 1].to = instant(run.to)
        } else {
          runs.append(
            Wire.PriceRun(from: instant(run.from), to: instant(run.to), ask: ask, price: price))
        }
      }
      return Wire.PoolPrices(
        pool: pool.prices.pool, site: pool.site, chip: pool.chip, runs: runs)
    }
    let body = Wire.MarketPrices(
      round: outcome.round, endedAt: instant(outcome.ended), pools: pools,
      position: Position(clamping: outcome.position))
    return .json(body.json())
  }

  func marketBook(_ call: Call) async throws -> Answer {
    let outcome = try await outcome(call)
    let pools = outcome.pools.map { pool in
      var days: [(day: Int64, offered: Int64, free: Int64)] = []
      for run in pool.prices.runs {
        var from = run.from
        while from < run.to {
          let day = MarketCalendar.day(of: from)
          let to = min(run.to, MarketCalendar.start(ofDay: day + 1))
          if days.last?.day != day { days.append((day, 0, 0)) }
          days[days.count - 1].offered += run.offered * (to - from)
          days[days.count - 1].free += run.free * (to - from)
          from = to
        }
      }
      return Wire.PoolBook(
        pool: pool.prices.pool, site: pool.site, chip: pool.chip,
        days: days.map { day in
          Wire.BookDay(
            day: instant(MarketCalendar.start(ofDay: day.day)),
            offered: GPUSeconds(clamping: day.offered),
            committed: GPUSeconds(clamping: day.offered - day.free),
            free: GPUSeconds(clamping: day.free))
        })
    }
    let body = Wire.MarketBook(
      round: outcome.round, pools: pools, position: Position(clamping: outcome.position))
    return .json(body.json())
  }
}

extension RoundRow {
  var wire: Wire.Round {
    let hasOutcome = state == "ended"
    return Wire.Round(
      round: round, state: hasOutcome ? .ended : state == "void" ? .void : .closed,
      closedAt: instant(closed), endedAt: ended.map { instant($0) }, bids: small(bids),
      winners: small(winners ?? 0),
      welfare: hasOutcome ? welfare.map { hkd(dividedDown(Int128($0), by: 40)) } : nil,
      bound: hasOutcome ? bound.map { hkd(dividedUp(Int128($0), by: 40)) } : nil,
      gapPermille: hasOutcome ? gap : nil, iterations: hasOutcome ? iterations : nil,
      position: Position(clamping: position))
  }

  /// A cent is 40 mHKD x quarter GPU-hours: 10 mHKD, four quarters an hour.
  private func hkd(_ minor: Int128) -> WireMoney { money(Int64(clamping: minor), .hkd) }

  /// How far the welfare is below the bound, permille, rounded up.
  private var gap: Int? {
    guard let welfare, let bound else { return nil }
    guard bound > 0 else { return 0 }
    let missing = Int128(max(0, bound - welfare))
    return Int(clamping: Int64(clamping: dividedUp(missing * 1_000, by: Int128(bound))))
  }
}
