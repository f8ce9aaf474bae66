import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Seeded
import Units

/// Commands that nobody should send.
extension Crowd {
  /// Numbers that lie at the edge of something.
  static let edges: [Int64] = [
    0, 1, 2, 3, 7, 8, 1_000, 900_000, 3_600_000, 1_000_000, 10_000_000, 1_000_000_000_000,
    1_000_000_000_000_000, 7_258_118_400_000, .max,
  ]

  private static let plainKinds = Command.Kind.allCases.filter { !$0.isOfScheme }

  /// A command of any kind, with numbers from the edges and ids of anything that exists.
  mutating func noise(_ state: LedgerState) -> Sender {
    let kind = source.pick(subsidised ? Command.Kind.allCases : Self.plainKinds)
    let role = chance(80) ? kind.roles.first ?? .platform : source.pick(Role.allCases)
    let by = chance(90) ? anybody(state, role) : source.pick(["maker", "nobody", "leader"])
    return Sender(by: by, role: role, command: scrambled(kind, state))
  }

  mutating func edge(_ range: ClosedRange<Int64>) -> Int64 {
    let drawn = chance(60) ? source.pick(Self.edges) : source.number(range)
    return min(max(drawn, range.lowerBound), range.upperBound)
  }

  private mutating func scrambled(_ kind: Command.Kind, _ state: LedgerState) -> Command {
    let number = Numbered(
      chance(40)
        ? source.pick([state.round.number, state.epoch, state.position, key(state.book.bids) ?? 1])
        : edge(Bound.position))
    switch kind {
    case .placeBid: return .placeBid(wildBid(state))
    case .publishOffer: return .publishOffer(wildOffer(state))
    case .setRules: return .setRules(wildRules())
    case .outcomePart: return .outcomePart(wildPart(state))
    case .commitOutcome:
      var commit = OutcomeCommit()
      commit.round = state.round.number
      commit.bound = edge(Int64.min...Int64.max)
      commit.welfare = edge(Int64.min...Int64.max)
      commit.iterations = edge(Int64.min...Int64.max)
      commit.of = edge(1...512)
      return .commitOutcome(commit)
    case .reclaimCapacity, .declareLoss:
      var terms = shortage(state)
      if chance(30) { terms.from = edge(Bound.time) }
      if chance(30) { terms.to = edge(Bound.time) }
      if chance(30) { terms.gpus = edge(Bound.gpus) }
      return kind == .declareLoss ? .declareLoss(terms) : .reclaimCapacity(terms)
    case .openDispute, .addEvidence, .decideDispute, .correctCharge:
      return wildQuarrel(kind, number.number, state)
    case .addProject: return project(state)
    case .setBudget: return budget(state)
    case .moveLease:
      var name = LeaseName()
      name.lease = (key(state.displaced) ?? key(state.leases))?.id ?? "lease-1-0"
      return .moveLease(name)
    case .cancelBid: return .cancelBid(number)
    case .closeRound: return .closeRound(number)
    case .approve: return .approve(number)
    case .decline: return .decline(number)
    case .closeCall: return .scheme(.closeCall(number))
    case .releaseAward: return .scheme(.release(number))
    case .clawBackAward, .openCall, .applyForAward, .scoreApplication, .decideApplication:
      return scheme(state).command
    case .lead: return .lead(Numbered(min(number.number, state.epoch + 1)))
    // The next version would stop this release, and is refused at the door.
    case .activate: return .activate(Numbered(max(number.number, state.version + 2)))
    case .settle:
      var terms = SettleTerms()
      terms.lease = key(state.leases)?.id ?? "lease-0-0"
      terms.day = edge(0...1_000_000)
      return .settle(terms)
    case .seal:
      var terms = SealTerms()
      terms.from = chance(50) ? state.unsealed : edge(Bound.position)
      terms.to = chance(50) ? max(0, state.position - 2) : edge(Bound.position)
      terms.events = String(repeating: "0", count: 64)
      return .seal(terms)
    case .recordReadings:
      var report = ReadingReport()
      report.site = key(state.book.sites) ?? "hk"
      var reading = Reading()
      reading.lease = key(state.leases)?.id ?? "lease-0-0"
      (reading.from, reading.to) = (edge(Bound.time), edge(Bound.time))
      reading.delivered = edge(Bound.gpuTime)
      reading.used = edge(Bound.gpuTime)
      report.readings = [reading]
      return .recordReadings(report)
    case .transfer: return .transfer(wildTransfer(state))
    case .expireTransfers, .closeAccount: return wildAccount(kind, state)
    case .deposit, .payout: return wildBanking(kind, state)
    default: return wildFreeze(kind, number, state) ?? .voidRound(number)
    }
  }

  /// Groups that can be met and others, names twice among them.
  private mutating func wildOversight() -> Oversight {
    var oversight = Oversight()
    for _ in 0..<source.number(0...2) {
      var group = CosignerGroup()
      group.least = source.number(1...3)
      group.witnesses = (0..<source.number(1...3)).map { _ in source.pick(["a", "b", "c"]) }
      oversight.groups.append(group)
    }
    for _ in 0..<source.number(0...2) {
      var term = SurveillanceTerm()
      term.term = source.pick(["wash-hours", "none"])
      term.value = source.number(0...1_000)
      oversight.terms.append(term)
    }
    return oversight
  }

