/// Lengths of time in milliseconds, the unit of every time in the log.
package enum Span {
  package static let second: Int64 = 1_000
  package static let minute: Int64 = 60_000
  package static let quarter: Int64 = 900_000
  package static let hour: Int64 = 3_600_000
  package static let day: Int64 = 86_400_000
  package static let week: Int64 = 604_800_000
}

/// The market's calendar: days and weeks are cut at +08:00 (decisions.md, 22).
package enum MarketCalendar {
  package static let offset: Int64 = 8 * Span.hour
  /// 1970-01-05 00:00 +08:00 was a Monday.
  private static let firstMonday: Int64 = 4 * Span.day - offset

  /// Days since 1970-01-01 at +08:00.
  package static func day(of time: Int64) -> Int64 { floorDivided(time + offset, Span.day) }

  /// When that day begins.
  package static func start(ofDay day: Int64) -> Int64 { day * Span.day - offset }

  /// The first midnight at +08:00 that is not before this time.
  package static func midnight(notBefore time: Int64) -> Int64 {
    start(ofDay: floorDivided(time + offset + Span.day - 1, Span.day))
  }

  /// The first Monday midnight at +08:00 that is not before this time.
  package static func monday(notBefore time: Int64) -> Int64 {
    firstMonday + floorDivided(time - firstMonday + Span.week - 1, Span.week) * Span.week
  }

  private static func floorDivided(_ a: Int64, _ b: Int64) -> Int64 {
    a >= 0 ? a / b : -((b - 1 - a) / b)
  }
}
