import ArgumentParser
import BrokerAPI
import SiteRuntime

/// What the agent knows now.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is offered, what leases stand, what waits for a person.",
    discussion: "Example: sampan-agent status --config agent.yaml")

  @OptionGroup var settings: SettingsOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    let isRunning = Spool.isHeld(directory: agent.spool)
    guard let status = try ControlFile(directory: agent.spool).status() else {
      throw Failure(
        description: "the agent of \(agent.site) has not run yet; start it: sampan-agent run")
    }
    guard output.format == .table else { return try output.printJSON(status) }
    let age = max(0, Clock.wall() - status.wall.milliseconds) / 1_000
    print(
      "\(status.site)  mode \(status.mode)\(status.frozen ? ", frozen" : "")  "
        + (isRunning ? "running" : "NOT RUNNING, this was") + " \(age) s ago  \(status.time.text)")
    print("broker \(status.broker)\(status.unsent > 0 ? "; \(status.unsent) batches unsent" : "")")
    for line in StatusText.lines(status) { print(line) }
    if !isRunning { throw ExitCode(1) }
  }
}

/// The status in lines for a person.
enum StatusText {
  static func lines(_ status: SiteStatus) -> [String] {
    var lines: [String] = []
    if let until = status.sellUntil {
      lines += status.offered.map { pool in
        let ask = pool.ask.map { " at \($0.text)" } ?? ""
        return "offered  \(pool.pool)  \(pool.gpus) GPUs of \(pool.chip) now\(ask)"
      }
      lines.append("promised until \(until.text)")
    } else {
      lines.append("nothing is offered")
    }
    for lease in status.leases {
      let users = lease.users.map { "  for \($0.isEmpty ? "nobody" : $0.joined(separator: " "))" }
      lines.append(
        "lease    \(lease.lease)  \(lease.tenant)  \(lease.pool)  wanted \(lease.wanted), stands"
          + " \(lease.stands)\(users ?? "")  \(lease.start.text) to \(lease.end.text)")
      if let note = lease.note { lines.append("         \(note)") }
    }
    lines += status.waiting.map(line)
    return lines
  }

  static func line(_ item: SiteStatus.Waiting) -> String {
    let why =
      switch item.reason {
      case .observing: "observing only"
      case .proposing: "waits for approve"
      case .size: "above approveAbove, waits for approve"
      }
    let lapse = item.lapses.map { ", lapses \($0.text)" } ?? ""
    return "waiting  \(item.id)  \(item.change)  (\(why)\(lapse))"
  }
}
