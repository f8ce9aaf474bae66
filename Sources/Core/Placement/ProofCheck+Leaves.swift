/// What a leaf is worth at most: each bid takes its best column, whatever the others take.
extension ProofCheck {
  /// The whole round at one vector of prices; nil when no clearing stands there.
  mutating func plain() -> Int128? {
    var total: Int128 = 0
    for pool in 0..<field.pools {
      load(pool)
      total &+= rent(pool)
    }
    for bid in field.ranges.indices where rules.states[bid] != 2 {
      var best: Int128?
      for index in field.ranges[bid] {
        let choice = field.choices[index]
        guard rules.allows(bid, choice.pool), let value = most(choice) else { continue }
        best = max(best ?? value, value)
      }
      for index in field.splitRanges[bid] {
        guard let value = split(bid, field.splitStarts[index]) else { continue }
        best = max(best ?? value, value)
      }
      if rules.states[bid] == 1 {
        guard let best else { return nil }
        total &+= best
      } else {
        total &+= max(0, best ?? 0)
      }
    }
    return total
  }

  /// One pool at one vector of prices and utilities.
  mutating func leaf(_ pool: Int) -> Int128? {
    load(pool)
    var total = rent(pool)
    var choice = 0
    var chunk = 0
    let choices = choices[pool]
    let chunks = chunks[pool]
    // Bids that must run here are void without a place, so those without any are looked for too.
    var demanded = 0
    while choice < choices.count || chunk < chunks.count {
      let bid = min(
        choice < choices.count ? field.choices[choices[choice]].bid : .max,
        chunk < chunks.count ? chunks[chunk].bid : .max)
      var best: Int128?
      let allowed = rules.states[bid] != 2 && rules.allows(bid, pool)
      while choice < choices.count, field.choices[choices[choice]].bid == bid {
        if allowed, let value = most(field.choices[choices[choice]]) {
          let gain = value &- Int128(utilities[bid])
          best = max(best ?? gain, gain)
        }
        choice += 1
      }
      while chunk < chunks.count, chunks[chunk].bid == bid {
        if allowed, let gain = part(chunks[chunk], pool) { best = max(best ?? gain, gain) }
        chunk += 1
      }
      if rules.demands(bid, pool) {
        guard let best else { return nil }
        total &+= best
        demanded += 1
      } else {
        total &+= max(0, best ?? 0)
      }
    }
    return demanded == rules.demands(in: pool) ? total : nil
  }

  private mutating func load(_ pool: Int) {
    for row in field.rowPools.indices where field.rowPools[row] == pool {
      let edges = row * (field.slots + 1)
      var sum: Int64 = 0
      sums[edges] = 64 &* field.askSums[edges]
      for slot in 0..<field.slots {
        sum &+= prices[pool * field.slots + slot] &* field.widths[slot]
        sums[edges + slot + 1] = 64 &* field.askSums[edges + slot + 1] &+ sum
      }
    }
  }

  /// What the pool's capacity is worth, and what running leases' extras gain above that.
  private func rent(_ pool: Int) -> Int128 {
    var total: Int128 = 0
    for slot in 0..<field.slots {
      let cell = pool * field.slots + slot
      total &+= Int128(prices[cell] &* field.widths[slot]) &* Int128(field.capacity[cell])
    }
    for tenant in field.tenants where tenant.pool == pool {
      for slot in tenant.start..<tenant.end {
        let gain = 64 &* field.gain(tenant, slot) &- prices[pool * field.slots + slot]
        if gain > 0 { total &+= Int128(gain &* field.widths[slot]) &* Int128(tenant.room) }
      }
    }
    return total
  }

