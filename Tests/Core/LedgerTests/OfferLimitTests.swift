import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Seeded
import Testing
import Units

@Suite struct OfferLimitTests {
  /// The site `hk` with one pool of 16 GPUs under limits; `sz` offers nothing.
  private static func hall(_ limits: Offer.Limits, gpus: Int64 = 16) throws -> Hall {
    var hall = try Hall(offers: false)
    try hall.offer(offer(limits, gpus: gpus), by: hall.hk)
    return hall
  }

  private static func offer(
    _ limits: Offer.Limits, gpus: Int64 = 16, generation: Int64 = 1
  ) -> Offer {
    var offer = Offer.flat(
      "hk", gpus: gpus, ask: 1_000, until: Hall.start + 400 * Span.day, generation: generation)
    offer.pools[0].limits = limits
    return offer
  }

  private static func most(_ gpus: Int64) -> Offer.Limits {
    var limits = Offer.Limits()
    limits.most = gpus
    return limits
  }

  /// What a tenant has, or may still get, at the pool at a time.
  private static func held(_ party: String, _ state: LedgerState, at time: Int64) -> Int64 {
    var sum: Int64 = 0
    for lease in state.leases.values where lease.party == party && time < lease.end {
      if let flexible = lease.flexible, flexible.room > 0, time < flexible.until {
        sum += flexible.room + (lease.runs.first?.gpus ?? 0)
      } else {
        sum += (lease.runs + lease.extras).filter { $0.from <= time && time < $0.to }
          .reduce(0) { $0 + $1.gpus }
      }
    }
    return sum
  }

  @Test(
    "a lease shorter, longer or larger than the centre sells is sold nowhere, and it is said why")
  func shapes() throws {
    var limits = Self.most(8)
    limits.shortest = 4
    limits.longest = 16
    var hall = try Self.hall(limits)
    var wanted: [Int64: Inadmissible] = [:]
    for (gpus, quarters, reason) in [
      (8, 3, .tooShort), (8, 17, .tooLong), (9, 16, .tooMany),
    ] as [(Int64, Int64, Inadmissible)] {
      let terms = hall.block(gpus, quarters: quarters)
      wanted[try hall.bid(terms, by: hall.hku)] = reason
      #expect(hall.exchange.state.book.lastRule(terms) == reason)
    }
    let within = try hall.bid(hall.block(4, quarters: 4), by: hall.hku)
    let edge = try hall.bid(hall.block(4, quarters: 16), by: hall.hku)
    // One alternative that the centre sells is enough, and only that one may be filled.
    var terms = hall.block(8, quarters: 20)
    terms.alternatives.append(hall.block(8, quarters: 12).alternatives[0])
    let second = try hall.bid(terms, by: hall.thu)
    #expect(hall.exchange.state.book.lastRule(terms) == .unit)
    try hall.exchange.round()
    for number in wanted.keys {
      #expect(hall.exchange.leases(of: number).isEmpty, "\(String(describing: wanted[number]))")
    }
    #expect(!hall.exchange.leases(of: within).isEmpty && !hall.exchange.leases(of: edge).isEmpty)
    #expect(hall.exchange.leases(of: second).map(\.alternative) == [1])
  }

  @Test(
    "the bids of one tenant in one round get no more than one tenant may have, the dearest first")
  func oneRound() throws {
    var hall = try Self.hall(Self.most(8))
    let cheap = try hall.bid(hall.block(8, limit: 2_000), by: hall.hku)
    let dear = try hall.bid(hall.block(8, limit: 2_500), by: hall.hku)
    let other = try hall.bid(hall.block(8, limit: 1_500), by: hall.thu)
    try hall.exchange.close()
    #expect(hall.exchange.state.frozen?.overMost[cheap] == ["hk:a"])
    #expect(hall.exchange.state.frozen?.overMost.count == 1)
    try hall.exchange.commitCleared()
    #expect(hall.exchange.leases(of: cheap).isEmpty)
    #expect(!hall.exchange.leases(of: dear).isEmpty && !hall.exchange.leases(of: other).isEmpty)
    #expect(hall.exchange.state.book.bids.contains(cheap))
  }

