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
    case .budgetHoursSpent, .budgetMoneySpent: "nobody has a budget: BudgetTests draw these"
    case .notDisputable, .alreadyDisputed, .nothingToCorrect, .tooMuchEvidence, .underDispute:
      "disputes are about days that are over, a run is some hours: DisputeTests draw these"
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
  package var missing: [String] {
    let refused = zip(Refusal.allCases, refusals)
      .filter { $1 == 0 && Self.excuse($0) == nil }.map(\.0.code)
    let stepped = zip(Self.steps, transitions).filter { $1 == 0 }.map(\.0)
    return refused + stepped + zip(Fault.allCases, faults).filter { $1 == 0 }.map(\.0.rawValue)
  }
}
