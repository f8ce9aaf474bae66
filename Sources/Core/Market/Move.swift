package import Units

/// Why a lease loses its place before its end (clearing.md, 10).
package enum LossCause: String, Sendable, CaseIterable {
  /// Capacity of a reclaimable class, taken back with its notice.
  case reclaimed
  /// Firm capacity, or a notice too short: the centre pays damages.
  case breach
  /// Nobody's fault, declared by two persons.
  case loss
  /// The evidence by which its site held the tenant's class of data was cut short: nobody's fault, from
  /// version 5 of the rules on.
  case evidence
}

/// What is left of a lease that lost its place, as a bid: the rest of its time, paid with the money
/// that it had set aside, at no higher cost to its tenant than it had.
package struct Move: Sendable, Equatable, Record {
  /// GPUs x quarter hours x price of the firm hours that were lost, in the site's currency.
  package var billed: Int64 = 0
  package var cause: LossCause = .reclaimed
  /// Who lost it.
  package var centre = ""
  /// What that centre, at fault, has set aside for a place that is dearer; minor units of the site's
  /// currency.
  package var cover: Int64 = 0
  /// The fee is not more than it was.
  package var feePermille: Int64 = 0
  package var lease = ""
  /// From when on it had no place; ms.
  package var lostAt: Int64 = 0
  /// Where it was.
  package var pool = ""
  /// Of the site that lost it.
  package var siteCurrency: Currency = .hkd
  /// Rates of the trade.
  package var siteRate = Rate()
  package var tenantRate = Rate()

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("billed", &billed, 0...Int64.max)
    try codec.choice("cause", &cause)
    try codec.text("centre", &centre, .id)
    try codec.int("cover", &cover, 0...Bound.amount.upperBound)
    try codec.int("feePermille", &feePermille, 0...500)
    try codec.text("lease", &lease, .id)
    try codec.int("lostAt", &lostAt, Bound.time)
    try codec.text("pool", &pool, .id)
    try codec.choice("siteCurrency", &siteCurrency)
    try codec.record("siteRate", &siteRate)
    try codec.record("tenantRate", &tenantRate)
  }

  /// What the lost hours cost on average, at today's rate of the tenant's currency: mHKD per
  /// GPU-hour, rounded down.
  func value(gpuQuarters: Int64, _ rate: Rate) -> Int64 {
    guard gpuQuarters > 0 else { return 0 }
    if siteRate == tenantRate {
      return Int64(
        clamping: 10 * Int128(billed) * Int128(rate.numerator)
          / (Int128(gpuQuarters) * Int128(rate.denominator)))
    }
    // In 1/2^16 of a minor unit of the tenant's, so that nothing leaves 128 bits.
    let mean = (Int128(billed) << 16) / Int128(gpuQuarters)
    let own =
      mean * Int128(siteRate.numerator) * Int128(tenantRate.denominator)
      / (Int128(siteRate.denominator) * Int128(tenantRate.numerator))
    return Int64(
      clamping: 10 * own * Int128(rate.numerator) / (Int128(rate.denominator) << 16))
  }
}

extension Move {
  /// What one mHKD a GPU-hour more than `value` could cost, fee included, in minor units of the
  /// tenant's currency: asks are rounded up and values down, so that without it the very same price
  /// elsewhere would be out of reach. 0 when nothing is rounded.
  package func slack(gpuQuarters: Int64, _ rate: Rate) -> Int64 {
    let unit = Int128(gpuQuarters) * Int128(rate.denominator)
    let exact =
      siteRate == tenantRate && unit > 0
      && (10 * Int128(billed) * Int128(rate.numerator)).isMultiple(of: unit)
    guard !exact else { return 0 }
    let amount = dividedUp(unit, by: 40 * Int128(rate.numerator))
    return Int64(clamping: amount * Int128(1_000 + feePermille) / 1_000 + 2)
  }

  /// What so much a GPU-hour, mHKD, comes to at most, fee included; minor units of the tenant's
  /// currency.
  package func most(gpuQuarters: Int64, at value: Int64, _ rate: Rate) -> Int64 {
    let amount = dividedUp(
      Int128(gpuQuarters) * Int128(value) * Int128(rate.denominator),
      by: 40 * Int128(rate.numerator))
    return Int64(clamping: amount * Int128(1_000 + feePermille) / 1_000)
  }
}

/// What a pool may offer at most after capacity was taken back or lost: taken-back GPUs are not
/// offered again for those hours, dearer.
package struct CapacityCap: Sendable, Equatable, Record {
  package var pool = ""
  /// Ascending, not overlapping.
  package var spans: [Span] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("pool", &pool, .id)
    try codec.list("spans", &spans, 0...Int(Bound.quarters.upperBound))
  }

  /// GPUs for a time.
  package struct Span: Sendable, Equatable, Record {
    package var from: Int64 = 0
    package var gpus: Int64 = 0
    package var to: Int64 = 0

    package init() {}

    package init(from: Int64, to: Int64, gpus: Int64) {
      self.from = from
      self.to = to
      self.gpus = gpus
    }

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("from", &from, Bound.time)
      try codec.int("gpus", &gpus, 0...Int64.max)
      try codec.int("to", &to, Bound.time)
    }
  }

  /// The cap at a moment; nil when there is none.
  package func gpus(at time: Int64) -> Int64? {
    spans.first { $0.from <= time && time < $0.to }?.gpus
  }

  /// Sets caps of a stretch, in order, in the place of those that stand there.
  package mutating func set(_ new: [Span]) {
    guard let first = new.first, let last = new.last else { return }
    var kept: [Span] = []
    for span in spans {
      if span.from < first.from {
        kept.append(Span(from: span.from, to: min(span.to, first.from), gpus: span.gpus))
      }
      if span.to > last.to {
        kept.append(Span(from: max(span.from, last.to), to: span.to, gpus: span.gpus))
      }
    }
    spans = (kept + new).sorted { $0.from < $1.from }
  }

  /// Lowers what is offered in the slots of a grid.
  func lower(_ offered: inout [Int64], unit: Int64, _ grid: Grid) {
    for span in spans {
      var slot = grid.slotsEnded(by: span.from)
      while slot < grid.count, grid.edges[slot] < span.to {
        offered[slot] = min(offered[slot], span.gpus / unit * unit)
        slot += 1
      }
    }
  }
}
