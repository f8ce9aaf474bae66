import ArgumentParser
import Federation
import Foundation

/// How a market of planet scale would grow, from as much of it as there is time for.
struct ScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Apply a very large market for some rounds: where time, memory and log bytes go.",
    discussion: """
      One thread applies every entry by way of its bytes and clears every round, as a replica does. What \
      was measured and what is extrapolated stand apart: a day has 96 rounds, and figures of days that \
      did not run go on from the last half of what did. A figure that grows as the rounds to the power 1 \
      is in proportion to them; above that it gets worse. The state is measured as a snapshot of it.

      The search of a clearing takes most of the time, by the rules of the market. With --iterations it \
      takes less and finds less; what is left is the ledger's own.

      A month of the full size takes hours. With --state the run is kept in a file every 24 rounds and at the \
      end, and goes on from there when the command is given again; the clearing never sees the difference.

      Example: sampan-sim scale --rounds 96 --days 30
      """)

  @Option(help: "Sites.") var sites = 100
  @Option(help: "Pools of each site.") var pools = 10
  @Option(help: "Bids a day.") var bids = 100_000
  @Option(help: "Rounds that run, of a quarter hour each; at least 24.") var rounds = 96
  @Option(help: "Iterations of each clearing; as many as the rules give when left out.")
  var iterations: Int64?
  @Option(help: "Minutes after which no round is begun any more; what ran is reported.")
  var minutes: Int?
  @Option(
    help: "Keep the run in this file, and go on from it.", completion: .file())
  var state: String?
  @Option(help: "Days to extrapolate to.") var days = 30
  @Option(help: "Seed of the orders.") var seed: UInt64 = 1
  @Option(name: .shortAndLong, help: "table or json.") var output: RunCommand.Format = .table

  func validate() throws {
    guard (1...1_000).contains(sites) else { throw ValidationError("--sites is from 1 to 1000") }
    guard (1...64).contains(pools) else { throw ValidationError("--pools is from 1 to 64") }
    guard (96...10_000_000).contains(bids) else {
      throw ValidationError("--bids is from 96 to 10000000")
    }
    guard (24...9_600).contains(rounds) else {
      throw ValidationError("--rounds is from 24 to 9600")
    }
    if let iterations, !(1...1_000_000_000).contains(iterations) {
      throw ValidationError("--iterations is from 1 to 1000000000")
    }
    if let minutes, !(1...100_000).contains(minutes) {
      throw ValidationError("--minutes is from 1 to 100000")
    }
    guard (1...366).contains(days) else { throw ValidationError("--days is from 1 to 366") }
  }

  func run() throws {
    let size = ScaleRun.Size(
      sites: sites, poolsPerSite: pools, bidsPerDay: bids, seed: seed, iterations: iterations)
    let kept = try state.flatMap { try ScaleRun.read(from: $0, size: size) }
    var run = try kept ?? ScaleRun(size)
    var progress = Progress()
    let start = ContinuousClock.now
    let end = minutes.map { Double($0) * 60 } ?? .infinity
    while run.rounds < rounds, RunCommand.seconds(since: start) < end {
      progress.say("\(run.rounds) of \(rounds) rounds")
      try run.round()
      if let state, run.rounds % 24 == 0 || run.rounds == rounds { try run.write(to: state) }
    }
    progress.end()
    let report = ScaleReport(run, days: days)
    print(output == .json ? try report.json() : report.table)
  }
}

/// What was measured, and what follows for more days.
struct ScaleReport: Encodable {
  struct Share: Encodable {
    var what: String
    var count: Int
    var seconds: Double
    var logBytes: Int
  }

  struct Mark: Encodable {
    var rounds: Int
    var seconds: Double
    var logBytes: Int
    var stateBytes: Int
    var leases: Int
    var bids: Int
    /// The most memory between clearings and during them; nothing of it is extrapolated.
    var restingBytes: Int?
    var clearingBytes: Int?
  }

  struct Growth: Encodable {
    var what: String
    /// As the rounds to this power.
    var power: Double
    /// In the last half of what ran.
    var perRound: Double
  }

  struct Part: Encodable {
    var name: String
    var bytes: Int
  }

  var measured: [Share]
  var growth: [Mark]
  /// Fitted over the marks.
  var fits: [Growth]
  /// Of the state at the last mark.
  var stateParts: [Part]
  var refused: Int
  /// Of the process.
  var peakKiB: Int
  /// Not measured.
  var extrapolated: Mark?
  var days: Int

