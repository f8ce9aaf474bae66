import Placement

/// The market's definitions in the plainest form: every placement listed, every sum taken anew.
/// Written from the specification, not from the solver: slow, short, and only for small rounds.
struct Reference {
  let instance: Instance

  /// A firm placement: parts over one stretch, and the option whose extras go with it.
  struct Place {
    var bid: Int
    var start: Int
    var end: Int
    var parts: [(option: Int, gpus: Int64)]
  }

  /// GPUs beyond a base that somebody would like in one cell.
  struct Wish {
    /// What each counts in the objective, above 0.
    var margin: Int64
    var gpus: Int64
    var seq: Int64
    /// Of what a running lease holds in the last slot sold to it.
    var held: Bool
    /// Index of the bid or of the running lease.
    var owner: Int
    var running: Bool
  }

  var slots: Range<Int> { instance.widths.indices }
  /// The slots in which extras count.
  var window: Range<Int> { 0..<min(max(instance.windowEnd, instance.extrasEnd), slots.count) }
  /// The slots in which extras are sold.
  var sale: Range<Int> { 0..<min(instance.extrasEnd, slots.count) }

  /// The ask, less what a fund pays of it.
  func ask(_ pool: Int, _ slot: Int, _ subsidy: Int?) -> Int64 {
    let paid = subsidy.map { instance.subsidies[$0].amount[slot] } ?? 0
    return instance.pools[pool].ask[slot] - paid
  }

  // MARK: Placements

  func stretches(_ option: Instance.Option) -> [(start: Int, end: Int)] {
    var found: [(Int, Int)] = []
    for start in slots {
      for end in (start + 1)...slots.count {
        let length = instance.widths[start..<end].reduce(0, +)
        if start >= option.earliest, end <= option.latestEnd, length == option.quarters {
          found.append((start, end))
        }
      }
    }
    return found
  }

  func firm(_ bid: Int, _ option: Instance.Option) -> Int64 {
    instance.bids[bid].kind == .elastic ? option.least : option.gpus
  }

  /// Every placement of the bid that is no loss at the asks.
  func places(_ bid: Int) -> [Place] { everyPlace(bid).filter { surplus($0) >= 0 } }

  /// Every placement of the bid that the grid has.
  func everyPlace(_ bid: Int) -> [Place] {
    let entry = instance.bids[bid]
    var found: [Place] = []
    if entry.kind != .split {
      for (index, option) in entry.options.enumerated() {
        for (start, end) in stretches(option) {
          found.append(
            Place(bid: bid, start: start, end: end, parts: [(index, firm(bid, option))]))
        }
      }
    } else {
      for alternative in Set(entry.options.map(\.alternative)).sorted() {
        let group = entry.options.indices.filter { entry.options[$0].alternative == alternative }
        for (start, end) in stretches(entry.options[group[0]]) {
          for parts in chunks(entry.options, group[...], entry.options[group[0]].gpus) {
            found.append(Place(bid: bid, start: start, end: end, parts: parts))
          }
        }
      }
    }
    return found
  }

  private func chunks(
    _ options: [Instance.Option], _ group: ArraySlice<Int>, _ left: Int64
  ) -> [[(option: Int, gpus: Int64)]] {
    guard let first = group.first else { return left == 0 ? [[]] : [] }
    var found: [[(option: Int, gpus: Int64)]] = []
    for gpus in stride(from: 0, through: left, by: Int(options[first].unit)) {
      for rest in chunks(options, group.dropFirst(), left - gpus) {
        found.append(gpus > 0 ? [(first, gpus)] + rest : rest)
      }
    }
    return found
  }

  /// Calls for each part and slot of a placement.
  func eachCell(
    _ place: Place, _ body: (_ option: Instance.Option, _ slot: Int, _ gpus: Int64) -> Void
  ) {
    for part in place.parts {
      for slot in place.start..<place.end {
        body(instance.bids[place.bid].options[part.option], slot, part.gpus)
      }
    }
  }

  /// Surplus in money of the firm parts, at asks and congestion.
  func surplus(_ place: Place, _ congestion: [[Int64]]? = nil) -> Int64 {
    var total: Int64 = 0
    eachCell(place) { option, slot, gpus in
      let price = ask(option.pool, slot, option.subsidy) + (congestion?[option.pool][slot] ?? 0)
      total += gpus * (option.value - price) * instance.widths[slot]
    }
    return total
  }

  /// What the firm parts add to the objective: the surplus, and the bonus of what was lost.
  func gain(_ place: Place) -> Int64 {
    var total = surplus(place)
    eachCell(place) { option, slot, gpus in
      total += gpus * option.bonus * instance.widths[slot]
    }
    return total
  }

  /// What the placement would add to the objective were it alone in the round.
  func alone(_ place: Place) -> Int64 {
    var total = gain(place)
    for slot in place.start..<place.end where window.contains(slot) {
      for wish in wishes([place], poolOf(place), slot) where !wish.running {
        total += wish.gpus * wish.margin * instance.widths[slot]
      }
    }
    return total
  }

  func poolOf(_ place: Place) -> Int {
    instance.bids[place.bid].options[place.parts[0].option].pool
  }

  // MARK: Extras

