import Foundation

/// The report as one page that needs nothing but itself.
struct ReportPage {
  let report: BacktestReport

  init(_ report: BacktestReport) { self.report = report }

  static let colours = [
    "alone": "#8a929c", "fcfs": "#d39b22", "auction": "#a86fa3", "greedy": "#4f9d69",
    "market": "#1f66b0",
  ]
  static let shortNames = [
    "alone": "alone at home", "fcfs": "first come, all centres", "auction": "order by order",
    "greedy": "greedy per round", "market": "Sampan",
  ]

  func colour(_ row: BacktestReport.Row) -> String { Self.colours[row.name] ?? "#555555" }
  func short(_ row: BacktestReport.Row) -> String { Self.shortNames[row.name] ?? row.name }
  func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

  var html: String {
    let options = report.options
    let title = "Backtest from \(options.from), \(options.days) days"
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title><style>\(Self.style)</style></head><body><main>
      <h1>\(title)</h1>
      <p class="lead">\(lead)</p>
      \(tiles)
      \(section("GPUs sold over time", utilisation))
      \(section("Who was served", served))
      \(section("Waiting", waiting))
      \(section("Welfare against the clairvoyant bound", welfare))
      \(section("Prices", prices))
      \(section("The market's own record", ledger))
      \(section("What the data say, and what was chosen", choices))
      </main></body></html>

      """
  }

  private func section(_ title: String, _ body: String) -> String {
    "<section><h2>\(title)</h2>\(body)</section>"
  }

  private var lead: String {
    let workload = report.workload
    let asked = workload.bids.reduce(0) { $0 + $1.size } / 4
    return "\(Plot.grouped(Int64(workload.bids.count))) jobs of \(workload.tenants.count) tenants "
      + "became bids for \(Plot.grouped(asked)) GPU-hours; \(workload.sites.count) centres offered "
      + "what their own jobs left idle, "
      + "\(Plot.grouped((report.rows.first?.first.offered ?? 0) / 4)) GPU-hours. "
      + "The same bids and offers went through each policy; none sees a bid before it arrives."
  }

  private var tiles: String {
    guard let market = report.row(Backtest.marketName), let alone = report.row("alone") else {
      return ""
    }
    let total = ReportFiles.sum(report.workload, \.total).reduce(0, +)
    let idle = ReportFiles.sum(report.workload, \.idle).reduce(0, +)
    func use(_ row: BacktestReport.Row) -> String {
      percent((total - idle + row.first.gpuHours) / max(1, total))
    }
    func both(_ share: (Measures) -> Double) -> String {
      "\(percent(share(alone.first))) alone, \(percent(share(market.first))) with Sampan"
    }
    let own = percent((total - idle) / max(1, total))
    let items: [(String, String)] = [
      (
        "use of the centres' GPUs",
        "\(own) own, \(use(alone)) alone, \(use(market)) with Sampan"
      ),
      ("idle GPU-hours sold", both(\.utilisation)),
      ("bids served on time", both(\.shareOfBids)),
      (
        "welfare, of the clairvoyant bound",
        "\(percent(market.mean)) mean, \(percent(market.worst)) worst of \(market.drawnRuns)"
      ),
    ]
    return "<div class=\"tiles\">"
      + items.map { "<div><b>\($0.1)</b><span>\($0.0)</span></div>" }.joined() + "</div>"
  }

  static let style = """
    body{margin:0;background:#fbfbfa;color:#22272e;font:15px/1.5 system-ui,sans-serif}
    main{max-width:1000px;margin:0 auto;padding:28px 20px 60px}
    h1{font-size:26px;margin:0 0 6px}h2{font-size:18px;margin:0 0 10px}
    .lead{color:#4a525c;max-width:70ch}
    section{background:#fff;border:1px solid #e4e6e8;border-radius:8px;padding:18px 20px;
      margin:18px 0}
    .tiles{display:grid;grid-template-columns:repeat(2,1fr);gap:12px;margin:18px 0}
    .tiles div{background:#fff;border:1px solid #e4e6e8;border-radius:8px;padding:12px 16px}
    .tiles b{display:block;font-size:17px}.tiles span{color:#69727d;font-size:13px}
    svg{width:100%;height:auto;display:block}
    .grid{stroke:#e8eaec}.tick{font-size:12px;fill:#69727d}.value{font-size:12px;fill:#22272e}
    .group{font-size:13px;font-weight:600;fill:#22272e}.mark{stroke:#22272e;stroke-width:2}
    .legend span{margin-right:18px;font-size:13px;color:#4a525c}
    .legend i{display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:6px}
    table{border-collapse:collapse;font-size:13px;width:100%;margin:8px 0}
    th,td{text-align:right;padding:4px 8px;border-bottom:1px solid #eceeef;vertical-align:top}
    th{color:#69727d;font-weight:600}th:first-child,td:first-child{text-align:left}
    .words td{text-align:left}.note{color:#69727d;font-size:13px}
    """
}
