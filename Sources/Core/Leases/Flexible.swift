package import Accounts
package import Units

/// What may still be sold to an elastic lease, hour by hour, and the money for it (clearing.md, 1).
package struct Flexible: Sendable, Equatable, Record {
  /// What the site's distance costs the tenant, minor units per GPU-hour: as it was at the trade.
  package var distance: Int64 = 0
  /// What is set aside for extras.
  package var held: Int64 = 0
  /// Highest price per GPU-hour, fee included; minor units of the tenant's currency.
  package var limit: Int64 = 0
  /// GPUs beyond the firm part, at most.
  package var room: Int64 = 0
  /// Rises each time the pending is replaced; part of its id.
  package var series: Int64 = 0
  /// Up to here it is decided what is sold.
  package var soldThrough: Int64 = 0
  /// The tenant is bound to its extras until then.
  package var until: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("distance", &distance, 0...1_000_000_000)
    try codec.int("held", &held, 0...Bound.amount.upperBound)
    try codec.int("limit", &limit, Bound.price)
    try codec.int("room", &room, 0...Bound.gpus.upperBound)
    try codec.int("series", &series, 0...1_000_000)
    try codec.int("soldThrough", &soldThrough, Bound.time)
    try codec.int("until", &until, Bound.time)
  }

  /// What should be set aside: all the room at the limit, for the window or what is left of the
  /// time, whichever is shorter; rounded up (clearing.md, 3).
  package func needed(windowQuarters: Int64) -> Int64 {
    let quarters = min(windowQuarters, max(0, until - soldThrough) / Span.quarter)
    let amount = dividedUp(Int128(room) * Int128(quarters) * Int128(limit), by: 4)
    return Int64(min(amount, Int128(Bound.amount.upperBound)))
  }

  /// How many quarter hours of all the room what is set aside pays for.
  package var coveredQuarters: Int64 {
    let hourly = Int128(room) * Int128(limit)
    return hourly > 0 ? Int64(clamping: 4 * Int128(held) / hourly) : Bound.quarters.upperBound
  }
}

/// Extras sold to a running lease in one round, and what they cost it at most.
package struct ExtrasSale: Sendable, Equatable, Record {
  /// GPUs x quarter hours x price, exact.
  package var billed: Int64 = 0
  /// The round was void: the extras of the hour before at its price.
  package var carried = false
  package var fee: Int64 = 0
  package var lease = ""
  package var order = ""
  package var party = ""
  package var round: Int64 = 0
  package var runs: [PriceRun] = []
  /// What the centre receives at most, minor units of the site's currency.
  package var site: Int64 = 0
  /// What the tenant pays at most without the fee.
  package var tenant: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("billed", &billed, 0...Int64.max)
    try codec.flag("carried", &carried)
    try codec.int("fee", &fee, 0...Bound.amount.upperBound)
    try codec.text("lease", &lease, .id)
    try codec.text("order", &order, .hex32)
    try codec.text("party", &party, .id)
    try codec.int("round", &round, Bound.position)
    try codec.list("runs", &runs, 0...4_096)
    try codec.int("site", &site, 0...Bound.amount.upperBound)
    try codec.int("tenant", &tenant, 0...Bound.amount.upperBound)
  }

  package var gpuQuarters: Int64 {
    runs.reduce(0) { $0 + $1.gpus * (($1.to - $1.from) / Span.quarter) }
  }
}

/// Extras that a lease loses as their GPUs are taken back: from a time on it has these instead. What
/// they cost is not charged.
package struct ExtrasCut: Sendable, Equatable, Record {
  /// What is taken off each amount of the lease.
  package var billed: Int64 = 0
  package var fee: Int64 = 0
  package var from: Int64 = 0
  package var lease = ""
  package var order = ""
  package var party = ""
  package var runs: [PriceRun] = []
  package var site: Int64 = 0
  package var tenant: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    let amount = 0...Bound.amount.upperBound
    try codec.int("billed", &billed, 0...Int64.max)
    try codec.int("fee", &fee, amount)
    try codec.int("from", &from, Bound.time)
    try codec.text("lease", &lease, .id)
    try codec.text("order", &order, .hex32)
    try codec.text("party", &party, .id)
    try codec.list("runs", &runs, 0...Int(Bound.quarters.upperBound))
    try codec.int("site", &site, amount)
    try codec.int("tenant", &tenant, amount)
  }
}

extension PriceRun {
  /// GPUs x quarter hours x price of those parts of runs that lie before a time.
  package static func billed(_ runs: [PriceRun], before time: Int64) -> Int64 {
    runs.reduce(0) { sum, run in
      sum + run.gpus * run.price * (max(0, min(run.to, time) - run.from) / Span.quarter)
    }
  }

  /// GPUs x quarter hours x what an award pays of the price.
  package static func shared(_ runs: [PriceRun]) -> Int64 {
    runs.reduce(0) { $0 + $1.gpus * $1.share * (($1.to - $1.from) / Span.quarter) }
  }

  /// Those parts of runs that lie before a time.
  package static func clipped(_ runs: [PriceRun], before time: Int64) -> [PriceRun] {
    runs.filter { $0.from < time }.map {
      PriceRun(
        from: $0.from, to: min($0.to, time), gpus: $0.gpus, price: $0.price,
        share: $0.share)
    }
  }

