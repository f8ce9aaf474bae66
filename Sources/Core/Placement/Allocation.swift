import Units

/// Who holds what while a round is being cleared: blocks, chunks and bases, and the extras that
/// follow from them (`Soft`). All sums about one bid fit 64 bits (`Field`), so nothing is rounded.
struct Allocation: ~Copyable {
  let field: Field
  /// By cell: capacity less firm use.
  let free: Flat<Int64>
  /// By bid; `Stand.none` where it is refused.
  let stands: Flat<Stand>
  /// The chunks of split bids that stand: of each bid as many places as it has choices.
  let parts: Flat<Part>
  /// By bid: where its chunks begin in `parts`.
  let partStarts: Flat<Int>
  private(set) var soft: Soft
  private(set) var welfare: Int128 = 0
  /// What one more firm part would displace in each slot, above the toll, while one choice is
  /// scanned.
  private let loss: Flat<Int64>
  private var ranked: [(part: Part, rate: Int64)] = []

  /// The firm placement of a bid.
  struct Stand: BitwiseCopyable, Equatable {
    /// Block, elastic: the choice; split: that of the first chunk. -1 when the bid does not stand.
    var choice: Int32
    var start: Int32
    var end: Int32
    /// Chunks of a split; 0 for other kinds.
    var parts: Int32 = 0

    static var none: Stand { Stand(choice: -1, start: 0, end: 0) }
    var stands: Bool { choice >= 0 }
    var slots: Range<Int> { Int(start)..<Int(end) }
  }

  struct Part: BitwiseCopyable, Equatable {
    var choice: Int32
    var gpus: Int32
  }

  /// A placement with what it gains less the toll of the cells it uses.
  struct Offer {
    var stand: Stand
    /// 1/64 mHKD times quarter GPU-hours.
    var score: Int64
    /// The chunks of a split.
    var parts: [Part] = []
  }

  init(_ field: Field) {
    self.field = field
    let bids = field.ranges.count
    free = Flat(field.capacity.array)
    stands = Flat(repeating: .none, count: bids)
    soft = Soft(cells: field.capacity.count)
    loss = Flat(repeating: 0, count: field.slots)
    partStarts = Flat(repeating: 0, count: bids)
    var places = 0
    for bid in 0..<bids where !field.splitRanges[bid].isEmpty {
      partStarts[bid] = places
      places += field.ranges[bid].count
    }
    parts = Flat(repeating: Part(choice: -1, gpus: 0), count: places)
    for (index, tenant) in field.tenants.enumerated() { settle(tenant, bids + index) }
  }

  /// The running leases' extras stand from the beginning.
  private mutating func settle(_ tenant: Field.Tenant, _ number: Int) {
    for slot in tenant.start..<tenant.end {
      let margin = field.gain(tenant, slot)
      guard margin > 0 else { continue }
      let cell = tenant.pool * field.slots + slot
      let left = free[cell]
      let before = soft.worth(cell, free: left, toll: 0)
      soft.insert(
        cell, tenant: number, turn: field.turns[number], margin: margin, room: tenant.room)
      let change = soft.worth(cell, free: left, toll: 0) - before
      welfare &+= Int128(change / 64) &* Int128(field.widths[slot])
    }
  }

  // MARK: Change

  /// The chunks of a bid that stands.
  func chunks(_ bid: Int) -> [Part] {
    let stand = stands[bid]
    guard stand.stands else { return [] }
    if stand.parts == 0 {
      return [
        Part(
          choice: stand.choice,
          gpus: Int32(truncatingIfNeeded: field.choices[Int(stand.choice)].firm))
      ]
    }
    return (0..<Int(stand.parts)).map { parts[partStarts[bid] + $0] }
  }

  /// On how many pools a bid that stands is.
  func pieces(_ bid: Int) -> Int { max(1, Int(stands[bid].parts)) }

