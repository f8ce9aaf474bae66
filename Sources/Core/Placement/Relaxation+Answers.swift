import Units

extension Relaxation {
  /// What the prices prove under the restrictions, 1/64; `void` when a bid that must run finds no
  /// place. `use` is then what is asked for.
  mutating func evaluate() -> Int64 {
    load()
    use.fill(0)
    var total: Int64 = 0
    for pool in 0..<pools.count {
      for slot in 0..<slots {
        let cell = pool &* slots &+ slot
        let price = prices[cell]
        total &+= price &* capacity[cell] &* widths[slot]
        falls.note(slot, known[cell] &- price)
        known[cell] = price
      }
      falls.close(pool)
    }
    falls.end()
    total &+= leases()
    work &+= Int64(4 &* cells &+ 2 &* agents.count)
    gains.fill(0)
    answers.fill(Relaxation.none)
    for index in 0..<agents.count {
      let state = states[index]
      let agent = agents[index]
      if state == 0,
        min(agent.most, agentGates[index].bound(falls.inAny(agent.region))) <= utilities[index]
      {
        continue
      }
      if state == 2 { continue }
      var gain = state == 1 ? Relaxation.void : 0
      var code = Relaxation.none
      for number in agent.firstTerm..<agent.endTerm {
        let term = terms[number]
        let bound = min(term.most, termGates[number].bound(falls.inPool(term.pool, term.region)))
        if bound &- utilities[index] <= gain || most[term.door] == 0 { continue }
        work &+= 8
        if term.room > 0 {
          elastic(number, term, index, &gain, &code)
        } else {
          block(number, term, index, &gain, &code)
        }
      }
      if agent.firstStretch < agent.endStretch { split(agent, index, &gain, &code) }
      if touched[index] == 0 { note(agent, index) }
      if gain == Relaxation.void { return Relaxation.void }
      gains[index] = gain
      answers[index] = code
      total &+= gain
      if code >= 0 { take(index, code) }
    }
    return total
  }

  private func load() {
    for row in rowPools.indices {
      let edges = sums.base + row * (slots + 1)
      let asks = askSums.base + row * (slots + 1)
      let prices = prices.base + rowPools[row] * slots
      var sum: Int64 = 0
      edges[0] = asks[0]
      for slot in 0..<slots {
        sum &+= prices[slot] &* widths[slot]
        edges[slot &+ 1] = asks[slot &+ 1] &+ sum
      }
    }
  }

  private func leases() -> Int64 {
    var total: Int64 = 0
    for tenant in tenants {
      for (offset, most) in tenant.gains.enumerated() {
        let slot = tenant.start + offset
        let gain = most &- prices[tenant.pool * slots + slot]
        if gain > 0 {
          total &+= gain &* widths[slot] &* tenant.room
          add(tenant.pool, slot, slot + 1, tenant.room)
        }
      }
    }
    return total
  }

  @inline(__always)
  private mutating func block(
    _ number: Int, _ term: Term, _ index: Int, _ gain: inout Int64, _ code: inout Int64
  ) {
    let edges = sums.base + term.row * (slots + 1)
    var cost = Int64.max
    var place = 0
    let low = Int(from[index])
    let high = Int(until[index])
    for item in term.firstRun..<term.endRun {
      let run = field.runs[item]
      let span = run.length
      var start = max(low, Int(run.start))
      let last = min(high, run.starts.upperBound &- 1)
      guard start <= last else { continue }
      work &+= Int64(last &- start &+ 1)
      while start <= last {
        let here = edges[start &+ span] &- edges[start]
        if here < cost {
          cost = here
          place = start
        }
        start &+= 1
      }
    }
    guard cost < Int64.max else { return }
    let own = (term.whole &- cost) &* term.firm
    if touched[index] == 0 { note(number, own, term) }
    let value = own &- utilities[index]
    guard value > gain else { return }
    gain = value
    code = Int64(number) << 20 | Int64(place)
  }

