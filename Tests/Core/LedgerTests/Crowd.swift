import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Seeded
import Units

/// Draws commands that people, sites and leaders might send, and some that nobody should.
struct Crowd {
  var source: Source
  /// One command in so many is drawn without regard to the state.
  var nonsense: UInt64 = 10
  /// Some of it is about subsidies.
  var subsidised = true
  /// Managers set budgets, and bids are of projects.
  var thrifty = false

  init(_ seed: UInt64) { source = Source(seed) }

  struct Sender {
    var by: String
    var role: Role
    var command: Command
  }

  mutating func chance(_ percent: UInt64) -> Bool { source.next() % 100 < percent }

  mutating func key<K, V>(_ map: OrderedMap<K, V>) -> K? {
    map.isEmpty ? nil : source.pick(map.keys)
  }

  /// Somebody who may act in this role, mostly.
  mutating func anybody(_ state: LedgerState, _ role: Role) -> String {
    let fit = state.principals.values.filter { $0.roles.contains(role) }.map(\.id)
    return fit.isEmpty || chance(2) ? "maker" : source.pick(fit)
  }

  mutating func next(_ state: LedgerState) -> Sender {
    if source.next() % nonsense == 0 { return noise(state) }
    switch source.next() % 100 {
    case 0..<34: return bid(state)
    case 34..<44: return cancel(state)
    case 44..<62: return readings(state)
    case 67 where thrifty: return thrift(state)
    case 62..<68: return report(state)
    case 68: return chance(25) ? abandonment(state) : end(state)
    case 69: return chance(75) ? quarrel(state) : thrift(state)
    case 70: return reclaim(state)
    case 71..<77: return offer(state)
    case 77..<85: return approve(state)
    case 85..<88: return money(state)
    case 88: return transfer(state)
    case 89..<92 where subsidised: return scheme(state)
    case 89: return money(state)
    default: return fact(state)
    }
  }

  // MARK: Tenants

  private mutating func bid(_ state: LedgerState) -> Sender {
    let kind = source.pick([Instance.Kind.block, .block, .elastic, .elastic, .split])
    var terms = BidTerms()
    terms.kind = kind
    terms.earliest = state.time + source.number(-2...8) * Span.quarter
    terms.latestEnd = terms.earliest + source.number(1...60) * Span.quarter
    for _ in 0..<source.number(1...2) {
      var alternative = BidTerms.Alternative()
      alternative.chip = source.pick(["h800", "h800", "a910b"])
      alternative.gpus = source.number(1...12)
      alternative.least =
        kind == .elastic ? source.number(0...alternative.gpus) : alternative.gpus
      alternative.limit = source.pick([0, 1, 997, 1_200, 1_500, 2_001, 9_999])
      alternative.quarters = source.number(1...(kind == .elastic ? 40 : 12))
      terms.alternatives.append(alternative)
    }
    if chance(10) { terms.near = nearness() }
    if chance(10) { terms.whereabouts.notSites = ["sz"] }
    if chance(5) { terms.dataClass = "secret" }
    if chance(20) { terms.notice = Span.hour }
    if chance(30) {
      var displacement = BidTerms.Displacement()
      displacement.maxGap = source.number(0...8) * Span.quarter
      displacement.move = chance(50) ? nil : chance(50) ? .allowed : .never
      displacement.shrinkable = chance(70)
      terms.ifDisplaced = displacement
    }
    if chance(20) { terms.project = key(state.projects)?.project ?? "llama" }
    let by = anybody(state, .trader)
    if subsidised, chance(40) { terms = drawing(terms, by, state) }
    return Sender(by: by, role: .trader, command: .placeBid(terms))
  }

  private mutating func nearness() -> BidTerms.Nearness {
    var near = BidTerms.Nearness()
    near.metro = source.pick(["hk", "shenzhen", "nowhere"])
    near.price = source.number(0...9)
    if chance(50) { near.maximum = source.number(0...20) }
    return near
  }

  private mutating func cancel(_ state: LedgerState) -> Sender {
    let number = key(state.book.bids) ?? 0
    let by = state.book.bids[number]?.principal ?? "maker"
    return Sender(
      by: chance(95) ? by : anybody(state, .trader), role: .trader,
      command: .cancelBid(Numbered(number)))
  }

