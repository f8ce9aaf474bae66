package import Accounts
package import Units

/// What a tenant pays and a centre receives for one lease and market day.
package struct Charge: Sendable, Equatable, Record {
  package var currency: Currency = .hkd
  package var day: Int64 = 0
  package var delivered: Int64 = 0
  package var fee: Int64 = 0
  package var forgone: Int64 = 0
  /// What an award pays beside the tenant, in its currency.
  package var fund: Int64 = 0
  package var lease = ""
  /// The last one: the lease is settled and what is left of its money is free.
  package var last = false
  package var party = ""
  /// What the centre receives, minor units of the site's currency.
  package var site: Int64 = 0
  package var siteCurrency: Currency = .hkd
  /// What the tenant pays without the fee, minor units of its currency.
  package var tenant: Int64 = 0
  package var used: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.choice("currency", &currency)
    try codec.int("day", &day, 0...1_000_000)
    try codec.int("delivered", &delivered, Bound.gpuTime)
    try codec.int("fee", &fee, 0...Bound.amount.upperBound)
    try codec.int("forgone", &forgone, Bound.gpuTime)
    try codec.int("fund", unlessZero: &fund, Bound.amount)
    try codec.flag("last", &last)
    try codec.text("lease", &lease, .id)
    try codec.text("party", &party, .id)
    try codec.int("site", &site, 0...Bound.amount.upperBound)
    try codec.choice("siteCurrency", &siteCurrency)
    try codec.int("tenant", &tenant, 0...Bound.amount.upperBound)
    try codec.int("used", &used, Bound.gpuTime)
  }
}

extension Lease {
  /// The ids of the pendings of this series.
  package var tenantPending: String { "pay.\(id).\(money.series)" }
  package var sitePending: String { "fx.\(id).\(money.series)" }
  package var fundPending: String { "fund.\(id).\(money.series)" }
  package var feePending: String { "fee.\(id).\(money.series)" }

  private var tenantAccount: String { Account.id(party, currency) }
  private var centreAccount: String { Account.id(centre, siteCurrency) }
  private var feeAccount: String { Account.id(SystemAccount.fees.rawValue, currency) }

  /// Sets aside what is left of each leg, under the ids of the present series. The tenant pays the
  /// centre, or, in another currency, the exchange account that pays the centre.
  package func holdSteps() -> [AccountBook.Step] {
    var steps: [AccountBook.Step] = []
    let payee =
      converts ? Account.id(SystemAccount.fx.rawValue, currency) : centreAccount
    if money.tenantHeld > 0 {
      steps.append(
        .hold(
          id: tenantPending, debit: tenantAccount, credit: payee, amount: money.tenantHeld,
          reason: .lease, subject: id))
    }
    if let award, money.fundHeld > 0 {
      steps.append(
        .hold(
          id: fundPending, debit: Account.id(award, currency), credit: payee,
          amount: money.fundHeld, reason: .subsidy, subject: id))
    }
    if converts, money.siteHeld > 0 {
      steps.append(
        .hold(
          id: sitePending, debit: Account.id(SystemAccount.fx.rawValue, siteCurrency),
          credit: centreAccount, amount: money.siteHeld, reason: .lease, subject: id))
    }
    if money.feeHeld > 0 {
      steps.append(
        .hold(
          id: feePending, debit: tenantAccount, credit: feeAccount, amount: money.feeHeld,
          reason: .lease, subject: id))
    }
    return steps
  }

  /// When the next day of this lease may be charged: all readings are in, or it is too late for them.
  package func settleTime(grace: Int64) -> Int64 {
    let cutoff = min(closesAt, MarketCalendar.start(ofDay: nextDay + 1))
    return readThrough >= lastSold(before: min(cutoff, end)) ? cutoff : cutoff + grace
  }

