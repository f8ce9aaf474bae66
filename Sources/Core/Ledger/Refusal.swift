/// Why a command caused nothing. Closed and numbered: a number never changes its meaning. Checks are
/// made in the order of the numbers wherever they do not depend on each other.
package enum Refusal: Int64, Error, Sendable, CaseIterable {
  // Who may send what
  case unknownPrincipal = 1
  case roleNotHeld = 2
  case roleNotAllowed = 3
  case notYours = 4
  case duplicateCommand = 5
  case wrongEpoch = 6
  case sealedGenesis = 7
  // Two persons
  case unknownProposal = 10
  case approverIsProposer = 11
  case proposalExpired = 12
  // Names and facts
  case unknownParty = 20
  case nameTaken = 21
  case nameReserved = 22
  case unknownSite = 23
  case unknownChip = 24
  case unknownAccount = 25
  case currencyNotTraded = 26
  case partyKind = 27
  case rateOutOfBounds = 28
  case unknownVersion = 29
  // Offers
  case generationNotNewer = 30
  case poolTwice = 31
  case spansNotInOrder = 32
  case notMultipleOfUnit = 33
  case reclaimTooShort = 34
  case promiseEnded = 35
  case noOffer = 36
  case lossTooLate = 37
  // Bids
  case windowEmpty = 40
  case windowTooShort = 41
  case windowPast = 42
  case leastAboveMost = 43
  case notMultipleOfTogether = 44
  case holdTooLarge = 45
  case tooManyOpenBids = 46
  case insufficientFunds = 47
  case unknownBid = 48
  case noRate = 49
  /// From version 4 on.
  case notCertified = 50
  // Rounds
  case roundNotDue = 60
  case roundStillClosed = 61
  case roundNotClosed = 62
  case wrongRound = 63
  case partOutOfOrder = 64
  case partsMissing = 65
  case outcomeInvalid = 66
  case roundNotOverdue = 67
  case leasesNotMoved = 68
  case marketFrozen = 69
  case marketNotFrozen = 70
  // Leases
  case unknownLease = 80
  case phaseNotAllowed = 81
  case leaseOver = 82
  case readingsRefused = 83
  case notYetSettled = 84
  case wrongDay = 85
  // Money
  case amountOutOfRange = 90
  case totalOverflow = 91
  // Budgets
  case unknownProject = 130
  case budgetHoursSpent = 131
  case budgetMoneySpent = 132
  // Disputes
  case unknownDispute = 120
  case notDisputable = 121
  case alreadyDisputed = 122
  case nothingToCorrect = 123
  case tooMuchEvidence = 124
  case underDispute = 125
  // The log
  case sealNotContiguous = 95
  // Subsidies
  case unknownCall = 100
  case callClosed = 101
  case unknownApplication = 102
  case appliedAlready = 103
  case beyondCall = 104
  case conflictOfInterest = 105
  case scoredAlready = 106
  case scoresMissing = 107
  case relatedParties = 108
  case contractSubsidised = 109
  case listPriceMissing = 110
  case unknownAward = 111
  case awardEnded = 112
  case awardExpired = 113
  case awardElsewhere = 114
  case awardKind = 115
  case awardExhausted = 116
  case nothingLocked = 117
  case beyondPaid = 118
  // Transfers and accounts
  case linkedFailed = 150
  case legShape = 151
  case timeoutNotAllowed = 152
  case timeoutOutOfRange = 153
  case accountOfMarket = 154
  case pendingIsOwn = 155
  case unknownPending = 156
  case pendingPosted = 157
  case pendingVoided = 158
  case pendingExpired = 159
  case pendingNotByHand = 160
  case sameAccount = 161
  case accountClosed = 162
  case currenciesDiffer = 163
  case amountAbovePending = 164
  case tooManyPendings = 165
  case nothingExpired = 166
  case accountInUse = 167
  case bankReferenceUsed = 168

  /// As it stands in answers: `insufficient_funds`.
  package var code: String {
    switch self {
    case .unknownPrincipal: "unknown_principal"
    case .roleNotHeld: "role_not_held"
    case .roleNotAllowed: "role_not_allowed"
    case .notYours: "not_yours"
    case .duplicateCommand: "duplicate_command"
    case .wrongEpoch: "wrong_epoch"
    case .sealedGenesis: "sealed_genesis"
    case .unknownProposal: "unknown_proposal"
    case .approverIsProposer: "approver_is_proposer"
    case .proposalExpired: "proposal_expired"
    case .unknownParty: "unknown_party"
    case .nameTaken: "name_taken"
    case .nameReserved: "name_reserved"
    case .unknownSite: "unknown_site"
    case .unknownChip: "unknown_chip"
    case .unknownAccount: "unknown_account"
    case .currencyNotTraded: "currency_not_traded"
    case .partyKind: "party_kind"
    case .rateOutOfBounds: "rate_out_of_bounds"
    case .unknownVersion: "unknown_version"
    case .generationNotNewer: "generation_not_newer"
    case .poolTwice: "pool_twice"
    case .spansNotInOrder: "spans_not_in_order"
    case .notMultipleOfUnit: "not_multiple_of_unit"
    case .reclaimTooShort: "reclaim_too_short"
    case .promiseEnded: "promise_ended"
    case .noOffer: "no_offer"
    case .lossTooLate: "loss_too_late"
    case .windowEmpty: "window_empty"
    case .windowTooShort: "window_too_short"
    case .windowPast: "window_past"
    case .leastAboveMost: "least_above_most"
    case .notMultipleOfTogether: "not_multiple_of_together"
    case .holdTooLarge: "hold_too_large"
    case .tooManyOpenBids: "too_many_open_bids"
    case .insufficientFunds: "insufficient_funds"
    case .unknownBid: "unknown_bid"
    case .noRate: "no_rate"
    case .notCertified: "not_certified"
    case .roundNotDue: "round_not_due"
    case .roundStillClosed: "round_still_closed"
    case .roundNotClosed: "round_not_closed"
    case .wrongRound: "wrong_round"
    case .partOutOfOrder: "part_out_of_order"
    case .partsMissing: "parts_missing"
    case .outcomeInvalid: "outcome_invalid"
    case .roundNotOverdue: "round_not_overdue"
    case .leasesNotMoved: "leases_not_moved"
    case .marketFrozen: "market_frozen"
    case .marketNotFrozen: "market_not_frozen"
    case .unknownLease: "unknown_lease"
    case .phaseNotAllowed: "phase_not_allowed"
    case .leaseOver: "lease_over"
    case .readingsRefused: "readings_refused"
    case .notYetSettled: "not_yet_settled"
    case .wrongDay: "wrong_day"
    case .amountOutOfRange: "amount_out_of_range"
    case .totalOverflow: "total_overflow"
    case .unknownProject: "unknown_project"
    case .budgetHoursSpent: "budget_hours_spent"
    case .budgetMoneySpent: "budget_money_spent"
    case .unknownDispute: "unknown_dispute"
    case .notDisputable: "not_disputable"
    case .alreadyDisputed: "already_disputed"
    case .nothingToCorrect: "nothing_to_correct"
    case .tooMuchEvidence: "too_much_evidence"
    case .underDispute: "under_dispute"
    case .sealNotContiguous: "seal_not_contiguous"
    case .unknownCall: "unknown_call"
    case .callClosed: "call_closed"
    case .unknownApplication: "unknown_application"
    case .appliedAlready: "applied_already"
    case .beyondCall: "beyond_call"
    case .conflictOfInterest: "conflict_of_interest"
    case .scoredAlready: "scored_already"
    case .scoresMissing: "scores_missing"
    case .relatedParties: "related_parties"
    case .contractSubsidised: "contract_subsidised"
    case .listPriceMissing: "list_price_missing"
    case .unknownAward: "unknown_award"
    case .awardEnded: "award_ended"
    case .awardExpired: "award_expired"
    case .awardElsewhere: "award_elsewhere"
    case .awardKind: "award_kind"
    case .awardExhausted: "award_exhausted"
    case .nothingLocked: "nothing_locked"
    case .beyondPaid: "beyond_paid"
    case .linkedFailed: "linked_failed"
    case .legShape: "leg_shape"
    case .timeoutNotAllowed: "timeout_not_allowed"
    case .timeoutOutOfRange: "timeout_out_of_range"
    case .accountOfMarket: "account_of_market"
    case .pendingIsOwn: "pending_is_own"
    case .unknownPending: "unknown_pending"
    case .pendingPosted: "pending_posted"
    case .pendingVoided: "pending_voided"
    case .pendingExpired: "pending_expired"
    case .pendingNotByHand: "pending_not_by_hand"
    case .sameAccount: "same_account"
    case .accountClosed: "account_closed"
    case .currenciesDiffer: "currencies_differ"
    case .amountAbovePending: "amount_above_pending"
    case .tooManyPendings: "too_many_pendings"
    case .nothingExpired: "nothing_expired"
    case .accountInUse: "account_in_use"
    case .bankReferenceUsed: "bank_reference_used"
    }
  }

  /// What it means, for a person.
  package var meaning: String {
    switch self {
    case .unknownPrincipal: "nobody has this principal id"
    case .roleNotHeld: "the principal does not hold the role it acts in"
    case .roleNotAllowed: "this role may not send this command"
    case .notYours: "the object belongs to another party or site"
    case .duplicateCommand: "the command id was used in the last day"
    case .wrongEpoch: "another leader has begun an epoch"
    case .sealedGenesis: "a log has one genesis, its first entry"
    case .unknownProposal: "no proposal is open at this position"
    case .approverIsProposer: "the one who proposed it cannot approve it"
    case .proposalExpired: "a proposal is open for seven days"
    case .unknownParty: "no party has this id"
    case .nameTaken: "this name is in use"
    case .nameReserved: "this name belongs to the market itself"
    case .unknownSite: "no site has this id"
    case .unknownChip: "this chip is not in the catalogue"
    case .unknownAccount: "no account has this id"
    case .currencyNotTraded: "the market does not trade in this currency"
    case .partyKind: "this kind of party cannot have that"
    case .rateOutOfBounds: "a rate is within a factor of 100 and valid in the future"
    case .unknownVersion: "this release or this ledger does not know that version"
    case .generationNotNewer: "the site has published this generation or a later one"
    case .poolTwice: "a pool stands twice in the schedule"
    case .spansNotInOrder: "spans are ascending, not empty and do not overlap"
    case .notMultipleOfUnit: "GPUs, unit and node do not divide each other"
    case .reclaimTooShort: "reclaim is never, or a notice of at least five minutes"
    case .promiseEnded: "`sellUntil` is not in the future"
    case .noOffer: "the site has no offer"
    case .lossTooLate: "a loss is declared within 48 hours; after that it is a breach"
    case .windowEmpty: "the latest end is not after the earliest start"
    case .windowTooShort: "no alternative fits into the window"
    case .windowPast: "the window is over, or lies beyond two years"
    case .leastAboveMost: "the least is above the most, or given for a kind that has none"
    case .notMultipleOfTogether: "GPUs are not a multiple of what must be on one node"
    case .holdTooLarge: "the bid is worth more than one bid may hold"
    case .tooManyOpenBids: "the party has as many open bids as the rules allow"
    case .insufficientFunds: "the account cannot cover the amount"
    case .unknownBid: "no open bid has this id"
    case .noRate: "there is no rate in force for the bid's currency"
    case .notCertified:
      "no site that the bid may go to is certified for its data class for as long as it would run"
    case .roundNotDue: "the round does not close yet"
    case .roundStillClosed: "the round before has not ended"
    case .roundNotClosed: "no round is closed"
    case .wrongRound: "another round is under way"
    case .partOutOfOrder: "parts of an outcome come in order"
    case .partsMissing: "the outcome lacks parts"
    case .outcomeInvalid: "the outcome does not pass the check"
    case .roundNotOverdue: "half a round has not passed since the close"
    case .leasesNotMoved: "leases that lost their place become bids before the round closes"
    case .marketFrozen: "the market is frozen: nothing is sold until two persons thaw it"
    case .marketNotFrozen: "the market is not frozen by that entry"
    case .unknownLease: "no live lease has this id"
    case .phaseNotAllowed: "a lease does not go back to that phase"
    case .leaseOver: "the lease is over or given back"
    case .readingsRefused: "none of the readings was accepted"
    case .notYetSettled: "the day is not over or its readings are missing"
    case .wrongDay: "days are charged in order"
    case .amountOutOfRange: "the amount is outside the bounds"
    case .totalOverflow: "the account's totals are exhausted"
    case .unknownProject: "the tenant has no project of this name"
    case .budgetHoursSpent: "the bid could take a month past its budget of GPU-hours"
    case .budgetMoneySpent: "the bid could take a month past its budget of money"
    case .unknownDispute: "no dispute is open at this position"
    case .notDisputable: "a day is disputed once it has begun and until seven days after its charge"
    case .alreadyDisputed: "a market day of a lease is disputed once"
    case .nothingToCorrect: "no more than that was delivered by the site's readings"
    case .tooMuchEvidence: "a dispute holds sixteen pieces of evidence"
    case .underDispute: "the day is charged when its dispute is decided"
    case .sealNotContiguous: "a seal begins where the last one ended"
    case .unknownCall: "no call has this id"
    case .callClosed: "the call takes no more applications"
    case .unknownApplication: "no application that waits for a decision has this id"
    case .appliedAlready: "the party has an application that waits in this call"
    case .beyondCall: "that is more than was called or applied for"
    case .conflictOfInterest:
      "the reviewer holds a role for the applicant, or for a centre that the fund pays"
    case .scoredAlready: "the reviewer has scored this application"
    case .scoresMissing: "fewer reviewers have scored it than the call asks for"
    case .relatedParties: "the tenant is related to the centre that would be paid"
    case .contractSubsidised: "another award or scheme pays for this contract"
    case .listPriceMissing: "the list prices have no such version, or not every chip"
    case .unknownAward: "no award has this id"
    case .awardEnded: "the award has ended"
    case .awardExpired: "the window is not inside the time of the award"
    case .awardElsewhere: "the award does not pay for this chip or site"
    case .awardKind: "an award pays for blocks and split bids"
    case .awardExhausted: "too little money or GPU time of the award is free"
    case .nothingLocked: "no half of the award waits for its progress report, or none has come"
    case .beyondPaid: "more than the award has paid and not got back"
    case .linkedFailed: "another leg of the same chain was refused"
    case .legShape: "the leg has not exactly the members that its action takes"
    case .timeoutNotAllowed: "only a pending leg has a time-out"
    case .timeoutOutOfRange: "a time-out is at least a millisecond and at most 366 days"
    case .accountOfMarket: "this account moves by the rules of the market alone"
    case .pendingIsOwn: "a chain cannot end a pending that it makes itself"
    case .unknownPending: "nothing is pending under this id, nor ended in the last day"
    case .pendingPosted: "the pending was posted before"
    case .pendingVoided: "the pending was voided before"
    case .pendingExpired: "the time of the pending is over"
    case .pendingNotByHand: "the money of a bid or lease is not ended by hand"
    case .sameAccount: "debit and credit are the same account"
    case .accountClosed: "the account is closed"
    case .currenciesDiffer: "the two accounts are in different currencies"
    case .amountAbovePending: "the amount is more than what is pending"
    case .tooManyPendings: "the account has as many pending transfers as one may have"
    case .nothingExpired: "nothing of the account has expired"
    case .accountInUse: "the account has money, something pending, a site or a debt"
    case .bankReferenceUsed: "the bank's reference stands with another deposit or payout"
    }
  }
}
