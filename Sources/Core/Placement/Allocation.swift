import Units

/// Who holds what while a round is being cleared. Blocks, chunks and bases are firm; extras are
/// soft: they are not stored but follow from the bases, each cell's rest going by margin, then
/// `seq`. So an insertion is charged exactly what it displaces.
struct Allocation {
  let field: Field
  /// By cell: capacity less firm use.
  private(set) var free: [Int64]
  /// By bid.
  private(set) var stands: [Stand?]
  /// By pool: the elastic winners, dearest first, then by bid.
  private var soft: [[Tenant]]
  /// By pool: the bids with a firm part there, in order of arrival in this allocation.
  private(set) var holders: [[Int]]
  private(set) var welfare: Int128 = 0
  /// Cells looked at: the measure of effort that bounds the search, the same on every machine.
  private(set) var work = 0

  /// The firm placement of a bid.
  struct Stand: Equatable {
    var start: Int
    var end: Int
    /// Block, elastic: the choice; of a split the first.
    var choice: Int
    var gpus: Int64
    /// Split: the further parts.
    var more: [Part] = []
  }

  struct Part: Equatable {
    var choice: Int
    var gpus: Int64
  }

  private struct Tenant {
    var bid: Int
    var value: Int64
    var room: Int64
    var start: Int
    var end: Int
  }

  /// A placement with what it gains, and that less the toll of the cells it uses.
  struct Offer {
    var stand: Stand
    /// mHKD times quarter GPU-hours.
    var gain: Int128
    /// 1/64 of that.
    var score: Int128
  }

  /// A price of each cell, 1/64 mHKD, and its sum over time like `Field.askSums`.
  struct Tolls {
    var cells: [Int64]
    var sums: [Int64]
  }

  init(_ field: Field) {
    self.field = field
    free = field.capacity
    stands = [Stand?](repeating: nil, count: field.ranges.count)
    soft = [[Tenant]](repeating: [], count: field.pools)
    holders = [[Int]](repeating: [], count: field.pools)
  }

  /// The parts of a stand.
  static func parts(_ stand: Stand) -> [Part] {
    [Part(choice: stand.choice, gpus: stand.gpus)] + stand.more
  }

  // MARK: Change

  /// Places the bid; it must not stand yet, and must fit.
  mutating func insert(_ bid: Int, _ stand: Stand) {
    welfare &+= gain(bid, stand)
    occupy(bid, Part(choice: stand.choice, gpus: stand.gpus), stand)
    for part in stand.more { occupy(bid, part, stand) }
    stands[bid] = stand
  }

  /// Takes the bid out; what it held goes to the extras of those who stay.
  mutating func remove(_ bid: Int) {
    guard let stand = stands[bid] else { return }
    stands[bid] = nil
    vacate(bid, Part(choice: stand.choice, gpus: stand.gpus), stand)
    for part in stand.more { vacate(bid, part, stand) }
    welfare &-= gain(bid, stand)
  }

  private mutating func occupy(_ bid: Int, _ part: Part, _ stand: Stand) {
    let choice = field.choices[part.choice]
    let cells = choice.pool * field.slots
    for cell in (cells + stand.start)..<(cells + stand.end) { free[cell] -= part.gpus }
    holders[choice.pool].append(bid)
    guard choice.room > 0, stand.start < field.extrasEnd else { return }
    let place =
      soft[choice.pool].firstIndex {
        $0.value < choice.value || ($0.value == choice.value && $0.bid > bid)
      } ?? soft[choice.pool].count
    let tenant = Tenant(
      bid: bid, value: choice.value, room: choice.room, start: stand.start,
      end: min(stand.end, field.extrasEnd))
    soft[choice.pool].insert(tenant, at: place)
  }

  private mutating func vacate(_ bid: Int, _ part: Part, _ stand: Stand) {
    let choice = field.choices[part.choice]
    let cells = choice.pool * field.slots
    for cell in (cells + stand.start)..<(cells + stand.end) { free[cell] += part.gpus }
    if let place = holders[choice.pool].firstIndex(of: bid) {
      holders[choice.pool].remove(at: place)
    }
    guard choice.room > 0 else { return }
    if let place = soft[choice.pool].firstIndex(where: { $0.bid == bid }) {
      soft[choice.pool].remove(at: place)
    }
  }

  /// Adds to the measure of effort.
  mutating func count(_ cells: Int) { work += cells }

  /// Takes over another allocation, but not its measure of effort.
  mutating func become(_ other: Allocation) {
    let spent = work
    self = other
    work = spent
  }

  // MARK: Gain

