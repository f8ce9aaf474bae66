import Placement
import Simulation
import Testing

/// Workloads made by hand: quarter 0 is 2017-10-09 00:00 +08:00.
private func workload(
  offered: [[Int32]], asks: [Int64],
  bids: [(minute: Int64, gpus: Int32, quarters: Int, slack: Int64, value: Int64)],
  home: Int = 0
) -> Workload {
  let start: Int64 = 1_507_478_400_000
  var made = Workload(
    start: start, quarters: offered[0].count,
    sites: offered.enumerated().map { index, row in
      Workload.Site(
        name: "s\(index)", metro: 0, ask: asks[index], offered: row, total: row, idle: row)
    },
    tenants: [Workload.Tenant(name: "t", home: home)],
    bids: bids.enumerated().map { index, bid in
      let arrival = start + bid.minute * 60_000
      return Workload.Bid(
        line: index + 2, arrival: arrival, tenant: 0, gpus: bid.gpus, quarters: bid.quarters,
        deadline: arrival + Int64(bid.quarters) * 900_000 + bid.slack * 60_000, value: bid.value,
        latencyLimit: nil, sites: Array(offered.indices))
    },
    metros: ["hong-kong"], roundTrips: [offered.map { _ in 2 }],
    rules: Workload.Rules(
      lead: 300_000, horizon: 24 * 3_600_000, roundQuarters: 1, publishQuarters: 4))
  made.markHopeless()
  return made
}

private func flat(_ gpus: Int32, _ quarters: Int = 96) -> [Int32] {
  [Int32](repeating: gpus, count: quarters)
}

@Suite struct PolicyTests {
  @Test("alone at home, a bid waits for its own site while another stands empty")
  func alone() {
    let made = workload(
      offered: [flat(1), flat(8)], asks: [100, 90],
      bids: [(1, 1, 4, 600, 200), (2, 1, 4, 600, 200)])
    let alone = ArrivalOrder(.alone).sales(of: made)
    #expect(alone.map(\.site) == [0, 0])
    #expect(alone.map(\.start) == [1, 5])
    let fcfs = ArrivalOrder(.fcfs).sales(of: made)
    #expect(fcfs.map(\.site) == [1, 1] && fcfs.map(\.start) == [1, 1])
    #expect(fcfs.map(\.paid) == [90, 90])
  }

  @Test("reservations backfill: a small bid may start before a large one that came first")
  func backfilling() {
    var offered = flat(2)
    for quarter in 0..<8 { offered[quarter] = 1 }
    let made = workload(
      offered: [offered], asks: [100], bids: [(1, 2, 4, 600, 200), (2, 1, 4, 600, 200)])
    let sales = ArrivalOrder(.fcfs).sales(of: made)
    #expect(sales.map(\.bid) == [0, 1])
    #expect(sales.map(\.start) == [8, 1])
  }

  @Test("the auction takes the cheapest site, though later, and pays the second lowest ask")
  func auction() {
    var cheap = flat(1)
    for quarter in 0..<20 { cheap[quarter] = 0 }
    let made = workload(
      offered: [cheap, flat(1), flat(1)], asks: [90, 110, 100], bids: [(1, 1, 4, 600, 200)])
    let sales = ArrivalOrder(.auction).sales(of: made)
    #expect(sales == [Sale(bid: 0, site: 0, start: 20, paid: 100)])
  }

  @Test("greedy serves the dearest bid of a round first, whoever came first")
  func greedy() {
    let made = workload(
      offered: [flat(1)], asks: [100], bids: [(1, 1, 4, 40, 150), (2, 1, 4, 40, 300)])
    #expect(GreedyRounds().sales(of: made).map(\.bid) == [1])
    #expect(ArrivalOrder(.fcfs).sales(of: made).map(\.bid) == [0])
  }

  @Test("nobody buys below the ask")
  func asks() {
    let made = workload(offered: [flat(1)], asks: [100], bids: [(1, 1, 4, 600, 99)])
    for policy in [ArrivalOrder(.fcfs), ArrivalOrder(.alone), GreedyRounds()] as [any Policy] {
      #expect(policy.sales(of: made).isEmpty)
    }
  }

  @Test("a long placement begins on the hour; a short one on a quarter of an hour")
  func grid() {
    let made = workload(
      offered: [flat(2)], asks: [1], bids: [(1, 1, 4, 600, 9), (1, 1, 16, 600, 9)])
    let sales = ArrivalOrder(.fcfs).sales(of: made)
    #expect(sales.map(\.start) == [1, 4])
  }

  @Test("capacity beyond the published horizon is not sold before it is published")
  func horizon() {
    var offered = flat(0)
    for quarter in 60..<96 { offered[quarter] = 1 }
    var made = workload(offered: [offered], asks: [1], bids: [(1, 1, 8, 1_400, 9)])
    made.rules.horizon = 4 * 3_600_000
    made.markHopeless()
    let sales = ArrivalOrder(.fcfs).sales(of: made)
    // 15:00 to 17:00 is published at 13:00; placed then, not before.
    #expect(sales.map(\.start) == [60])
    made.bids[0].deadline = made.time(67)
    made.markHopeless()
    #expect(ArrivalOrder(.fcfs).sales(of: made).isEmpty)
  }

