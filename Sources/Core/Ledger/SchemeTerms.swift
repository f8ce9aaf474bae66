package import Units

// What commands of the subsidy scheme say (mission.md, S4 to S6).

/// Prices of chips that shares are measured by, in one currency: a new version beside the old ones.
package struct PriceList: Sendable, Equatable, Record {
  /// Fewer trades than this say nothing about a price (clearing.md, 4).
  package static let enoughTrades: Int64 = 20

  package var currency: Currency = .hkd
  package var items: [Item] = []
  /// From 1; each is one above the last of its currency.
  package var version: Int64 = 1

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.choice("currency", &currency)
    try codec.list("items", &items, 1...256)
    try codec.int("version", &version, 1...Bound.position.upperBound)
  }

  /// One chip; minor units per GPU-hour.
  package struct Item: Sendable, Equatable, Record {
    package var chip = ""
    package var list: Int64 = 0
    /// What unrelated parties paid without a fund, weighted by volume, over 28 days.
    package var reference: Int64 = 0
    /// How many trades the reference rests on.
    package var trades: Int64 = 0

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.text("chip", &chip, .id)
      try codec.int("list", &list, Bound.price)
      try codec.int("reference", &reference, Bound.price)
      try codec.int("trades", &trades, 0...Bound.position.upperBound)
    }
  }
}

/// A fact: two parties belong together, or a person acts for a party besides its own. Each side is a
/// party or a principal. The last one said of a pair holds.
package struct Relation: Sendable, Equatable, Record {
  package var from: Int64 = 0
  package var one = ""
  package var other = ""
  /// Digest of the document that says so.
  package var source = ""
  package var until: Int64?

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("from", &from, Bound.time)
    try codec.text("one", &one, .id)
    try codec.text("other", &other, .id)
    try codec.text("source", &source, .hex64)
    try codec.int("until", optional: &until, Bound.time)
  }
}

/// A fact: another scheme pays for this contract already.
package struct SubsidisedContract: Sendable, Equatable, Record {
  /// Digest of the contract's registered number.
  package var contract = ""
  /// Which scheme.
  package var scheme = ""
  package var since: Int64 = 0
  /// Digest of the document that says so.
  package var source = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("contract", &contract, .hex64)
    try codec.text("scheme", &scheme, .id)
    try codec.int("since", &since, Bound.time)
    try codec.text("source", &source, .hex64)
  }
}

/// What a fund calls for, and what an award of it may be at most.
package struct CallTerms: Sendable, Equatable, Record {
  /// Minor units of the fund's currency.
  package var amount: Int64 = 1
  package var chips: [String] = []
  /// Applications come before this; ms.
  package var closesAt: Int64 = 0
  package var from: Int64 = 0
  package var gpuHours: Int64 = 1
  /// Version of the list prices in the fund's currency.
  package var list: Int64 = 1
  /// Share of the ask.
  package var permille: Int64 = 1
  /// How many reviewers score an application before it is decided.
  package var scores: Int64 = 1
  package var sites: [String] = []
  package var until: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("amount", &amount, Bound.amount)
    try codec.list("chips", &chips, 1...8, .id)
    try codec.int("closesAt", &closesAt, Bound.time)
    try codec.int("from", &from, Bound.time)
    try codec.int("gpuHours", &gpuHours, Award.hours)
    try codec.int("list", &list, 1...Bound.position.upperBound)
    try codec.int("permille", &permille, 1...900)
    try codec.int("scores", &scores, 1...16)
    try codec.list("sites", &sites, 1...32, .id)
    try codec.int("until", &until, Bound.time)
  }
}

/// What a tenant applies for.
package struct ApplicationTerms: Sendable, Equatable, Record {
  package var amount: Int64 = 1
  /// Position of the call.
  package var call: Int64 = 0
  package var chips: [String] = []
  /// Digest of the registered number of the contract that it is for.
  package var contract = ""
  /// Digest of what the tenant handed in.
  package var documents = ""
  package var from: Int64 = 0
  package var gpuHours: Int64 = 1
  package var permille: Int64 = 1
  package var sites: [String] = []
  package var until: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("amount", &amount, Bound.amount)
    try codec.int("call", &call, Bound.position)
    try codec.list("chips", &chips, 1...8, .id)
    try codec.text("contract", &contract, .hex64)
    try codec.text("documents", &documents, .hex64)
    try codec.int("from", &from, Bound.time)
    try codec.int("gpuHours", &gpuHours, Award.hours)
    try codec.int("permille", &permille, 1...900)
    try codec.list("sites", &sites, 1...32, .id)
    try codec.int("until", &until, Bound.time)
  }
}

/// What one reviewer thinks of an application, 0 to 10 by each of the four criteria (mission.md, S5).
package struct ScoreTerms: Sendable, Equatable, Record {
  package static let points: ClosedRange<Int64> = 0...10

  package var application: Int64 = 0
  /// Benefit to society.
  package var benefit: Int64 = 0
  /// The demand for compute is reasonable and shown.
  package var demand: Int64 = 0
  /// What the territory's innovation and technology need.
  package var need: Int64 = 0
  /// Digest of the reasons.
  package var reason = ""
  /// Technical and financial soundness.
  package var soundness: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("application", &application, Bound.position)
    try codec.int("benefit", &benefit, Self.points)
    try codec.int("demand", &demand, Self.points)
    try codec.int("need", &need, Self.points)
    try codec.text("reason", &reason, .hex64)
    try codec.int("soundness", &soundness, Self.points)
  }

  package var sum: Int64 { benefit + demand + need + soundness }
}

/// What a fund decides on an application. Sites, chips and period are as applied for.
package struct DecisionTerms: Sendable, Equatable, Record {
  package var amount: Int64 = 1
  package var application: Int64 = 0
  /// The committee knows that the share is above the usual one.
  package var exception = false
  package var gpuHours: Int64 = 1
  package var granted = false
  package var permille: Int64 = 1
  /// Digest of the reasons.
  package var reason = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("amount", &amount, Bound.amount)
    try codec.int("application", &application, Bound.position)
    try codec.flag("exception", &exception)
    try codec.int("gpuHours", &gpuHours, Award.hours)
    try codec.flag("granted", &granted)
    try codec.int("permille", &permille, 1...900)
    try codec.text("reason", &reason, .hex64)
  }
}

/// A tenant's report on what it has done with an award.
package struct ProgressTerms: Sendable, Equatable, Record {
  /// Position of the award.
  package var award: Int64 = 0
  /// Digest of the report.
  package var report = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("award", &award, Bound.position)
    try codec.text("report", &report, .hex64)
  }
}

/// The end of an award: what is left goes back to the fund, and so much of what was paid.
package struct ClawbackTerms: Sendable, Equatable, Record {
  package var amount: Int64 = 0
  package var award: Int64 = 0
  /// Digest of the reasons.
  package var reason = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("amount", &amount, 0...Bound.amount.upperBound)
    try codec.int("award", &award, Bound.position)
    try codec.text("reason", &reason, .hex64)
  }
}
