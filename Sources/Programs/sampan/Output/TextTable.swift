/// Texts in aligned columns, two spaces apart.
struct TextTable {
  let titles: [String]
  let cells: [[String]]
  /// Which columns are aligned to the right.
  let right: [Bool]

  func text(bold: Bool = false, header: Bool = true) -> String {
    let widths = titles.indices.map { index in
      ([titles[index]] + cells.map { $0[index] }).map(Self.width).max() ?? 0
    }
    var lines = cells.map { line($0, widths) }
    if header {
      let title = line(titles, widths)
      lines.insert(bold ? "\u{1B}[1m\(title)\u{1B}[0m" : title, at: 0)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func line(_ texts: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, text) in texts.enumerated() {
      if index > 0 { line += "  " }
      let gap = String(repeating: " ", count: max(0, widths[index] - Self.width(text)))
      line += right[index] ? gap + text : text + gap
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Places on a terminal: wide East Asian characters take two.
  static func width(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      guard let scalar = character.unicodeScalars.first else { return sum }
      switch scalar.value {
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        return sum + 2
      default: return sum + 1
      }
    }
  }
}
