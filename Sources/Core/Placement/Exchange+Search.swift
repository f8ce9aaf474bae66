import Units

/// The best place of a bid by exchange.
extension Exchange {
  /// A placement of a block or an elastic bid, and what it could add to welfare at most.
  struct Spot {
    var choice: Int
    var start: Int
    var end: Int
    /// The bid's own surplus at asks, extras at what they gain above the slopes.
    var own: Int128
    var upper: Int128
  }

  /// A placement, with what it takes.
  struct Offer {
    /// Block, elastic: the choice; split: that of the first chunk.
    var choice: Int
    var start: Int
    var end: Int
    /// The chunks of a split, ascending by pool; empty for other kinds.
    var chunks: [(choice: Int, gpus: Int64)] = []
    /// What welfare gains: the bid's own surplus at asks, less what the others lose.
    var gain: Int128
    /// What it could gain were it alone in the round.
    var alone: Int128
    /// The bid's own surplus at asks without any bonus: what it may pay above them.
    var budget: Int128
    /// Quarter GPU-hours of the firm part.
    var amount: Int128
    var evicted: [Int]

    /// How much more per GPU-hour would have brought it in: the least whole mHKD with which welfare
    /// gains, and the bid would be placed in an empty round too (clearing.md, 7).
    var raise: Int64 {
      guard amount > 0 else { return gain > 0 ? 0 : Int64.max }
      let gains = dividedDown(-min(gain, alone), by: amount) + 1
      return Int64(clamping: max(gains, dividedUp(-budget, by: amount)))
    }
  }

  func wish(_ field: Field, _ choice: Field.Choice, gpus: Int64) -> Wish {
    Wish(
      pool: choice.pool, asks: UnsafePointer(field.ask.base + choice.row * slots),
      value: choice.value,
      gpus: gpus, room: choice.room)
  }

  // MARK: Where

  /// Calls for every column of the choice with what it could add to welfare at most.
  func eachSpot(
    _ field: Field, _ index: Int, _ work: inout Workings, _ body: (Spot) -> Void
  ) {
    let choice = field.choices[index]
    let costs = leastLost(choice.pool, choice.firm, &work)
    let own = choice.room > 0 ? extraSums(field, choice) : []
    for number in choice.runs {
      let run = field.runs[number]
      work.effort += 1 + run.starts.count / 8
      for start in run.starts {
        let end = start + run.length
        var most = Int128(field.margin(choice, start, end)) &* Int128(choice.firm)
        if choice.room > 0 { most &+= own[end] &- own[start] }
        var upper = Int128.max
        if let costs {
          upper = most &+ Int128(slack[choice.pool]) &- Int128(costs[end] &- costs[start])
        }
        body(Spot(choice: index, start: start, end: end, own: most, upper: upper))
      }
    }
  }

  /// What the choice's extras could gain above the slope of each cell, before each edge.
  private func extraSums(_ field: Field, _ choice: Field.Choice) -> [Int128] {
    var sums = [Int128](repeating: 0, count: slots + 1)
    var sum: Int128 = 0
    for slot in 0..<slots {
      if slot < windowEnd {
        let price = field.ask[choice.row * slots + slot] + slopes[choice.pool * windowEnd + slot]
        let gain = max(0, choice.value - price)
        sum &+= Int128(gain) &* Int128(choice.room) &* Int128(widths[slot])
      }
      sums[slot + 1] = sum
    }
    return sums
  }

  /// What the exchange for one spot comes to; when it gains no more than `floor`, perhaps only
  /// that it does not.
  func offer(
    _ field: Field, _ spot: Spot, floor: Int128, _ work: inout Workings
  ) -> Offer {
    let choice = field.choices[spot.choice]
    let terms = terms(
      [wish(field, choice, gpus: choice.firm)], spot.start, spot.end, enough: spot.own &- floor,
      &work)
    let own = Int128(field.margin(choice, spot.start, spot.end)) &* Int128(choice.firm)
    let amount = Int128(choice.firm) &* Int128(choice.quarters)
    var alone = own
    if choice.room > 0 {
      for slot in spot.start..<max(spot.start, min(spot.end, windowEnd)) {
        let margin = max(0, choice.value - field.ask[choice.row * slots + slot])
        alone &+= Int128(margin) &* Int128(choice.room) &* Int128(widths[slot])
      }
    }
    return Offer(
      choice: spot.choice, start: spot.start, end: spot.end, gain: own &- terms.lost, alone: alone,
      budget: own &- Int128(choice.worth - choice.value) &* amount, amount: amount,
      evicted: terms.evicted)
  }

