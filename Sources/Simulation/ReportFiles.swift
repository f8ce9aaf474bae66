import Foundation

/// The files of a report: JSON and CSV for programs, one HTML page for people.
struct ReportFiles {
  private let report: BacktestReport

  init(_ report: BacktestReport) { self.report = report }

  /// Writes all files, replacing those of an earlier report.
  func write(to folder: String) throws {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(ReportSummary(report)).write(to: url.appendingPathComponent("report.json"))
      for (name, text) in [
        ("rounds.csv", rounds), ("bids.csv", bids), ("prices.csv", prices),
        ("utilisation.csv", utilisation), ("baselines.csv", baselines),
        ("index.html", ReportPage(report).html),
      ] {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
      }
    } catch {
      throw TraceError(
        file: folder, reason: "the report could not be written (\(error)); choose another folder")
    }
  }

  private func table(_ header: String, _ rows: [[String]]) -> String {
    ([header] + rows.map { $0.joined(separator: ",") }).joined(separator: "\n") + "\n"
  }

  var rounds: String {
    table(
      "round,closed,bids,winners,gpu_hours,welfare_hkd,bound_hkd,seconds",
      report.rounds.map { round in
        [
          "\(round.number)", CivilTime.text(round.time), "\(round.bids)", "\(round.winners)",
          Self.decimal(Double(round.gpuQuarters) / 4), Self.decimal(Double(round.welfare) / 4_000),
          Self.decimal(Double(round.bound) / 4_000), String(format: "%.4f", round.seconds),
        ]
      })
  }

  /// One line a bid; for each policy the site, the start and what is paid, empty when not placed.
  var bids: String {
    let workload = report.workload
    let names = report.rows.map(\.name)
    let placed = names.map { name in
      Dictionary(
        (report.sales[name] ?? []).map { ($0.bid, $0) }, uniquingKeysWith: { first, _ in first })
    }
    let header =
      "line,arrival,tenant,gpus,hours,value_cents,deadline,latency_limit_ms,hopeless"
      + names.map { ",\($0)_site,\($0)_start,\($0)_paid_cents" }.joined()
    return table(
      header,
      workload.bids.enumerated().map { index, bid in
        let own = [
          "\(bid.line)", CivilTime.text(bid.arrival), workload.tenants[bid.tenant].name,
          "\(bid.gpus)", Self.decimal(Double(bid.quarters) / 4), "\(bid.value)",
          CivilTime.text(bid.deadline), bid.latencyLimit.map { "\($0)" } ?? "",
          bid.hopeless.map { "\($0)" } ?? "",
        ]
        return own
          + placed.flatMap { sales in
            guard let sale = sales[index] else { return ["", "", ""] }
            return [
              workload.sites[sale.site].name, CivilTime.text(workload.time(sale.start)),
              "\(sale.paid)",
            ]
          }
      })
  }

  var prices: String {
    table(
      "round,closed,site,ask_cents,price_cents",
      report.rounds.flatMap { round in
        round.prices.enumerated().compactMap { site, price in
          price.map {
            [
              "\(round.number)", CivilTime.text(round.time), report.workload.sites[site].name,
              "\(report.workload.sites[site].ask)", "\($0)",
            ]
          }
        }
      })
  }

  /// GPUs by hour, means: what the centres have, what they leave idle, what each policy sells of
  /// it.
  var utilisation: String {
    let workload = report.workload
    let total = Self.sum(workload, \.total)
    let idle = Self.sum(workload, \.idle)
    let offered = Self.sum(workload, \.offered)
    return table(
      "hour,total,own_use,idle,offered" + report.rows.map { ",\($0.name)" }.joined(),
      offered.indices.map { hour in
        [
          CivilTime.text(workload.time(hour * 4)), Self.decimal(total[hour]),
          Self.decimal(total[hour] - idle[hour]), Self.decimal(idle[hour]),
          Self.decimal(offered[hour]),
        ] + report.rows.map { Self.decimal($0.first.busyByHour[hour]) }
      })
  }

  /// One line a policy, set of values and size.
  var baselines: String {
    table(
      "policy,values,size,bids,filled,gpu_hours_asked,gpu_hours_delivered,wait_p50_min,"
        + "wait_p90_min,wait_p99_min,utilisation,welfare_hkd,bound_hkd,share_of_bound,paid_hkd",
      report.rows.flatMap { row in
        row.runs.flatMap { run in
          run.measures.classes.map { size in
            let all = size.name == "all"
            let measures = run.measures
            return [
              row.name, run.seed.map { "\($0)" } ?? "equal", size.name, "\(size.bids)",
              "\(size.filled)", Self.decimal(Double(size.asked) / 4),
              Self.decimal(Double(size.delivered) / 4), "\(size.waitP50)", "\(size.waitP90)",
              "\(size.waitP99)", all ? String(format: "%.5f", measures.utilisation) : "",
              all ? Self.decimal(Double(measures.welfare) / 400) : "",
              all ? Self.decimal(Double(measures.bound) / 400) : "",
              all ? String(format: "%.5f", measures.shareOfBound) : "",
              all ? Self.decimal(Double(measures.paid) / 100) : "",
            ]
          }
        }
      })
  }

  /// Over all sites, means of each hour.
  static func sum(_ workload: Workload, _ path: KeyPath<Workload.Site, [Int32]>) -> [Double] {
    Measures.hourly(
      (0..<workload.quarters).map { quarter in
        workload.sites.reduce(Int64(0)) { $0 + Int64($1[keyPath: path][quarter]) }
      })
  }

  static func decimal(_ value: Double) -> String { String(format: "%.2f", value) }
}
