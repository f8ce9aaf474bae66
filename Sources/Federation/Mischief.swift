import Leases
import Ledger
import Market
import Placement
import Simulation
import Units

/// Commands that are odd, late, unasked for or wrong in themselves: so that every refusal comes up.
struct Mischief {
  struct Sending {
    var by: String
    var role: Role
    var command: Command
  }

  var random: SplitMix64
  let tenants: [Town.Tenant]
  let places: [Town.Place]
  /// Transfers that were set aside, the newest last.
  var pendings: [(id: String, account: String)] = []
  /// Deposits, by their references.
  private var references: [String]
  private var parties = 0

  /// What somebody who means mischief can see.
  struct Sight {
    /// Of the market; ms.
    var market: Int64
    /// Of the next entry, as far as anybody knows.
    var position: Int64
    /// The present round.
    var round: Int64 = 1
    /// Some lease.
    var lease: Lease?
    /// A lease that was charged for something, and whose it was.
    var charged: (lease: String, party: String)?
    /// An open dispute, by its position.
    var dispute: Int64?

    var name: String { lease?.id ?? "lease-1-0" }
    var today: Int64 { MarketCalendar.day(of: market) }
  }

  init(
    random: SplitMix64, tenants: [Town.Tenant], places: [Town.Place], references: [String]
  ) {
    self.random = random
    self.tenants = tenants
    self.places = places
    self.references = references
  }

  private mutating func pick<T>(_ items: [T]) -> T {
    items[Int(random.draw(0...Int64(items.count - 1)))]
  }

  private func account(_ tenant: Town.Tenant) -> String {
    "\(tenant.party):\(tenant.currency.suffix)"
  }

  mutating func next(_ sight: Sight) -> Sending {
    // An open dispute goes on.
    if sight.dispute != nil, random.draw(0...1) == 0 { return quarrel(sight) }
    return switch random.draw(0...15) {
    case 11...12: transfer(sight.position)
    case 13: budget()
    case 14: project(sight.market)
    case 0...3: transfer(sight.position)
    case 4...5: registry(sight.market)
    case 6: leader(sight)
    case 7...8: quarrel(sight)
    case 9: offer(sight.market)
    case 10: site(sight)
    default: order(sight.market)
    }
  }

  // MARK: Money

  private mutating func transfer(_ position: Int64) -> Sending {
    var tenant = pick(tenants)
    let other = pick(tenants)
    var leg = TransferLeg()
    leg.debit = account(tenant)
    leg.credit = account(other)
    leg.amount = random.draw(1...5_000)
    switch random.draw(0...16) {
    case 16: leg.credit = "\(Town.former):hkd"
    case 0: leg.amount = 0
    case 1: leg.amount = nil
    case 2: leg.credit = "bank:\(tenant.currency.suffix)"
    case 3: leg.credit = "nobody:\(tenant.currency.suffix)"
    case 4: leg.timeout = 1
    case 5: leg.amount = 9_000_000_000
    case 6...8:
      leg.action = .pend
      leg.timeout = random.draw(0...5) == 0 ? .max : random.draw(1...60) * Span.minute
    default:
      leg = TransferLeg()
      leg.action = random.draw(0...1) == 0 ? .post : .void
      leg.pending = "transfer-1-0"
      if !pendings.isEmpty {
        let (id, account) = pick([pick(pendings), pendings[pendings.count - 1]])
        leg.pending = id
        tenant = tenants.first { self.account($0) == account } ?? tenant
      }
      if leg.action == .post, random.draw(0...1) == 0 { leg.amount = 9_000 }
    }
    var terms = TransferTerms()
    terms.legs = [leg]
    if random.draw(0...3) == 0 { terms.legs.append(leg) }
    if random.draw(0...9) == 0 {
      var own = TransferLeg()
      own.action = .post
      own.pending = TransferTerms.id(position, 0)
      terms.legs = [own]
    }
    return Sending(by: tenant.trader, role: .trader, command: .transfer(terms))
  }

  // MARK: What is registered

