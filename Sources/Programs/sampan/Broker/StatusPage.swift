import BrokerAPI

/// The state of all replicas on one page of 80 columns.
enum StatusPage {
  private static let width = 80
  private static let minute: Int64 = 60_000
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000

  static func lines(_ status: Wire.BrokerStatus) -> [String] {
    var lines = table(status)
    lines.append(trading(status))
    if let line = witnessed(status) { lines.append(line) }
    for (index, advice) in status.doNow.enumerated() {
      lines += item(advice, number: index + 1)
    }
    return lines
  }

  // MARK: Table

  /// Every column that fits; what is lost first is where a replica stands.
  private static func table(_ status: Wire.BrokerStatus) -> [String] {
    let most = status.replicas.map(\.applied.value).max() ?? 0
    let now = status.at.milliseconds
    var columns: [(title: String, right: Bool, cells: [String])] = [
      ("REPLICA", false, status.replicas.map { clipped($0.name, 14) }),
      ("PLACE", false, status.replicas.map { clipped($0.place ?? "-", 10) }),
      ("ROLE", false, status.replicas.map(\.role.rawValue)),
      ("STATE", false, status.replicas.map(\.state.rawValue)),
      ("APPLIED", true, status.replicas.map { Display.thousands($0.applied.text) }),
      ("LAG", true, status.replicas.map { Display.thousands("\(most - $0.applied.value)") }),
      ("LOG", false, status.replicas.map { clipped(log($0, now), 12) }),
      ("CERTIFICATE", false, status.replicas.map { certificate($0, now) }),
    ]
    while true {
      let text = TextTable(
        titles: columns.map(\.title),
        cells: status.replicas.indices.map { row in columns.map { $0.cells[row] } },
        right: columns.map(\.right)
      ).text().split(separator: "\n").map(String.init)
      let widest = text.map(TextTable.width).max() ?? 0
      guard widest > width,
        let spare = ["PLACE", "LAG", "LOG", "CERTIFICATE"].first(where: { name in
          columns.contains { $0.title == name }
        })
      else { return text }
      columns.removeAll { $0.title == spare }
    }
  }

  private static func log(_ card: Wire.ReplicaCard, _ now: Int64) -> String {
    guard card.state == .unreachable else { return Display.plain(card.log) }
    return card.heardOf.map { "down \(span(now - $0.milliseconds))" } ?? "never seen"
  }

  private static func certificate(_ card: Wire.ReplicaCard, _ now: Int64) -> String {
    guard let end = card.certificateUntil?.milliseconds else { return "-" }
    let left = end - now
    if left <= 0 { return "! ended" }
    return (left < 7 * day ? "! " : "") + "\(span(left)) left"
  }

  /// `11 d`, `9 h`, `41 m`.
  private static func span(_ time: Int64) -> String {
    if time >= 2 * day { return "\(time / day) d" }
    if time >= hour { return "\(time / hour) h" }
    return "\(max(0, time) / minute) m"
  }

  private static func clipped(_ text: String, _ most: Int) -> String {
    let plain = Display.plain(text)
    return plain.count <= most ? plain : "\(plain.prefix(most - 1))~"
  }

  // MARK: Below it

  private static func trading(_ status: Wire.BrokerStatus) -> String {
    let leader = status.replicas.first { $0.role == .leader || $0.role == .single }
    if let own = status.replicas.first, own.role == .follower {
      return own.state == .serving
        ? "Follows, and has no say in trading."
        : "Follows, and is \(own.state.rawValue): its reads are of an earlier time."
    }
    if let since = leader?.frozenSince {
      return "Trading: frozen since \(Display.instant(since)) by \(leader?.frozenBy ?? "-"). "
        + "Leases run on."
    }
    guard status.health != .down else {
      let since = status.replicas.compactMap(\.pausedSince).min()
      return "Trading: paused" + (since.map { " since \(Display.instant($0))" } ?? "")
        + ". Holds are safe, leases run on."
    }
    var line = "Trading: open"
    if let spare = status.replicas.compactMap(\.spare).min() {
      line += spare > 0 ? ", can lose \(spare) more" : ", can lose none"
    } else if status.replicas.count == 1 {
      line += ", on one replica"
    }
    line += "."
    if let round = leader?.round, let due = leader?.roundDue {
      line += " Round \(round) closes in \(left(due.milliseconds - status.at.milliseconds))."
    }
    return line
  }

  /// `Witnessed 5 of 6, oldest unwitnessed 3 s.`
  private static func witnessed(_ status: Wire.BrokerStatus) -> String? {
    let card = status.replicas.first { $0.role == .leader || $0.role == .single }
    guard let summary = card?.witnesses else { return nil }
    var line = "Witnessed \(summary.cosigning) of \(summary.of)"
    if let since = summary.waitingSince {
      let seconds = max(0, status.at.milliseconds - since.milliseconds) / 1_000
      line += ", oldest unwitnessed \(seconds < 120 ? "\(seconds) s" : span(seconds * 1_000))"
    }
    return line + "."
  }

  /// `6m12s`.
  private static func left(_ time: Int64) -> String {
    let seconds = max(0, time) / 1_000
    return seconds < 60 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
  }

  private static func item(_ advice: Wire.Advice, number: Int) -> [String] {
    let start = (number == 1 ? "Do now:  " : "         ") + "\(number)  "
    let (action, why) = (Display.plain(advice.action), Display.plain(advice.why))
    let line = "\(start)\(action)    \(why)"
    if TextTable.width(line) <= width { return [line] }
    let room = width - start.count
    let gap = String(repeating: " ", count: start.count)
    return [start + clipped(action, room)] + wrapped(why, room - 2).map { gap + "  " + $0 }
  }

  private static func wrapped(_ text: String, _ room: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ").map({ clipped(String($0), room) }) {
      if let last = lines.last, last.count + 1 + word.count <= room {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(word)
      }
    }
    return lines
  }

  static let sheet = Sheet<Wire.ReplicaCard>(
    columns: [
      Column("REPLICA") { .text($0.name) },
      Column("PLACE") { Cell($0.place) },
      Column("ROLE") { .text($0.role.rawValue) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("APPLIED") { .number($0.applied.value) },
      Column("LOG") { .text($0.log) },
      Column("CERTIFICATE_UNTIL") { Cell($0.certificateUntil) },
      Column("STATE_POSITION") { .text($0.statePosition?.text ?? "") },
      Column("STATE_DIGEST") { Cell($0.stateDigest) },
      Column("RELEASE") { .text($0.release) },
      Column("FROZEN_SINCE") { Cell($0.frozenSince) },
      Column("DETAIL") { Cell($0.detail) },
    ], name: { $0.name })
}
