/// An instant as it travels: ISO 8601 with an offset, `2026-12-01T00:00:00+08:00`. Written at
/// +08:00, the market's own offset, with milliseconds only when there are any; any numeric offset
/// is read.
///
/// Own calendar in integers: a formatter depends on locale and library, and accepts too much.
package struct WireTime: WireText, Comparable {
  /// Milliseconds since 1970 UTC.
  package let milliseconds: Int64

  /// From 1970 UTC to the end of 2199 at +08:00: every one can be written and read again.
  package static let range: ClosedRange<Int64> = 0...7_258_089_599_999
  private static let marketOffset: Int64 = 28_800_000
  private static let day: Int64 = 86_400_000

  /// Nil when the time is out of `range`.
  package init?(milliseconds: Int64) {
    guard Self.range.contains(milliseconds) else { return nil }
    self.milliseconds = milliseconds
  }

  /// The nearest time in `range`; for answers, whose times come from a ledger that has the same
  /// bounds.
  package init(clamping milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
  }

  package static func < (left: WireTime, right: WireTime) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package var text: String {
    let local = milliseconds + Self.marketOffset
    let date = CivilDate(dayNumber: local / Self.day)
    let time = UInt64(local % Self.day)
    let seconds = time / 1_000
    let clock =
      "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    let fraction = time % 1_000 == 0 ? "" : ".\(padded(time % 1_000, 3))"
    return "\(date)T\(clock)\(fraction)+08:00"
  }

  package init(parsing text: String) throws(TextFault) {
    var scanner = TimeScanner(text)
    let year = try scanner.number(4, "a year of four digits")
    try scanner.mark("-", "- after the year")
    let month = try scanner.number(2, "a month of two digits")
    try scanner.mark("-", "- after the month")
    let dayOfMonth = try scanner.number(2, "a day of two digits")
    try scanner.mark("T", "T between date and time")
    let hour = try scanner.number(2, "an hour of two digits")
    try scanner.mark(":", ": after the hour")
    let minute = try scanner.number(2, "a minute of two digits")
    try scanner.mark(":", ": after the minute; seconds are needed")
    let second = try scanner.number(2, "a second of two digits")
    let fraction = try scanner.fraction()
    let offset = try scanner.offset()
    guard (1970...2199).contains(year) else {
      throw scanner.fault("the year must be 1970 to 2199", .range)
    }
    guard let date = CivilDate(year: year, month: month, day: dayOfMonth) else {
      throw scanner.fault("there is no such day")
    }
    guard hour != 24 else { throw scanner.fault("midnight is 00:00:00 of the next day") }
    guard hour < 24, minute < 60 else { throw scanner.fault("there is no such time of day") }
    guard second < 60 else {
      throw scanner.fault("seconds end at 59; leap seconds have no name here")
    }
    let local =
      date.dayNumber * Self.day + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction
    guard let time = WireTime(milliseconds: local - offset) else {
      throw scanner.fault("the time must lie in 1970 to 2199", .range)
    }
    self = time
  }
}

/// A day of the Gregorian calendar. The two conversions count in eras of 400 years, which all have
/// the same number of days, and in years that begin in March, so that the leap day comes last.
struct CivilDate: Equatable, CustomStringConvertible {
  let year: Int64
  let month: Int64
  let day: Int64

  private static let eraDays: Int64 = 146_097
  /// From 0000-03-01 to 1970-01-01.
  private static let epoch: Int64 = 719_468

  init?(year: Int64, month: Int64, day: Int64) {
    guard (1...12).contains(month), day >= 1 else { return nil }
    self.year = year
    self.month = month
    self.day = day
    guard day <= Self.length(ofMonth: month, year) else { return nil }
  }

  /// Days since 1970-01-01; not negative.
  init(dayNumber: Int64) {
    let days = dayNumber + Self.epoch
    let era = days / Self.eraDays
    let dayOfEra = days % Self.eraDays
    let leaps = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / (Self.eraDays - 1)
    let yearOfEra = (dayOfEra - leaps) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01.
  var dayNumber: Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = marchYear / 400
    let yearOfEra = marchYear % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * Self.eraDays + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
      - Self.epoch
  }

  var description: String {
    "\(padded(UInt64(year), 4))-\(padded(UInt64(month), 2))-\(padded(UInt64(day), 2))"
  }

  private static func length(ofMonth month: Int64, _ year: Int64) -> Int64 {
    switch month {
    case 2:
      year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Reads the parts of a time from left to right.
private struct TimeScanner {
  private let text: String
  private var rest: ArraySlice<UInt8>

  init(_ text: String) {
    self.text = text
    rest = Array(text.utf8)[...]
  }

  func fault(_ advice: String, _ kind: Fault.Kind = .format) -> TextFault {
    TextFault(
      kind, "\(quoted(text)) is not a time: \(advice), as in \"2026-12-01T00:00:00+08:00\"")
  }

  mutating func number(_ width: Int, _ expected: String) throws(TextFault) -> Int64 {
    guard rest.count >= width, let value = digitsValue(rest.prefix(width)) else {
      throw fault("write \(expected)")
    }
    rest = rest.dropFirst(width)
    return value
  }

  mutating func mark(_ character: Unicode.Scalar, _ expected: String) throws(TextFault) {
    guard let byte = rest.first, Unicode.Scalar(byte) == character else {
      throw fault("write \(expected)")
    }
    rest = rest.dropFirst()
  }

  /// Milliseconds of `.5`, `.25` or `.125`; 0 when there is no point.
  mutating func fraction() throws(TextFault) -> Int64 {
    guard rest.first == 0x2E else { return 0 }
    rest = rest.dropFirst()
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard (1...3).contains(digits.count), let value = digitsValue(digits) else {
      throw fault("write one to three digits after the point")
    }
    rest = rest.dropFirst(digits.count)
    return digits.count == 1 ? value * 100 : digits.count == 2 ? value * 10 : value
  }

  /// Milliseconds to take away for UTC; the offset is the last part.
  mutating func offset() throws(TextFault) -> Int64 {
    let advice = "end with an offset from UTC, +08:00 or Z"
    guard let sign = rest.first else { throw fault(advice) }
    rest = rest.dropFirst()
    if sign == 0x5A {
      guard rest.isEmpty else { throw fault("write nothing after the Z") }
      return 0
    }
    guard sign == 0x2B || sign == 0x2D, rest.count == 5 else { throw fault(advice) }
    let hours = try number(2, "the offset as +08:00")
    try mark(":", "the offset with a colon, +08:00")
    let minutes = try number(2, "the offset as +08:00")
    guard hours * 60 + minutes <= 14 * 60, minutes < 60 else {
      throw fault("offsets go from -14:00 to +14:00")
    }
    guard sign == 0x2B || hours + minutes > 0 else { throw fault("write +00:00 or Z") }
    return (hours * 60 + minutes) * 60_000 * (sign == 0x2B ? 1 : -1)
  }
}
