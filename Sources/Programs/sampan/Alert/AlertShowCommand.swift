import ArgumentParser
import BrokerAPI
import Foundation
import Surveillance

/// One alert, found again, with the entries that show it.
struct AlertShowCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One alert, found again from the log, with the entries that show it.",
    discussion: """
      Applies the log again up to the alert and no further: what came later had no part in it. Give \
      the same --set as where it was listed. Exit code 6 when it is not found again.

      Example:
        sampan alert show alert-4711-0 --file published/ledger.sqlite
      """)
  static let failing = "The alert cannot be shown."

  @Argument(help: "Its name: alert-POSITION-NUMBER.") var alert: String
  @OptionGroup var asked: AlertOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let terminal = Terminal.current(environment: Surroundings.current.environment)
    let parts = alert.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "alert", let position = Int64(parts[1]), position >= 0,
      position < .max, Int64(parts[2]) != nil
    else {
      throw Failure.usage(
        "\"\(Display.plain(alert))\" is no alert",
        next: "See: sampan alert list --file \(asked.file)")
    }
    let report = try asked.report(through: position, terminal)
    guard let found = report.alerts.first(where: { $0.id == alert }) else {
      throw Failure(
        why: "the log up to position \(position) gives no \(Display.plain(alert))",
        code: "no_such_alert",
        next: "See: sampan alert list --file \(asked.file), with the same --set.",
        exit: .proofFailed)
    }
    let path = Surroundings.current.absolute(asked.file)
    let entries = try LedgerWatch.evidence(path: path, found).map(\.entry)
    let tree = JSONTree.object([
      JSONTree.Member("alert", found.tree),
      JSONTree.Member("entries", .array(entries.map { .string($0) })),
    ])
    switch format {
    case .json: terminal.say(tree.pretty)
    case .yaml: terminal.write(tree.yaml)
    case .name: terminal.say(found.id)
    case .csv:
      terminal.write("POSITION,ENTRY\r\n")
      for (position, entry) in zip(found.evidence, entries) {
        terminal.write("\(position),\"\(entry.replacing("\"", with: "\"\""))\"\r\n")
      }
    case .table, .wide: show(found, entries, terminal)
    }
  }

  private func show(_ alert: Alert, _ entries: [String], _ terminal: Terminal) {
    var lines = [
      ("pattern", alert.pattern.rawValue), ("level", alert.level.rawValue),
      ("parties", alert.parties.joined(separator: ", ")), ("place", alert.place),
      ("time", Display.time(WireTime(clamping: alert.time))),
    ]
    for figure in alert.figures {
      lines.append((figure.name, "\(figure.value), held against \(figure.limit)"))
    }
    for (name, value) in lines where !value.isEmpty {
      terminal.say(
        "\(name.padding(toLength: 20, withPad: " ", startingAt: 0))  \(Display.plain(value))")
    }
    terminal.say("")
    for (position, entry) in zip(alert.evidence, entries) {
      terminal.say("\(position)  \(Display.plain(entry))")
    }
  }
}
