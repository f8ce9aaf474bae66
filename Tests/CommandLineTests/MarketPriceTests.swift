import ArgumentParser
import BrokerAPI
import Testing

@testable import sampan

/// `market+10%`, before anything is asked.
@Suite struct MarketPriceTests {
  private func shape(_ arguments: String...) throws -> Shape {
    try ShapeOptions.parse(
      ["--gpus", "8", "--chip", "h800-80g", "--for", "2h"] + arguments
    ).shape()
  }

  private func facts(_ currency: Wire.CurrencyCode = .hkd) -> MarketFacts {
    func at(_ hours: Int64) -> WireTime {
      WireTime(clamping: present.milliseconds + hours * 3_600_000)
    }
    func pool(_ site: String, _ runs: [(Int64, Int64, WireMoney)]) -> Wire.PoolPrices {
      Wire.PoolPrices(
        pool: "a", site: site, chip: "h800-80g",
        runs: runs.map {
          Wire.PriceRun(from: at($0.0), to: at($0.1), ask: $0.2, price: $0.2)
        })
    }
    var facts = MarketFacts(now: present, currency: currency)
    facts.chips = ["h800-80g"]
    facts.prices = Wire.MarketPrices(
      round: 7, endedAt: present,
      pools: [
        pool(
          "cyberport-h",
          [(0, 13, WireMoney(.hkd, minor: 2_000)), (13, 26, WireMoney(.hkd, minor: 1_000))]),
        pool("qianhai-h", [(0, 100, WireMoney(.cny, minor: 1_200))]),
      ], position: Position(clamping: 9))
    facts.rates = [
      Wire.ExchangeRate(currency: .cny, numerator: 110, denominator: 100, validUntil: present)
    ]
    facts.sites = [
      Wire.Site(
        site: "cyberport-h", centre: "c", jurisdiction: .hk, metro: "hk", currency: .hkd,
        certified: [], pools: []),
      Wire.Site(
        site: "qianhai-h", centre: "q", jurisdiction: .cn, metro: "sz", currency: .cny,
        certified: [], pools: []),
    ]
    return facts
  }

  private func limit(_ shape: Shape, _ facts: MarketFacts) throws -> WireMoney? {
    try shape.resolved(facts).alternatives.first?.limit
  }

  @Test("the market's price is the lowest mean over the window, in the account's currency")
  func lowest() throws {
    // Cyberport: mean of 20.00 and 10.00; Qianhai: CNY 12.00 are HKD 13.20.
    #expect(try limit(shape("--max-price", "market"), facts()) == WireMoney(.hkd, minor: 1_320))
    #expect(
      try limit(shape("--max-price", "market", "--in", "hk"), facts())
        == WireMoney(.hkd, minor: 1_500))
    #expect(
      try limit(shape("--max-price", "market", "--not-site", "qianhai-h"), facts())
        == WireMoney(.hkd, minor: 1_500))
  }

  @Test("per cent and fee are added, rounded up")
  func percent() throws {
    var facts = facts()
    #expect(
      try limit(shape("--max-price", "market+10%"), facts) == WireMoney(.hkd, minor: 1_452))
    facts.feePermille = 15
    // 13.20 and 1.5 % are 13.398, so 13.40; 10 % more are 14.74.
    #expect(
      try limit(shape("--max-price", "market+10%"), facts) == WireMoney(.hkd, minor: 1_474))
  }

  @Test("an account in another currency sees all prices in its own")
  func foreign() throws {
    // HKD 15.00 are CNY 13.637; CNY 12.00 is lower.
    #expect(
      try limit(shape("--max-price", "market"), facts(.cny)) == WireMoney(.cny, minor: 1_200))
    #expect(
      try limit(shape("--max-price", "market", "--in", "hk"), facts(.cny))
        == WireMoney(.cny, minor: 1_364))
  }

  @Test("without a price there is no limit, and the message says to write a number")
  func none() throws {
    var facts = facts()
    facts.prices = nil
    let fault = try #require(
      throws: TextFault.self, performing: { try limit(shape("--max-price", "market"), facts) })
    #expect(fault.description.contains("write a number"))
    #expect(throws: TextFault.self) {
      try limit(shape("--max-price", "market", "--site", "elsewhere"), self.facts())
    }
  }
}
