import Units

/// A round and its outcome, made ready to explain any of its bids; made once a round, asked often.
package struct Explanations: Sendable {
  package let instance: Instance
  /// With placements that lose at asks.
  private let field: Field
  private let exchange: Exchange
  /// The same without the cost of moving; nil when nobody has any.
  private let free: Exchange?
  /// Where subsidised bids take what is left (`Spare`): the round with them in it. Nil otherwise.
  private let left: Exchange?
  private let won: [Bool]
  /// Price times width before each edge: row * (slots + 1) + edge.
  private let prices: [Int64]
  /// The most GPUs that each pool promised in any slot, sold ones included.
  private let promised: [Int64]

  /// Nil when the clearing is none of the instance.
  /// - Parameter promised: what each pool offers at most; without it, what was for sale.
  package init?(_ instance: Instance, _ clearing: Clearing, promised: [Int64]? = nil) {
    guard let field = Field(instance, losing: true),
      let allocation = Explanations.decided(instance, clearing)
    else { return nil }
    self.instance = instance
    self.field = field
    exchange = Exchange(allocation)
    let isMoving =
      instance.running.contains { $0.bonus > 0 && $0.held > 0 }
      || instance.bids.contains { $0.options.contains { $0.bonus > 0 } }
    free = isMoving ? Exchange(allocation, bonuses: false) : nil
    left = instance.spare ? Explanations.everybody(instance, clearing) : nil
    var won = [Bool](repeating: false, count: instance.bids.count)
    for fill in clearing.fills { won[fill.bid] = true }
    self.won = won
    prices = Explanations.prices(field, clearing.congestion)
    let offered = instance.pools.map { $0.capacity.max() ?? 0 }
    self.promised = promised?.count == offered.count ? promised ?? offered : offered
  }

  /// Who won by welfare: all, but for subsidised bids where they take what is left; nobody makes room
  /// for those, and they for nobody.
  static func decided(_ instance: Instance, _ clearing: Clearing) -> Allocation? {
    guard instance.spare else { return Field(instance).flatMap { allocation($0, clearing) } }
    var others = clearing
    others.fills.removeAll { fill in
      instance.bids.indices.contains(fill.bid) && Spare.isSubsidised(instance.bids[fill.bid])
    }
    return Field(Spare.others(instance)).flatMap { allocation($0, others) }
  }

  private static func everybody(_ instance: Instance, _ clearing: Clearing) -> Exchange? {
    guard let field = Field(instance), let allocation = allocation(field, clearing) else {
      return nil
    }
    return Exchange(allocation)
  }

  /// The allocation of a clearing that is feasible, whatever else may be wrong with it.
  private static func allocation(_ field: Field, _ clearing: Clearing) -> Allocation? {
    guard ClearingCheck.shaped(field, clearing),
      clearing.fills.allSatisfy({ ClearingCheck.composed(field.instance, $0) }),
      let winners = Winner.all(field, clearing.fills), ClearingCheck.aligned(winners),
      winners.allSatisfy({ $0.budget >= 0 }),
      Pricing.leftover(field, winners, []).allSatisfy({ $0 >= 0 })
    else { return nil }
    return Allocation.made(field, fills: clearing.fills)
  }

  /// (ask + congestion) * width before each edge. Congestion out of bounds counts as the bound.
  private static func prices(_ field: Field, _ congestion: [[Int64]]) -> [Int64] {
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

  // MARK: One bid

  /// Why the bid was filled or not.
  package func explain(_ bid: Int) -> Explanation {
    guard instance.bids.indices.contains(bid) else { return Explanation(reason: .noPool) }
    let nearest =
      field.splitRanges[bid].isEmpty ? nearestPlace(bid) : nearestSplit(bid)
    guard let nearest else { return Explanation(reason: won[bid] ? .filled : impossible(bid)) }
    var explanation = Explanation(
      reason: .filled, short: nearest.short, nearest: nearest.place)
    if won[bid] { return explanation }
    if let left, Spare.isSubsidised(instance.bids[bid]) {
      explanation.reason = nearest.short > 0 ? .belowPrice : lacking(bid, nearest.place, left)
      return explanation
    }
    var work = Exchange.Workings()
    let offer = exchange.nearest(field, bid, &work)
    let toll = offer.map { exchange.toll(field, $0) }
    explanation.take = offer.flatMap { take($0, toll ?? Exchange.Toll()) }
    explanation.reason =
      nearest.short > 0 ? .belowPrice : refusal(bid, offer, toll ?? Exchange.Toll(), &work)
    return explanation
  }

  /// How much more per GPU-hour would have brought the bid in, mHKD, as `explain` tells it.
  package func raise(_ bid: Int) -> Int64? {
    guard instance.bids.indices.contains(bid), !won[bid],
      left == nil || !Spare.isSubsidised(instance.bids[bid])
    else { return nil }
    var work = Exchange.Workings()
    return exchange.nearest(field, bid, &work)?.raise
  }

  /// What is missing for a bid that gets only what is left.
  private func lacking(
    _ bid: Int, _ place: Explanation.Place, _ left: Exchange
  ) -> Explanation.Reason {
    let entry = instance.bids[bid]
    let option = entry.options[place.option]
    let gpus =
      entry.kind == .block ? option.gpus : entry.kind == .split ? option.unit : option.least
    var slots = 0
    var quarters: Int64 = 0
    var most: Int64 = 0
    for slot in place.start..<place.end {
      let lack = gpus - left.free[option.pool * field.slots + slot]
      guard lack > 0 else { continue }
      slots += 1
      quarters += instance.widths[slot]
      most = max(most, lack)
    }
    return slots > 0 ? .blocked(slots: slots, quarters: quarters, gpus: most) : .displaced
  }

  private func take(_ offer: Exchange.Offer, _ toll: Exchange.Toll) -> Explanation.Take {
    Explanation.Take(
      place: Explanation.Place(
        option: field.choices[offer.choice].option, start: offer.start, end: offer.end),
      raise: offer.raise, winners: toll.winners, firm: toll.firm, squeezed: toll.squeezed,
      extras: toll.extras)
  }

  /// Why a bid in the money was not filled.
  private func refusal(
    _ bid: Int, _ offer: Exchange.Offer?, _ toll: Exchange.Toll, _ work: inout Exchange.Workings
  ) -> Explanation.Reason {
    guard let offer, offer.raise > 0 else { return .notOffered }
    if let free {
      var others = Exchange.Workings()
      if let unmoved = free.nearest(field, bid, &others), unmoved.raise <= 0 { return .hysteresis }
    }
    if toll.slots > 0 {
      return .blocked(slots: toll.slots, quarters: toll.quarters, gpus: toll.gpus)
    }
    return toll.extras > 0 ? .displaced : .notOffered
  }

  // MARK: No place at all

  private func impossible(_ bid: Int) -> Explanation.Reason {
    let entry = instance.bids[bid]
    let options = entry.options.indices.filter {
      Field.sound(entry.options[$0], instance, losing: true)
    }
    guard !options.isEmpty else { return .noPool }
    let open = options.filter { !field.placements.stretches(of: entry.options[$0]).isEmpty }
    guard !open.isEmpty else { return .noWindow }
    return isPromised(entry, open) ? .soldEarlier : .largerThanPool
  }

  private func isPromised(_ entry: Instance.Bid, _ options: [Int]) -> Bool {
    options.contains { index in
      let option = entry.options[index]
      switch entry.kind {
      case .block: return option.gpus <= promised[option.pool]
      case .elastic: return option.least <= promised[option.pool]
      case .split:
        let mates = options.filter { entry.options[$0].alternative == option.alternative }
        return option.gpus <= mates.reduce(Int64(0)) { $0 + promised[entry.options[$1].pool] }
      }
    }
  }

  // MARK: At the prices

  private typealias Nearest = (short: Int64, place: Explanation.Place)

  /// What a stretch costs the bid a GPU. Who takes what is left pays the ask.
  private func bill(_ bid: Int, _ row: Int, _ start: Int, _ end: Int) -> Int64 {
    let edges = row * (field.slots + 1)
    if left != nil && Spare.isSubsidised(instance.bids[bid]) {
      return field.askSums[edges + end] - field.askSums[edges + start]
    }
    return prices[edges + end] - prices[edges + start]
  }

  private func nearestPlace(_ bid: Int) -> Nearest? {
    var best: Nearest?
    for index in field.ranges[bid] {
      let choice = field.choices[index]
      var least: (bill: Int64, start: Int, end: Int)?
      field.eachColumn(choice) { start, end in
        let bill = bill(bid, choice.row, start, end)
        if bill < least?.bill ?? .max { least = (bill, start, end) }
      }
      guard let least else { continue }
      let excess = Int128(least.bill) - Int128(choice.value) * Int128(choice.quarters)
      let short = Int64(clamping: dividedUp(excess, by: Int128(choice.quarters)))
      guard short < best?.short ?? .max else { continue }
      best = (
        short, Explanation.Place(option: choice.option, start: least.start, end: least.end)
      )
    }
    return best
  }

  /// The exact filling of each start, cheapest pools first.
  private func nearestSplit(_ bid: Int) -> Nearest? {
    var best: Nearest?
    for index in field.splitRanges[bid] {
      let start = field.splitStarts[index]
      var ranked: [(chunk: Field.Chunk, cost: Int64)] = []
      for chunk in start.chunks.map({ field.chunks[$0] }) {
        let choice = field.choices[chunk.choice]
        let bill = bill(bid, choice.row, start.start, start.end)
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
      guard short < best?.short ?? .max else { continue }
      best = (
        short, Explanation.Place(option: choice.option, start: start.start, end: start.end)
      )
    }
    return best
  }
}
