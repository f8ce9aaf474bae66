import Market
package import Units

// The bytes of a command: its kind, the version of its fields, its record.
extension Command: Record {
  package init() { self = .voidRound(Numbered()) }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    var kind = kind
    try codec.choice("kind", &kind)
    var version = Self.fieldsVersion
    try codec.int("v", &version, Self.fieldsVersion...Self.fieldsVersion)
    try what(kind, &codec)
  }

  private mutating func what(_ kind: Kind, _ codec: inout FieldCodec) throws(CodecError) {
    switch kind {
    case .genesis:
      var value = Genesis()
      if case .genesis(let present) = self { value = present }
      try codec.record("what", &value)
      self = .genesis(value)
    case .addParty:
      var value = Party()
      if case .addParty(let present) = self { value = present }
      try codec.record("what", &value)
      self = .addParty(value)
    case .addPrincipal:
      var value = NewPrincipal()
      if case .addPrincipal(let present) = self { value = present }
      try codec.record("what", &value)
      self = .addPrincipal(value)
    case .addSite:
      var value = Site()
      if case .addSite(let present) = self { value = present }
      try codec.record("what", &value)
      self = .addSite(value)
    case .addChip:
      var value = Chip()
      if case .addChip(let present) = self { value = present }
      try codec.record("what", &value)
      self = .addChip(value)
    case .certify:
      var value = Certificate()
      if case .certify(let present) = self { value = present }
      try codec.record("what", &value)
      self = .certify(value)
    case .setLatencies:
      var value = LatencyReport()
      if case .setLatencies(let present) = self { value = present }
      try codec.record("what", &value)
      self = .setLatencies(value)
    case .setRate:
      var value = DatedRate()
      if case .setRate(let present) = self { value = present }
      try codec.record("what", &value)
      self = .setRate(value)
    case .setRules:
      var value = Rules()
      if case .setRules(let present) = self { value = present }
      try codec.record("what", &value)
      self = .setRules(value)
    case .deposit:
      var value = BankTransfer()
      if case .deposit(let present) = self { value = present }
      try codec.record("what", &value)
      self = .deposit(value)
    case .payout:
      var value = BankTransfer()
      if case .payout(let present) = self { value = present }
      try codec.record("what", &value)
      self = .payout(value)
    case .setCreditLimit:
      var value = CreditLimit()
      if case .setCreditLimit(let present) = self { value = present }
      try codec.record("what", &value)
      self = .setCreditLimit(value)
    case .closeAccount:
      var value = AccountClosure()
      if case .closeAccount(let present) = self { value = present }
      try codec.record("what", &value)
      self = .closeAccount(value)
    case .transfer:
      var value = TransferTerms()
      if case .transfer(let present) = self { value = present }
      try codec.record("what", &value)
      self = .transfer(value)
    case .expireTransfers:
      var value = AccountName()
      if case .expireTransfers(let present) = self { value = present }
      try codec.record("what", &value)
      self = .expireTransfers(value)
    case .publishOffer:
      var value = Offer()
      if case .publishOffer(let present) = self { value = present }
      try codec.record("what", &value)
      self = .publishOffer(value)
    case .withdrawOffer:
      var value = OfferWithdrawal()
      if case .withdrawOffer(let present) = self { value = present }
      try codec.record("what", &value)
      self = .withdrawOffer(value)
    case .reclaimCapacity:
      var value = ReclaimTerms()
      if case .reclaimCapacity(let present) = self { value = present }
      try codec.record("what", &value)
      self = .reclaimCapacity(value)
    case .declareLoss:
      var value = ReclaimTerms()
      if case .declareLoss(let present) = self { value = present }
      try codec.record("what", &value)
      self = .declareLoss(value)
    case .placeBid:
      var value = BidTerms()
      if case .placeBid(let present) = self { value = present }
      try codec.record("what", &value)
      self = .placeBid(value)
    case .cancelBid:
      var value = Numbered()
      if case .cancelBid(let present) = self { value = present }
      try codec.record("what", &value)
      self = .cancelBid(value)
    case .closeRound:
      var value = Numbered()
      if case .closeRound(let present) = self { value = present }
      try codec.record("what", &value)
      self = .closeRound(value)
    case .outcomePart:
      var value = OutcomePartTerms()
      if case .outcomePart(let present) = self { value = present }
      try codec.record("what", &value)
      self = .outcomePart(value)
    case .commitOutcome:
      var value = OutcomeCommit()
      if case .commitOutcome(let present) = self { value = present }
      try codec.record("what", &value)
      self = .commitOutcome(value)
    case .voidRound:
      var value = Numbered()
      if case .voidRound(let present) = self { value = present }
      try codec.record("what", &value)
      self = .voidRound(value)
    case .reportLease:
      var value = LeaseReport()
      if case .reportLease(let present) = self { value = present }
      try codec.record("what", &value)
      self = .reportLease(value)
    case .endLease:
      var value = LeaseName()
      if case .endLease(let present) = self { value = present }
      try codec.record("what", &value)
      self = .endLease(value)
    case .recordReadings:
      var value = ReadingReport()
      if case .recordReadings(let present) = self { value = present }
      try codec.record("what", &value)
      self = .recordReadings(value)
    case .settle:
      var value = SettleTerms()
      if case .settle(let present) = self { value = present }
      try codec.record("what", &value)
      self = .settle(value)
    case .addProject:
      var value = Project()
      if case .addProject(let present) = self { value = present }
      try codec.record("what", &value)
      self = .addProject(value)
    case .setBudget:
      var value = Budget()
      if case .setBudget(let present) = self { value = present }
      try codec.record("what", &value)
      self = .setBudget(value)
    case .openDispute:
      var value = DisputeTerms()
      if case .openDispute(let present) = self { value = present }
      try codec.record("what", &value)
      self = .openDispute(value)
    case .addEvidence:
      var value = EvidenceTerms()
      if case .addEvidence(let present) = self { value = present }
      try codec.record("what", &value)
      self = .addEvidence(value)
    case .decideDispute:
      var value = DisputeDecision()
      if case .decideDispute(let present) = self { value = present }
      try codec.record("what", &value)
      self = .decideDispute(value)
    case .correctCharge:
      var value = CorrectionTerms()
      if case .correctCharge(let present) = self { value = present }
      try codec.record("what", &value)
      self = .correctCharge(value)
    case .moveLease:
      var value = LeaseName()
      if case .moveLease(let present) = self { value = present }
      try codec.record("what", &value)
      self = .moveLease(value)
    case .approve:
      var value = Numbered()
      if case .approve(let present) = self { value = present }
      try codec.record("what", &value)
      self = .approve(value)
    case .decline:
      var value = Numbered()
      if case .decline(let present) = self { value = present }
      try codec.record("what", &value)
      self = .decline(value)
    case .seal:
      var value = SealTerms()
      if case .seal(let present) = self { value = present }
      try codec.record("what", &value)
      self = .seal(value)
    case .lead:
      var value = Numbered()
      if case .lead(let present) = self { value = present }
      try codec.record("what", &value)
      self = .lead(value)
    case .activate:
      var value = Numbered()
      if case .activate(let present) = self { value = present }
      try codec.record("what", &value)
      self = .activate(value)
    case .freezeMarket:
      var value = MarketFreezeTerms()
      try codec.record("what", &value)
      self = .freezeMarket(value)
    case .thawMarket:
      var value = Numbered()
      if case .thawMarket(let present) = self { value = present }
      try codec.record("what", &value)
      self = .thawMarket(value)
    case .abandonLease:
      var value = LeaseName()
      if case .abandonLease(let present) = self { value = present }
      try codec.record("what", &value)
      self = .abandonLease(value)
    case .setOversight:
      var value = Oversight()
      if case .setOversight(let present) = self { value = present }
      try codec.record("what", &value)
      self = .setOversight(value)
    default:
      guard var value = SchemeCommand(kind) else { throw codec.fail("a known kind") }
      if case .scheme(let present) = self { value = present }
      try value.what(&codec)
      self = .scheme(value)
    }
  }
}
