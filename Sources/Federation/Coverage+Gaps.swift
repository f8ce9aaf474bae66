import Ledger

// What the seeds are not expected to meet, and why.
extension Coverage {
  /// Why this refusal does not come up; nil where it has to.
  static func excuse(_ refusal: Refusal) -> String? {
    switch refusal {
    case .unknownCall, .callClosed, .unknownApplication, .appliedAlready, .beyondCall,
      .conflictOfInterest, .scoredAlready, .scoresMissing, .relatedParties, .contractSubsidised,
      .listPriceMissing, .unknownAward, .awardEnded, .awardExpired, .awardElsewhere, .awardKind,
      .awardExhausted, .nothingLocked, .beyondPaid:
      "no fund in the town: SubsidyTests draw these"
    case .nothingToCorrect, .tooMuchEvidence, .underDispute:
      "takes a day that is over and charged, a run is some hours: DisputeTests draw these"
    case .duplicateCommand: "a replica answers an id that was there before it asks the ledger"
    case .outcomeInvalid: "the engine proposes what is right: OutcomeTests change it"
    case .leasesNotMoved, .partOutOfOrder: "the leader says these in order: MemberTests"
    case .noRate, .proposalExpired, .lossTooLate:
      "takes days of the market, a run is some hours: RefusalTests"
    case .linkedFailed: "stands beside the leg that failed, never alone: TransferTests"
    case .pendingNotByHand, .wrongDay, .holdTooLarge:
      "nobody in the town sends these: RefusalTests"
    case .sealedGenesis: "a second genesis is refused by its role first"
    case .tooManyOpenBids, .tooManyPendings, .totalOverflow:
      "takes thousands: HoldTests, TransferTests"
    default: nil
    }
  }

  /// What was never seen and has no excuse: names, in order.
  package var missing: [String] { Self.missing(rows) }

  /// The rows of a table that are 0 and say no reason.
  package static func missing(
    _ rows: [(kind: String, name: String, count: Int, excuse: String?)]
  ) -> [String] {
    rows.filter { $0.count == 0 && $0.excuse == nil }.map(\.name)
  }
}
