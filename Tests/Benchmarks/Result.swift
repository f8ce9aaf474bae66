import Foundation

/// A figure with its target.
struct Figure: Encodable {
  var name: String
  var target: String
  var measured: String
  var met: Bool
  /// What it was made from.
  var detail: String
}

/// Prints figures as a table or as JSON.
func show(_ figures: [Figure], json: Bool) throws {
  if json {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(figures), as: UTF8.self))
    return
  }
  let rows =
    [["", "target", "measured", ""]]
    + figures.map { [$0.name, $0.target, $0.measured, $0.met ? "met" : "MISSED"] }
  let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
  for (row, figure) in zip(rows, [nil] + figures.map(Optional.some)) {
    let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
    print(cells.joined(separator: "  "))
    if let figure { print("    \(figure.detail)") }
  }
}

func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
