import LedgerFixture
import Market
import Placement
import Seeded
import Testing
import Units

/// A market of several currencies in which most bids are subsidised.
private struct SubsidisedMarket {
  static let time: Int64 = 1_800_000_000_000 / Span.hour * Span.hour
  var book = MarketBook()
  var rules = Rules()
  /// What a fund has set aside for each subsidised bid, by position.
  var held: [Int64: Int64] = [:]

  init(_ source: inout Source) {
    rules.grid.hourlyDays = source.pick([0, 1])
    rules.grid.days = 0
    rules.grid.weeks = 0
    rules.grid.quarterHours = 3
    rules.windowHours = source.pick([1, 4, 24])
    rules.feePermille = source.pick([0, 10, 25, 333])
    for (currency, numerator) in [(Currency.cny, source.number(80...130)), (.mop, 97)] {
      var dated = DatedRate()
      dated.currency = currency
      dated.rate = Rate(numerator: numerator, denominator: 100)
      dated.validUntil = Self.time + Span.week
      book.rates[currency] = dated
    }
    for number in 0..<source.number(1...4) { add(site: "site-\(number)", &source) }
    for number in 0..<source.number(2...7) { add(bid: number + 10, &source) }
  }

  private mutating func add(site id: String, _ source: inout Source) {
    var site = Site()
    site.id = id
    site.centre = "centre-\(id)"
    site.currency = source.pick([.hkd, .hkd, .cny, .mop])
    book.sites[id] = site
    var offer = Offer.flat(
      id, chip: source.pick(["h800", "h20"]), gpus: source.number(1...8), ask: 0,
      until: Self.time + Span.week)
    let edge = Self.time + source.number(1...20) * Span.quarter
    var later = offer.pools[0].spans[0]
    offer.pools[0].spans[0].ask = source.number(20...2_000)
    offer.pools[0].spans[0].to = edge
    later.ask = source.number(20...2_000)
    later.from = edge
    offer.pools[0].spans.append(later)
    book.offers[id] = offer
  }

  private mutating func add(bid seq: Int64, _ source: inout Source) {
    var bid = Bid()
    bid.seq = seq
    bid.currency = source.pick([.hkd, .hkd, .cny, .mop])
    bid.party = "tenant-\(seq)"
    let gpus = source.number(1...8)
    bid.terms = .block(
      gpus, quarters: source.number(1...12), limit: source.number(1...2_500), from: Self.time,
      until: Self.time + Span.day)
    var other = bid.terms.alternatives[0]
    other.chip = "h20"
    other.limit = source.number(1...2_500)
    bid.terms.alternatives.append(other)
    switch source.next() % 3 {
    case 0: bid.terms = bid.terms.elastic(least: source.number(0...gpus))
    case 1: bid.terms = bid.terms.split
    default: break
    }
    if source.next() % 4 > 0 { subsidise(&bid, &source) }
    book.bids[seq] = bid
  }

  private mutating func subsidise(_ bid: inout Bid, _ source: inout Source) {
    var terms = SubsidyTerms()
    terms.award = "award-1"
    terms.permille = source.pick([333, 700, 900])
    for chip in ["h20", "h800"] {
      var price = SubsidyTerms.Price()
      price.chip = chip
      price.list = source.number(200...3_000)
      price.reference = source.number(200...3_000)
      if source.next() % 8 > 0 { terms.prices.append(price) }
    }
    // Now and then the award has less left than the bid could use.
    let most = terms.most(bid.terms) ?? 0
    let funds = source.next() % 3 == 0 ? most / source.number(1...4) : most
    terms.limit(to: funds, bid.terms)
    held[bid.seq] = funds
    bid.subsidy = terms
  }

  func frozen() -> FrozenRound {
    book.freeze(round: 1, at: Self.time, rules: rules, commitments: [])
  }
}

extension FrozenRound {
  /// The cells of a part with its extras.
  fileprivate func cells(_ fill: Fill, _ part: Fill.Part) -> [(slot: Int, gpuQuarters: Int128)] {
    let option = instance.bids[fill.bid].options[part.option]
    let end = grid.edges[fill.start] + option.quarters * Span.quarter
    return (fill.start..<grid.count).filter { grid.edges[$0] < end }.map { slot in
      let extra = fill.extras.first { $0.slot == slot }?.gpus ?? 0
      return (slot, Int128((part.gpus + extra) * instance.widths[slot]))
    }
  }

