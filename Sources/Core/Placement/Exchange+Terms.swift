import Units

/// What letting one more in would cost those who are in.
extension Exchange {
  /// A bid's firm part on one pool, and the extras that it would have besides.
  struct Wish {
    var pool: Int
    /// By slot: the least that it pays.
    var asks: UnsafePointer<Int64>
    /// What a GPU-hour of its extras may cost.
    var value: Int64
    var gpus: Int64
    /// Extras; none of a chunk.
    var room: Int64 = 0
  }

  /// What an exchange came to.
  struct Terms: Equatable {
    /// What the others lose, less what the bid's own extras gain.
    var lost: Int128
    /// The winners pushed out, ascending.
    var evicted: [Int]
  }

  /// Buffers that exchanges share, and lower bounds that hold until a pool changes.
  struct Workings {
    fileprivate var out: [Bool] = []
    fileprivate var rest: [Int64] = []
    fileprivate var near: [Int] = []
    fileprivate var leastRows: [Int: Row] = [:]
    /// Cells looked at: the measure of effort.
    var effort = 0

    fileprivate struct Row {
      var version: Int
      /// What a firm part of that many GPUs costs the others at least, before each edge.
      var sums: [Int64]
    }
  }

  // MARK: Exactly

  /// Makes room for the wishes, which are on different pools over the same slots, by the rule of
  /// clearing.md, 7. Each must fit what was for sale.
  /// - Parameter enough: when the others lose so much before the bid's own extras count, the figure
  ///   is only at least that.
  func terms(
    _ wishes: [Wish], _ start: Int, _ end: Int, enough: Int128 = .max, _ work: inout Workings
  ) -> Terms {
    if work.out.count < holdings.count {
      work.out = [Bool](repeating: false, count: holdings.count)
    }
    let span = end - start
    work.rest.removeAll(keepingCapacity: true)
    for wish in wishes {
      for slot in start..<end { work.rest.append(free[wish.pool * slots + slot] - wish.gpus) }
    }
    work.effort += wishes.count * span
    var evicted: [Int] = []
    for index in wishes.indices { evict(wishes, index, start, end, &evicted, &work) }
    if evicted.count > 0 { putBack(wishes, start, end, &evicted, &work) }
    var lost: Int128 = 0
    if enough < .max {
      for index in evicted { lost &+= Int128(holdings[index].net) }
      for wish in wishes {
        for slot in start..<max(start, min(end, windowEnd)) {
          let gpus = Int128(wish.gpus) &* Int128(widths[slot])
          lost &+= Int128(slopes[wish.pool * windowEnd + slot]) &* gpus
        }
      }
    }
    if lost < enough {
      lost = 0
      for index in evicted { lost &+= Int128(holdings[index].surplus) }
      lost &+= squeezed(wishes, start, end, evicted, &work)
    }
    for index in evicted { work.out[index] = false }
    return Terms(lost: lost, evicted: evicted.sorted())
  }

  /// Pushes out winners of one wish's pool until no slot lacks GPUs there.
  private func evict(
    _ wishes: [Wish], _ index: Int, _ start: Int, _ end: Int, _ evicted: inout [Int],
    _ work: inout Workings
  ) {
    let span = end - start
    let base = index * span
    guard (base..<(base + span)).contains(where: { work.rest[$0] < 0 }) else { return }
    work.near.removeAll(keepingCapacity: true)
    for holder in holders[wishes[index].pool]
    where holdings[holder].start < end && holdings[holder].end > start && !work.out[holder] {
      work.near.append(holder)
    }
    while true {
      var best = -1
      var least: (loss: Int64, covers: Int64) = (0, 0)
      for holder in work.near where !work.out[holder] {
        let covers = covered(holder, wishes, start, end, &work)
        guard covers > 0 else { continue }
        let loss = holdings[holder].loss
        // loss / covers, the smaller first; ties stay with who came first.
        if best < 0
          || Int128(loss) * Int128(least.covers) < Int128(least.loss) * Int128(covers)
        {
          best = holder
          least = (loss, covers)
        }
      }
      guard best >= 0 else { return }
      work.out[best] = true
      evicted.append(best)
      change(best, wishes, start, end, 1, &work)
    }
  }

  /// GPUs and quarter hours of what lacks that the winner holds.
  private func covered(
    _ holder: Int, _ wishes: [Wish], _ start: Int, _ end: Int, _ work: inout Workings
  ) -> Int64 {
    let from = max(start, holdings[holder].start)
    let to = min(end, holdings[holder].end)
    var total: Int64 = 0
    eachUse(holder, wishes) { gpus, index in
      let base = index * (end - start) - start
      for slot in from..<to where work.rest[base + slot] < 0 {
        total += min(gpus, -work.rest[base + slot]) * widths[slot]
      }
    }
    work.effort += to - from
    return total
  }

  @inline(__always)
  private func eachUse(
    _ holder: Int, _ wishes: [Wish], _ body: (_ gpus: Int64, _ wish: Int) -> Void
  ) {
    for index in wishes.indices {
      if holdings[holder].use.pool == wishes[index].pool {
        body(holdings[holder].use.gpus, index)
      }
      for use in holdings[holder].more where use.pool == wishes[index].pool {
        body(use.gpus, index)
      }
    }
  }

