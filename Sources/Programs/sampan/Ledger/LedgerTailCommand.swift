import ArgumentParser
import BrokerAPI
import BrokerClient

/// The end of the log.
struct LedgerTailCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "The last entries of the log; with -f those to come.",
    discussion: """
      For platform and regulator. With -o json one entry a line, as it stands in the log.

      Example:
        sampan ledger tail --limit 5 -f
      """)
  static let failing = "The log cannot be read."

  @Option(name: .long, help: ArgumentHelp("Begin at this position.", valueName: "position"))
  var from: String?
  @Flag(name: .shortAndLong, help: "Stay, and print entries as they are applied.")
  var follow = false
  @Option(name: .long, help: ArgumentHelp("So many entries.", valueName: "n"))
  var limit: Int = 20
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (1...100_000).contains(limit) else {
      throw ValidationError("--limit is 1 to 100000, not \(limit)")
    }
  }

  func perform() async throws {
    let session = try session()
    var next = Position(clamping: 0)
    if let from {
      next = try Position(parsing: from)
    } else {
      let head = try await session.client.ledgerHead()
      next = Position(clamping: head.size.value - Int64(limit))
    }
    var isFirst = true
    let entries = try await session.client.ledgerEntries(from: next).all(atMost: limit)
    for entry in entries {
      try Self.print(entry, header: isFirst, session)
      isFirst = false
      next = Position(clamping: entry.position.value + 1)
    }
    guard follow else { return }
    for try await event in session.client.ledgerEvents(from: next) {
      try Self.print(event.value, header: isFirst, session)
      isFirst = false
    }
  }

  private static func print(
    _ entry: Wire.LedgerEntry, header: Bool, _ session: Session
  ) throws {
    switch session.format {
    case .json: session.terminal.say(try entry.tree().line)
    case .yaml: session.terminal.write("---\n" + (try entry.tree().yaml))
    case .name: session.terminal.say(entry.position.text)
    case .csv:
      session.terminal.write(
        Grid(columns: columns).rendered([EntryDigest(entry)], as: .csv, header: header))
    case .table, .wide:
      if header { session.terminal.say(EntryDigest.title) }
      session.terminal.say(EntryDigest(entry).line)
    }
  }

  private static var columns: [Column<EntryDigest>] {
    [
      Column("POSITION") { .text($0.position.text) },
      Column("AT") { Cell($0.time) },
      Column("KIND") { .text($0.kind) },
      Column("WHO") { .text($0.who) },
      Column("RESULT") { .text($0.result) },
    ]
  }
}
