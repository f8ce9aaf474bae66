import BrokerAPI

/// What somebody wants, as it was written: before clock, account and prices are known.
struct Shape: Equatable {
  /// How many.
  enum Size: Equatable {
    case gpus(Int)
    /// A firm base and the most.
    case range(Int, Int)
    /// Whole nodes; how many GPUs those have, the sites say.
    case nodes(Int)

    /// `16` or `4..16`.
    init(parsingGPUs text: String) throws(TextFault) {
      let (first, second) = try StartText.pair(text)
      guard let least = Size.count(first) else { throw Size.advice(text) }
      guard let second else {
        self = .gpus(least)
        return
      }
      guard let most = Size.count(second) else { throw Size.advice(text) }
      guard least > 0 else {
        throw TextFault(
          .range, "the base of an elastic shape is at least 1 GPU, not \(least): write 1..\(most)")
      }
      guard least <= most else {
        throw TextFault(.range, "\(least)..\(most) ends before it begins")
      }
      self = .range(least, most)
    }

    init(parsingNodes text: String) throws(TextFault) {
      guard let count = Size.count(text), count > 0 else {
        throw TextFault("\"\(Display.plain(text))\" is no number of nodes: write 1 or more")
      }
      self = .nodes(count)
    }

    private static func count(_ text: String) -> Int? {
      guard text.utf8.count <= 7, !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber })
      else { return nil }
      return Int(text)
    }

    private static func advice(_ text: String) -> TextFault {
      TextFault("\"\(Display.plain(text))\" is no number of GPUs: write 16, or 4..16 for elastic")
    }
  }

  struct Alternative: Equatable {
    var chip: String
    var size: Size
    /// Quarter hours.
    var quarters: Int
    var price: PriceText?
  }

  enum Window: Equatable {
    case start(StartText)
    /// Nothing before, nothing after.
    case between(MarketTime, MarketTime)
  }

  var isSplit = false
  var alternatives: [Alternative] = []
  var window = Window.start(StartText(from: .now))
  var together: Int?
  var exclusive = false
  var reclaim = ReclaimTerm.never
  var near: String?
  var mostRoundTripMs: Int?
  var roundTripPrice: PriceText?
  /// Empty: any.
  var jurisdictions: [Wire.Jurisdiction] = []
  var sites: [String] = []
  var notSites: [String] = []
  var dataClass: String?
  var project: String?
  /// Of bids; a quote does not depend on it.
  var ifDisplaced: Wire.Displacement?
  var label: String?

  /// Hours that a lease may begin later than its start when no range is given.
  static let slackHours: Int64 = 24

  /// `hk`, `cn`, `mo`; nil for `any`.
  static func jurisdiction(_ text: String) throws(TextFault) -> Wire.Jurisdiction? {
    if text == "any" { return nil }
    guard let jurisdiction = Wire.Jurisdiction(rawValue: text) else {
      throw TextFault("\"\(Display.plain(text))\" is no jurisdiction: write hk, cn, mo or any")
    }
    return jurisdiction
  }

  /// `2h`: how much later the rest of a lease may begin, in quarter hours.
  static func gap(_ text: String) throws(TextFault) -> Int {
    let span = try SpanText(parsing: text)
    guard span.minutes.isMultiple(of: 15), span.minutes <= 7 * 1_440 else {
      throw TextFault(.range, "a gap is 15m to 7d in steps of 15m, not \(Display.plain(text))")
    }
    return Int(span.minutes / 15)
  }

  /// `allowed` or `never`.
  static func moving(_ text: String) throws(TextFault) -> Wire.Moving {
    guard let moving = Wire.Moving(rawValue: text) else {
      throw TextFault("\"\(Display.plain(text))\" is not known: write allowed or never")
    }
    return moving
  }

  /// `5ms` or `5`.
  static func roundTrip(_ text: String) throws(TextFault) -> Int {
    let digits = text.hasSuffix("ms") ? text.dropLast(2) : text[...]
    guard digits.utf8.count <= 5, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let count = Int(digits), count <= 10_000
    else { throw TextFault("\"\(Display.plain(text))\" is no round-trip time: write 5ms") }
    return count
  }
}
