import Dispatch
import Synchronization

/// A public job trace and a public supply trace, run through the market and its baselines.
package struct Backtest: Sendable {
  private let options: BacktestOptions
  private let recipe: Recipe

  /// Refuses options that cannot be.
  package init(_ options: BacktestOptions) throws {
    self.options = options
    recipe = try Recipe(options)
  }

  /// Reads the traces, runs everything and writes the report where the options say. The sets of
  /// values are independent and run on all processors; the figures do not depend on how many.
  package func run(progress: @Sendable (String) -> Void) throws -> BacktestReport {
    let workload = try recipe.workload()
    progress(
      "\(workload.notes.jobsInTrace) jobs read, \(workload.bids.count) bids of "
        + "\(workload.tenants.count) tenants on \(workload.sites.count) centres, "
        + "\(workload.quarters / 96) days")
    var sets: [UInt64?] = options.valueSeeds.map { $0 }
    if options.equalValues { sets.append(nil) }
    let plan = sets
    let done = Mutex<[Int: Result<Outcome, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: plan.count) { index in
      let result = Result { try outcome(workload, plan[index], index, progress) }
      done.withLock { $0[index] = result }
    }
    let results = done.withLock { $0 }
    var outcomes: [Outcome] = []
    for index in plan.indices {
      if let result = results[index] { outcomes.append(try result.get()) }
    }
    let report = assemble(outcomes)
    if let folder = options.report {
      try ReportFiles(report).write(to: folder)
      progress("report written to \(folder)")
    }
    return report
  }

  /// All policies on one set of values.
  private struct Outcome: Sendable {
    var seed: UInt64?
    var workload: Workload
    var sales: [(name: String, title: String, sales: [Sale])] = []
    var bound: Int64 = 0
    var rounds: [MarketRun.Round] = []
    var ledger = BacktestReport.Ledger()
  }

  package static let marketName = "market"

  private func outcome(
    _ workload: Workload, _ seed: UInt64?, _ index: Int, _ progress: @Sendable (String) -> Void
  ) throws -> Outcome {
    let valued = recipe.valued(workload, seed: seed)
    let name = seed.map { "values \($0)" } ?? "equal values"
    var outcome = Outcome(seed: seed, workload: valued)
    outcome.bound = ClairvoyantBound(valued, steps: options.boundSteps).welfare
    let policies: [any Policy] = [
      ArrivalOrder(.alone), ArrivalOrder(.fcfs), ArrivalOrder(.auction), GreedyRounds(),
    ]
    for policy in policies {
      outcome.sales.append((policy.name, policy.title, policy.sales(of: valued)))
    }
    progress("\(name): baselines and clairvoyant bound done")
    // The equal values count as one more set, whatever the number of drawn ones.
    if seed == nil || index < options.marketSeeds {
      let clock = ContinuousClock()
      var market = MarketRun(valued, chip: options.chip)
      let spent = try clock.measure {
        try market.run(budgets: options.budgets) { progress("\(name): \($0)") }
      }
      outcome.sales.append(
        (
          Backtest.marketName, "Sampan: clearing every round over all centres, uniform prices",
          market.sales
        ))
      outcome.rounds = market.rounds
      outcome.ledger = BacktestReport.Ledger(
        entries: market.entries, bytes: market.bytes, refusals: market.refusals,
        charged: market.charged, delivered: market.delivered,
        sumOfBalances: market.sumOfBalances, clearingSeconds: market.clearingSeconds,
        seconds: MarketLedger.seconds(spent))
    }
    for entry in outcome.sales {
      if let fault = SalesAudit.faults(valued, entry.sales).first {
        throw MarketLedger.Fault("\(name), \(entry.name): \(fault)")
      }
    }
    return outcome
  }

  private func assemble(_ outcomes: [Outcome]) -> BacktestReport {
    var report = BacktestReport(options: options, workload: outcomes[0].workload)
    for entry in outcomes[0].sales {
      var row = BacktestReport.Row(name: entry.name, title: entry.title, runs: [])
      for outcome in outcomes {
        guard let same = outcome.sales.first(where: { $0.name == entry.name }) else { continue }
        row.runs.append(
          BacktestReport.Run(
            seed: outcome.seed,
            measures: Measures(
              outcome.workload, same.sales, name: entry.name, title: entry.title,
              bound: outcome.bound)))
      }
      report.rows.append(row)
      report.sales[entry.name] = entry.sales
    }
    report.rounds = outcomes[0].rounds
    report.ledger = outcomes[0].ledger
    return report
  }
}
