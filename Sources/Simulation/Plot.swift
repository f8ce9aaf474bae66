import Foundation

/// A chart as inline SVG: no scripts, no fonts or pictures from elsewhere.
package struct Plot {
  /// What is drawn of one series.
  enum Mark {
    case line
    /// Filled down to the axis.
    case area
    /// A step at each point.
    case step
  }

  struct Series {
    var name: String
    var colour: String
    var mark: Mark = .line
    var points: [(x: Double, y: Double)]
  }

  var title: String
  var yTitle: String
  var series: [Series]
  /// Positions and words along the axis.
  var xTicks: [(at: Double, text: String)]
  var xRange: ClosedRange<Double>
  var yTop: Double?
  var yBottom = 0.0

  private static let width = 960.0
  private static let height = 300.0
  private static let left = 58.0
  private static let right = 12.0
  private static let top = 14.0
  private static let bottom = 30.0

  var svg: String {
    let highest = yTop ?? series.flatMap { $0.points.map(\.y) }.max() ?? 1
    let step = Plot.niceStep((highest - yBottom) / 5)
    let top = yTop ?? (highest / step).rounded(.up) * step
    var parts = [
      "<svg viewBox=\"0 0 \(Int(Plot.width)) \(Int(Plot.height))\" role=\"img\" "
        + "aria-label=\"\(Plot.escaped(title))\">"
    ]
    var tick = (yBottom / step).rounded(.up) * step
    while tick <= top + step / 1_000 {
      let y = position(tick, top)
      parts.append(
        "<line class=\"grid\" x1=\"\(n(Plot.left))\" x2=\"\(n(Plot.width - Plot.right))\" "
          + "y1=\"\(n(y))\" y2=\"\(n(y))\"/><text class=\"tick\" text-anchor=\"end\" "
          + "x=\"\(n(Plot.left - 6))\" y=\"\(n(y + 4))\">\(Plot.number(tick))</text>")
      tick += step
    }
    for tick in xTicks {
      parts.append(
        "<text class=\"tick\" text-anchor=\"middle\" x=\"\(n(across(tick.at)))\" "
          + "y=\"\(n(Plot.height - 10))\">\(Plot.escaped(tick.text))</text>")
    }
    parts.append(
      "<text class=\"tick\" transform=\"rotate(-90)\" text-anchor=\"middle\" "
        + "x=\"\(n(-(Plot.height - Plot.bottom + Plot.top) / 2))\" y=\"12\">"
        + "\(Plot.escaped(yTitle))</text>")
    for one in series where !one.points.isEmpty { parts.append(path(one, top)) }
    parts.append("</svg>")
    return parts.joined()
  }

  /// The names and colours of the series.
  static func legend(_ items: [(name: String, colour: String)]) -> String {
    "<p class=\"legend\">"
      + items.map { "<span><i style=\"background:\($0.colour)\"></i>\(escaped($0.name))</span>" }
      .joined() + "</p>"
  }

  private func path(_ one: Series, _ top: Double) -> String {
    var words: [String] = []
    var last: Double?
    for point in one.points {
      let x = n(across(point.x))
      let y = position(point.y, top)
      if let last, one.mark == .step { words.append("L\(x) \(n(last))") }
      words.append("\(words.isEmpty ? "M" : "L")\(x) \(n(y))")
      last = y
    }
    if one.mark == .area, let first = one.points.first, let end = one.points.last {
      let floor = n(position(yBottom, top))
      let close = " L\(n(across(end.x))) \(floor) L\(n(across(first.x))) \(floor) Z"
      return
        "<path fill=\"\(one.colour)\" stroke=\"none\" d=\""
        + words.joined(separator: " ") + "\(close)\"/>"
    }
    return "<path fill=\"none\" stroke=\"\(one.colour)\" stroke-width=\"1.6\" "
      + "stroke-linejoin=\"round\" d=\"\(words.joined(separator: " "))\"/>"
  }

  private func across(_ x: Double) -> Double {
    let span = max(1e-9, xRange.upperBound - xRange.lowerBound)
    return Plot.left + (x - xRange.lowerBound) / span * (Plot.width - Plot.left - Plot.right)
  }

  private func position(_ y: Double, _ top: Double) -> Double {
    let share = (y - yBottom) / max(1e-9, top - yBottom)
    return Plot.height - Plot.bottom
      - min(1, max(0, share)) * (Plot.height - Plot.top - Plot.bottom)
  }

  private func n(_ value: Double) -> String { String(format: "%.1f", value) }

  /// 1, 2 or 5 times a power of ten, not below the value.
  static func niceStep(_ value: Double) -> Double {
    guard value > 0 else { return 1 }
    let power = pow(10, floor(log10(value)))
    for factor in [1.0, 2.0, 5.0] where factor * power >= value - 1e-9 { return factor * power }
    return 10 * power
  }

  static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15
      ? grouped(Int64(value)) : String(format: "%.2f", value)
  }

  /// 1,234,567.
  static func grouped(_ value: Int64) -> String {
    let digits = String(abs(value))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }

  package static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