  @Test("random workloads: every policy keeps the rules and stays below the clairvoyant bound")
  func rules() throws {
    for seed: UInt64 in 1...12 {
      let made = random(seed)
      let bound = ClairvoyantBound(made, steps: 80)
      for policy in [
        ArrivalOrder(.alone), ArrivalOrder(.fcfs), ArrivalOrder(.auction), GreedyRounds(),
      ] as [any Policy] {
        let sales = policy.sales(of: made)
        #expect(SalesAudit.faults(made, sales).isEmpty, "seed \(seed), \(policy.name)")
        let measures = Measures(
          made, sales, name: policy.name, title: policy.title, bound: bound.welfare)
        #expect(measures.welfare <= bound.welfare, "seed \(seed), \(policy.name)")
      }
    }
  }

  private func random(_ seed: UInt64) -> Workload {
    var random = SplitMix64(seed: seed)
    let offered = (0..<3).map { _ in
      (0..<96).map { _ in Int32(random.draw(0...6)) }
    }
    return workload(
      offered: offered, asks: [100, 110, 120],
      bids: (0..<60).map { _ in
        (
          random.draw(0...1_200), Int32(random.draw(1...4)), Int(random.draw(1...3)) * 4,
          random.draw(0...400), random.draw(90...300)
        )
      }.sorted { $0.0 < $1.0 })
  }

  @Test("the auditor sees each kind of fault")
  func audit() {
    let made = workload(
      offered: [flat(1), flat(1)], asks: [100, 100],
      bids: [(1, 1, 4, 60, 200), (1, 1, 4, 60, 200)])
    let good = Sale(bid: 0, site: 0, start: 1, paid: 150)
    #expect(SalesAudit.faults(made, [good]).isEmpty)
    for (bad, words) in [
      (Sale(bid: 0, site: 0, start: 0, paid: 150), "outside its window"),
      (Sale(bid: 0, site: 0, start: 1, paid: 99), "less than the ask"),
      (Sale(bid: 0, site: 0, start: 1, paid: 201), "above its limit"),
      (Sale(bid: 7, site: 0, start: 1, paid: 150), "not there"),
    ] {
      #expect(SalesAudit.faults(made, [bad]).contains { $0.contains(words) }, "\(words)")
    }
    let over = [good, Sale(bid: 1, site: 0, start: 2, paid: 150)]
    #expect(SalesAudit.faults(made, over).contains { $0.contains("oversold") })
    #expect(SalesAudit.faults(made, [good, good]).contains { $0.contains("twice") })
  }

  @Test("the bound equals that of the core's certificate for the same prices")
  func certificate() throws {
    var made = workload(
      offered: [flat(2, 24), flat(1, 24)], asks: [100, 105],
      bids: [(1, 2, 4, 60, 200), (3, 1, 8, 60, 180), (9, 1, 4, 30, 300), (9, 2, 4, 0, 150)])
    made.rules.lead = 0
    made.markHopeless()
    let bound = ClairvoyantBound(made, steps: 40)
    var instance = Instance()
    instance.widths = [Int64](repeating: 1, count: 24)
    instance.pools = made.sites.map {
      Instance.Pool(
        capacity: $0.offered.map { Int64($0) },
        ask: [Int64](repeating: $0.ask, count: $0.offered.count))
    }
    instance.bids = made.bids.enumerated().map { index, bid in
      let window = made.window(bid)
      return Instance.Bid(
        seq: Int64(index), kind: .block,
        options: window.map { window in
          bid.sites.map {
            Instance.Option(
              alternative: 0, pool: $0, value: bid.value, gpus: Int64(bid.gpus),
              least: Int64(bid.gpus), unit: 1, quarters: Int64(bid.quarters),
              earliest: window.lowerBound, latestEnd: window.upperBound + bid.quarters)
          }
        } ?? [])
    }
    #expect(Certificate.bound(instance, duals: bound.duals) == bound.welfare)
    let zero = made.sites.map { $0.offered.map { _ in Int64(0) } }
    #expect(Certificate.bound(instance, duals: zero) == ClairvoyantBound.bound(made, duals: zero))
    // Enough room for all: the bound is what all together are worth, or hardly more.
    #expect(bound.welfare < ClairvoyantBound.bound(made, duals: zero) * 102 / 100)
  }

  @Test("percentiles are by nearest rank")
  func percentiles() {
    let sorted = (1...200).map { Int64($0) }
    #expect(Measures.percentile(sorted, 50) == 100)
    #expect(Measures.percentile(sorted, 99) == 198)
    #expect(Measures.percentile([7], 1) == 7)
    #expect(Measures.percentile([], 50) == 0)
  }
}
