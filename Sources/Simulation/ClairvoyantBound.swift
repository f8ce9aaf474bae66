import Foundation

/// What no policy can exceed, not even one that knows every bid and all capacity of the whole
/// period in advance: the plain certificate of clearing.md, 5 over the whole workload in quarter-
/// hour slots.
///
/// The search for good prices is in floating point; the bound itself is computed from the prices
/// rounded to integers, exactly, and holds for any prices. Windows are those of the bids on quarter
/// edges, without the coarser grid that the market sees: so it bounds every policy here.
package struct ClairvoyantBound: Sendable {
  /// Minor units times quarter hours: no sales of the workload have a welfare above this.
  package private(set) var welfare: Int64
  /// By site and quarter, 1/64 minor unit per GPU-hour.
  package private(set) var duals: [[Int64]]
  /// Its worth in each step, for those who want to see whether more steps would help.
  package private(set) var course: [Double] = []

  /// Starts at one site between which the bid always fits an empty site.
  private struct Run {
    var site: Int32
    var low: Int32
    var high: Int32
  }

  package init(_ workload: Workload, steps: Int, from warm: [[Int64]]? = nil) {
    let runs = ClairvoyantBound.runs(workload)
    let quarters = workload.quarters
    let sites = workload.sites.count
    var prices = [Double](repeating: 0, count: sites * quarters)
    if let warm {
      for site in 0..<sites {
        for quarter in 0..<quarters {
          prices[site * quarters + quarter] = Double(warm[site][quarter]) / 64
        }
      }
    }
    var best = prices
    var least = Double.infinity
    var momentum = [Double](repeating: 0, count: prices.count)
    let scale = ClairvoyantBound.meanMargin(workload)
    var step = warm == nil ? 0.33 : 0.1
    let shrink = pow(step / 0.0005, 1 / Double(max(1, steps)))
    for _ in 0..<max(1, steps) {
      var demand = [Double](repeating: 0, count: prices.count)
      let total = ClairvoyantBound.pass(workload, runs, prices, &demand)
      course.append(total)
      if total < least {
        least = total
        best = prices
      }
      for site in 0..<sites {
        let offered = workload.sites[site].offered
        for quarter in 0..<quarters {
          let cell = site * quarters + quarter
          let capacity = Double(offered[quarter])
          let excess = max(-1, min(1, (demand[cell] - capacity) / max(1, capacity)))
          momentum[cell] = 0.7 * momentum[cell] + 0.3 * excess
          prices[cell] = max(0, prices[cell] + scale * step * momentum[cell])
        }
      }
      step /= shrink
    }
    let exact = (0..<sites).map { site in
      best[(site * quarters)..<((site + 1) * quarters)].map { Int64(($0 * 64).rounded()) }
    }
    duals = exact
    welfare = ClairvoyantBound.bound(workload, duals: exact)
  }

  /// The bound that these prices prove, exactly.
  package static func bound(_ workload: Workload, duals: [[Int64]]) -> Int64 {
    bound(workload, runs(workload), duals)
  }

  private static func bound(_ workload: Workload, _ runs: [[Run]], _ duals: [[Int64]]) -> Int64 {
    var total: Int128 = 0
    var sums: [[Int64]] = []
    for (site, prices) in duals.enumerated() {
      var sum: Int64 = 0
      var row: [Int64] = [0]
      for (quarter, price) in prices.enumerated() {
        total += Int128(workload.sites[site].offered[quarter]) * Int128(price)
        sum += price
        row.append(sum)
      }
      sums.append(row)
    }
    for (index, bid) in workload.bids.enumerated() {
      var best: Int64 = 0
      for run in runs[index] {
        let row = sums[Int(run.site)]
        let own = 64 * Int64(bid.quarters) * (bid.value - workload.sites[Int(run.site)].ask)
        for start in Int(run.low)...Int(run.high) {
          best = max(best, own - (row[start + bid.quarters] - row[start]))
        }
      }
      total += Int128(best) * Int128(bid.gpus)
    }
    return Int64(clamping: (total + 63) / 64)
  }

  /// One pass: what the prices prove, and how many GPUs each cell is asked for at them.
  private static func pass(
    _ workload: Workload, _ runs: [[Run]], _ prices: [Double], _ demand: inout [Double]
  ) -> Double {
    let quarters = workload.quarters
    let width = quarters + 1
    var total = 0.0
    var sums = [Double](repeating: 0, count: workload.sites.count * width)
    for (site, centre) in workload.sites.enumerated() {
      for quarter in 0..<quarters {
        let price = prices[site * quarters + quarter]
        total += Double(centre.offered[quarter]) * price
        sums[site * width + quarter + 1] = sums[site * width + quarter] + price
      }
    }
    // Rises and falls of demand at quarter edges, summed up at the end.
    var change = [Double](repeating: 0, count: sums.count)
    sums.withUnsafeBufferPointer { sums in
      for (index, bid) in workload.bids.enumerated() {
        var best = 0.0
        var at = -1
        for run in runs[index] {
          let row = Int(run.site) * width
          let own = Double(Int64(bid.quarters) * (bid.value - workload.sites[Int(run.site)].ask))
          if own <= best { continue }
          for start in (row + Int(run.low))...(row + Int(run.high)) {
            let surplus = own - (sums[start + bid.quarters] - sums[start])
            if surplus > best {
              best = surplus
              at = start
            }
          }
        }
        guard at >= 0 else { continue }
        total += best * Double(bid.gpus)
        change[at] += Double(bid.gpus)
        change[at + bid.quarters] -= Double(bid.gpus)
      }
    }
    for site in workload.sites.indices {
      var now = 0.0
      for quarter in 0..<quarters {
        now += change[site * width + quarter]
        demand[site * quarters + quarter] = now
      }
    }
    return total
  }

  /// Where each bid fits an empty site within its window.
  private static func runs(_ workload: Workload) -> [[Run]] {
    // By number of GPUs: the next quarter with less room, by site.
    var blocked: [Int32: [[Int32]]] = [:]
    return workload.bids.map { bid in
      guard bid.hopeless == nil, let window = workload.window(bid) else { return [] }
      let next = blocked[bid.gpus] ?? workload.sites.map { nextBlocked($0.offered, bid.gpus) }
      blocked[bid.gpus] = next
      var found: [Run] = []
      for site in bid.sites where workload.sites[site].ask < bid.value {
        var start = window.lowerBound
        while start <= window.upperBound {
          let stop = Int(next[site][start])
          let last = min(window.upperBound, stop - bid.quarters)
          if start <= last {
            found.append(Run(site: Int32(site), low: Int32(start), high: Int32(last)))
          }
          start = stop + 1
        }
      }
      return found
    }
  }

  private static func nextBlocked(_ offered: [Int32], _ gpus: Int32) -> [Int32] {
    var next = [Int32](repeating: Int32(offered.count), count: offered.count + 1)
    for quarter in stride(from: offered.count - 1, through: 0, by: -1) {
      next[quarter] = offered[quarter] < gpus ? Int32(quarter) : next[quarter + 1]
    }
    return next
  }

  private static func meanMargin(_ workload: Workload) -> Double {
    let asks =
      workload.sites.reduce(0.0) { $0 + Double($1.ask) } / Double(max(1, workload.sites.count))
    let values = workload.bids.reduce(0.0) { $0 + Double($1.value) }
    return max(1, values / Double(max(1, workload.bids.count)) - asks)
  }
}