  /// What placing the bid adds to welfare, less the extras that it displaces; it must fit.
  func gain(_ bid: Int, _ stand: Stand) -> Int128 {
    var total: Int128 = 0
    total &+= gain(bid, Part(choice: stand.choice, gpus: stand.gpus), stand.start, stand.end)
    for part in stand.more { total &+= gain(bid, part, stand.start, stand.end) }
    return total
  }

  private func gain(_ bid: Int, _ part: Part, _ start: Int, _ end: Int) -> Int128 {
    let choice = field.choices[part.choice]
    let edges = choice.pool * (field.slots + 1)
    let margin =
      choice.value * choice.quarters - (field.askSums[edges + end] - field.askSums[edges + start])
    return Int128(margin) &* Int128(part.gpus) &+ softGain(bid, choice, part.gpus, start, end)
  }

  /// The change of the extras' worth in the cells that it would cover.
  private func softGain(
    _ bid: Int, _ choice: Field.Choice, _ gpus: Int64, _ start: Int, _ end: Int
  ) -> Int128 {
    soft(bid, choice, gpus, start, end, nil).gain
  }

  /// The same, and beside it the change less tolls, 1/64: an extra counts there by what it gains
  /// above the toll, as it will give way to whoever pays that.
  private func soft(
    _ bid: Int, _ choice: Field.Choice, _ gpus: Int64, _ start: Int, _ end: Int, _ tolls: Tolls?
  ) -> (gain: Int128, score: Int128) {
    let tenants = soft[choice.pool]
    let until = min(end, field.extrasEnd)
    guard start < until, choice.room > 0 || !tenants.isEmpty else { return (0, 0) }
    var total: Int128 = 0
    var score: Int128 = 0
    for slot in start..<until {
      let cell = choice.pool * field.slots + slot
      let ask = field.ask[cell]
      let toll = tolls?.cells[cell] ?? 0
      var before = free[cell]
      var after = before - gpus
      var own = choice.value > ask ? choice.room : 0
      var change: Int128 = 0
      var net: Int128 = 0
      for tenant in tenants where tenant.start <= slot && slot < tenant.end {
        if tenant.value <= ask || before <= 0 { break }
        if own > 0
          && (tenant.value < choice.value || (tenant.value == choice.value && tenant.bid > bid))
        {
          let taken = min(own, after)
          change &+= Int128(taken) &* Int128(choice.value - ask)
          net &+= Int128(taken) &* Int128(max(0, 64 * (choice.value - ask) - toll))
          after -= taken
          own = 0
        }
        let taken = min(tenant.room, before)
        let kept = min(tenant.room, after)
        before -= taken
        after -= kept
        change &+= Int128(kept - taken) &* Int128(tenant.value - ask)
        net &+= Int128(kept - taken) &* Int128(max(0, 64 * (tenant.value - ask) - toll))
      }
      if own > 0 && after > 0 {
        let taken = min(own, after)
        change &+= Int128(taken) &* Int128(choice.value - ask)
        net &+= Int128(taken) &* Int128(max(0, 64 * (choice.value - ask) - toll))
      }
      total &+= change &* Int128(field.instance.widths[slot])
      score &+= net &* Int128(field.instance.widths[slot])
    }
    return (total, score)
  }

  // MARK: Search

  /// The best placement that fits and gains, by score; nil when there is none. `pool`
  /// restricts the search to one pool (splits then have none).
  mutating func best(_ bid: Int, tolls: Tolls, pool: Int? = nil) -> Offer? {
    var found: Offer?
    for index in field.ranges[bid] {
      if let pool, field.choices[index].pool != pool { continue }
      if field.choices[index].columns.isEmpty { continue }
      scan(bid, index, tolls, &found)
    }
    if pool == nil {
      for index in field.splitRanges[bid] { split(bid, field.splitStarts[index], tolls, &found) }
    }
    return found
  }

  private mutating func scan(_ bid: Int, _ index: Int, _ tolls: Tolls, _ found: inout Offer?) {
    let choice = field.choices[index]
    let cells = choice.pool * field.slots
    let edges = choice.pool * (field.slots + 1)
    let whole = 64 * Int128(choice.firm)
    var scanned = field.columns[choice.columns.lowerBound].start
    var lastLack = -1
    var score = found?.score ?? Int128.min
    let firm = Int128(choice.firm)
    let plain = soft[choice.pool].isEmpty && choice.room == 0
    for place in choice.columns {
      let column = field.columns[place]
      if column.start <= lastLack { continue }
      if scanned < column.start { scanned = column.start }
      while scanned < column.end {
        if free[cells + scanned] < choice.firm { lastLack = scanned }
        scanned += 1
        work += 1
      }
      if lastLack >= column.start { continue }
      let toll = firm &* Int128(tolls.sums[edges + column.end] - tolls.sums[edges + column.start])
      var most = whole &* Int128(column.margin) &- toll
      if choice.room > 0 { most &+= 64 &* Int128(choice.room) &* Int128(column.extra) }
      guard most > score else { continue }
      var gain = firm &* Int128(column.margin)
      var net = 64 &* gain &- toll
      if !plain {
        let change = soft(bid, choice, choice.firm, column.start, column.end, tolls)
        gain &+= change.gain
        net &+= change.score
        work += (column.end - column.start) * (1 + soft[choice.pool].count)
      }
      guard gain > 0, net > score else { continue }
      score = net
      found = Offer(
        stand: Stand(start: column.start, end: column.end, choice: index, gpus: choice.firm),
        gain: gain, score: score)
    }
  }

