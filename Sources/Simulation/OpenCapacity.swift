/// GPUs of one site that are offered and not yet taken, quarter hour by quarter hour.
package struct OpenCapacity: Sendable {
  package private(set) var free: [Int32]

  package init(offered: [Int32]) { free = offered }

  package mutating func take(gpus: Int32, from start: Int, quarters: Int) {
    for quarter in start..<(start + quarters) { free[quarter] -= gpus }
  }

  /// The first start in the range, on quarter edges, with the GPUs free for the whole length.
  package func firstFit(gpus: Int32, quarters: Int, in range: ClosedRange<Int>) -> Int? {
    firstFit(gpus: gpus, quarters: quarters, in: range) { $0 }
  }

  /// The first start in the range with the GPUs free for the whole length. `allowed` moves a start
  /// on to the next that the grid allows (or returns it); nil when there is none.
  package func firstFit(
    gpus: Int32, quarters: Int, in range: ClosedRange<Int>, allowed: (Int) -> Int?
  ) -> Int? {
    free.withUnsafeBufferPointer { free in
      var candidate = range.lowerBound
      // Below `known` every quarter from `candidate` on is known to have room.
      var known = candidate
      while let start = allowed(candidate), start <= range.upperBound {
        let end = start + quarters
        guard end <= free.count else { return nil }
        var quarter = end - 1
        let floor = max(start, known)
        while quarter >= floor, free[quarter] >= gpus { quarter -= 1 }
        if quarter < floor { return start }
        candidate = quarter + 1
        known = max(known, end)
        // What lies between the blocked quarter and `end` was seen to have room.
        if candidate >= known { known = candidate }
      }
      return nil
    }
  }
}
