/// The bids that have arrived and are not placed, in order of arrival.
///
/// A bid is tried again only when it could fit where it did not before: capacity only goes down, so
/// that takes more of the schedule published, or (short bids) hours that have become quarter hours.
struct WaitingBids {
  private let workload: Workload
  private var next = 0
  private var waiting: [(bid: Int, seen: Int)] = []

  init(_ workload: Workload) { self.workload = workload }

  /// Lets the bids up to a time arrive; those that `place` does not place wait.
  mutating func arrive(until time: Int64, place: (Int) -> Bool) {
    while next < workload.bids.count, workload.bids[next].arrival <= time {
      if workload.bids[next].hopeless == nil, !place(next) { waiting.append((next, -1)) }
      next += 1
    }
  }

  /// Tries the waiting bids, in order of arrival or another, and drops those whose window has
  /// ended.
  mutating func retry(
    _ grid: SlotGrid, orderedBy order: ((Int, Int) -> Bool)? = nil, place: (Int) -> Bool
  ) {
    var due: [Int] = []
    var kept: [(bid: Int, seen: Int)] = []
    for (index, seen) in waiting {
      let bid = workload.bids[index]
      guard let window = workload.window(bid), window.upperBound >= grid.first else { continue }
      // Twelve quarter hours: the finest part of the grid.
      if seen < 0 || bid.quarters < 12 || window.upperBound + bid.quarters > seen {
        due.append(index)
      }
      kept.append((index, grid.end))
    }
    if let order { due.sort(by: order) }
    var placed: Set<Int> = []
    for bid in due where place(bid) { placed.insert(bid) }
    waiting = kept.filter { !placed.contains($0.bid) }
  }
}
