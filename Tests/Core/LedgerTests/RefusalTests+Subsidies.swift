import Ledger
import LedgerFixture
import Market
import Units

extension Way {
  /// What a reviewer of the committee sends.
  private static func reviewer(
    _ hall: inout Hall, _ committee: Committee, _ command: SchemeCommand
  ) throws -> [Event] {
    try hall.exchange.send(.scheme(command), by: committee.ann, as: .reviewer)
  }

  private static func apply(
    _ hall: inout Hall, _ change: (inout ApplicationTerms) -> Void
  ) throws -> [Event] {
    let (committee, _) = try hall.committee()
    var terms = hall.application(committee)
    change(&terms)
    return try hall.exchange.send(.scheme(.apply(terms)), by: hall.hku, as: .trader)
  }

  /// A bid on an award of the hall, changed.
  private static func draw(
    _ hall: inout Hall, _ change: (inout BidTerms) -> Void
  ) throws -> [Event] {
    let (committee, _) = try hall.committee()
    let seq = try hall.awarded(committee)
    var terms = hall.block().drawing(on: seq)
    change(&terms)
    return try hall.exchange.send(.placeBid(terms), by: hall.hku, as: .trader)
  }

  private static func clawback(_ award: Int64, _ amount: Int64 = 0) -> SchemeCommand {
    var terms = ClawbackTerms()
    terms.award = award
    terms.amount = amount
    terms.reason = Committee.paper
    return .clawBack(terms)
  }

  static let subsidies: [Way] = [
    Way(code: .unknownCall) { try apply(&$0) { $0.call = 1 } },
    Way(code: .callClosed) {
      let (committee, _) = try $0.committee()
      let close = SchemeCommand.closeCall(Numbered(committee.call))
      _ = try Exchange.accepted(try reviewer(&$0, committee, close))
      return try reviewer(&$0, committee, close)
    },
    Way(code: .unknownApplication) {
      let (committee, _) = try $0.committee()
      return try reviewer(&$0, committee, .score(Hall.score(1)))
    },
    Way(code: .appliedAlready) {
      let (committee, _) = try $0.committee()
      _ = try $0.applied(committee)
      let again = SchemeCommand.apply($0.application(committee))
      return try $0.exchange.send(.scheme(again), by: $0.hku, as: .trader)
    },
    Way(code: .beyondCall) { try apply(&$0) { $0.gpuHours = 10_001 } },
    Way(code: .conflictOfInterest) {
      let (committee, _) = try $0.committee()
      var relation = Relation()
      relation.one = committee.ann
      relation.other = "cyber"
      relation.source = Committee.paper
      _ = try Exchange.accepted(try $0.exchange.decree(.scheme(.stateRelation(relation))))
      let application = try $0.applied(committee)
      return try reviewer(&$0, committee, .score(Hall.score(application)))
    },
    Way(code: .scoredAlready) {
      let (committee, _) = try $0.committee()
      let application = try $0.applied(committee)
      _ = try reviewer(&$0, committee, .score(Hall.score(application)))
      return try reviewer(&$0, committee, .score(Hall.score(application, 1)))
    },
    Way(code: .scoresMissing) {
      let (committee, _) = try $0.committee()
      let application = try $0.applied(committee)
      _ = try reviewer(&$0, committee, .score(Hall.score(application)))
      let decision = $0.decision(application)
      return try reviewer(&$0, committee, .decide(decision))
    },
    Way(code: .relatedParties) {
      var relation = Relation()
      relation.one = "cyber"
      relation.other = "hku"
      relation.source = Committee.paper
      _ = try Exchange.accepted(try $0.exchange.decree(.scheme(.stateRelation(relation))))
      return try apply(&$0) { _ in }
    },
    Way(code: .contractSubsidised) {
      let (committee, _) = try $0.committee()
      _ = try $0.awarded(committee)
      let again = SchemeCommand.apply($0.application(committee))
      return try $0.exchange.send(.scheme(again), by: $0.hku, as: .trader)
    },
    Way(code: .listPriceMissing) {
      let (committee, _) = try $0.committee()
      var terms = $0.exchange.state.scheme.calls[committee.call]?.terms ?? CallTerms()
      terms.list = 2
      return try reviewer(&$0, committee, .openCall(terms))
    },
    Way(code: .unknownAward) {
      try $0.exchange.send(.placeBid($0.block().drawing(on: 1)), by: $0.hku, as: .trader)
    },
    Way(code: .awardEnded) {
      let (committee, _) = try $0.committee()
      let seq = try $0.awarded(committee)
      try $0.passed(clawback(seq), by: committee)
      return try $0.exchange.send(.placeBid($0.block().drawing(on: seq)), by: $0.hku, as: .trader)
    },
    Way(code: .awardExpired) { try draw(&$0) { $0.latestEnd = Hall.start + 11 * Span.week } },
    Way(code: .awardElsewhere) { try draw(&$0) { $0.whereabouts.sites = ["hk", "sz"] } },
    Way(code: .awardKind) { try draw(&$0) { $0 = $0.elastic(least: 1) } },
    // A thousand hours are its own.
    Way(code: .awardExhausted) {
      try draw(&$0) {
        $0.alternatives[0].gpus = 501
        $0.alternatives[0].least = 501
        $0.alternatives[0].quarters = 8
      }
    },
    Way(code: .nothingLocked) {
      let (committee, _) = try $0.committee()
      let seq = try $0.awarded(committee)
      return try reviewer(&$0, committee, .release(Numbered(seq)))
    },
    Way(code: .beyondPaid) {
      let (committee, _) = try $0.committee()
      let seq = try $0.awarded(committee)
      return try reviewer(&$0, committee, clawback(seq, 1))
    },
  ]
}
