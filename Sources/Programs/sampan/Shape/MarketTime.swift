import BrokerAPI

/// An instant as people write it: `now`, `+2h`, `2026-12-01`, `2026-12-01T20:00`, or with seconds
/// and offset. Without an offset it is the market's, +08:00.
enum MarketTime: Equatable {
  /// After the market's present.
  case after(SpanText)
  case at(WireTime)

  static let now = MarketTime.after(SpanText(minutes: 0))

  init(parsing text: String) throws(TextFault) {
    if text == "now" {
      self = .now
    } else if text.hasPrefix("+") {
      self = .after(try SpanText(parsing: String(text.dropFirst())))
    } else {
      self = .at(try Self.instant(text))
    }
  }

  /// The instant, when the market's clock shows `now`.
  func resolved(_ now: WireTime) throws(TextFault) -> WireTime {
    switch self {
    case .at(let time): return time
    case .after(let span):
      guard let time = WireTime(milliseconds: now.milliseconds + span.milliseconds) else {
        throw TextFault(.range, "the time lies after the year 2199")
      }
      return time
    }
  }

  private static func instant(_ text: String) throws(TextFault) -> WireTime {
    let advice = TextFault(
      "\"\(Display.plain(text))\" is no time: write now, +2h, 2026-12-01, 2026-12-01T20:00 or "
        + "2026-12-01T20:00+08:00")
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
    guard parts.count <= 2, let date = parts.first, date.utf8.count == 10 else { throw advice }
    var clock = parts.count == 2 ? String(parts[1]) : "00:00:00"
    var offset = "+08:00"
    if let mark = clock.firstIndex(where: { $0 == "+" || $0 == "-" || $0 == "Z" }) {
      offset = String(clock[mark...])
      clock = String(clock[..<mark])
    }
    if clock.utf8.count == 5 { clock += ":00" }
    do {
      return try WireTime(parsing: "\(date)T\(clock)\(offset)")
    } catch {
      throw error.kind == .range ? error : advice
    }
  }
}

/// When a lease may begin: one instant, or any between two.
struct StartText: Equatable {
  var from: MarketTime
  var until: MarketTime?

  init(from: MarketTime, until: MarketTime? = nil) {
    self.from = from
    self.until = until
  }

  init(parsing text: String) throws(TextFault) {
    let (first, second) = try Self.pair(text)
    from = try MarketTime(parsing: first)
    until = try second.map { text throws(TextFault) in try MarketTime(parsing: text) }
  }

  /// `A..B` in two, or one.
  static func pair(_ text: String) throws(TextFault) -> (String, String?) {
    guard let dots = text.firstRange(of: "..") else { return (text, nil) }
    let (first, second) = (String(text[..<dots.lowerBound]), String(text[dots.upperBound...]))
    guard !first.isEmpty, !second.isEmpty else {
      throw TextFault("\"\(Display.plain(text))\" has one end only: write A..B")
    }
    return (first, second)
  }
}
