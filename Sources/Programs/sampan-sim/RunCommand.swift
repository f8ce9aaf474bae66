import ArgumentParser
import Federation
import Foundation
import LedgerStore

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
      "Print what was seen how often; with 1000 seeds or more it is wrong never to see something.")
  var coverage = false
  @Option(
    help: "Write the ledger of the run as a SQLite file, which is not there yet; for one seed.")
  var ledger: String?
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
    guard !trace || output == .table else {
      throw ValidationError("--trace prints lines; leave --output out")
    }
    if let ledger {
      guard seeds == 1 else { throw ValidationError("--ledger is for one seed") }
      guard !FileManager.default.fileExists(atPath: ledger) else {
        throw ValidationError("--ledger \(ledger): is there already; name a new file")
      }
      let folder = URL(fileURLWithPath: ledger).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw ValidationError("--ledger \(ledger): cannot write in \(folder); make that folder")
      }
    }
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
    if trace || ledger != nil { return try runOne() }
    var run = SeedRun()
    let start = ContinuousClock.now
    var progress = Progress()
    for number in seed..<seed + seeds {
      _ = try run.add(plan(number))
      progress.say("\(run.seeds) of \(seeds) seeds, \(run.failures.count) failed")
    }
    progress.end()
    let report = RunReport(run, seconds: Self.seconds(since: start), coverage: coverage)
    print(try output == .json ? report.json() : report.table)
    // A few seeds need not meet everything.
    if coverage && run.isBlind() || !run.failures.isEmpty { throw ExitCode.failure }
  }

  /// One seed, with what happened in it.
  private func runOne() throws {
    let federation = try Federation(plan(seed), isTraced: trace)
    var run = SeedRun()
    let start = ContinuousClock.now
    let verdict = federation.run()
    if trace {
      print(Self.legend)
      for line in verdict.trace { print(line) }
      for fault in verdict.faults { print("\(verdict.milliseconds) WRONG \(fault)") }
    }
    if let ledger { try Self.write(federation.ledger, to: ledger) }
    if !trace {
      try run.take(verdict)
      let report = RunReport(run, seconds: Self.seconds(since: start), coverage: coverage)
      print(try output == .json ? report.json() : report.table)
    }
    if !verdict.faults.isEmpty { throw ExitCode.failure }
  }

  static let legend = """
    # MS WHO WHAT: milliseconds of the machines, of which one is 100 of the market; r0, r1, ... is a
    # replica, log the command log, entry what lies in it from now on (position, command, result),
    # sender whoever sends, all everybody; other names are sites. WRONG is what the auditor found.
    """

  /// A ledger file as a replica has it, with all its tables.
  private static func write(_ entries: [AppliedEntry], to path: String) throws {
    let store = try LedgerStore(path: path)
    var tree = try store.progress().tree
    for first in stride(from: 0, to: entries.count, by: 256) {
      let batch = Array(entries[first..<min(first + 256, entries.count)])
      try store.append(batch, tree: &tree, snapshot: nil)
    }
    try store.close()
  }

  static func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }
}
