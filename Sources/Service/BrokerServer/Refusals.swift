import Access
import BrokerAPI
import Ledger
import Replica

extension Refusal {
  /// The status of the answer that says it.
  var status: Int {
    switch self {
    case .unknownPrincipal, .roleNotHeld, .roleNotAllowed, .approverIsProposer,
      .conflictOfInterest:
      403
    case .unknownDispute, .unknownProject: 404
    case .budgetHoursSpent, .budgetMoneySpent: 409
    case .notDisputable, .alreadyDisputed, .tooMuchEvidence, .underDispute: 409
    case .nothingToCorrect: 422
    case .notYours, .unknownProposal, .unknownParty, .unknownSite, .unknownAccount, .unknownBid,
      .unknownLease, .unknownCall, .unknownApplication, .unknownAward, .unknownPending:
      404
    case .duplicateCommand, .wrongEpoch, .sealedGenesis, .proposalExpired, .nameTaken,
      .generationNotNewer, .noOffer, .lossTooLate, .tooManyOpenBids, .insufficientFunds, .noRate,
      .roundNotDue,
      .roundStillClosed, .roundNotClosed, .wrongRound, .partOutOfOrder, .partsMissing,
      .roundNotOverdue, .phaseNotAllowed, .leaseOver, .notYetSettled, .wrongDay,
      .sealNotContiguous, .leasesNotMoved, .callClosed, .appliedAlready, .scoredAlready,
      .scoresMissing, .contractSubsidised, .awardEnded, .awardExhausted, .nothingLocked,
      .linkedFailed, .pendingPosted, .pendingVoided,
      .pendingExpired, .pendingNotByHand, .accountClosed, .tooManyPendings, .nothingExpired,
      .accountInUse, .bankReferenceUsed, .marketFrozen, .marketNotFrozen:
      409
    case .unknownChip, .currencyNotTraded, .partyKind, .nameReserved, .rateOutOfBounds,
      .unknownVersion, .poolTwice, .spansNotInOrder, .notMultipleOfUnit, .reclaimTooShort,
      .promiseEnded, .notCertified, .windowEmpty, .windowTooShort, .windowPast, .leastAboveMost,
      .notMultipleOfTogether, .holdTooLarge, .outcomeInvalid, .readingsRefused, .amountOutOfRange,
      .totalOverflow, .beyondCall, .relatedParties, .listPriceMissing, .awardExpired,
      .awardElsewhere, .awardKind, .beyondPaid,
      .legShape, .timeoutNotAllowed, .timeoutOutOfRange, .accountOfMarket,
      .pendingIsOwn, .sameAccount, .currenciesDiffer, .amountAbovePending:
      422
    }
  }

