import ArgumentParser
import BrokerAPI
import BrokerClient

/// How to get in.
struct LeaseConnectCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "connect",
    abstract: "How to get into a lease, as its site says it.",
    discussion: """
      Example:
        sampan lease connect lease-77-0
      """)
  static let failing = "There is no way in yet."

  @Argument(help: "The lease's id.")
  var lease: String
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let access = try await session.client.leaseAccess(lease)
    switch session.format {
    case .json: session.terminal.say(try access.tree().pretty)
    case .yaml: session.terminal.write(try access.tree().yaml)
    case .csv, .name:
      for (key, value) in Self.ordered(access.access) {
        session.terminal.say("\(Display.plain(key))=\(Display.plain(value))")
      }
    case .table, .wide:
      let lease = try await session.client.showLease(lease)
      guard !access.access.isEmpty else { throw Self.notYet(lease) }
      for line in Self.lines(lease, access) { session.terminal.say(line) }
    }
  }

  static func lines(_ lease: Wire.Lease, _ access: Wire.LeaseAccess) -> [String] {
    let cells = ordered(access.access).map { key, value in
      [title(key), Display.plain(value)]
    }
    let table = TextTable(titles: ["So far    ", ""], cells: cells, right: [false, false])
      .text(header: false).split(separator: "\n").map(String.init)
    return [LeaseShowCommand.head(lease) + "  \(lease.shapeText)"] + table
      + [LeaseShowCommand.soFar(lease)]
  }

  /// What a person needs first comes first.
  static func ordered(_ access: [String: String]) -> [(String, String)] {
    let first = titles.map(\.key)
    return access.sorted { left, right in
      let places = (
        first.firstIndex(of: left.key) ?? first.count,
        first.firstIndex(of: right.key) ?? first.count
      )
      return places.0 == places.1 ? left.key < right.key : places.0 < places.1
    }
  }

  private static let titles: [(key: String, title: String)] = [
    ("waiting", "Waiting"), ("login", "Log in"), ("submit", "Submit"), ("see", "See it"),
    ("api", "API"),
    ("storage", "Storage"), ("folder", "Folder"), ("end", "At the end"),
  ]

  private static func title(_ key: String) -> String {
    titles.first { $0.key == key }?.title
      ?? Display.plain(key.prefix(1).uppercased() + key.dropFirst())
  }

  private static func notYet(_ lease: Wire.Lease) -> Failure {
    let why =
      switch lease.state {
      case .ordered: "\(lease.site) has not prepared it; it begins \(Display.instant(lease.start))"
      case .prepared, .open: "\(lease.site) has not said how to get in"
      case .closed: "the lease is over"
      case .failed: "\(lease.site) could not provide it"
      }
    let next =
      lease.state == .closed || lease.state == .failed
      ? "See what was charged: sampan lease show \(lease.lease)"
      : "Wait for it: sampan lease show \(lease.lease) --watch"
    return Failure(why: why, code: "lease_\(lease.state.rawValue)", next: next, exit: .refused)
  }
}