  /// Who would like extras in a cell, first come those who are served first: by what they count,
  /// then by arrival. Nobody wants an hour that costs more than its value.
  func wishes(_ places: [Place], _ pool: Int, _ slot: Int) -> [Wish] {
    var found: [Wish] = []
    for place in places where instance.bids[place.bid].kind == .elastic {
      let option = instance.bids[place.bid].options[place.parts[0].option]
      guard option.pool == pool, place.start <= slot, slot < place.end else { continue }
      found.append(
        Wish(
          margin: option.value - ask(pool, slot, option.subsidy), gpus: option.gpus - option.least,
          seq: instance.bids[place.bid].seq, held: false, owner: place.bid, running: false))
    }
    for (index, lease) in instance.running.enumerated() where lease.pool == pool {
      guard lease.start <= slot, slot < lease.end else { continue }
      let margin = lease.value - ask(pool, slot, lease.subsidy)
      guard margin >= 0 else { continue }
      let held = sale.contains(slot) ? lease.held : 0
      found.append(
        Wish(
          margin: margin + lease.bonus, gpus: held, seq: lease.seq, held: true, owner: index,
          running: true))
      found.append(
        Wish(
          margin: margin, gpus: lease.room - held, seq: lease.seq, held: false, owner: index,
          running: true))
    }
    return
      found
      .filter { $0.margin > 0 && $0.gpus > 0 }
      .sorted {
        if $0.margin != $1.margin { return $0.margin > $1.margin }
        if $0.seq != $1.seq { return $0.seq < $1.seq }
        return $0.held && !$1.held
      }
  }

  /// What each gets of the cell, in that order.
  private func served(
    _ places: [Place], _ pool: Int, _ slot: Int, of free: Int64
  ) -> [(wish: Wish, gpus: Int64)] {
    var rest = free
    var found: [(Wish, Int64)] = []
    for wish in wishes(places, pool, slot) {
      let taken = min(rest, wish.gpus)
      if taken > 0 { found.append((wish, taken)) }
      rest -= taken
    }
    return found
  }

  /// The extras that are sold beside the firm parts: by bid, and by running lease.
  func extras(_ places: [Place]) -> (bids: [[Fill.Extra]], leases: [[Fill.Extra]]) {
    var bids = instance.bids.map { _ in [Fill.Extra]() }
    var leases = instance.running.map { _ in [Fill.Extra]() }
    let left = left(places) ?? []
    for slot in sale {
      for pool in instance.pools.indices {
        for (wish, gpus) in served(places, pool, slot, of: left[pool][slot]) {
          if !wish.running {
            bids[wish.owner].append(Fill.Extra(slot: slot, gpus: gpus))
          } else if leases[wish.owner].last?.slot == slot {
            leases[wish.owner][leases[wish.owner].count - 1].gpus += gpus
          } else {
            leases[wish.owner].append(Fill.Extra(slot: slot, gpus: gpus))
          }
        }
      }
    }
    return (bids, leases)
  }

  // MARK: Welfare

  /// Capacity left by the firm parts; nil when they do not fit.
  func left(_ places: [Place]) -> [[Int64]]? {
    var left = instance.pools.map(\.capacity)
    for place in places {
      eachCell(place) { option, slot, gpus in left[option.pool][slot] -= gpus }
    }
    return left.allSatisfy { $0.allSatisfy { $0 >= 0 } } ? left : nil
  }

  /// Welfare with the best extras; nil when the firm parts do not fit.
  func welfare(_ places: [Place]) -> Int64? {
    guard let left = left(places) else { return nil }
    var total = places.reduce(Int64(0)) { $0 + gain($1) }
    for slot in window {
      for pool in instance.pools.indices {
        for (wish, gpus) in served(places, pool, slot, of: left[pool][slot]) {
          total += gpus * wish.margin * instance.widths[slot]
        }
      }
    }
    return total
  }

  /// The most welfare that any clearing has, by trying them all; but not those that could not be
  /// the best even if every bid not yet decided were alone in the round.
  func optimum() -> Int64 {
    let lists = instance.bids.indices.map { bid in
      places(bid).map { (place: $0, alone: alone($0)) }.filter { $0.alone > 0 }
        .sorted { $0.alone > $1.alone }
    }
    var rest = [Int64](repeating: 0, count: lists.count + 1)
    for bid in lists.indices.reversed() {
      rest[bid] = rest[bid + 1] + (lists[bid].first?.alone ?? 0)
    }
    var best = welfare([]) ?? 0
    var chosen: [Place] = []
    func descend(_ bid: Int) {
      guard let now = welfare(chosen) else { return }
      best = max(best, now)
      guard bid < lists.count, now + rest[bid] > best else { return }
      for item in lists[bid] {
        chosen.append(item.place)
        descend(bid + 1)
        chosen.removeLast()
      }
      descend(bid + 1)
    }
    descend(0)
    return best
  }

  /// The firm placements of a clearing.
  func places(_ clearing: Clearing) -> [Place] {
    clearing.fills.map { fill in
      let option = instance.bids[fill.bid].options[fill.parts[0].option]
      let end = stretches(option).first { $0.start == fill.start }?.end ?? fill.start
      return Place(
        bid: fill.bid, start: fill.start, end: end, parts: fill.parts.map { ($0.option, $0.gpus) })
    }
  }
}
