import AdapterKit
import ArgumentParser
import Foundation
import SiteRuntime

/// Reads the cluster and says what stands in the way; changes nothing.
struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read the cluster, say what stands in the way and what would be offered now.",
    discussion: "Changes nothing. Example: sampan-agent check --config agent.yaml")

  @OptionGroup var settings: SettingsOption

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    let clock = SharedClock(wall: Clock.wall)
    let report = await CheckReport.make(
      try agent.makeAdapter(clock), terms: agent.terms, at: clock.now)
    print(report.text + (agent.mode == .observe ? "  (mode: observe, nothing sent)" : ""))
    guard report.isUsable else { throw ExitCode(1) }
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

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    let clock = SharedClock(wall: Clock.wall)
    let results = await Conformance.run(
      try agent.makeAdapter(clock),
      clock: ConformanceClock(
        now: { clock.now },
        pass: { length in try? await Task.sleep(for: .milliseconds(length)) }),
      pool: pool, users: user.sorted())
    for result in results {
      print("\(result.passed ? "ok    " : "BROKEN")  \(result.name)")
      if !result.passed { print("        \(result.detail)") }
    }
    let broken = results.filter { !$0.passed }.count
    print("\(results.count - broken) of \(results.count) rules hold")
    guard broken == 0 else { throw ExitCode(1) }
  }
}