  // MARK: Splits

  /// Chunks in the cheapest pools, by what the first of them would cost there; and, when that is
  /// enough, in what is free alone.
  func offers(_ field: Field, _ start: Field.SplitStart, _ work: inout Workings) -> [Offer] {
    var parts: [(choice: Int, gpus: Int64, rate: Int128, isFree: Bool)] = []
    var seen: [Int] = []
    for index in start.chunks {
      let chunk = field.chunks[index]
      let choice = field.choices[chunk.choice]
      // A pool that two options name counts once.
      guard !seen.contains(choice.pool) else { continue }
      seen.append(choice.pool)
      var least = chunk.most
      for slot in start.start..<start.end {
        least = min(least, free[choice.pool * slots + slot])
      }
      work.effort += start.end - start.start
      let open = max(0, least) / choice.unit * choice.unit
      let rate = Int128(field.margin(choice, start.start, start.end))
      if open > 0 { parts.append((chunk.choice, open, rate, true)) }
      guard open < chunk.most else { continue }
      var cost: Int128 = 0
      if let costs = leastLost(choice.pool, open + choice.unit, &work) {
        cost = Int128(costs[start.end] - costs[start.start]) / Int128(choice.unit)
      }
      parts.append((chunk.choice, chunk.most - open, rate - cost, false))
    }
    let ranked = parts.indices.sorted {
      parts[$0].rate > parts[$1].rate || (parts[$0].rate == parts[$1].rate && $0 < $1)
    }
    var found: [Offer] = []
    for freeOnly in [true, false] {
      var left = start.gpus
      var chunks: [(choice: Int, gpus: Int64)] = []
      for index in ranked where left > 0 {
        let part = parts[index]
        if freeOnly && !part.isFree { continue }
        let taken = min(left, part.gpus)
        left -= taken
        if let known = chunks.firstIndex(where: { $0.choice == part.choice }) {
          chunks[known].gpus += taken
        } else {
          chunks.append((part.choice, taken))
        }
      }
      if left == 0 { found.append(offer(field, start, chunks, &work)) }
    }
    return found
  }

  private func offer(
    _ field: Field, _ start: Field.SplitStart, _ chunks: [(choice: Int, gpus: Int64)],
    _ work: inout Workings
  ) -> Offer {
    let chunks = chunks.sorted { field.choices[$0.choice].pool < field.choices[$1.choice].pool }
    var own: Int128 = 0
    var budget: Int128 = 0
    var amount: Int128 = 0
    var wishes: [Wish] = []
    for chunk in chunks {
      let choice = field.choices[chunk.choice]
      let part = Int128(chunk.gpus) &* Int128(choice.quarters)
      let gain = Int128(field.margin(choice, start.start, start.end)) &* Int128(chunk.gpus)
      own &+= gain
      budget &+= gain &- Int128(choice.worth - choice.value) &* part
      amount &+= part
      wishes.append(wish(field, choice, gpus: chunk.gpus))
    }
    let terms = terms(wishes, start.start, start.end, &work)
    return Offer(
      choice: chunks[0].choice, start: start.start, end: start.end, chunks: chunks,
      gain: own &- terms.lost, alone: own, budget: budget, amount: amount, evicted: terms.evicted)
  }

  // MARK: The best

  /// The exchange by which welfare gains most, if any gains.
  func best(_ field: Field, _ bid: Int, _ work: inout Workings) -> Offer? {
    var spots: [Spot] = []
    for index in field.ranges[bid] {
      eachSpot(field, index, &work) { if $0.upper > 0 { spots.append($0) } }
    }
    spots.sort { $0.upper > $1.upper }
    var found: Offer?
    for spot in spots {
      guard spot.upper > found?.gain ?? 0 else { break }
      let offer = offer(field, spot, floor: found?.gain ?? 0, &work)
      if offer.gain > found?.gain ?? 0, offer.raise <= 0 { found = offer }
    }
    for index in field.splitRanges[bid] where field.splitStarts[index].surplus > 0 {
      guard Int128(field.splitStarts[index].surplus) > found?.gain ?? 0 else { continue }
      for offer in offers(field, field.splitStarts[index], &work)
      where offer.gain > found?.gain ?? 0 && offer.raise <= 0 {
        found = offer
      }
    }
    return found
  }
}