  private mutating func elastic(
    _ number: Int, _ term: Term, _ index: Int, _ gain: inout Int64, _ code: inout Int64
  ) {
    let low = Int(from[index])
    let high = Int(until[index])
    let last = field.runs[term.endRun - 1]
    let origin = max(low, Int(field.runs[term.firstRun].start))
    // A little too far does no harm: runs of other lengths end before the last one does.
    let end = last.end
    guard origin <= high, origin < end else { return }
    let edges = sums.base + term.row * (slots + 1)
    var sum: Int64 = 0
    plus[origin] = 0
    for slot in origin..<end {
      if slot < field.windowEnd {
        let rate = term.value &* widths[slot] &- (edges[slot + 1] &- edges[slot])
        if rate > 0 { sum &+= rate }
      }
      plus[slot + 1] = sum
    }
    work &+= Int64(end - origin)
    var own = Int64.min / 2
    var place = -1
    for item in term.firstRun..<term.endRun {
      let run = field.runs[item]
      let span = run.length
      var start = max(low, Int(run.start))
      let last = min(high, run.starts.upperBound &- 1)
      guard start <= last else { continue }
      work &+= Int64(last &- start &+ 1)
      while start <= last {
        let rate = term.whole &- (edges[start &+ span] &- edges[start])
        let value = rate &* term.firm &+ (plus[start &+ span] &- plus[start]) &* term.room
        if value > own {
          own = value
          place = start
        }
        start &+= 1
      }
    }
    if touched[index] == 0 { note(number, own, term) }
    guard place >= 0, own &- utilities[index] > gain else { return }
    gain = own &- utilities[index]
    code = Int64(number) << 20 | Int64(place)
  }

  private func note(_ agent: Agent, _ index: Int) {
    var most = Int64.min / 2
    var gate = Gate(seen: 0, weight: 0)
    for number in agent.firstTerm..<agent.endTerm {
      let fallen = falls.inPool(terms[number].pool, terms[number].region)
      most = max(most, termGates[number].bound(fallen))
      gate.weight = max(gate.weight, termGates[number].weight)
    }
    for number in agent.firstStretch..<agent.endStretch {
      most = max(most, stretchGates[number].bound(falls.inAny(stretches[number].region)))
      gate.weight = max(gate.weight, stretchGates[number].weight)
    }
    gate.note(most, falls.inAny(agent.region))
    agentGates[index] = gate
  }

  @inline(__always)
  private func note(_ number: Int, _ own: Int64, _ term: Term) {
    termGates.base[number].note(own, falls.inPool(term.pool, term.region))
  }

  // MARK: Splits

  private mutating func split(
    _ agent: Agent, _ index: Int, _ gain: inout Int64, _ code: inout Int64
  ) {
    let state = states[index]
    for number in agent.firstStretch..<agent.endStretch {
      let stretch = stretches[number]
      if stretch.start < Int(from[index]) || stretch.start > Int(until[index]) { continue }
      if state != 1, stretchBound(number, index) <= gain { continue }
      work &+= 8 &* Int64(stretch.endChunk - stretch.firstChunk)
      if priced {
        noteRate(number, stretch)
        for item in stretch.firstChunk..<stretch.endChunk {
          guard let part = part(item, stretch, index) else { continue }
          let value = part.rate &* part.gpus
          if value > gain {
            gain = value
            code = Relaxation.splitCode | (Int64(item) << 24) | Int64(number)
          }
        }
      } else if let value = divide(stretch, index, taking: false) {
        if touched[index] == 0 {
          stretchGates.base[number].note(value, falls.inAny(stretch.region))
        }
        guard value > gain else { continue }
        gain = value
        code = Relaxation.splitCode | Int64(number)
      }
    }
  }

  /// What a start gains at most: nothing, in one pool, when no GPU gains.
  @inline(__always)
  private func stretchBound(_ number: Int, _ index: Int) -> Int64 {
    let bound = stretchGates[number].bound(falls.inAny(stretches[number].region))
    return priced ? (bound > utilities[index] ? .max : 0) : bound
  }

  private func noteRate(_ number: Int, _ stretch: Stretch) {
    var most = Int64.min / 2
    for item in stretch.firstChunk..<stretch.endChunk {
      most = max(most, rate(chunks[item], stretch))
    }
    stretchGates.base[number].note(most, falls.inAny(stretch.region))
  }

  @inline(__always)
  private func rate(_ chunk: Chunk, _ stretch: Stretch) -> Int64 {
    let edges = sums.base + chunk.row * (slots + 1)
    return chunk.whole &- (edges[stretch.end] &- edges[stretch.start])
  }

