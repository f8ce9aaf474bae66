package import Units

// What the subsidy scheme keeps.

/// A call for applications.
package struct Call: Sendable, Equatable, Record {
  package var closed = false
  package var currency: Currency = .hkd
  package var fund = ""
  /// Position of its entry.
  package var seq: Int64 = 0
  package var terms = CallTerms()

  package init() {}

  package var id: String { "call-\(seq)" }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.flag("closed", &closed)
    try codec.choice("currency", &currency)
    try codec.text("fund", &fund, .id)
    try codec.int("seq", &seq, Bound.position)
    try codec.record("terms", &terms)
  }
}

/// A score and who gave it.
package struct Score: Sendable, Equatable, Record {
  package var by = ""
  package var terms = ScoreTerms()

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("by", &by, .id)
    try codec.record("terms", &terms)
  }
}

/// An application that is not decided yet.
package struct Application: Sendable, Equatable, Record {
  package var party = ""
  package var scores: [Score] = []
  package var seq: Int64 = 0
  package var terms = ApplicationTerms()

  package init() {}

  package var id: String { "application-\(seq)" }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("party", &party, .id)
    try codec.list("scores", &scores, 0...64)
    try codec.int("seq", &seq, Bound.position)
    try codec.record("terms", &terms)
  }
}

/// What became of an application.
package struct Decision: Sendable, Equatable, Record {
  /// Set when it was granted.
  package var award: String?
  package var by = ""
  package var terms = DecisionTerms()

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("award", optional: &award, .id)
    try codec.text("by", &by, .id)
    try codec.record("terms", &terms)
  }
}

/// What a fund granted a tenant. Its money lies on an account of its own, so that always
/// amount = paid + held + left + returned.
package struct Award: Sendable, Equatable, Record {
  /// The usual share of the ask at most; above it only as an exception.
  package static let usualPermille: Int64 = 700
  /// GPU-hours of one award.
  package static let hours: ClosedRange<Int64> = 1...10_000_000_000
  private static let prefix = "award-"

  package var amount: Int64 = 0
  package var application: Int64 = 0
  package var call: Int64 = 0
  package var chips: [String] = []
  /// Of what was paid, so much came back from the tenant.
  package var clawed: Int64 = 0
  package var contract = ""
  package var currency: Currency = .hkd
  /// GPU-ms that it paid a share of.
  package var delivered: Int64 = 0
  /// Nothing more may be drawn.
  package var ended = false
  package var from: Int64 = 0
  package var fund = ""
  package var gpuHours: Int64 = 0
  /// Version of the list prices.
  package var list: Int64 = 1
  /// Of what is left, so much waits for the progress report.
  package var locked: Int64 = 0
  package var paid: Int64 = 0
  package var party = ""
  package var permille: Int64 = 0
  /// Digest of the progress report.
  package var report: String?
  /// What was left and went back to the fund.
  package var returned: Int64 = 0
  package var seq: Int64 = 0
  package var sites: [String] = []
  /// GPU-ms of its open bids and leases, and what others of it were delivered.
  package var taken: Int64 = 0
  package var until: Int64 = 0
  /// GPU-ms that clusters counted.
  package var used: Int64 = 0

  package init() {}

  package var id: String { Self.prefix + String(seq) }
  package var account: String { "\(id):\(currency.suffix)" }
  /// Half of what was granted; a progress report is due halfway through its time.
  package var reportDue: Int64 { from + (until - from) / 2 }

  /// The position in the id of an award; nil for any other text.
  package static func seq(of id: String) -> Int64? {
    guard id.hasPrefix(prefix), let seq = Int64(id.dropFirst(prefix.utf8.count)),
      seq >= 0, id == prefix + String(seq)
    else { return nil }
    return seq
  }

  /// Whether a name could be that of an award or its account.
  package static func isReserved(_ name: String) -> Bool { name.hasPrefix(prefix) }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    let amounts = 0...Bound.amount.upperBound
    let times = 0...Int64.max
    try codec.int("amount", &amount, amounts)
    try codec.int("application", &application, Bound.position)
    try codec.int("call", &call, Bound.position)
    try codec.list("chips", &chips, 0...8, .id)
    try codec.int("clawed", &clawed, amounts)
    try codec.text("contract", &contract, .hex64)
    try codec.choice("currency", &currency)
    try codec.int("delivered", &delivered, times)
    try codec.flag("ended", &ended)
    try codec.int("from", &from, Bound.time)
    try codec.text("fund", &fund, .id)
    try codec.int("gpuHours", &gpuHours, 0...Self.hours.upperBound)
    try codec.int("list", &list, 1...Bound.position.upperBound)
    try codec.int("locked", &locked, amounts)
    try codec.int("paid", &paid, amounts)
    try codec.text("party", &party, .id)
    try codec.int("permille", &permille, 0...900)
    try codec.text("report", optional: &report, .hex64)
    try codec.int("returned", &returned, amounts)
    try codec.int("seq", &seq, Bound.position)
    try codec.list("sites", &sites, 0...32, .id)
    try codec.int("taken", &taken, times)
    try codec.int("until", &until, Bound.time)
    try codec.int("used", &used, times)
  }
}

/// The live state of the subsidy scheme.
package struct Scheme: Sendable, Record {
  /// Not decided yet; by position.
  package var applications = OrderedMap<Int64, Application>()
  package var awards = OrderedMap<Int64, Award>()
  package var calls = OrderedMap<Int64, Call>()
  /// By digest.
  package var contracts = OrderedMap<String, SubsidisedContract>()
  /// By currency and version.
  package var lists = OrderedMap<String, PriceList>()
  /// By both sides, the smaller first.
  package var relations = OrderedMap<String, Relation>()

  package init() {}

  static func key(_ currency: Currency, _ version: Int64) -> String {
    "\(currency.suffix)/\(version)"
  }

  static func key(_ relation: Relation) -> String {
    "\(min(relation.one, relation.other))/\(max(relation.one, relation.other))"
  }

  /// The newest list prices in a currency.
  func newest(_ currency: Currency) -> PriceList? {
    lists.values.filter { $0.currency == currency }.max { $0.version < $1.version }
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    let many = 0...Int(Int32.max)
    var applicationList = applications.values
    try codec.list("applications", &applicationList, many)
    var awardList = awards.values
    try codec.list("awards", &awardList, many)
    var callList = calls.values
    try codec.list("calls", &callList, many)
    var contractList = contracts.values
    try codec.list("contracts", &contractList, many)
    var listList = lists.values
    try codec.list("lists", &listList, many)
    var relationList = relations.values
    try codec.list("relations", &relationList, many)
    guard codec.isReading else { return }
    for item in applicationList { applications[item.seq] = item }
    for item in awardList { awards[item.seq] = item }
    for item in callList { calls[item.seq] = item }
    for item in contractList { contracts[item.contract] = item }
    for item in listList { lists[Self.key(item.currency, item.version)] = item }
    for item in relationList { relations[Self.key(item)] = item }
  }
}
