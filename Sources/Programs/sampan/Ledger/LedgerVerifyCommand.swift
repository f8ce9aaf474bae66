import ArgumentParser
import BrokerAPI
import BrokerClient

/// Asks the broker to apply its log again, and checks what can be checked from outside.
struct LedgerVerifyCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Let the broker apply its whole log again, and compare.",
    discussion: """
      For platform and regulator. Exit code 6 when a check does not hold. With --read this program \
      also reads every entry and checks that no position is missing and that each entry is \
      canonical. What the broker says of itself is its word; the check of a ledger file by itself \
      is `sampand check --ledger FILE`.

      Example:
        sampan ledger verify --read
      """)
  static let failing = "The ledger does not verify."

  @Flag(name: .long, help: "Also read every entry.")
  var read = false
  @Option(
    name: .long,
    help: ArgumentHelp("A ledger file: see sampand check.", valueName: "ledger.sqlite"),
    completion: .file(extensions: ["sqlite"]))
  var file: String?
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    if let file {
      throw Failure.usage(
        "a ledger file is checked by the broker's program", code: "wrong_program",
        next: "Run: sampand check --ledger \(file)")
    }
    let session = try session()
    var report = try await session.client.verifyLedger()
    if read { report.checks.append(try await entryCheck(session, report)) }
    report.checks.append(try await headCheck(session, report))
    report.ok = report.ok && report.checks.allSatisfy(\.ok)
    try session.show(report, Self.sheet, Self.lines)
    if !report.ok {
      let failed = report.checks.filter { !$0.ok }.map(\.name).joined(separator: ", ")
      throw Failure(
        why: "not all checks hold: \(failed)", code: "verify_failed",
        next: "Keep the ledger file and tell the regulator; see the lines above.",
        exit: .proofFailed)
    }
  }

  /// The head as it is served must be the log that was applied, or one that only grew.
  private func headCheck(
    _ session: Session, _ report: Wire.LedgerReport
  ) async throws -> Wire.LedgerCheck {
    let head = try await session.client.ledgerHead()
    let grew = head.size > report.entries
    let holds = grew || (head.size == report.entries && head.root == report.root)
    return Wire.LedgerCheck(
      name: "head", ok: holds,
      detail: grew
        ? "the log has grown to \(head.size) entries meanwhile"
        : "the head that is served: \(head.size) entries, root \(head.root.prefix(12))")
  }

  /// Positions without a gap from 0, each entry canonical and under its own position.
  private func entryCheck(
    _ session: Session, _ report: Wire.LedgerReport
  ) async throws -> Wire.LedgerCheck {
    var reader = EntryReader()
    for try await entry in session.client.ledgerEntries() {
      reader.take(entry)
      if reader.fault != nil || reader.count >= report.entries.value { break }
    }
    let fault =
      reader.fault
      ?? (reader.count < report.entries.value ? "only \(reader.count) entries are served" : nil)
    return Wire.LedgerCheck(
      name: "entries", ok: fault == nil,
      detail: fault ?? "\(reader.count) entries read, positions without a gap, all canonical")
  }

  private static let sheet = Sheet<Wire.LedgerReport>(
    columns: [
      Column("OK") { .text($0.ok ? "true" : "false") },
      Column("ENTRIES") { .text($0.entries.text) },
      Column("ROOT") { .text($0.root) },
    ], name: { $0.root })

  static func lines(_ report: Wire.LedgerReport) -> [String] {
    let cells = report.checks.map { check in
      [Display.plain(check.name), Display.plain(check.detail), check.ok ? "ok" : "FAILS"]
    }
    let count = report.checks.count
    return ["\(Display.thousands(report.entries.text)) entries, root \(report.root)"]
      + TextTable(titles: ["", "", ""], cells: cells, right: [false, false, false])
      .text(header: false).split(separator: "\n").map(String.init)
      + [report.ok ? "All \(count) checks hold." : "Not all of \(count) checks hold."]
  }
}

/// Checks entries one after the other.
struct EntryReader {
  private(set) var count: Int64 = 0
  /// The first thing that is wrong.
  private(set) var fault: String?

  mutating func take(_ entry: Wire.LedgerEntry) {
    guard fault == nil else { return }
    guard entry.position.value == count else {
      fault = "position \(entry.position) follows \(count - 1)"
      return
    }
    let bytes = Array(entry.entry.utf8)
    guard let tree = try? StrictJSON.parse(bytes), tree.bytes == bytes else {
      fault = "entry \(count) is not canonical JSON"
      return
    }
    guard tree["n"]?.integer == count else {
      fault = "entry \(count) names another position"
      return
    }
    count += 1
  }
}
