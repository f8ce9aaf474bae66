import Foundation
import Seeded
import Testing
import Units

@Suite struct TimeTests {
  private static let hongKong: Calendar = {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = TimeZone(secondsFromGMT: 8 * 3_600)!
    return calendar
  }()

  private static func date(_ time: Int64) -> Date {
    Date(timeIntervalSince1970: Double(time) / 1_000)
  }

  @Test("days are cut at midnight in Hong Kong, weeks on Mondays, as another calendar has them")
  func calendar() throws {
    var source = Source(3)
    for _ in 0..<2_000 {
      let time = source.number(0...4_000_000_000) * 1_000
      let start = Self.hongKong.startOfDay(for: Self.date(time))
      let day = MarketCalendar.day(of: time)
      #expect(MarketCalendar.start(ofDay: day) == Int64(start.timeIntervalSince1970) * 1_000)
      #expect(MarketCalendar.day(of: MarketCalendar.start(ofDay: day) - 1) == day - 1)

      let midnight = MarketCalendar.midnight(notBefore: time)
      #expect(midnight >= time && midnight - time < Span.day)
      #expect(MarketCalendar.start(ofDay: MarketCalendar.day(of: midnight)) == midnight)

      let monday = MarketCalendar.monday(notBefore: time)
      #expect(monday >= time && monday - time < Span.week)
      #expect(Self.hongKong.component(.weekday, from: Self.date(monday)) == 2)
      #expect(MarketCalendar.midnight(notBefore: monday) == monday)
    }
  }

  @Test("a midnight and a Monday are their own next ones")
  func exact() {
    let monday = MarketCalendar.monday(notBefore: 1_772_380_800_000)
    #expect(monday == 1_772_380_800_000)
    #expect(MarketCalendar.midnight(notBefore: monday) == monday)
    #expect(MarketCalendar.monday(notBefore: monday + 1) == monday + Span.week)
    #expect(MarketCalendar.monday(notBefore: 0) == 4 * Span.day - 8 * Span.hour)
  }
}

@Suite struct MoneyTests {
  @Test("scaling and dividing round as their names say, over the whole range")
  func rounding() {
    var source = Source(4)
    for _ in 0..<20_000 {
      let a = source.number(0...1_000_000_000_000)
      let b = source.number(0...1_000_000_000)
      let c = source.number(1...1_000_000_000)
      let exact = Int128(a) * Int128(b)
      let down = scaledDown(a, b, over: c).map { Int128($0) }
      let up = scaledUp(a, b, over: c).map { Int128($0) }
      if let down { #expect(down * Int128(c) <= exact && (down + 1) * Int128(c) > exact) }
      if let up { #expect(up * Int128(c) >= exact && (up - 1) * Int128(c) < exact) }
      #expect((down == nil) == (exact / Int128(c) > Int128(Int64.max)))

      let signed = Int128(source.number(-1_000_000...1_000_000))
      let floor = dividedDown(signed, by: Int128(c))
      let ceiling = dividedUp(signed, by: Int128(c))
      #expect(floor * Int128(c) <= signed && (floor + 1) * Int128(c) > signed)
      #expect(ceiling * Int128(c) >= signed && (ceiling - 1) * Int128(c) < signed)
    }
    #expect(scaledDown(.max, .max, over: 1) == nil && scaledUp(.max, 2, over: 1) == nil)
  }

  @Test("months begin where the calendar says, leap years and the turn of the year included")
  func months() {
    for (month, days) in [
      (Int64(197_001), Int64(0)), (197_002, 31), (197_101, 365), (197_203, 790), (200_003, 11_017),
      (202_402, 19_754), (202_403, 19_783), (202_611, 20_758), (210_003, 47_541),
    ] {
      #expect(MarketCalendar.start(ofMonth: month) == MarketCalendar.start(ofDay: days), "\(month)")
    }
    var month: Int64 = 197_001
    while month < 220_012 {
      let next = MarketCalendar.month(after: month)
      let start = MarketCalendar.start(ofMonth: month)
      let end = MarketCalendar.start(ofMonth: next)
      #expect((28...31).contains((end - start) / Span.day))
      #expect(MarketCalendar.month(of: max(0, start)) == month)
      #expect(MarketCalendar.month(of: end - 1) == month)
      #expect(MarketCalendar.month(before: next) == month)
      month = next
    }
  }
}
