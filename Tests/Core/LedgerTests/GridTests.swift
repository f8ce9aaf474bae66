import LedgerFixture
import Market
import Seeded
import Testing
import Units

@Suite struct GridTests {
  private static func rules(_ quarters: Int64, _ hourly: Int64, _ days: Int64, _ weeks: Int64)
    -> Rules
  {
    var rules = Rules()
    rules.grid.quarterHours = quarters
    rules.grid.hourlyDays = hourly
    rules.grid.days = days
    rules.grid.weeks = weeks
    return rules
  }

  /// At +08:00.
  private static func clock(_ day: Int64, _ hour: Int64, _ minute: Int64 = 0) -> Int64 {
    Exchange.monday + day * Span.day + hour * Span.hour + minute * Span.minute
  }

  @Test("quarter hours to the end of the next hour but one, then hours, days to a Monday, weeks")
  func shape() {
    let grid = Grid(closing: Self.clock(0, 9, 30), rules: Rules())
    #expect(grid.start == Self.clock(0, 9, 45))
    let widths = grid.widths
    #expect(widths.prefix(9) == [1, 1, 1, 1, 1, 1, 1, 1, 1])
    #expect(grid.edges[9] == Self.clock(0, 12))
    let hours = widths.filter { $0 == 4 }.count
    // Seven days from noon, up to a midnight.
    #expect(hours == 7 * 24 + 12)
    #expect(grid.edges[9 + hours] == Self.clock(8, 0))
    let days = widths.filter { $0 == 96 }.count
    // Twenty-eight days from Tuesday, up to a Monday.
    #expect(days == 34)
    #expect(grid.edges[9 + hours + days] == Self.clock(42, 0))
    #expect(widths.suffix(48) == Array(repeating: 672, count: 48)[...])
    #expect(widths.count == 9 + hours + days + 48)
    #expect(grid.end == Self.clock(42 + 48 * 7, 0))
  }

  @Test("a round sells no slot that begins less than the lead after its close")
  func lead() {
    for minute in 0..<120 {
      let closed = Self.clock(3, 22, Int64(minute))
      let grid = Grid(closing: closed, rules: Rules())
      #expect(grid.start >= closed + Rules().lead)
      #expect(grid.start < closed + Rules().lead + Span.quarter)
      #expect(grid.start % Span.quarter == 0)
    }
  }

  @Test(
    "over a year, what was an edge is an edge of every later grid",
    arguments: [
      (2, 7, 28, 48), (0, 1, 0, 0), (1, 1, 1, 0), (2, 3, 5, 2), (48, 60, 400, 104), (5, 0, 9, 9),
    ])
  func refinement(_ quarters: Int64, _ hourly: Int64, _ days: Int64, _ weeks: Int64) {
    let rules = Self.rules(quarters, hourly, days, weeks)
    let step = weeks == 48 ? Span.quarter : 5 * Span.hour + Span.quarter
    var before = Grid(closing: Exchange.monday, rules: rules)
    var at = Exchange.monday + step
    while at < Exchange.monday + 366 * Span.day {
      let after = Grid(closing: at, rules: rules)
      #expect(after.end >= before.end && after.start > before.start)
      var index = 0
      var lost: Int64?
      for edge in before.edges where edge >= after.start {
        while index < after.edges.count, after.edges[index] < edge { index += 1 }
        if index == after.edges.count || after.edges[index] != edge {
          lost = edge
          break
        }
      }
      if let lost {
        Issue.record("the edge \(lost) is lost at \(at)")
        return
      }
      before = after
      at += step
    }
  }

  @Test("looking slots up by time is what a plain search finds")
  func lookUp() {
    let grid = Grid(closing: Self.clock(2, 5), rules: Self.rules(2, 2, 3, 1))
    var source = Source(6)
    for _ in 0..<2_000 {
      let near = grid.edges[Int(source.number(0...Int64(grid.count)))]
      let time = near + source.number(-2...2) * source.pick([1, Span.quarter, Span.day])
      let first = (0..<grid.count).first { grid.edges[$0] >= time } ?? grid.count
      #expect(grid.slot(notBefore: time) == first)
      #expect(
        grid.slotsEnded(by: time) == (0..<grid.count).filter { grid.edges[$0 + 1] <= time }.count)
    }
  }

  @Test("a wide slot has the least of its hours and its dearest ask; a gap leaves it nothing")
  func schedule() {
    let grid = Grid(edges: [0, 1, 2, 6, 14].map { $0 * Span.hour })
    var pool = Offer.Pool()
    pool.unit = 4
    func span(_ from: Int64, _ to: Int64, _ gpus: Int64, _ ask: Int64) -> Offer.Span {
      var span = Offer.Span()
      span.from = from * Span.hour
      span.to = to * Span.hour
      span.gpus = gpus
      span.ask = ask
      return span
    }
    pool.spans = [
      span(1, 3, 16, 100), span(3, 4, 10, 300), span(4, 8, 12, 200), span(9, 14, 8, 50),
    ]
    let (gpus, asks) = MarketBook.schedule(pool, grid)
    #expect(gpus == [0, 16, 8, 0])
    #expect(asks[1] == 100 && asks[2] == 300)
  }
}
