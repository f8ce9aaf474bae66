import Ledger
import LedgerFixture
import Market
import Testing
import Units

@Suite struct SenderTests {
  /// Who may send what, written down a second time.
  private static let allowed: [(Role, [Command.Kind])] = [
    (
      .agent,
      [
        .setLatencies, .publishOffer, .withdrawOffer, .reclaimCapacity, .reportLease,
        .recordReadings, .abandonLease,
      ]
    ),
    (
      .centre,
      [
        .publishOffer, .withdrawOffer, .reclaimCapacity, .transfer, .addEvidence, .abandonLease,
      ]
    ),
    (
      .leader,
      [
        .closeRound, .outcomePart, .commitOutcome, .voidRound, .settle, .moveLease, .seal, .lead,
        .expireTransfers,
      ]
    ),
    (
      .platform,
      [
        .addParty, .addPrincipal, .addSite, .addChip, .certify, .setLatencies, .setRate, .setRules,
        .deposit, .payout, .setCreditLimit, .closeAccount, .declareLoss, .approve, .decline,
        .activate, .addProject, .decideDispute, .correctCharge, .freezeMarket, .thawMarket,
        .setOversight, .setListPrices, .stateRelation, .registerContract,
      ]
    ),
    (.manager, [.setBudget]),
    (.regulator, []),
    (
      .reviewer,
      [
        .openCall, .closeCall, .scoreApplication, .decideApplication, .releaseAward,
        .clawBackAward, .approve, .decline,
      ]
    ),
    (
      .trader,
      [
        .placeBid, .cancelBid, .endLease, .transfer, .applyForAward, .reportProgress, .openDispute,
        .addEvidence,
      ]
    ),
  ]

  private static var sample: TransferTerms {
    var terms = TransferTerms()
    terms.legs = [TransferLeg()]
    return terms
  }

  private static let samples: [Command] = [
    .addParty(Exchange.party("x", .tenant, .hkd)), .addPrincipal(NewPrincipal()), .addSite(Site()),
    .addChip(Chip()), .certify(Certificate()), .setLatencies(LatencyReport()),
    .setRate(DatedRate()), .setRules(Rules()), .deposit(BankTransfer()), .payout(BankTransfer()),
    .setCreditLimit(CreditLimit()), .publishOffer(Offer()), .withdrawOffer(OfferWithdrawal()),
    .reclaimCapacity(ReclaimTerms()), .declareLoss(ReclaimTerms()), .moveLease(LeaseName()),
    .placeBid(BidTerms()), .cancelBid(Numbered()), .closeRound(Numbered()),
    .outcomePart(OutcomePartTerms()), .commitOutcome(OutcomeCommit()), .voidRound(Numbered()),
    .reportLease(LeaseReport()), .endLease(LeaseName()), .recordReadings(ReadingReport()),
    .settle(SettleTerms()), .approve(Numbered()), .decline(Numbered()), .seal(SealTerms()),
    .lead(Numbered()), .activate(Numbered()), .freezeMarket(MarketFreezeTerms()),
    .thawMarket(Numbered()), .setOversight(Oversight()), .abandonLease(LeaseName()),
    .scheme(.setListPrices(PriceList())),
    .scheme(.stateRelation(Relation())), .scheme(.registerContract(SubsidisedContract())),
    .scheme(.openCall(CallTerms())), .scheme(.closeCall(Numbered())),
    .scheme(.apply(ApplicationTerms())), .scheme(.score(ScoreTerms())),
    .scheme(.decide(DecisionTerms())), .scheme(.reportProgress(ProgressTerms())),
    .scheme(.release(Numbered())), .scheme(.clawBack(ClawbackTerms())),
    .closeAccount(AccountClosure()), .expireTransfers(AccountName()), .transfer(sample),
    .openDispute(DisputeTerms()),
    .addEvidence(EvidenceTerms()), .decideDispute(DisputeDecision()),
    .correctCharge(CorrectionTerms()),
    .addProject(Project()), .setBudget(Budget()),
  ]

