import Foundation

extension ReportPage {
  private var days: [(at: Double, text: String)] {
    let count = report.workload.quarters / 96
    let step = max(1, (count + 13) / 14)
    return stride(from: 0, to: count, by: step).map { day in
      (
        Double(day * 24) + 12,
        String(CivilTime.dateText(report.workload.time(day * 96)).dropFirst(5))
      )
    }
  }

  /// Means of so many hours, at their middle.
  private func smooth(_ hours: [Double], by width: Int) -> [(x: Double, y: Double)] {
    stride(from: 0, to: hours.count, by: width).map { first in
      let part = hours[first..<min(hours.count, first + width)]
      return (Double(first) + Double(part.count) / 2, part.reduce(0, +) / Double(part.count))
    }
  }

  var utilisation: String {
    let hours = report.workload.quarters / 4
    let width = hours > 200 ? 3 : 1
    let offered = ReportFiles.sum(report.workload, \.offered)
    var series = [
      Plot.Series(
        name: "offered (idle)", colour: "#dfe8f1", mark: .area, points: smooth(offered, by: width))
    ]
    for row in report.rows where ["alone", "fcfs", Backtest.marketName].contains(row.name) {
      series.append(
        Plot.Series(
          name: "sold, \(short(row))", colour: colour(row),
          points: smooth(row.first.busyByHour, by: width)))
    }
    let plot = Plot(
      title: "GPUs offered and sold over time", yTitle: "GPUs", series: series, xTicks: days,
      xRange: 0...Double(max(1, hours)))
    return Plot.legend(series.map { ($0.name, $0.colour) }) + plot.svg
      + "<p class=\"note\">Means of \(width) h. GPUs that centres use themselves are not shown.</p>"
  }

  var served: String {
    let sizes = report.rows.first?.first.classes.indices.map { $0 } ?? []
    let groups = sizes.flatMap { size -> [(name: String, bars: [BarChart.Bar])] in
      [true, false].map { byBids -> (name: String, bars: [BarChart.Bar]) in
        let name = report.rows[0].first.classes[size].name
        let what = byBids ? "bids" : "GPU-hours"
        return (
          name: "\(name == "all" ? "all sizes" : "\(name) GPU"): \(what)",
          bars: report.rows.map { row in
            let some = row.first.classes[size]
            let share =
              byBids
              ? Double(some.filled) / Double(max(1, some.bids))
              : Double(some.delivered) / Double(max(1, some.asked))
            return BarChart.Bar(
              name: short(row), colour: colour(row), share: share, text: percent(share))
          }
        )
      }
    }
    let hopeless = Workload.Hopeless.allCases.compactMap { reason -> String? in
      let some = report.workload.bids.filter { $0.hopeless == reason }
      guard !some.isEmpty else { return nil }
      let hours = some.reduce(0) { $0 + $1.size } / 4
      return
        "\(reason.rawValue): \(Plot.grouped(Int64(some.count))) bids, "
        + "\(Plot.grouped(hours)) GPU-hours"
    }
    return BarChart(title: "Share served on time", groups: groups).svg
      + "<p class=\"note\">Share of what was asked that ran before its deadline. Nobody could have "
      + "placed these, and they count as not served: "
      + "\(Plot.escaped(hopeless.joined(separator: "; "))).</p>"
  }

  var waiting: String {
    let top = 24.0
    let series = report.rows.map { row in
      let waits = (report.sales[row.name] ?? []).map { sale in
        let bid = report.workload.bids[sale.bid]
        return Double(report.workload.time(sale.start) - bid.arrival) / 3_600_000
      }.sorted()
      let all = Double(max(1, report.workload.bids.count))
      var points: [(x: Double, y: Double)] = []
      var index = 0
      for step in 0...192 {
        let hour = Double(step) / 8
        while index < waits.count, waits[index] <= hour { index += 1 }
        points.append((hour, Double(index) / all * 100))
      }
      return Plot.Series(name: short(row), colour: colour(row), mark: .step, points: points)
    }
    let ticks = stride(from: 0, through: 24, by: 3).map { (at: Double($0), text: "\($0) h") }
    let plot = Plot(
      title: "Share of all bids started within so many hours", yTitle: "% of all bids",
      series: series, xTicks: ticks, xRange: 0...top, yTop: 100)
    return Plot.legend(series.map { ($0.name, $0.colour) }) + plot.svg
      + "<p class=\"note\">From arrival to start, by time. Below: of the bids that were placed, by "
      + "number of GPUs, h:mm. A policy that serves fewer bids waits less; read both together.</p>"
      + waitTable
  }

