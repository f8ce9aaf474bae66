/// The report as JSON: figures and choices, without the rows of the CSV files.
struct ReportSummary: Encodable {
  var choices: [Choice]
  var workload: Totals
  var policies: [Policy]
  var ledger: Ledger
  var rounds: Rounds
  var notRun: [Choice]

  struct Choice: Encodable {
    var name: String
    var value: String
  }

  struct Totals: Encodable {
    var jobsInTrace: Int
    var jobsInWindow: Int
    var shorterThanLeast: Int
    var withoutGPU: Int
    var neverRan: Int
    var unreadableRows: [String]
    var supplyFrom: String
    var quartersWithoutRow: Int
    var bids: Int
    var gpuHoursAsked: Double
    var gpuHoursOffered: Double
    var centres: Int
    var tenants: Int
    var hopeless: [Hopeless]
  }

  struct Hopeless: Encodable {
    var reason: String
    var bids: Int
    var gpuHours: Double
  }

  struct Policy: Encodable {
    var name: String
    var title: String
    var welfareOfBoundMean: Double
    var welfareOfBoundWorst: Double
    var welfareOfBoundEqualValues: Double?
    var runs: [Run]
  }

  struct Run: Encodable {
    var values: String
    var bidsFilled: Int
    var shareOfBids: Double
    var shareOfGPUHours: Double
    var gpuHours: Double
    var utilisationOfOffered: Double
    var welfareHKD: Double
    var boundHKD: Double
    var paidHKD: Double
    var sizes: [Size]
  }

  struct Size: Encodable {
    var gpus: String
    var bids: Int
    var filled: Int
    var waitMinutesP50: Int64
    var waitMinutesP90: Int64
    var waitMinutesP99: Int64
  }

  struct Ledger: Encodable {
    var entries: Int64
    var bytes: Int64
    var refusals: [String: Int]
    var chargedHKD: Double
    var deliveredGPUHours: Double
    var sumOfBalances: Int64
    var seconds: Double
    var clearingSeconds: Double
  }

  struct Rounds: Encodable {
    var count: Int
    var withBids: Int
    var mostBids: Int64
    var slowestSeconds: Double
    var p50Seconds: Double
    var p99Seconds: Double
  }

  init(_ report: BacktestReport) {
    let notes = report.workload.notes
    choices = report.options.rows.map { Choice(name: $0.0, value: $0.1) }
    notRun = report.notRun.map { Choice(name: $0.name, value: $0.reason) }
    let bids = report.workload.bids
    workload = Totals(
      jobsInTrace: notes.jobsInTrace, jobsInWindow: notes.jobsInWindow,
      shorterThanLeast: notes.shorterThanLeast, withoutGPU: notes.withoutGPU,
      neverRan: notes.neverRan, unreadableRows: notes.badRows,
      supplyFrom: CivilTime.dateText(notes.supplyFrom),
      quartersWithoutRow: notes.quartersWithoutRow, bids: bids.count,
      gpuHoursAsked: Double(bids.reduce(0) { $0 + $1.size }) / 4,
      gpuHoursOffered: Double(report.rows.first?.first.offered ?? 0) / 4,
      centres: report.workload.sites.count, tenants: report.workload.tenants.count,
      hopeless: Workload.Hopeless.allCases.map { reason in
        let some = bids.filter { $0.hopeless == reason }
        return Hopeless(
          reason: reason.rawValue, bids: some.count,
          gpuHours: Double(some.reduce(0) { $0 + $1.size }) / 4)
      })
    policies = report.rows.map { row in
      Policy(
        name: row.name, title: row.title, welfareOfBoundMean: row.mean,
        welfareOfBoundWorst: row.worst, welfareOfBoundEqualValues: row.equal,
        runs: row.runs.map(ReportSummary.run))
    }
    let own = report.ledger
    ledger = Ledger(
      entries: own.entries, bytes: own.bytes, refusals: own.refusals,
      chargedHKD: Double(own.charged) / 100,
      deliveredGPUHours: Double(own.delivered) / 3_600_000, sumOfBalances: own.sumOfBalances,
      seconds: own.seconds, clearingSeconds: own.clearingSeconds)
    let times = report.rounds.map(\.seconds).sorted()
    rounds = Rounds(
      count: report.rounds.count, withBids: report.rounds.filter { $0.bids > 0 }.count,
      mostBids: report.rounds.map(\.bids).max() ?? 0, slowestSeconds: times.last ?? 0,
      p50Seconds: times.isEmpty ? 0 : times[times.count / 2],
      p99Seconds: times.isEmpty ? 0 : times[min(times.count - 1, times.count * 99 / 100)])
  }

  private static func run(_ run: BacktestReport.Run) -> Run {
    let measures = run.measures
    return Run(
      values: run.seed.map { "seed \($0)" } ?? "equal", bidsFilled: measures.filled,
      shareOfBids: measures.shareOfBids, shareOfGPUHours: measures.shareOfHours,
      gpuHours: measures.gpuHours, utilisationOfOffered: measures.utilisation,
      welfareHKD: Double(measures.welfare) / 400, boundHKD: Double(measures.bound) / 400,
      paidHKD: Double(measures.paid) / 100,
      sizes: measures.classes.map {
        Size(
          gpus: $0.name, bids: $0.bids, filled: $0.filled, waitMinutesP50: $0.waitP50,
          waitMinutesP90: $0.waitP90, waitMinutesP99: $0.waitP99)
      })
  }
}
