package import Market
import Units

/// A request to change the ledger. In the log: `{"kind":...,"v":1,"what":{...}}`.
package enum Command: Sendable, Equatable {
  /// The first entry, and no other.
  case genesis(Genesis)
  /// Two persons.
  case addParty(Party)
  /// Two persons; the principal is named by the entry that asked for it.
  case addPrincipal(NewPrincipal)
  /// Two persons.
  case addSite(Site)
  /// Two persons.
  case addChip(Chip)
  /// Two persons.
  case certify(Certificate)
  /// By the site's agent or the platform.
  case setLatencies(LatencyReport)
  /// Two persons.
  case setRate(DatedRate)
  /// Two persons; all rules at once.
  case setRules(Rules)
  /// Two persons; money comes in from the bank.
  case deposit(BankTransfer)
  /// Two persons; money goes out to the bank.
  case payout(BankTransfer)
  /// Two persons.
  case setCreditLimit(CreditLimit)
  /// Two persons; an account takes part no more, or again.
  case closeAccount(AccountClosure)
  /// Legs that move or end money together or not at all.
  case transfer(TransferTerms)
  /// Frees what of an account was not posted in its time.
  case expireTransfers(AccountName)
  /// The whole schedule of a site.
  case publishOffer(Offer)
  /// Nothing more is sold; leases run on.
  case withdrawOffer(OfferWithdrawal)
  /// By the site's agent or its centre; whom it hits the ledger decides.
  case reclaimCapacity(ReclaimTerms)
  /// Two persons: capacity that was lost without fault.
  case declareLoss(ReclaimTerms)
  /// The bid is named by its entry.
  case placeBid(BidTerms)
  /// Number: position of the bid.
  case cancelBid(Numbered)
  /// Freezes the book of this round.
  case closeRound(Numbered)
  /// Parts come in order.
  case outcomePart(OutcomePartTerms)
  /// Every replica checks before it trades.
  case commitOutcome(OutcomeCommit)
  /// A round without an accepted outcome.
  case voidRound(Numbered)
  /// A site says how far a lease is.
  case reportLease(LeaseReport)
  /// The tenant gives back; the rest is charged.
  case endLease(LeaseName)
  /// One command a site and quarter hour.
  case recordReadings(ReadingReport)
  /// Charges one lease for one market day.
  case settle(SettleTerms)
  /// Two persons.
  case addProject(Project)
  /// By a manager of the tenant; without limits the budget ends.
  case setBudget(Budget)
  /// The tenant says that less was delivered; named by this entry.
  case openDispute(DisputeTerms)
  /// By either side of a dispute.
  case addEvidence(EvidenceTerms)
  /// Two persons.
  case decideDispute(DisputeDecision)
  /// Two persons; part of a charge is given back.
  case correctCharge(CorrectionTerms)
  /// What is left of a lease that lost its place becomes a bid, named by this entry.
  case moveLease(LeaseName)
  /// Number: position of the proposal.
  case approve(Numbered)
  /// Number: position of the proposal.
  case decline(Numbered)
  /// Proves the events since the last seal.
  case seal(SealTerms)
  /// A leader begins an epoch.
  case lead(Numbered)
  /// Two persons; switches the rules of `apply` at this position.
  case activate(Numbered)
  /// One person: nothing is sold from now on. From version 2 on.
  case freezeMarket(MarketFreezeTerms)
  /// Two persons. Number: position of the entry that froze it. From version 2 on.
  case thawMarket(Numbered)
  /// A site will not deliver what is left of a lease, for good. From version 3 on.
  case abandonLease(LeaseName)
  /// Two persons: who must have cosigned, and what surveillance measures by. From version 5 on.
  case setOversight(Oversight)
  case scheme(SchemeCommand)

  /// The names of the kinds, as they stand in the log.
  package enum Kind: String, Sendable, CaseIterable {
    case genesis
    case addParty = "add-party"
    case addPrincipal = "add-principal"
    case addSite = "add-site"
    case addChip = "add-chip"
    case certify
    case setLatencies = "set-latencies"
    case setRate = "set-rate"
    case setRules = "set-rules"
    case deposit
    case payout
    case setCreditLimit = "set-credit-limit"
    case closeAccount = "close-account"
    case transfer
    case expireTransfers = "expire-transfers"
    case publishOffer = "publish-offer"
    case withdrawOffer = "withdraw-offer"
    case reclaimCapacity = "reclaim-capacity"
    case declareLoss = "declare-loss"
    case placeBid = "place-bid"
    case cancelBid = "cancel-bid"
    case closeRound = "close-round"
    case outcomePart = "outcome-part"
    case commitOutcome = "commit-outcome"
    case voidRound = "void-round"
    case reportLease = "report-lease"
    case endLease = "end-lease"
    case recordReadings = "record-readings"
    case settle
    case addProject = "add-project"
    case setBudget = "set-budget"
    case openDispute = "open-dispute"
    case addEvidence = "add-evidence"
    case decideDispute = "decide-dispute"
    case correctCharge = "correct-charge"
    case moveLease = "move-lease"
    case approve
    case decline
    case seal
    case lead
    case activate
    case freezeMarket = "freeze-market"
    case thawMarket = "thaw-market"
    case abandonLease = "abandon-lease"
    case setOversight = "set-oversight"
    case setListPrices = "set-list-prices"
    case stateRelation = "state-relation"
    case registerContract = "register-contract"
    case openCall = "open-call"
    case closeCall = "close-call"
    case applyForAward = "apply-for-award"
    case scoreApplication = "score-application"
    case decideApplication = "decide-application"
    case reportProgress = "report-progress"
    case releaseAward = "release-award"
    case clawBackAward = "claw-back-award"
  }

  /// The version of the fields of a kind that this release writes and reads.
  package static let fieldsVersion: Int64 = 1

  package var kind: Kind {
    switch self {
    case .genesis: .genesis
    case .addParty: .addParty
    case .addPrincipal: .addPrincipal
    case .addSite: .addSite
    case .addChip: .addChip
    case .certify: .certify
    case .setLatencies: .setLatencies
    case .setRate: .setRate
    case .setRules: .setRules
    case .deposit: .deposit
    case .payout: .payout
    case .setCreditLimit: .setCreditLimit
    case .closeAccount: .closeAccount
    case .transfer: .transfer
    case .expireTransfers: .expireTransfers
    case .publishOffer: .publishOffer
    case .withdrawOffer: .withdrawOffer
    case .reclaimCapacity: .reclaimCapacity
    case .declareLoss: .declareLoss
    case .placeBid: .placeBid
    case .cancelBid: .cancelBid
    case .closeRound: .closeRound
    case .outcomePart: .outcomePart
    case .commitOutcome: .commitOutcome
    case .voidRound: .voidRound
    case .reportLease: .reportLease
    case .endLease: .endLease
    case .recordReadings: .recordReadings
    case .settle: .settle
    case .addProject: .addProject
    case .setBudget: .setBudget
    case .openDispute: .openDispute
    case .addEvidence: .addEvidence
    case .decideDispute: .decideDispute
    case .correctCharge: .correctCharge
    case .moveLease: .moveLease
    case .approve: .approve
    case .decline: .decline
    case .seal: .seal
    case .lead: .lead
    case .activate: .activate
    case .freezeMarket: .freezeMarket
    case .thawMarket: .thawMarket
    case .abandonLease: .abandonLease
    case .setOversight: .setOversight
    case .scheme(let command): command.kind
    }
  }
}

