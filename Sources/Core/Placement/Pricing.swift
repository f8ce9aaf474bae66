import Units

/// The uniform price of each cell: the ask and a congestion that nobody pays beyond its value
/// (clearing.md, 6).
package enum Pricing {
  /// Congestion by pool and slot, mHKD per GPU-hour, from feasible fills and the duals; empty when
  /// instance, fills and duals do not fit together.
  package static func congestion(
    _ instance: Instance, _ fills: [Fill], extras: [[Fill.Extra]] = [], _ duals: [[Int64]]
  ) -> [[Int64]] {
    guard let field = Field(instance), let cells = Certificate.flattened(duals, field) else {
      return []
    }
    return congestion(field, fills, extras: extras, cells) ?? []
  }

  static func congestion(
    _ field: Field, _ fills: [Fill], extras: [[Fill.Extra]], _ duals: [Int64]
  ) -> [[Int64]]? {
    guard let winners = Winner.all(field, fills), let sold = Winner.sold(field, extras) else {
      return nil
    }
    let left = leftover(field, winners, sold)
    let lacking = blocked(field, winners, left)
    var prices = ceilings(field, winners, sold, duals, lacking)
    shave(field, winners, &prices)
    return Certificate.rows(prices, field)
  }

  /// Capacity less all that is sold, extras too.
  static func leftover(
    _ field: Field, _ winners: [Winner], _ sold: [Winner.Sold]
  ) -> [Int64] {
    var left = field.capacity.array
    for winner in winners {
      for use in winner.uses {
        for cell in use.cells { left[cell] -= use.gpus }
      }
      for extra in winner.extras { left[extra.cell] -= extra.gpus }
    }
    for extra in sold { left[extra.cell] -= extra.gpus }
    return left
  }

  /// Cells that are full, or where what is left is too little for a refused bid that could have
  /// been placed there with gain: that rest is of no use to it, so the cell keeps its price.
  private static func blocked(
    _ field: Field, _ winners: [Winner], _ left: [Int64]
  ) -> [Bool] {
    var lacking = left.map { $0 <= 0 }
    var won = [Bool](repeating: false, count: field.ranges.count)
    for winner in winners { won[winner.bid] = true }
    for bid in field.ranges.indices where !won[bid] {
      for index in field.ranges[bid] {
        let choice = field.choices[index]
        let cells = choice.pool * field.slots
        var done = 0
        for number in choice.runs {
          let run = field.runs[number]
          let from = max(done, Int(run.start))
          for slot in from..<max(from, run.end) where left[cells + slot] < choice.firm {
            lacking[cells + slot] = true
          }
          done = max(done, run.end)
        }
      }
      for index in field.splitRanges[bid] {
        block(field, field.splitStarts[index], left, &lacking)
      }
    }
    return lacking
  }

  /// A split may be placed over a pool when its best filling at asks that has a unit there gains: in
  /// money, and where that is nothing, by its bonus.
  private static func block(
    _ field: Field, _ start: Field.SplitStart, _ left: [Int64], _ lacking: inout [Bool]
  ) {
    guard start.surplus > 0 else { return }
    var ranked = start.chunks.map { index in
      let chunk = field.chunks[index]
      let money = field.budget(field.choices[chunk.choice], start.start, start.end)
      return (chunk: chunk, money: money, gain: chunk.margin)
    }
    ranked.sort { ($0.money, $0.gain, $1.chunk.choice) > ($1.money, $1.gain, $0.chunk.choice) }
    var rest = start.gpus
    var money: Int128 = 0
    var gain: Int128 = 0
    var used = 0
    for item in ranked where rest > 0 {
      let taken = min(rest, item.chunk.most)
      rest -= taken
      money &+= Int128(taken) &* Int128(item.money)
      gain &+= Int128(taken) &* Int128(item.gain)
      used += 1
    }
    for (rank, item) in ranked.enumerated() {
      let choice = field.choices[item.chunk.choice]
      let worst = ranked[rank < used ? rank : used - 1]
      let paid = money &+ Int128(choice.unit) &* Int128(item.money - worst.money)
      let won = gain &+ Int128(choice.unit) &* Int128(item.gain - worst.gain)
      guard paid >= 0, won > 0 else { continue }
      for slot in start.start..<start.end where left[choice.pool * field.slots + slot] < choice.unit
      {
        lacking[choice.pool * field.slots + slot] = true
      }
    }
  }

  private static func ceilings(
    _ field: Field, _ winners: [Winner], _ sold: [Winner.Sold], _ duals: [Int64],
    _ lacking: [Bool]
  ) -> [Int64] {
    var prices = zip(duals, lacking).map { dual, lacks in lacks ? dual / 64 : 0 }
    for winner in winners {
      for extra in winner.extras {
        prices[extra.cell] = min(prices[extra.cell], max(0, extra.margin))
      }
    }
    for extra in sold { prices[extra.cell] = min(prices[extra.cell], max(0, extra.margin)) }
    return prices
  }

  /// One pass over the winners, those nearest their value first; what it leaves meets every budget,
  /// as prices only fall.
  private static func shave(_ field: Field, _ winners: [Winner], _ prices: inout [Int64]) {
    var keyed: [(winner: Int, key: Int128)] = []
    for (index, winner) in winners.enumerated() {
      let charge = max(1, winner.charge(prices, field))
      keyed.append((index, max(0, winner.budget) &* (1 << 20) / charge))
    }
    keyed.sort {
      $0.key < $1.key || ($0.key == $1.key && winners[$0.winner].bid < winners[$1.winner].bid)
    }
    for item in keyed {
      let winner = winners[item.winner]
      let budget = max(0, winner.budget)
      let charge = winner.charge(prices, field)
      guard charge > budget else { continue }
      for use in winner.uses {
        for cell in use.cells {
          prices[cell] = Int64(clamping: Int128(prices[cell]) &* budget / charge)
        }
      }
    }
  }
}