  /// The pool of one of them.
  func pool(_ bid: Int, _ piece: Int) -> Int {
    let stand = stands[bid]
    let choice = stand.parts == 0 ? stand.choice : parts[partStarts[bid] + piece].choice
    return field.choices[Int(choice)].pool
  }

  /// Places the bid; it must not stand yet, and must fit. Returns what welfare gains.
  @discardableResult
  mutating func insert(_ bid: Int, _ stand: Stand, _ chunks: [Part] = []) -> Int64 {
    var gain: Int64 = 0
    if stand.parts == 0 {
      let choice = field.choices[Int(stand.choice)]
      gain = occupy(bid, choice, choice.firm, stand)
    } else {
      for (index, part) in chunks.enumerated() {
        parts[partStarts[bid] + index] = part
        gain &+= occupy(bid, field.choices[Int(part.choice)], Int64(part.gpus), stand)
      }
    }
    stands[bid] = stand
    welfare &+= Int128(gain)
    return gain
  }

  /// Takes the bid out; what it held goes to the extras of those who stay. Returns what welfare
  /// loses.
  @discardableResult
  mutating func remove(_ bid: Int) -> Int64 {
    let stand = stands[bid]
    guard stand.stands else { return 0 }
    var loss: Int64 = 0
    if stand.parts == 0 {
      let choice = field.choices[Int(stand.choice)]
      loss = vacate(bid, choice, choice.firm, stand)
    } else {
      for index in 0..<Int(stand.parts) {
        let part = parts[partStarts[bid] + index]
        loss &+= vacate(bid, field.choices[Int(part.choice)], Int64(part.gpus), stand)
      }
    }
    stands[bid] = .none
    welfare &-= Int128(loss)
    return loss
  }

  private mutating func occupy(
    _ bid: Int, _ choice: Field.Choice, _ gpus: Int64, _ stand: Stand
  ) -> Int64 {
    let gain = gain(bid, choice, gpus, stand)
    let cells = choice.pool * field.slots
    for slot in stand.slots { free[cells + slot] &-= gpus }
    guard choice.room > 0 else { return gain }
    for slot in Int(stand.start)..<max(Int(stand.start), min(Int(stand.end), field.windowEnd)) {
      let margin = choice.value &- field.ask[choice.row * field.slots + slot]
      guard margin > 0 else { continue }
      soft.insert(
        cells + slot, tenant: bid, turn: field.turns[bid], margin: margin, room: choice.room)
    }
    return gain
  }

  private mutating func vacate(
    _ bid: Int, _ choice: Field.Choice, _ gpus: Int64, _ stand: Stand
  ) -> Int64 {
    let cells = choice.pool * field.slots
    if choice.room > 0 {
      for slot in Int(stand.start)..<max(Int(stand.start), min(Int(stand.end), field.windowEnd))
      where choice.value > field.ask[choice.row * field.slots + slot] {
        soft.remove(cells + slot, tenant: bid)
      }
    }
    for slot in stand.slots { free[cells + slot] &+= gpus }
    return gain(bid, choice, gpus, stand)
  }

  // MARK: Gain

  /// The most GPUs that are free in one of those slots.
  func mostFree(_ pool: Int, _ start: Int, _ end: Int) -> Int64 {
    var most: Int64 = 0
    for cell in (pool * field.slots + start)..<(pool * field.slots + end) {
      most = max(most, free[cell])
    }
    return most
  }

  /// Whether there is room for the firm part.
  func fits(_ stand: Stand) -> Bool {
    let choice = field.choices[Int(stand.choice)]
    let cells = choice.pool * field.slots
    return stand.slots.allSatisfy { free[cells + $0] >= choice.firm }
  }

  /// What placing a bid that is not a split adds to welfare, less the extras that it displaces.
  func gain(_ bid: Int, _ stand: Stand) -> Int64 {
    let choice = field.choices[Int(stand.choice)]
    return gain(bid, choice, choice.firm, stand)
  }

