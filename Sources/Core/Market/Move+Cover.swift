package import Units

// What a centre at fault pays so that its tenant may go to a dearer place (clearing.md, 10.3).
extension Move {
  /// What is covered, in minor units of the tenant's currency at these rates, rounded down; 0 when a
  /// rate is lacking.
  package func covered(_ currency: Currency, _ rates: OrderedMap<Currency, Rate>) -> Int64 {
    guard cover > 0, currency != siteCurrency else { return cover }
    guard let from = rates[siteCurrency], let to = rates[currency] else { return 0 }
    let (amount, unit) = Conversion.converted(Int128(cover), from: from, to: to)
    return Int64(clamping: amount / unit)
  }

  /// What the centre pays of its cover for so much of the tenant's currency, rounded up: never more
  /// than the cover for no more than `covered`.
  package func paid(
    for amount: Int64, _ currency: Currency, _ rates: OrderedMap<Currency, Rate>
  ) -> Int64 {
    guard currency != siteCurrency else { return amount }
    guard let from = rates[currency], let to = rates[siteCurrency] else { return 0 }
    let (own, unit) = Conversion.converted(Int128(amount), from: from, to: to)
    return Int64(clamping: dividedUp(own, by: unit))
  }

  /// By how much a GPU-hour may cost more than it did, as the centre covers it and its fee: mHKD,
  /// rounded down.
  func raise(
    gpuQuarters: Int64, _ currency: Currency, _ rates: OrderedMap<Currency, Rate>
  ) -> Int64 {
    guard gpuQuarters > 0, cover > 0, let rate = rates[currency] else { return 0 }
    let amount = Int128(covered(currency, rates)) * 40_000 * Int128(rate.numerator)
    let unit = Int128(gpuQuarters) * Int128(rate.denominator) * Int128(1_000 + feePermille)
    return Int64(clamping: amount / unit)
  }

  /// What the lost hours cost the tenant, fee included, in minor units of its currency, rounded up:
  /// it pays no more for them elsewhere.
  package func own(_ currency: Currency) -> Int64 {
    let bill = Bill(
      sum: Int128(billed), siteRate: siteRate, tenantRate: tenantRate,
      converts: currency != siteCurrency, feePermille: feePermille)
    return bill.map { $0.tenant + $0.fee } ?? 0
  }

  /// What a place at this limit could cost more than the lost hours did, fee included; minor units of
  /// the tenant's currency.
  package func excess(gpuQuarters: Int64, limit: Int64, _ currency: Currency) -> Int64 {
    let most = dividedUp(Int128(gpuQuarters) * Int128(limit), by: 4)
    return Int64(clamping: max(0, most - Int128(own(currency))))
  }
}
