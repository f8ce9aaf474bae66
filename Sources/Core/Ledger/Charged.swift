package import Leases
package import Units

/// One market day that was charged, while it may still be disputed or corrected.
package struct ChargedDay: Sendable, Equatable, Record {
  /// How long; ms.
  package static let life: Int64 = 7 * Span.day

  /// When it was charged; ms.
  package var at: Int64 = 0
  package var day: Int64 = 0
  /// GPU-ms that stand.
  package var delivered: Int64 = 0
  /// A day is disputed once.
  package var disputed = false
  package var fee: Int64 = 0
  package var forgone: Int64 = 0
  /// What an award paid, minor units of the tenant's currency.
  package var fund: Int64 = 0
  /// Position of the entry that charged it.
  package var number: Int64 = 0
  /// What the centre received and keeps, minor units of the site's currency.
  package var site: Int64 = 0
  /// What the tenant paid without the fee, minor units of its currency.
  package var tenant: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    let amount = 0...Bound.amount.upperBound
    try codec.int("at", &at, Bound.time)
    try codec.int("day", &day, 0...1_000_000)
    try codec.int("delivered", &delivered, Bound.gpuTime)
    try codec.flag("disputed", &disputed)
    try codec.int("fee", &fee, amount)
    try codec.int("forgone", &forgone, Bound.gpuTime)
    try codec.int("fund", unlessZero: &fund, Bound.amount)
    try codec.int("number", &number, Bound.position)
    try codec.int("site", &site, amount)
    try codec.int("tenant", &tenant, amount)
  }
}

/// What was charged for a lease in the last days. It outlives the lease: money may be disputed for
/// seven days, and the site may say that it has closed a lease that is settled already.
package struct ChargedLease: Sendable, Equatable, Record {
  /// Owner of the account of the award that paid a share.
  package var award: String?
  package var centre = ""
  /// The site has said that it is closed.
  package var closed = false
  package var currency: Currency = .hkd
  /// Ascending.
  package var days: [ChargedDay] = []
  package var endedAt: Int64?
  package var lease = ""
  package var party = ""
  package var pool = ""
  package var project: String?
  /// It has left the live state.
  package var settled = false
  package var site = ""
  package var siteCurrency: Currency = .hkd
  package var siteRate = Rate()
  package var tenantRate = Rate()

  package init() {}

  package init(_ lease: Lease, project: String?) {
    self.project = project
    award = lease.award
    centre = lease.centre
    currency = lease.currency
    self.lease = lease.id
    party = lease.party
    pool = lease.pool
    site = lease.site
    siteCurrency = lease.siteCurrency
    siteRate = lease.siteRate
    tenantRate = lease.tenantRate
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("award", optional: &award, .id)
    try codec.text("centre", &centre, .id)
    try codec.flag("closed", &closed)
    try codec.choice("currency", &currency)
    try codec.list("days", &days, 0...1_024)
    try codec.int("endedAt", optional: &endedAt, Bound.time)
    try codec.text("lease", &lease, .id)
    try codec.text("party", &party, .id)
    try codec.text("pool", &pool, .id)
    try codec.text("project", optional: &project, .id)
    try codec.flag("settled", &settled)
    try codec.text("site", &site, .id)
    try codec.choice("siteCurrency", &siteCurrency)
    try codec.record("siteRate", &siteRate)
    try codec.record("tenantRate", &tenantRate)
  }

  /// Keeps a charge.
  package mutating func add(_ charge: Charge, at time: Int64, number: Int64, disputed: Bool) {
    var day = ChargedDay()
    day.at = time
    day.day = charge.day
    day.delivered = charge.delivered
    day.disputed = disputed
    day.fee = charge.fee
    day.forgone = charge.forgone
    day.fund = charge.fund
    day.number = number
    day.site = charge.site
    day.tenant = charge.tenant
    days.append(day)
  }
}
