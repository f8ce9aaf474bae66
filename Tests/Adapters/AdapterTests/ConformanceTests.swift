import AdapterKit
import Exec
import Foundation
import Loopback
import Testing

@Suite struct ConformanceTests {
  private func broken(_ results: [ConformanceResult]) -> [String] {
    results.filter { !$0.passed }.map { "\($0.name): \($0.detail)" }
  }

  @Test("the suite has at least 15 rules and an adapter that keeps them passes all")
  func modelPasses() async {
    let clock = HandClock()
    let results = await Conformance.run(ModelAdapter(clock), clock: clock.conformance)
    #expect(results.count >= 15)
    #expect(Set(results.map(\.name)).count == results.count)
    #expect(broken(results) == [])
  }

  @Test("an adapter that breaks one rule is found out", arguments: ModelAdapter.Fault.allCases)
  func plantedFault(_ fault: ModelAdapter.Fault) async {
    let clock = HandClock()
    let results = await Conformance.run(ModelAdapter(clock, fault: fault), clock: clock.conformance)
    #expect(results.contains { !$0.passed }, "\(fault) went unnoticed")
  }

  @Test("every rule is broken by some planted fault")
  func everyRuleCanFail() async {
    var names: Set<String> = []
    var failed: Set<String> = []
    for fault in ModelAdapter.Fault.allCases {
      let clock = HandClock()
      let results = await Conformance.run(
        ModelAdapter(clock, fault: fault), clock: clock.conformance)
      names.formUnion(results.map(\.name))
      failed.formUnion(results.filter { !$0.passed }.map(\.name))
    }
    // No pool at all, and nothing else, breaks the rule that stops the run.
    #expect(names.subtracting(failed) == [])
  }

  @Test("loopback conforms, with processes and without", arguments: ["each", "none"])
  func loopback(_ processes: String) async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let site = try LoopbackSite(
      .sample(in: folder.path, processes: processes == "each" ? .each : .none),
      now: { clock.now })
    let results = await Conformance.run(site, clock: clock.conformance)
    #expect(broken(results) == [])
    try await site.stopAll()
  }

  @Test("both example programs conform", arguments: ["site.sh", "site.py"])
  func examples(_ name: String) async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let program = Scratch.examples.appendingPathComponent(name)
    let site = ExecSite(
      ExecConfiguration(program: program.path, environment: ["SITE_STATE": folder.path]),
      now: { clock.now })
    let results = await Conformance.run(site, clock: clock.conformance)
    #expect(broken(results) == [])
    let lines = try String(contentsOf: program, encoding: .utf8).split(separator: "\n")
    #expect(lines.count <= 100)
  }
}

/// A folder that goes away with the test.
final class Scratch: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("sampan-test-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The examples of the exec adapter, found from this file.
  static var examples: URL {
    URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("../../../adapters/Exec/examples").standardizedFileURL
  }
}

extension LoopbackConfiguration {
  static func sample(
    in folder: String, processes: Processes = .each, slack: Int64 = 0
  ) -> LoopbackConfiguration {
    LoopbackConfiguration(
      directory: folder,
      pools: [Pool(pool: "h800", chip: "h800-80g", fabric: "ib-a", unit: 8, gpus: 32)],
      processes: processes, slack: slack)
  }
}
