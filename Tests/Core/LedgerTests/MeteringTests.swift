import Leases
import Ledger
import LedgerFixture
import Market
import Seeded
import Testing
import Units

/// What sites report, against a naive model: a list of what was accepted and nothing else.
@Suite struct MeteringTests {
  /// The model: intervals of one lease in the order in which they were taken.
  private struct Model {
    var taken: [Reading] = []

    /// The first rule that a reading breaks, by looking at everything there is.
    func fault(_ reading: Reading, _ lease: Lease, now: Int64) -> ReadingFault? {
      let quarters = Set(
        [reading.from, max(reading.from, reading.to - 1)].map { $0 / Span.quarter })
      if reading.to <= reading.from || quarters.count > 1 { return .badInterval }
      if reading.to > now { return .inFuture }
      let leased = (lease.runs + lease.extras).filter {
        $0.from <= reading.from && reading.to <= $0.to
      }
      if leased.isEmpty || reading.to > lease.end { return .outsideLease }
      if taken.contains(where: { $0.to > reading.from }) { return .overlap }
      let most = leased.reduce(0) { $0 + $1.gpus } * (reading.to - reading.from)
      return reading.delivered > most ? .moreThanLeased : nil
    }

    /// Exact: minor units x ms.
    func earned(_ lease: Lease) -> Int128 {
      var sum: Int128 = 0
      for reading in taken {
        var left = reading.delivered
        for run in lease.runs + lease.extras
        where run.from <= reading.from && reading.to <= run.to {
          let part = min(left, run.gpus * (reading.to - reading.from))
          sum += Int128(part) * Int128(run.price)
          left -= part
        }
      }
      return sum
    }
  }

  /// A reading as a collector might send it: mostly the next one, often not.
  private static func drawn(
    _ source: inout Source, _ lease: Lease, _ model: Model, now: Int64
  ) -> Reading {
    let next = max(lease.start, model.taken.last?.to ?? lease.start)
    var reading = Reading()
    reading.lease = lease.id
    reading.from = next
    switch source.number(0...11) {
    case 0: if let last = model.taken.last { reading = last }
    case 1: reading.from += source.number(1...40) * Span.minute
    case 2: reading.from -= source.number(1...40) * Span.minute
    case 3: reading.from += source.number(-9...9)
    default: break
    }
    let end = (reading.from / Span.quarter + 1) * Span.quarter
    reading.to = source.number(0...3) == 0 ? reading.from + source.number(0...Span.quarter) : end
    if source.number(0...30) == 0 { reading.to += Span.hour }
    let most = lease.gpus(at: reading.from) * max(0, reading.to - reading.from)
    switch source.number(0...9) {
    case 0: reading.delivered = 0
    // A counter that was reset: what is left of it is less.
    case 1: reading.delivered = source.number(0...max(0, most))
    case 2: reading.delivered = most + source.number(1...1_000)
    default: reading.delivered = most
    }
    reading.used = max(0, source.pick([0, most / 2, most, most + 1, 2 * most]))
    return reading
  }

  /// A market whose prices change with the hour.
  private static func hall() throws -> Hall {
    var rules = Hall.rules()
    rules.settleGrace = Span.hour
    var hall = try Hall(rules: rules, offers: false)
    var offer = Offer.flat("hk", gpus: 32, ask: 997, until: Hall.start + 9 * Span.day)
    offer.pools[0].spans = (Int64(0)..<80).map { hour in
      var span = offer.pools[0].spans[0]
      span.from = Hall.start + hour * Span.hour
      span.to = span.from + Span.hour
      span.ask = 900 + 13 * (hour % 7)
      return span
    }
    try hall.offer(offer, by: hall.hk)
    return hall
  }

