package import Placement

/// Simple ways to clear one round, for comparison (clearing.md, 11): bids one after the other, none
/// ever moved, everybody pays the ask. Elastic bids get with their base what is free of their extras
/// at that time, and keep it.
package enum RoundBaseline: String, Sendable, CaseIterable {
  /// In order of arrival: the earliest start that fits anywhere, the cheapest place of those
  /// (conservative backfilling).
  case fcfs
  /// In order of arrival: the best margin over all starts, for alike chips the least ask and price
  /// of the distance (an order-by-order reverse auction).
  case auction
  /// By margin per GPU-hour at the asks, dearest first: what batching gives without optimising.
  case greedy

  /// Fills and welfare; no prices and no proof.
  package func clearing(_ instance: Instance) -> Clearing {
    var desk = BaselineDesk(instance)
    var order = Array(instance.bids.indices)
    if self == .greedy {
      let densities = instance.bids.map { desk.density($0) }
      order.sort { densities[$0] != densities[$1] ? densities[$0] > densities[$1] : $0 < $1 }
    }
    var clearing = Clearing()
    var welfare: Int128 = 0
    for bid in order {
      guard let place = desk.best(bid, earliestFirst: self == .fcfs) else { continue }
      welfare += place.gain
      clearing.fills.append(desk.take(bid, place))
    }
    clearing.fills.sort { $0.bid < $1.bid }
    clearing.welfare = Int64(clamping: welfare)
    return clearing
  }
}

/// The capacity that is left while a baseline goes through the bids. Options with a subsidy or a
/// bonus count as if they had none.
private struct BaselineDesk {
  private let instance: Instance
  private let placements: Placements
  private var free: [[Int64]]
  /// Ask times width before each slot edge, by pool.
  private let askSums: [[Int64]]

  struct Place {
    var start: Int
    var end: Int
    /// The firm parts.
    var parts: [Fill.Part]
    /// What it gains with the extras that it gets.
    var gain: Int128
  }

  init(_ instance: Instance) {
    self.instance = instance
    placements = Placements(widths: instance.widths)
    free = instance.pools.map(\.capacity)
    askSums = instance.pools.map { pool in
      var sums: [Int64] = [0]
      for (ask, width) in zip(pool.ask, instance.widths) {
        sums.append((sums.last ?? 0) + ask * width)
      }
      return sums
    }
  }

  /// What one GPU gains at the asks from slot to slot.
  private func margin(_ option: Instance.Option, _ start: Int, _ end: Int) -> Int64 {
    option.value * option.quarters - (askSums[option.pool][end] - askSums[option.pool][start])
  }

  /// The best margin per GPU-hour at the asks, in 1/1024 of a unit; for an empty market.
  func density(_ bid: Instance.Bid) -> Int64 {
    var best = Int64.min
    for option in bid.options {
      for stretch in placements.stretches(of: option) {
        let density = margin(option, stretch.start, stretch.end) * 1_024 / option.quarters
        best = max(best, density)
      }
    }
    return best
  }

  /// The best place that fits and does not lose: by start and then gain, or by margin per GPU-hour.
  func best(_ index: Int, earliestFirst: Bool) -> Place? {
    let bid = instance.bids[index]
    return bid.kind == .split
      ? bestSplit(bid, earliestFirst) : bestSingle(bid, earliestFirst)
  }

