import ArgumentParser
import BrokerAPI
import BrokerClient
import Foundation

/// Sends again what was sent without an answer.
struct RetryCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Send commands whose outcome is unknown again; nothing is done twice.",
    discussion: """
      A command is written down under its own id before it is sent, and forgotten when its outcome \
      is known. Sent again under the same id it cannot be done twice: the broker answers what came \
      of it. It goes to the broker and with the token file of the first time.

      Examples:
        sampan retry --list
        sampan retry
      """)
  static let failing = "Not every outcome is known."

  @Argument(help: "Only the command of this id.")
  var key: String?
  @Flag(name: .long, help: "Only list what waits.")
  var list = false
  @Option(
    name: .long,
    help: ArgumentHelp("Forget this one; whether it was taken stays unknown.", valueName: "id"))
  var forget: String?
  @OptionGroup(title: "Output") var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    let folder = PendingFolder(path: around.pendingFolder)
    if let forget {
      _ = try? folder.read(forget)
      guard CommandID(forget) != nil else {
        _ = try folder.read(forget)
        return
      }
      folder.remove(forget)
      terminal.tell("\(forget) forgotten.")
      return
    }
    let waiting = try key.map { [try folder.read($0)] } ?? folder.all()
    guard !waiting.isEmpty else {
      terminal.tell("Nothing waits: every outcome is known.")
      return
    }
    if list {
      for line in waiting {
        terminal.say("\(line.key)  \(Self.age(line))  \(Display.plain(line.words))")
      }
      return
    }
    var last: Failure?
    for pending in waiting {
      terminal.tell("\(Display.plain(pending.words)) (\(pending.key))")
      do {
        try await Self.again(pending, folder, terminal, format, around)
      } catch {
        guard let failure = Failure(error, what: "\(pending.key) failed.") else { throw error }
        if let last { for line in last.lines { terminal.tell(line) } }
        last = failure
      }
    }
    if let last { throw last }
  }

  private static func again(
    _ pending: PendingCommand, _ folder: PendingFolder, _ terminal: Terminal,
    _ format: OutputFormat, _ around: Surroundings
  ) async throws {
    let endpoint = Endpoint(broker: pending.broker, tokenFile: pending.tokenFile, context: nil)
    try Endpoint.check(endpoint.broker)
    let session = Session(
      client: try Session.client(endpoint, signedIn: true), endpoint: endpoint, terminal: terminal,
      format: format, around: around)
    let outcome = try await session.finish(pending, folder, isFirst: false)
    try session.show(outcome, secretFile: pending.secretFile)
  }

  private static func age(_ pending: PendingCommand) -> String {
    let minutes = max(0, Int64(Date().timeIntervalSince1970) - pending.madeAt) / 60
    return minutes < 60 ? "\(minutes) min ago" : "\(minutes / 60) h ago"
  }
}
