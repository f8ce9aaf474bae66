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
  private var references: [String] = []
  private var parties = 0

  init(random: SplitMix64, tenants: [Town.Tenant], places: [Town.Place]) {
    self.random = random
    self.tenants = tenants
    self.places = places
  }

  private mutating func pick<T>(_ items: [T]) -> T {
    items[Int(random.draw(0...Int64(items.count - 1)))]
  }

  private func account(_ tenant: Town.Tenant) -> String {
    "\(tenant.party):\(tenant.currency.suffix)"
  }

  /// - Parameters:
  ///   - position: of the next entry, as far as anybody knows.
  ///   - lease: some lease's name.
  mutating func next(at market: Int64, position: Int64, lease: String?) -> Sending {
    switch random.draw(0...9) {
    case 0...3: transfer(position)
    case 4...5: registry(market)
    case 6: leader(position, lease)
    case 7: dispute(position, lease)
    case 8: offer(market)
    default: order(market)
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
    switch random.draw(0...15) {
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
        let (id, account) = pick(pendings)
        leg.pending = id
        tenant = tenants.first { self.account($0) == account } ?? tenant
      }
      if leg.action == .post, random.draw(0...3) == 0 { leg.amount = 9_000 }
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
    switch random.draw(0...11) {
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
    case 8:
      var certificate = Certificate()
      certificate.site = pick(["hk", "nowhere"])
      certificate.dataClass = "secret"
      command = .certify(certificate)
    case 9: command = .freezeMarket(MarketFreezeTerms())
    case 10: command = .thawMarket(Numbered(random.draw(0...400)))
    default: command = .genesis(Genesis())
    }
    return Sending(by: "maker", role: .platform, command: command)
  }

  // MARK: What only a leader says

  private mutating func leader(_ position: Int64, _ lease: String?) -> Sending {
    let command: Command
    switch random.draw(0...6) {
    case 0:
      var terms = SettleTerms()
      terms.lease = lease ?? "lease-1-0"
      terms.day = random.draw(0...1) == 0 ? 20_514 : 1
      command = .settle(terms)
    case 1:
      var commit = OutcomeCommit()
      commit.round = random.draw(1...7)
      command = .commitOutcome(commit)
    case 2:
      var name = AccountName()
      name.account = pick([account(pick(tenants)), "nobody:hkd"])
      command = .expireTransfers(name)
    case 3:
      var terms = SealTerms()
      terms.from = 1
      terms.to = max(1, position - 1)
      terms.events = String(repeating: "0", count: 64)
      command = .seal(terms)
    case 4: command = .lead(Numbered(0))
    case 5: command = .closeRound(Numbered(random.draw(1...7)))
    default: command = .voidRound(Numbered(random.draw(1...12)))
    }
    return Sending(by: "leader", role: .leader, command: command)
  }

  // MARK: Quarrels

  private mutating func dispute(_ position: Int64, _ lease: String?) -> Sending {
    let tenant = pick(tenants)
    switch random.draw(0...4) {
    case 0...1:
      var terms = DisputeTerms()
      terms.lease = lease ?? "lease-1-0"
      terms.day = 20_514
      terms.delivered = 0
      return Sending(by: tenant.trader, role: .trader, command: .openDispute(terms))
    case 2:
      var terms = EvidenceTerms()
      terms.dispute = position / 2
      terms.evidence = String(repeating: "a", count: 64)
      return Sending(by: tenant.trader, role: .trader, command: .addEvidence(terms))
    case 3:
      var terms = CorrectionTerms()
      terms.lease = lease ?? "lease-1-0"
      terms.day = 20_514
      terms.reference = String(repeating: "b", count: 64)
      return Sending(by: "maker", role: .platform, command: .correctCharge(terms))
    default:
      var name = LeaseName()
      name.lease = "lease-99-0"
      return Sending(by: tenant.trader, role: .trader, command: .endLease(name))
    }
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
}
