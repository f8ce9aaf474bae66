import Simulation
import Testing

@Suite struct RecipeTests {
  let traces: Traces
  init() throws { traces = try Traces() }

  @Test("a job becomes a block bid: hours rounded up, short jobs dropped, deadline after the slack")
  func bids() throws {
    let options = BacktestOptions.small(
      jobs: try traces.jobs([(10, "t1", 2, 3_601), (20, "t1", 1, 599), (30, "t2", 1, 600)]),
      supply: try traces.supply(["a": { _ in 4 }]))
    let workload = try Recipe(options).workload()
    #expect(workload.notes.jobsInWindow == 3 && workload.notes.shorterThanLeast == 1)
    let bids = workload.bids
    #expect(bids.map(\.quarters) == [8, 4])
    #expect(bids.map(\.gpus) == [2, 1])
    #expect(bids[0].deadline == bids[0].arrival + (120 + 240) * 60_000)
    #expect(bids.map { workload.tenants[$0.tenant].name } == ["t1", "t2"])
    // Arrival 00:10 with five minutes of lead may start at 00:15; the last start ends at 06:10 or
    // before, on a quarter hour.
    #expect(workload.window(bids[0]) == 1...16)
  }

  @Test("a site offers in a quarter hour the least idle of the rows that touch it, in whole units")
  func offers() throws {
    // Rows at 0, 10, 20: the second and the third touch the second quarter hour (15 to 30).
    let supply = try traces.supply(["a": { [7, 6, 3, 8][min(3, $0 / 10)] }])
    var options = BacktestOptions.small(
      jobs: try traces.jobs([(10, "t", 1, 3_600)]), supply: supply)
    #expect(Array(try Recipe(options).workload().sites[0].offered[0..<3]) == [6, 3, 8])
    options.unit = 4
    #expect(Array(try Recipe(options).workload().sites[0].offered[0..<3]) == [4, 0, 8])
    options.unit = 1
    options.holdQuarters = 1
    #expect(Array(try Recipe(options).workload().sites[0].offered[0..<3]) == [3, 3, 8])
  }

  @Test("a time when no centre runs anything is an outage, unless the options say otherwise")
  func standstill() throws {
    // All four stand still from 01:00 to 02:00.
    let idle: @Sendable (Int) -> Int = { (60..<120).contains($0) ? 8 : 3 }
    let supply = try traces.supply(["a": idle, "b": idle, "c": idle, "d": idle])
    var options = BacktestOptions.small(
      jobs: try traces.jobs([(10, "t", 1, 3_600)]), supply: supply)
    let outage = try Recipe(options).workload()
    #expect(Array(outage.sites[2].offered[3...8]) == [3, 0, 0, 0, 0, 3])
    #expect(outage.sites[2].total[4] == 0)
    #expect(outage.notes.quartersWithoutRow == 16)
    options.sellsInStandstill = true
    #expect(Array(try Recipe(options).workload().sites[2].offered[3...8]) == [3, 8, 8, 8, 8, 3])
    // One centre that is idle stands for itself.
    let three = try traces.supply(["a": idle, "b": idle, "c": { _ in 0 }, "d": idle])
    options.sellsInStandstill = false
    options.supply = three
    #expect(try Recipe(options).workload().sites[0].offered[4] == 8)
  }

  @Test("the supply is laid on the jobs by days, from the first day of the same weekday")
  func alignment() throws {
    // The supply trace runs from Monday 4 to Wednesday 6 May 2020.
    let supply = try traces.supply(["a": { $0 / 1_440 + 1 }], days: 3)
    var options = BacktestOptions.small(
      jobs: try traces.jobs([(1_450, "t", 1, 3_600)]), supply: supply)
    options.from = "2017-10-10"
    let tuesday = try Recipe(options).workload()
    #expect(CivilTime.dateText(tuesday.notes.supplyFrom) == "2020-05-05")
    #expect(tuesday.sites[0].offered.first == 2)
    options.supplyFrom = "2020-05-06"
    let wednesday = try Recipe(options).workload()
    #expect(wednesday.sites[0].offered.first == 3)
    options.supplyFrom = "2020-05-07"
    #expect(throws: OptionError.self) { try Recipe(options).workload() }
  }