extension Command.Kind {
  /// Who may send it. The genesis has no sender.
  package var roles: [Role] {
    switch self {
    case .genesis:
      []
    case .addParty,
      .addPrincipal,
      .addSite,
      .addChip,
      .certify,
      .setRate,
      .setRules,
      .deposit,
      .payout,
      .setCreditLimit,
      .closeAccount,
      .declareLoss,
      .decideDispute,
      .correctCharge,
      .addProject,
      .activate,
      .freezeMarket,
      .thawMarket,
      .setOversight,
      .setListPrices,
      .stateRelation,
      .registerContract:
      [.platform]
    case .approve,
      .decline:
      [.platform, .reviewer]
    case .setLatencies:
      [.agent, .platform]
    case .publishOffer,
      .withdrawOffer,
      .reclaimCapacity,
      .abandonLease:
      [.agent, .centre]
    case .placeBid,
      .cancelBid,
      .endLease,
      .applyForAward,
      .reportProgress,
      .openDispute:
      [.trader]
    case .transfer, .addEvidence:
      [.centre, .trader]
    case .setBudget:
      [.manager]
    case .closeRound,
      .outcomePart,
      .commitOutcome,
      .voidRound,
      .settle,
      .moveLease,
      .expireTransfers,
      .seal,
      .lead:
      [.leader]
    case .reportLease,
      .recordReadings:
      [.agent]
    case .openCall,
      .closeCall,
      .scoreApplication,
      .decideApplication,
      .releaseAward,
      .clawBackAward:
      [.reviewer]
    }
  }

  /// It is proposed by one principal and takes effect when another approves it.
  package var needsTwoPersons: Bool {
    switch self {
    case .addParty,
      .addPrincipal,
      .addSite,
      .addChip,
      .certify,
      .setRate,
      .setRules,
      .deposit,
      .payout,
      .setCreditLimit,
      .closeAccount,
      .declareLoss,
      .decideDispute,
      .correctCharge,
      .addProject,
      .activate,
      .thawMarket,
      .setOversight,
      .setListPrices,
      .stateRelation,
      .registerContract,
      .openCall,
      .decideApplication,
      .releaseAward,
      .clawBackAward:
      true
    default: false
    }
  }
}
