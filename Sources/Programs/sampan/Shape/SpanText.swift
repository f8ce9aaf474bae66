import BrokerAPI

/// A length of time as people write it: `8h`, `3w`, `15m`, `1d12h`.
struct SpanText: Equatable {
  let minutes: Int64

  /// A hundred years; more is a slip of the finger.
  private static let most: Int64 = 100 * 366 * 1_440

  init(minutes: Int64) { self.minutes = minutes }

  init(parsing text: String) throws(TextFault) {
    let fault = TextFault(
      "\"\(Display.plain(text))\" is no length of time: write 15m, 8h, 2d or 3w")
    var total: Int64 = 0
    var number: Int64?
    for character in text {
      if let digit = character.wholeNumberValue, character.isASCII {
        let next = (number ?? 0) * 10 + Int64(digit)
        guard next <= Self.most else { throw fault }
        number = next
        continue
      }
      guard let count = number else { throw fault }
      let length: Int64
      switch character {
      case "m": length = 1
      case "h": length = 60
      case "d": length = 1_440
      case "w": length = 10_080
      default: throw fault
      }
      total += count * length
      guard total <= Self.most else { throw fault }
      number = nil
    }
    guard number == nil, total > 0 else { throw fault }
    minutes = total
  }

  var milliseconds: Int64 { minutes * 60_000 }

  /// The length of a lease, which is counted in quarter hours.
  func quarters() throws(TextFault) -> Int {
    guard minutes.isMultiple(of: 15), (1...70_080).contains(minutes / 15) else {
      throw TextFault(
        .range, "a lease lasts 15m to 104w in steps of 15m, not \(minutes) minutes")
    }
    return Int(minutes / 15)
  }
}
