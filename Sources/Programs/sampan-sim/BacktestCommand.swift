import ArgumentParser
import Foundation
import Simulation

/// A public job trace and a supply trace through the market.
struct BacktestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Run a public GPU job trace and a supply trace through ledger, rounds and clearing.",
    discussion: """
      Jobs become bids and idle GPUs offers; baselines and a clairvoyant bound run on the same input.
      Every choice that the traces do not make is an option; the report lists them all.
      Example: sampan-sim backtest --jobs jobs_philly.csv.gz \
      --supply supply_helios_earth_vc_10min.csv.gz --from 2017-10-09 --days 28 --report report
      """)

  @Option(help: "Job trace, philly or openb columns, plain or gz.") var jobs: String
  @Option(help: "Supply trace: GPUs of each centre every ten minutes, plain or gz.")
  var supply: String
  @Option(help: "First day, YYYY-MM-DD at +08:00.") var from = "2017-10-09"
  @Option(help: "Length of the window.") var days: Int64 = 28
  @Option(help: "Folder for report.json, CSV files and index.html.") var report: String?

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Market") var market: MarketOptions
  @OptionGroup(title: "Tenants") var tenants: TenantOptions
  @OptionGroup(title: "Runs") var runs: RunOptions

  func run() throws {
    var options = BacktestOptions()
    options.jobs = jobs
    options.supply = supply
    options.from = from
    options.days = days
    options.report = report
    input.apply(to: &options)
    market.apply(to: &options)
    try tenants.apply(to: &options)
    runs.apply(to: &options)
    let start = Date()
    let result = try Backtest(options).run { line in
      let seconds = Int(Date().timeIntervalSince(start))
      FileHandle.standardError.write(Data("\(seconds) s  \(line)\n".utf8))
    }
    print(BacktestSummary(report: result).text)
  }
}

/// What becomes of the traces.
struct InputOptions: ParsableArguments {
  @Option(help: "Day of the supply trace that is laid on --from; a fitting weekday when left out.")
  var supplyFrom: String?
  @Option(help: "What second 0 of a job trace without dates stands for.")
  var jobsEpoch = BacktestOptions().jobsEpoch
  @Option(help: "Unreadable rows of each trace to pass over and count.")
  var skipBad = BacktestOptions().skipBad
  @Option(help: "Jobs below this many seconds are left out.")
  var leastSeconds = BacktestOptions().leastSeconds
  @Option(help: "Lengths are rounded up to this many quarter hours.")
  var lengthQuarters = BacktestOptions().lengthQuarters
  @Option(help: "Idle GPUs are multiplied by this, permille.")
  var supplyPermille = BacktestOptions().supplyPermille

  func apply(to options: inout BacktestOptions) {
    options.supplyFrom = supplyFrom
    options.jobsEpoch = jobsEpoch
    options.skipBad = skipBad
    options.leastSeconds = leastSeconds
    options.lengthQuarters = lengthQuarters
    options.supplyPermille = supplyPermille
  }
}

/// How centres offer and rounds close.
struct MarketOptions: ParsableArguments {
  @Option(help: "Idle GPUs are offered in multiples of this.")
  var unit = BacktestOptions().unit
  @Option(help: "A centre offers the least that is idle over so many more quarter hours.")
  var holdQuarters = BacktestOptions().holdQuarters
  @Option(help: "Hours that a schedule reaches ahead.")
  var horizonHours = BacktestOptions().horizonHours
  @Option(help: "Hours between two schedules of a centre.")
  var publishHours = BacktestOptions().publishHours
  @Option(help: "Quarter hours of a round.")
  var roundQuarters = BacktestOptions().roundQuarters
  @Option(help: "Seconds from a close to the first slot that it sells.")
  var leadSeconds = BacktestOptions().leadSeconds
  @Option(help: "Name of the chip.") var chip = BacktestOptions().chip
  @Option(help: "Lowest ask, US cents per GPU-hour.")
  var askLow = BacktestOptions().askCents.lowerBound
  @Option(help: "Highest ask, US cents per GPU-hour.")
  var askHigh = BacktestOptions().askCents.upperBound

  func validate() throws {
    guard askLow >= 0, askLow <= askHigh else {
      throw ValidationError("--ask-low must not be above --ask-high")
    }
  }

  func apply(to options: inout BacktestOptions) {
    options.unit = unit
    options.holdQuarters = holdQuarters
    options.horizonHours = horizonHours
    options.publishHours = publishHours
    options.roundQuarters = roundQuarters
    options.leadSeconds = leadSeconds
    options.chip = chip
    options.askCents = askLow...askHigh
  }
}

/// What tenants want and are worth.
struct TenantOptions: ParsableArguments {
  @Option(help: "Lowest value of a GPU-hour, US cents.")
  var valueLow = BacktestOptions().valueCents.lowerBound
  @Option(help: "Highest value of a GPU-hour, US cents.")
  var valueHigh = BacktestOptions().valueCents.upperBound
  @Option(help: "HKD for 100 USD.") var hkdPer100Usd = BacktestOptions().hkdPer100USD
  @Option(help: "Share of latency-bound bids, permille.")
  var latencyBoundPermille = BacktestOptions().latencyBoundPermille
  @Option(help: "Highest round trip of those, ms.")
  var latencyLimit = BacktestOptions().latencyLimit
  @Option(help: "Home of a tenant: size or hash.") var homes = BacktestOptions().homes.rawValue
  @Option(
    parsing: .upToNextOption,
    help: "Slack after the length as MINUTES:WEIGHT, several.")
  var slack: [String] = []

  func validate() throws {
    guard valueLow >= 0, valueLow <= valueHigh else {
      throw ValidationError("--value-low must not be above --value-high")
    }
  }

  func apply(to options: inout BacktestOptions) throws {
    options.valueCents = valueLow...valueHigh
    options.hkdPer100USD = hkdPer100Usd
    options.latencyBoundPermille = latencyBoundPermille
    options.latencyLimit = latencyLimit
    guard let homes = BacktestOptions.Homes(rawValue: homes) else {
      throw ValidationError("--homes is size or hash")
    }
    options.homes = homes
    guard !slack.isEmpty else { return }
    options.slackMinutes = try slack.map { text in
      let parts = text.split(separator: ":").compactMap { Int64($0) }
      guard parts.count == 2, parts[0] >= 0, parts[1] >= 0 else {
        throw ValidationError("--slack \(text): write MINUTES:WEIGHT such as 60:26")
      }
      return (parts[0], parts[1])
    }
  }
}

/// How often, and with what luck.
struct RunOptions: ParsableArguments {
  @Option(help: "Seed of every draw but the values.") var seed = BacktestOptions().seed
  @Option(parsing: .upToNextOption, help: "Seeds of the values; all policies run on each.")
  var valueSeeds = BacktestOptions().valueSeeds
  @Flag(inversion: .prefixedNo, help: "Run once more with all values equal.")
  var equalValues = BacktestOptions().equalValues
  @Option(help: "How many of the value seeds the market itself runs.")
  var marketSeeds = BacktestOptions().marketSeeds
  @Option(help: "Steps of price adjustment for each clairvoyant bound.")
  var boundSteps = BacktestOptions().boundSteps

  func apply(to options: inout BacktestOptions) {
    options.seed = seed
    options.valueSeeds = valueSeeds
    options.equalValues = equalValues
    options.marketSeeds = marketSeeds
    options.boundSteps = boundSteps
  }
}
