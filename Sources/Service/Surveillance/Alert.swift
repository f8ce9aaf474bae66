/// What surveillance looks for.
package enum Pattern: String, Sendable, CaseIterable, Codable {
  /// Both sides belong together, or capacity goes round in a circle.
  case washTrade = "wash-trade"
  /// Many orders that never fill, taken back right after a sale of one's own.
  case layering
  /// Large bids taken back again and again just before their round closes.
  case lateWithdrawal = "late-withdrawal"
  /// A large buyer moves the last price of a day that it is paid by.
  case closingPrice = "closing-price"
  /// Capacity kept back, or offered far too dear, while prices are high.
  case withholding
  /// Capacity reserved and not used, and one's own offered dearer.
  case hoarding
  /// Subsidised capacity that nobody uses, between parties that belong together or pay each other back.
  case subsidyAbuse = "subsidy-abuse"
  /// Few suppliers have most of a chip in a place.
  case concentration
  /// Strangers bid the same, or move together. A reason to look, no more.
  case collusion
  /// A lease stands where its bid does not allow it.
  case dataBoundary = "data-boundary"
}

/// Something that somebody should look at, with what shows it. It says nothing of guilt.
package struct Alert: Sendable, Equatable, Codable {
  /// Positions of evidence that an alert carries at most: the last ones.
  package static let mostEvidence = 64

  /// Something that was measured, beside what it was held against.
  package struct Figure: Sendable, Equatable, Codable {
    package var name: String
    package var value: Int64
    package var limit: Int64

    package init(_ name: String, _ value: Int64, limit: Int64) {
      self.name = name
      self.value = value
      self.limit = limit
    }
  }

  /// How much it asks for.
  package enum Level: String, Sendable, Codable {
    /// For a report only.
    case report
    case amber
    case red
  }

  /// Positions of the entries that show it, ascending; the last is the one that completed it.
  package var evidence: [Int64]
  package var figures: [Figure]
  /// `alert-POSITION-NUMBER`: the same log and terms give the same alerts under the same names.
  package var id = ""
  package var level: Level
  /// Who is concerned, in order of their names.
  package var parties: [String]
  package var pattern: Pattern
  /// Which chip or pool, and where; empty when none.
  package var place: String
  /// Of the entry that completed it.
  package var position: Int64 = 0
  /// Of that entry; ms.
  package var time: Int64 = 0
  /// Position of the entry that set the terms which were in force; 0: they were the standard.
  package var terms: Int64 = 0

  init(
    _ pattern: Pattern, _ parties: [String], place: String = "", level: Level = .amber,
    evidence: [Int64], _ figures: [Figure]
  ) {
    self.pattern = pattern
    self.parties = Set(parties).sorted()
    self.place = place
    self.level = level
    self.evidence = Set(evidence).sorted().suffix(Self.mostEvidence).map { $0 }
    self.figures = figures
  }
}
