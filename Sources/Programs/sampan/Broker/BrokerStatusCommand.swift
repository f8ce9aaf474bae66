import ArgumentParser
import BrokerAPI

/// How all replicas are.
struct BrokerStatusCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How the replicas are, and what to do now.",
    discussion: """
      For who runs the broker, on a replica's host; works without signing in. Exit code 0: all is \
      well, 1: it trades and something is to be done, 2: it does not trade, 4: no broker answers here.

      Example:
        sampan broker status
        sampan broker status --socket data/admin.sock -o json
      """)
  static let failing = "The state of the broker is not known."

  @OptionGroup var connection: SocketOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    let status = try await AdminConnection(socket: connection.path(around)).status()
    switch format {
    case .table, .wide: for line in StatusPage.lines(status) { terminal.say(line) }
    case .json: terminal.say(try status.tree().pretty)
    case .yaml: terminal.write(try status.tree().yaml)
    case .csv, .name: terminal.write(try StatusPage.sheet.rendered(status.replicas, as: format))
    }
    switch status.health {
    case .healthy: break
    case .degraded: throw Ended(exit: .refused)
    case .down: throw Ended(exit: .usage)
    }
  }
}
