package import Units

// A tenant's word against a site's: the records of disputes and corrections.

/// A tenant says that less was delivered on a market day than its site reported.
package struct DisputeTerms: Sendable, Equatable, Record {
  package var day: Int64 = 0
  /// GPU-ms of that day by the tenant's own reading, if it has one.
  package var delivered: Int64?
  /// SHA-256 of what it shows for it; the words themselves stay outside the log.
  package var evidence: String?
  package var lease = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("day", &day, 0...1_000_000)
    try codec.int("delivered", optional: &delivered, Bound.gpuTime)
    try codec.text("evidence", optional: &evidence, .hex64)
    try codec.text("lease", &lease, .id)
  }
}

/// More to show for one side of a dispute.
package struct EvidenceTerms: Sendable, Equatable, Record {
  /// Position of the dispute.
  package var dispute: Int64 = 0
  package var evidence = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("dispute", &dispute, Bound.position)
    try codec.text("evidence", &evidence, .hex64)
  }
}

/// How a dispute ends.
package struct DisputeDecision: Sendable, Equatable, Record {
  /// GPU-ms that were delivered on that day; nil: what the site reported stands.
  package var delivered: Int64?
  /// Position of the dispute.
  package var dispute: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("delivered", optional: &delivered, Bound.gpuTime)
    try codec.int("dispute", &dispute, Bound.position)
  }
}

/// A charge that was too high, found without a dispute.
package struct CorrectionTerms: Sendable, Equatable, Record {
  package var day: Int64 = 0
  /// GPU-ms that were delivered on that day.
  package var delivered: Int64 = 0
  package var lease = ""
  /// SHA-256 of the reason.
  package var reference = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("day", &day, 0...1_000_000)
    try codec.int("delivered", &delivered, Bound.gpuTime)
    try codec.text("lease", &lease, .id)
    try codec.text("reference", &reference, .hex64)
  }
}

/// A dispute that is open. A day that is not charged yet waits for it.
package struct Dispute: Sendable, Equatable, Record {
  /// How many pieces both sides may show.
  package static let mostEvidence = 16

  package var centre = ""
  package var day: Int64 = 0
  /// By the tenant's own reading; GPU-ms.
  package var delivered: Int64?
  /// Digests.
  package var evidence: [String] = []
  package var lease = ""
  /// Position of its entry.
  package var number: Int64 = 0
  package var openedAt: Int64 = 0
  package var order = ""
  package var party = ""

  package init() {}

  package var id: String { Self.id(number) }
  /// The id of the dispute at this position.
  package static func id(_ number: Int64) -> String { "dispute-\(number)" }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("centre", &centre, .id)
    try codec.int("day", &day, 0...1_000_000)
    try codec.int("delivered", optional: &delivered, Bound.gpuTime)
    try codec.list("evidence", &evidence, 0...Self.mostEvidence, .hex64)
    try codec.text("lease", &lease, .id)
    try codec.int("number", &number, Bound.position)
    try codec.int("openedAt", &openedAt, Bound.time)
    try codec.text("order", &order, .hex32)
    try codec.text("party", &party, .id)
  }
}

/// Disputes by the day that they are about.
package struct DisputeKey: Hashable, Comparable, Sendable {
  package var lease: LeaseKey
  package var day: Int64

  package static func < (left: DisputeKey, right: DisputeKey) -> Bool {
    (left.lease, left.day) < (right.lease, right.day)
  }
}

/// Something was shown for one side of a dispute.
package struct EvidenceAdded: Sendable, Equatable, Record {
  package var dispute: Int64 = 0
  package var evidence = ""
  /// Who showed it.
  package var party = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("dispute", &dispute, Bound.position)
    try codec.text("evidence", &evidence, .hex64)
    try codec.text("party", &party, .id)
  }
}

/// A dispute ended.
package struct DisputeDecided: Sendable, Equatable, Record {
  /// GPU-ms of the day that stand now; nil: those of the site stand.
  package var delivered: Int64?
  package var dispute: Int64 = 0
  package var lease = ""
  package var party = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("delivered", optional: &delivered, Bound.gpuTime)
    try codec.int("dispute", &dispute, Bound.position)
    try codec.text("lease", &lease, .id)
    try codec.text("party", &party, .id)
  }
}

/// What is given back of a charge. The charge itself stands as it was made; this refers to it.
package struct Correction: Sendable, Equatable, Record {
  /// Position of the entry that made the charge.
  package var charge: Int64 = 0
  package var currency: Currency = .hkd
  package var day: Int64 = 0
  /// GPU-ms that are taken off.
  package var delivered: Int64 = 0
  package var dispute: Int64?
  package var fee: Int64 = 0
  /// What the award gets back, in the tenant's currency.
  package var fund: Int64 = 0
  package var lease = ""
  package var party = ""
  /// What the centre gives back, minor units of the site's currency.
  package var site: Int64 = 0
  package var siteCurrency: Currency = .hkd
  /// What the tenant gets back without the fee, minor units of its currency.
  package var tenant: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    let amount = 0...Bound.amount.upperBound
    try codec.int("charge", &charge, Bound.position)
    try codec.choice("currency", &currency)
    try codec.int("day", &day, 0...1_000_000)
    try codec.int("delivered", &delivered, Bound.gpuTime)
    try codec.int("dispute", optional: &dispute, Bound.position)
    try codec.int("fee", &fee, amount)
    try codec.int("fund", unlessZero: &fund, Bound.amount)
    try codec.text("lease", &lease, .id)
    try codec.text("party", &party, .id)
    try codec.int("site", &site, amount)
    try codec.choice("siteCurrency", &siteCurrency)
    try codec.int("tenant", &tenant, amount)
  }
}
