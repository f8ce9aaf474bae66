import Units

/// An instance made ready for many passes: options flattened, allowed stretches that fit the
/// capacity listed with their margins at asks.
///
/// Numbers are bounded so that a sum over time per GPU, in 1/64 mHKD, stays inside `Int64`; totals
/// over GPUs are `Int128`. An option out of these bounds is never placed.
struct Field: Sendable {
  /// mHKD per GPU-hour; above the dearest price that `Bound.price` and `Bound.rateFactor` allow.
  static let priceLimit: Int64 = 1 << 36
  /// 1/64 mHKD per GPU-hour.
  static let dualLimit: Int64 = 1 << 42
  static let gpuLimit: Int64 = 1 << 24
  static let quarterLimit: Int64 = 1 << 18

  let instance: Instance
  let placements: Placements
  let slots: Int
  let pools: Int
  /// The first slot in which no extras are sold.
  let extrasEnd: Int
  /// The first slot in which planned extras do not count in the certificate.
  let windowEnd: Int
  /// By cell: pool * slots + slot.
  private(set) var capacity: [Int64] = []
  private(set) var ask: [Int64] = []
  /// Ask times width before each edge: pool * (slots + 1) + edge.
  private(set) var askSums: [Int64] = []
  private(set) var choices: [Choice] = []
  /// The choices of each bid.
  private(set) var ranges: [Range<Int>] = []
  private(set) var columns: [Column] = []
  /// The split starts of each bid; empty for other kinds.
  private(set) var splitRanges: [Range<Int>] = []
  private(set) var splitStarts: [SplitStart] = []
  private(set) var chunks: [Chunk] = []

  /// One option, flattened.
  struct Choice: Sendable {
    var bid: Int
    var option: Int
    var pool: Int
    var value: Int64
    var gpus: Int64
    /// GPUs of the firm part; of a split: one unit.
    var firm: Int64
    /// GPUs beyond the base; 0 unless elastic.
    var room: Int64
    var unit: Int64
    var quarters: Int64
    var columns: Range<Int>
  }

  /// A stretch on which the firm part fits the capacity and gains at asks.
  struct Column: Sendable {
    var start: Int
    var end: Int
    /// Margin at asks of one GPU over the stretch, mHKD times quarter hours.
    var margin: Int64
    /// The same over the slots in which extras are sold, counting only slots that gain.
    var extra: Int64
  }

  /// A start of one alternative of a split bid, with what each pool could hold.
  struct SplitStart: Sendable {
    var start: Int
    var end: Int
    var gpus: Int64
    /// Best margin first, then by choice.
    var chunks: Range<Int>
    /// Surplus at asks of the best filling.
    var surplus: Int128
  }

  struct Chunk: Sendable {
    var choice: Int
    /// The most GPUs there, a multiple of the unit.
    var most: Int64
    /// Margin at asks of one GPU over the stretch.
    var margin: Int64
  }

  /// Nil when pools and grid do not fit together or are out of bounds.
  init?(_ instance: Instance) {
    guard Field.sound(instance) else { return nil }
    self.instance = instance
    placements = Placements(widths: instance.widths)
    slots = instance.widths.count
    pools = instance.pools.count
    extrasEnd = min(max(0, instance.extrasEnd), slots)
    windowEnd = min(max(0, instance.windowEnd, instance.extrasEnd), slots)
    for pool in instance.pools {
      capacity += pool.capacity
      ask += pool.ask
      var sum: Int64 = 0
      askSums.append(0)
      for (price, width) in zip(pool.ask, instance.widths) {
        sum += price * width
        askSums.append(sum)
      }
    }
    for bid in instance.bids.indices { add(bid) }
  }

  private static func sound(_ instance: Instance) -> Bool {
    var total: Int64 = 0
    for width in instance.widths {
      guard width >= 1, width <= quarterLimit else { return false }
      total += width
      guard total <= quarterLimit else { return false }
    }
    return instance.pools.allSatisfy { pool in
      pool.capacity.count == instance.widths.count && pool.ask.count == instance.widths.count
        && pool.capacity.allSatisfy { (0...gpuLimit).contains($0) }
        && pool.ask.allSatisfy { (0...priceLimit).contains($0) }
    }
  }

  /// Whether the option may be placed at all; one worth less than nothing never is.
  static func sound(_ option: Instance.Option, pools: Int) -> Bool {
    (0..<pools).contains(option.pool) && (0...priceLimit).contains(option.value)
      && (1...gpuLimit).contains(option.gpus) && (0...option.gpus).contains(option.least)
      && (1...gpuLimit).contains(option.unit) && (1...quarterLimit).contains(option.quarters)
  }

