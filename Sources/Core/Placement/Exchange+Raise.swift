import Units

/// How much more a refused bid would have had to offer.
extension Exchange {
  /// The place where the least more per GPU-hour would have done (`Offer.raise`), if any fits what
  /// was for sale; ties go to the first by option and start. Of an elastic bid without a firm part
  /// only its extras count.
  func nearest(_ field: Field, _ bid: Int, _ work: inout Workings) -> Offer? {
    field.splitRanges[bid].isEmpty
      ? nearest(field, among: field.ranges[bid], &work) : nearestSplit(field, bid, &work)
  }

  /// The same among some choices of blocks or elastic bids.
  func nearest(_ field: Field, among choices: Range<Int>, _ work: inout Workings) -> Offer? {
    var spots: [(spot: Spot, raise: Int64)] = []
    var found: Offer?
    for index in choices {
      let choice = field.choices[index]
      if choice.firm == 0 {
        nearestExtras(field, index, &found)
        continue
      }
      let amount = Int128(choice.firm) &* Int128(choice.quarters)
      eachSpot(field, index, &work) { spot in
        // At least so much more, whatever the exchange comes to.
        let raise = spot.upper < .max ? dividedDown(-spot.upper, by: amount) + 1 : Int128.min
        spots.append((spot, Int64(clamping: raise)))
      }
    }
    spots.sort {
      ($0.raise, $0.spot.choice, $0.spot.start) < ($1.raise, $1.spot.choice, $1.spot.start)
    }
    for (spot, least) in spots {
      let raise = found?.raise ?? .max
      guard least < raise || found == nil else { break }
      let choice = field.choices[spot.choice]
      let amount = Int128(choice.firm) &* Int128(choice.quarters)
      let floor = found == nil ? Int128.min / 2 : -Int128(raise - 1) &* amount
      let offer = offer(field, spot, floor: floor, &work)
      if found == nil || offer.raise < raise { found = offer }
    }
    return found
  }

  func nearestSplit(_ field: Field, _ bid: Int, _ work: inout Workings) -> Offer? {
    var found: Offer?
    for index in field.splitRanges[bid] {
      let start = field.splitStarts[index]
      if let found, found.amount > 0 {
        let least = dividedDown(-Int128(start.surplus), by: found.amount) + 1
        // All alternatives count in GPU-hours of their own; a bound holds for the same amount.
        let lead = field.choices[field.chunks[start.firstChunk].choice]
        let amount = Int128(start.gpus) &* Int128(lead.quarters)
        if amount == found.amount, least >= Int128(found.raise) { continue }
      }
      for offer in offers(field, start, &work) where offer.raise < found?.raise ?? .max {
        found = offer
      }
    }
    return found
  }

  /// The slot in which the first extra is nearest: what is not taken goes at the ask, what is taken
  /// by whom it pushes out.
  private func nearestExtras(_ field: Field, _ index: Int, _ found: inout Offer?) {
    let choice = field.choices[index]
    guard choice.room > 0 else { return }
    for number in choice.runs {
      let run = field.runs[number]
      for start in run.starts {
        let end = start + run.length
        for slot in start..<max(start, min(end, windowEnd)) {
          let cell = choice.pool * slots + slot
          guard free[cell] > 0 else { continue }
          let price = field.ask[choice.row * slots + slot] + lastMargin(choice.pool, slot)
          let raise = price - choice.value + 1
          guard raise < found?.raise ?? .max else { continue }
          found = Offer(
            choice: index, start: start, end: end, gain: 1 - Int128(raise),
            alone: 1 - Int128(raise),
            budget: 0, amount: 1,
            evicted: [])
        }
      }
    }
  }

  /// What the last GPU that goes to extras gains there; 0 when some are left.
  private func lastMargin(_ pool: Int, _ slot: Int) -> Int64 {
    var left = free[pool * slots + slot]
    var last: Int64 = 0
    eachTenant(pool, slot) { margin, room, _ in
      last = margin
      left -= room
      return left > 0
    }
    return left > 0 ? 0 : last
  }

  // MARK: Who gives way

  /// What an offer pushes out.
  struct Toll: Equatable {
    /// Winners without a firm part any more.
    var winners = 0
    /// Quarter GPU-hours of their firm parts.
    var firm: Int64 = 0
    /// Others whose extras become fewer.
    var squeezed = 0
    /// Quarter GPU-hours of extras that somebody had.
    var extras: Int64 = 0
    /// Slots in which GPUs lack for the firm part, extras given way.
    var slots = 0
    /// Their length, quarter hours.
    var quarters: Int64 = 0
    /// The most GPUs that lack in one.
    var gpus: Int64 = 0
  }

  func toll(_ field: Field, _ offer: Offer) -> Toll {
    var toll = Toll()
    for index in offer.evicted {
      toll.winners += 1
      toll.firm += holdings[index].uses.reduce(0) { $0 + $1.gpus } * holdings[index].quarters
    }
    let chunks =
      offer.chunks.isEmpty ? [(offer.choice, field.choices[offer.choice].firm)] : offer.chunks
    for slot in offer.start..<offer.end {
      var lack: Int64 = 0
      for (choice, gpus) in chunks {
        lack += max(0, gpus - free[field.choices[choice].pool * slots + slot])
      }
      guard lack > 0 else { continue }
      toll.slots += 1
      toll.quarters += widths[slot]
      toll.gpus = max(toll.gpus, lack)
    }
    squeeze(field, offer, chunks, &toll)
    return toll
  }

  private func squeeze(
    _ field: Field, _ offer: Offer, _ chunks: [(choice: Int, gpus: Int64)], _ toll: inout Toll
  ) {
    var losers: [Int] = []
    for (index, gpus) in chunks {
      let choice = field.choices[index]
      for slot in offer.start..<max(offer.start, min(offer.end, windowEnd)) {
        var left = free[choice.pool * slots + slot] - gpus
        for other in offer.evicted
        where holdings[other].start <= slot && slot < holdings[other].end {
          for use in holdings[other].uses where use.pool == choice.pool { left += use.gpus }
        }
        let own = choice.value - field.ask[choice.row * slots + slot]
        squeeze(choice, own, slot, max(0, left), offer.evicted, &losers, &toll)
      }
    }
    toll.squeezed = losers.count
  }

  /// Compares what everybody has in a cell with what is left for it.
  private func squeeze(
    _ choice: Field.Choice, _ own: Int64, _ slot: Int, _ left: Int64, _ evicted: [Int],
    _ losers: inout [Int], _ toll: inout Toll
  ) {
    var before = max(0, free[choice.pool * slots + slot])
    var after = left
    var room = own > 0 ? choice.room : 0
    eachTenant(choice.pool, slot) { margin, wanted, holding in
      if own >= margin {
        after -= min(room, after)
        room = 0
      }
      let had = min(wanted, before)
      before -= had
      let isOut = holding >= 0 && evicted.contains(holding)
      let has = isOut ? 0 : min(wanted, after)
      after -= has
      if has < had {
        toll.extras += (had - has) * widths[slot]
        if !isOut && !losers.contains(holding) { losers.append(holding) }
      }
      return before > 0
    }
  }
}
