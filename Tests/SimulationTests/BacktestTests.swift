import Foundation
import Simulation
import Synchronization
import Testing

@Suite struct BacktestTests {
  let traces: Traces
  init() throws { traces = try Traces() }

  /// Few iterations: the engine is not what is tested here.
  private let budgets: [(bids: Int64, iterations: Int64)] = [(1_000, 4)]

  /// A day on three centres: one tenant's home is always full, the two others stand empty.
  private func options(_ jobs: [(Int, String, Int, Int)]) throws -> BacktestOptions {
    BacktestOptions.small(
      jobs: try traces.jobs(jobs.map { (minute: $0.0, tenant: $0.1, gpus: $0.2, seconds: $0.3) }),
      supply: try traces.supply(["a": { _ in 0 }, "b": { _ in 6 }, "c": { $0 < 720 ? 2 : 4 }]))
  }

  private func random(_ seed: UInt64, _ count: Int) -> [(Int, String, Int, Int)] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      (
        Int(random.draw(0...1_000)), "t\(random.draw(0...2))", Int(random.draw(1...4)),
        Int(random.draw(600...14_000))
      )
    }
  }

  @Test("every offer, bid, trade, reading and charge goes through the ledger, and the books agree")
  func ledger() throws {
    let workload = try Recipe(try options(random(1, 60))).workload()
    var run = MarketRun(workload, chip: "a100-80")
    try run.run(budgets: budgets) { _ in }
    #expect(SalesAudit.faults(workload, run.sales) == [])
    #expect(run.sales.count > 10)
    let sold = run.sales.reduce(Int64(0)) { $0 + workload.bids[$1.bid].size }
    #expect(run.delivered == sold * 900_000)
    // The hold of a lease is rounded up, the charge down: at most a cent apart.
    let paid = run.sales.reduce(Int64(0)) { $0 + $1.paid }
    #expect(run.charged <= paid && run.charged >= paid - Int64(run.sales.count))
    #expect(run.sumOfBalances == 0)
    #expect(Set(run.refusals.keys).isSubset(of: ["window_too_short"]))
    // One round a quarter hour, from the first due to the last before the end.
    #expect(run.rounds.count == 95)
    #expect(run.rounds.allSatisfy { $0.welfare <= $0.bound })
    #expect(run.rounds.reduce(0) { $0 + $1.gpuQuarters } == sold)
  }

  @Test("the same options give the same sales, prices and entries")
  func deterministic() throws {
    let workload = try Recipe(try options(random(2, 40))).workload()
    var first = MarketRun(workload, chip: "a100-80")
    try first.run(budgets: budgets) { _ in }
    var second = MarketRun(workload, chip: "a100-80")
    try second.run(budgets: budgets) { _ in }
    #expect(first.sales == second.sales)
    #expect(first.bytes == second.bytes && first.entries == second.entries)
    #expect(first.rounds.map(\.prices) == second.rounds.map(\.prices))
  }

  @Test("when two want the last GPU, the market serves the one that values it more")
  func value() throws {
    var options = try options([(1, "t1", 6, 3_600), (2, "t2", 6, 3_600)])
    options.slackMinutes = [(40, 1)]
    let recipe = try Recipe(options)
    var workload = try recipe.workload()
    for (low, high) in [(0, 1), (1, 0)] {
      workload.bids[low].value = 1_100
      workload.bids[high].value = 2_000
      var run = MarketRun(workload, chip: "a100-80")
      try run.run(budgets: budgets) { _ in }
      #expect(run.sales.map(\.bid) == [high])
    }
  }

  @Test("a backtest compares all policies on the same bids and none passes the bound")
  func report() throws {
    var options = try options(random(3, 80))
    options.marketSeeds = 2
    let folder = traces.folder.appendingPathComponent("report")
    options.report = folder.path
    let said = Mutex<[String]>([])
    let report = try Backtest(options).run { line in said.withLock { $0.append(line) } }
    #expect(report.rows.map(\.name) == ["alone", "fcfs", "auction", "greedy", "market"])
    for row in report.rows {
      #expect(row.drawnRuns == 2 && row.equal != nil)
      #expect(row.worst <= row.mean)
      for run in row.runs {
        #expect(run.measures.bound > 0 && run.measures.welfare <= run.measures.bound, "\(row.name)")
      }
    }
    let alone = try #require(report.row("alone")?.first)
    let market = try #require(report.row("market")?.first)
    #expect(market.delivered > alone.delivered)
    #expect(said.withLock { $0 }.contains { $0.contains("80 bids of 3 tenants on 3 centres") })
    try check(folder, report)
  }

  private func check(_ folder: URL, _ report: BacktestReport) throws {
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }
    func lines(_ name: String) throws -> [Substring] {
      try text(name).split(separator: "\n", omittingEmptySubsequences: true)
    }
    #expect(try lines("bids.csv").count == 81)
    #expect(try lines("rounds.csv").count == 96)
    #expect(try lines("utilisation.csv").count == 25)
    // Five policies, three sets of values, four sizes.
    #expect(try lines("baselines.csv").count == 61)
    for name in ["bids.csv", "rounds.csv", "utilisation.csv", "baselines.csv", "prices.csv"] {
      let counts = Set(
        try lines(name).map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
      #expect(counts.count == 1, "\(name) has rows of different lengths")
    }
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(try text("report.json").utf8)) as? [String: Any])
    #expect((json["policies"] as? [Any])?.count == 5)
    #expect((json["choices"] as? [Any])?.count == report.options.rows.count)
    let page = try text("index.html")
    #expect(page.components(separatedBy: "<svg").count == 6)
    for word in ["http:", "https:", "<script", "src="] { #expect(!page.contains(word), "\(word)") }
    for (name, _) in report.options.rows { #expect(page.contains(Plot.escaped(name)), "\(name)") }
    #expect(!page.contains(/\bnan\b/) && !page.contains(/\binf\b/))
  }

  @Test("a report that cannot be written says so")
  func unwritable() throws {
    var options = try options([(1, "t1", 1, 3_600)])
    options.report = try traces.write("file", [""]) + "/below"
    options.valueSeeds = [1]
    options.equalValues = false
    let error = try #require(throws: TraceError.self) { try Backtest(options).run { _ in } }
    #expect(error.reason.contains("choose another folder"))
  }

  @Test("options without any centre or with a bad row in a trace end in words before anything runs")
  func faults() throws {
    var options = try options([(1, "t1", 1, 3_600)])
    options.supply = try traces.write("none.csv", [Traces.supplyHeader])
    let error = try #require(throws: OptionError.self) { try Backtest(options).run { _ in } }
    #expect(error.description.contains("no rows"))
  }
}