  private var waitTable: String {
    var text = "<table><tr><th>policy</th>"
    for size in report.rows.first?.first.classes ?? [] {
      text += "<th>\(size.name): p50</th><th>p90</th><th>p99</th>"
    }
    text += "</tr>"
    for row in report.rows {
      text += "<tr><td>\(short(row))</td>"
      for size in row.first.classes {
        for minutes in [size.waitP50, size.waitP90, size.waitP99] {
          text += "<td>\(wait(minutes))</td>"
        }
      }
      text += "</tr>"
    }
    return text + "</table>"
  }

  private func wait(_ minutes: Int64) -> String {
    "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
  }

  var welfare: String {
    let bars = report.rows.map { row in
      BarChart.Bar(
        name: short(row), colour: colour(row), share: row.mean,
        text: "\(percent(row.mean)), worst \(percent(row.worst))", mark: row.worst)
    }
    let equal = report.rows.compactMap { row in
      row.equal.map {
        BarChart.Bar(name: short(row), colour: colour(row), share: $0, text: percent($0))
      }
    }
    var groups = [(name: "", bars: bars)]
    if !equal.isEmpty { groups.append((name: "all values equal", bars: equal)) }
    let runs = report.rows.map { "\(short($0)): \($0.drawnRuns)" }.joined(separator: ", ")
    let missing = report.notRun.map { "\($0.name) (\($0.reason))" }.joined(separator: "; ")
    let titles = report.rows.map {
      "<tr><td>\(short($0))</td><td>\(Plot.escaped($0.title))</td></tr>"
    }
    return BarChart(title: "Welfare in % of the clairvoyant bound", groups: groups).svg
      + "<p class=\"note\">Welfare: value less ask, summed over the GPU-hours that ran. The bound: "
      + "prices that prove what nobody could exceed who knew all bids and all capacity of the "
      + "whole window in advance; it need not be reachable. Bars are means over sets of drawn "
      + "values, the stroke is the worst (\(Plot.escaped(runs))).</p>"
      + "<table class=\"words\">\(titles.joined())</table>"
      + "<p class=\"note\">Not run: \(Plot.escaped(missing)).</p>"
  }

  var prices: String {
    let workload = report.workload
    let count = workload.quarters / 96
    var paid = [Double](repeating: 0, count: count)
    var asks = paid
    var hours = paid
    for sale in report.sales[Backtest.marketName] ?? [] {
      let bid = workload.bids[sale.bid]
      let day = min(count - 1, sale.start / 96)
      paid[day] += Double(sale.paid)
      asks[day] += Double(bid.size) / 4 * Double(workload.sites[sale.site].ask)
      hours[day] += Double(bid.size) / 4
    }
    func daily(_ sums: [Double]) -> [(x: Double, y: Double)] {
      var points: [(x: Double, y: Double)] = []
      for day in 0..<count where hours[day] > 0 {
        points.append((x: Double(day * 24 + 12), y: sums[day] / hours[day] / 100))
      }
      return points
    }
    // Every two hours: the mean over centres of the price of the next slot.
    var spot: [(x: Double, y: Double)] = []
    for round in report.rounds where round.number % 8 == 0 {
      let known = round.prices.compactMap { $0 }
      guard !known.isEmpty else { continue }
      let hour = Double(round.time - workload.start) / 3_600_000
      spot.append((x: hour, y: Double(known.reduce(0, +)) / Double(known.count) / 100))
    }
    let series = [
      Plot.Series(name: "next slot, mean over centres", colour: "#c9dcef", points: spot),
      Plot.Series(name: "paid, by day of start", colour: "#1f66b0", points: daily(paid)),
      Plot.Series(name: "asks of the same", colour: "#8a929c", points: daily(asks)),
    ]
    let plot = Plot(
      title: "Prices over time", yTitle: "HKD per GPU-hour", series: series, xTicks: days,
      xRange: 0...Double(max(1, workload.quarters / 4)))
    return Plot.legend(series.map { ($0.name, $0.colour) }) + plot.svg
      + "<p class=\"note\">Price = ask + congestion, uniform in each centre and slot; both "
      + "averages by GPU-hours. By centre and round: prices.csv.</p>"
  }