  private mutating func registry(_ market: Int64) -> Sending {
    let command: Command
    switch random.draw(0...14) {
    case 0:
      var party = Party()
      parties += 1
      party.id = pick(["tenant0", "fees", "new\(parties)"])
      party.kind = .tenant
      command = .addParty(party)
    case 1:
      var new = NewPrincipal()
      new.party = pick(["nobody", "tenant0", "hk-centre"])
      new.roles = [pick([.trader, .agent, .platform])]
      command = .addPrincipal(new)
    case 2:
      var site = Site()
      site.id = pick(["hk", "far\(parties)"])
      site.centre = pick(["hk-centre", "tenant0", "nobody"])
      site.currency = pick([.hkd, .mop])
      command = .addSite(site)
    case 3:
      var chip = Chip()
      chip.chip = "h800"
      command = .addChip(chip)
    case 4:
      var dated = DatedRate()
      dated.currency = pick([.cny, .mop, .hkd])
      dated.rate = Rate(numerator: pick([108, 1]), denominator: pick([100, 1_000_000]))
      dated.validUntil = market + Span.day
      command = .setRate(dated)
    case 5...6:
      var transfer = BankTransfer()
      transfer.account = pick([account(pick(tenants)), "nobody:hkd", "bank:hkd"])
      transfer.amount = pick([1, 700, 4_000_000_000])
      if references.isEmpty || random.draw(0...1) == 0 {
        references.append(CommandName.draw(&random) + CommandName.draw(&random))
      }
      transfer.reference = pick(references)
      command = random.draw(0...1) == 0 ? .deposit(transfer) : .payout(transfer)
    case 7:
      var closure = AccountClosure()
      closure.account = pick([account(pick(tenants)), "nobody:hkd", "new\(parties):hkd"])
      command = .closeAccount(closure)
    case 8, 13...14:
      var certificate = Certificate()
      certificate.site = pick(["hk", "nowhere"])
      certificate.dataClass = Town.dataClass
      certificate.until = max(0, market + pick([-1, 1, 3, 12]) * Span.hour)
      command = .certify(certificate)
    case 9: command = .freezeMarket(MarketFreezeTerms())
    case 10:
      var group = CosignerGroup()
      group.least = random.draw(1...2)
      group.witnesses = ["hk"]
      var oversight = Oversight()
      oversight.groups = [group]
      command = .setOversight(oversight)
    case 11: command = .thawMarket(Numbered(random.draw(0...400)))
    default: command = .genesis(Genesis())
    }
    return Sending(by: "maker", role: .platform, command: command)
  }

  // MARK: What only a leader says

  private mutating func leader(_ sight: Sight) -> Sending {
    let command: Command
    switch random.draw(0...6) {
    case 0:
      var terms = SettleTerms()
      terms.lease = sight.name
      terms.day = pick([sight.today, sight.lease?.nextDay ?? 1, 1])
      command = .settle(terms)
    case 1:
      var commit = OutcomeCommit()
      commit.round = pick([sight.round, sight.round, random.draw(1...7)])
      command = .commitOutcome(commit)
    case 2:
      var name = AccountName()
      name.account = pick([account(pick(tenants)), "nobody:hkd"])
      command = .expireTransfers(name)
    case 3:
      var terms = SealTerms()
      terms.from = 1
      terms.to = max(1, sight.position - 1)
      terms.events = String(repeating: "0", count: 64)
      command = .seal(terms)
    case 4: command = .lead(Numbered(0))
    case 5: command = .closeRound(Numbered(random.draw(1...7)))
    default: command = .voidRound(Numbered(random.draw(1...12)))
    }
    return Sending(by: "leader", role: .leader, command: command)
  }

  // MARK: Quarrels

  private mutating func quarrel(_ sight: Sight) -> Sending {
    let tenant = pick(tenants)
    var (name, party) = (sight.name, sight.lease?.party)
    if let charged = sight.charged, random.draw(0...1) == 0 {
      (name, party) = (charged.lease, charged.party)
    }
    let owner = tenants.first { $0.party == party } ?? tenant
    switch random.draw(sight.dispute == nil ? 0...5 : 1...4) {
    case 0...1:
      var terms = DisputeTerms()
      terms.lease = name
      terms.day = sight.today - pick([0, 0, 0, 1])
      terms.delivered = pick([0, nil, 1_000_000_000])
      let by = random.draw(0...3) == 0 ? tenant : owner
      return Sending(by: by.trader, role: .trader, command: .openDispute(terms))
    case 2:
      var terms = EvidenceTerms()
      terms.dispute = sight.dispute ?? sight.position / 2
      terms.evidence = String(repeating: "a", count: 64)
      let by = random.draw(0...1) == 0 ? tenant : owner
      return Sending(by: by.trader, role: .trader, command: .addEvidence(terms))
    case 3:
      var terms = CorrectionTerms()
      terms.lease = name
      terms.day = sight.today
      terms.reference = String(repeating: "b", count: 64)
      return Sending(by: "maker", role: .platform, command: .correctCharge(terms))
    case 4:
      var terms = DisputeDecision()
      terms.dispute = sight.dispute ?? sight.position / 2
      terms.delivered = pick([nil, 0])
      return Sending(by: "maker", role: .platform, command: .decideDispute(terms))
    default:
      var name = LeaseName()
      name.lease = "lease-99-0"
      return Sending(by: tenant.trader, role: .trader, command: .endLease(name))
    }
  }

