import BrokerAPI

/// How values look to people. What programs read keeps the API's spelling.
enum Display {
  /// `HKD 153,216.00`.
  /// How well an entry is vouched for, as in `witnessed by 2 of 3`.
  static func proof(_ proof: Wire.EntryStanding) -> String {
    let by = "\(proof.witnesses) of \(proof.of) witnesses"
    switch proof.state {
    case .sequenced: return "in the log, not applied here yet"
    case .applied, .checkpointed:
      return proof.witnesses == 0
        ? proof.state.rawValue : "\(proof.state.rawValue), cosigned by \(by)"
    case .witnessed: return "witnessed, cosigned by \(by)"
    }
  }

  static func money(_ money: WireMoney) -> String {
    let text = money.text
    let number = text.dropFirst(4)
    let sign = number.hasPrefix("-") ? "-" : ""
    let whole = number.dropFirst(sign.count).prefix { $0 != "." }
    return "\(money.currency.rawValue) \(sign)\(thousands(String(whole)))\(number.suffix(3))"
  }

  /// GPU-hours with one decimal, rounded down: `1,152.0`.
  static func gpuHours(_ time: GPUSeconds) -> String {
    let tenths = time.milliseconds / 360_000
    return "\(thousands(String(tenths / 10))).\(tenths % 10)"
  }

  /// `2026-12-01 00:00`, at +08:00; seconds are left out.
  static func time(_ time: WireTime) -> String {
    let text = time.text
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
  }

  /// The whole time without zero seconds: `2026-12-01T00:00+08:00`.
  static func instant(_ time: WireTime) -> String {
    let text = time.text
    let seconds = text.dropFirst(16).prefix(3)
    return seconds == ":00" && !text.contains(".")
      ? "\(text.prefix(16))\(text.suffix(6))" : text
  }

  /// Quarter hours as people say them: `3w`, `8h`, `1h30m`.
  static func duration(quarters: Int) -> String {
    var minutes = quarters * 15
    var text = ""
    for (letter, length) in [("w", 10_080), ("d", 1_440), ("h", 60), ("m", 1)] {
      let count = minutes / length
      if count > 0 { text += "\(count)\(letter)" }
      minutes %= length
    }
    return text.isEmpty ? "0m" : text
  }

  /// Hours of quarter hours, thousands apart; quarters as decimals: `504`, `0.25`.
  static func hours(quarters: Int) -> String {
    let rest = ["", ".25", ".5", ".75"][quarters % 4]
    return thousands(String(quarters / 4)) + rest
  }

  /// Digits with a comma before every three.
  static func thousands(_ digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// Others' words without what could steer a terminal or turn the text around it.
  static func plain(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
        result.append("?")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
