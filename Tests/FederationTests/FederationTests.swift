import BrokerFixture
import Federation
import Foundation
import Seeded
import Testing

@Suite("Whole federations against everything that can go wrong")
struct FederationTests {
  @Test("a seed runs the same every time, to the byte of its trace")
  func same() throws {
    let plan = FederationPlan(seed: 7, rounds: 2)
    let first = try Federation(plan, isTraced: true).run()
    let second = try Federation(plan, isTraced: true).run()
    #expect(first.trace == second.trace)
    #expect(first.mark == second.mark)
    #expect(first.trace.count > 100)
    let other = try Federation(FederationPlan(seed: 8, rounds: 2)).run()
    #expect(other.mark != first.mark)
  }

  @Test("two processes print the same trace of one seed")
  func processes() throws {
    let traces = try (0..<2).map { _ in
      try Self.output(of: "sampan-sim", ["run", "--seed", "11", "--rounds", "2", "--trace"])
    }
    #expect(traces[0] == traces[1])
    #expect(traces[0].count > 10_000)
    #expect(traces[0].starts(with: Data("# MS WHO WHAT".utf8)))
  }

  @Test("the ledger of a run is a file that the broker's check finds whole")
  func ledger() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("federation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("LEDGER.sqlite").path
    _ = try Self.output(
      of: "sampan-sim", ["run", "--seed", "5", "--rounds", "3", "--ledger", path])
    let found = try Self.output(of: "sampand", ["check", "--ledger", path])
    let applied = try Federation(FederationPlan(seed: 5, rounds: 3))
    _ = applied.run()
    #expect(applied.ledger.count > 100)
    #expect(
      String(decoding: found, as: UTF8.self)
        .contains("All 8 checks hold over \(applied.ledger.count) entries."))
  }

  private static func output(of program: String, _ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = BrokerProcess.programs.appendingPathComponent(program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return data
  }

  @Test("seeds that once found something find nothing any more")
  func regressions() throws {
    let file = try #require(Bundle.module.url(forResource: "seeds", withExtension: nil))
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    where !line.hasPrefix("#") {
      let words = line.split(separator: " ").prefix(4).compactMap { Int($0) }
      try #require(words.count == 4, "\(line)")
      let plan = FederationPlan(
        seed: UInt64(words[0]), rounds: words[1], replicas: words[2], sites: words[3])
      #expect(try Federation(plan).run().faults == [], "\(plan.command)")
    }
  }

  /// A range of seeds that nobody ran before, so that each run of the tests looks elsewhere.
  @Test("no seed finds anything wrong")
  func seeds() throws {
    let count = cases(200)
    let first = UInt64(Date().timeIntervalSince1970) * 1_000
    var run = SeedRun()
    for seed in first..<first + UInt64(count)
    where try !run.add(FederationPlan(seed: seed, rounds: 2)) {
      let failure = try #require(run.failures.last)
      Issue.record("\(failure.fault)\nrun it again: \(failure.least.command) --trace")
      return
    }
    // A few hundred seeds may miss what is rare.
    if run.isBlind() {
      Issue.record("never seen: \(run.coverage.missing.joined(separator: ", "))")
    }
    figure("T33", "seeds of a federation with all faults", run.seeds)
    figure("T33", "rounds of the market in them", Int(run.rounds))
  }

  @Test("what is planted is found", arguments: PlantedBug.allCases)
  func planted(_ bug: PlantedBug) throws {
    for seed in 1...UInt64(200)
    where try !Federation(FederationPlan(seed: seed, rounds: 2), bug: bug).run().faults.isEmpty {
      return
    }
    Issue.record("\(bug.rawValue) is not found in 200 seeds")
  }

  @Test("a seed that fails is made smaller, and the smaller one fails too")
  func shrinks() throws {
    var run = SeedRun(bug: .hashOrder)
    var seed: UInt64 = 1
    while try run.add(FederationPlan(seed: seed, rounds: 2)) { seed += 1 }
    let failure = try #require(run.failures.first)
    #expect(failure.least.faults.count < Fault.allCases.count)
    #expect(failure.least.sites <= failure.found.sites)
    #expect(failure.least.replicas <= failure.found.replicas)
    #expect(try !Federation(failure.least, bug: .hashOrder).run().faults.isEmpty)
    #expect(try Federation(failure.least).run().faults == [])
  }
}
