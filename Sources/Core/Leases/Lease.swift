package import Units

/// GPUs held for a tenant at a price, for a time.
package struct PriceRun: Sendable, Equatable, Record {
  package var from: Int64 = 0
  package var gpus: Int64 = 1
  /// Minor units of the site's currency per GPU-hour.
  package var price: Int64 = 0
  /// What of the price an award pays.
  package var share: Int64 = 0
  package var to: Int64 = 0

  package init() {}

  package init(from: Int64, to: Int64, gpus: Int64, price: Int64, share: Int64 = 0) {
    self.from = from
    self.to = to
    self.gpus = gpus
    self.price = price
    self.share = share
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("from", &from, Bound.time)
    try codec.int("gpus", &gpus, Bound.gpus)
    try codec.int("price", &price, 0...Int64.max / 4)
    try codec.int("share", unlessZero: &share, 1...Int64.max / 4)
    try codec.int("to", &to, Bound.time)
  }
}

/// The right to use capacity, and its life: ordered at the trade, prepared and opened by the site,
/// metered, charged by the day, closed when all is settled.
package struct Lease: Sendable, Equatable, Record {
  /// What the site last said about it.
  package enum Phase: String, Sendable, CaseIterable {
    case ordered
    case prepared
    case open
    case closed
    case failed

    /// A site reports forward only; `failed` may be followed by another try.
    package func mayBecome(_ next: Phase) -> Bool {
      switch (self, next) {
      case (_, .ordered), (.closed, _): false
      case (.open, .prepared): false
      default: self != next
      }
    }
  }

  package var accruals: [Accrual] = []
  /// Index of the alternative of its bid.
  package var alternative = 0
  /// The award that pays a share.
  package var award: String?
  package var bid: Int64 = 0
  package var centre = ""
  package var chip = ""
  /// Of the tenant.
  package var currency: Currency = .hkd
  package var delivered: Int64 = 0
  /// When it ended before its time: the tenant gave it back and the rest was charged (take or pay),
  /// or it lost its place and the rest is not.
  package var endedAt: Int64?
  /// What a centre paid towards it, as it lost the place that the tenant had before; nil without.
  package var excess: Excess?
  package var exclusive = false
  /// What was sold to it beyond the firm part, hour by hour; ascending.
  package var extras: [PriceRun] = []
  package var feePermille: Int64 = 0
  /// What may still be sold to it; nil when nothing may.
  package var flexible: Flexible?
  package var id = ""
  package var money = LeaseMoney()
  /// The next market day to be charged.
  package var nextDay: Int64 = 0
  package var order = ""
  package var party = ""
  package var phase: Phase = .ordered
  package var pool = ""
  /// The notice with which its capacity may be taken back, as it was at the trade, ms; nil: never.
  package var reclaim: Int64?
  /// Readings were accepted up to here.
  package var readThrough: Int64 = 0
  /// The firm part; empty for an elastic lease without a base.
  package var runs: [PriceRun] = []
  package var site = ""
  package var siteCurrency: Currency = .hkd
  package var siteRate = Rate()
  package var tenantRate = Rate()
  package var trade = ""
  package var used: Int64 = 0

  package init() {}

  /// When it begins; ms. Where all was taken back before its time: when it would have.
  package var start: Int64 {
    guard let first = runs.first ?? extras.first else { return readThrough }
    return min(first.from, extras.first?.from ?? first.from)
  }
  /// When what was traded ends; ms.
  package var tradedEnd: Int64 {
    max(runs.last?.to ?? 0, extras.last?.to ?? 0, flexible?.until ?? 0)
  }
  /// When it ends: as traded, or earlier if it was given back or lost; ms.
  package var end: Int64 { endedAt ?? tradedEnd }
  /// The tenant pays in another currency than the site is paid in.
  package var converts: Bool { currency != siteCurrency }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("accruals", &accruals, 0...1_024)
    try codec.int("alternative", &alternative, 0...7)
    try codec.text("award", optional: &award, .id)
    try codec.int("bid", &bid, Bound.position)
    try codec.text("centre", &centre, .id)
    try codec.text("chip", &chip, .id)
    try codec.choice("currency", &currency)
    try codec.int("delivered", &delivered, Bound.gpuTime)
    try codec.int("endedAt", optional: &endedAt, Bound.time)
    try codec.record("excess", optional: &excess)
    try codec.flag("exclusive", &exclusive)
    try codec.list("extras", &extras, 0...Int(Bound.quarters.upperBound))
    try codec.int("feePermille", &feePermille, 0...500)
    try codec.record("flexible", optional: &flexible)
    try codec.text("id", &id, .id)
    try codec.record("money", &money)
    try codec.int("nextDay", &nextDay, 0...1_000_000)
    try codec.text("order", &order, .hex32)
    try codec.text("party", &party, .id)
    try codec.choice("phase", &phase)
    try codec.text("pool", &pool, .id)
    try codec.int("readThrough", &readThrough, Bound.time)
    try codec.int("reclaim", optional: &reclaim, 0...Units.Span.week)
    try codec.list("runs", &runs, 0...4_096)
    try codec.text("site", &site, .id)
    try codec.choice("siteCurrency", &siteCurrency)
    try codec.record("siteRate", &siteRate)
    try codec.record("tenantRate", &tenantRate)
    try codec.text("trade", &trade, .id)
    try codec.int("used", &used, Bound.gpuTime)
  }
}

