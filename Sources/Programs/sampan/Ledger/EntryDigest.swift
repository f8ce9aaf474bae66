import BrokerAPI

/// What a line says of an entry: when, what, who, and what came of it.
struct EntryDigest {
  let position: Position
  let time: WireTime?
  let kind: String
  /// Principal and role.
  let who: String
  /// Events by name, or the reason of a refusal.
  let result: String

  /// Reads the canonical text loosely: an entry of a later version still makes a line.
  init(_ entry: Wire.LedgerEntry) {
    position = entry.position
    let tree = try? StrictJSON.parse(Array(entry.entry.utf8))
    time = tree?["t"]?.integer.flatMap(WireTime.init(milliseconds:))
    kind = tree?["cmd"]?["kind"]?.string ?? "?"
    who = (tree?["by"]?.string ?? "?") + (tree?["role"]?.string.map { " (\($0))" } ?? "")
    result = Self.result(entry.events.compactMap { try? StrictJSON.parse(Array($0.utf8)) })
  }

  private static func result(_ events: [JSONTree]) -> String {
    let names = events.map { $0["event"]?.string ?? "?" }
    if names == ["refused"], let what = events.first?["what"] {
      let reason = what["reason"]?.string ?? what["refusal"]?.string
      let number = (what["number"] ?? what["reason"] ?? what["refusal"])?.integer
      return "refused" + (reason.map { ": \($0)" } ?? "") + (number.map { " R-\($0)" } ?? "")
    }
    // Equal names beside one another are counted: a round trades often.
    var parts: [(name: String, count: Int)] = []
    for name in names {
      if let last = parts.last, last.name == name {
        parts[parts.count - 1].count += 1
      } else {
        parts.append((name, 1))
      }
    }
    let shown = parts.prefix(6).map { $0.count > 1 ? "\($0.count) x \($0.name)" : $0.name }
    let rest = parts.count > 6 ? ", ..." : ""
    return shown.isEmpty ? "nothing" : shown.joined(separator: ", ") + rest
  }

  /// Fixed widths, since a stream has no end to measure.
  static let title = row("POSITION", "AT (+08:00)", "KIND", "WHO", "RESULT")

  var line: String {
    let clock = time.map { "\($0.text.prefix(10)) \($0.text.dropFirst(11).prefix(8))" } ?? "-"
    return Self.row(position.text, clock, kind, who, result)
  }

  private static func row(
    _ position: String, _ time: String, _ kind: String, _ who: String, _ result: String
  ) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let gap = String(repeating: " ", count: max(0, 9 - position.count))
    return Display.plain(
      "\(gap)\(position)  \(padded(time, 19))  \(padded(kind, 16))  \(padded(who, 20))  \(result)")
  }
}

extension JSONTree {
  subscript(_ name: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }
}
