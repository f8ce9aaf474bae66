import AdapterKit
import Testing

@testable import SiteRuntime

@Suite struct OfferTests {
  let midnight = Rehearsal.midnight
  let hour = Rehearsal.hour
  let day = 24 * Rehearsal.hour

  private func pool(_ runs: [CapacityRun], gpus: Int64 = 32) -> PoolCapacity {
    PoolCapacity(pool: "p", chip: "c", fabric: "f", unit: 8, gpus: gpus, runs: runs)
  }

  private func terms(_ asks: [OfferTerms.Ask], keepBack: Int64 = 0) -> OfferTerms {
    OfferTerms(
      currency: "HKD",
      pools: [OfferTerms.Pool(pool: "p", keepBack: keepBack, asks: asks, promise: 48 * hour)])
  }

  @Test("fixed capacity at one price is one span of a year")
  func fixed() {
    let plan = OfferPlan(
      [pool([CapacityRun(from: 0, to: midnight + 400 * day, gpus: 32)])],
      terms: terms([.init(price: 1_800)], keepBack: 1), at: midnight + 5)
    #expect(
      plan.pools.first?.spans == [
        SiteOffer.Span(from: midnight, to: midnight + 364 * day, gpus: 24, ask: 1_800)
      ])
    #expect(plan.pools.first?.unit == 8 && plan.pools.first?.node == 8)
  }

  @Test("no more is offered than is sold at most, and limits of a tenant go with it in GPUs")
  func limits() throws {
    func plan(_ change: (inout OfferTerms.Pool) -> Void) -> SiteOffer.Pool? {
      var terms = terms([.init(price: 1_800)], keepBack: 1)
      change(&terms.pools[0])
      let runs = [CapacityRun(from: 0, to: midnight + 400 * day, gpus: 32)]
      return OfferPlan([pool(runs)], terms: terms, at: midnight).pools.first
    }
    #expect(plan { $0.sellAtMost = 2 }?.spans.map(\.gpus) == [16])
    #expect(plan { $0.sellAtMost = 9 }?.spans.map(\.gpus) == [24])
    let limited = plan {
      $0.mostUnits = 2
      $0.longest = 96
    }
    #expect(limited?.limits == SiteOffer.Limits(longest: 96, most: 16))
    #expect(
      plan {
        $0.unit = .gpu; $0.mostUnits = 2
      }?.limits.most == 2)
    #expect(plan { _ in }?.limits == SiteOffer.Limits())
  }

  @Test(
    "capacity that begins now is offered from this quarter hour on, so that time alone is no news")
  func fromNow() throws {
    let terms = terms([.init(price: 1_800)])
    func plan(_ now: Int64, from: Int64) -> OfferPlan {
      OfferPlan(
        [pool([CapacityRun(from: from, to: midnight + 400 * day, gpus: 32)])], terms: terms, at: now
      )
    }
    let quarter = Rehearsal.quarter
    let early = plan(midnight + 70_000, from: midnight + 60_000)
    #expect(early.pools.first?.spans.first?.from == midnight)
    let late = plan(midnight + quarter + 70_000, from: midnight + quarter + 60_000)
    #expect(!late.differs(from: early, at: midnight + quarter + 70_000))
    let ahead = plan(midnight + 70_000, from: midnight + 80_000)
    #expect(ahead.pools.first?.spans.first?.from == midnight + quarter, "what comes later does not")
  }

  @Test("night prices are exact for the near days and the highest one holds after them")
  func nights() throws {
    let asks = [
      OfferTerms.Ask(price: 1_400, fromMinute: 22 * 60, toMinute: 8 * 60),
      OfferTerms.Ask(price: 1_800),
    ]
    let plan = OfferPlan(
      [pool([CapacityRun(from: 0, to: midnight + 400 * day, gpus: 32)])], terms: terms(asks),
      at: midnight)
    let spans = try #require(plan.pools.first?.spans)
    #expect(
      spans[0] == SiteOffer.Span(from: midnight, to: midnight + 8 * hour, gpus: 32, ask: 1_400))
    #expect(spans[1].to == midnight + 22 * hour && spans[1].ask == 1_800)
    #expect(spans[2].to == midnight + day + 8 * hour && spans[2].ask == 1_400)
    let last = try #require(spans.last)
    #expect(last.from == plan.detailUntil && last.to == plan.until && last.ask == 1_800)
    #expect(plan.detailUntil >= midnight + 12 * day)
    #expect(spans.count < 40)
  }

  @Test("what is free only at night is offered at night, and not as whole days far ahead")
  func freeAtNight() throws {
    let runs = (0..<300).map { index in
      CapacityRun(
        from: midnight + index * day + 60_000, to: midnight + index * day + 8 * hour + 60_000,
        gpus: 20)
    }
    let plan = OfferPlan([pool(runs)], terms: terms([.init(price: 1_000)]), at: midnight)
    let spans = try #require(plan.pools.first?.spans)
    #expect(
      spans[0]
        == SiteOffer.Span(
          from: midnight + 900_000, to: midnight + 8 * hour, gpus: 16, ask: 1_000),
      "whole quarter hours, whole nodes")
    #expect(spans.allSatisfy { $0.to - $0.from < 8 * hour })
    #expect(spans.last.map { $0.to <= plan.detailUntil } == true)
  }

  @Test(
    "an offer is withdrawn when there is nothing left to sell, and comes back with the capacity")
  func nothingLeft() {
    var show = Rehearsal(terms: terms([.init(price: 1_800)]))
    show.feed(.tick)
    #expect(show.broker.offers.count == 1)
    show.feed(.measured(.success([pool([])])))
    #expect(show.broker.withdrawals.count == 1)
    #expect(show.notes.contains { $0.hasPrefix("there is nothing to sell now") })
    show.advance(to: midnight + hour)
    #expect(show.broker.withdrawals.count == 1)
    #expect(show.broker.offers.count == 2, "the model's capacity is there again at the next look")
  }

  @Test("an offer is sent when it changes and before its promise ends, at most once a minute")
  func publishing() throws {
    var show = Rehearsal(terms: terms([.init(price: 1_800)]))
    show.feed(.tick)
    #expect(show.broker.offers.count == 1)
    let first = try #require(show.broker.offers.first)
    #expect(first.sellUntil == show.now + 48 * hour)
    show.advance(to: midnight + 23 * hour)
    #expect(show.broker.offers.count == 1, "time alone is no news")
    show.advance(to: midnight + 25 * hour)
    #expect(show.broker.offers.count == 2, "half of the promise is over")
    show.adapter = ModelAdapter(show.clock, fault: .capacityNetOfLeases)
    for index in 0..<3 {
      _ = try show.adapter.apply(
        AllocationOrder(
          lease: "x-\(index)", tenant: "t", pool: "p", chip: "c", state: .open, gpus: 8,
          start: show.now, end: show.now + day, due: show.now))
      show.advance(to: show.now + 30_000)
    }
    let sent = show.broker.offers.count - 2
    #expect((1...2).contains(sent), "\(sent) offers in a minute and a half")
    // Each offer says until when it holds, 48 hours from when it was sent.
    let times = show.broker.offers.map(\.sellUntil)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 60_000 })
    let generations = show.broker.offers.map(\.generation)
    #expect(generations == generations.sorted() && Set(generations).count == generations.count)
  }

  @Test("after a lost spool the generation is higher all the same")
  func generation() throws {
    var show = Rehearsal(terms: terms([.init(price: 1_800)]))
    show.feed(.tick)
    let first = try #require(show.broker.offers.last).generation
    show.saved = SiteMemory(site: "s")
    show.clock.pass(60_000)
    show.restart()
    #expect(try #require(show.broker.offers.last).generation > first)
  }

  @Test("the check says what would be offered, and what is wrong in the settings")
  func checkReport() async {
    let clock = HandClock(midnight)
    var terms = terms([.init(price: 1_400, fromMinute: 0, toMinute: 480), .init(price: 1_800)])
    terms.pools.append(OfferTerms.Pool(pool: "q", asks: [.init(price: 1)]))
    let report = await CheckReport.make(ModelAdapter(clock), terms: terms, at: midnight)
    #expect(report.isUsable)
    #expect(
      report.text == """
        ok      all well
        FIX     pool q is in the settings but not on the cluster
                -> correct its name; there are: p
        Would offer now: p 32 GPUs of c (4 nodes), at HKD 14.00 to 18.00 per GPU-hour.
        """)
  }
}
