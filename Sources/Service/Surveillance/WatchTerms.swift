import Ledger

/// What alerts are measured by.
package struct WatchTerms: Sendable, Equatable {
  /// One of them.
  package enum Term: String, Sendable, CaseIterable {
    case washHours = "wash-hours"
    case washNetPermille = "wash-net-permille"
    case layeringOrders = "layering-orders"
    case layeringSeconds = "layering-seconds"
    case layeringCancelPermille = "layering-cancel-permille"
    case layeringTimes = "layering-times"
    case latePermille = "late-permille"
    case lateSizePermille = "late-size-permille"
    case lateRounds = "late-rounds"
    case lateOfRounds = "late-of-rounds"
    case closeMinutes = "close-minutes"
    case closeSharePermille = "close-share-permille"
    case closeSigmas = "close-sigmas"
    case withheldPermille = "withheld-permille"
    case withheldPercentile = "withheld-percentile"
    case askTimesPermille = "ask-times-permille"
    case hoardDays = "hoard-days"
    case hoardUnusedPermille = "hoard-unused-permille"
    case subsidySharePermille = "subsidy-share-permille"
    case subsidyHours = "subsidy-hours"
    case subsidyUsedPermille = "subsidy-used-permille"
    case amberHHI = "amber-hhi"
    case redHHI = "red-hhi"
    case topPermille = "top-permille"
    case pivotalPermille = "pivotal-permille"
    case soldPermille = "sold-permille"
    case sameBidRounds = "same-bid-rounds"
    case correlationPermille = "correlation-permille"

    /// What it says, in words.
    package var meaning: String {
      switch self {
      case .washHours: "trades of so many hours are held against each other"
      case .washNetPermille: "a circle: what is left of each member's trades, at most"
      case .layeringOrders: "unfilled orders that are taken back, at least"
      case .layeringSeconds: "so soon after a sale of one's own"
      case .layeringCancelPermille: "share of all orders of a day that were taken back, at least"
      case .layeringTimes: "what is taken back beside what was sold: so many times, at least"
      case .latePermille: "the last part of a round, of its length"
      case .lateSizePermille: "a large bid: of all bids for that chip, at least"
      case .lateRounds: "in so many rounds, at least"
      case .lateOfRounds: "of so many"
      case .closeMinutes: "the end of a market day"
      case .closeSharePermille: "share of what was sold then, at least"
      case .closeSigmas: "the price is so many standard deviations from the day's, at least"
      case .withheldPermille: "share of what was offered before, at least"
      case .withheldPercentile: "while the price is above that percentile of the last prices"
      case .askTimesPermille: "an ask beside the reference or what others ask, at least"
      case .hoardDays: "over so many days"
      case .hoardUnusedPermille: "share that was not used, at least"
      case .subsidySharePermille: "share that the fund pays, at least"
      case .subsidyHours: "money comes back within so many hours"
      case .subsidyUsedPermille: "share that was used, less than"
      case .amberHHI: "sum of squared shares in percent, amber from"
      case .redHHI: "sum of squared shares in percent, red from"
      case .topPermille: "share of the largest supplier, red from"
      case .pivotalPermille: "what all others offer beside what is taken, red below"
      case .soldPermille: "concentration is judged where so much of what is offered is taken"
      case .sameBidRounds: "strangers place the same bid in so many of 20 rounds, at least"
      case .correlationPermille: "limits of strangers move together over 12 rounds or more"
      }
    }

    /// Where nothing else was said.
    package var standard: Int64 {
      switch self {
      case .washHours: 24
      case .washNetPermille: 10
      case .layeringOrders: 3
      case .layeringSeconds: 5
      case .layeringCancelPermille: 900
      case .layeringTimes: 5
      case .latePermille: 100
      case .lateSizePermille: 200
      case .lateRounds: 3
      case .lateOfRounds: 20
      case .closeMinutes: 15
      case .closeSharePermille: 300
      case .closeSigmas: 2
      case .withheldPermille: 200
      case .withheldPercentile: 90
      case .askTimesPermille: 1_500
      case .hoardDays: 7
      case .hoardUnusedPermille: 500
      case .subsidySharePermille: 500
      case .subsidyHours: 48
      case .subsidyUsedPermille: 50
      case .amberHHI: 1_800
      case .redHHI: 2_500
      case .topPermille: 400
      case .pivotalPermille: 1_100
      case .soldPermille: 200
      case .sameBidRounds: 3
      case .correlationPermille: 950
      }
    }

    /// What it may be.
    package var range: ClosedRange<Int64> {
      switch self {
      case .layeringTimes, .closeSigmas: 1...100
      case .washHours, .subsidyHours: 1...168
      case .hoardDays: 1...31
      case .layeringOrders, .lateRounds, .sameBidRounds: 1...20
      case .lateOfRounds: 1...100
      case .layeringSeconds: 1...3_600
      case .closeMinutes: 1...1_440
      case .withheldPercentile: 1...99
      case .askTimesPermille, .pivotalPermille: 1...100_000
      case .amberHHI, .redHHI: 1...10_000
      default: 1...1_000
      }
    }
  }

  private var values: [Int64] = Term.allCases.map(\.standard)
  /// Those that somebody set for himself: what the log says does not count for them.
  private var isFixed: [Bool] = Term.allCases.map { _ in false }

  package init() {}

  /// In units of the term's name.
  package subscript(term: Term) -> Int64 { values[Term.allCases.firstIndex(of: term) ?? 0] }

  /// Sets one; false when that is not in its range.
  package mutating func set(_ term: Term, to value: Int64) -> Bool {
    guard let index = Term.allCases.firstIndex(of: term), term.range.contains(value) else {
      return false
    }
    values[index] = value
    isFixed[index] = true
    return true
  }

  /// These under what the log says; and what of that is no term here, or out of its range.
  func under(_ oversight: Oversight) -> (terms: WatchTerms, strange: [SurveillanceTerm]) {
    var (next, strange): (WatchTerms, [SurveillanceTerm]) = (self, [])
    for (index, term) in Term.allCases.enumerated() where !isFixed[index] {
      next.values[index] = term.standard
    }
    for said in oversight.terms {
      guard let term = Term(rawValue: said.term), term.range.contains(said.value),
        let index = Term.allCases.firstIndex(of: term)
      else {
        strange.append(said)
        continue
      }
      if !isFixed[index] { next.values[index] = said.value }
    }
    return (next, strange)
  }
}