  @Test("the same seed makes the same workload, values change with their own seed alone")
  func seeds() throws {
    var options = BacktestOptions.small(
      jobs: try traces.jobs((0..<50).map { ($0 * 5, "t\($0 % 3)", 1, 3_600) }),
      supply: try traces.supply(["a": { _ in 4 }]))
    options.slackMinutes = BacktestOptions().slackMinutes
    options.overestimate = BacktestOptions().overestimate
    let recipe = try Recipe(options)
    let first = try recipe.workload()
    let again = try recipe.workload()
    #expect(first.bids.map(\.deadline) == again.bids.map(\.deadline))
    let other = recipe.valued(first, seed: 2)
    #expect(first.bids.map(\.deadline) == other.bids.map(\.deadline))
    #expect(first.bids.map(\.value) != other.bids.map(\.value))
    let equal = recipe.valued(first, seed: nil)
    #expect(Set(equal.bids.map(\.value)).count == 1)
    options.seed = 2
    let moved = try Recipe(options).workload()
    #expect(moved.bids.map(\.deadline) != first.bids.map(\.deadline))
    #expect(moved.bids.map(\.value) == first.bids.map(\.value))
  }

  @Test("values lie between the two quotes, asks too, in Hong Kong cents")
  func prices() throws {
    let options = BacktestOptions.small(
      jobs: try traces.jobs((0..<200).map { ($0, "t", 1, 3_600) }),
      supply: try traces.supply(["a": { _ in 4 }, "b": { _ in 4 }, "c": { _ in 4 }]))
    let workload = try Recipe(options).workload()
    // 1.39 and 2.79 USD at 7.80; 1.07 and 1.39 USD at 7.80.
    #expect(workload.bids.allSatisfy { (1_084...2_176).contains($0.value) })
    #expect(Set(workload.bids.map(\.value)).count > 100)
    #expect(workload.sites.map(\.ask).sorted() == [835, 959, 1_084])
  }

  @Test("bids that nobody could place are kept, with the reason")
  func hopeless() throws {
    var options = BacktestOptions.small(
      jobs: try traces.jobs([
        (10, "t", 9, 3_600), (20, "t", 1, 6 * 3_600), (30, "t", 4, 3_600), (1_430, "t", 1, 3_600),
      ]),
      supply: try traces.supply(["a": { _ in 4 }]))
    options.horizonHours = 5
    let workload = try Recipe(options).workload()
    #expect(workload.bids.map(\.hopeless) == [.tooLarge, .tooLong, nil, .tooLate])
    options.slackMinutes = [(0, 1)]
    let tight = try Recipe(options).workload()
    #expect(tight.bids[2].hopeless == .tooShortWindow)
  }

  @Test("a latency-bound bid reaches its own metro and those on its side of the boundary only")
  func latency() throws {
    var options = BacktestOptions.small(
      jobs: try traces.jobs([(10, "t", 1, 3_600)]),
      supply: try traces.supply([
        "a": { _ in 8 }, "b": { _ in 4 }, "c": { _ in 4 }, "d": { _ in 4 }, "e": { _ in 4 },
      ]))
    options.latencyBoundPermille = 1_000
    // All sites have 8 GPUs: the largest tenant is at home at the first, in Hong Kong.
    let workload = try Recipe(options).workload()
    #expect(workload.tenants[0].home == 0)
    #expect(workload.bids[0].sites == [0, 4])
    options.latencyLimit = 13
    #expect(try Recipe(options).workload().bids[0].sites == [0, 1, 2, 3, 4])
  }

  @Test("a window without jobs, a date that is none and a length of none are refused in words")
  func faults() throws {
    var options = BacktestOptions.small(
      jobs: try traces.jobs([(10, "t", 1, 3_600)]), supply: try traces.supply(["a": { _ in 4 }]))
    options.from = "2017-11-01"
    let empty = try #require(throws: OptionError.self) { try Recipe(options).workload() }
    #expect(empty.description.contains("from 2017-10-09 to 2017-10-09"))
    options.from = "2017-13-01"
    #expect(throws: OptionError.self) { try Recipe(options) }
    options.from = "2017-10-09"
    options.days = 0
    #expect(throws: OptionError.self) { try Recipe(options) }
  }

  @Test("options that the market has no room for are refused together")
  func ranges() throws {
    var options = BacktestOptions.small(jobs: "jobs.csv", supply: "supply.csv")
    options.horizonHours = 100_000
    options.roundQuarters = 3
    options.slackMinutes = [(Int64.max, 1)]
    let error = try #require(throws: OptionError.self) { try Recipe(options) }
    for words in ["horizon hours is 100000", "3 quarter hours", "slack minutes is 92"] {
      #expect(error.description.contains(words), "\(error.description)")
    }
  }

  @Test("names of the traces become ids of the ledger, each once")
  func ids() {
    #expect(Recipe.ids(["vcA", "vca", "_x", "", "ab.c"]) == ["vca", "vca-2", "x-x", "x", "ab-c"])
  }
}