  init(_ run: ScaleRun, days: Int) {
    self.days = days
    refused = run.refused
    measured = run.shares.sorted { $0.seconds > $1.seconds }.map {
      Share(what: $0.what, count: $0.count, seconds: $0.seconds, logBytes: $0.bytes)
    }
    growth = run.marks.map {
      Mark(
        rounds: $0.rounds, seconds: $0.seconds, logBytes: $0.logBytes, stateBytes: $0.stateBytes,
        leases: $0.leases, bids: $0.bids, restingBytes: $0.restingBytes,
        clearingBytes: $0.clearingBytes)
    }
    fits = ScaleRun.growth(of: run.marks).map {
      Growth(what: $0.what, power: $0.power, perRound: $0.perRound)
    }
    stateParts = (run.marks.last?.parts ?? []).map { Part(name: $0.name, bytes: $0.bytes) }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    peakKiB = usage.ru_maxrss
    guard let last = growth.last, growth.count > 1, last.rounds < days * 96 else { return }
    let middle = growth[(growth.count - 1) / 2]
    func onward(_ key: KeyPath<Mark, Int>) -> Int {
      let slope =
        Double(last[keyPath: key] - middle[keyPath: key]) / Double(last.rounds - middle.rounds)
      return last[keyPath: key] + Int(slope * Double(days * 96 - last.rounds))
    }
    let slope = (last.seconds - middle.seconds) / Double(last.rounds - middle.rounds)
    extrapolated = Mark(
      rounds: days * 96, seconds: last.seconds + slope * Double(days * 96 - last.rounds),
      logBytes: onward(\.logBytes), stateBytes: onward(\.stateBytes), leases: onward(\.leases),
      bids: onward(\.bids))
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  private static func cell(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func row(_ mark: Mark) -> String {
    cell("\(mark.rounds)", 8) + cell(String(format: "%.1f", mark.seconds), 12)
      + cell("\(mark.logBytes / 1_024)", 12) + cell("\(mark.stateBytes / 1_024)", 12)
      + cell("\(mark.leases)", 10) + cell("\(mark.bids)", 10)
      + cell(mark.restingBytes.map { "\($0 >> 20)" } ?? "", 12)
      + cell(mark.clearingBytes.map { "\($0 >> 20)" } ?? "", 15)
  }

  /// A long run has more marks than anybody reads: at most some thirty, the last among them. All of them
  /// are in the JSON.
  static func some(of marks: [Mark]) -> [Mark] {
    let step = (marks.count + 29) / 30
    return marks.enumerated().filter { (marks.count - 1 - $0.offset) % max(1, step) == 0 }
      .map(\.element)
  }

  var table: String {
    var lines = ["WHAT                   COUNT CPU SECONDS     LOG KiB"]
    for share in measured {
      lines.append(
        share.what.padding(toLength: 18, withPad: " ", startingAt: 0)
          + Self.cell("\(share.count)", 10) + Self.cell(String(format: "%.2f", share.seconds), 12)
          + Self.cell("\(share.logBytes / 1_024)", 12))
    }
    lines += [
      "",
      "  ROUNDS CPU SECONDS     LOG KiB   STATE KiB    LEASES      BIDS"
        + "  MEMORY MiB  CLEARING MiB",
    ]
    lines += Self.some(of: growth).map(Self.row)
    if let extrapolated {
      lines.append(Self.row(extrapolated) + "  extrapolated to \(days) days, not measured")
      lines.append(
        "Extrapolated is: on as in the last half of what ran. What was still filling up comes out too high."
      )
    }
    lines += ["", "GROWS            AS THE ROUNDS TO THE POWER    A ROUND, LAST HALF"]
    lines += fits.map {
      $0.what.padding(toLength: 17, withPad: " ", startingAt: 0)
        + Self.cell(String(format: "%.2f", $0.power), 26)
        + Self.cell(String(format: "%.3f", $0.perRound), 22)
    }
    lines += ["", "PART OF THE STATE           KiB"]
    lines += stateParts.prefix(8).map {
      $0.name.padding(toLength: 18, withPad: " ", startingAt: 0)
        + Self.cell("\($0.bytes / 1_024)", 13)
    }
    lines.append("\(refused) entries refused; the process took \(peakKiB / 1_024) MiB at most.")
    return lines.joined(separator: "\n")
  }
}