/// The money of a lease: what is set aside in each of its legs, and what was paid.
package struct LeaseMoney: Sendable, Equatable, Record {
  /// GPUs x quarter hours x price of all that was sold to it: exact, in the site's currency.
  package var billed: Int64 = 0
  package var feeHeld: Int64 = 0
  package var feePaid: Int64 = 0
  /// What of the site's earnings the award pays, whole minor units of the site's currency.
  package var fundEarned: Int64 = 0
  /// What the award has set aside, and paid; in the tenant's currency.
  package var fundHeld: Int64 = 0
  package var fundPaid: Int64 = 0
  package var fundRest: Int64 = 0
  /// What has been earned by the site, in whole minor units of its currency, rounded down once.
  package var siteEarned: Int64 = 0
  package var siteHeld: Int64 = 0
  package var sitePaid: Int64 = 0
  /// What is left of the rounding: GPU-ms x price below one minor unit.
  package var siteRest: Int64 = 0
  /// Rises each time the pendings are replaced; part of their ids.
  package var series: Int64 = 1
  /// GPUs x quarter hours x share of all that was sold to it: exact, in the site's currency.
  package var shared: Int64 = 0
  package var tenantHeld: Int64 = 0
  package var tenantPaid: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    let amount = 0...Bound.amount.upperBound
    try codec.int("billed", &billed, 0...Int64.max)
    try codec.int("feeHeld", &feeHeld, amount)
    try codec.int("feePaid", &feePaid, amount)
    try codec.int("fundEarned", unlessZero: &fundEarned, 1...Int64.max)
    try codec.int("fundHeld", unlessZero: &fundHeld, Bound.amount)
    try codec.int("fundPaid", unlessZero: &fundPaid, Bound.amount)
    try codec.int("fundRest", unlessZero: &fundRest, 1...Span.hour)
    try codec.int("series", &series, 1...1_000_000)
    try codec.int("shared", unlessZero: &shared, 1...Int64.max)
    try codec.int("siteEarned", &siteEarned, 0...Int64.max)
    try codec.int("siteHeld", &siteHeld, amount)
    try codec.int("sitePaid", &sitePaid, amount)
    try codec.int("siteRest", &siteRest, 0...Span.hour)
    try codec.int("tenantHeld", &tenantHeld, amount)
    try codec.int("tenantPaid", &tenantPaid, amount)
  }
}

/// What a market day has earned so far: GPU-ms x price, as whole minor units and a rest.
package struct Accrual: Sendable, Equatable, Record {
  package var day: Int64 = 0
  package var delivered: Int64 = 0
  /// GPU-ms that were given back unused and are charged all the same.
  package var forgone: Int64 = 0
  package var rest: Int64 = 0
  /// What of it an award pays, kept likewise.
  package var shareRest: Int64 = 0
  package var shareWhole: Int64 = 0
  package var used: Int64 = 0
  package var whole: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("day", &day, 0...1_000_000)
    try codec.int("delivered", &delivered, Bound.gpuTime)
    try codec.int("forgone", &forgone, Bound.gpuTime)
    try codec.int("rest", &rest, 0...Span.hour)
    try codec.int("shareRest", unlessZero: &shareRest, 1...Span.hour)
    try codec.int("shareWhole", unlessZero: &shareWhole, 1...Int64.max)
    try codec.int("used", &used, Bound.gpuTime)
    try codec.int("whole", &whole, 0...Int64.max)
  }

  /// Adds GPU time at a price.
  package mutating func add(_ gpuTime: Int64, at price: Int64, share: Int64 = 0) {
    Self.add(gpuTime, price, &whole, &rest)
    if share > 0 { Self.add(gpuTime, share, &shareWhole, &shareRest) }
  }

  private static func add(
    _ gpuTime: Int64, _ price: Int64, _ whole: inout Int64, _ rest: inout Int64
  ) {
    let sum = Int128(gpuTime) * Int128(price) + Int128(rest)
    let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: Int128(Span.hour))
    whole += Int64(clamping: quotient)
    rest = Int64(remainder)
  }

  /// What was delivered is this and no more; at the mean price of all that the day earned.
  mutating func lower(to amount: Int64) {
    let before = Int128(delivered + forgone)
    guard before > 0 else { return }
    func scale(_ whole: inout Int64, _ rest: inout Int64) {
      let sum = Int128(whole) * Int128(Span.hour) + Int128(rest)
      let (product, over) = sum.multipliedReportingOverflow(by: Int128(amount + forgone))
      let left = over ? sum / before * Int128(amount + forgone) : product / before
      whole = Int64(clamping: left / Int128(Span.hour))
      rest = Int64(left % Int128(Span.hour))
    }
    scale(&whole, &rest)
    scale(&shareWhole, &shareRest)
    delivered = amount
  }
}