  @Test("every kind of command is refused to every role but those that may send it")
  func roles() throws {
    var hall = try Hall()
    _ = try Exchange.accepted(
      try hall.exchange.decree(.addParty(Exchange.party("sfc", .regulator, .hkd))))
    let senders: [Role: String] = [
      .agent: hall.hk, .centre: hall.hk, .leader: "leader", .platform: "maker",
      .manager: try hall.exchange.add("hku", [.manager]),
      .regulator: try hall.exchange.add("sfc", [.regulator]), .trader: hall.hku,
      .reviewer: try hall.committee().third,
    ]
    #expect(Set(Self.samples.map(\.kind)).union([.genesis]) == Set(Command.Kind.allCases))
    for (role, kinds) in Self.allowed {
      for command in Self.samples {
        let entry = Entry(
          position: hall.exchange.state.position, time: hall.exchange.time, epoch: 0,
          id: hall.exchange.freshID(), by: senders[role] ?? "", role: role, command: command)
        let refusal = Exchange.refusal(try hall.exchange.apply(entry))
        #expect(
          (refusal == .roleNotAllowed) != kinds.contains(command.kind), "\(role) \(command.kind)")
        // Nobody acts in a role that was not given.
        let other = role == .platform ? "leader" : "maker"
        let borrowed = try hall.exchange.send(
          .lead(Numbered(1)), by: other, as: role == .leader ? .leader : role)
        #expect(Exchange.refusal(borrowed) == .roleNotHeld)
      }
    }
  }

  @Test("what needs two persons does nothing until the second, and then once")
  func twoPersons() throws {
    var hall = try Hall()
    let needing = Set(Self.samples.filter(\.kind.needsTwoPersons).map(\.kind))
    #expect(
      needing == [
        .addParty, .addPrincipal, .addSite, .addChip, .certify, .setRate, .setRules, .deposit,
        .payout, .setCreditLimit, .closeAccount, .declareLoss, .activate, .setListPrices,
        .stateRelation,
        .registerContract, .openCall, .decideApplication, .releaseAward, .clawBackAward,
        .decideDispute, .correctCharge,
        .addProject, .thawMarket, .setOversight,
      ])
    var chip = Chip()
    chip.chip = "b200"
    let number = hall.exchange.state.position
    let proposed = try hall.exchange.send(.addChip(chip), by: "maker", as: .platform)
    #expect(proposed.count == 1 && !hall.exchange.state.chips.contains("b200"))
    let approved = try hall.exchange.send(
      .approve(Numbered(number)), by: "checker", as: .platform)
    #expect(approved.count == 2 && hall.exchange.state.chips.contains("b200"))
    let again = try hall.exchange.send(.approve(Numbered(number)), by: "checker", as: .platform)
    #expect(Exchange.refusal(again) == .unknownProposal)
  }

  @Test("a declined proposal is gone, and one that became impossible is refused at its approval")
  func declined() throws {
    var hall = try Hall()
    var chip = Chip()
    chip.chip = "b200"
    let first = hall.exchange.state.position
    try hall.exchange.send(.addChip(chip), by: "maker", as: .platform)
    let second = hall.exchange.state.position
    try hall.exchange.send(.addChip(chip), by: "maker", as: .platform)
    let third = hall.exchange.state.position
    try hall.exchange.send(.addChip(chip), by: "checker", as: .platform)
    try hall.exchange.send(.decline(Numbered(third)), by: "maker", as: .platform)
    func approve(_ number: Int64, _ by: String) throws -> Refusal? {
      Exchange.refusal(try hall.exchange.send(.approve(Numbered(number)), by: by, as: .platform))
    }
    #expect(try approve(third, "maker") == .unknownProposal)
    #expect(try approve(second, "checker") == nil)
    #expect(try approve(first, "checker") == .nameTaken)
  }

  @Test("an agent speaks for its own site alone, an administrator for its centre's")
  func ownSite() throws {
    var hall = try Hall()
    for role in [Role.agent, .centre] {
      var offer = Offer.flat("sz", gpus: 1, ask: 1, until: Hall.start + Span.day, generation: 9)
      let other = try hall.exchange.send(.publishOffer(offer), by: hall.hk, as: role)
      #expect(Exchange.refusal(other) == .notYours)
      offer.site = "hk"
      offer.generation = role == .agent ? 9 : 10
      let own = try hall.exchange.send(.publishOffer(offer), by: hall.hk, as: role)
      #expect(Exchange.refusal(own) == nil)
    }
  }

  @Test("an id is known for a day of log time, whoever sends it")
  func ids() throws {
    var hall = try Hall()
    let id = hall.exchange.freshID()
    func send(_ by: String) throws -> Refusal? {
      Exchange.refusal(try hall.exchange.send(.placeBid(hall.block()), by: by, as: .trader, id: id))
    }
    #expect(try send(hall.hku) == nil)
    #expect(try send(hall.hku) == .duplicateCommand)
    #expect(try send(hall.thu) == .duplicateCommand)
    hall.exchange.time += Span.day
    #expect(try send(hall.hku) == .duplicateCommand)
    #expect(hall.exchange.state.book.bids.count == 1)
    hall.exchange.time += 1
    #expect(try send(hall.hku) == .windowTooShort)
  }

  @Test("a leader of an older epoch is refused, whatever it sends")
  func epochs() throws {
    var hall = try Hall()
    try hall.exchange.send(.lead(Numbered(4)), by: "leader", as: .leader)
    hall.exchange.time = hall.exchange.state.roundDue
    for command in Self.samples where command.kind.roles == [.leader] && command.kind != .lead {
      let entry = Entry(
        position: hall.exchange.state.position, time: hall.exchange.time, epoch: 3,
        id: hall.exchange.freshID(), by: "leader", role: .leader, command: command)
      #expect(Exchange.refusal(try hall.exchange.apply(entry)) == .wrongEpoch)
    }
    let older = try hall.exchange.send(.lead(Numbered(4)), by: "leader", as: .leader)
    #expect(Exchange.refusal(older) == .wrongEpoch)
  }
}
