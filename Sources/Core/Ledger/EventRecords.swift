package import Leases
package import Market
package import Units

// What entries cause, where no record of another room says it already.

/// A round was closed.
package struct RoundClosed: Sendable, Equatable, Record {
  package var bids: Int64 = 0
  /// Where the first slot begins that the round may sell.
  package var firstSlot: Int64 = 0
  package var pools: Int64 = 0
  package var round: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("bids", &bids, 0...Int64.max)
    try codec.int("firstSlot", &firstSlot, Bound.time)
    try codec.int("pools", &pools, 0...Int64.max)
    try codec.int("round", &round, Bound.position)
  }
}

/// A round ended: with an outcome, or void.
package struct RoundEnded: Sendable, Equatable, Record {
  package var bids: Int64 = 0
  package var bound: Int64 = 0
  package var closedAt: Int64 = 0
  /// GPUs x quarter hours sold.
  package var gpuQuarters: Int64 = 0
  package var iterations: Int64 = 0
  package var round: Int64 = 0
  package var void = false
  package var welfare: Int64 = 0
  package var winners: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("bids", &bids, 0...Int64.max)
    try codec.int("bound", &bound, 0...Int64.max)
    try codec.int("closedAt", &closedAt, Bound.time)
    try codec.int("gpuQuarters", &gpuQuarters, 0...Int64.max)
    try codec.int("iterations", &iterations, 0...Int64.max)
    try codec.int("round", &round, Bound.position)
    try codec.flag("void", &void)
    try codec.int("welfare", &welfare, 0...Int64.max)
    try codec.int("winners", &winners, 0...Int64.max)
  }
}

/// The price of one pool in one round, as runs of equal price.
package struct PoolPrices: Sendable, Equatable, Record {
  package var currency: Currency = .hkd
  package var pool = ""
  package var round: Int64 = 0
  package var runs: [Run] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.choice("currency", &currency)
    try codec.text("pool", &pool, .id)
    try codec.int("round", &round, Bound.position)
    try codec.list("runs", &runs, 0...4_096)
  }

  /// A time of one price and depth.
  package struct Run: Sendable, Equatable, Record {
    /// Minor units of the site's currency per GPU-hour.
    package var ask: Int64 = 0
    /// GPUs left after the round.
    package var free: Int64 = 0
    package var from: Int64 = 0
    package var offered: Int64 = 0
    /// Ask plus congestion.
    package var price: Int64 = 0
    package var to: Int64 = 0

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("ask", &ask, 0...Int64.max)
      try codec.int("free", &free, 0...Int64.max)
      try codec.int("from", &from, Bound.time)
      try codec.int("offered", &offered, 0...Int64.max)
      try codec.int("price", &price, 0...Int64.max)
      try codec.int("to", &to, Bound.time)
    }
  }
}

/// What one bid got in one round.
package struct Trade: Sendable, Equatable, Record {
  package var bid: Int64 = 0
  package var currency: Currency = .hkd
  package var fee: Int64 = 0
  /// What an award pays beside the tenant, in its currency.
  package var fund: Int64 = 0
  package var gpuQuarters: Int64 = 0
  package var id = ""
  package var leases: [String] = []
  package var order = ""
  package var party = ""
  package var round: Int64 = 0
  /// What the tenant pays at most without the fee, minor units of its currency.
  package var tenant: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("bid", &bid, Bound.position)
    try codec.choice("currency", &currency)
    try codec.int("fee", &fee, 0...Bound.amount.upperBound)
    try codec.int("fund", unlessZero: &fund, Bound.amount)
    try codec.int("gpuQuarters", &gpuQuarters, 0...Int64.max)
    try codec.text("id", &id, .id)
    try codec.list("leases", &leases, 1...64, .id)
    try codec.text("order", &order, .hex32)
    try codec.text("party", &party, .id)
    try codec.int("round", &round, Bound.position)
    try codec.int("tenant", &tenant, 0...Bound.amount.upperBound)
  }
}

/// A bid left the book without a trade, or is marked to leave it.
package struct BidEnded: Sendable, Equatable, Record {
  /// Why it left, or is to leave.
  package enum Cause: String, Sendable {
    case cancelled
    /// Its round is closed: it leaves the book when the round ends without filling it.
    case cancelling
    case expired
    case filled
  }

  package var bid: Int64 = 0
  package var cause: Cause = .cancelled
  package var order = ""
  package var party = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("bid", &bid, Bound.position)
    try codec.choice("cause", &cause)
    try codec.text("order", &order, .hex32)
    try codec.text("party", &party, .id)
  }
}

