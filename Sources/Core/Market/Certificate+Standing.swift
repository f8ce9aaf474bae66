import Units

extension Certificate {
  /// How near the end of the evidence is. It follows from the ledger's time alone, so that everybody who
  /// applies the same log warns of the same.
  package enum Standing: Sendable, CaseIterable {
    case valid
    /// Time to renew it.
    case endsIn90Days
    case endsIn30Days
    case endsIn7Days
    /// The site holds no data of this class any more.
    case ended
  }

  /// Where the evidence is at this time; what ends at a moment has ended then.
  package func standing(at time: Int64) -> Standing {
    switch until - time {
    case ...0: .ended
    case ...(7 * Span.day): .endsIn7Days
    case ...(30 * Span.day): .endsIn30Days
    case ...(90 * Span.day): .endsIn90Days
    default: .valid
    }
  }
}
