import ArgumentParser
import BrokerAPI
import Surveillance

/// Everything that somebody should look at.
struct AlertListCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "What somebody should look at, by ten patterns of misuse.",
    discussion: """
      Works without a broker, from a ledger file or a published copy of one: every entry is applied \
      again. The same log under the same terms gives the same alerts; terms are as the log says at each \
      entry (sampan oversight), but for what --set says. An alert says that something \
      looks like a pattern, and nothing of guilt; the same of the same parties is said once a day.

      Example:
        sampan alert list --file published/ledger.sqlite
        sampan alert list --file published/ledger.sqlite --pattern wash-trade --set wash-hours=48
      """, aliases: ["ls"])
  static let failing = "The ledger was not watched."

  @Option(name: .long, help: "Only of these patterns; may be repeated.")
  var pattern: [Pattern] = []
  @OptionGroup var asked: AlertOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let terminal = Terminal.current(environment: Surroundings.current.environment)
    let report = try asked.report(terminal)
    let alerts = report.alerts.filter { pattern.isEmpty || pattern.contains($0.pattern) }
    switch format {
    case .table, .wide, .csv:
      if !alerts.isEmpty || format == .csv {
        terminal.write(Grid(columns: Self.columns).rendered(alerts, as: format))
      }
    case .json: terminal.say(Self.tree(alerts, report).pretty)
    case .yaml: terminal.write(Self.tree(alerts, report).yaml)
    case .name: for alert in alerts { terminal.say(alert.id) }
    }
    terminal.tell(
      "\(alerts.count) alerts in \(report.entries) entries with \(report.leases) leases")
    if let first = alerts.first {
      terminal.tell("Next: sampan alert show \(first.id) --file \(asked.file)")
    }
  }

  private static let columns: [Column<Alert>] = [
    Column("ALERT") { .text($0.id) },
    Column("TIME (+08:00)") { .time(WireTime(clamping: $0.time)) },
    Column("PATTERN") { .text($0.pattern.rawValue) },
    Column("LEVEL") { .text($0.level.rawValue) },
    Column("PARTIES") { .text($0.parties.joined(separator: " ")) },
    Column("PLACE") { $0.place.isEmpty ? .none : .text($0.place) },
    Column("FIGURES", wide: true) { alert in
      .text(alert.figures.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    },
    Column("TERMS OF", wide: true) { $0.terms == 0 ? .none : .number($0.terms) },
    Column("EVIDENCE", wide: true) { .text($0.evidence.map(String.init).joined(separator: " ")) },
  ]

  private static func tree(_ alerts: [Alert], _ report: WatchReport) -> JSONTree {
    .object([
      JSONTree.Member("entries", .integer(report.entries)),
      JSONTree.Member("items", .array(alerts.map(\.tree))),
      JSONTree.Member("leases", .integer(report.leases)),
    ])
  }
}
