import ArgumentParser
import Audit
import BrokerAPI
import Foundation

/// Checks a bundle.
struct AuditVerifyCommand: AuditErrand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a bundle from its first entry to its last: no broker and no network is asked.",
    discussion: """
      Tree: every entry is hashed, and every hash compared. Signatures: the log's key and the witnesses \
      of your policy (C2SP tlog-policy), which you have from them and not from where the bundle came from. \
      Commands: each is applied again, and what it caused is what the seals in the log say. Rounds: each \
      outcome passes the check that every replica makes. Books: every currency sums to zero after every \
      entry, and the state is the sealed one. With --checkpoint, what you have from elsewhere must be of \
      the same history. Exit code 6 when a check does not hold.

      Example:
        sampan audit verify ledger-2026-11 --policy trust.txt
        sampan audit verify ledger-2026-11 --policy trust.txt --checkpoint from-witness.txt -o json
      """)
  static let failing = "The bundle does not hold."

  @Argument(help: "The folder of the bundle.", completion: .directory)
  var folder: String
  @Option(
    name: .long, help: ArgumentHelp("Whom you trust.", valueName: "file"), completion: .file())
  var policy: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A checkpoint that you have from elsewhere; may be repeated.", valueName: "file"),
    completion: .file())
  var checkpoint: [String] = []
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard checkpoint.isEmpty || policy != nil else {
      throw ValidationError(
        "--checkpoint needs --policy: its signature is checked by the policy's keys")
    }
    guard checkpoint.count <= 100 else { throw ValidationError("at most 100 --checkpoint") }
  }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    var pace = Pace(terminal)
    let start = ContinuousClock.now
    let report: AuditReport
    do {
      let keys = try policy.map { try BundleAudit.Known(file: around.absolute($0)).note }
      let known = try checkpoint.map { try BundleAudit.Known(file: around.absolute($0)) }
      report = try BundleAudit.verify(
        folder: around.absolute(folder), policy: keys, known: known
      ) { pace.tell($0, of: $1) }
    } catch let fault as AuditFault {
      throw Self.usage(fault)
    }
    show(report, (ContinuousClock.now - start).components.seconds, terminal)
    guard report.holds else {
      let wrong = report.checks.filter { $0.verdict == .wrong }.map(\.name)
      throw Failure(
        why: "not all checks hold: \(wrong.joined(separator: ", "))", code: "audit_failed",
        next: "Keep the folder as it is and show it to the regulator; get the bundle again from "
          + "somebody else and compare.", exit: .proofFailed)
    }
  }

  private func show(_ report: AuditReport, _ seconds: Int64, _ terminal: Terminal) {
    switch format {
    case .table, .wide: for line in Self.lines(report, seconds) { terminal.say(line) }
    case .json: terminal.say(Self.tree(report, seconds).pretty)
    case .yaml: terminal.write(Self.tree(report, seconds).yaml)
    case .csv:
      let columns: [Column<AuditReport.Check>] = [
        Column("CHECK") { .text($0.name) }, Column("VERDICT") { .text($0.verdict.rawValue) },
        Column("POSITION") { $0.position.map { .figure("\($0)") } ?? .none },
        Column("DETAIL") { .text($0.detail) },
      ]
      terminal.write(Grid(columns: columns).rendered(report.checks, as: .csv))
    case .name: terminal.say(report.root)
    }
  }

  static func lines(_ report: AuditReport, _ seconds: Int64) -> [String] {
    let words = [AuditReport.Verdict.holds: "ok", .wrong: "WRONG", .notDone: "not done"]
    var lines = report.checks.map { check in
      let name = check.name.padding(toLength: 12, withPad: " ", startingAt: 0)
      let verdict = (words[check.verdict] ?? "").padding(toLength: 10, withPad: " ", startingAt: 0)
      return Display.plain(name + verdict + check.detail)
    }
    lines += report.notChecked.enumerated().map { index, open in
      (index == 0 ? "Not checked here: " : "                  ") + Display.plain(open) + "."
    }
    lines.append("Log         \(Display.plain(report.origin)), entry 0 is \(report.genesis)")
    lines.append("Root        \(report.root)")
    lines.append("State       \(report.state)")
    lines.append("Results     \(report.results)")
    let done = report.checks.filter { $0.verdict == .holds }.count
    let entries = Display.thousands("\(report.entries)")
    lines.append(
      report.holds
        ? "\(done == report.checks.count ? "All \(done)" : "\(done) of \(report.checks.count)") "
          + "checks hold over \(entries) entries (\(seconds) s). What each means: "
          + "sampan audit verify --help"
        : "Not all checks hold over \(entries) entries.")
    return lines
  }

  static func tree(_ report: AuditReport, _ seconds: Int64) -> JSONTree {
    .object([
      JSONTree.Member(
        "checks",
        .array(
          report.checks.map { check in
            .object(
              [
                JSONTree.Member("detail", .string(check.detail)),
                JSONTree.Member("name", .string(check.name)),
              ] + (check.position.map { [JSONTree.Member("position", .integer($0))] } ?? [])
                + [JSONTree.Member("verdict", .string(check.verdict.rawValue))])
          })),
      JSONTree.Member("cosigners", .array(report.cosigners.map { .string($0) })),
      JSONTree.Member("entries", .integer(report.entries)),
      JSONTree.Member("genesis", .string(report.genesis)),
      JSONTree.Member("holds", .boolean(report.holds)),
      JSONTree.Member("log", .string(report.origin)),
      JSONTree.Member("notChecked", .array(report.notChecked.map { .string($0) })),
      JSONTree.Member("results", .string(report.results)),
      JSONTree.Member("root", .string(report.root)),
      JSONTree.Member("seconds", .integer(seconds)),
      JSONTree.Member("state", .string(report.state)),
    ])
  }
}