/// A fill as cells: what it holds, and what it may at most be charged for congestion.
struct Winner {
  let bid: Int
  /// The firm parts.
  let uses: [Use]
  let extras: [Sold]
  /// Surplus of the firm parts at asks.
  let budget: Int128

  struct Use {
    var cells: Range<Int>
    var gpus: Int64
  }

  struct Sold {
    var cell: Int
    var gpus: Int64
    /// Value less ask there.
    var margin: Int64
  }

  /// Nil when a fill does not name what the instance has.
  static func all(_ field: Field, _ fills: [Fill]) -> [Winner]? {
    var winners: [Winner] = []
    for fill in fills {
      guard let winner = Winner(field, fill) else { return nil }
      winners.append(winner)
    }
    return winners
  }

  init?(_ field: Field, _ fill: Fill) {
    guard field.instance.bids.indices.contains(fill.bid) else { return nil }
    bid = fill.bid
    let options = field.instance.bids[fill.bid].options
    var uses: [Use] = []
    var budget: Int128 = 0
    var soft: Instance.Option?
    for part in fill.parts {
      guard options.indices.contains(part.option), (0...Field.gpuLimit).contains(part.gpus) else {
        return nil
      }
      let option = options[part.option]
      guard Field.sound(option, field.instance),
        let end = field.placements.end(of: option, from: fill.start)
      else { return nil }
      let cells = option.pool * field.slots
      let edges = Field.row(option, field.instance) * (field.slots + 1)
      uses.append(Use(cells: (cells + fill.start)..<(cells + end), gpus: part.gpus))
      let margin =
        option.value * option.quarters
        - (field.askSums[edges + end] - field.askSums[edges + fill.start])
      budget &+= Int128(margin) &* Int128(part.gpus)
      soft = soft ?? option
    }
    self.uses = uses
    self.budget = budget
    var extras: [Sold] = []
    for extra in fill.extras {
      guard let soft, (0..<field.slots).contains(extra.slot),
        (0...Field.gpuLimit).contains(extra.gpus)
      else { return nil }
      let cell = soft.pool * field.slots + extra.slot
      let ask = field.ask[Field.row(soft, field.instance) * field.slots + extra.slot]
      extras.append(Sold(cell: cell, gpus: extra.gpus, margin: soft.value - ask))
    }
    self.extras = extras
  }

  /// The extras sold to running leases; nil when they do not name what the instance has.
  static func sold(_ field: Field, _ extras: [[Fill.Extra]]) -> [Sold]? {
    let leases = field.instance.running
    guard extras.isEmpty || extras.count == leases.count else { return nil }
    var sold: [Sold] = []
    for (lease, row) in zip(leases, extras) {
      for extra in row {
        guard (0..<field.slots).contains(extra.slot), (0...Field.gpuLimit).contains(extra.gpus)
        else { return nil }
        let asks = Field.row(lease.pool, lease.subsidy, pools: field.pools) * field.slots
        sold.append(
          Sold(
            cell: lease.pool * field.slots + extra.slot, gpus: extra.gpus,
            margin: lease.value - field.ask[asks + extra.slot]))
      }
    }
    return sold
  }

  /// What the firm parts pay for congestion.
  func charge(_ prices: [Int64], _ field: Field) -> Int128 {
    var total: Int128 = 0
    for use in uses {
      var sum: Int128 = 0
      for cell in use.cells {
        sum &+= Int128(prices[cell]) &* Int128(field.instance.widths[cell % field.slots])
      }
      total &+= sum &* Int128(use.gpus)
    }
    return total
  }
}