  @Test("what a tenant has counts in later rounds for as long as it has it")
  func laterRounds() throws {
    var hall = try Self.hall(Self.most(8))
    let first = try hall.leased(hall.block(6), by: hall.hku)
    var terms = hall.block(4)
    terms.latestEnd = Hall.start + 5 * Span.hour
    let beside = try hall.bid(terms, by: hall.hku)
    var after = hall.block(8)
    after.earliest = (first.end + Span.hour - 1) / Span.hour * Span.hour
    let then = try hall.bid(after, by: hall.hku)
    let small = try hall.bid(hall.block(2, quarters: 4, limit: 2_500), by: hall.hku)
    try hall.exchange.round()
    #expect(hall.exchange.leases(of: beside).isEmpty)
    #expect(!hall.exchange.leases(of: small).isEmpty)
    // The dearer `small` might have run beside `then`.
    #expect(hall.exchange.leases(of: then).isEmpty)
    try hall.exchange.round()
    #expect(!hall.exchange.leases(of: then).isEmpty)
  }

  @Test("an elastic lease counts with all that it may get, also before it has it")
  func elastic() throws {
    var hall = try Self.hall(Self.most(8))
    let lease = try hall.leased(hall.block(8).elastic(least: 2), by: hall.hku)
    #expect(lease.runs.map(\.gpus).max() == 2)
    var terms = hall.block(1, quarters: 1)
    terms.latestEnd = lease.start + 2 * Span.hour
    let beside = try hall.bid(terms, by: hall.hku)
    try hall.exchange.round()
    #expect(hall.exchange.leases(of: beside).isEmpty)
  }

  @Test("a limit that comes later breaks no trade and stops the next")
  func lowered() throws {
    var hall = try Self.hall(Offer.Limits())
    let lease = try hall.leased(hall.block(12), by: hall.hku)
    try hall.offer(Self.offer(Self.most(4), generation: 2), by: hall.hk)
    let late = try hall.bid(hall.block(1, quarters: 96), by: hall.hku)
    try hall.exchange.round()
    #expect(hall.exchange.leases(of: late).isEmpty)
    #expect(hall.exchange.state.leases.values.contains { $0.id == lease.id && $0.end == lease.end })
  }

  @Test("in rounds of all kinds of bids nobody comes to have more than one tenant may have")
  func random() throws {
    var source = Source(77)
    var full = 0
    var stopped = 0
    for number in 0..<12 {
      let most = source.number(2...9)
      var hall = try Self.hall(Self.most(most), gpus: 24)
      for _ in 0..<5 {
        for _ in 0..<6 {
          try hall.anyBid(&source)
        }
        try hall.exchange.close()
        stopped += hall.exchange.state.frozen?.overMost.count ?? 0
        try hall.exchange.commitCleared()
        for party in ["hku", "thu"] {
          for quarter in 0..<Int64(104) {
            let time = Hall.start + quarter * Span.quarter
            let held = Self.held(party, hall.exchange.state, at: time)
            #expect(held <= most, "case \(number): \(party) has \(held) at quarter \(quarter)")
            if held == most { full += 1 }
          }
        }
      }
    }
    // The limit was reached, and it was what stopped others.
    #expect(full > 100 && stopped > 100)
  }

  @Test("limits are part of the schedule's canonical bytes, and none is none")
  func bytes() throws {
    var limits = Self.most(8)
    limits.longest = 96
    let offer = Self.offer(limits)
    let bytes = FieldCodec.encode(offer)
    #expect(try FieldCodec.decode(Offer.self, from: bytes) == offer)
    #expect(String(decoding: bytes, as: UTF8.self).contains(#""limits":{"longest":96,"most":8}"#))
    let plain = Offer.flat("hk", gpus: 1, ask: 1, until: 1)
    #expect(!String(decoding: FieldCodec.encode(plain), as: UTF8.self).contains("limits"))
  }
}
