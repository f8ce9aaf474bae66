import BrokerAPI

extension Session {
  /// Prints rows, then each row again when it has changed, until `isOver` or an interruption.
  func watch<Row: WireValue>(
    _ sheet: Sheet<Row>, every pause: Duration = .seconds(1),
    until isOver: ([Row]) -> Bool = { _ in false }, _ fetch: () async throws -> [Row]
  ) async throws {
    var seen: [String: Row] = [:]
    var isFirst = true
    while true {
      let rows = try await fetch()
      let changed = rows.filter { seen[sheet.name($0)] != $0 }
      for row in changed { seen[sheet.name(row)] = row }
      switch format {
      case .json, .yaml: for row in changed { terminal.say(try row.tree().line) }
      case .table, .wide, .csv, .name:
        if isFirst || !changed.isEmpty {
          terminal.write(
            try sheet.rendered(
              changed, as: format, bold: terminal.usesColour, header: isFirst))
        }
      }
      isFirst = false
      if isOver(rows) { return }
      try await Task.sleep(for: pause)
    }
  }
}