  /// What each part of a fill is billed at these prices.
  fileprivate func bills(_ fill: Fill, _ congestion: [[Int64]]) throws -> [Bill] {
    let bid = bids[fill.bid]
    let rate = try #require(rates[bid.currency])
    var parts: [(bill: Bill, converts: Bool)] = []
    for part in fill.parts {
      let index = instance.bids[fill.bid].options[part.option].pool
      let pool = pools[index]
      let siteRate = try #require(rates[pool.currency])
      var sum: Int128 = 0
      for (slot, amount) in cells(fill, part) {
        let price = pool.asks[slot] + Conversion.minorDown(congestion[index][slot], siteRate)
        sum += amount * Int128(price)
      }
      let converts = pool.currency != bid.currency
      let bill = Bill(
        sum: sum, share: share(of: fill, part), siteRate: siteRate, tenantRate: rate,
        converts: converts, feePermille: feePermille)
      parts.append((try #require(bill), converts))
    }
    return Bill.together(parts)
  }
}

@Suite struct SubsidyTests {
  /// Runs through clearings of seeded markets, their prices driven as high as the rule allows.
  private func each(
    _ usual: Int, _ body: (SubsidisedMarket, FrozenRound, Clearing, inout Source) throws -> Void
  ) throws -> Int {
    var winners = 0
    for seed in 0..<cases(usual) {
      var source = Source(UInt64(seed))
      let market = SubsidisedMarket(&source)
      let frozen = market.frozen()
      var clearing = Engine.clear(frozen.instance, iterations: 10)
      #expect(ClearingCheck.fault(frozen.instance, clearing) == nil, "seed \(seed)")
      if seed % 2 == 0 {
        clearing.duals = clearing.duals.map { $0.map { _ in 1 << 30 } }
        clearing.congestion = Pricing.congestion(
          frozen.instance, clearing.fills, extras: clearing.extras, clearing.duals)
      }
      winners += clearing.fills.filter { frozen.bids[$0.bid].subsidy != nil }.count
      try body(market, frozen, clearing, &source)
    }
    return winners
  }

  @Test("the fund pays at most its rate of the charge, and never more than it has set aside")
  func withinTheRate() throws {
    let winners = try each(120) { market, frozen, clearing, _ in
      for fill in clearing.fills {
        let bid = frozen.bids[fill.bid]
        let bills = try frozen.bills(fill, clearing.congestion)
        let fund = bills.reduce(Int128(0)) { $0 + Int128($1.fund) }
        let all = bills.reduce(Int128(0)) { $0 + Int128($1.fund) + Int128($1.tenant) }
        #expect(bills.allSatisfy { $0.fund >= 0 && $0.tenant >= 0 })
        #expect(fund * 1_000 <= Int128(bid.subsidy?.permille ?? 0) * all)
        #expect(fund <= Int128(market.held[bid.seq] ?? 0))
      }
    }
    #expect(winners > cases(120))
    figure("T11", "subsidised bids, the fund within its rate and its hold", winners)
  }

  @Test("nobody loses on its own money: bill and fee stay within what its limit holds")
  func noLoss() throws {
    var tight = 0
    _ = try each(150) { _, frozen, clearing, _ in
      for fill in clearing.fills {
        let bid = frozen.bids[fill.bid]
        let bills = try frozen.bills(fill, clearing.congestion)
        var most: Int128 = 0
        for part in fill.parts {
          let option = frozen.instance.bids[fill.bid].options[part.option]
          let limit = bid.terms.alternatives[option.alternative].limit
          for (_, amount) in frozen.cells(fill, part) { most += amount * Int128(limit) }
        }
        let paid = bills.reduce(Int128(0)) { $0 + Int128($1.tenant) + Int128($1.fee) }
        #expect(paid <= dividedUp(most, by: 4), "\(bid.id): \(bills)")
        if paid + 3 >= dividedUp(most, by: 4), bid.subsidy != nil { tight += 1 }
      }
    }
    #expect(tight > cases(150) / 20)
  }

  @Test("what tenant and fund pay together covers what the site is paid")
  func balance() throws {
    _ = try each(80) { _, frozen, clearing, _ in
      for fill in clearing.fills {
        let bid = frozen.bids[fill.bid]
        let rate = try #require(frozen.rates[bid.currency])
        for (part, bill) in zip(fill.parts, try frozen.bills(fill, clearing.congestion)) {
          let pool = frozen.pools[frozen.instance.bids[fill.bid].options[part.option].pool]
          let site = try #require(frozen.rates[pool.currency])
          if pool.currency == bid.currency { #expect(bill.site == bill.tenant + bill.fund) }
          guard fill.parts.count == 1, pool.currency != bid.currency else { continue }
          var sum: Int128 = 0
          for (slot, amount) in frozen.cells(fill, part) {
            let index = frozen.instance.bids[fill.bid].options[part.option].pool
            let congestion = Conversion.minorDown(clearing.congestion[index][slot], site)
            sum += amount * Int128(pool.asks[slot] + congestion)
          }
          let owed = Conversion.converted(sum, from: site, to: rate)
          #expect(Int128(bill.tenant + bill.fund) * 4 * owed.denominator >= owed.numerator)
        }
      }
    }
  }

  @Test("the share is the rate of the ask below list and reference price, whole ticks, capped")
  func formula() throws {
    _ = try each(80) { _, frozen, _, _ in
      for (bid, entry) in zip(frozen.bids, frozen.instance.bids) {
        for option in entry.options {
          let pool = frozen.pools[option.pool]
          let price = bid.subsidy?.prices.first { $0.chip == pool.chip }
          for slot in 0..<frozen.grid.count {
            let share = frozen.share(option, slot)
            guard let terms = bid.subsidy, let price else {
              #expect(share == 0)
              continue
            }
            let ask = pool.asks[slot]
            #expect(share * 1_000 <= terms.permille * ask)
            guard pool.currency == bid.currency else { continue }
            let exact = terms.permille * min(ask, price.list, price.reference)
            #expect(share == min(terms.cap, exact / 1_000))
          }
          guard let row = option.subsidy else { continue }
          let amount = frozen.instance.subsidies[row].amount
          #expect(zip(amount, frozen.instance.pools[option.pool].ask).allSatisfy { $0 <= $1 })
        }
      }
    }
  }

  @Test("what the fund pays for a placement depends on no bid and no price")
  func noBidMoves() throws {
    var same = 0
    let winners = try each(80) { market, frozen, clearing, source in
      for fill in clearing.fills where frozen.bids[fill.bid].subsidy != nil {
        // The bid alone, at any limits; and at any congestion.
        var other = market
        other.book.bids = OrderedMap()
        var bid = frozen.bids[fill.bid]
        for index in bid.terms.alternatives.indices {
          bid.terms.alternatives[index].limit = source.number(0...100_000)
        }
        other.book.bids[bid.seq] = bid
        let alone = other.frozen()
        var placed = fill
        placed.bid = 0
        let high = frozen.instance.pools.map { $0.ask.map { _ in source.number(0...90_000) } }
        let before = try frozen.bills(fill, clearing.congestion)
        #expect(try alone.bills(placed, high).map(\.fund) == before.map(\.fund))
        #expect(try frozen.bills(fill, high).map(\.fund) == before.map(\.fund))
        same += 1
      }
    }
    #expect(same == winners)
  }

  @Test("raising the limit never raises what the fund pays for a GPU in a slot")
  func raising() throws {
    _ = try each(60) { market, frozen, _, source in
      for bid in frozen.bids where bid.subsidy != nil {
        var raised = market
        for index in bid.terms.alternatives.indices {
          raised.book.bids[bid.seq]?.terms.alternatives[index].limit += source.number(1...3_000)
        }
        let after = raised.frozen()
        let number = try #require(after.bids.firstIndex { $0.seq == bid.seq })
        let options = after.instance.bids[number].options
        #expect(options.map(\.pool) == frozen.instance.bids[number].options.map(\.pool))
        for (new, old) in zip(options, frozen.instance.bids[number].options) {
          for slot in 0..<frozen.grid.count {
            #expect(after.share(new, slot) <= frozen.share(old, slot))
          }
        }
      }
    }
  }

  @Test("every tick of congestion is the tenant's own")
  func congestionIsOwn() throws {
    _ = try each(80) { _, frozen, clearing, _ in
      let none = frozen.instance.pools.map { $0.ask.map { _ in Int64(0) } }
      for fill in clearing.fills where frozen.bids[fill.bid].subsidy != nil {
        let paid = try frozen.bills(fill, clearing.congestion)
        let least = try frozen.bills(fill, none)
        #expect(paid.map(\.fund) == least.map(\.fund))
        guard fill.parts.count == 1, let part = fill.parts.first else { continue }
        let option = frozen.instance.bids[fill.bid].options[part.option]
        let pool = frozen.pools[option.pool]
        guard pool.currency == frozen.bids[fill.bid].currency else { continue }
        let rate = try #require(frozen.rates[pool.currency])
        var ticks: Int128 = 0
        for (slot, amount) in frozen.cells(fill, part) {
          let congestion = clearing.congestion[option.pool][slot]
          ticks += amount * Int128(Conversion.minorDown(congestion, rate))
        }
        let more = Int128(paid[0].tenant - least[0].tenant)
        #expect(4 * (more - 1) < ticks && ticks < 4 * (more + 1))
      }
    }
  }

  @Test("own money of 4 beside a share of 5.60 loses against 12, own money of 7 wins and pays 6.40")
  func example() throws {
    for (limit, wins) in [(400, false), (700, true)] as [(Int64, Bool)] {
      var book = MarketBook()
      let time = SubsidisedMarket.time
      var site = Site()
      site.id = "hku"
      site.centre = "hku"
      book.sites["hku"] = site
      book.offers["hku"] = Offer.flat("hku", gpus: 8, ask: 800, until: time + Span.week)
      for (seq, limit) in [(1, 1_200), (2, limit)] as [(Int64, Int64)] {
        var bid = Bid()
        bid.seq = seq
        bid.terms = .block(8, quarters: 4, limit: limit, from: time, until: time + 5 * Span.quarter)
        book.bids[seq] = bid
      }
      var terms = SubsidyTerms()
      terms.award = "award-1"
      terms.cap = 10_000
      terms.permille = 700
      var price = SubsidyTerms.Price()
      price.chip = "h800"
      price.list = 2_000
      price.reference = 900
      terms.prices = [price]
      book.bids[2]?.subsidy = terms
      var rules = Rules()
      rules.feePermille = 0
      let frozen = book.freeze(round: 1, at: time, rules: rules, commitments: [])
      var clearing = Engine.clear(frozen.instance, iterations: 50)
      #expect(ClearingCheck.fault(frozen.instance, clearing) == nil)
      try #require(clearing.fills.count == 1)
      #expect(frozen.bids[clearing.fills[0].bid].seq == (wins ? 2 : 1))
      guard wins else { continue }
      // What the other would have paid above the ask.
      clearing.duals = clearing.duals.map { $0.map { _ in 64 * 4_000 } }
      clearing.congestion = Pricing.congestion(frozen.instance, clearing.fills, clearing.duals)
      let bill = try frozen.bills(clearing.fills[0], clearing.congestion)[0]
      #expect(bill.site == 8 * 1_200)
      #expect(bill.tenant == 8 * 640)
      #expect(bill.fund == 8 * 560)
    }
  }

  @Test("bids with equal terms share a row, others do not")
  func rows() {
    var source = Source(3)
    var market = SubsidisedMarket(&source)
    market.book.bids = OrderedMap()
    var terms = SubsidyTerms()
    terms.award = "award-1"
    terms.cap = 500
    terms.permille = 500
    for chip in ["h20", "h800"] {
      var price = SubsidyTerms.Price()
      price.chip = chip
      price.list = 3_000
      price.reference = 3_000
      terms.prices.append(price)
    }
    for seq in 1...4 as ClosedRange<Int64> {
      var bid = Bid()
      bid.seq = seq
      bid.terms = .block(
        1, quarters: 4, limit: 900, from: SubsidisedMarket.time,
        until: SubsidisedMarket.time + Span.day)
      bid.terms.alternatives.append(bid.terms.alternatives[0])
      bid.terms.alternatives[1].chip = "h20"
      bid.subsidy = terms
      if seq == 4 { bid.subsidy?.permille = 600 }
      market.book.bids[seq] = bid
    }
    let frozen = market.frozen()
    #expect(frozen.instance.subsidies.count == 2 * frozen.pools.count)
    #expect(frozen.subsidies.count == frozen.instance.subsidies.count)
    #expect(
      frozen.instance.bids[0].options.map(\.subsidy)
        == frozen.instance.bids[2].options.map(\.subsidy))
    #expect(
      frozen.instance.bids[0].options[0].subsidy != frozen.instance.bids[3].options[0].subsidy)
  }
}
