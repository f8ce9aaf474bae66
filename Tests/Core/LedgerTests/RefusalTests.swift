import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Testing
import Units

@Suite struct RefusalTests {
  @Test("each refusal is met, alone, and leaves nothing behind", arguments: Way.all)
  func met(_ way: Way) throws {
    var hall = try way.hall()
    let events = try way.go(&hall)
    guard case .refused(let refused)? = events.first else {
      Issue.record("nothing was refused")
      return
    }
    #expect(refused.code == way.code)
    #expect(events.count == 1)
    let last = try #require(hall.exchange.log.last)
    #expect(refused.command == last.command.kind)

    // What stands before and after differs in position, time and known ids alone.
    var before = LedgerState()
    for entry in hall.exchange.log.dropLast() { _ = try before.apply(entry) }
    var after = before
    _ = try after.apply(last)
    #expect(after.position == before.position + 1)
    #expect(after.accounts.accounts.values == before.accounts.accounts.values)
    #expect(after.accounts.pendings.values == before.accounts.pendings.values)
    #expect(after.book.bids.values == before.book.bids.values)
    #expect(after.book.offers.values == before.book.offers.values)
    #expect(after.leases.values == before.leases.values)
    #expect(after.parties.values == before.parties.values)
    #expect(after.principals.values == before.principals.values)
    #expect(after.round == before.round && after.epoch == before.epoch)
    #expect(after.proposals.values == before.proposals.values)
    #expect(FieldCodec.encode(after.scheme) == FieldCodec.encode(before.scheme))
  }

  @Test("the table above has a way to every refusal but those that no entry can meet")
  func complete() {
    // What other legs of a chain get; the chain itself has the code of the first that failed.
    let unreachable: Set<Refusal> = [.linkedFailed]
    #expect(Set(Way.all.map(\.code)) == Set(Refusal.allCases).subtracting(unreachable))
  }

  @Test("an amount that no entry can say is refused by the book all the same")
  func outOfRange() throws {
    var hall = try Hall()
    var transfer = BankTransfer()
    transfer.account = "hku:hkd"
    transfer.amount = Bound.amount.upperBound + 1
    transfer.reference = String(repeating: "0", count: 64)
    let entry = Entry(
      position: hall.exchange.state.position, time: hall.exchange.time, epoch: 0,
      id: hall.exchange.freshID(), by: "maker", role: .platform, command: .deposit(transfer))
    #expect(Exchange.refusal(try hall.exchange.apply(entry)) == .amountOutOfRange)
    #expect((try? Entry.decode(FieldCodec.encode(entry))) == nil)
  }

  @Test("numbers and codes of refusals are told apart, and each has a meaning")
  func named() {
    #expect(Set(Refusal.allCases.map(\.rawValue)).count == Refusal.allCases.count)
    #expect(Set(Refusal.allCases.map(\.code)).count == Refusal.allCases.count)
    #expect(Set(Refusal.allCases.map(\.meaning)).count == Refusal.allCases.count)
    for refusal in Refusal.allCases { #expect((1...999).contains(refusal.rawValue)) }
  }
}

extension Way {
  /// Closes the round and takes time past it.
  private static func closed(_ hall: inout Hall) throws { try hall.exchange.close() }

  private static func trader(
    _ hall: inout Hall, _ terms: BidTerms
  ) throws -> [Event] {
    try hall.exchange.send(.placeBid(terms), by: hall.hku, as: .trader)
  }

  @discardableResult
  static func leader(_ hall: inout Hall, _ command: Command) throws -> [Event] {
    try hall.exchange.send(command, by: "leader", as: .leader)
  }