  /// Chunks go to the pools of the best rate first, as many as are free there.
  private mutating func split(
    _ bid: Int, _ start: Field.SplitStart, _ tolls: Tolls, _ found: inout Offer?
  ) {
    guard start.surplus > 0, 64 &* start.surplus > found?.score ?? Int128.min else { return }
    var ranked: [(part: Part, rate: Int64, toll: Int64)] = []
    for index in start.chunks {
      let chunk = field.chunks[index]
      let choice = field.choices[chunk.choice]
      let cells = choice.pool * field.slots
      var least = chunk.most
      for cell in (cells + start.start)..<(cells + start.end) { least = min(least, free[cell]) }
      work += start.end - start.start
      let most = least / choice.unit * choice.unit
      guard most > 0 else { continue }
      let edges = choice.pool * (field.slots + 1)
      let toll = tolls.sums[edges + start.end] - tolls.sums[edges + start.start]
      let rate = 64 * chunk.margin - toll
      let place = ranked.firstIndex { $0.rate < rate } ?? ranked.count
      ranked.insert((Part(choice: chunk.choice, gpus: most), rate, toll), at: place)
    }
    var parts: [Part] = []
    var used: [Int] = []
    var left = start.gpus
    var toll: Int128 = 0
    for item in ranked where left > 0 {
      let pool = field.choices[item.part.choice].pool
      guard !used.contains(pool) else { continue }
      used.append(pool)
      let taken = min(left, item.part.gpus)
      parts.append(Part(choice: item.part.choice, gpus: taken))
      left -= taken
      toll &+= Int128(taken) &* Int128(item.toll)
    }
    guard left == 0 else { return }
    parts.sort { field.choices[$0.choice].pool < field.choices[$1.choice].pool }
    let stand = Stand(
      start: start.start, end: start.end, choice: parts[0].choice, gpus: parts[0].gpus,
      more: Array(parts.dropFirst()))
    guard firmSurplus(stand) >= 0 else { return }
    let gain = gain(bid, stand)
    let score = 64 &* gain &- toll
    guard gain > 0, score > found?.score ?? Int128.min else { return }
    found = Offer(stand: stand, gain: gain, score: score)
  }

  /// Surplus at asks of the firm parts.
  func firmSurplus(_ stand: Stand) -> Int128 {
    var total: Int128 = 0
    for part in Allocation.parts(stand) {
      let choice = field.choices[part.choice]
      let edges = choice.pool * (field.slots + 1)
      let margin =
        choice.value * choice.quarters
        - (field.askSums[edges + stand.end] - field.askSums[edges + stand.start])
      total &+= Int128(margin) &* Int128(part.gpus)
    }
    return total
  }

  // MARK: Result

  /// The extras that the rule sells, by bid: each cell's rest by margin, then `seq`.
  func extras() -> [[Fill.Extra]] {
    var sold = [[Fill.Extra]](repeating: [], count: stands.count)
    for pool in 0..<field.pools where !soft[pool].isEmpty {
      for slot in 0..<field.extrasEnd {
        let cell = pool * field.slots + slot
        var left = free[cell]
        for tenant in soft[pool] where tenant.start <= slot && slot < tenant.end {
          if left <= 0 || tenant.value <= field.ask[cell] { break }
          let taken = min(tenant.room, left)
          left -= taken
          sold[tenant.bid].append(Fill.Extra(slot: slot, gpus: taken))
        }
      }
    }
    return sold
  }

  /// The fills of this allocation.
  func fills() -> [Fill] {
    let sold = extras()
    return stands.indices.compactMap { bid in
      guard let stand = stands[bid] else { return nil }
      return Fill(
        bid: bid, start: stand.start,
        parts: Allocation.parts(stand).map {
          Fill.Part(option: field.choices[$0.choice].option, gpus: $0.gpus)
        },
        extras: sold[bid])
    }
  }

  /// The allocation that some fills describe; they must be feasible.
  init(_ field: Field, stands: [Stand?]) {
    self.init(field)
    for (bid, stand) in stands.enumerated() {
      if let stand { insert(bid, stand) }
    }
  }
}
