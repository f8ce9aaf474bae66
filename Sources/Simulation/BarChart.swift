import Foundation

/// Groups of horizontal bars with their figures, as inline SVG.
struct BarChart {
  struct Bar {
    var name: String
    var colour: String
    /// From 0 to 1.
    var share: Double
    var text: String
    /// A second mark on the same bar, for example the worst of several.
    var mark: Double?
  }

  var title: String
  var groups: [(name: String, bars: [Bar])]

  private static let width = 960.0
  private static let left = 190.0
  private static let right = 150.0
  private static let bar = 18.0
  private static let gap = 14.0

  var svg: String {
    var y = 6.0
    var parts: [String] = []
    for group in groups {
      if !group.name.isEmpty {
        parts.append(
          "<text class=\"group\" x=\"\(n(Self.left))\" y=\"\(n(y + 12))\">"
            + "\(Plot.escaped(group.name))</text>")
        y += Self.bar
      }
      for bar in group.bars {
        let long = max(0, min(1, bar.share)) * (Self.width - Self.left - Self.right)
        parts.append(
          "<text class=\"tick\" text-anchor=\"end\" x=\"\(n(Self.left - 8))\" y=\"\(n(y + 13))\">"
            + "\(Plot.escaped(bar.name))</text><rect x=\"\(n(Self.left))\" y=\"\(n(y))\" "
            + "width=\"\(n(long))\" height=\"\(n(Self.bar - 4))\" fill=\"\(bar.colour)\"/>"
            + "<text class=\"value\" x=\"\(n(Self.left + long + 6))\" y=\"\(n(y + 12))\">"
            + "\(Plot.escaped(bar.text))</text>")
        if let mark = bar.mark {
          let x = Self.left + max(0, min(1, mark)) * (Self.width - Self.left - Self.right)
          parts.append(
            "<line class=\"mark\" x1=\"\(n(x))\" x2=\"\(n(x))\" y1=\"\(n(y - 2))\" "
              + "y2=\"\(n(y + Self.bar - 2))\"/>")
        }
        y += Self.bar
      }
      y += Self.gap
    }
    return "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(y))\" role=\"img\" "
      + "aria-label=\"\(Plot.escaped(title))\">" + parts.joined() + "</svg>"
  }

  private func n(_ value: Double) -> String { String(format: "%.1f", value) }
}
