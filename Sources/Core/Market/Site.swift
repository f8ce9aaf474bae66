package import Units

/// The law that a site stands under.
package enum Jurisdiction: String, Sendable, CaseIterable {
  /// Mainland China.
  case cn
  /// Hong Kong.
  case hk
  /// Macau.
  case mo
}

/// One deliverable place of a centre, in one jurisdiction and currency.
package struct Site: Sendable, Equatable, Record {
  /// The party that owns it and is paid.
  package var centre = ""
  package var currency: Currency = .hkd
  package var id = ""
  package var jurisdiction: Jurisdiction = .hk
  /// Where it stands, for latencies: `hk`, `shenzhen`.
  package var metro = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("centre", &centre, .id)
    try codec.choice("currency", &currency)
    try codec.text("id", &id, .id)
    try codec.choice("jurisdiction", &jurisdiction)
    try codec.text("metro", &metro, .id)
  }
}

/// Evidence that a site may hold a class of data, until a time.
package struct Certificate: Sendable, Equatable, Record {
  package var dataClass = ""
  /// What it rests on. From version 4 of the rules on; nil when nothing was filed.
  package var filing: Filing?
  package var site = ""
  package var until: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("dataClass", &dataClass, .id)
    try codec.record("filing", optional: &filing)
    try codec.text("site", &site, .id)
    try codec.int("until", &until, Bound.time)
  }

  /// Where an authority has the evidence.
  package struct Filing: Sendable, Equatable, Record {
    /// When it was filed.
    package var filed: Int64 = 0
    /// The authority's number, in the letters of an id.
    package var number = ""

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("filed", &filed, Bound.time)
      try codec.text("number", &number, .id)
    }
  }
}

/// A measured round trip from a metro to a site, whole ms, rounded up.
package struct Latency: Sendable, Equatable, Record {
  package var metro = ""
  package var roundTrip: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("metro", &metro, .id)
    try codec.int("roundTrip", &roundTrip, Bound.roundTrip)
  }
}

/// The whole schedule of what a site gives to the market, leased capacity included.
package struct Offer: Sendable, Equatable, Record {
  /// Rises with each new schedule of the site.
  package var generation: Int64 = 0
  package var pools: [Pool] = []
  /// After this time nothing may be sold by this schedule.
  package var sellUntil: Int64 = 0
  package var site = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("generation", &generation, Bound.position)
    try codec.list("pools", &pools, 0...64)
    try codec.int("sellUntil", &sellUntil, Bound.time)
    try codec.text("site", &site, .id)
  }

  /// One chip in one fabric at one site, of one class.
  package struct Pool: Sendable, Equatable, Record {
    package var chip = ""
    /// What may be used together, for people: `ib-a`.
    package var fabric = ""
    /// What one tenant may have of it; nil: anything.
    package var limits: Limits?
    /// Name within the site.
    package var name = ""
    /// GPUs of one node: what an exclusive bid takes whole.
    package var node: Int64 = 8
    /// Notice with which capacity may be taken back, ms; nil: never.
    package var reclaim: Int64?
    /// Ascending, not overlapping.
    package var spans: [Span] = []
    /// GPUs guaranteed together on one node; amounts are multiples of it.
    package var unit: Int64 = 1

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.text("chip", &chip, .id)
      try codec.text("fabric", &fabric, .id)
      try codec.record("limits", optional: &limits)
      try codec.text("name", &name, .id)
      try codec.int("node", &node, 1...1_024)
      try codec.int("reclaim", optional: &reclaim, 0...Units.Span.week)
      try codec.list("spans", &spans, 0...1_024)
      try codec.int("unit", &unit, 1...1_024)
    }
  }

  /// GPUs at a lowest price for a time.
  package struct Span: Sendable, Equatable, Record {
    /// Lowest price per GPU-hour, minor units of the site's currency.
    package var ask: Int64 = 0
    package var from: Int64 = 0
    package var gpus: Int64 = 1
    package var to: Int64 = 0

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("ask", &ask, Bound.price)
      try codec.int("from", &from, Bound.time)
      try codec.int("gpus", &gpus, Bound.gpus)
      try codec.int("to", &to, Bound.time)
    }
  }

  /// The pool's id in the whole market: `site:name`.
  package func id(of pool: Pool) -> String { "\(site):\(pool.name)" }
}

/// The shortest notice of a reclaimable pool (decisions.md, 35).
package let shortestReclaimNotice: Int64 = 5 * Span.minute
