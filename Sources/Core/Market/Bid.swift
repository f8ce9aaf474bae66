package import Placement
package import Units

/// What a tenant wants, as it was sent.
package struct BidTerms: Sendable, Equatable, Record {
  /// At most one of them is filled.
  package var alternatives: [Alternative] = []
  /// An award that pays a share.
  package var award: String?
  /// Class of the data that it works on; only certified sites.
  package var dataClass: String?
  /// It starts no earlier than this; ms.
  package var earliest: Int64 = 0
  /// Whole nodes, nobody else on them.
  package var exclusive = false
  /// What may be done with the rest of its lease when that loses its place; nil: it begins when it
  /// would have, whole, or not at all.
  package var ifDisplaced: Displacement?
  package var kind: Instance.Kind = .block
  /// It has ended by then; ms.
  package var latestEnd: Int64 = 0
  package var near: Nearness?
  /// The least notice of reclaim that is accepted, ms; nil: none, only firm capacity.
  package var notice: Int64?
  /// The part of the tenant whose budget it also counts against.
  package var project: String?
  /// GPUs that must be on one node.
  package var together: Int64 = 1
  package var whereabouts = Whereabouts()

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("alternatives", &alternatives, 1...8)
    try codec.text("award", optional: &award, .id)
    try codec.text("dataClass", optional: &dataClass, .id)
    try codec.int("earliest", &earliest, Bound.time)
    try codec.flag("exclusive", &exclusive)
    try codec.record("ifDisplaced", optional: &ifDisplaced)
    try codec.choice("kind", &kind)
    try codec.int("latestEnd", &latestEnd, Bound.time)
    try codec.record("near", optional: &near)
    try codec.int("notice", optional: &notice, shortestReclaimNotice...Span.week)
    try codec.text("project", optional: &project, .id)
    try codec.int("together", &together, 1...1_024)
    try codec.record("whereabouts", &whereabouts)
  }

  /// One shape that would do.
  package struct Alternative: Sendable, Equatable, Record {
    package var chip = ""
    /// GPUs (elastic: the most).
    package var gpus: Int64 = 1
    /// GPUs of the firm base of an elastic bid; equal to `gpus` for the other kinds.
    package var least: Int64 = 1
    /// Highest price per GPU-hour, fee included; minor units of the tenant's currency.
    package var limit: Int64 = 0
    /// Length in quarter hours.
    package var quarters: Int64 = 1

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.text("chip", &chip, .id)
      try codec.int("gpus", &gpus, Bound.gpus)
      try codec.int("least", &least, 0...Bound.gpus.upperBound)
      try codec.int("limit", &limit, Bound.price)
      try codec.int("quarters", &quarters, Bound.quarters)
    }
  }

  /// From where, what a millisecond costs, and how far at most.
  package struct Nearness: Sendable, Equatable, Record {
    package var maximum: Int64?
    package var metro = ""
    /// Minor units per GPU-hour and ms; a disutility, not a payment.
    package var price: Int64 = 0

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("maximum", optional: &maximum, Bound.roundTrip)
      try codec.text("metro", &metro, .id)
      try codec.int("price", &price, 0...100_000)
    }
  }

  /// Where it may run. Empty lists allow everything.
  package struct Whereabouts: Sendable, Equatable, Record {
    package var jurisdictions: [Jurisdiction] = []
    package var notSites: [String] = []
    package var sites: [String] = []

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.elements("jurisdictions", &jurisdictions, 0...3, .hk) {
        codec, value throws(CodecError) in
        try codec.choice(&value)
      }
      try codec.list("notSites", &notSites, 0...32, .id)
      try codec.list("sites", &sites, 0...32, .id)
    }
  }

  /// What is held when the bid is placed (clearing.md, 3): the largest of the alternatives, rounded
  /// up; nil when it passes `Bound.hold`.
  package func hold(windowQuarters: Int64) -> Int64? {
    var largest: Int64 = 0
    for alternative in alternatives {
      let extras = alternative.gpus - alternative.least
      let gpuQuarters =
        Int128(alternative.least) * Int128(alternative.quarters)
        + Int128(extras) * Int128(min(alternative.quarters, windowQuarters))
      let amount = dividedUp(gpuQuarters * Int128(alternative.limit), by: 4)
      guard amount <= Int128(Bound.hold.upperBound) else { return nil }
      largest = max(largest, Int64(amount))
    }
    return max(largest, 1)
  }
}

/// A bid in the book.
package struct Bid: Sendable, Equatable, Record {
  /// Cancelled while its round was closed: it leaves the book when the round ends without a fill.
  package var cancelled = false
  package var currency: Currency = .hkd
  /// Set when it is what is left of a lease that lost its place.
  package var moved: Move?
  /// Id of its command: random, so that nobody guesses the event of another's order.
  package var order = ""
  package var party = ""
  package var placedAt: Int64 = 0
  package var principal = ""
  /// Position of its entry.
  package var seq: Int64 = 0
  /// What an award pays beside the tenant. It comes with the award.
  package var subsidy: SubsidyTerms?
  package var terms = BidTerms()

  package init() {}

  package var id: String { Self.id(seq) }
  package var hold: String { "hold-\(seq)" }
  /// The id of what the centre at fault set aside for it.
  package var coverHold: String { "cover-\(seq)" }
  /// What its award has set aside.
  package var fundHold: String { "fund-\(seq)" }
  /// The id of the bid at this position.
  package static func id(_ seq: Int64) -> String { "bid-\(seq)" }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.flag("cancelled", &cancelled)
    try codec.choice("currency", &currency)
    try codec.record("moved", optional: &moved)
    try codec.text("order", &order, .hex32)
    try codec.text("party", &party, .id)
    try codec.int("placedAt", &placedAt, Bound.time)
    try codec.text("principal", &principal, .id)
    try codec.int("seq", &seq, Bound.position)
    try codec.record("subsidy", optional: &subsidy)
    try codec.record("terms", &terms)
  }
}