  static let senders: [Way] = [
    Way(code: .unknownPrincipal) {
      try $0.exchange.send(.placeBid($0.block()), by: "p-999", as: .trader)
    },
    Way(code: .roleNotHeld) {
      try $0.exchange.send(.placeBid($0.block()), by: "maker", as: .trader)
    },
    Way(code: .roleNotAllowed) {
      try $0.exchange.send(.placeBid($0.block()), by: "maker", as: .platform)
    },
    Way(code: .notYours) {
      let bid = try $0.bid($0.block(), by: $0.hku)
      return try $0.exchange.send(.cancelBid(Numbered(bid)), by: $0.thu, as: .trader)
    },
    Way(code: .duplicateCommand) {
      let id = $0.exchange.freshID()
      try $0.exchange.send(.placeBid($0.block()), by: $0.hku, as: .trader, id: id)
      return try $0.exchange.send(.placeBid($0.block()), by: $0.hku, as: .trader, id: id)
    },
    Way(code: .wrongEpoch) {
      try leader(&$0, .lead(Numbered(3)))
      $0.exchange.time = $0.exchange.state.roundDue
      return try $0.exchange.send(
        .closeRound(Numbered(1)), by: "leader", as: .leader, epoch: 2)
    },
    Way(code: .sealedGenesis) {
      try $0.exchange.send(
        .genesis(Exchange.genesis(rules: Rules())), by: "maker", as: .platform)
    },
    Way(code: .unknownProposal) {
      try $0.exchange.send(.approve(Numbered(999)), by: "checker", as: .platform)
    },
    Way(code: .approverIsProposer) {
      let number = $0.exchange.state.position
      try $0.exchange.send(.addChip(chip("b200")), by: "maker", as: .platform)
      return try $0.exchange.send(.approve(Numbered(number)), by: "maker", as: .platform)
    },
    Way(code: .proposalExpired) {
      let number = $0.exchange.state.position
      try $0.exchange.send(.addChip(chip("b200")), by: "maker", as: .platform)
      $0.exchange.time += Proposal.life + 1
      return try $0.exchange.send(.approve(Numbered(number)), by: "checker", as: .platform)
    },
  ]

  private static func chip(_ name: String) -> Chip {
    var chip = Chip()
    chip.chip = name
    return chip
  }

  private static func site(_ id: String, _ centre: String, _ currency: Currency) -> Command {
    var site = Site()
    site.id = id
    site.centre = centre
    site.currency = currency
    site.metro = "hk"
    return .addSite(site)
  }

  private static func transfer(_ account: String, _ amount: Int64) -> BankTransfer {
    var transfer = BankTransfer()
    transfer.account = account
    transfer.amount = amount
    transfer.reference = String(repeating: "0", count: 64)
    return transfer
  }

  static let names: [Way] = [
    Way(code: .unknownParty) { try $0.exchange.decree(site("x", "nobody", .hkd)) },
    Way(code: .nameTaken) {
      try $0.exchange.decree(.addParty(Exchange.party("hku", .tenant, .hkd)))
    },
    Way(code: .nameReserved) {
      try $0.exchange.decree(.addParty(Exchange.party("bank", .tenant, .hkd)))
    },
    Way(code: .unknownSite) {
      var terms = $0.block()
      terms.whereabouts.sites = ["hk", "atlantis"]
      return try trader(&$0, terms)
    },
    Way(code: .unknownChip) {
      let terms = $0.block(chip: "b200")
      return try trader(&$0, terms)
    },
    Way(code: .unknownAccount) { try $0.exchange.decree(.deposit(transfer("nobody:hkd", 1))) },
    Way(code: .currencyNotTraded) { try $0.exchange.decree(site("x", "cyber", .mop)) },
    Way(code: .partyKind) { try $0.exchange.decree(site("x", "hku", .hkd)) },
    Way(code: .rateOutOfBounds) {
      var dated = DatedRate()
      dated.rate = Rate(numerator: 101, denominator: 1)
      dated.validUntil = $0.exchange.time + Span.day
      return try $0.exchange.decree(.setRate(dated))
    },
    Way(code: .unknownVersion) { try $0.exchange.decree(.activate(Numbered(3))) },
    Way(code: .totalOverflow) {
      var transfer = transfer("hku:hkd", Bound.amount.upperBound)
      for _ in 0..<2_400 {
        transfer.reference = $0.exchange.freshID() + $0.exchange.freshID()
        let events = try $0.exchange.decree(.deposit(transfer))
        if Exchange.refusal(events) != nil { return events }
      }
      return []
    },
  ]

