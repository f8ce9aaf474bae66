/// What a backtest found: everything that the files of the report are made of.
package struct BacktestReport: Sendable {
  /// One policy on all sets of values.
  package struct Row: Sendable {
    package var name: String
    package var title: String
    /// On each set of values that it ran on; the first is the one that the plots show.
    package var runs: [Run]

    package var first: Measures { runs.first?.measures ?? Measures() }
    private var drawn: [Double] {
      runs.filter { $0.seed != nil }.map(\.measures.shareOfBound)
    }
    /// Welfare as a share of the clairvoyant bound, over the drawn sets of values.
    package var mean: Double {
      drawn.isEmpty ? 0 : drawn.reduce(0, +) / Double(drawn.count)
    }
    package var worst: Double { drawn.min() ?? 0 }
    package var drawnRuns: Int { drawn.count }
    /// The same with all values equal; nil when that was not run.
    package var equal: Double? { runs.first { $0.seed == nil }?.measures.shareOfBound }
  }

  package struct Run: Sendable {
    /// Of the values; nil: all equal.
    package var seed: UInt64?
    package var measures: Measures
  }

  /// What the ledger says of the first market run.
  package struct Ledger: Sendable {
    package var entries: Int64 = 0
    package var bytes: Int64 = 0
    package var refusals: [String: Int] = [:]
    /// Minor units.
    package var charged: Int64 = 0
    /// GPU-ms.
    package var delivered: Int64 = 0
    package var sumOfBalances: Int64 = 0
    package var clearingSeconds = 0.0
    package var seconds = 0.0
  }

  package var options: BacktestOptions
  /// With the first set of values.
  package var workload: Workload
  package var rows: [Row] = []
  package var rounds: [MarketRun.Round] = []
  /// By policy, on the first set of values.
  package var sales: [String: [Sale]] = [:]
  package var ledger = Ledger()
  /// Baselines that are not run, and why.
  package var notRun: [(name: String, reason: String)] = [
    (
      "Engine without elasticity",
      "every bid of these traces is a block, so it is the market itself"
    ),
    ("HiGHS per round", "needs a solver that is no part of the build; left out of this version"),
  ]

  package func row(_ name: String) -> Row? { rows.first { $0.name == name } }
}
