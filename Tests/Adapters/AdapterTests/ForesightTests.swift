import AdapterKit
import BrokerAPI
import Testing

@testable import SiteRuntime

@Suite struct ForesightTests {
  let midnight = Rehearsal.midnight
  let hour = Rehearsal.hour

  @Test(
    "an estimate counts the hours in which others were as dear, and those in which they were sold out"
  )
  func estimate() throws {
    let now = midnight + 24 * hour
    let plan = OfferPlan(
      [
        PoolCapacity(
          pool: "p", chip: "c", fabric: "f", unit: 8, gpus: 16,
          runs: [CapacityRun(from: 0, to: now + 400 * 24 * hour, gpus: 16)])
      ],
      terms: OfferTerms(
        currency: "HKD", pools: [OfferTerms.Pool(pool: "p", asks: [.init(price: 1_500)])]), at: now)
    func prices(_ pool: String, _ site: String, _ runs: [(Range<Int64>, Int64, Int64)])
      -> Wire
      .PoolPrices
    {
      Wire.PoolPrices(
        pool: pool, site: site, chip: "c",
        runs: runs.map { hours, ask, price in
          Wire.PriceRun(
            from: WireTime(clamping: midnight + hours.lowerBound * hour),
            to: WireTime(clamping: midnight + hours.upperBound * hour),
            ask: WireMoney(.hkd, minor: ask), price: WireMoney(.hkd, minor: price))
        })
    }
    // Two hours at its ask above ours, three dear ones, one dear but below our ask; ours is not asked.
    let round = Wire.MarketPrices(
      round: 3, endedAt: WireTime(clamping: midnight - hour),
      pools: [
        prices("q", "s-2", [(0..<2, 1_600, 1_600), (2..<5, 1_400, 2_000), (5..<6, 1_000, 1_400)]),
        prices("p", "s-1", [(6..<24, 9_000, 9_900)]),
      ], position: Position(clamping: 1))
    let foresight = Foresight(
      plan: plan, site: "s-1", currency: .hkd, days: 1, now: now, damagesPermille: 200)
    let found = try #require(foresight.estimates([round]).first)
    #expect(found.offeredGPUHours == 16 * 24 && found.hoursWithPrice == 6)
    #expect(
      found.atMostGPUHours == 16 * 5 && found.atMostIncome.minor == 16 * (2 * 1_600 + 3 * 2_000))
    #expect(found.atLeastGPUHours == 16 * 3 && found.atLeastIncome.minor == 16 * 3 * 1_500)
    #expect(found.worstPenalty == WireMoney(.hkd, minor: 147_200 / 1_000 * 200))
    #expect(foresight.estimates([]).first?.lines.first?.contains("no price to go by") == true)
  }

  @Test("offer hours cut the schedule, over the end of the week too")
  func offerHours() throws {
    // 2026-12-01 is a Tuesday.
    var pool = OfferTerms.Pool(pool: "p", asks: [.init(price: 1_500)], promise: hour)
    pool.hours = [1_440 + 20 * 60..<2 * 1_440 + 8 * 60]
    let plan = OfferPlan(
      [
        PoolCapacity(
          pool: "p", chip: "c", fabric: "f", unit: 8, gpus: 16,
          runs: [CapacityRun(from: 0, to: midnight + 400 * 24 * hour, gpus: 16)])
      ], terms: OfferTerms(currency: "HKD", pools: [pool]), at: midnight)
    let spans = try #require(plan.pools.first?.spans)
    #expect(spans[0].from == midnight + 20 * hour && spans[0].to == midnight + 32 * hour)
    #expect(spans[1].from == spans[0].from + 168 * hour)
    #expect(spans.allSatisfy { $0.to - $0.from == 12 * hour })
  }
}
