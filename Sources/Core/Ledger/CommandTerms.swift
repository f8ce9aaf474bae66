package import Leases
package import Market
package import Units

// What commands say, one record a kind that has no record of its own elsewhere. A kind's fields never
// change; a change is a new version of the kind (decisions.md, 9).

/// A principal to be added; its id is its entry's position.
package struct NewPrincipal: Sendable, Equatable, Record {
  package var party = ""
  package var roles: [Role] = []
  package var site: String?

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("party", &party, .id)
    try codec.elements("roles", &roles, 1...6, .trader) { codec, value throws(CodecError) in
      try codec.choice(&value)
    }
    try codec.text("site", optional: &site, .id)
  }
}

/// Round trips to one site.
package struct LatencyReport: Sendable, Equatable, Record {
  package var items: [Latency] = []
  package var site = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("items", &items, 1...256)
    try codec.text("site", &site, .id)
  }
}

/// A deposit or payout, with the digest of the bank's reference.
package struct BankTransfer: Sendable, Equatable, Record {
  package var account = ""
  package var amount: Int64 = 1
  /// The month that it settles, if it settles one.
  package var month: Int64?
  package var reference = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("account", &account, .id)
    try codec.int("amount", &amount, Bound.amount)
    try codec.int("month", optional: &month, MarketCalendar.months)
    try codec.text("reference", &reference, .hex64)
  }
}

/// How far below zero an account may go.
package struct CreditLimit: Sendable, Equatable, Record {
  package var account = ""
  package var amount: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("account", &account, .id)
    try codec.int("amount", &amount, 0...Bound.amount.upperBound)
  }
}

/// The end of a site's offer.
package struct OfferWithdrawal: Sendable, Equatable, Record {
  package var generation: Int64 = 0
  package var site = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("generation", &generation, Bound.position)
    try codec.text("site", &site, .id)
  }
}

/// Capacity that a site takes back, or has lost: so many GPUs of a pool for a time.
package struct ReclaimTerms: Sendable, Equatable, Record {
  package var from: Int64 = 0
  package var gpus: Int64 = 1
  /// Name within the site.
  package var pool = ""
  package var site = ""
  package var to: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("from", &from, Bound.time)
    try codec.int("gpus", &gpus, Bound.gpus)
    try codec.text("pool", &pool, .id)
    try codec.text("site", &site, .id)
    try codec.int("to", &to, Bound.time)
  }
}

/// A number that names an object: the position of a bid or proposal, a round, an epoch, a version.
package struct Numbered: Sendable, Equatable, Record {
  package var number: Int64 = 0

  package init() {}
  package init(_ number: Int64) { self.number = number }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("number", &number, Bound.position)
  }
}

/// One part of an outcome.
package struct OutcomePartTerms: Sendable, Equatable, Record {
  /// From 0.
  package var index: Int64 = 0
  package var of: Int64 = 1
  package var part = OutcomePart()
  package var round: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("index", &index, 0...511)
    try codec.int("of", &of, 1...512)
    try codec.record("part", &part)
    try codec.int("round", &round, Bound.position)
  }
}

/// The end of an outcome: what it claims.
package struct OutcomeCommit: Sendable, Equatable, Record {
  package var bound: Int64 = 0
  package var iterations: Int64 = 0
  package var of: Int64 = 1
  package var round: Int64 = 0
  /// mHKD x quarter GPU-hours.
  package var welfare: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("bound", &bound, Int64.min...Int64.max)
    try codec.int("iterations", &iterations, Int64.min...Int64.max)
    try codec.int("of", &of, 1...512)
    try codec.int("round", &round, Bound.position)
    try codec.int("welfare", &welfare, Int64.min...Int64.max)
  }
}

/// What a site says of a lease.
package struct LeaseReport: Sendable, Equatable, Record {
  package var lease = ""
  /// What the site's system shows of it.
  package var observed: Observation?
  package var phase: Lease.Phase = .ordered

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("lease", &lease, .id)
    try codec.record("observed", optional: &observed)
    try codec.choice("phase", &phase)
  }
}

/// Names a lease.
package struct LeaseName: Sendable, Equatable, Record {
  package var lease = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("lease", &lease, .id)
  }
}

/// The readings of one site.
package struct ReadingReport: Sendable, Equatable, Record {
  package var readings: [Reading] = []
  package var site = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("readings", &readings, 1...500)
    try codec.text("site", &site, .id)
  }
}

/// One lease and market day to be charged.
package struct SettleTerms: Sendable, Equatable, Record {
  package var day: Int64 = 0
  package var lease = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("day", &day, 0...1_000_000)
    try codec.text("lease", &lease, .id)
  }
}

/// The Merkle root of the events from one position to another, both included, and the state hash of
/// the last close of a round among them.
package struct SealTerms: Sendable, Equatable, Record {
  package var events = ""
  package var from: Int64 = 0
  package var state: String?
  package var to: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("events", &events, .hex64)
    try codec.int("from", &from, Bound.position)
    try codec.text("state", optional: &state, .hex64)
    try codec.int("to", &to, Bound.position)
  }
}

/// A kind of GPU that offers and bids may name.
package struct Chip: Sendable, Equatable, Record {
  package var chip = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("chip", &chip, .id)
  }
}
