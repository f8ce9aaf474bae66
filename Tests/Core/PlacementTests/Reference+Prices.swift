import Placement

/// Certificate and prices by their definitions.
extension Reference {
  // MARK: The plain certificate

  /// The plain certificate, as the specification words it.
  func bound(_ duals: [[Int64]]) -> Int64 {
    var total: Int64 = 0
    for pool in instance.pools.indices {
      for slot in slots {
        total += duals[pool][slot] * instance.pools[pool].capacity[slot] * instance.widths[slot]
        guard window.contains(slot) else { continue }
        for wish in wishes([], pool, slot) {
          let rate = max(0, 64 * wish.margin - duals[pool][slot])
          total += wish.gpus * rate * instance.widths[slot]
        }
      }
    }
    for bid in instance.bids.indices { total += utility(bid, duals) }
    return total / 64 + (total % 64 > 0 ? 1 : 0)
  }

  /// The best surplus at the duals. That the chunks of a split are no loss together is not asked
  /// here: it would bind several pools at once.
  private func utility(_ bid: Int, _ duals: [[Int64]]) -> Int64 {
    let split = instance.bids[bid].kind == .split
    var best: Int64 = 0
    for place in split ? everyPlace(bid) : places(bid) where left([place]) != nil {
      var total: Int64 = 64 * gain(place)
      eachCell(place) { option, slot, gpus in
        total -= gpus * duals[option.pool][slot] * instance.widths[slot]
      }
      let pool = poolOf(place)
      for slot in place.start..<place.end where window.contains(slot) {
        for wish in wishes([place], pool, slot) where !wish.running {
          let rate = max(0, 64 * wish.margin - duals[pool][slot])
          total += wish.gpus * rate * instance.widths[slot]
        }
      }
      best = max(best, total)
    }
    return best
  }

  // MARK: Prices

  /// Congestion by the exact procedure.
  func congestion(_ clearing: Clearing) -> [[Int64]] {
    let left = leftover(clearing)
    let blocked = blocked(clearing, left)
    var prices = instance.pools.indices.map { pool in
      slots.map { blocked[pool][$0] ? clearing.duals[pool][$0] / 64 : 0 }
    }
    for sold in soldExtras(clearing) {
      prices[sold.pool][sold.slot] = min(prices[sold.pool][sold.slot], sold.margin)
    }
    shave(clearing, &prices)
    return prices
  }

  /// Capacity less all that is sold, extras too.
  func leftover(_ clearing: Clearing) -> [[Int64]] {
    var left = left(places(clearing)) ?? []
    for sold in soldExtras(clearing) { left[sold.pool][sold.slot] -= sold.gpus }
    return left
  }

  /// Every extra that is sold, with what it is worth in money above the net ask.
  func soldExtras(_ clearing: Clearing) -> [(pool: Int, slot: Int, gpus: Int64, margin: Int64)] {
    var found: [(pool: Int, slot: Int, gpus: Int64, margin: Int64)] = []
    func add(_ extras: [Fill.Extra], _ pool: Int, _ value: Int64, _ subsidy: Int?) {
      for extra in extras {
        found.append(
          (pool, extra.slot, extra.gpus, value - ask(pool, extra.slot, subsidy)))
      }
    }
    for fill in clearing.fills {
      let option = instance.bids[fill.bid].options[fill.parts[0].option]
      add(fill.extras, option.pool, option.value, option.subsidy)
    }
    for (lease, extras) in zip(instance.running, clearing.extras) {
      add(extras, lease.pool, lease.value, lease.subsidy)
    }
    return found
  }

  /// Full, or some refused bid has a placement over the cell that fits an empty round, gains at
  /// asks and needs more than what is left there.
  private func blocked(_ clearing: Clearing, _ left: [[Int64]]) -> [[Bool]] {
    var blocked = left.map { $0.map { $0 == 0 } }
    let won = Set(clearing.fills.map(\.bid))
    for bid in instance.bids.indices where !won.contains(bid) {
      let split = instance.bids[bid].kind == .split
      for place in places(bid) where self.left([place]) != nil && alone(place) > 0 {
        eachCell(place) { option, slot, gpus in
          if (split ? option.unit : gpus) > left[option.pool][slot] {
            blocked[option.pool][slot] = true
          }
        }
      }
    }
    return blocked
  }

  private func shave(_ clearing: Clearing, _ prices: inout [[Int64]]) {
    let winners = places(clearing)
    func charge(_ place: Place) -> Int64 {
      var total: Int64 = 0
      eachCell(place) { option, slot, gpus in
        total += gpus * prices[option.pool][slot] * instance.widths[slot]
      }
      return total
    }
    let order =
      winners
      .map { (key: surplus($0) * (1 << 20) / max(1, charge($0)), place: $0) }
      .sorted {
        ($0.key, instance.bids[$0.place.bid].seq) < ($1.key, instance.bids[$1.place.bid].seq)
      }
    for (_, place) in order {
      let most = surplus(place)
      let now = charge(place)
      guard now > most else { continue }
      for part in place.parts {
        let pool = instance.bids[place.bid].options[part.option].pool
        for slot in place.start..<place.end {
          prices[pool][slot] = prices[pool][slot] * most / now
        }
      }
    }
  }
}
