import ArgumentParser
import Foundation
import Market
import Placement
import Simulation

/// How far `take` can be relied on, from the rounds of a ledger.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Clear past rounds again with limits raised by what explanations told.",
    discussion: """
      An explanation tells a refused bid by how much a higher limit would have brought it in. This \
      draws refused bids of past rounds, clears their rounds afresh with the limit raised by that \
      figure and by half of it, and counts how many are filled. The file is copied, not changed. \
      Meant for once a month, on a published copy.

      Example: sampan-sim calibrate --ledger ledger.sqlite --rounds 96 --draw 22
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Option(help: "The ledger file or a published copy.") var ledger: String?
  @Option(
    help: "Instances of the clearing benchmark instead of a ledger; repeat for several.")
  var instance: [String] = []
  @Option(help: "How many of the last rounds are looked at.") var rounds = 96
  @Option(help: "How many refused bids are cleared afresh.") var draw = 22
  @Option(help: "Seed of drawing them.") var seed: UInt64 = 1
  @Option(help: "Iterations of the engine, for instances.") var iterations: Int64 = 2_000
  @Option(name: .shortAndLong, help: "table or json.") var output: Format = .table

  func validate() throws {
    guard (ledger == nil) != instance.isEmpty else {
      throw ValidationError("name either --ledger FILE or --instance FILE")
    }
    guard (1...100_000).contains(rounds) else {
      throw ValidationError("--rounds is from 1 to 100000")
    }
    guard (1...100_000).contains(draw) else { throw ValidationError("--draw is from 1 to 100000") }
    guard (1...1_000_000_000).contains(iterations) else {
      throw ValidationError("--iterations is from 1 to 1000000000")
    }
  }

  func run() throws {
    var calibration = Calibration(draw: draw, seed: seed)
    if let ledger {
      try LedgerRounds(path: ledger).each(last: rounds) { round in
        calibration.add(round.frozen.instance, round.clearing, iterations: round.frozen.iterations)
      }
      if calibration.rounds == 0 {
        throw Failure(
          description:
            "\(ledger) has no round that ended with an outcome; let some rounds end first")
      }
    }
    for file in instance {
      let instance = try BenchFile(file).instance
      let clearing = Engine.clear(instance, iterations: iterations)
      calibration.add(instance, clearing, iterations: iterations)
    }
    calibration.run()
    print(try output == .json ? Self.json(calibration) : Self.table(calibration))
  }

  // MARK: Output

  static func table(_ calibration: Calibration) -> String {
    var lines = ["ROUND      BID        TAKE mHKD/GPU-H  AT TAKE  AT HALF"]
    for sample in calibration.samples {
      lines.append(
        padded("\(sample.round)", 11) + padded("bid-\(sample.bid)", 11)
          + padded("\(sample.raise)", 17) + padded(sample.filled ? "filled" : "-", 9)
          + (sample.filledAtHalf ? "filled" : "-"))
    }
    lines.append("")
    lines.append(
      "\(calibration.rounds) rounds, \(calibration.refused) refused bids with a place for sale, "
        + "\(calibration.samples.count) drawn.")
    lines.append(
      "Cleared afresh with the limit raised by take: \(calibration.filled) of "
        + "\(calibration.samples.count) filled; by half of it: \(calibration.filledAtHalf).")
    if calibration.notSettled > 0 {
      lines.append(
        "\(calibration.notSettled) refused bids could have been let in by exchange without any "
          + "raise: the engine's last pass was not complete there.")
    }
    return lines.joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private struct Report: Encodable {
    struct Sample: Encodable {
      var round: Int64
      var bid: String
      var takeMilliHKD: Int64
      var filled: Bool
      var filledAtHalf: Bool
    }
    var rounds: Int
    var refused: Int
    var notSettled: Int
    var drawn: Int
    var filled: Int
    var filledAtHalf: Int
    var samples: [Sample]
  }

  static func json(_ calibration: Calibration) throws -> String {
    let report = Report(
      rounds: calibration.rounds, refused: calibration.refused,
      notSettled: calibration.notSettled, drawn: calibration.samples.count,
      filled: calibration.filled, filledAtHalf: calibration.filledAtHalf,
      samples: calibration.samples.map {
        Report.Sample(
          round: $0.round, bid: "bid-\($0.bid)", takeMilliHKD: $0.raise, filled: $0.filled,
          filledAtHalf: $0.filledAtHalf)
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(report), as: UTF8.self)
  }
}
