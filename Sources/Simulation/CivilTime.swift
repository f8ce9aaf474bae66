import Units

/// Dates and times of the market's calendar (+08:00) as text. Traces say no zone; their clock is
/// taken as the market's.
package enum CivilTime {
  /// `YYYY-MM-DD`, `YYYY-MM-DD HH:MM` or `YYYY-MM-DD HH:MM:SS` at +08:00, in ms since 1970 UTC; nil
  /// for anything else.
  package static func parse(_ text: String) -> Int64? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 1 || parts.count == 2 else { return nil }
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard date.count == 3, let year = number(date[0], 4), let month = number(date[1], 2),
      let day = number(date[2], 2), (1970...2199).contains(year), (1...12).contains(month),
      day >= 1, day <= length(ofMonth: month, year)
    else { return nil }
    var time = MarketCalendar.start(ofDay: days(year, month, day))
    guard parts.count == 2 else { return time }
    let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 2 || clock.count == 3, let hour = number(clock[0], 2), hour < 24,
      let minute = number(clock[1], 2), minute < 60
    else { return nil }
    time += hour * Span.hour + minute * Span.minute
    if clock.count == 3 {
      guard let second = number(clock[2], 2), second < 60 else { return nil }
      time += second * Span.second
    }
    return time
  }

  /// `YYYY-MM-DD HH:MM` at +08:00.
  package static func text(_ time: Int64) -> String {
    let day = MarketCalendar.day(of: time)
    let minutes = (time - MarketCalendar.start(ofDay: day)) / Span.minute
    return "\(dateText(time)) \(padded(minutes / 60)):\(padded(minutes % 60))"
  }

  /// `YYYY-MM-DD` at +08:00.
  package static func dateText(_ time: Int64) -> String {
    // Howard Hinnant's civil_from_days: years that begin on 1 March, in eras of 400.
    let day = MarketCalendar.day(of: time) + 719_468
    let era = day / 146_097
    let dayOfEra = day - era * 146_097
    let year = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let civilYear = year + era * 400 + (month <= 2 ? 1 : 0)
    return "\(civilYear)-\(padded(month))-\(padded(dayOfYear - (153 * shifted + 2) / 5 + 1))"
  }

  /// Monday is 0.
  static func weekday(_ time: Int64) -> Int64 { (MarketCalendar.day(of: time) + 3) % 7 }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func length(ofMonth month: Int64, _ year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func number(_ text: Substring, _ digits: Int) -> Int64? {
    guard text.count == digits, text.allSatisfy({ $0.isASCII && $0.isWholeNumber }) else {
      return nil
    }
    return Int64(text)
  }

  private static func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
