import Units

/// Who won a round and what each winner is worth to it, ready to be asked what it would cost the
/// others to let one bid more in (clearing.md, 7): winners of this round that lie in the way are
/// pushed out, those worth least for the GPUs that lack first, those not needed are put back, and
/// extras give way. Firm leases of earlier rounds are not in it: they are not capacity.
///
/// A value of its own, without the bids that lost: many rounds of it can be kept. Winners are
/// numbered in order of arrival.
struct Exchange: Sendable {
  let slots: Int
  let pools: Int
  /// Extras count in the objective in slots below this one.
  let windowEnd: Int
  let widths: [Int64]
  /// By row of asks (`Field`): row * slots + slot.
  let ask: [Int64]
  /// By cell, pool * slots + slot: what was for sale.
  let capacity: [Int64]
  /// By cell: capacity less firm parts of this round's winners; extras give way.
  private(set) var free: [Int64]
  private(set) var holdings: [Holding]
  /// By pool: the winners with a firm part there, ascending.
  private(set) var holders: [[Int]]
  /// By pool: who wants extras, running leases among them; dearest first.
  private(set) var tenants: [[Tenant]]
  /// By pool: whether all who want extras there see its own asks, without any bonus.
  private var isPlain: [Bool]
  /// By pool and slot of the window, pool * windowEnd + slot: what the extras gain now.
  private(set) var extras: [Int128]
  /// The same: what one GPU more would gain for them, which is also the least that one less costs.
  private(set) var slopes: [Int64]
  /// By pool: winners by `rate`, the least first.
  private(set) var cheapest: [[Int]]
  /// By pool: how far below nothing the bound on what is lost may be; -1: no bound holds.
  private(set) var slack: [Int64]
  /// By pool: counts its changes.
  private(set) var versions: [Int]

  /// A winner.
  struct Holding: Sendable {
    var start: Int
    var end: Int
    /// Quarter hours.
    var quarters: Int64
    var use: Use
    /// The further chunks of a split.
    var more: [Use] = []
    /// What the firm parts add to the objective.
    var surplus: Int64
    /// What welfare would lose without it.
    var loss: Int64 = 0
    /// A lower figure for that, which adds up over several winners.
    var net: Int64 = 0
    /// At least so much of `net` falls on each GPU and quarter hour that it holds.
    var rate: Int64 = 0
    var stands = true

    var uses: [Use] { [use] + more }
  }

  /// GPUs on one pool.
  struct Use: Sendable, Equatable {
    var pool: Int
    var gpus: Int64
  }

  /// Who wants extras.
  struct Tenant: Sendable {
    /// The winner; below 0: a running lease, -1 the first.
    var holding: Int
    var row: Int
    /// What a GPU-hour may cost.
    var value: Int64
    /// What it counts beyond that in the objective: the cost of moving (hysteresis).
    var bonus: Int64 = 0
    var room: Int64
    var start: Int
    var end: Int
  }

  /// What a clearing holds, before anything is derived from it.
  struct Standing {
    var widths: [Int64]
    var windowEnd: Int
    /// By row.
    var asks: [[Int64]]
    /// By pool.
    var capacity: [[Int64]]
    var holdings: [Holding]
    /// By pool.
    var tenants: [[Tenant]]
  }

  init(_ standing: Standing) {
    slots = standing.widths.count
    pools = standing.capacity.count
    windowEnd = standing.windowEnd
    widths = standing.widths
    ask = standing.asks.flatMap { $0 }
    capacity = standing.capacity.flatMap { $0 }
    free = capacity
    holdings = standing.holdings
    holders = Array(repeating: [], count: pools)
    tenants = standing.tenants
    isPlain = Array(repeating: true, count: pools)
    extras = Array(repeating: 0, count: pools * windowEnd)
    slopes = Array(repeating: 0, count: pools * windowEnd)
    cheapest = Array(repeating: [], count: pools)
    slack = Array(repeating: 0, count: pools)
    versions = Array(repeating: 0, count: pools)
    for (index, holding) in holdings.enumerated() where holding.stands {
      for use in holding.uses {
        holders[use.pool].append(index)
        for slot in holding.start..<holding.end { free[use.pool * slots + slot] -= use.gpus }
      }
    }
    for pool in 0..<pools {
      tenants[pool].sort { $0.value > $1.value }
      weighCells(pool)
    }
    for pool in 0..<pools { weighHolders(pool) }
  }