  private func change(
    _ holder: Int, _ wishes: [Wish], _ start: Int, _ end: Int, _ sign: Int64,
    _ work: inout Workings
  ) {
    let from = max(start, holdings[holder].start)
    let to = min(end, holdings[holder].end)
    guard from < to else { return }
    eachUse(holder, wishes) { gpus, index in
      let base = index * (end - start) - start
      for slot in from..<to { work.rest[base + slot] += sign * gpus }
    }
  }

  /// Those not needed come back, the largest loss first.
  private func putBack(
    _ wishes: [Wish], _ start: Int, _ end: Int, _ evicted: inout [Int], _ work: inout Workings
  ) {
    evicted.sort {
      holdings[$0].loss > holdings[$1].loss || (holdings[$0].loss == holdings[$1].loss && $0 < $1)
    }
    for holder in evicted {
      let from = max(start, holdings[holder].start)
      let to = min(end, holdings[holder].end)
      var fits = true
      eachUse(holder, wishes) { gpus, index in
        let base = index * (end - start) - start
        for slot in from..<to where work.rest[base + slot] < gpus { fits = false }
      }
      guard fits else { continue }
      work.out[holder] = false
      change(holder, wishes, start, end, -1, &work)
    }
    evicted.removeAll { !work.out[$0] }
  }

  /// What the extras of others lose, less what those of the bid gain.
  private func squeezed(
    _ wishes: [Wish], _ start: Int, _ end: Int, _ evicted: [Int], _ work: inout Workings
  ) -> Int128 {
    var pools: [Int] = wishes.map(\.pool)
    for index in evicted {
      for use in holdings[index].uses where !pools.contains(use.pool) { pools.append(use.pool) }
    }
    var lost: Int128 = 0
    for pool in pools {
      let wish = wishes.first { $0.pool == pool }
      if tenants[pool].isEmpty && (wish?.room ?? 0) == 0 { continue }
      var from = wish == nil ? Int.max : start
      var to = wish == nil ? 0 : end
      for index in evicted where holdings[index].uses.contains(where: { $0.pool == pool }) {
        from = min(from, holdings[index].start)
        to = max(to, holdings[index].end)
      }
      for slot in from..<max(from, min(to, windowEnd)) {
        lost &+= squeezed(pool, slot, wish, start..<end, evicted, work)
        work.effort += tenants[pool].count
      }
    }
    return lost
  }

  private func squeezed(
    _ pool: Int, _ slot: Int, _ wish: Wish?, _ stretch: Range<Int>, _ evicted: [Int],
    _ work: Workings
  ) -> Int128 {
    var left = free[pool * slots + slot]
    for index in evicted where holdings[index].start <= slot && slot < holdings[index].end {
      if holdings[index].use.pool == pool { left += holdings[index].use.gpus }
      for use in holdings[index].more where use.pool == pool { left += use.gpus }
    }
    var own: (margin: Int64, room: Int64)?
    if let wish, stretch.contains(slot) {
      left -= wish.gpus
      if wish.room > 0 { own = (wish.value - wish.asks[slot], wish.room) }
    }
    return extras[pool * windowEnd + slot] &- worth(pool, slot, free: left, out: work.out, own: own)
  }

  // MARK: At least

  /// What placing a wish costs the others at least, by edges: over a stretch, the difference. Nil
  /// when nothing is known but that it may be anything. For many GPUs it may be that of fewer.
  func leastLost(_ pool: Int, _ gpus: Int64, _ work: inout Workings) -> [Int64]? {
    guard slack[pool] >= 0 else { return nil }
    let level = Exchange.level(gpus)
    let key = pool << 32 | Int(level)
    if let row = work.leastRows[key], row.version == versions[pool] { return row.sums }
    let row = leastRow(pool, level)
    work.leastRows[key] = Workings.Row(version: versions[pool], sums: row)
    work.effort += slots
    return row
  }

  /// So many that few differ: the three highest bits.
  private static func level(_ gpus: Int64) -> Int64 {
    let shift = max(0, 61 - gpus.leadingZeroBitCount)
    return (gpus >> Int64(shift)) << Int64(shift)
  }

  /// In each cell what lacks, from the winners with the least rate; and every GPU taken from extras
  /// at the slope of the cell. Proof: welfare of the extras of a cell, for any number of GPUs and
  /// any of its tenants, is at most that of its dual at the slope, and equal to it now.
  private func leastRow(_ pool: Int, _ gpus: Int64) -> [Int64] {
    var costs = [Int64](repeating: 0, count: slots)
    var lacks = [Int64](repeating: 0, count: slots)
    for slot in 0..<slots { lacks[slot] = max(0, gpus - free[pool * slots + slot]) }
    for index in cheapest[pool] {
      let rate = holdings[index].rate
      for use in holdings[index].uses where use.pool == pool {
        for slot in holdings[index].start..<holdings[index].end where lacks[slot] > 0 {
          let taken = min(use.gpus, lacks[slot])
          costs[slot] += taken * rate
          lacks[slot] -= taken
        }
      }
    }
    var sums: [Int64] = [0]
    sums.reserveCapacity(slots + 1)
    var sum: Int128 = 0
    for slot in 0..<slots {
      var cost = Int128(costs[slot])
      if slot < windowEnd { cost &+= Int128(slopes[pool * windowEnd + slot]) &* Int128(gpus) }
      sum &+= cost &* Int128(widths[slot])
      sums.append(Int64(clamping: min(sum, 1 << 61)))
    }
    return sums
  }
}