  /// The fewest and the most GPUs of a chunk; nothing when the second is less.
  @inline(__always)
  private func ends(_ chunk: Chunk) -> (least: Int64, most: Int64) {
    var low: Int64 = 0
    var high = chunk.most
    if least[chunk.door] > 0 {
      low = (least[chunk.door] + chunk.unit - 1) / chunk.unit * chunk.unit
    }
    if most[chunk.door] < high { high = most[chunk.door] / chunk.unit * chunk.unit }
    return (low, high)
  }

  /// In one pool a chunk earns in proportion, so that one of its ends is best.
  private func part(
    _ item: Int, _ stretch: Stretch, _ index: Int
  ) -> (rate: Int64, gpus: Int64)? {
    let chunk = chunks[item]
    let ends = ends(chunk)
    guard ends.most > 0, ends.least <= ends.most else { return nil }
    let rate = rate(chunk, stretch) &- utilities[index]
    return (rate, rate > 0 ? ends.most : max(chunk.unit, ends.least))
  }

  /// The best division over the pools; nil when the GPUs do not find room. `taking` adds what each
  /// chunk takes to the use.
  private func divide(_ stretch: Stretch, _ index: Int, taking: Bool) -> Int64? {
    var count = 0
    var left = stretch.gpus
    var value: Int64 = 0
    var met: Int32 = 0
    for item in stretch.firstChunk..<stretch.endChunk {
      let chunk = chunks[item]
      let ends = ends(chunk)
      guard ends.most > 0, ends.least <= ends.most else { continue }
      let rate = rate(chunk, stretch)
      if ends.least > 0 {
        met += 1
        left &-= ends.least
        value &+= ends.least &* rate
        if taking { add(chunk.pool, stretch.start, stretch.end, ends.least) }
      }
      var place = count
      while place > 0 && ranked[place - 1].rate < rate {
        ranked[place] = ranked[place - 1]
        place -= 1
      }
      ranked[place] = Ranked(chunk: item, rate: rate, most: ends.most - ends.least)
      count += 1
    }
    guard left >= 0, met == demands[index] else { return nil }
    for place in 0..<count where left > 0 {
      let taken = min(left, ranked[place].most)
      left &-= taken
      value &+= taken &* ranked[place].rate
      if taking { add(chunks[ranked[place].chunk].pool, stretch.start, stretch.end, taken) }
    }
    return left == 0 ? value : nil
  }

  // MARK: Use

  /// Adds what the answer asks for.
  private func take(_ index: Int, _ code: Int64) {
    if code & Relaxation.splitCode != 0 {
      let stretch = stretches[Int(code & 0xFF_FFFF)]
      if priced {
        let item = Int((code & ~Relaxation.splitCode) >> 24)
        guard let part = part(item, stretch, index) else { return }
        add(chunks[item].pool, stretch.start, stretch.end, part.gpus)
      } else {
        _ = divide(stretch, index, taking: true)
      }
      return
    }
    let term = terms[Int(code >> 20)]
    let start = Int(code & 0xF_FFFF)
    let end = start + length(term, start)
    add(term.pool, start, end, term.firm)
    guard term.room > 0 else { return }
    let edges = sums.base + term.row * (slots + 1)
    for slot in start..<min(end, max(start, field.windowEnd))
    where term.value &* widths[slot] > edges[slot + 1] &- edges[slot] {
      add(term.pool, slot, slot + 1, term.room)
    }
  }

  @inline(__always)
  private func add(_ pool: Int, _ start: Int, _ end: Int, _ gpus: Int64) {
    let cells = pool &* (slots &+ 1)
    use[cells &+ start] &+= gpus
    use[cells &+ end] &-= gpus
  }

  private func length(_ term: Term, _ start: Int) -> Int {
    var item = term.firstRun
    while item < term.endRun - 1 && field.runs[item].starts.upperBound <= start { item += 1 }
    return field.runs[item].length
  }

  /// How much of its bid an answer takes in a pool: 1, of a split its GPUs.
  func amount(_ code: Int64) -> Int64 {
    guard code & Relaxation.splitCode != 0 else { return 1 }
    return chunks[Int((code & ~Relaxation.splitCode) >> 24)].most
  }

  /// The first slot of an answer.
  func start(_ code: Int64) -> Int {
    code & Relaxation.splitCode != 0
      ? stretches[Int(code & 0xFF_FFFF)].start : Int(code & 0xF_FFFF)
  }
}