  // MARK: Change

  /// Lets a winner in and others out; `tenant` is what it wants beyond its firm part.
  mutating func admit(
    _ index: Int, _ holding: Holding, tenant: Tenant?, evicting evicted: [Int]
  ) {
    var changed: [Int] = []
    for other in evicted { vacate(other, &changed) }
    holdings[index] = holding
    for use in holding.uses {
      if !changed.contains(use.pool) { changed.append(use.pool) }
      for slot in holding.start..<holding.end { free[use.pool * slots + slot] -= use.gpus }
      let place = holders[use.pool].firstIndex { $0 > index } ?? holders[use.pool].count
      holders[use.pool].insert(index, at: place)
    }
    if let tenant {
      let pool = holding.use.pool
      let place = tenants[pool].firstIndex { $0.value < tenant.value } ?? tenants[pool].count
      tenants[pool].insert(tenant, at: place)
    }
    weigh(changed)
  }

  /// Takes a winner out.
  mutating func dismiss(_ index: Int) {
    var changed: [Int] = []
    vacate(index, &changed)
    weigh(changed)
  }

  private mutating func vacate(_ index: Int, _ changed: inout [Int]) {
    for use in holdings[index].uses {
      if !changed.contains(use.pool) { changed.append(use.pool) }
      for slot in holdings[index].start..<holdings[index].end {
        free[use.pool * slots + slot] += use.gpus
      }
      holders[use.pool].removeAll { $0 == index }
      tenants[use.pool].removeAll { $0.holding == index }
    }
    holdings[index].stands = false
  }

  private mutating func weigh(_ pools: [Int]) {
    var changed = pools
    for pool in pools { weighCells(pool) }
    // What a split is worth to all depends on every pool that it has a chunk on.
    for pool in pools {
      for other in holders[pool] where !holdings[other].more.isEmpty {
        for use in holdings[other].uses where !changed.contains(use.pool) {
          changed.append(use.pool)
        }
      }
    }
    for pool in changed { weighHolders(pool) }
  }

  /// What the extras of each cell gain, and what one GPU more would.
  private mutating func weighCells(_ pool: Int) {
    isPlain[pool] = tenants[pool].allSatisfy { $0.row == pool && $0.bonus == 0 }
    for slot in 0..<windowEnd {
      let cell = pool * slots + slot
      var left = max(0, free[cell])
      var total: Int128 = 0
      var slope: Int64 = 0
      eachTenant(pool, slot) { margin, room, _ in
        let taken = min(room, left)
        total &+= Int128(taken) &* Int128(margin)
        left -= taken
        if taken < room {
          slope = margin
          return false
        }
        return true
      }
      extras[pool * windowEnd + slot] = total &* Int128(widths[slot])
      slopes[pool * windowEnd + slot] = slope
    }
  }

  /// What an extra of the tenant counts in the slot; no bonus makes it take an hour above its value.
  private func gain(_ tenant: Tenant, _ slot: Int) -> Int64 {
    let price = ask[tenant.row * slots + slot]
    return tenant.value < price ? 0 : tenant.value + tenant.bonus - price
  }

