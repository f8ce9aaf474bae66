package import Units

/// Between the currencies of the parties and the clearing's own unit, mHKD (clearing.md, 2): limits
/// go down, asks and latency up, congestion back down. A unit of a currency has 100 minor units and
/// 1 HKD is 1,000 mHKD, so one minor unit of HKD is 10 mHKD.
package enum Conversion {
  /// `ceil(10 * ask * num / den)`.
  package static func askUp(_ ask: Int64, _ rate: Rate) -> Int64 {
    Int64(
      clamping: dividedUp(Int128(ask) * 10 * Int128(rate.numerator), by: Int128(rate.denominator)))
  }

  /// What a fund pays of an ask: `floor(10 * share * num / den)`.
  package static func shareDown(_ share: Int64, _ rate: Rate) -> Int64 {
    Int64(
      clamping: Int128(share) * 10 * Int128(rate.numerator) / Int128(rate.denominator))
  }

  /// mHKD back into minor units: `floor(c * den / (10 * num))`.
  package static func minorDown(_ congestion: Int64, _ rate: Rate) -> Int64 {
    Int64(
      clamping: dividedDown(
        Int128(congestion) * Int128(rate.denominator), by: 10 * Int128(rate.numerator)))
  }

  /// What a limit is worth to the solver.
  package struct Value: Sendable {
    package var rate: Rate
    package var feePermille: Int64

    package init(rate: Rate, feePermille: Int64) {
      self.rate = rate
      self.feePermille = feePermille
    }

    /// mHKD per GPU-hour: the limit without the fee, in whole minor units, converted down, less the
    /// price of the distance, converted up.
    package func perGPUHour(limit: Int64, latencyPrice: Int64, roundTrip: Int64) -> Int64 {
      let net = Int128(limit) * 1_000 / Int128(1_000 + feePermille)
      let value = dividedDown(
        net * 10 * Int128(rate.numerator), by: Int128(rate.denominator))
      let distance = dividedUp(
        Int128(latencyPrice) * Int128(roundTrip) * 10 * Int128(rate.numerator),
        by: Int128(rate.denominator))
      return Int64(clamping: value - distance)
    }
  }

  /// An amount in one currency as an exact fraction of minor units of another:
  /// `amount * to.den * from.num / (from.den * to.num)`; both rates are HKD per unit.
  package static func converted(
    _ amount: Int128, from: Rate, to: Rate
  ) -> (numerator: Int128, denominator: Int128) {
    (
      amount * Int128(from.numerator) * Int128(to.denominator),
      Int128(from.denominator) * Int128(to.numerator)
    )
  }
}

/// What one part of a fill costs, in the currencies of both sides. The sum over its cells is exact to
/// a quarter of a minor unit and rounded once, up: this is set aside; what is paid follows what was
/// delivered.
package struct Bill: Sendable, Equatable {
  /// What the centre receives at most, minor units of the site's currency.
  package var site: Int64
  /// What the tenant pays for capacity at most, minor units of its own currency.
  package var tenant: Int64
  /// What a fund pays beside the tenant, in the tenant's currency: rounded down, so that it is never
  /// more than its share.
  package var fund: Int64
  /// The fee on the tenant's exact amount, so that bill and fee together stay inside an all-in limit.
  package var fee: Int64
  /// What both pay, and what the fund pays, in 1/2^32 of a minor unit of the tenant's, rounded down:
  /// what parts of a bid add up by.
  let fine: Int128
  let fundFine: Int128
  let feePermille: Int64

  /// - Parameters:
  ///   - sum: over the cells, GPUs x quarter hours x price in minor units of the site.
  ///   - share: of that sum, what a fund pays.
  ///   - siteRate: HKD per unit of the site's currency.
  ///   - tenantRate: of the tenant's; equal rates mean that nothing is converted.
  /// - Returns: nil when an amount leaves `Bound.amount`.
  package init?(
    sum: Int128, share: Int128 = 0, siteRate: Rate, tenantRate: Rate, converts: Bool,
    feePermille: Int64
  ) {
    var (numerator, paid, unit) = (sum, share, Int128(4))
    if converts {
      let (whole, denominator) = Conversion.converted(sum, from: siteRate, to: tenantRate)
      numerator = whole
      paid = Conversion.converted(share, from: siteRate, to: tenantRate).numerator
      unit = 4 * denominator
    }
    let fund = paid / unit
    // One conversion a bid: the total goes up and the fund's part down, the rest is the tenant's.
    let tenant =
      converts ? dividedUp(numerator, by: unit) - fund : dividedUp(numerator - paid, by: unit)
    let site = converts ? dividedUp(sum, by: 4) : tenant + fund
    guard share >= 0, share <= sum, site <= Int128(Bound.amount.upperBound),
      tenant + fund <= Int128(Bound.amount.upperBound)
    else { return nil }
    self.site = Int64(site)
    self.tenant = Int64(tenant)
    self.fund = Int64(fund)
    self.feePermille = feePermille
    let (whole, rest) = (numerator - paid).quotientAndRemainder(dividingBy: unit)
    fee = Int64((whole * Int128(feePermille) + rest * Int128(feePermille) / unit) / 1_000)
    fine = Self.fine(numerator, unit)
    fundFine = Self.fine(paid, unit)
  }

  private static func fine(_ amount: Int128, _ unit: Int128) -> Int128 {
    let (whole, rest) = amount.quotientAndRemainder(dividingBy: unit)
    return whole << 32 + (rest << 32) / unit
  }

  /// Bills of the parts of one bid, rounded together: one rounding a bid, not one a part, so that
  /// many small parts never add up to more than the bid holds. A part pays at least what it is worth
  /// in whole minor units.
  package static func together(_ parts: [(bill: Bill, converts: Bool)]) -> [Bill] {
    guard parts.count > 1 else { return parts.map(\.bill) }
    let converts = parts.contains { $0.converts }
    var sum: Int128 = 0
    var share: Int128 = 0
    var tenant: Int64 = 0
    var fund: Int64 = 0
    var fee: Int64 = 0
    return parts.map { part in
      var bill = part.bill
      sum += bill.fine
      share += bill.fundFine
      let own = sum - share
      let fundNow = Int64(clamping: share >> 32)
      let tenantNow = max(
        tenant,
        converts
          ? Int64(clamping: dividedUp(sum, by: 1 << 32)) - fundNow
          : Int64(clamping: dividedUp(own, by: 1 << 32)))
      let feeNow = Int64(clamping: own * Int128(bill.feePermille) / (1_000 << 32))
      bill.tenant = tenantNow - tenant
      bill.fund = fundNow - fund
      bill.fee = feeNow - fee
      if !part.converts { bill.site = bill.tenant + bill.fund }
      tenant = tenantNow
      fund = fundNow
      fee = feeNow
      return bill
    }
  }
}
