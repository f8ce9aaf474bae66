/// GPU time as it travels: GPU-seconds with three decimals, `7200.000`.
package struct GPUSeconds: WireText, Comparable {
  /// GPU-milliseconds, not negative.
  package let milliseconds: Int64

  /// As in the ledger.
  package static let range: ClosedRange<Int64> = 0...100_000_000_000_000_000

  /// The nearest value in `range`.
  package init(clamping milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
  }

  package static func < (left: GPUSeconds, right: GPUSeconds) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package var text: String {
    let value = UInt64(milliseconds)
    return "\(value / 1_000).\(padded(value % 1_000, 3))"
  }

  package init(parsing text: String) throws(TextFault) {
    let bytes = Array(text.utf8)
    guard let point = bytes.firstIndex(of: 0x2E), bytes.count - point == 4, point > 0,
      point == 1 || bytes[0] != 0x30,
      bytes.allSatisfy({ $0 == 0x2E || (0x30...0x39).contains($0) }),
      let fraction = digitsValue(bytes[(point + 1)...])
    else {
      throw TextFault(
        .format,
        "\(quoted(text)) is not GPU time: write GPU-seconds with three decimals, as in \"7200.000\""
      )
    }
    let most = Self.range.upperBound / 1_000
    guard let seconds = digitsValue(bytes[..<point], atMost: most),
      Self.range.contains(seconds * 1_000 + fraction)
    else { throw TextFault(.range, "\(quoted(text)) is out of range: at most \(most).000") }
    milliseconds = seconds * 1_000 + fraction
  }
}

/// A place in the ledger, counted from 0; a string, since it may pass 2^53 one day.
package struct Position: WireText, Comparable {
  package let value: Int64

  /// As in the ledger.
  package static let range: ClosedRange<Int64> = 0...1_000_000_000_000

  /// The nearest value in `range`.
  package init(clamping value: Int64) {
    self.value = min(max(value, Self.range.lowerBound), Self.range.upperBound)
  }

  package static func < (left: Position, right: Position) -> Bool { left.value < right.value }

  package var text: String { String(value) }

  package init(parsing text: String) throws(TextFault) {
    guard let value = plainNumber(text.utf8, atMost: Self.range.upperBound) else {
      throw TextFault(
        .format,
        "\(quoted(text)) is not a position: write plain digits, 0 to \(Self.range.upperBound)")
    }
    self.value = value
  }
}

/// Whether capacity may be taken back: `never`, or with a notice, `30m` or `2h`. 0 is refused,
/// since people mean either of two things by it.
package enum ReclaimTerm: WireText {
  case never
  case notice(minutes: Int64)

  /// The notices that exist: five minutes to a week.
  package static let minutes: ClosedRange<Int64> = 5...10_080

  package var text: String {
    switch self {
    case .never: "never"
    case .notice(let minutes):
      minutes.isMultiple(of: 60) ? "\(minutes / 60)h" : "\(minutes)m"
    }
  }

  package init(parsing text: String) throws(TextFault) {
    guard text != "never" else {
      self = .never
      return
    }
    let advice = "write \"never\" for firm, or a notice of at least \"5m\", as in \"30m\" or \"2h\""
    let bytes = Array(text.utf8)
    guard let unit = bytes.last, unit == 0x6D || unit == 0x68,
      let count = plainNumber(bytes.dropLast(), atMost: Self.minutes.upperBound)
    else { throw TextFault(.format, "\(quoted(text)) is not a reclaim term: \(advice)") }
    let minutes = unit == 0x68 ? count * 60 : count
    guard Self.minutes.contains(minutes) else {
      throw TextFault(.range, "\(quoted(text)) is no possible notice: \(advice); at most \"168h\"")
    }
    self = .notice(minutes: minutes)
  }
}
