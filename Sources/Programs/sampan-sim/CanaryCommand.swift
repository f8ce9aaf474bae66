import ArgumentParser
import Federation
import Foundation

/// Whether the simulator finds what is put in on purpose.
struct CanaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "canary",
    abstract: "Plant a defect of each kind and count the seeds until the simulator finds it.",
    discussion: """
      A simulator that finds nothing may be one that sees nothing. Ends with 1 when a defect is not \
      found within the seeds.

      Example: sampan-sim canary --seeds 200
      """)

  @Option(help: "The first seed.") var seed: UInt64 = 1
  @Option(help: "How many seeds a defect may take.") var seeds: UInt64 = 200
  @Option(help: "Rounds of the market while faults happen.") var rounds = 3
  @Option(name: .shortAndLong, help: "table or json.") var output: RunCommand.Format = .table

  struct Row: Encodable {
    var bug: String
    /// Nil: not found.
    var seeds: UInt64?
    var fault: String?
  }

  func validate() throws {
    guard (1...10_000).contains(rounds) else {
      throw ValidationError("--rounds is from 1 to 10000")
    }
    guard (1...1_000_000).contains(seeds), seed <= UInt64.max - seeds else {
      throw ValidationError("--seeds is from 1 to 1000000, and the last one is a number of 64 bits")
    }
  }

  func run() throws {
    var rows: [Row] = []
    var progress = Progress()
    for bug in PlantedBug.allCases {
      var row = Row(bug: bug.rawValue, seeds: nil, fault: nil)
      for number in seed..<seed + seeds where row.seeds == nil {
        progress.say("\(bug.rawValue), seed \(number)")
        let plan = FederationPlan(seed: number, rounds: rounds)
        guard let fault = try Federation(plan, bug: bug).run().faults.first else { continue }
        row.seeds = number - seed + 1
        row.fault = fault
      }
      rows.append(row)
    }
    progress.end()
    print(output == .json ? try Self.json(rows) : Self.table(rows))
    if rows.contains(where: { $0.seeds == nil }) { throw ExitCode.failure }
  }

  private static func json(_ rows: [Row]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(rows), as: UTF8.self)
  }

  private static func table(_ rows: [Row]) -> String {
    (["BUG               SEEDS  WHAT WAS SEEN"]
      + rows.map { row in
        let seeds = row.seeds.map { "\($0)" } ?? "-"
        return row.bug.padding(toLength: 18, withPad: " ", startingAt: 0)
          + seeds.padding(toLength: 7, withPad: " ", startingAt: 0)
          + (row.fault ?? "not found")
      }).joined(separator: "\n")
  }
}
