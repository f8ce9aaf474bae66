import Foundation
import LedgerStore
import Replica
import Seeded
import Testing

/// The same log gives the same state and the same results in every process: whatever the seed of its hash
/// tables, its build, its time zone and its language.
struct ReplayTests {
  private static let zones = ["UTC", "Asia/Hong_Kong", "Pacific/Chatham"]
  private static let languages = ["C", "tr_TR.UTF-8", "zh_HK.UTF-8"]

  /// How often every build replays in every zone and language; 0: this build, once in each of them.
  private static let rounds = cases(0)

  /// The builds of the broker that take part: at full counts also the neighbour of this one, which
  /// `make figures` has made.
  private static var builds: [(name: String, program: String)] {
    let own = URL(fileURLWithPath: CommandLine.arguments[0]).standardizedFileURL
      .deletingLastPathComponent()
    return ["debug", "release"].map {
      ($0, own.deletingLastPathComponent().appendingPathComponent("\($0)/sampand").path)
    }.filter {
      $0.0 == own.lastPathComponent
        || rounds > 0 && FileManager.default.isExecutableFile(atPath: $0.1)
    }
  }

  private static var places: [(zone: String, language: String)] {
    guard rounds > 0 else { return Array(zip(zones, languages)) }
    return zones.flatMap { zone in languages.map { (zone, $0) } }
  }

  private struct Hashes: Hashable {
    var state: String
    var results: String
    var root: String
  }

  /// What a fresh process makes of a ledger file.
  private func replay(_ path: String, _ program: String, zone: String, language: String) throws
    -> Hashes
  {
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_DETERMINISTIC_HASHING"] = nil
    environment["TZ"] = zone
    for name in ["LC_ALL", "LANG", "LANGUAGE"] { environment[name] = language }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["check", "--ledger", path]
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    func last(_ name: String) throws -> String {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name) }, "\(text)")
      return String(try #require(line.split(separator: " ").last))
    }
    return Hashes(state: try last("State "), results: try last("Results "), root: try last("Tree "))
  }

  @Test(
    "One log in many fresh processes, builds, time zones and languages gives one state and one chain"
  )
  func processes() throws {
    let file = try LedgerFile.written()
    let report = try LedgerVerifier.verify(path: file.path)
    let here = Hashes(state: report.state, results: report.results, root: report.root)
    #expect(here.state == (try file.open { $0.digest }))
    let builds = Self.builds
    var seen: Set<Hashes> = [here]
    var count = 0
    for _ in 0..<max(1, Self.rounds) {
      for (_, program) in builds {
        for (zone, language) in Self.places {
          seen.insert(try replay(file.path, program, zone: zone, language: language))
          count += 1
        }
      }
    }
    #expect(seen == [here])
    let names = builds.map(\.name).joined(separator: " and ")
    figure(
      "T15", "processes (\(names), 3 zones, 3 languages) with one state and one chain of results",
      count)
  }

  @Test("The chain of results differs when one result does, and when one entry does")
  func chain() throws {
    let file = try LedgerFile.written()
    let whole = try LedgerVerifier.verify(path: file.path)
    let store = try LedgerFile()
    try store.open { core in try core.send(Script.whole.entries.dropFirst(2).dropLast(3)) }
    let shorter = try LedgerVerifier.verify(path: store.path)
    #expect(whole.results.count == 64 && whole.results != shorter.results)
    #expect(whole.results != whole.state)
  }
}
