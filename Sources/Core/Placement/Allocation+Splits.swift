import Units

extension Allocation {
  /// The best placement of a refused bid that fits and gains, at no tolls: the last word on whether
  /// it could be put in.
  mutating func addition(_ bid: Int, _ tolls: Tolls) -> Offer? {
    field.splitRanges[bid].isEmpty ? best(bid, tolls: tolls) : bestSplit(bid)
  }

  /// The filling of a refused split that gains most, what it displaces counted unit by unit; nil when
  /// none gains. `best` goes by the rate of each pool alone: it is what a search can afford, and
  /// misses one where a cheap pool is full of dear extras.
  ///
  /// Each further unit in a pool displaces dearer extras than the one before, so taking the best
  /// unit again and again is exact.
  func bestSplit(_ bid: Int) -> Offer? {
    var found: Offer?
    for index in field.splitRanges[bid] {
      let start = field.splitStarts[index]
      guard start.surplus > 0, 64 &* start.surplus > found?.score ?? 0,
        let offer = filled(start), offer.score > found?.score ?? 0
      else { continue }
      found = offer
    }
    return found
  }

  /// A pool that takes part in a filling.
  private struct Share {
    var choice: Int
    var margin: Int64
    var unit: Int64
    /// The most GPUs that are free there.
    var most: Int64
    var taken: Int64 = 0
    /// What the next unit gains.
    var next: Int64 = 0
  }

  private func filled(_ start: Field.SplitStart) -> Offer? {
    var shares = shares(start)
    guard shares.reduce(Int64(0), { $0 + $1.most }) >= start.gpus else { return nil }
    for index in shares.indices { shares[index].next = unitGain(shares[index], start) }
    var left = start.gpus
    var gain: Int128 = 0
    while left > 0 {
      var best = -1
      for index in shares.indices where shares[index].taken < shares[index].most {
        if best < 0 || shares[index].next > shares[best].next { best = index }
      }
      guard best >= 0 else { return nil }
      gain &+= Int128(shares[best].next)
      left -= shares[best].unit
      shares[best].taken += shares[best].unit
      shares[best].next = unitGain(shares[best], start)
    }
    shares.removeAll { $0.taken == 0 }
    shares.sort { field.choices[$0.choice].pool < field.choices[$1.choice].pool }
    let budget = shares.reduce(Int128(0)) { sum, share in
      sum &+ Int128(field.budget(field.choices[share.choice], start.start, start.end))
        &* Int128(share.taken)
    }
    guard gain > 0, budget >= 0, let first = shares.first else { return nil }
    let stand = Stand(
      choice: Int32(truncatingIfNeeded: first.choice),
      start: Int32(truncatingIfNeeded: start.start), end: Int32(truncatingIfNeeded: start.end),
      parts: Int32(truncatingIfNeeded: shares.count))
    return Offer(
      stand: stand, score: Int64(clamping: 64 * gain),
      parts: shares.map {
        Part(
          choice: Int32(truncatingIfNeeded: $0.choice), gpus: Int32(truncatingIfNeeded: $0.taken))
      })
  }

  /// The pools with a unit free from this start; one that two options name counts once.
  private func shares(_ start: Field.SplitStart) -> [Share] {
    var shares: [Share] = []
    for index in start.chunks {
      let chunk = field.chunks[index]
      let choice = field.choices[chunk.choice]
      guard !shares.contains(where: { field.choices[$0.choice].pool == choice.pool }) else {
        continue
      }
      var least = chunk.most
      let cells = choice.pool * field.slots
      for cell in (cells + start.start)..<(cells + start.end) { least = min(least, free[cell]) }
      let most = least / choice.unit * choice.unit
      guard most > 0 else { continue }
      shares.append(
        Share(choice: chunk.choice, margin: chunk.margin, unit: choice.unit, most: most))
    }
    return shares
  }

  private func unitGain(_ share: Share, _ start: Field.SplitStart) -> Int64 {
    guard share.taken < share.most else { return 0 }
    let cells = field.choices[share.choice].pool * field.slots
    var lost: Int64 = 0
    for slot in start.start..<max(start.start, min(start.end, field.windowEnd)) {
      let cell = cells + slot
      let before = free[cell] - share.taken
      let after = before - share.unit
      guard soft.wants(cell) > after else { continue }
      lost &+= soft.displaced(cell, from: after, to: before, toll: 0) &* field.widths[slot]
    }
    return share.margin &* share.unit &- lost / 64
  }
}
