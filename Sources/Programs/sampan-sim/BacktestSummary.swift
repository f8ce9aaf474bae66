import Foundation
import Simulation

/// The figures of a backtest as a table for a terminal.
struct BacktestSummary {
  var report: BacktestReport

  var text: String {
    var lines = [
      "POLICY            WELFARE IN % OF THE BOUND       ON TIME          UTILISATION  WAIT p50 / p99",
      "                  mean    worst   equal values    bids   GPU-h                    h",
    ]
    for row in report.rows {
      let measures = row.first
      lines.append(
        column(row.name, 18) + percent(row.mean, 8) + percent(row.worst, 8)
          + (row.equal.map { percent($0, 16) } ?? column("-", 16))
          + percent(measures.shareOfBids, 7) + percent(measures.shareOfHours, 10)
          + percent(measures.utilisation, 13)
          + measures.classes.map { size in
            String(
              format: "%@: %.2f / %.1f  ", size.name, Double(size.waitP50) / 60,
              Double(size.waitP99) / 60)
          }.joined())
    }
    let ledger = report.ledger
    lines.append(
      String(
        format: "%d entries in the ledger, %.1f s for the run, %.1f s of it clearing",
        ledger.entries, ledger.seconds, ledger.clearingSeconds))
    for absent in report.notRun { lines.append("not run: \(absent.name): \(absent.reason)") }
    return lines.joined(separator: "\n")
  }

  private func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private func percent(_ share: Double, _ width: Int) -> String {
    column(String(format: "%.1f", share * 100), width)
  }
}