/// How far a lease is.
package struct LeaseChanged: Sendable, Equatable, Record {
  /// Why it ends before its time, if the tenant did not give it back.
  package var cause: LossCause?
  /// When it ends, if that changed.
  package var endedAt: Int64?
  package var lease = ""
  /// What its site's system showed then.
  package var observed: Observation?
  package var phase: Lease.Phase = .ordered
  /// Settled: it has left the live state.
  package var settled = false

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.choice("cause", optional: &cause)
    try codec.int("endedAt", optional: &endedAt, Bound.time)
    try codec.text("lease", &lease, .id)
    try codec.record("observed", optional: &observed)
    try codec.choice("phase", &phase)
    try codec.flag("settled", &settled)
  }
}

/// A site has less of a pool for a time, and whom that hits.
package struct CapacityReclaimed: Sendable, Equatable, Record {
  package var declared = false
  /// It was less already, by a breach of these leases that is none: nobody is at fault.
  package var excused = false
  package var from: Int64 = 0
  package var gpus: Int64 = 0
  /// Leases that lose their place.
  package var leases: [String] = []
  package var pool = ""
  package var to: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.flag("declared", &declared)
    try codec.flag("excused", &excused)
    try codec.int("from", &from, Bound.time)
    try codec.int("gpus", &gpus, Bound.gpus)
    try codec.list("leases", &leases, 0...1_000_000, .id)
    try codec.text("pool", &pool, .id)
    try codec.int("to", &to, Bound.time)
  }
}

/// What a centre owes a tenant for firm capacity that it did not deliver, in the site's currency.
package struct Damages: Sendable, Equatable, Record {
  /// How long after a loss two persons may declare that it is nobody's fault; until then nothing is
  /// paid (clearing.md, 10); ms.
  package static let grace: Int64 = 48 * Span.hour

  package var amount: Int64 = 0
  package var centre = ""
  /// Of the tenant.
  package var currency: Currency = .hkd
  /// When it is to be paid; ms.
  package var dueAt: Int64 = 0
  package var lease = ""
  /// Position of the entry that found it.
  package var number: Int64 = 0
  package var paid: Int64 = 0
  package var party = ""
  package var pool = ""
  package var siteCurrency: Currency = .hkd
  package var siteRate = Rate()
  package var tenantRate = Rate()

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("amount", &amount, 0...Bound.amount.upperBound)
    try codec.text("centre", &centre, .id)
    try codec.choice("currency", &currency)
    try codec.int("dueAt", &dueAt, 0...Bound.time.upperBound + Self.grace)
    try codec.text("lease", &lease, .id)
    try codec.int("number", &number, Bound.position)
    try codec.int("paid", &paid, 0...Bound.amount.upperBound)
    try codec.text("party", &party, .id)
    try codec.text("pool", &pool, .id)
    try codec.choice("siteCurrency", &siteCurrency)
    try codec.record("siteRate", &siteRate)
    try codec.record("tenantRate", &tenantRate)
  }
}

/// A reading that was not accepted.
package struct ReadingRefused: Sendable, Equatable, Record {
  package var fault: String = ""
  package var reading = Reading()

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("fault", &fault, .name)
    try codec.record("reading", &reading)
  }
}

/// A two-person command and how it stands.
package struct ProposalChanged: Sendable, Equatable, Record {
  /// How it stands.
  package enum State: String, Sendable {
    case approved
    case declined
    case proposed
  }

  package var by = ""
  package var command: Command.Kind = .addParty
  package var expiresAt: Int64 = 0
  package var proposal: Int64 = 0
  package var state: State = .proposed

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("by", &by, .id)
    try codec.choice("command", &command)
    try codec.int("expiresAt", &expiresAt, Bound.time)
    try codec.int("proposal", &proposal, Bound.position)
    try codec.choice("state", &state)
  }
}

/// A command that caused nothing, and why.
package struct CommandRefused: Sendable, Equatable, Record {
  package var code: Refusal = .unknownPrincipal
  package var command: Command.Kind = .voidRound
  /// The first leg of a chain that was refused, from 0; nil where there are no legs.
  package var leg: Int?

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    var number = code.rawValue
    try codec.int("code", &number, 1...999)
    guard let known = Refusal(rawValue: number) else { throw codec.fail("a known refusal") }
    code = known
    try codec.choice("command", &command)
    var number64 = leg.map { Int64($0) }
    try codec.int("leg", optional: &number64, 0...Int64(TransferTerms.mostLegs - 1))
    leg = number64.map { Int($0) }
  }
}