  private mutating func end(_ state: LedgerState) -> Sender {
    var name = LeaseName()
    name.lease = key(state.leases)?.id ?? "lease-1-0"
    return Sender(by: anybody(state, .trader), role: .trader, command: .endLease(name))
  }

  // MARK: Sites

  /// A site gives up one of its leases, mostly.
  mutating func abandonment(_ state: LedgerState) -> Sender {
    var name = LeaseName()
    let key = key(state.leases)
    name.lease = key?.id ?? "lease-1-0"
    let site = key.flatMap { state.leases[$0]?.site }
    let agent = state.principals.values.first { $0.site == site && $0.roles.contains(.agent) }
    return Sender(
      by: agent?.id ?? anybody(state, .agent), role: .agent, command: .abandonLease(name))
  }

  private mutating func readings(_ state: LedgerState) -> Sender {
    var report = ReadingReport()
    let running = state.leases.values.filter { $0.start < state.time && $0.readThrough < $0.end }
    guard !running.isEmpty else { return self.report(state) }
    let site = source.pick(running).site
    report.site = site
    for lease in running where lease.site == site && report.readings.count < 60 {
      for var reading in lease.readings(from: lease.readThrough, to: state.time).prefix(8) {
        if chance(20) { reading.delivered = source.number(0...reading.delivered) }
        if chance(3) { reading.delivered += 1 }
        report.readings.append(reading)
      }
    }
    if report.readings.isEmpty { return self.report(state) }
    let agent = state.principals.values.first { $0.site == site }?.id ?? "maker"
    return Sender(by: agent, role: .agent, command: .recordReadings(report))
  }

  private mutating func report(_ state: LedgerState) -> Sender {
    var report = LeaseReport()
    report.lease = key(state.leases)?.id ?? "lease-1-0"
    report.phase = source.pick(Lease.Phase.allCases)
    if state.position.isMultiple(of: 20) {
      report.observed = Observation()
      report.observed?.others = state.position % 3
      report.observed?.wiped = state.position.isMultiple(of: 40) ? .yes : .no
    }
    return Sender(by: anybody(state, .agent), role: .agent, command: .reportLease(report))
  }

  private mutating func offer(_ state: LedgerState) -> Sender {
    let site = key(state.book.sites) ?? "hk"
    let agent = state.principals.values.first { $0.site == site }?.id ?? "maker"
    let generation = (state.generations[site] ?? 0) + source.number(0...2)
    if chance(8) {
      var withdrawal = OfferWithdrawal()
      withdrawal.site = site
      withdrawal.generation = generation
      return Sender(by: agent, role: .agent, command: .withdrawOffer(withdrawal))
    }
    var offer = Offer.flat(
      site, gpus: source.number(1...24), ask: source.pick([0, 1, 990, 990, 990, 1_111, 1_500]),
      until: state.time + source.number(1...90) * Span.hour, generation: generation)
    if chance(50) {
      var pool = offer.pools[0]
      pool.name = "b"
      pool.chip = "a910b"
      pool.unit = source.pick([1, 2, 4])
      pool.spans[0].gpus = pool.unit * source.number(1...4)
      offer.pools.append(pool)
    }
    if chance(20) { offer.pools[0].reclaim = 2 * Span.hour }
    if chance(20) { offer.sellUntil = state.time + source.number(0...Span.hour) }
    return Sender(by: agent, role: .agent, command: .publishOffer(offer))
  }

  private mutating func reclaim(_ state: LedgerState) -> Sender {
    let terms = shortage(state)
    if chance(20) {
      let command = Command.declareLoss(breach(state) ?? terms)
      return Sender(by: "maker", role: .platform, command: command)
    }
    let agent = state.principals.values.first { $0.site == terms.site }?.id ?? "maker"
    return Sender(by: agent, role: .agent, command: .reclaimCapacity(terms))
  }

  /// A breach that somebody may declare to be nobody's fault.
  private func breach(_ state: LedgerState) -> ReclaimTerms? {
    let move = state.book.bids.values.compactMap(\.moved).last { $0.cause == .breach }
    let due = state.owed.values.last
    guard let pool = move?.pool ?? due?.pool,
      let lost = move?.lostAt ?? due.map({ $0.dueAt - Damages.grace })
    else { return nil }
    let words = pool.split(separator: ":").map(String.init)
    guard words.count == 2 else { return nil }
    var terms = ReclaimTerms()
    terms.site = words[0]
    terms.pool = words[1]
    terms.gpus = 4
    terms.from = lost
    terms.to = lost + Span.hour
    return terms
  }