  var ledger: String {
    let own = report.ledger
    let summary = ReportSummary(report).rounds
    let refusals = own.refusals.keys.sorted().map { "\($0) \(own.refusals[$0] ?? 0)" }
    let rounds = Plot.grouped(Int64(summary.count))
    let withBids = Plot.grouped(Int64(summary.withBids))
    let charged = Plot.grouped(own.charged / 100)
    let delivered = Plot.grouped(own.delivered / 3_600_000)
    let items: [(String, String)] = [
      ("rounds", "\(rounds), \(withBids) with bids, at most \(summary.mostBids) bids"),
      (
        "seconds a round",
        String(
          format: "p50 %.3f, p99 %.2f, slowest %.2f", summary.p50Seconds, summary.p99Seconds,
          summary.slowestSeconds)
      ),
      (
        "entries of the ledger",
        "\(Plot.grouped(own.entries)), \(Plot.grouped(own.bytes / 1_000_000)) MB"
      ),
      ("commands refused", refusals.isEmpty ? "none" : refusals.joined(separator: ", ")),
      ("charged", "\(charged) HKD for \(delivered) GPU-hours delivered"),
      ("sum of all balances", "\(own.sumOfBalances)"),
      (
        "time of the run",
        String(format: "%.0f s, of which clearing %.0f s", own.seconds, own.clearingSeconds)
      ),
    ]
    return "<table class=\"words\">"
      + items.map { "<tr><td>\($0.0)</td><td>\(Plot.escaped($0.1))</td></tr>" }.joined()
      + "</table>"
  }

  var choices: String {
    let notes = report.workload.notes
    let facts: [(String, String)] = [
      ("jobs in the trace", Plot.grouped(Int64(notes.jobsInTrace))),
      ("jobs submitted in the window", Plot.grouped(Int64(notes.jobsInWindow))),
      ("left out as too short", Plot.grouped(Int64(notes.shorterThanLeast))),
      ("left out without a GPU, or that never ran", "\(notes.withoutGPU), \(notes.neverRan)"),
      ("unreadable rows passed over", "\(notes.badRows.count)"),
      ("day of the supply trace laid on the first day", CivilTime.dateText(notes.supplyFrom)),
      ("quarter hours of a centre without a row or in an outage", "\(notes.quartersWithoutRow)"),
    ]
    let caveats: [String] = [
      "Arrivals, sizes and lengths of jobs and the idle GPUs are recorded; two clusters of "
        + "different years are laid over each other by whole days.",
      "Centres know their idle capacity as far ahead as they publish, and keep what they sold: "
        + "nothing vanishes in this run.",
      "A tenant's home is a choice, and what it gets alone depends on it.",
      "Values and asks are drawn between real quotes; nothing but welfare and prices rests on "
        + "them, save for whom the market and greedy choose to serve.",
      "A round decides at its close and sells from the quarter hour after the lead: a bid waits up "
        + "to half an hour. Bids with less slack are only for policies that decide at arrival.",
      "A GPU counts as a GPU: node shapes are not in the supply trace.",
    ]
    func rows(_ items: [(String, String)]) -> String {
      items.map { "<tr><td>\(Plot.escaped($0.0))</td><td>\(Plot.escaped($0.1))</td></tr>" }.joined()
    }
    return "<ul class=\"note\">" + caveats.map { "<li>\($0)</li>" }.joined() + "</ul>"
      + "<table class=\"words\"><tr><th>data</th><th></th></tr>\(rows(facts))</table>"
      + "<table class=\"words\"><tr><th>choice</th><th></th></tr>"
      + "\(rows(report.options.rows))</table>"
  }
}