  /// Calls with margin, room and holding of everybody who would gain by extras in a cell, the
  /// dearest first, until told to stop.
  @inline(__always)
  func eachTenant(
    _ pool: Int, _ slot: Int, _ body: (_ margin: Int64, _ room: Int64, _ holding: Int) -> Bool
  ) {
    if isPlain[pool] {
      let price = ask[pool * slots + slot]
      for tenant in tenants[pool] where tenant.start <= slot && slot < tenant.end {
        guard tenant.value > price,
          body(tenant.value - price, tenant.room, tenant.holding)
        else { return }
      }
      return
    }
    // Asks or bonuses differ, so the order is not the same in every cell.
    var ranked: [(margin: Int64, room: Int64, holding: Int)] = []
    for tenant in tenants[pool] where tenant.start <= slot && slot < tenant.end {
      let margin = gain(tenant, slot)
      if margin > 0 { ranked.append((margin, tenant.room, tenant.holding)) }
    }
    ranked.sort { $0.margin > $1.margin }
    for item in ranked {
      guard body(item.margin, item.room, item.holding) else { return }
    }
  }

  /// What the extras of a cell gain with so many GPUs for them, without the winners that are out
  /// and with one more who wants `own`.
  func worth(
    _ pool: Int, _ slot: Int, free: Int64, out: [Bool], own: (margin: Int64, room: Int64)?
  ) -> Int128 {
    var left = free
    guard left > 0 else { return 0 }
    var total: Int128 = 0
    var mine = own
    if let own, own.margin <= 0 { mine = nil }
    eachTenant(pool, slot) { margin, room, holding in
      if let own = mine, own.margin >= margin {
        let taken = min(own.room, left)
        total &+= Int128(taken) &* Int128(own.margin)
        left -= taken
        mine = nil
      }
      if holding >= 0, out[holding] { return left > 0 }
      let taken = min(room, left)
      total &+= Int128(taken) &* Int128(margin)
      left -= taken
      return left > 0
    }
    if let own = mine { total &+= Int128(min(own.room, left)) &* Int128(own.margin) }
    return total &* Int128(widths[slot])
  }

  /// What welfare would lose without each winner of the pool, and how that spreads over its GPUs.
  private mutating func weighHolders(_ pool: Int) {
    versions[pool] += 1
    var alone = [Bool](repeating: false, count: holdings.count)
    var below: Int128 = 0
    var above: Int128 = 0
    for index in holders[pool] {
      alone[index] = true
      let (loss, net) = weigh(index, alone)
      alone[index] = false
      holdings[index].loss = Int64(clamping: loss)
      holdings[index].net = Int64(clamping: net)
      let amount =
        holdings[index].uses.reduce(Int128(0)) { $0 + Int128($1.gpus) }
        * Int128(holdings[index].quarters)
      holdings[index].rate = amount > 0 ? Int64(clamping: max(0, net) / amount) : 0
      below &+= min(0, net)
      above &+= max(0, net)
    }
    let limit: Int128 = 1 << 60
    slack[pool] = above < limit && below > -limit ? Int64(-below) : -1
    let held = holdings
    cheapest[pool] = holders[pool].sorted {
      held[$0].rate < held[$1].rate || (held[$0].rate == held[$1].rate && $0 < $1)
    }
  }

  /// What welfare loses without the winner; and a lower figure for it that adds up over several
  /// (every GPU set free counted at the slope of its cell, extras at what they gain above it).
  private func weigh(_ index: Int, _ alone: [Bool]) -> (loss: Int128, net: Int128) {
    let holding = holdings[index]
    var loss = Int128(holding.surplus)
    var net = loss
    let until = max(holding.start, min(holding.end, windowEnd))
    for use in holding.uses where !tenants[use.pool].isEmpty {
      let own = tenants[use.pool].first { $0.holding == index }
      for slot in holding.start..<until {
        let cell = use.pool * slots + slot
        let place = use.pool * windowEnd + slot
        loss &+=
          extras[place] &- worth(use.pool, slot, free: free[cell] + use.gpus, out: alone, own: nil)
        var change = -Int128(slopes[place]) &* Int128(use.gpus)
        if let own {
          let margin = gain(own, slot) - slopes[place]
          if margin > 0 { change &+= Int128(margin) &* Int128(own.room) }
        }
        net &+= change &* Int128(widths[slot])
      }
    }
    return (loss, net)
  }
}
