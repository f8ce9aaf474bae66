import Units

/// Why a bid was filled or refused, as far as the outcome says it (clearing.md, 7): the same for
/// everybody who asks, from published figures alone.
package struct Explanation: Sendable, Equatable {
  package var reason: Reason
  /// How far the limit is below the price: the least, over the placements that the capacity of this
  /// round admits, of mHKD per GPU-hour, rounded up. Not above 0: the bid is in the money. Nil when
  /// there is no such placement.
  package var short: Int64?

  package init(reason: Reason, short: Int64? = nil) {
    self.reason = reason
    self.short = short
  }

  /// The first reason that applies.
  package enum Reason: Sendable, Equatable {
    case filled
    /// No admissible pool.
    case noPool
    /// No pool has a stretch of that length in the window.
    case noWindow
    /// More GPUs than any admissible pool (split: all of one alternative) offers in any slot.
    case largerThanPool
    /// Earlier rounds hold the capacity: it would not fit were this round empty.
    case soldEarlier
    /// The price is above the limit everywhere by at least this much, mHKD per GPU-hour; the option
    /// (split: its dearest chunk's is not told apart) and start where it is nearest.
    case belowPrice(short: Int64, option: Int, start: Int)
    /// In the money, but winners hold the GPUs: slots that lack some, and the most that one lacks.
    case blocked(option: Int, start: Int, slots: Int, gpus: Int64)
    /// In the money and room for it, but it would push out extras worth more.
    case displaced(option: Int, start: Int)
    /// A split that might have been placed: the outcome check does not rule this out.
    case notOffered
  }

  /// A place of a bid at the prices of the outcome.
  private struct Place {
    var short: Int64
    var option: Int
    var start: Int
    var end: Int
  }

  /// The reason for one bid of a valid clearing.
  package static func explain(_ instance: Instance, _ clearing: Clearing, bid: Int) -> Explanation {
    guard instance.bids.indices.contains(bid), let field = Field(instance),
      clearing.congestion.count == field.pools,
      clearing.congestion.allSatisfy({ $0.count == field.slots })
    else { return Explanation(reason: .noPool) }
    let filled = clearing.fills.contains { $0.bid == bid }
    let entry = instance.bids[bid]
    // An option worth less than nothing is never placed, but how much it lacks can be said.
    let options = entry.options.indices.filter {
      var option = entry.options[$0]
      option.value = max(0, option.value)
      return Field.sound(option, instance)
    }
    let sums = priceSums(field, clearing.congestion)
    let place =
      entry.kind == .split
      ? nearestSplit(field, bid, sums) : nearest(field, entry, options, sums)
    if filled { return Explanation(reason: .filled, short: place?.short) }
    guard !options.isEmpty else { return Explanation(reason: .noPool) }
    let open = options.filter { !field.placements.stretches(of: entry.options[$0]).isEmpty }
    guard !open.isEmpty else { return Explanation(reason: .noWindow) }
    guard offered(field, entry, open) else { return Explanation(reason: .largerThanPool) }
    guard let place else { return Explanation(reason: .soldEarlier) }
    return Explanation(
      reason: refusal(field, clearing, entry, place), short: place.short)
  }

  private static func refusal(
    _ field: Field, _ clearing: Clearing, _ entry: Instance.Bid, _ place: Place
  ) -> Reason {
    if place.short > 0 {
      return .belowPrice(short: place.short, option: place.option, start: place.start)
    }
    if entry.kind == .split { return .notOffered }
    let option = entry.options[place.option]
    let firm = entry.kind == .elastic ? option.least : option.gpus
    let left = leftover(field, clearing)
    var lacking = 0
    var most: Int64 = 0
    for slot in place.start..<place.end {
      let lack = firm - left[option.pool * field.slots + slot]
      if lack > 0 {
        lacking += 1
        most = max(most, lack)
      }
    }
    return lacking > 0
      ? .blocked(option: place.option, start: place.start, slots: lacking, gpus: most)
      : .displaced(option: place.option, start: place.start)
  }

  /// Capacity less firm parts: extras give way.
  private static func leftover(_ field: Field, _ clearing: Clearing) -> [Int64] {
    var left = field.capacity.array
    for winner in Winner.all(field, clearing.fills) ?? [] {
      for use in winner.uses {
        for cell in use.cells { left[cell] -= use.gpus }
      }
    }
    return left
  }

  /// (ask + congestion) * width before each edge. Congestion out of bounds counts as the bound.
  private static func priceSums(_ field: Field, _ congestion: [[Int64]]) -> [Int64] {
    var sums: [Int64] = []
    for (row, pool) in field.rowPools.enumerated() {
      var sum: Int64 = 0
      sums.append(0)
      for slot in 0..<field.slots {
        let price =
          field.ask[row * field.slots + slot]
          + max(0, min(Field.priceLimit, congestion[pool][slot]))
        sum += price * field.instance.widths[slot]
        sums.append(sum)
      }
    }
    return sums
  }

  private static func offered(_ field: Field, _ entry: Instance.Bid, _ options: [Int]) -> Bool {
    func most(_ index: Int) -> Int64 {
      field.instance.pools[entry.options[index].pool].capacity.max() ?? 0
    }
    return options.contains { index in
      let option = entry.options[index]
      switch entry.kind {
      case .block: return option.gpus <= most(index)
      case .elastic: return option.least <= most(index)
      case .split:
        let mates = options.filter { entry.options[$0].alternative == option.alternative }
        return option.gpus <= mates.reduce(Int64(0)) { $0 + most($1) }
      }
    }
  }

  private static func nearest(
    _ field: Field, _ entry: Instance.Bid, _ options: [Int], _ sums: [Int64]
  ) -> Place? {
    var best: Place?
    for index in options {
      let option = entry.options[index]
      let firm = entry.kind == .elastic ? option.least : option.gpus
      let cells = option.pool * field.slots
      let edges = Field.row(option, field.instance) * (field.slots + 1)
      var lastLack = -1
      var scanned = 0
      for stretch in field.placements.stretches(of: option) {
        scanned = max(scanned, stretch.start)
        while scanned < stretch.end {
          if field.capacity[cells + scanned] < firm { lastLack = scanned }
          scanned += 1
        }
        guard lastLack < stretch.start else { continue }
        let bill = Int128(sums[edges + stretch.end] - sums[edges + stretch.start])
        let excess = bill - Int128(option.value) * Int128(option.quarters)
        let short = Int64(clamping: dividedUp(excess, by: Int128(option.quarters)))
        if short < best?.short ?? .max {
          best = Place(
            short: short, option: index, start: stretch.start, end: stretch.end)
        }
      }
    }
    return best
  }

  /// The exact filling of each start, cheapest pools first.
  private static func nearestSplit(_ field: Field, _ bid: Int, _ sums: [Int64]) -> Place? {
    var best: Place?
    for index in field.splitRanges[bid] {
      let start = field.splitStarts[index]
      var ranked: [(chunk: Field.Chunk, cost: Int64)] = []
      for chunk in start.chunks.map({ field.chunks[$0] }) {
        let choice = field.choices[chunk.choice]
        let edges = choice.row * (field.slots + 1)
        let bill = sums[edges + start.end] - sums[edges + start.start]
        ranked.append((chunk, bill - choice.value * choice.quarters))
      }
      ranked.sort { $0.cost < $1.cost || ($0.cost == $1.cost && $0.chunk.choice < $1.chunk.choice) }
      guard let first = ranked.first else { continue }
      var left = start.gpus
      var total: Int128 = 0
      for item in ranked where left > 0 {
        let taken = min(left, item.chunk.most)
        left -= taken
        total &+= Int128(taken) &* Int128(item.cost)
      }
      let choice = field.choices[first.chunk.choice]
      let amount = Int128(start.gpus) * Int128(choice.quarters)
      let short = Int64(clamping: dividedUp(total, by: amount))
      if short < best?.short ?? .max {
        best = Place(short: short, option: choice.option, start: start.start, end: start.end)
      }
    }
    return best
  }
}
