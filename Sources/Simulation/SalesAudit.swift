/// Checks sales against the rules that hold for every policy, knowing nothing of how they were
/// made.
package enum SalesAudit {
  /// What is wrong, in words; empty when nothing is.
  package static func faults(_ workload: Workload, _ sales: [Sale]) -> [String] {
    var faults: [String] = []
    var free = workload.sites.map(\.offered)
    var seen: Set<Int> = []
    for sale in sales {
      guard workload.bids.indices.contains(sale.bid), workload.sites.indices.contains(sale.site)
      else {
        faults.append("a sale names bid \(sale.bid) or site \(sale.site), which is not there")
        continue
      }
      let bid = workload.bids[sale.bid]
      let ask = workload.sites[sale.site].ask
      let name = "the bid of line \(bid.line)"
      if !seen.insert(sale.bid).inserted { faults.append("\(name) is sold twice") }
      if !bid.sites.contains(sale.site) { faults.append("\(name) is out of its latency limit") }
      if bid.value < ask { faults.append("\(name) is worth less than the ask") }
      if sale.paid < bid.size * ask / 4 { faults.append("\(name) pays less than the ask") }
      if sale.paid > (bid.size * bid.value + 3) / 4 {
        faults.append("\(name) pays above its limit")
      }
      guard let window = workload.window(bid), window.contains(sale.start) else {
        faults.append("\(name) starts outside its window")
        continue
      }
      for quarter in sale.start..<(sale.start + bid.quarters) {
        free[sale.site][quarter] -= bid.gpus
      }
    }
    for (site, row) in free.enumerated() {
      if let quarter = row.firstIndex(where: { $0 < 0 }) {
        faults.append("site \(workload.sites[site].name) is oversold in quarter \(quarter)")
      }
    }
    return faults
  }
}