  /// What to do.
  var next: String {
    switch self {
    case .unknownPrincipal: "Ask the platform operator for a new token."
    case .roleNotHeld, .roleNotAllowed:
      "Ask the platform operator for the role, or use a token that has it."
    case .notYours, .unknownBid: "List your own, and check the id; a filled bid has leases."
    case .duplicateCommand: "Send it under a new key."
    case .wrongEpoch: "Send it again; another leader has taken over."
    case .sealedGenesis: "Leave the genesis out; this log has one."
    case .unknownProposal: "List the approvals; it may be decided already."
    case .approverIsProposer: "Let another platform principal approve it."
    case .proposalExpired: "Propose it again."
    case .unknownParty: "List the parties, and check the id."
    case .nameTaken: "Choose another name."
    case .nameReserved:
      "Choose a name without a colon: of a party at most 40 characters, of a site or pool 30."
    case .unknownSite: "List the sites, and check the id."
    case .unknownChip: "List the chips, or have this one added."
    case .unknownAccount: "List the accounts; an id is party:currency, as in hku-nlp:hkd."
    case .currencyNotTraded: "Use a currency that the market trades in."
    case .partyKind:
      "Give agent and centre to a centre, trader to a tenant, reviewer to a fund, regulator to a "
        + "regulator."
    case .rateOutOfBounds: "Check numerator and denominator, and let it be valid in the future."
    case .unknownVersion:
      "Take up versions one by one, once every broker knows them: sampan broker activate"
    case .generationNotNewer: "Publish with a higher generation."
    case .poolTwice: "Join the two."
    case .spansNotInOrder: "Sort the spans and let none overlap."
    case .notMultipleOfUnit: "Let unit divide node and the GPUs of every span."
    case .reclaimTooShort: "Write never, or a notice of at least 5m."
    case .promiseEnded: "Set sellUntil to a time to come."
    case .noOffer: "Publish one first."
    case .lossTooLate: "It stays a breach; declare only what was lost in the last 48 hours."
    case .windowEmpty: "Set latestEnd after earliest."
    case .windowTooShort: "Widen the window, or shorten an alternative."
    case .windowPast: "Choose a window to come that ends within two years."
    case .leastAboveMost: "Set least to at most gpus; only elastic bids have it."
    case .notMultipleOfTogether: "Let together divide gpus and least."
    case .holdTooLarge: "Split it into smaller bids, or lower the limit."
    case .tooManyOpenBids: "Cancel some, or wait for the next round."
    case .insufficientFunds: "Lower the limit or the size, cancel a bid, or deposit more."
    case .notCertified:
      "See sampan site list for who is certified and until when; widen the places of the bid, or let the "
        + "centre renew its evidence."
    case .noRate: "Wait until the platform operator has set a rate for your currency."
    case .roundNotDue, .roundStillClosed, .roundNotClosed, .roundNotOverdue, .leasesNotMoved:
      "Wait."
    case .marketFrozen:
      "Wait until it is thawed: sampan market status. What stands may be cancelled; leases run on."
    case .marketNotFrozen: "See sampan market status; it may be thawed already."
    case .wrongRound, .partOutOfOrder, .partsMissing, .outcomeInvalid: "Solve the round again."
    case .unknownLease: "List the leases; a settled one takes nothing more."
    case .phaseNotAllowed: "Ask for the lease; it is further than that."
    case .leaseOver: "Nothing is left to end."
    case .readingsRefused:
      "Send readings that follow each other, inside the lease, the past and one quarter hour."
    case .notYetSettled, .wrongDay: "Wait until the day before is settled."
    case .amountOutOfRange, .totalOverflow: "Use a smaller amount."
    case .unknownProject: "Ask the platform operator to add it, or leave the project out."
    case .budgetHoursSpent, .budgetMoneySpent:
      "See sampan budget show; lower the bid, or ask a manager of your party to raise the budget."
    case .unknownDispute: "List the disputes; it may be decided already."
    case .notDisputable:
      "Name a market day on which the lease ran, at most seven days after it was charged."
    case .alreadyDisputed: "Show more evidence in the dispute that is open, or accept its decision."
    case .nothingToCorrect: "Name what was delivered; it must be less than what stands."
    case .tooMuchEvidence: "Put what is left together outside, and wait for the decision."
    case .underDispute: "Let two persons decide the dispute."
    case .sealNotContiguous: "Seal from the first position that no seal covers."
    case .unknownCall: "List the calls, and check the id."
    case .callClosed: "Wait for the next call."
    case .unknownApplication: "List the applications; one that is decided takes nothing more."
    case .appliedAlready: "Wait until it is decided."
    case .beyondCall: "Show the call or the application, and stay within it."
    case .conflictOfInterest: "Leave it to another reviewer."
    case .scoredAlready: "Leave it; a score stands as it was given."
    case .scoresMissing: "Let more reviewers score it first."
    case .relatedParties: "Leave out the sites of centres that belong to you."
    case .contractSubsidised: "Use the other subsidy, or name another contract."
    case .listPriceMissing: "List the prices, and name a version that has every chip."
    case .unknownAward: "List the awards, and check the id."
    case .awardEnded: "Place the bid without it."
    case .awardExpired: "Choose a window inside the time of the award."
    case .awardElsewhere: "Show the award, and name its chips and sites alone."
    case .awardKind: "Place it as a block or a split bid, or without the award."
    case .awardExhausted:
      "Ask for less, cancel a bid, or report your progress so that the second half is released."
    case .nothingLocked: "Wait for the tenant's progress report."
    case .beyondPaid: "Show the award; claw back at most what it paid."
    case .linkedFailed: "Correct the leg that has another code."
    case .legShape:
      "Give pay and pend debit, credit and amount, pend timeoutMs too; post and void pending."
    case .timeoutNotAllowed: "Leave timeoutMs out, or use pend."
    case .timeoutOutOfRange: "Use a time-out of at most 366 days that ends before the year 2200."
    case .accountOfMarket: "Use the account of a party; the market's own move by its rules."
    case .pendingIsOwn: "Post or void it in a later request."
    case .unknownPending: "List the transfers that are pending, and check the id."
    case .pendingPosted, .pendingVoided: "Nothing is left to do; ask for the transfer."
    case .pendingExpired: "Send it again; its money is free."
    case .pendingNotByHand: "Cancel the bid, or end the lease."
    case .sameAccount: "Name two accounts."
    case .accountClosed: "Use another account, or have this one opened again."
    case .currenciesDiffer: "Use accounts of one currency; a bid converts by itself."
    case .amountAbovePending: "Post at most what is pending, or leave the amount out."
    case .tooManyPendings: "Post or void some first."
    case .nothingExpired: "Wait."
    case .accountInUse: "Pay out what it has, end what is pending, then close it."
    case .bankReferenceUsed: "Check whether it was recorded before: sampan settlement lines"
    }
  }

  /// The problem that says it.
  /// - Parameter more: what the caller should know of its own case.
  func problem(at position: Int64, more: String? = nil) -> Problem {
    var words = code.replacing("_", with: " ")
    words = words.prefix(1).uppercased() + words.dropFirst()
    var detail = meaning.prefix(1).uppercased() + meaning.dropFirst() + "."
    if let more { detail += " " + more }
    return Problem(
      refusal: code, number: Int(rawValue), position: Position(clamping: position), status: status,
      title: words, detail: detail, next: next)
  }
}

extension SubmissionError {
  var problem: Problem {
    switch self {
    case .differentContent(let position):
      Problem(
        .existsWithDifferentContent,
        "The key stands at position \(position) for another command.")
    case .unfit(let what):
      Problem([
        Fault(.range, at: "", "the command does not fit into the ledger: \(what)")
      ])
    case .overloaded: Problem(.notServing, "More commands are waiting than the broker takes.")
    case .stopping: Problem(.notServing, "The broker is stopping.")
    case .paused(let since):
      Problem(
        .tradingPaused,
        "Trading is paused since \(instant(since).text): the log has no majority or no leader."
          + " Nothing was sent. Your holds are safe, and leases go on.")
    case .unknown(let since):
      Problem(
        .outcomeUnknown,
        "Trading is paused since \(instant(since).text), and the command was on its way then."
          + " Your holds are safe, and leases go on.")
    case .halted(let why): Problem(.notServing, "This replica has stopped: \(why).")
    case .moved: Problem(.notServing, "Another replica leads.")
    }
  }
}

extension AccessError {
  var problem: Problem {
    switch self {
    case .unknownPrincipal, .unknownSite: Problem(.notFound, description)
    case .badInvitation: Problem(.invitationSpent, description)
    }
  }
}