  @Test(
    "each interval is accepted once, never above what was leased, and billed to the millisecond")
  func model() throws {
    var readings = 0
    var seed: UInt64 = 1
    var faults: [ReadingFault: Int] = [:]
    while readings < cases(1_500) {
      var source = Source(seed)
      var hall = try Self.hall()
      var terms = hall.block(source.number(1...9), quarters: source.number(4...120), limit: 1_500)
      terms.latestEnd = Hall.start + 40 * Span.hour
      let lease = try hall.leased(terms, by: hall.hku)
      var model = Model()
      var used: Int64 = 0
      var charges: [Charge] = []
      hall.exchange.time = lease.start
      while hall.exchange.state.leases[try #require(LeaseKey(lease.id))] != nil {
        hall.exchange.time += source.number(1...50) * Span.minute
        var report = ReadingReport()
        report.site = "hk"
        var expected: [ReadingFault?] = []
        for _ in 0..<source.number(1...8) {
          let reading = Self.drawn(&source, lease, model, now: hall.exchange.time)
          guard reading.from >= 0, reading.to >= 0 else { continue }
          let fault = model.fault(reading, lease, now: hall.exchange.time)
          if fault == nil {
            model.taken.append(reading)
            used += min(
              reading.used, lease.gpus(at: reading.from) * (reading.to - reading.from))
          }
          if let fault { faults[fault, default: 0] += 1 }
          expected.append(fault)
          report.readings.append(reading)
        }
        readings += report.readings.count
        if !report.readings.isEmpty {
          let events = try hall.exchange.send(.recordReadings(report), by: hall.hk, as: .agent)
          if expected.allSatisfy({ $0 != nil }) {
            #expect(Exchange.refusal(events) == .readingsRefused, "seed \(seed)")
          } else {
            let found = events.map { event -> String? in
              if case .readingRefused(let refused) = event { refused.fault } else { nil }
            }
            #expect(found == expected.map { $0?.rawValue }, "seed \(seed)")
          }
        }
        let before = hall.exchange.results.count
        try hall.exchange.lead()
        for case .charged(let charge) in hall.exchange.results[before...].joined() {
          charges.append(charge)
        }
      }
      let delivered = model.taken.reduce(0) { $0 + $1.delivered }
      #expect(charges.reduce(0) { $0 + $1.delivered } == delivered, "seed \(seed)")
      #expect(charges.reduce(0) { $0 + $1.used } == used, "seed \(seed)")
      let exact = model.earned(lease) / Int128(Span.hour)
      #expect(charges.reduce(0) { $0 + $1.site } == Int64(exact), "seed \(seed)")
      #expect(Int64(exact) <= lease.money.siteHeld, "seed \(seed)")
      #expect(hall.exchange.reserved("hku:hkd") == 0)
      seed += 1
    }
    figure("T12", "readings billed to the millisecond, none above its lease", readings)
    // The draws must have met every rule that one collector can break.
    if readings >= 1_000 {
      #expect(
        Set(faults.keys) == Set(ReadingFault.allCases).subtracting([.unknownLease]), "\(faults)")
    }
  }

  /// A bad reading and what the ledger says of it.
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    /// Nil: it is taken.
    var fault: ReadingFault?
    var change: @Sendable (inout Reading, Lease) -> Void

    var testDescription: String { name }
  }

  static let rows = [
    Row(name: "before the lease starts", fault: .outsideLease) { reading, lease in
      reading.from = lease.start - Span.quarter
      reading.to = lease.start
    },
    Row(name: "after the lease ends", fault: .outsideLease) { reading, lease in
      reading.from = lease.end
      reading.to = lease.end + Span.quarter
    },
    Row(name: "a second collector's word on an interval that was accepted", fault: .overlap) {
      reading, lease in
      reading.from = lease.start
      reading.to = lease.start + Span.quarter
      reading.delivered /= 2
    },
    Row(name: "a part of an interval that was accepted", fault: .overlap) { reading, _ in
      reading.from -= 1
      reading.to = reading.from + 1
      reading.delivered = 0
    },
    Row(name: "a counter that fell: less than before is taken as it is", fault: nil) {
      reading, _ in reading.delivered = 0
    },
    Row(name: "101 % delivered", fault: .moreThanLeased) { reading, _ in
      reading.delivered += reading.delivered / 100
    },
    Row(name: "101 % used stands beside the bill, capped", fault: nil) { reading, _ in
      reading.used = reading.delivered + reading.delivered / 100
    },
    Row(name: "used above delivered: jobs ran while a node drained", fault: nil) { reading, _ in
      reading.used = reading.delivered
      reading.delivered /= 4
    },
    Row(name: "from the future", fault: .inFuture) { reading, lease in
      reading.from = lease.end + 2 * Span.hour
      reading.to = reading.from + Span.quarter
    },
    Row(name: "one second", fault: nil) { reading, _ in
      reading.to = reading.from + Span.second
      reading.delivered = 0
    },
    Row(name: "one hour", fault: .badInterval) { reading, _ in
      reading.to = reading.from + Span.hour
    },
    Row(name: "nothing", fault: .badInterval) { reading, _ in reading.to = reading.from },
    Row(name: "after a gap of more than five minutes", fault: nil) { reading, _ in
      reading.from += 6 * Span.minute
      reading.delivered = 0
    },
    Row(name: "of a lease that nobody has", fault: .unknownLease) { reading, _ in
      reading.lease = "lease-99-0"
    },
  ]

  @Test(
    "a bad reading is told apart by its fault, and a good one is not mistaken for it",
    arguments: rows)
  func bad(_ row: Row) throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block(2, quarters: 8, limit: 1_500).at("hk"), by: hall.hku)
    hall.exchange.time = lease.end + Span.hour
    try hall.exchange.deliver(lease, to: lease.start + Span.quarter, agent: hall.hk)
    var reading = lease.readings(
      from: lease.start + Span.quarter, to: lease.start + 2 * Span.quarter)[0]
    row.change(&reading, lease)
    var report = ReadingReport()
    report.site = "hk"
    report.readings = [reading]
    // Alone it is refused as a whole.
    var alone = hall
    let refusal = Exchange.refusal(
      try alone.exchange.send(.recordReadings(report), by: alone.hk, as: .agent))
    #expect(refusal == (row.fault == nil ? nil : .readingsRefused))
    // In company the others are taken.
    let later = lease.readings(
      from: lease.start + 3 * Span.quarter, to: lease.start + 4 * Span.quarter)
    report.readings += later
    let events = try Exchange.accepted(
      try hall.exchange.send(.recordReadings(report), by: hall.hk, as: .agent))
    switch events[0] {
    case .readingRefused(let refused): #expect(refused.fault == row.fault?.rawValue)
    case .readingAccepted(let taken):
      #expect(row.fault == nil && taken.delivered == reading.delivered)
      let most = 2 * (reading.to - reading.from)
      #expect(taken.used == min(reading.used, most))
    default: Issue.record("\(events[0])")
    }
    #expect(events.count == 2)
    guard case .readingAccepted = events[1] else {
      Issue.record("\(events[1])")
      return
    }
  }

  @Test("another centre's key is refused, and a negative counter does not decode")
  func strangers() throws {
    var hall = try Hall()
    let lease = try hall.leased(hall.block(2, quarters: 8, limit: 1_500).at("hk"), by: hall.hku)
    hall.exchange.time = lease.end
    var report = ReadingReport()
    report.site = "hk"
    report.readings = lease.readings(from: lease.start, to: lease.start + Span.quarter)
    let wrong = try hall.exchange.send(.recordReadings(report), by: hall.sz, as: .agent)
    #expect(Exchange.refusal(wrong) == .notYours)
    // Its own name does not help it either: the lease is another site's.
    report.site = "sz"
    let own = try hall.exchange.send(.recordReadings(report), by: hall.sz, as: .agent)
    #expect(Exchange.refusal(own) == .readingsRefused)
    report.readings[0].delivered = -1
    #expect(
      (try? FieldCodec.decode(ReadingReport.self, from: FieldCodec.encode(report))) == nil)
  }

  @Test("a lease on many nodes has one reading an interval: whole, and counted once")
  func nodes() throws {
    var hall = try Hall()
    // Sixteen GPUs are two nodes.
    let lease = try hall.leased(hall.block(16, quarters: 4, limit: 1_500).at("hk"), by: hall.hku)
    hall.exchange.time = lease.end
    var report = ReadingReport()
    report.site = "hk"
    let whole = lease.readings(from: lease.start, to: lease.start + Span.quarter)[0]
    var half = whole
    half.delivered /= 2
    report.readings = [half, half]
    try hall.exchange.send(.recordReadings(report), by: hall.hk, as: .agent)
    let live = try #require(hall.exchange.leases(of: lease.bid).first)
    #expect(live.delivered == whole.delivered / 2)
  }

  @Test("a lease over the end of a month is charged by day, each day in its own month")
  func months() throws {
    // 2026-03-31 at +08:00.
    let start = Exchange.monday + 29 * Span.day
    var hall = try Hall(offers: false)
    hall.exchange.time = start
    try hall.offer(.flat("hk", gpus: 16, ask: 1_000, until: start + 30 * Span.day), by: hall.hk)
    var terms = hall.block(4, quarters: 4 * 30, limit: 1_500)
    terms.earliest = start + 6 * Span.hour
    terms.latestEnd = start + 40 * Span.hour
    let lease = try hall.leased(terms, by: hall.hku)
    let midnight = MarketCalendar.midnight(notBefore: lease.start)
    #expect(lease.start < midnight && midnight < lease.end)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    let charges = hall.exchange.results.joined().compactMap { event in
      if case .charged(let charge) = event { charge } else { nil }
    }
    #expect(charges.map(\.delivered) == [4 * (midnight - lease.start), 4 * (lease.end - midnight)])
    #expect(
      charges.map(\.day) == [
        MarketCalendar.day(of: midnight) - 1, MarketCalendar.day(of: midnight),
      ])
  }
}