  /// Charges the next day: posts what it earned from each leg and sets aside the rest again, all
  /// linked. Rounding is once over the lease's life: down for the centre, up for a tenant that pays
  /// in another currency (clearing.md, 2).
  /// - Returns: the charge, and the steps for the account book.
  package mutating func settleNextDay() -> (charge: Charge, steps: [AccountBook.Step]) {
    var charge = Charge()
    charge.lease = id
    charge.party = party
    charge.day = nextDay
    charge.currency = currency
    charge.siteCurrency = siteCurrency
    charge.last = MarketCalendar.start(ofDay: nextDay + 1) >= closesAt
    while let accrual = accruals.first, accrual.day <= nextDay || charge.last {
      money.siteEarned += accrual.whole
      money.siteRest += accrual.rest
      if money.siteRest >= Span.hour {
        money.siteRest -= Span.hour
        money.siteEarned += 1
      }
      money.fundEarned += accrual.shareWhole
      money.fundRest += accrual.shareRest
      if money.fundRest >= Span.hour {
        money.fundRest -= Span.hour
        money.fundEarned += 1
      }
      charge.delivered += accrual.delivered
      charge.forgone += accrual.forgone
      charge.used += accrual.used
      accruals.removeFirst()
    }
    split(&charge)
    let feeTotal = Int64(
      Int128(money.tenantPaid + charge.tenant) * Int128(feePermille) / 1_000)
    charge.fee = min(feeTotal - money.feePaid, money.feeHeld)

    var steps: [AccountBook.Step] = []
    if money.tenantHeld > 0 {
      steps.append(
        .settle(id: tenantPending, amount: charge.tenant, reason: .charge, subject: id))
    }
    if money.fundHeld > 0 {
      steps.append(.settle(id: fundPending, amount: charge.fund, reason: .subsidy, subject: id))
    }
    if converts, money.siteHeld > 0 {
      steps.append(.settle(id: sitePending, amount: charge.site, reason: .charge, subject: id))
    }
    if money.feeHeld > 0 {
      steps.append(.settle(id: feePending, amount: charge.fee, reason: .fee, subject: id))
    }
    money.sitePaid += charge.site
    money.siteHeld -= charge.site
    money.tenantPaid += charge.tenant
    money.tenantHeld -= charge.tenant
    money.fundPaid += charge.fund
    money.fundHeld -= charge.fund
    money.feePaid += charge.fee
    money.feeHeld -= charge.fee
    nextDay += 1
    money.series += 1
    if charge.last {
      steps += releaseExtras()
      money.siteHeld = 0
      money.tenantHeld = 0
      money.fundHeld = 0
      money.feeHeld = 0
    } else {
      steps += holdSteps()
    }
    return (charge, steps)
  }

  /// What each side pays or gets of the charge: of what is owed the award pays its share, rounded
  /// down, and the tenant the rest.
  private func split(_ charge: inout Charge) {
    charge.site = min(money.siteEarned - money.sitePaid, money.siteHeld)
    let owed =
      converts ? total - money.tenantPaid - money.fundPaid : charge.site
    charge.fund = max(0, min(fundTotal - money.fundPaid, money.fundHeld, owed))
    charge.tenant = max(0, min(owed - charge.fund, money.tenantHeld))
    if !converts { charge.site = charge.tenant + charge.fund }
  }

  /// What the award owes in all of what the site has earned.
  private var fundTotal: Int64 {
    guard converts else { return money.fundEarned }
    let amount =
      Int128(money.fundEarned) * Int128(siteRate.numerator) * Int128(tenantRate.denominator)
    let unit = Int128(siteRate.denominator) * Int128(tenantRate.numerator)
    return Int64(clamping: amount / unit)
  }

  /// What tenant and award owe in all for what the site has earned.
  private var total: Int64 {
    guard converts else { return money.siteEarned }
    let amount =
      Int128(money.siteEarned) * Int128(siteRate.numerator) * Int128(tenantRate.denominator)
    let unit = Int128(siteRate.denominator) * Int128(tenantRate.numerator)
    return Int64(clamping: dividedUp(amount, by: unit))
  }
  /// From a time on the tenant pays the award's share too: for hours that it gave back.
  /// - Returns: the steps; refused when the tenant has not so much.
  package mutating func takeOverShare(from time: Int64) -> [AccountBook.Step] {
    let shared = runs.reduce(Int128(0)) { sum, run in
      let length = max(0, run.to - max(run.from, time)) / Span.quarter
      return sum + Int128(run.gpus) * Int128(run.share) * Int128(length)
    }
    guard money.fundHeld > 0, shared > 0 else { return [] }
    var (amount, unit) = (shared, Int128(4))
    if converts {
      amount *= Int128(siteRate.numerator) * Int128(tenantRate.denominator)
      unit *= Int128(siteRate.denominator) * Int128(tenantRate.numerator)
    }
    let own = min(money.fundHeld, Int64(clamping: dividedUp(amount, by: unit)))
    var steps = releaseSteps()
    money.fundHeld -= own
    money.tenantHeld += own
    money.shared = max(0, money.shared - Int64(clamping: shared))
    steps += holdSteps()
    return steps
  }
}
