package import Accounts
package import Leases
package import Market
import Units

/// What an entry caused, in order. In the log's events: `{"event":...,"i":...,"n":...,"what":{...}}`.
package enum Event: Sendable, Equatable {
  case genesis(Genesis)
  case partyAdded(Party)
  /// With its limit and without money.
  case accountOpened(Account)
  case principalAdded(Principal)
  case siteAdded(Site)
  case chipAdded(Chip)
  case certified(Certificate)
  case latenciesSet(LatencyReport)
  case rateSet(DatedRate)
  case rulesSet(Rules)
  case creditLimitSet(CreditLimit)
  case closureSet(AccountClosure)
  /// Money came from the bank or went there.
  case banked(BankLine)
  /// One step of a linked chain.
  case moneyMoved(Movement)
  case offerPublished(Offer)
  case offerWithdrawn(OfferWithdrawal)
  case bidPlaced(Bid)
  /// What is left of a lease, on other terms.
  case bidChanged(Bid)
  case bidEnded(BidEnded)
  case roundClosed(RoundClosed)
  /// One pool of a round that ended.
  case pricesSet(PoolPrices)
  case roundEnded(RoundEnded)
  /// What one bid got.
  case traded(Trade)
  /// A part of a trade.
  case leaseOrdered(Lease)
  case leaseChanged(LeaseChanged)
  /// What a running lease got beyond its firm part.
  case extrasSold(ExtrasSale)
  /// What of it was taken back.
  case extrasCut(ExtrasCut)
  /// A site has so much less of a pool.
  case capacityReclaimed(CapacityReclaimed)
  /// What a centre owes for capacity that it did not deliver, and how much of it is paid.
  case damagesDue(Damages)
  case readingAccepted(Reading)
  case readingRefused(ReadingRefused)
  case charged(Charge)
  case projectAdded(Project)
  case budgetSet(Budget)
  case disputeOpened(Dispute)
  case evidenceAdded(EvidenceAdded)
  case disputeDecided(DisputeDecided)
  /// Part of a charge was given back.
  case corrected(Correction)
  case proposalChanged(ProposalChanged)
  case sealed(SealTerms)
  case led(Numbered)
  case activated(Numbered)
  /// Nothing is sold from here on.
  case marketFrozen(MarketFreeze)
  /// What it was that ended.
  case marketThawed(MarketFreeze)
  case oversightSet(Oversight)
  case scheme(SchemeEvent)
  /// The command caused nothing; always the only event.
  case refused(CommandRefused)

  /// As it stands in the log: `bid-placed`.
  package var name: String {
    switch self {
    case .genesis: "genesis"
    case .partyAdded: "party-added"
    case .accountOpened: "account-opened"
    case .principalAdded: "principal-added"
    case .siteAdded: "site-added"
    case .chipAdded: "chip-added"
    case .certified: "certified"
    case .latenciesSet: "latencies-set"
    case .rateSet: "rate-set"
    case .rulesSet: "rules-set"
    case .creditLimitSet: "credit-limit-set"
    case .closureSet: "closure-set"
    case .banked: "banked"
    case .moneyMoved: "money-moved"
    case .offerPublished: "offer-published"
    case .offerWithdrawn: "offer-withdrawn"
    case .bidPlaced: "bid-placed"
    case .bidChanged: "bid-changed"
    case .bidEnded: "bid-ended"
    case .roundClosed: "round-closed"
    case .pricesSet: "prices-set"
    case .roundEnded: "round-ended"
    case .traded: "traded"
    case .leaseOrdered: "lease-ordered"
    case .leaseChanged: "lease-changed"
    case .extrasSold: "extras-sold"
    case .extrasCut: "extras-cut"
    case .capacityReclaimed: "capacity-reclaimed"
    case .damagesDue: "damages-due"
    case .readingAccepted: "reading-accepted"
    case .readingRefused: "reading-refused"
    case .charged: "charged"
    case .projectAdded: "project-added"
    case .budgetSet: "budget-set"
    case .disputeOpened: "dispute-opened"
    case .evidenceAdded: "evidence-added"
    case .disputeDecided: "dispute-decided"
    case .corrected: "corrected"
    case .proposalChanged: "proposal-changed"
    case .sealed: "sealed"
    case .led: "led"
    case .activated: "activated"
    case .marketFrozen: "market-frozen"
    case .marketThawed: "market-thawed"
    case .oversightSet: "oversight-set"
    case .scheme(let happened): happened.name
    case .refused: "refused"
    }
  }

  /// The canonical bytes of the event at this index of the entry at this position: a leaf of a seal.
  package func encoded(position: Int64, index: Int) -> [UInt8] {
    switch self {
    case .genesis(let what): Self.encode(EventFrame(name, index, position, what))
    case .partyAdded(let what): Self.encode(EventFrame(name, index, position, what))
    case .accountOpened(let what): Self.encode(EventFrame(name, index, position, what))
    case .principalAdded(let what): Self.encode(EventFrame(name, index, position, what))
    case .siteAdded(let what): Self.encode(EventFrame(name, index, position, what))
    case .chipAdded(let what): Self.encode(EventFrame(name, index, position, what))
    case .certified(let what): Self.encode(EventFrame(name, index, position, what))
    case .latenciesSet(let what): Self.encode(EventFrame(name, index, position, what))
    case .rateSet(let what): Self.encode(EventFrame(name, index, position, what))
    case .rulesSet(let what): Self.encode(EventFrame(name, index, position, what))
    case .creditLimitSet(let what): Self.encode(EventFrame(name, index, position, what))
    case .closureSet(let what): Self.encode(EventFrame(name, index, position, what))
    case .banked(let what): Self.encode(EventFrame(name, index, position, what))
    case .moneyMoved(let what): Self.encode(EventFrame(name, index, position, what))
    case .offerPublished(let what): Self.encode(EventFrame(name, index, position, what))
    case .offerWithdrawn(let what): Self.encode(EventFrame(name, index, position, what))
    case .bidPlaced(let what): Self.encode(EventFrame(name, index, position, what))
    case .bidChanged(let what): Self.encode(EventFrame(name, index, position, what))
    case .bidEnded(let what): Self.encode(EventFrame(name, index, position, what))
    case .roundClosed(let what): Self.encode(EventFrame(name, index, position, what))
    case .pricesSet(let what): Self.encode(EventFrame(name, index, position, what))
    case .roundEnded(let what): Self.encode(EventFrame(name, index, position, what))
    case .traded(let what): Self.encode(EventFrame(name, index, position, what))
    case .leaseOrdered(let what): Self.encode(EventFrame(name, index, position, what))
    case .leaseChanged(let what): Self.encode(EventFrame(name, index, position, what))
    case .extrasSold(let what): Self.encode(EventFrame(name, index, position, what))
    case .extrasCut(let what): Self.encode(EventFrame(name, index, position, what))
    case .capacityReclaimed(let what): Self.encode(EventFrame(name, index, position, what))
    case .damagesDue(let what): Self.encode(EventFrame(name, index, position, what))
    case .readingAccepted(let what): Self.encode(EventFrame(name, index, position, what))
    case .readingRefused(let what): Self.encode(EventFrame(name, index, position, what))
    case .charged(let what): Self.encode(EventFrame(name, index, position, what))
    case .projectAdded(let what): Self.encode(EventFrame(name, index, position, what))
    case .budgetSet(let what): Self.encode(EventFrame(name, index, position, what))
    case .disputeOpened(let what): Self.encode(EventFrame(name, index, position, what))
    case .evidenceAdded(let what): Self.encode(EventFrame(name, index, position, what))
    case .disputeDecided(let what): Self.encode(EventFrame(name, index, position, what))
    case .corrected(let what): Self.encode(EventFrame(name, index, position, what))
    case .proposalChanged(let what): Self.encode(EventFrame(name, index, position, what))
    case .sealed(let what): Self.encode(EventFrame(name, index, position, what))
    case .led(let what): Self.encode(EventFrame(name, index, position, what))
    case .activated(let what): Self.encode(EventFrame(name, index, position, what))
    case .marketFrozen(let what): Self.encode(EventFrame(name, index, position, what))
    case .marketThawed(let what): Self.encode(EventFrame(name, index, position, what))
    case .oversightSet(let what): Self.encode(EventFrame(name, index, position, what))
    case .scheme(let happened): happened.encoded(position: position, index: index)
    case .refused(let what): Self.encode(EventFrame(name, index, position, what))
    }
  }

  static func encode<R: Record>(_ frame: EventFrame<R>) -> [UInt8] {
    FieldCodec.encode(frame)
  }
}

/// What stands around the record of every event.
struct EventFrame<R: Record>: Record {
  var name = ""
  var index = 0
  var position: Int64 = 0
  var what = R()

  init() {}

  init(_ name: String, _ index: Int, _ position: Int64, _ what: R) {
    self.name = name
    self.index = index
    self.position = position
    self.what = what
  }

  mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("event", &name, .name)
    try codec.int("i", &index, 0...Int64.max)
    try codec.int("n", &position, Bound.position)
    try codec.record("what", &what)
  }
}