  /// Adds a run at the end, joined with the last when that ends where it begins and is like it.
  package static func append(_ run: PriceRun, to runs: inout [PriceRun]) {
    if let last = runs.last, last.to == run.from, last.gpus == run.gpus, last.price == run.price,
      last.share == run.share
    {
      runs[runs.count - 1].to = run.to
    } else {
      runs.append(run)
    }
  }
}

/// How many GPUs a lease has for a time, at whatever price.
package struct LeaseStep: Sendable, Equatable {
  package var from: Int64
  package var to: Int64
  package var gpus: Int64
}

extension Lease {
  /// The extras that it has in the slot before this time, and their price; nil when it has none.
  package func extra(before time: Int64) -> PriceRun? { Self.run(extras, at: time - 1) }

  /// Takes extras that were sold to it; who has given the lease back pays them all the same.
  package mutating func take(_ sale: ExtrasSale) {
    for run in sale.runs {
      PriceRun.append(run, to: &extras)
      if let endedAt, endedAt <= run.from {
        forgo(run, from: run.from, day: MarketCalendar.day(of: run.from))
      }
    }
    money.billed += sale.billed
    money.tenantHeld += sale.tenant
    money.siteHeld += sale.site
    money.feeHeld += sale.fee
  }

  /// Gives up extras whose GPUs were taken back.
  package mutating func take(_ cut: ExtrasCut) {
    extras = PriceRun.clipped(extras, before: cut.from)
    for run in cut.runs { PriceRun.append(run, to: &extras) }
    money.billed -= cut.billed
    money.tenantHeld -= cut.tenant
    money.siteHeld -= cut.site
    money.feeHeld -= cut.fee
  }

  /// GPUs over time, both layers together.
  package var steps: [LeaseStep] {
    var edges: [Int64] = []
    for run in runs + extras { edges += [run.from, run.to] }
    edges.sort()
    var steps: [LeaseStep] = []
    for (from, to) in zip(edges, edges.dropFirst()) where from < to {
      let gpus = gpus(at: from)
      guard gpus > 0 else { continue }
      if let last = steps.last, last.to == from, last.gpus == gpus {
        steps[steps.count - 1].to = to
      } else {
        steps.append(LeaseStep(from: from, to: to, gpus: gpus))
      }
    }
    return steps
  }

  /// Up to when something was sold to it that begins before this time; readings that go so far are
  /// complete.
  func lastSold(before time: Int64) -> Int64 {
    let firm = runs.last { $0.from < time }.map { min($0.to, time) } ?? 0
    let extra = extras.last { $0.from < time }.map { min($0.to, time) } ?? 0
    return max(firm, extra)
  }

  /// When nothing can be charged for it any more: its end, or when the tenant, who gave it back, is
  /// no longer bound to its extras.
  package var closesAt: Int64 { max(end, flexible?.until ?? 0) }

  /// The id of the pending for extras of this series.
  package var extrasPending: String { "extra.\(id).\(flexible?.series ?? 0)" }

  /// Gives up what is set aside for extras.
  package mutating func releaseExtras() -> [AccountBook.Step] {
    guard let held = flexible?.held, held > 0 else { return [] }
    let steps = [AccountBook.Step.void(id: extrasPending, subject: id)]
    flexible?.held = 0
    return steps
  }

  /// Sets this much aside for extras instead of what is.
  package mutating func holdExtras(_ amount: Int64) -> [AccountBook.Step] {
    guard let held = flexible?.held, held != amount else { return [] }
    var steps = releaseExtras()
    guard amount > 0 else { return steps }
    flexible?.series += 1
    flexible?.held = amount
    steps.append(
      .hold(
        id: extrasPending, debit: Account.id(party, currency),
        credit: Account.id(SystemAccount.clearing.rawValue, currency), amount: amount,
        reason: .hold, subject: id))
    return steps
  }

  /// Sets its money aside anew around a change of its extras: what they cost more comes out of what
  /// is set aside for extras, what they cost less goes there, as far as it is needed.
  /// - Parameter freed: what the change frees; below 0: what it takes.
  package mutating func exchangeExtras(
    windowQuarters: Int64, freed: Int64, _ change: (inout Lease) -> Void
  ) -> [AccountBook.Step] {
    let held = flexible?.held ?? 0
    var steps = releaseExtras() + releaseSteps()
    change(&self)
    steps += holdSteps()
    let needed = flexible?.needed(windowQuarters: windowQuarters) ?? 0
    return steps + holdExtras(min(needed, held + freed))
  }

  /// Gives up what is set aside for what was sold, under the ids of the present series; `holdSteps`
  /// sets it aside again under the next.
  package mutating func releaseSteps() -> [AccountBook.Step] {
    var steps: [AccountBook.Step] = []
    if money.tenantHeld > 0 { steps.append(.void(id: tenantPending, subject: id)) }
    if converts, money.siteHeld > 0 { steps.append(.void(id: sitePending, subject: id)) }
    if money.fundHeld > 0 { steps.append(.void(id: fundPending, subject: id)) }
    if money.feeHeld > 0 { steps.append(.void(id: feePending, subject: id)) }
    money.series += 1
    return steps
  }
}