  /// What placing the part adds to welfare, less the extras that it displaces; it must fit.
  private func gain(
    _ bid: Int, _ choice: Field.Choice, _ gpus: Int64, _ stand: Stand
  ) -> Int64 {
    let start = Int(stand.start)
    let end = Int(stand.end)
    var total: Int64 = 0
    for slot in start..<max(start, min(end, field.windowEnd)) {
      let cell = choice.pool * field.slots + slot
      total &+= change(bid, choice, cell, slot, gpus, toll: 0)
    }
    return field.margin(choice, start, end) &* gpus &- total / 64
  }

  /// What the extras of one cell lose, above the toll and over the slot, when the part is placed;
  /// less what its own extras gain.
  @inline(__always)
  private func change(
    _ bid: Int, _ choice: Field.Choice, _ cell: Int, _ slot: Int, _ gpus: Int64, toll: Int64
  ) -> Int64 {
    let before = free[cell]
    let after = before &- gpus
    if choice.room > 0 {
      let margin = choice.value &- field.ask[choice.row * field.slots + slot]
      if margin > 0 {
        if soft.isEmpty(cell) {
          return (0 &- min(choice.room, after) &* max(0, 64 &* margin &- toll))
            &* field.widths[slot]
        }
        let own = soft.worth(
          cell, free: after, toll: toll, margin: margin, room: choice.room, turn: field.turns[bid])
        return (soft.worth(cell, free: before, toll: toll) &- own) &* field.widths[slot]
      }
    }
    if soft.wants(cell) <= after { return 0 }
    return soft.displaced(cell, from: after, to: before, toll: toll) &* field.widths[slot]
  }

  // MARK: Search

  /// The best placement that fits and gains, by score; nil when there is none.
  mutating func best(_ bid: Int, tolls: Tolls) -> Offer? {
    var found = Offer(stand: .none, score: .min)
    for place in field.ranges[bid] {
      let index = Int(tolls.ordered[place])
      if tolls.bounds[index] <= found.score { break }
      scan(bid, index, tolls, over: 0..<field.slots, &found)
    }
    for index in field.splitRanges[bid] { split(field.splitStarts[index], tolls, &found) }
    return found.stand.stands ? found : nil
  }

  /// The best column of one choice that lies at least partly in those slots; replaces `found` when
  /// its score is higher.
  mutating func scan(
    _ bid: Int, _ index: Int, _ tolls: Tolls, over slots: Range<Int>, _ found: inout Offer
  ) {
    let choice = field.choices[index]
    let edges = choice.pool * (field.slots + 1)
    var scanned = 0
    var lastLack = -1
    var low = 0
    var high = 0
    var sum: Int64 = 0
    var most = found.score
    var place = -1
    var until = 0
    for number in choice.firstRun..<choice.endRun {
      let run = field.runs[number]
      let span = run.length
      let first = max(Int(run.start), slots.lowerBound - span + 1)
      let last = min(Int(run.start) + Int(run.count), slots.upperBound)
      for start in first..<max(first, last) {
        if start <= lastLack { continue }
        let end = start &+ span
        if scanned < start { scanned = start }
        while scanned < end {
          look(bid, choice, scanned, tolls, &lastLack)
          scanned &+= 1
        }
        if lastLack >= start { continue }
        // The sum of losses over start..<end, moved along.
        if low > start || high > end || high <= start {
          sum = 0
          low = start
          high = start
        }
        while low < start {
          sum &-= loss[low]
          low &+= 1
        }
        while high < end {
          sum &+= loss[high]
          high &+= 1
        }
        let margin = field.margin(choice, start, end)
        let score =
          (64 &* margin &- tolls.over(edges, start, end)) &* choice.firm &- sum
        if score > most {
          most = score
          place = start
          until = end
        }
      }
    }
    guard place >= 0 else { return }
    let stand = Stand(choice: Int32(index), start: Int32(place), end: Int32(until))
    if gain(bid, choice, choice.firm, stand) > 0 {
      found.stand = stand
      found.score = most
    }
  }