  // MARK: Sites

  /// What somebody at a site does by hand: tries a lease again that failed, or gives one up for good; and
  /// the platform says that what was lost is nobody's fault.
  private mutating func site(_ sight: Sight) -> Sending {
    let place = places.first { $0.id == sight.lease?.site } ?? places[0]
    let what = random.draw(0...5)
    if what < 2 {
      var loss = ReclaimTerms()
      loss.site = place.id
      loss.pool = "a"
      loss.from = sight.market / Span.quarter * Span.quarter - 4 * Span.hour
      loss.to = loss.from + 12 * Span.hour
      return Sending(by: "maker", role: .platform, command: .declareLoss(loss))
    }
    if what == 2 {
      var name = LeaseName()
      name.lease = sight.name
      return Sending(by: place.agent, role: .agent, command: .abandonLease(name))
    }
    var report = LeaseReport()
    report.lease = sight.name
    let isFailed = sight.lease?.phase == .failed
    report.phase = isFailed ? .prepared : pick([.failed, .ordered, .prepared, .prepared])
    return Sending(by: place.agent, role: .agent, command: .reportLease(report))
  }

  // MARK: Offers and orders

  private mutating func offer(_ market: Int64) -> Sending {
    let place = pick(places)
    var offer = Offer()
    offer.site = pick(["nowhere", place.id, place.id, place.id])
    // One that is right in itself is not newer than the agent's own: no plan of the agent is crossed.
    let fault = random.draw(0...5)
    offer.generation = fault < 5 ? market / 1_000 + 100_000 : 0
    offer.sellUntil = market + Span.hour
    var pool = Offer.Pool()
    pool.name = "a"
    pool.chip = "h800"
    pool.fabric = "ib"
    var span = Offer.Span()
    span.gpus = 1
    span.from = market
    span.to = market + Span.hour
    pool.spans = [span]
    offer.pools = [pool]
    let isWithdrawal = fault == 5 && random.draw(0...1) == 0
    switch fault {
    case 0: offer.pools = [pool, pool]
    case 1: offer.pools[0].spans = [span, span]
    case 2:
      offer.pools[0].unit = 2
      offer.pools[0].spans[0].gpus = 3
    case 3: offer.sellUntil = market - Span.day
    case 4: offer.pools[0].reclaim = 1
    default: break
    }
    var withdrawal = OfferWithdrawal()
    withdrawal.site = offer.site
    return Sending(
      by: place.agent, role: .agent,
      command: isWithdrawal ? .withdrawOffer(withdrawal) : .publishOffer(offer))
  }

  private mutating func order(_ market: Int64) -> Sending {
    let tenant = pick(tenants)
    var terms = BidTerms()
    terms.earliest = market
    terms.latestEnd = market + 2 * Span.hour
    var alternative = BidTerms.Alternative()
    alternative.chip = "h800"
    alternative.gpus = 2
    alternative.least = 2
    alternative.limit = 1_000
    alternative.quarters = 1
    switch random.draw(0...6) {
    case 0: alternative.least = 3
    case 1:
      terms.earliest = market - 9 * Span.hour
      terms.latestEnd = market - 8 * Span.hour
    case 2:
      terms.together = 4
    case 3:
      alternative.limit = 1 << 40
      alternative.gpus = 1_000_000
      alternative.least = 1_000_000
    case 4: alternative.limit = 900_000
    case 5: terms.project = "none"
    default: terms.award = "award-1"
    }
    terms.alternatives = [alternative]
    return Sending(by: tenant.trader, role: .trader, command: .placeBid(terms))
  }

  /// A bid of the first tenant's project.
  private mutating func project(_ market: Int64) -> Sending {
    var terms = BidTerms()
    terms.earliest = market
    terms.latestEnd = market + 2 * Span.hour
    terms.project = Town.project
    var alternative = BidTerms.Alternative()
    alternative.chip = "h800"
    alternative.gpus = 2
    alternative.least = 2
    alternative.limit = 1_000
    alternative.quarters = 1
    terms.alternatives = [alternative]
    return Sending(by: tenants[0].trader, role: .trader, command: .placeBid(terms))
  }

  /// What the first tenant's project may use: next to nothing, or as much as it wants.
  private mutating func budget() -> Sending {
    var budget = Budget()
    budget.party = tenants[0].party
    budget.project = pick([Town.project, Town.project, Town.project, "none"])
    budget.gpuTime = pick([nil, nil, 60_000])
    budget.money = pick([nil, 1])
    return Sending(by: tenants[0].trader, role: .manager, command: .setBudget(budget))
  }
}
