/// Time spans and sizes as text: a whole number and a unit, nothing between.
package enum SettingsUnits {
  /// `30m`, `15s`, `48h`; nil for anything else. Units: ms, s, m, h, d, w.
  package static func duration(_ text: String) -> Duration? {
    let milliseconds: [String: Int64] = [
      "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]
    guard let (number, unit) = split(text), let factor = milliseconds[unit] else { return nil }
    let (product, overflows) = number.multipliedReportingOverflow(by: factor)
    return overflows ? nil : .milliseconds(product)
  }

  /// Bytes: `64KiB`, `20MB`, `512B`; nil for anything else.
  package static func size(_ text: String) -> Int? {
    let bytes: [String: Int64] = [
      "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
      "kB": 1_000, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
    ]
    guard let (number, unit) = split(text), let factor = bytes[unit] else { return nil }
    let (product, overflows) = number.multipliedReportingOverflow(by: factor)
    return overflows ? nil : Int(exactly: product)
  }

  /// The shortest text that reads as the span, to the millisecond.
  package static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    guard attoseconds == 0 else {
      return "\(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)ms"
    }
    let units: [(Int64, String)] = [(604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m")]
    for (length, unit) in units where seconds != 0 && seconds % length == 0 {
      return "\(seconds / length)\(unit)"
    }
    return "\(seconds)s"
  }

  private static func split(_ text: String) -> (Int64, String)? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard digits == "0" || digits.first != "0", let number = Int64(digits) else { return nil }
    return (number, String(text[digits.endIndex...]))
  }
}
