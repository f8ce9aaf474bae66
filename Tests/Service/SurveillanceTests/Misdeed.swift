import Market
import Seeded
import Surveillance
import Units

/// What is planted in an honest market, and who must be named.
enum Misdeed: String, CaseIterable {
  case tradeWithItself, circle, layering, lateWithdrawal, closingPrice, withholding, dearAsk,
    hoarding
  case relatedSubsidy, paidBack, concentration, sameBids, movingTogether, wrongPlace

  var pattern: Pattern {
    switch self {
    case .tradeWithItself, .circle: .washTrade
    case .layering: .layering
    case .lateWithdrawal: .lateWithdrawal
    case .closingPrice: .closingPrice
    case .withholding, .dearAsk: .withholding
    case .hoarding: .hoarding
    case .relatedSubsidy, .paidBack: .subsidyAbuse
    case .concentration: .concentration
    case .sameBids, .movingTogether: .collusion
    case .wrongPlace: .dataBoundary
    }
  }

  /// One that must be named.
  var culprit: String {
    switch self {
    case .tradeWithItself, .circle: "c8"
    case .layering, .hoarding, .relatedSubsidy: "t19"
    case .lateWithdrawal: "t3"
    case .closingPrice: "c9"
    case .withholding: "c5"
    case .dearAsk: "c6"
    case .paidBack, .wrongPlace: "t4"
    case .concentration: "c2"
    case .sameBids, .movingTogether: "t5"
    }
  }

  /// Does it, after a day of honest trade.
  func plant(in bourse: inout Bourse) {
    switch self {
    case .tradeWithItself:
      let bid = bourse.bid("t18", gpus: 8, quarters: 4, limit: 1_500)
      bourse.sell(bid, by: 8, at: 1_000)
    case .circle:
      // One pair buys of the other, then the other of the first.
      bourse.sell(bourse.bid("t18", gpus: 8, quarters: 8, limit: 1_500), by: 9, at: 1_000)
      bourse.sell(bourse.bid("t19", gpus: 8, quarters: 8, limit: 1_500), by: 8, at: 1_000)
    case .layering: layer(&bourse)
    case .lateWithdrawal:
      for _ in 0..<4 {
        bourse.honest { bourse in
          bourse.hurry()
          bourse.cancel(bourse.bid("t3", gpus: 64, quarters: 40, limit: 900))
        }
      }
    case .closingPrice: bourse.markClose()
    case .withholding:
      bourse.offer(5, gpus: 8)
      let bid = bourse.bid("t1", gpus: 200, quarters: 4, limit: 3_000)
      bourse.close()
      bourse.sell(bid, by: 1, at: 1_800)
    case .dearAsk: bourse.offer(6, gpus: 64, ask: 1_900)
    case .hoarding: hoard(&bourse)
    case .relatedSubsidy:
      let lease = bourse.sell(
        bourse.bid("t19", gpus: 8, quarters: 8, limit: 1_500), by: 9, at: 1_000, award: "award-1")
      bourse.charge(
        lease, "t19", delivered: 8 * Span.hour, used: 0, site: 8_000, tenant: 2_400, fund: 5_600)
    case .paidBack:
      let lease = bourse.sell(
        bourse.bid("t4", gpus: 8, quarters: 8, limit: 1_500), by: 4, at: 1_000, award: "award-2")
      bourse.charge(
        lease, "t4", delivered: 8 * Span.hour, used: Span.minute, site: 8_000, tenant: 2_400,
        fund: 5_600)
      bourse.wait(until: bourse.time + 20 * Span.hour)
      bourse.pay("c4", "t4", 5_000)
    case .concentration:
      for _ in 0..<4 {
        let bid = bourse.bid(
          "t\(bourse.source.number(0...9))", gpus: 250, quarters: 8, limit: 1_500)
        bourse.sell(bid, by: 2, at: 1_000)
      }
      bourse.wait(until: bourse.time + Span.hour)
      bourse.honest()
    case .sameBids:
      for index in 0..<3 {
        for party in ["t5", "t7"] {
          bourse.bid(party, gpus: 13, quarters: 7, limit: 1_234 + Int64(index)) {
            $0.earliest = Bourse.start + 9 * Span.day
            $0.latestEnd = Bourse.start + 10 * Span.day
          }
        }
        bourse.close()
      }
    case .movingTogether:
      for _ in 0..<20 {
        let limit = bourse.source.number(900...2_000)
        bourse.bid("t5", gpus: 3, quarters: 2, limit: limit)
        bourse.bid("t7", gpus: 9, quarters: 5, limit: limit + bourse.source.number(20...40))
        bourse.close()
      }
    case .wrongPlace:
      let bid = bourse.bid("t4", gpus: 8, quarters: 4, limit: 1_500) {
        $0.whereabouts.notSites = ["s4"]
      }
      bourse.sell(bid, by: 4, at: 1_000)
    }
  }

  private func layer(_ bourse: inout Bourse) {
    // A new day: what it did honestly the day before does not count.
    bourse.wait(until: bourse.time + 26 * Span.hour)
    let sale = bourse.bid("t2", gpus: 4, quarters: 2, limit: 1_500)
    let layers = (0..<10).map { _ in bourse.bid("t19", gpus: 32, quarters: 8, limit: 901) }
    bourse.sell(sale, by: 9, at: 1_000)
    for bid in layers { bourse.cancel(bid) }
  }

  private func hoard(_ bourse: inout Bourse) {
    bourse.offer(9, gpus: 64, ask: 1_400)
    let lease = bourse.sell(
      bourse.bid("t19", gpus: 16, quarters: 8 * 96, limit: 1_500), by: 3, at: 1_000)
    for _ in 0..<7 {
      bourse.wait(until: bourse.time + Span.day)
      bourse.charge(
        lease, "t19", delivered: 16 * Span.day, used: 2 * Span.day, site: 16 * 24 * 1_000)
    }
  }
}

extension Bourse {
  /// Buys much in the last round of the day, dear.
  mutating func markClose() {
    let end = MarketCalendar.start(ofDay: MarketCalendar.day(of: time) + 1)
    wait(until: end - 10 * Span.minute)
    sell(bid("t19", gpus: 160, quarters: 8, limit: 3_000), by: 1, at: 1_400)
  }
}
