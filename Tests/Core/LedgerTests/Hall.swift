import Leases
import Ledger
import LedgerFixture
import Market
import Seeded
import Units

/// The market of these tests: two centres on either side of the border, two tenants likewise.
struct Hall: Sendable {
  static let start = Exchange.monday + 9 * Span.hour

  var exchange: Exchange
  /// Agents and administrators of the sites `hk` (HKD, H800) and `sz` (CNY, H800 and 910B).
  var hk = ""
  var sz = ""
  /// Traders of `hku` (HKD) and `thu` (CNY), each with 1,000,000.00.
  var hku = ""
  var thu = ""

  static let money: Int64 = 100_000_000

  init(rules: Rules = Hall.rules(), rated: Bool = true, offers: Bool = true) throws {
    exchange = try Exchange(rules: rules, start: Hall.start)
    hk = try exchange.site("hk", .hk, .hkd, centre: "cyber")
    sz = try exchange.site("sz", .cn, .cny, centre: "qian")
    if rated { try exchange.rate(.cny, 108, per: 100) }
    hku = try exchange.tenant("hku", .hkd, money: Hall.money)
    thu = try exchange.tenant("thu", .cny, money: Hall.money)
    guard offers else { return }
    let until = Hall.start + 400 * Span.day
    try offer(.flat("hk", gpus: 16, ask: 1_000, until: until), by: hk)
    try offer(.flat("sz", gpus: 16, ask: 1_100, until: until), by: sz)
  }

  /// A small grid, so that rounds are quick; fee of one percent.
  static func rules() -> Rules {
    var rules = Rules()
    rules.grid.hourlyDays = 2
    rules.grid.days = 0
    rules.budgets = [Rules.Budget(bids: 1_000, iterations: 30)]
    return rules
  }

  mutating func offer(_ offer: Offer, by agent: String) throws {
    _ = try Exchange.accepted(try exchange.send(.publishOffer(offer), by: agent, as: .agent))
  }

  /// Places a bid; its number.
  @discardableResult
  mutating func bid(_ terms: BidTerms, by trader: String) throws -> Int64 {
    let number = exchange.state.position
    _ = try Exchange.accepted(try exchange.send(.placeBid(terms), by: trader, as: .trader))
    return number
  }

  /// A block that may start an hour after the beginning and has a day.
  func block(
    _ gpus: Int64 = 8, quarters: Int64 = 16, limit: Int64 = 2_000, chip: String = "h800"
  ) -> BidTerms {
    .block(
      gpus, chip, quarters: quarters, limit: limit, from: Hall.start + Span.hour,
      until: Hall.start + 25 * Span.hour)
  }

  /// Some bid of some tenant: whole, elastic or split; its number.
  @discardableResult
  mutating func anyBid(_ source: inout Source) throws -> Int64 {
    let gpus = source.number(1...6)
    var terms = block(gpus, quarters: source.number(1...16), limit: source.number(1_000...3_000))
    switch source.next() % 3 {
    case 0: terms = terms.elastic(least: source.number(0...gpus))
    case 1: terms = terms.split
    default: break
    }
    return try bid(terms, by: source.pick([hku, thu]))
  }

  /// A bid that got a lease; the lease.
  @discardableResult
  mutating func leased(_ terms: BidTerms, by trader: String) throws -> Lease {
    let number = try bid(terms, by: trader)
    try exchange.round()
    guard let lease = exchange.leases(of: number).first else {
      throw Exchange.Failure("bid-\(number) was not filled")
    }
    return lease
  }
}

extension BidTerms {
  func at(_ sites: String...) -> BidTerms {
    var terms = self
    terms.whereabouts.sites = sites
    return terms
  }
}