  private func bestSingle(_ bid: Instance.Bid, _ earliestFirst: Bool) -> Place? {
    var best: (option: Int, start: Int, end: Int, margin: Int64)?
    for (index, option) in bid.options.enumerated() {
      let firm = bid.kind == .block ? option.gpus : option.least
      var scanned = 0
      var lack = -1
      for stretch in placements.stretches(of: option) {
        for slot in max(scanned, stretch.start)..<max(scanned, stretch.end)
        where free[option.pool][slot] < firm { lack = slot }
        scanned = max(scanned, stretch.end)
        guard lack < stretch.start else { continue }
        let margin = margin(option, stretch.start, stretch.end)
        guard margin > 0 else { continue }
        let better =
          best.map { best in
            earliestFirst
              ? (stretch.start, -margin) < (best.start, -best.margin) : margin > best.margin
          } ?? true
        if better { best = (index, stretch.start, stretch.end, margin) }
        if earliestFirst { break }
      }
    }
    guard let best else { return nil }
    let option = bid.options[best.option]
    let firm = bid.kind == .block ? option.gpus : option.least
    var gain = Int128(best.margin) * Int128(firm)
    for slot in best.start..<best.end {
      let extra = extra(bid, option, slot)
      gain +=
        Int128(extra) * Int128(option.value - instance.pools[option.pool].ask[slot])
        * Int128(instance.widths[slot])
    }
    return Place(
      start: best.start, end: best.end, parts: [Fill.Part(option: best.option, gpus: firm)],
      gain: gain)
  }

  /// What is free beyond the base in a slot and gains at the ask.
  private func extra(_ bid: Instance.Bid, _ option: Instance.Option, _ slot: Int) -> Int64 {
    guard bid.kind == .elastic, slot < instance.extrasEnd,
      option.value > instance.pools[option.pool].ask[slot]
    else { return 0 }
    return max(0, min(option.gpus - option.least, free[option.pool][slot] - option.least))
  }

  /// Chunks of one alternative go to the best margins first.
  private func bestSplit(_ bid: Instance.Bid, _ earliestFirst: Bool) -> Place? {
    var best: Place?
    let alternatives = bid.options.indices.filter { index in
      index == 0 || bid.options[index].alternative != bid.options[index - 1].alternative
    }
    for lead in alternatives {
      let leader = bid.options[lead]
      let group = bid.options.indices.filter {
        bid.options[$0].alternative == leader.alternative && bid.options[$0].gpus == leader.gpus
          && bid.options[$0].unit == leader.unit && bid.options[$0].quarters == leader.quarters
      }
      for stretch in placements.stretches(of: leader) {
        guard let place = split(bid, group, stretch) else { continue }
        let better =
          best.map { best in
            earliestFirst
              ? (place.start, -place.gain) < (best.start, -best.gain) : place.gain > best.gain
          } ?? true
        if better { best = place }
        if earliestFirst { break }
      }
    }
    return best
  }

  private func split(_ bid: Instance.Bid, _ group: [Int], _ stretch: Stretch) -> Place? {
    var ranked: [(option: Int, margin: Int64)] = group.map {
      ($0, margin(bid.options[$0], stretch.start, stretch.end))
    }
    ranked.sort { $0.margin != $1.margin ? $0.margin > $1.margin : $0.option < $1.option }
    guard let lead = ranked.first.map({ bid.options[$0.option] }) else { return nil }
    var place = Place(start: stretch.start, end: stretch.end, parts: [], gain: 0)
    var left = lead.gpus
    for item in ranked where left > 0 {
      let row = free[bid.options[item.option].pool]
      let least = row[stretch.start..<stretch.end].min() ?? 0
      let taken = min(left, least / lead.unit * lead.unit)
      guard taken > 0 else { continue }
      left -= taken
      place.parts.append(Fill.Part(option: item.option, gpus: taken))
      place.gain += Int128(item.margin) * Int128(taken)
    }
    guard left == 0, place.gain > 0 else { return nil }
    place.parts.sort { bid.options[$0.option].pool < bid.options[$1.option].pool }
    return place
  }

  /// Takes the capacity.
  mutating func take(_ index: Int, _ place: Place) -> Fill {
    let bid = instance.bids[index]
    var fill = Fill(bid: index, start: place.start, parts: place.parts)
    for part in place.parts {
      let option = bid.options[part.option]
      for slot in place.start..<place.end {
        let extra = extra(bid, option, slot)
        if extra > 0 { fill.extras.append(Fill.Extra(slot: slot, gpus: extra)) }
        free[option.pool][slot] -= part.gpus + extra
      }
    }
    return fill
  }
}