  /// An offer of the Hong Kong site, changed.
  private static func publish(
    _ hall: inout Hall, _ change: (inout Offer) -> Void
  ) throws -> [Event] {
    var offer = Offer.flat(
      "hk", gpus: 16, ask: 1_000, until: hall.exchange.time + Span.week, generation: 2)
    change(&offer)
    return try hall.exchange.send(.publishOffer(offer), by: hall.hk, as: .agent)
  }

  private static func change(
    _ hall: inout Hall, _ change: (inout BidTerms) -> Void
  ) throws -> [Event] {
    var terms = hall.block()
    change(&terms)
    return try trader(&hall, terms)
  }

  static let book: [Way] = [
    Way(code: .generationNotNewer) { try publish(&$0) { $0.generation = 1 } },
    Way(code: .poolTwice) { try publish(&$0) { $0.pools.append($0.pools[0]) } },
    Way(code: .spansNotInOrder) { try publish(&$0) { $0.pools[0].spans += $0.pools[0].spans } },
    Way(code: .notMultipleOfUnit) {
      try publish(&$0) {
        $0.pools[0].unit = 4
        $0.pools[0].spans[0].gpus = 6
      }
    },
    Way(code: .reclaimTooShort) {
      try publish(&$0) { $0.pools[0].reclaim = shortestReclaimNotice - 1 }
    },
    Way(code: .promiseEnded) { try publish(&$0) { $0.sellUntil = Hall.start } },
    Way(
      code: .noOffer,
      go: {
        var withdrawal = OfferWithdrawal()
        withdrawal.site = "hk"
        withdrawal.generation = 5
        return try $0.exchange.send(.withdrawOffer(withdrawal), by: $0.hk, as: .agent)
      }, hall: { try Hall(offers: false) }),
    Way(code: .lossTooLate) {
      var terms = ReclaimTerms()
      (terms.site, terms.pool) = ("hk", "a")
      (terms.from, terms.to) = (Hall.start - 2 * Span.day, Hall.start)
      return try $0.exchange.decree(.declareLoss(terms))
    },
    Way(code: .windowEmpty) { try change(&$0) { $0.latestEnd = $0.earliest } },
    Way(code: .windowTooShort) { try change(&$0) { $0.alternatives[0].quarters = 100 } },
    Way(code: .windowPast) {
      try change(&$0) {
        $0.earliest = Hall.start - Span.day
        $0.latestEnd = Hall.start
      }
    },
    Way(code: .leastAboveMost) { try change(&$0) { $0.alternatives[0].least = 4 } },
    Way(code: .notMultipleOfTogether) { try change(&$0) { $0.together = 3 } },
    Way(code: .holdTooLarge) {
      try change(&$0) {
        $0.alternatives[0].gpus = 1_000_000
        $0.alternatives[0].least = 1_000_000
        $0.alternatives[0].limit = 10_000_000
      }
    },
    Way(
      code: .tooManyOpenBids,
      go: {
        try $0.bid($0.block(), by: $0.hku)
        try $0.bid($0.block(), by: $0.hku)
        return try change(&$0) { _ in }
      },
      hall: {
        var rules = Hall.rules()
        rules.openBidsPerParty = 2
        return try Hall(rules: rules)
      }),
    Way(code: .insufficientFunds) { try change(&$0) { $0.alternatives[0].limit = 3_125_001 } },
    Way(code: .unknownBid) {
      try $0.exchange.send(.cancelBid(Numbered(0)), by: $0.hku, as: .trader)
    },
    Way(
      code: .noRate,
      go: { try $0.exchange.send(.placeBid($0.block()), by: $0.thu, as: .trader) },
      hall: { try Hall(rated: false) }),
  ]

  private static func commit(_ change: (inout OutcomeCommit) -> Void) -> Command {
    var commit = OutcomeCommit()
    commit.round = 1
    change(&commit)
    return .commitOutcome(commit)
  }