  /// The best of the choice's columns that may be taken; nil without any.
  private mutating func most(_ choice: Field.Choice) -> Int128? {
    let from = rules.from[choice.bid]
    let until = rules.until[choice.bid]
    let edges = choice.row * (field.slots + 1)
    if choice.room > 0 { plan(choice, edges) }
    let whole = 64 &* choice.worth &* choice.quarters
    var best: Int128?
    for number in choice.runs {
      let run = field.runs[number]
      let first = max(from, run.starts.lowerBound)
      let last = min(until, run.starts.upperBound - 1)
      guard first <= last else { continue }
      if choice.room > 0 {
        for start in first...last {
          let end = start + run.length
          let value =
            Int128(whole &- (sums[edges + end] &- sums[edges + start])) &* Int128(choice.firm)
            &+ Int128(plus[end] &- plus[start]) &* Int128(choice.room)
          best = max(best ?? value, value)
        }
      } else {
        var least = Int64.max
        for start in first...last {
          least = min(least, sums[edges + start + run.length] &- sums[edges + start])
        }
        let value = Int128(whole &- least) &* Int128(choice.firm)
        best = max(best ?? value, value)
      }
    }
    return best
  }

  /// What an extra gains before each slot.
  private mutating func plan(_ choice: Field.Choice, _ edges: Int) {
    let from = Int(field.runs[choice.firstRun].start)
    let until = field.runs[choice.endRun - 1].end
    var sum: Int64 = 0
    plus[from] = 0
    for slot in from..<until {
      if slot < field.windowEnd {
        let gain =
          64 &* choice.value &* field.widths[slot]
          &- (sums[edges + slot + 1] &- sums[edges + slot])
        if gain > 0 { sum &+= gain }
      }
      plus[slot + 1] = sum
    }
  }

  private func rate(_ chunk: Field.Chunk, _ start: Field.SplitStart) -> Int64 {
    let choice = field.choices[chunk.choice]
    let edges = choice.row * (field.slots + 1)
    return 64 &* choice.worth &* choice.quarters
      &- (sums[edges + start.end] &- sums[edges + start.start])
  }

  /// The fewest and the most GPUs that a chunk may have; nil when it can have none.
  private func ends(_ bid: Int, _ chunk: Field.Chunk) -> (least: Int64, most: Int64)? {
    let choice = field.choices[chunk.choice]
    guard let limit = rules.limit(bid, choice.pool) else { return (0, chunk.most) }
    let least = (limit.least &+ choice.unit &- 1) / choice.unit * choice.unit
    let most = min(limit.most, chunk.most) / choice.unit * choice.unit
    return least <= most ? (least, most) : nil
  }

  /// The best division of a split over the pools, from one start; nil when there is none.
  private func split(_ bid: Int, _ start: Field.SplitStart) -> Int128? {
    guard rules.from[bid] <= start.start, start.start <= rules.until[bid] else { return nil }
    var left = start.gpus
    var value: Int128 = 0
    var parts: [(rate: Int64, most: Int64)] = []
    var met: [Int] = []
    for index in start.chunks {
      let chunk = field.chunks[index]
      let pool = field.choices[chunk.choice].pool
      guard let ends = ends(bid, chunk) else { continue }
      let rate = rate(chunk, start)
      if ends.least > 0, !met.contains(pool) {
        met.append(pool)
        // Two choices in one pool: either may hold what must be there, so neither is forced.
        let twins = start.chunks.contains {
          $0 != index && field.choices[field.chunks[$0].choice].pool == pool
        }
        if !twins {
          left -= ends.least
          value &+= Int128(ends.least) &* Int128(rate)
          parts.append((rate, ends.most - ends.least))
          continue
        }
      }
      parts.append((rate, ends.most))
    }
    guard left >= 0, rules.demanded(bid).allSatisfy(met.contains) else { return nil }
    parts.sort { $0.rate > $1.rate }
    for part in parts where left > 0 {
      let taken = min(left, part.most)
      left -= taken
      value &+= Int128(taken) &* Int128(part.rate)
    }
    return left == 0 ? value : nil
  }

  /// The best that a split gains in the pool with one chunk: in proportion to its GPUs, so one of
  /// the ends is best.
  private func part(_ place: SplitPlace, _ pool: Int) -> Int128? {
    let start = field.splitStarts[place.start]
    guard rules.from[place.bid] <= start.start, start.start <= rules.until[place.bid] else {
      return nil
    }
    let chunk = field.chunks[place.chunk]
    guard let ends = ends(place.bid, chunk), ends.most > 0 else { return nil }
    let least = max(ends.least, field.choices[chunk.choice].unit)
    let rate = Int128(rate(chunk, start)) &- Int128(utilities[place.bid])
    return rate &* Int128(rate > 0 ? ends.most : least)
  }
}
