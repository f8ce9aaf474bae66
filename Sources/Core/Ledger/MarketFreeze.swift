import Market
package import Units

/// What `freeze-market` says: nothing but that it is to be so.
package struct MarketFreezeTerms: Sendable, Equatable, Record {
  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {}
}

/// A stop of all selling: since when, and by whom.
package struct MarketFreeze: Sendable, Equatable, Record {
  package var at: Int64 = 0
  /// The principal who froze it.
  package var by = ""
  /// Position of the entry that froze it.
  package var number: Int64 = 0
  /// The closed round that it gave up.
  package var round: Int64?

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("at", &at, Bound.time)
    try codec.text("by", &by, .id)
    try codec.int("number", &number, Bound.position)
    try codec.int("round", optional: &round, Bound.position)
  }
}

extension Command.Kind {
  /// The version of the rules from which on it may stand in the log.
  package var sinceVersion: Int64 {
    switch self {
    case .freezeMarket, .thawMarket: 2
    case .abandonLease: 3
    case .setOversight: 5
    default: 1
    }
  }

  /// It sells, or asks for what is sold. Everything else goes on while the market is frozen.
  var needsOpenMarket: Bool {
    switch self {
    case .placeBid, .closeRound, .outcomePart, .commitOutcome, .freezeMarket: true
    default: false
    }
  }
}

extension Command {
  /// The version of the rules from which on it may stand in the log: that of its kind, or of a field that
  /// came later.
  package var sinceVersion: Int64 {
    if case .certify(let certificate) = self, certificate.filing != nil { return 4 }
    if case .reportLease(let report) = self, report.observed != nil { return 5 }
    return kind.sinceVersion
  }
}

extension LedgerState {
  /// One person stops all selling at once. A round that is closed ends void, so that nothing stays
  /// half done: its bids and their holds stand as after any void round.
  mutating func freezeMarket(_ entry: Entry) throws(Refusal) -> [Event] {
    var freeze = MarketFreeze()
    freeze.at = time
    freeze.by = entry.by
    freeze.number = entry.position
    var ending: [Event] = []
    if let closedAt = round.closedAt, let frozen {
      freeze.round = round.number
      ending = try endWithoutOutcome(frozen, closedAt: closedAt)
    }
    marketFreeze = freeze
    return [.marketFrozen(freeze)] + ending
  }

  /// The next round is due at the next of its fixed times: whoever bid before the freeze has until
  /// then to think again. The freeze is named, so that what was proposed for one ends no other.
  mutating func thawMarket(_ number: Int64) throws(Refusal) -> [Event] {
    guard let freeze = marketFreeze, freeze.number == number else { throw .marketNotFrozen }
    marketFreeze = nil
    lastClose = time
    return [.marketThawed(freeze)]
  }
}