  /// Notes what the choice's firm part displaces in one slot, or that it does not fit.
  @inline(__always)
  private mutating func look(
    _ bid: Int, _ choice: Field.Choice, _ slot: Int, _ tolls: Tolls,
    _ lastLack: inout Int
  ) {
    let cell = choice.pool &* field.slots &+ slot
    if free[cell] < choice.firm {
      lastLack = slot
      loss[slot] = 0
      return
    }
    if slot >= field.windowEnd || (choice.room == 0 && soft.isEmpty(cell)) {
      loss[slot] = 0
      return
    }
    loss[slot] = change(bid, choice, cell, slot, choice.firm, toll: tolls.cells[cell])
  }

  /// Chunks go to the pools of the best rate first, as many as are free there.
  private mutating func split(
    _ start: Field.SplitStart, _ tolls: Tolls, _ found: inout Offer
  ) {
    guard start.surplus > 0, 64 &* start.surplus > found.score else { return }
    ranked.removeAll(keepingCapacity: true)
    for index in start.chunks {
      let chunk = field.chunks[index]
      let choice = field.choices[chunk.choice]
      let cells = choice.pool * field.slots
      var least = chunk.most
      for cell in (cells + start.start)..<(cells + start.end) { least = min(least, free[cell]) }
      guard least >= choice.unit else { continue }
      let most = least / choice.unit * choice.unit
      let toll = tolls.over(choice.pool * (field.slots + 1), start.start, start.end)
      let rate = 64 &* chunk.margin &- toll
      var place = ranked.count
      let part = Part(
        choice: Int32(truncatingIfNeeded: chunk.choice), gpus: Int32(truncatingIfNeeded: most))
      ranked.append((part, rate))
      while place > 0 && ranked[place - 1].rate < rate {
        ranked[place] = ranked[place - 1]
        place -= 1
      }
      ranked[place] = (part, rate)
    }
    fill(start, tolls, &found)
  }

  private mutating func fill(
    _ start: Field.SplitStart, _ tolls: Tolls, _ found: inout Offer
  ) {
    var left = start.gpus
    var chosen: [Part] = []
    var score: Int128 = 0
    for item in ranked where left > 0 {
      let pool = field.choices[Int(item.part.choice)].pool
      // A pool that two options name counts once.
      if chosen.contains(where: { field.choices[Int($0.choice)].pool == pool }) { continue }
      let taken = min(left, Int64(item.part.gpus))
      chosen.append(Part(choice: item.part.choice, gpus: Int32(truncatingIfNeeded: taken)))
      left -= taken
      score &+= Int128(taken) &* Int128(item.rate)
    }
    guard left == 0, score > Int128(found.score), score <= Int128(Int64.max) else { return }
    chosen.sort { field.choices[Int($0.choice)].pool < field.choices[Int($1.choice)].pool }
    let stand = Stand(
      choice: chosen[0].choice, start: Int32(start.start), end: Int32(start.end),
      parts: Int32(truncatingIfNeeded: chosen.count))
    var gain: Int64 = 0
    var budget: Int128 = 0
    for part in chosen {
      let choice = field.choices[Int(part.choice)]
      var lost: Int64 = 0
      for slot in start.start..<max(start.start, min(start.end, field.windowEnd)) {
        let cell = choice.pool * field.slots + slot
        let toll = tolls.cells[cell]
        lost &+= change(choice.bid, choice, cell, slot, Int64(part.gpus), toll: toll)
      }
      score &-= Int128(lost)
      gain &+= self.gain(choice.bid, choice, Int64(part.gpus), stand)
      budget &+=
        Int128(field.budget(choice, start.start, start.end)) &* Int128(part.gpus)
    }
    guard budget >= 0, gain > 0, score > Int128(found.score) else { return }
    found = Offer(stand: stand, score: Int64(clamping: score), parts: chosen)
  }
}
