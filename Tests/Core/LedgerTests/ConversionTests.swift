import Market
import Seeded
import Testing
import Units

@Suite struct ConversionTests {
  private struct Draw {
    var fee: Int64
    var tenant: Rate
    var site: Rate
    var converts: Bool
    var limit: Int64

    init(_ source: inout Source) {
      fee = source.pick([0, 1, 10, 10, 25, 100, 333, 340, 499, 500])
      tenant = Draw.rate(&source)
      converts = source.next() % 3 > 0
      site = converts ? Draw.rate(&source) : tenant
      limit = source.pick([
        source.number(1...20), source.number(1...3_000), source.number(1...10_000_000),
      ])
    }

    private static func rate(_ source: inout Source) -> Rate {
      switch source.next() % 4 {
      case 0: return Rate()
      case 1: return Rate(numerator: source.number(1...100), denominator: 100)
      case 2: return Rate(numerator: source.number(80...120), denominator: 100)
      default:
        let denominator = source.number(1...1_000_000_000)
        let least = max(1, denominator / 100)
        let most = min(1_000_000_000, denominator * 100)
        return Rate(numerator: source.number(least...most), denominator: denominator)
      }
    }
  }

  @Test("who does not lose in the clearing's unit does not lose in the own currency, fee included")
  func noLoss() {
    var source = Source(7)
    var tight = 0
    for _ in 0..<200_000 {
      let draw = Draw(&source)
      let value = Conversion.Value(rate: draw.tenant, feePermille: draw.fee)
        .perGPUHour(limit: draw.limit, latencyPrice: 0, roundTrip: 0)
      let gpus = source.number(1...16)
      // A budget over the cells: what is saved in one may be asked in another.
      var budget: Int128 = 0
      var sum: Int128 = 0
      var quarters: Int64 = 0
      for _ in 0..<source.number(1...5) {
        let width: Int64 = source.pick([1, 1, 2, 4, 96])
        // A dear slot may be paid from what a cheap one leaves.
        let ask = source.number(0...max(1, draw.limit))
        let asked = Conversion.askUp(ask, draw.site)
        budget += Int128(gpus * width) * Int128(value - asked)
        guard budget >= 0 else {
          budget -= Int128(gpus * width) * Int128(value - asked)
          continue
        }
        let most = Int64(clamping: budget / Int128(gpus * width))
        let congestion = source.next() % 2 == 0 ? most : source.number(0...most)
        budget -= Int128(gpus * width) * Int128(congestion)
        let price = ask + Conversion.minorDown(congestion, draw.site)
        sum += Int128(gpus * width) * Int128(price)
        quarters += width
      }
      guard quarters > 0 else { continue }
      if budget < Int128(gpus) { tight += 1 }
      let most = dividedUp(Int128(gpus * quarters) * Int128(draw.limit), by: 4)
      let bill = Bill(
        sum: sum, siteRate: draw.site, tenantRate: draw.tenant, converts: draw.converts,
        feePermille: draw.fee)
      guard let bill else { continue }
      if Int128(bill.tenant) + Int128(bill.fee) > most {
        Issue.record("\(draw) \(gpus) GPUs, \(quarters) quarters: \(bill) above \(most)")
        return
      }
    }
    #expect(tight > 20_000)
  }

  @Test("limits go down, asks and distances up, congestion back down")
  func directions() {
    var source = Source(8)
    for _ in 0..<20_000 {
      let draw = Draw(&source)
      let (numerator, denominator) = (
        Int128(draw.site.numerator), Int128(draw.site.denominator)
      )
      let up = Int128(Conversion.askUp(draw.limit, draw.site))
      let exact = Int128(draw.limit) * 10 * numerator
      #expect(up * denominator >= exact && (up - 1) * denominator < exact)
      // Nobody is charged more than the clearing's own figure, and at most a tick less.
      let congestion = source.number(0...1_000_000_000)
      let minor = Int128(Conversion.minorDown(congestion, draw.site))
      #expect(minor * 10 * numerator <= Int128(congestion) * denominator)
      #expect((minor + 1) * 10 * numerator > Int128(congestion) * denominator)
      let value = Conversion.Value(rate: draw.site, feePermille: draw.fee)
      let near = value.perGPUHour(limit: draw.limit, latencyPrice: 3, roundTrip: 7)
      let far = value.perGPUHour(limit: draw.limit, latencyPrice: 0, roundTrip: 7)
      #expect(Int128(far - near) * denominator >= 21 * 10 * numerator)
      #expect(Int128(far) * denominator * (1_000 + Int128(draw.fee)) <= exact * 1_000)
    }
  }
}