  private mutating func add(_ bid: Int) {
    let entry = instance.bids[bid]
    let first = choices.count
    for (index, option) in entry.options.enumerated()
    where Field.sound(option, pools: pools) {
      let firm =
        switch entry.kind {
        case .block: option.gpus
        case .elastic: option.least
        case .split: option.unit
        }
      var choice = Choice(
        bid: bid, option: index, pool: option.pool, value: option.value, gpus: option.gpus,
        firm: firm, room: entry.kind == .elastic ? option.gpus - option.least : 0,
        unit: option.unit, quarters: option.quarters, columns: columns.count..<columns.count)
      if entry.kind != .split { addColumns(of: option, &choice) }
      choices.append(choice)
    }
    ranges.append(first..<choices.count)
    let firstStart = splitStarts.count
    if entry.kind == .split { addSplitStarts(first..<choices.count, entry.options) }
    splitRanges.append(firstStart..<splitStarts.count)
  }

  private mutating func addColumns(of option: Instance.Option, _ choice: inout Choice) {
    let first = columns.count
    let cells = choice.pool * slots
    let sums = choice.pool * (slots + 1)
    var scanned = 0
    var lastLack = -1
    // What one extra gains before each slot: up to `extrasEnd`, and up to `windowEnd`.
    var extra: [Int64] = [0]
    var planned: [Int64] = [0]
    let stretches = placements.stretches(of: option)
    let origin = stretches.first?.start ?? 0
    if choice.room > 0 {
      for slot in origin..<max(origin, stretches.last?.end ?? 0) {
        let gain = max(0, choice.value - ask[cells + slot]) * instance.widths[slot]
        extra.append(extra[slot - origin] + (slot < extrasEnd ? gain : 0))
        planned.append(planned[slot - origin] + (slot < windowEnd ? gain : 0))
      }
    }
    scanned = origin
    for stretch in stretches {
      while scanned < stretch.end {
        if capacity[cells + scanned] < choice.firm { lastLack = scanned }
        scanned += 1
      }
      guard lastLack < stretch.start else { continue }
      let margin =
        choice.value * choice.quarters
        - (askSums[sums + stretch.end] - askSums[sums + stretch.start])
      var column = Column(start: stretch.start, end: stretch.end, margin: margin, extra: 0)
      var gains = margin > 0 && choice.firm > 0
      if choice.room > 0 {
        column.extra = extra[stretch.end - origin] - extra[stretch.start - origin]
        gains = gains || planned[stretch.end - origin] > planned[stretch.start - origin]
      }
      if gains && (margin >= 0 || choice.firm == 0) { columns.append(column) }
    }
    choice.columns = first..<columns.count
  }

  /// Choices of one alternative with the same size, unit and length are filled together.
  private mutating func addSplitStarts(_ range: Range<Int>, _ options: [Instance.Option]) {
    var done: [Int] = []
    for leader in range where !done.contains(leader) {
      let lead = choices[leader]
      let group = range.filter { other in
        let choice = choices[other]
        return options[choice.option].alternative == options[lead.option].alternative
          && choice.gpus == lead.gpus && choice.unit == lead.unit
          && choice.quarters == lead.quarters
      }
      done += group
      for start in 0..<slots {
        var end = 0
        let first = chunks.count
        var held: Int64 = 0
        for member in group {
          let choice = choices[member]
          guard let last = placements.end(of: options[choice.option], from: start) else { continue }
          end = last
          let least = capacity[(choice.pool * slots + start)..<(choice.pool * slots + end)].min()
          let most = min(choice.gpus, (least ?? 0) / choice.unit * choice.unit)
          guard most > 0 else { continue }
          let sums = choice.pool * (slots + 1)
          let margin =
            choice.value * choice.quarters - (askSums[sums + end] - askSums[sums + start])
          chunks.append(Chunk(choice: member, most: most, margin: margin))
          held += most
        }
        if held >= lead.gpus && lead.gpus % lead.unit == 0 {
          chunks[first...].sort {
            $0.margin > $1.margin || ($0.margin == $1.margin && $0.choice < $1.choice)
          }
          splitStarts.append(
            SplitStart(
              start: start, end: end, gpus: lead.gpus, chunks: first..<chunks.count,
              surplus: surplus(of: lead.gpus, over: chunks[first...])))
        } else {
          chunks.removeLast(chunks.count - first)
        }
      }
    }
  }

  private func surplus(of gpus: Int64, over ranked: ArraySlice<Chunk>) -> Int128 {
    var left = gpus
    var total: Int128 = 0
    for chunk in ranked where left > 0 {
      let taken = min(left, chunk.most)
      left -= taken
      total &+= Int128(taken) &* Int128(chunk.margin)
    }
    return total
  }
}
