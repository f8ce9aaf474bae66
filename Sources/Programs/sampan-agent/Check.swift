import AdapterKit
import ArgumentParser
import Foundation
import SiteRuntime
import Slurm

/// Reads the cluster and says what stands in the way; changes nothing unless it is told to try a job.
struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read the cluster, say what stands in the way and what would be offered now.",
    discussion: """
      Changes nothing. With --submit-test it makes one small lease, runs one job of yours inside it
      and takes both away; it asks first.
      Examples:
        sampan-agent check --config agent.yaml
        sampan-agent check --submit-test --pool h800-a
      """)

  @OptionGroup var settings: SettingsOption

  @Flag(help: "Try one job inside a lease of the smallest size, and take all of it away.")
  var submitTest = false

  @Option(help: "The pool to try; the first of the settings when left out.")
  var pool: String?

  @Option(help: "Whose job it is: yourself when left out; only root can name another.")
  var user: String?

  @Flag(help: "Do not ask.")
  var yes = false

  @Flag(help: "Try the job although mode: observe says that nothing is written.")
  var writeAnyway = false

  @OptionGroup var output: OutputOption

  func validate() throws {
    guard !submitTest else { return }
    if pool != nil || user != nil || yes || writeAnyway {
      throw ValidationError("--pool, --user, --yes and --write-anyway are of --submit-test")
    }
  }

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    let clock = SharedClock(wall: Clock.wall)
    let trial = submitTest ? try SubmitTrial(self, agent, clock) : nil
    let report = await CheckReport.make(
      try agent.makeAdapter(clock), terms: agent.terms, at: clock.now)
    if output.format == .table {
      print(report.text + (agent.mode == .observe ? "  (mode: observe, nothing sent)" : ""))
    }
    let tried = report.isUsable ? await trial?.run() ?? [] : []
    switch output.format {
    case .table: if !tried.isEmpty { print(CheckReport.lines(tried).joined(separator: "\n")) }
    case .json:
      try output.printJSON(
        Sheet(
          currency: report.currency, findings: report.findings + tried,
          isUsable: report.isUsable, mode: agent.mode.rawValue, offered: report.offered,
          site: agent.site))
    }
    guard report.isUsable, !tried.contains(where: { $0.level == .fail }) else { throw ExitCode(1) }
  }

  private struct Sheet: Encodable {
    var currency: String
    var findings: [Finding]
    var isUsable: Bool
    var mode: String
    var offered: [CheckReport.Offered]
    var site: String
  }
}

/// Tries the adapter against the rules of the seam, on the real system.
struct Conform: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Try the adapter against every rule of the seam, on the real system.",
    discussion: """
      Makes three small leases whose names begin with conform- and takes them away again.
      Example: sampan-agent conform --config agent.yaml --pool h800-a
      """)

  @OptionGroup var settings: SettingsOption

  @Option(help: "The pool to try; the first with room when left out.")
  var pool: String?

  @Option(help: "A user of the centre's machines for whom leases are made; may be repeated.")
  var user: [String] = []

  @OptionGroup var output: OutputOption

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    let clock = SharedClock(wall: Clock.wall)
    let results = await Conformance.run(
      try agent.makeAdapter(clock),
      clock: ConformanceClock(
        now: { clock.now },
        pass: { length in try? await Task.sleep(for: .milliseconds(length)) }),
      pool: pool, users: user.sorted())
    let broken = results.filter { !$0.passed }.count
    switch output.format {
    case .table:
      for result in results {
        print("\(result.passed ? "ok    " : "BROKEN")  \(result.name)")
        if !result.passed { print("        \(result.detail)") }
      }
      print("\(results.count - broken) of \(results.count) rules hold")
    case .json: try output.printJSON(results)
    }
    guard broken == 0 else { throw ExitCode(1) }
  }
}
