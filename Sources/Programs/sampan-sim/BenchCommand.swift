import ArgumentParser
import Foundation
import Placement
import Simulation

/// One instance of the clearing benchmark, solved.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Clear one instance of the benchmark and print one line of figures.",
    discussion: """
      Reads an instance in the format "gpu-auction/1" and prints one JSON object: welfare, bound and \
      gap of the clearing, winners, and what it took. Welfare and bound are in mHKD. The solution \
      file holds the dual prices and the winners, so that anybody can check both.

      The same --iterations, --seed and --threads give the same bytes on every machine; --seconds \
      gives what the machine manages.
      Example: sampan-sim bench --instance medium-1.5-s1.json --seconds 1 --solution out.txt
      """)

  @Option(help: "The instance.") var instance: String
  @Option(help: "CPU seconds of each thread (1 when --iterations is left out as well).")
  var seconds: Double?
  @Option(help: "Iterations of each thread.") var iterations: Int64?
  @Option(help: "Seed of the search.") var seed: Int64 = 1
  @Option(help: "Searches side by side; the best wins, then the lowest number.") var threads = 1
  @Option(help: "Solve it simply instead: fcfs, auction, greedy, or rigid (no elastic extras).")
  var baseline: String?
  @Option(help: "Where the solution goes.") var solution: String?
  @Option(help: "Where welfare and bound over CPU time go, as CSV.") var watch: String?

  func validate() throws {
    if let seconds, !(seconds > 0 && seconds <= 86_400) {
      throw ValidationError("--seconds is above 0 and at most 86400")
    }
    if let iterations, !(1...1_000_000_000).contains(iterations) {
      throw ValidationError("--iterations is from 1 to 1000000000")
    }
    guard (1...256).contains(threads) else { throw ValidationError("--threads is from 1 to 256") }
    if let baseline, baseline != "rigid", RoundBaseline(rawValue: baseline) == nil {
      let names = RoundBaseline.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--baseline \(baseline): choose \(names) or rigid")
    }
  }

  func run() throws {
    let start = BenchClock.process()
    var file = try BenchFile(instance)
    if baseline == "rigid" { file.dropExtras() }
    let read = BenchClock.process() - start
    var line = BenchLine(name: file.name, instanceSeed: file.seed, seed: seed)
    line.readSeconds = BenchLine.rounded(read)
    let clearing: Clearing
    if let baseline = baseline.flatMap(RoundBaseline.init) {
      let start = (cpu: BenchClock.process(), wall: BenchClock.wall())
      clearing = baseline.clearing(file.instance)
      line.cpuSeconds = BenchLine.rounded(BenchClock.process() - start.cpu)
      line.wallSeconds = BenchLine.rounded(BenchClock.wall() - start.wall)
    } else {
      clearing = try search(file.instance, &line)
    }
    line.baseline = baseline
    line.welfare = clearing.welfare
    line.winners = clearing.fills.count
    if let solution { try BenchSolution(file.instance, clearing).write(to: solution) }
    line.peakBytes = BenchClock.peakBytes()
    print(try line.text)
  }

  private func search(_ instance: Instance, _ line: inout BenchLine) throws -> Clearing {
    var budget = BenchRun.Budget()
    budget.seconds = seconds ?? (iterations == nil ? 1 : nil)
    budget.iterations = iterations
    budget.trajectories = threads
    budget.seed = seed
    guard let run = BenchRun(instance, budget) else {
      throw Failure(
        description: "\(self.instance): its numbers are larger than the engine's bounds")
    }
    if let watch { try write(run.moments, to: watch) }
    line.bound = run.clearing.bound
    line.gapPercent = run.gapPercent.isFinite ? BenchLine.rounded(run.gapPercent) : nil
    line.iterations = run.iterations
    line.totalIterations = run.totalIterations
    line.trajectory = run.trajectory
    line.threads = threads
    line.cpuSeconds = BenchLine.rounded(run.cpuSeconds)
    line.wallSeconds = BenchLine.rounded(run.wallSeconds)
    return run.clearing
  }

  private func write(_ moments: [BenchRun.Moment], to file: String) throws {
    let rows = moments.map {
      String(
        format: "%d,%.4f,%lld,%lld,%lld\n", $0.trajectory, $0.cpuSeconds, $0.iterations,
        $0.welfare, $0.bound)
    }
    let text = "trajectory,cpu_seconds,iterations,welfare,bound\n" + rows.joined()
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) } catch {
      throw Failure(
        description: "\(file) cannot be written (\(error.localizedDescription)); choose another")
    }
  }
}

/// The one line of `sampan-sim bench`.
struct BenchLine: Encodable {
  var name: String
  /// Of the generator of the instance.
  var instanceSeed: Int64
  /// Of the search.
  var seed: Int64
  var baseline: String?
  var welfare: Int64 = 0
  var bound: Int64?
  var gapPercent: Double?
  var winners = 0
  var iterations: Int64?
  /// Of all threads together.
  var totalIterations: Int64?
  /// The one that won, and how many there were.
  var trajectory: Int?
  var threads: Int?
  /// Of reading the file.
  var readSeconds = 0.0
  /// Of clearing, all threads together, prices and proof included.
  var cpuSeconds = 0.0
  var wallSeconds = 0.0
  /// Of the whole process.
  var peakBytes: Int64 = 0

  init(name: String, instanceSeed: Int64, seed: Int64) {
    self.name = name
    self.instanceSeed = instanceSeed
    self.seed = seed
  }

  static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
