import Units

/// A price of each cell that placements are judged at, 1/64 mHKD per GPU-hour, and its sum over
/// time: what a GPU there is expected to be worth to others.
final class Tolls: Sendable {
  let cells: Flat<Int64>
  /// Toll times width before each edge: pool * (slots + 1) + edge.
  let sums: Flat<Int64>

  /// By choice: the most that a placement of it can gain above the tolls, 1/64 mHKD times quarter
  /// GPU-hours; the least number when there is none.
  let bounds: Flat<Int64>

  /// The choices of each bid, the highest bound first; where `Field.ranges` has them.
  let ordered: Flat<Int32>

  /// So many sixteenths of the duals.
  init(_ field: Field, duals: [Int64] = [], share: Int64 = 0) {
    cells = Flat(repeating: 0, count: field.pools * field.slots)
    sums = Flat(repeating: 0, count: field.pools * (field.slots + 1))
    bounds = Flat(repeating: .min, count: field.choices.count)
    guard share > 0, duals.count == cells.count else {
      for index in 0..<field.choices.count {
        let choice = field.choices[index]
        if choice.firstRun < choice.endRun { bounds[index] = 64 &* choice.most }
      }
      ordered = Flat(Tolls.order(field, bounds))
      return
    }
    for pool in 0..<field.pools {
      var sum: Int64 = 0
      for slot in 0..<field.slots {
        let cell = pool * field.slots + slot
        cells[cell] = duals[cell] / 16 * share
        sum &+= cells[cell] &* field.widths[slot]
        sums[pool * (field.slots + 1) + slot + 1] = sum
      }
    }
    var pricer = Pricer(field, duals: cells.array)
    for bid in field.ranges.indices { pricer.bound(bid, bounds) }
    ordered = Flat(Tolls.order(field, bounds))
  }

  private static func order(_ field: Field, _ bounds: borrowing Flat<Int64>) -> [Int32] {
    var ordered: [Int32] = []
    ordered.reserveCapacity(field.choices.count)
    let base = bounds.base
    for range in field.ranges {
      ordered += range.map { Int32(truncatingIfNeeded: $0) }
      ordered[range].sort {
        base[Int($0)] > base[Int($1)] || (base[Int($0)] == base[Int($1)] && $0 < $1)
      }
    }
    return ordered
  }

  /// What one GPU pays over a stretch.
  @inline(__always)
  func over(_ edges: Int, _ start: Int, _ end: Int) -> Int64 {
    sums[edges + end] &- sums[edges + start]
  }
}
