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
  /// The fee on the exact amount, so that bill and fee together stay inside an all-in limit.
  package var fee: Int64
  /// The tenant's amount in 1/2^32 of a minor unit, rounded down: what parts of a bid add up by.
  let fine: Int128
  let feePermille: Int64

  /// - Parameters:
  ///   - sum: over the cells, GPUs x quarter hours x price in minor units of the site.
  ///   - siteRate: HKD per unit of the site's currency.
  ///   - tenantRate: of the tenant's; equal rates mean that nothing is converted.
  /// - Returns: nil when an amount leaves `Bound.amount`.
  package init?(sum: Int128, siteRate: Rate, tenantRate: Rate, converts: Bool, feePermille: Int64) {
    let site = dividedUp(sum, by: 4)
    var (numerator, denominator) = (sum, Int128(1))
    if converts {
      (numerator, denominator) = Conversion.converted(sum, from: siteRate, to: tenantRate)
    }
    let tenant = dividedUp(numerator, by: 4 * denominator)
    let limit = Int128(Bound.amount.upperBound)
    guard site <= limit, tenant <= limit else { return nil }
    let (whole, rest) = numerator.quotientAndRemainder(dividingBy: 4 * denominator)
    self.site = Int64(site)
    self.tenant = Int64(tenant)
    self.feePermille = feePermille
    fee = Int64(
      (whole * Int128(feePermille) + rest * Int128(feePermille) / (4 * denominator)) / 1_000)
    fine = whole << 32 + (rest << 32) / (4 * denominator)
  }

  /// Bills of the parts of one bid, rounded together: one rounding a bid, not one a part, so that
  /// many small parts never add up to more than the bid holds. A part pays at least what it is worth
  /// in whole minor units.
  package static func together(_ parts: [(bill: Bill, converts: Bool)]) -> [Bill] {
    guard parts.count > 1 else { return parts.map(\.bill) }
    var sum: Int128 = 0
    var tenant: Int64 = 0
    var fee: Int64 = 0
    return parts.map { part in
      var bill = part.bill
      sum += bill.fine
      let tenantNow = Int64(clamping: dividedUp(sum, by: 1 << 32))
      let feeNow = Int64(clamping: sum * Int128(bill.feePermille) / (1_000 << 32))
      bill.tenant = tenantNow - tenant
      bill.fee = feeNow - fee
      if !part.converts { bill.site = bill.tenant }
      tenant = tenantNow
      fee = feeNow
      return bill
    }
  }
}
