import ArgumentParser
import Federation
import Foundation

/// A whole federation against everything that can go wrong.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run whole federations on a virtual clock, with faults drawn from seeds.",
    discussion: """
      Replicas with the real loop on a simulated log, sites with the real agent, tenants that trade; \
      messages get lost, processes die, clocks step, sites lie. An auditor keeps books of its own. A \
      seed that fails is made smaller, and the command that runs it again is printed. Ends with 1 when \
      something was wrong.

      The trace has one line an event: time of the machines in ms, who, what. Who is r0, r1, ... (a \
      replica), log, entry (what lies in the log from now on: position, command, result), a site, \
      sender, or all.

      Example: sampan-sim run --seed 1 --seeds 200
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Option(help: "The first seed.") var seed: UInt64 = 1
  @Option(help: "How many seeds, one after the other.") var seeds: UInt64 = 1
  @Option(help: "Rounds of the market while faults happen.") var rounds = 6
  @Option(help: "Replicas; from three on, the last is a follower without a vote.") var replicas = 3
  @Option(help: "Sites, at most five.") var sites = 2
  @Option(help: "A fault to leave out, by its name in the table; repeat for several.")
  var without: [String] = []
  @Flag(help: "Print every event of the run; for one seed.") var trace = false
  @Flag(
    help:
      "Print what was seen how often; with 200 seeds or more it is wrong never to see something.")
  var coverage = false
  @Option(name: .shortAndLong, help: "table or json.") var output: Format = .table

  func validate() throws {
    guard (1...10_000).contains(rounds) else {
      throw ValidationError("--rounds is from 1 to 10000")
    }
    guard (1...9).contains(replicas) else { throw ValidationError("--replicas is from 1 to 9") }
    guard (1...5).contains(sites) else { throw ValidationError("--sites is from 1 to 5") }
    guard (1...10_000_000).contains(seeds), seed <= UInt64.max - seeds else {
      throw ValidationError(
        "--seeds is from 1 to 10000000, and the last one is a number of 64 bits")
    }
    guard !trace || seeds == 1 else { throw ValidationError("--trace is for one seed") }
    for name in without where Fault(rawValue: name) == nil {
      throw ValidationError(
        "--without \(name): the faults are "
          + Fault.allCases.map(\.rawValue).joined(separator: ", "))
    }
  }

  private func plan(_ seed: UInt64) -> FederationPlan {
    FederationPlan(
      seed: seed, rounds: rounds, replicas: replicas, sites: sites,
      faults: Fault.allCases.filter { !without.contains($0.rawValue) })
  }

  func run() throws {
    if trace { return try runTraced() }
    var run = SeedRun()
    let start = ContinuousClock.now
    for number in seed..<seed + seeds {
      _ = try run.add(plan(number))
      if run.seeds % 20 == 0, isatty(STDERR_FILENO) == 1 {
        FileHandle.standardError.write(
          Data("\r\(run.seeds) of \(seeds) seeds, \(run.failures.count) failed".utf8))
      }
    }
    if isatty(STDERR_FILENO) == 1 { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    let report = RunReport(run, seconds: Self.seconds(since: start), coverage: coverage)
    print(try output == .json ? report.json() : report.table)
    // A few seeds need not meet everything.
    let isBlind = coverage && seeds >= 200 && !run.coverage.missing.isEmpty
    if isBlind || !run.failures.isEmpty { throw ExitCode.failure }
  }

  private func runTraced() throws {
    let verdict = try Federation(plan(seed), isTraced: true).run()
    for line in verdict.trace { print(line) }
    for fault in verdict.faults { print("\(verdict.milliseconds) WRONG \(fault)") }
    if !verdict.faults.isEmpty { throw ExitCode.failure }
  }

  static func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }
}
