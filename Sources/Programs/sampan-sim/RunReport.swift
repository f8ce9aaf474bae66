import Federation
import Foundation

/// What came of some seeds, for people and for programs.
struct RunReport: Encodable {
  struct Failure: Encodable {
    var seed: UInt64
    var what: String
    var replay: String
    /// Runs that making it smaller took.
    var tries: Int
  }

  struct Row: Encodable {
    var kind: String
    var name: String
    var count: Int
    /// Why it may be 0.
    var excuse: String?
  }

  var seeds: Int
  var entries: Int64
  var rounds: Int64
  var seconds: Double
  var seedsPerMinute: Double
  var roundsPerSecond: Double
  /// Market seconds a second of this machine.
  var marketPerSecond: Double
  var failures: [Failure]
  var coverage: [Row]?
  /// What was never seen and should have been; where that was asked for.
  var missing: [String]?

  init(_ run: SeedRun, seconds: Double, coverage: Bool) {
    seeds = run.seeds
    entries = run.entries
    rounds = run.rounds
    self.seconds = seconds
    seedsPerMinute = Double(run.seeds) / max(seconds, 0.001) * 60
    roundsPerSecond = Double(run.rounds) / max(seconds, 0.001)
    marketPerSecond =
      Double(run.milliseconds * Federation.scale) / 1_000 / max(seconds, 0.001)
    failures = run.failures.map {
      Failure(
        seed: $0.found.seed, what: $0.fault, replay: $0.least.command + " --trace",
        tries: $0.tries)
    }
    if coverage {
      missing = run.coverage.missing
      self.coverage = run.coverage.rows.map {
        Row(
          kind: $0.kind, name: $0.name, count: $0.count, excuse: $0.count == 0 ? $0.excuse : nil)
      }
    }
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  var table: String {
    var lines: [String] = []
    for row in coverage ?? [] {
      let name = row.name.padding(toLength: 28, withPad: " ", startingAt: 0)
      lines.append(
        "\(row.kind.padding(toLength: 9, withPad: " ", startingAt: 0))\(name)\(row.count)"
          + (row.excuse.map { "  \($0)" } ?? ""))
    }
    if let missing, !missing.isEmpty {
      lines.append("never seen: \(missing.joined(separator: ", "))")
    }
    for failure in failures {
      lines.append("seed \(failure.seed): \(failure.what)")
      lines.append("  run it again: \(failure.replay)")
    }
    lines.append(
      "\(seeds) seeds, \(failures.count) failed; \(entries) entries, \(rounds) rounds. "
        + "\(Self.whole(seedsPerMinute)) seeds a minute, \(Self.whole(roundsPerSecond)) rounds and "
        + "\(Self.whole(marketPerSecond)) seconds of the market a second.")
    return lines.joined(separator: "\n")
  }

  private static func whole(_ number: Double) -> String { "\(Int(number.rounded()))" }
}