  static let rounds: [Way] = [
    Way(code: .roundNotDue) {
      try $0.exchange.round()
      return try leader(&$0, .closeRound(Numbered(2)))
    },
    Way(code: .roundStillClosed) {
      try closed(&$0)
      return try leader(&$0, .closeRound(Numbered(1)))
    },
    Way(code: .roundNotClosed) { try leader(&$0, commit { _ in }) },
    Way(code: .wrongRound) {
      try closed(&$0)
      return try leader(&$0, .voidRound(Numbered(2)))
    },
    Way(code: .partOutOfOrder) {
      try closed(&$0)
      var terms = OutcomePartTerms()
      terms.round = 1
      terms.index = 1
      terms.of = 2
      return try leader(&$0, .outcomePart(terms))
    },
    Way(code: .partsMissing) {
      try closed(&$0)
      return try leader(&$0, commit { $0.of = 1 })
    },
    Way(code: .outcomeInvalid) {
      try $0.bid($0.block(), by: $0.hku)
      try closed(&$0)
      var terms = OutcomePartTerms()
      terms.round = 1
      try leader(&$0, .outcomePart(terms))
      return try leader(&$0, commit { _ in })
    },
    Way(code: .roundNotOverdue) {
      try closed(&$0)
      return try leader(&$0, .voidRound(Numbered(1)))
    },
    Way(code: .leasesNotMoved) {
      let lease = try $0.leased($0.block().at("hk"), by: $0.hku)
      var terms = ReclaimTerms()
      (terms.site, terms.pool, terms.gpus) = ("hk", "a", 16)
      (terms.from, terms.to) = (lease.start, lease.end)
      _ = try Exchange.accepted(
        try $0.exchange.send(.reclaimCapacity(terms), by: $0.hk, as: .agent))
      $0.exchange.time = $0.exchange.state.roundDue
      return try leader(&$0, .closeRound(Numbered($0.exchange.state.round.number)))
    },
    Way(
      code: .marketFrozen,
      go: {
        try $0.freeze()
        return try change(&$0) { _ in }
      }, hall: { try Hall.current() }),
    Way(
      code: .marketNotFrozen,
      go: { try $0.exchange.decree(.thawMarket(Numbered(1))) },
      hall: { try Hall.current() }),
    Way(code: .sealNotContiguous) {
      var terms = SealTerms()
      terms.from = 1
      terms.to = 2
      terms.events = String(repeating: "0", count: 64)
      return try leader(&$0, .seal(terms))
    },
  ]

  private static func report(_ lease: Lease, _ phase: Lease.Phase) -> Command {
    var report = LeaseReport()
    report.lease = lease.id
    report.phase = phase
    return .reportLease(report)
  }

  static func settle(_ lease: Lease, day: Int64) -> Command {
    var terms = SettleTerms()
    terms.lease = lease.id
    terms.day = day
    return .settle(terms)
  }

  static let lives: [Way] = [
    Way(code: .unknownLease) {
      var name = LeaseName()
      name.lease = "lease-1-01"
      return try $0.exchange.send(.endLease(name), by: $0.hku, as: .trader)
    },
    Way(code: .phaseNotAllowed) {
      let lease = try $0.leased($0.block().at("hk"), by: $0.hku)
      try $0.exchange.send(report(lease, .open), by: $0.hk, as: .agent)
      return try $0.exchange.send(report(lease, .prepared), by: $0.hk, as: .agent)
    },
    Way(code: .leaseOver) {
      let lease = try $0.leased($0.block().at("hk"), by: $0.hku)
      var name = LeaseName()
      name.lease = lease.id
      try $0.exchange.send(.endLease(name), by: $0.hku, as: .trader)
      return try $0.exchange.send(.endLease(name), by: $0.hku, as: .trader)
    },
    Way(code: .readingsRefused) {
      let lease = try $0.leased($0.block().at("hk"), by: $0.hku)
      // Not yet measured: it lies in the future.
      return try $0.exchange.deliver(lease, agent: $0.hk)
    },
    Way(code: .notYetSettled) {
      let lease = try $0.leased($0.block().at("hk"), by: $0.hku)
      $0.exchange.time = lease.end + Rules().settleGrace - 1
      return try leader(&$0, settle(lease, day: lease.nextDay))
    },
    Way(code: .wrongDay) {
      let lease = try $0.leased($0.block().at("hk"), by: $0.hku)
      $0.exchange.time = lease.end + Rules().settleGrace
      return try leader(&$0, settle(lease, day: lease.nextDay + 1))
    },
  ]
}