  mutating func shortage(_ state: LedgerState) -> ReclaimTerms {
    var terms = ReclaimTerms()
    terms.site = key(state.book.sites) ?? "hk"
    terms.pool = source.pick(["a", "a", "b"])
    terms.gpus = source.pick([1, 2, 4, 8, 20])
    let quarter = state.time / Span.quarter * Span.quarter
    terms.from = quarter + source.number(0...16) * Span.quarter
    terms.to = terms.from + source.number(0...24) * Span.quarter
    return terms
  }

  // MARK: The platform

  private mutating func approve(_ state: LedgerState) -> Sender {
    if let freeze = state.marketFreeze, chance(50) {
      return Sender(by: "maker", role: .platform, command: .thawMarket(Numbered(freeze.number)))
    }
    let number = state.proposals.keys.last ?? 0
    let command: Command = chance(90) ? .approve(Numbered(number)) : .decline(Numbered(number))
    if state.proposals[number]?.command.kind.roles == [.reviewer] {
      return Sender(by: anybody(state, .reviewer), role: .reviewer, command: command)
    }
    return Sender(
      by: source.pick(["checker", "checker", "maker"]), role: .platform, command: command)
  }

  private mutating func money(_ state: LedgerState) -> Sender {
    var transfer = BankTransfer()
    transfer.account = key(state.accounts.accounts) ?? "hku:hkd"
    transfer.amount = source.number(1...10_000_000)
    transfer.reference =
      String(repeating: "0", count: 58) + String(source.number(100_000...999_999))
    var limit = CreditLimit()
    limit.account = transfer.account
    limit.amount = source.number(0...1_000_000)
    let command = source.pick([
      Command.deposit(transfer), .deposit(transfer), .payout(transfer), .setCreditLimit(limit),
    ])
    return Sender(by: "maker", role: .platform, command: command)
  }

  private mutating func fact(_ state: LedgerState) -> Sender {
    var by = "maker"
    var role = Role.platform
    let command: Command
    switch source.next() % 8 {
    case 0:
      var dated = DatedRate()
      dated.rate = Rate(numerator: source.number(90...125), denominator: 100)
      dated.validUntil = state.time + source.number(1...5) * Span.day
      command = .setRate(dated)
    case 1:
      var report = LatencyReport()
      report.site = key(state.book.sites) ?? "hk"
      var item = Latency()
      item.metro = source.pick(["hk", "shenzhen"])
      item.roundTrip = source.number(0...30)
      report.items = [item]
      by = state.principals.values.first { $0.site == report.site }?.id ?? by
      role = .agent
      command = .setLatencies(report)
    case 2:
      var certificate = Certificate()
      certificate.dataClass = "secret"
      certificate.site = "hk"
      certificate.until = state.time + source.number(0...9) * Span.day
      if (certificate.until / Span.day).isMultiple(of: 2) {
        certificate.filing = Certificate.Filing()
        certificate.filing?.number = "scc-2026-017"
        certificate.filing?.filed = state.time
      }
      command = .certify(certificate)
    case 3:
      var rules = state.rules
      rules.feePermille = source.pick([0, 10, 10, 340, 500])
      rules.windowHours = source.pick([0, 1, 24, 24])
      rules.kappaPermille = source.pick([0, 20, 20, 500])
      rules.damagesPermille = source.pick([0, 200, 1_000])
      rules.soldAhead = source.pick([0, 1, 1, 8])
      rules.settleGrace = source.pick([Span.hour, 12 * Span.hour])
      command = .setRules(rules)
    case 4 where state.parties.count < 12:
      command = .addParty(
        Exchange.party("t\(state.position)", .tenant, source.pick([.hkd, .cny])))
    case 5 where state.principals.count < 20:
      var new = NewPrincipal()
      new.party = key(state.parties) ?? "hku"
      new.roles = [.trader]
      command = .addPrincipal(new)
    default:
      command = .lead(Numbered(state.epoch + source.number(0...1)))
      by = "leader"
      role = .leader
    }
    return Sender(by: by, role: role, command: command)
  }
}
