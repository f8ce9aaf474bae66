import CommandLog
import Ledger
import LedgerFixture
import LedgerStore
import Logging
import Market
import Replica
import Units

/// A market in a ledger file: six sites, four chips, forty tenants with money.
struct House: BenchLedger {
  static let chips = ["a910b", "h100", "h20", "h800"]
  static let sites = ["cyberport", "hengqin", "lok-ma-chau", "nansha", "qianhai", "tseung-kwan-o"]
  static let tenants = (0..<40).map { "tenant-\($0)" }

  let store: LedgerStore
  var core: ReplicaCore
  var time = Exchange.monday
  var draw: Draw
  /// Principals that trade, with their tenants in the order of `tenants`.
  private(set) var traders: [String] = []
  /// Principals that speak for sites, in the order of `sites`.
  private(set) var agents: [String] = []

  init(path: String, seed: UInt64, rules: Rules = Rules()) throws {
    draw = Draw(seed: seed)
    store = try LedgerStore(path: path)
    core = try ReplicaCore(
      store: store, logger: Logger(label: "bench"), principal: "leader")
    var genesis = Exchange.genesis(rules: rules)
    genesis.chips = Self.chips
    try core.begin(genesis: genesis, clock: time)
    try furnish()
  }

  private mutating func furnish() throws {
    var rate = DatedRate()
    rate.currency = .cny
    rate.rate = Rate(numerator: 108, denominator: 100)
    rate.validUntil = time + 365 * Span.day
    let centres = (0..<3).map { Exchange.party("centre-\($0)", .centre, $0 == 0 ? .hkd : .cny) }
    let tenants = Self.tenants.enumerated().map {
      Exchange.party($1, .tenant, $0.isMultiple(of: 2) ? .hkd : .cny)
    }
    try decree((centres + tenants).map { .addParty($0) } + [.setRate(rate)])
    agents = try decree(
      Self.sites.enumerated().map { index, id in
        var site = Site()
        site.id = id
        site.centre = "centre-\(index % 3)"
        site.currency = index % 3 == 0 ? .hkd : .cny
        site.jurisdiction = index % 3 == 0 ? .hk : .cn
        site.metro = index % 3 == 0 ? "hk" : "shenzhen"
        return .addSite(site)
      })
    traders = try decree(
      Self.tenants.map { tenant in
        var trader = NewPrincipal()
        trader.party = tenant
        trader.roles = [.trader]
        return .addPrincipal(trader)
      })
    try decree(
      tenants.map { tenant in
        var deposit = BankTransfer()
        deposit.account = Exchange.account(tenant.id, tenant.currency)
        deposit.amount = 1_000_000_000_000
        deposit.reference = draw.id() + draw.id()
        return .deposit(deposit)
      })
  }

  /// A schedule for each site, all chips in it.
  mutating func offers(generation: Int64, hours: Int64) -> [Submission] {
    zip(Self.sites, agents).map { site, agent in
      var offer = Offer()
      offer.site = site
      offer.generation = generation
      offer.sellUntil = time + hours * Span.hour
      offer.pools = Self.chips.map { chip in
        let flat = Offer.flat(
          site, chip, chip: chip, gpus: 64, ask: 0, from: time, until: offer.sellUntil)
        var pool = flat.pools[0]
        let cut = time + draw.number(1...hours - 1) * Span.hour
        pool.spans = [(time, cut), (cut, offer.sellUntil)].map { from, to in
          var span = pool.spans[0]
          (span.from, span.to, span.ask) = (from, to, draw.number(800...1_600))
          span.gpus = draw.number(4...16) * 8
          return span
        }
        return pool
      }
      return Submission(id: draw.id(), by: agent, role: .agent, command: .publishOffer(offer))
    }
  }

  /// A bid as they come: mostly small blocks, some elastic or split, some with an alternative.
  mutating func bid(from: Int64, hours: Int64) -> Submission {
    let gpus = draw.one(of: [1, 1, 2, 4, 8, 8, 16, 32] as [Int64])
    let quarters = draw.number(2...24)
    let slack = max(0, hours * 4 - quarters)
    let begins = from + draw.number(0...slack / 2) * Span.quarter
    var terms = BidTerms.block(
      gpus, draw.one(of: Self.chips), quarters: quarters, limit: draw.number(900...2_600),
      from: begins, until: begins + (quarters + draw.number(0...slack / 2)) * Span.quarter)
    switch draw.number(0...9) {
    case 0 where gpus > 1: terms = terms.elastic(least: gpus / 2)
    case 1: terms = terms.split
    case 2, 3:
      var other = terms.alternatives[0]
      other.chip = draw.one(of: Self.chips.filter { $0 != other.chip })
      other.limit -= 100
      terms.alternatives.append(other)
    default: break
    }
    return Submission(
      id: draw.id(), by: draw.one(of: traders), role: .trader, command: .placeBid(terms))
  }
}
