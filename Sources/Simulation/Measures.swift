import Units

/// What came of one policy on one workload. Nothing here but `welfare` rests on values.
package struct Measures: Sendable, Equatable {
  package var policy = ""
  package var title = ""
  /// Bids placed, of all bids.
  package var filled = 0
  package var bids = 0
  /// Delivered GPU times quarter hours, of those asked for and of those offered in the window.
  package var delivered: Int64 = 0
  package var asked: Int64 = 0
  package var offered: Int64 = 0
  /// Sum of (value - ask) times GPUs times quarter hours, minor units x quarter hours.
  package var welfare: Int64 = 0
  /// The clairvoyant bound on the same workload; 0 when not computed.
  package var bound: Int64 = 0
  /// What the tenants paid, minor units of HKD.
  package var paid: Int64 = 0
  package var classes: [SizeClass] = []
  /// Delivered GPUs of each hour of the window, mean.
  package var busyByHour: [Double] = []

  /// Bids of one size, 0 being all sizes together.
  package struct SizeClass: Sendable, Equatable {
    package var name: String
    package var bids = 0
    package var filled = 0
    package var asked: Int64 = 0
    package var delivered: Int64 = 0
    /// Minutes from arrival to start of those that were placed.
    package var waitP50: Int64 = 0
    package var waitP90: Int64 = 0
    package var waitP99: Int64 = 0
  }

  package init() {}

  package init(_ workload: Workload, _ sales: [Sale], name: String, title: String, bound: Int64) {
    policy = name
    self.title = title
    self.bound = bound
    bids = workload.bids.count
    filled = sales.count
    offered = workload.sites.reduce(0) { $0 + $1.offered.reduce(Int64(0)) { $0 + Int64($1) } }
    asked = workload.bids.reduce(0) { $0 + $1.size }
    var busy = [Int64](repeating: 0, count: workload.quarters)
    for sale in sales {
      let bid = workload.bids[sale.bid]
      delivered += bid.size
      paid += sale.paid
      welfare += bid.size * (bid.value - workload.sites[sale.site].ask)
      for quarter in sale.start..<(sale.start + bid.quarters) { busy[quarter] += Int64(bid.gpus) }
    }
    busyByHour = Measures.hourly(busy)
    classes = Measures.sizes.map { name, range in
      Measures.sizeClass(workload, sales, name, range)
    }
  }

  private static let sizes: [(String, ClosedRange<Int32>)] = [
    ("all", 1...Int32.max), ("1", 1...1), ("2-7", 2...7), ("8+", 8...Int32.max),
  ]

  private static func sizeClass(
    _ workload: Workload, _ sales: [Sale], _ name: String, _ range: ClosedRange<Int32>
  ) -> SizeClass {
    var result = SizeClass(name: name)
    for bid in workload.bids where range.contains(bid.gpus) {
      result.bids += 1
      result.asked += bid.size
    }
    var waits: [Int64] = []
    for sale in sales {
      let bid = workload.bids[sale.bid]
      guard range.contains(bid.gpus) else { continue }
      result.filled += 1
      result.delivered += bid.size
      waits.append((workload.time(sale.start) - bid.arrival) / Span.minute)
    }
    waits.sort()
    result.waitP50 = percentile(waits, 50)
    result.waitP90 = percentile(waits, 90)
    result.waitP99 = percentile(waits, 99)
    return result
  }

  /// Nearest rank; 0 of nothing.
  package static func percentile(_ sorted: [Int64], _ percent: Int) -> Int64 {
    guard !sorted.isEmpty else { return 0 }
    return sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
  }

  /// Means of four quarters.
  package static func hourly(_ quarters: [Int64]) -> [Double] {
    stride(from: 0, to: quarters.count, by: 4).map { first in
      let hour = quarters[first..<min(quarters.count, first + 4)]
      return Double(hour.reduce(0, +)) / Double(hour.count)
    }
  }

  package var utilisation: Double { offered > 0 ? Double(delivered) / Double(offered) : 0 }
  package var shareOfBids: Double { bids > 0 ? Double(filled) / Double(bids) : 0 }
  package var shareOfHours: Double { asked > 0 ? Double(delivered) / Double(asked) : 0 }
  package var shareOfBound: Double { bound > 0 ? Double(welfare) / Double(bound) : 0 }
  package var gpuHours: Double { Double(delivered) / 4 }
}