  private mutating func wildFreeze(
    _ kind: Command.Kind, _ number: Numbered, _ state: LedgerState
  ) -> Command? {
    if kind == .setOversight { return .setOversight(wildOversight()) }
    if kind == .abandonLease { return abandonment(state).command }
    if kind == .freezeMarket { return .freezeMarket(MarketFreezeTerms()) }
    guard kind == .thawMarket else { return nil }
    return .thawMarket(chance(50) ? Numbered(state.marketFreeze?.number ?? 0) : number)
  }

  private mutating func wildBanking(_ kind: Command.Kind, _ state: LedgerState) -> Command {
    var transfer = BankTransfer()
    transfer.account = key(state.accounts.accounts) ?? "a"
    transfer.amount = edge(Bound.amount)
    transfer.reference = String(repeating: "f", count: 64)
    return kind == .deposit ? .deposit(transfer) : .payout(transfer)
  }

  private mutating func wildQuarrel(
    _ kind: Command.Kind, _ number: Int64, _ state: LedgerState
  ) -> Command {
    switch kind {
    case .openDispute:
      var terms = dispute(state)
      if chance(50) { terms.day = edge(0...1_000_000) }
      terms.delivered = edge(Bound.gpuTime)
      return .openDispute(terms)
    case .addEvidence: return .addEvidence(evidence(number))
    case .decideDispute:
      var terms = decision(state.disputes.values.first?.number ?? number, nil)
      terms.delivered = edge(Bound.gpuTime)
      return .decideDispute(terms)
    default: return correction(state)
    }
  }

  private mutating func wildBid(_ state: LedgerState) -> BidTerms {
    var terms = BidTerms()
    terms.kind = source.pick(Instance.Kind.allCases)
    terms.earliest = edge(Bound.time)
    terms.latestEnd = chance(50) ? state.time + edge(0...Span.week) : edge(Bound.time)
    terms.together = edge(1...1_024)
    for _ in 0..<source.number(1...8) {
      var alternative = BidTerms.Alternative()
      alternative.chip = source.pick(["h800", "a910b", "x"])
      alternative.gpus = edge(Bound.gpus)
      alternative.least = edge(0...Bound.gpus.upperBound)
      if chance(60) { alternative.least = alternative.gpus }
      alternative.limit = edge(Bound.price)
      alternative.quarters = edge(Bound.quarters)
      terms.alternatives.append(alternative)
    }
    return terms
  }

  private mutating func wildOffer(_ state: LedgerState) -> Offer {
    var offer = Offer.flat(
      key(state.book.sites) ?? "hk", gpus: edge(Bound.gpus), ask: edge(Bound.price),
      from: edge(Bound.time), until: edge(Bound.time), generation: edge(0...1_000_000))
    offer.sellUntil = edge(Bound.time)
    offer.pools[0].node = edge(1...1_024)
    offer.pools[0].unit = edge(1...1_024)
    return offer
  }

  /// Rules that stay small enough for a test, strange otherwise.
  private mutating func wildRules() -> Rules {
    var rules = Hall.rules()
    rules.budgets[0].iterations = 2
    rules.feePermille = edge(0...500)
    rules.kappaPermille = edge(0...500)
    rules.damagesPermille = edge(0...1_000)
    rules.lead = edge(0...Span.day)
    rules.settleGrace = edge(0...Span.day)
    rules.soldAhead = edge(0...24)
    rules.windowHours = edge(0...168)
    rules.openBidsPerParty = source.pick([40, 60])
    return rules
  }

  private mutating func wildPart(_ state: LedgerState) -> OutcomePartTerms {
    var terms = OutcomePartTerms()
    terms.round = state.round.number
    terms.index = edge(0...2)
    terms.of = edge(1...512)
    var runs = PoolRuns()
    runs.pool = source.pick(["hk:a", "sz:a", "x"])
    var run = PoolRuns.Run()
    run.count = Int(edge(1...4_096))
    run.from = Int(edge(0...4_096))
    run.value = edge(1...Int64.max)
    runs.runs = [run]
    terms.part.duals = [runs]
    var fill = FillRecord()
    fill.bid = key(state.book.bids) ?? 0
    fill.start = chance(60) ? state.frozen?.grid.start ?? 0 : edge(Bound.time)
    var part = FillRecord.PartRecord()
    part.gpus = edge(0...Bound.gpus.upperBound)
    part.pool = source.pick(["hk:a", "sz:a", "x"])
    fill.parts = [part]
    if chance(30) {
      var extra = FillRecord.ExtraRecord()
      extra.gpus = edge(0...Bound.gpus.upperBound)
      extra.start = fill.start
      fill.extras = [extra]
    }
    terms.part.fills = [fill]
    return terms
  }
}
