/// Months at +08:00, as year and month in one number: 202611.
extension MarketCalendar {
  /// Months that a record may name.
  package static let months: ClosedRange<Int64> = 197_001...220_012

  /// The month of a time.
  package static func month(of time: Int64) -> Int64 {
    // A guess from the mean length is at most one month off.
    let guess = day(of: time) * 4_800 / 146_097
    var month = (1_970 + guess / 12) * 100 + guess % 12 + 1
    while start(ofMonth: month) > time { month = self.month(before: month) }
    while start(ofMonth: self.month(after: month)) <= time { month = self.month(after: month) }
    return month
  }

  /// The month of a day.
  package static func month(ofDay day: Int64) -> Int64 { month(of: start(ofDay: day)) }

  /// The one that follows.
  package static func month(after month: Int64) -> Int64 {
    month % 100 == 12 ? month + 89 : month + 1
  }

  /// The one ahead of it.
  package static func month(before month: Int64) -> Int64 {
    month % 100 == 1 ? month - 89 : month - 1
  }

  /// When that month begins; ms. For years from 1970 on.
  package static func start(ofMonth month: Int64) -> Int64 {
    let (year, number) = (month / 100, month % 100)
    let leaps = { (year: Int64) in year / 4 - year / 100 + year / 400 }
    let before: [Int64] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    var days = (year - 1_970) * 365 + leaps(year - 1) - leaps(1_969)
    days += before[Int(max(1, min(12, number))) - 1]
    if number > 2, leaps(year) > leaps(year - 1) { days += 1 }
    return start(ofDay: days)
  }
}
