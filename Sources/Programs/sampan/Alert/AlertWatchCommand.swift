import ArgumentParser
import BrokerAPI
import Surveillance

/// Surveillance that goes on.
struct AlertWatchCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Watch a ledger file as it grows, and keep every alert.",
    discussion: """
      Runs beside a follower until it is interrupted, as a process of its own that only reads: no broker waits \
      for it. The file may be a follower's ledger, or a published copy that is replaced by newer ones. Alerts \
      are kept in a file of chained JSON lines; after a start the whole log is watched again, and must \
      give the alerts that are kept. -o json prints each as a line.

      Example:
        sampan alert watch --file data/ledger.sqlite --keep alerts.ndjson
      """)
  static let failing = "The watch has ended."

  @OptionGroup var asked: AlertOptions
  @Option(
    name: .long, help: ArgumentHelp("Where alerts are kept, chained lines.", valueName: "file"))
  var keep: String
  @Option(name: .long, help: ArgumentHelp("Between two looks, 1 to 3600.", valueName: "seconds"))
  var every = 10
  @Flag(name: .long, help: "Look once and end.")
  var once = false
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func validate() throws {
    guard (1...3_600).contains(every) else { throw ValidationError("--every is from 1 to 3600") }
  }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    var keeper: WatchKeeper
    do {
      keeper = try WatchKeeper(
        path: around.absolute(asked.file), kept: around.absolute(keep), asked.terms())
    } catch let fault as ChainFault {
      throw Self.failure(fault.description)
    }
    terminal.tell("\(keeper.alerts) alerts are kept; the log is watched from its beginning")
    while true {
      try look(&keeper, terminal)
      if once { return }
      try await Task.sleep(for: .seconds(every))
    }
  }

  private func look(_ keeper: inout WatchKeeper, _ terminal: Terminal) throws {
    var said = ContinuousClock.now
    do {
      let new = try keeper.look { done, all in
        try Task.checkCancellation()
        guard ContinuousClock.now - said > .seconds(2) else { return }
        said = .now
        terminal.tell("\(done) of \(all) entries, \(done * 100 / max(1, all)) %")
      }
      for alert in new { show(alert, terminal) }
    } catch let fault as ChainFault {
      throw Self.failure(fault.description)
    } catch let fault as WatchFault {
      throw Self.failure(fault.description)
    }
  }

  private static func failure(_ why: String) -> Failure {
    Failure(
      why: why, code: "not_watched", next: "See to it, then start the watch again.",
      exit: .proofFailed)
  }

  private func show(_ alert: Alert, _ terminal: Terminal) {
    switch format {
    case .json, .yaml: terminal.say(alert.tree.line)
    case .name: terminal.say(alert.id)
    case .table, .wide, .csv:
      let separator = format == .csv ? "," : "  "
      terminal.say(
        [
          alert.id, WireTime(clamping: alert.time).text, alert.pattern.rawValue,
          alert.level.rawValue, alert.parties.joined(separator: " "), alert.place,
        ].joined(separator: separator))
    }
  }
}
