import Placement

/// The market's definitions in the plainest form: every placement listed, every sum taken anew.
struct Reference {
  let instance: Instance

  /// A firm placement: parts over one stretch, and the option whose extras go with it.
  struct Place {
    var bid: Int
    var start: Int
    var end: Int
    var parts: [(option: Int, gpus: Int64)]
  }

  func stretches(_ option: Instance.Option) -> [(start: Int, end: Int)] {
    var found: [(Int, Int)] = []
    for start in 0..<instance.widths.count {
      for end in (start + 1)...instance.widths.count {
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

  func places(_ bid: Int) -> [Place] {
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
    return found.filter { surplus($0) >= 0 }
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

  /// Surplus of the firm parts at asks.
  func surplus(_ place: Place, _ prices: [[Int64]]? = nil) -> Int64 {
    var total: Int64 = 0
    for part in place.parts {
      let option = instance.bids[place.bid].options[part.option]
      for slot in place.start..<place.end {
        let price = instance.pools[option.pool].ask[slot] + (prices?[option.pool][slot] ?? 0)
        total += part.gpus * (option.value - price) * instance.widths[slot]
      }
    }
    return total
  }

  /// Capacity left by the firm parts; nil when they do not fit.
  func left(_ places: [Place]) -> [[Int64]]? {
    var left = instance.pools.map(\.capacity)
    for place in places {
      for part in place.parts {
        let pool = instance.bids[place.bid].options[part.option].pool
        for slot in place.start..<place.end { left[pool][slot] -= part.gpus }
      }
    }
    return left.allSatisfy { $0.allSatisfy { $0 >= 0 } } ? left : nil
  }

  /// Welfare with the best extras; nil when the firm parts do not fit.
  func welfare(_ places: [Place]) -> Int64? {
    guard let left = left(places) else { return nil }
    var total = places.reduce(Int64(0)) { $0 + surplus($1) }
    for pool in instance.pools.indices {
      for slot in 0..<min(max(instance.windowEnd, instance.extrasEnd), instance.widths.count) {
        var wishes: [(margin: Int64, gpus: Int64)] = []
        for place in places where instance.bids[place.bid].kind == .elastic {
          let option = instance.bids[place.bid].options[place.parts[0].option]
          guard option.pool == pool, place.start <= slot, slot < place.end else { continue }
          wishes.append(
            (option.value - instance.pools[pool].ask[slot], option.gpus - option.least))
        }
        var rest = left[pool][slot]
        for wish in wishes.sorted(by: { $0.margin > $1.margin }) where wish.margin > 0 {
          let taken = min(rest, wish.gpus)
          rest -= taken
          total += taken * wish.margin * instance.widths[slot]
        }
      }
    }
    return total
  }

  /// The most welfare that any clearing has, by trying them all.
  func optimum() -> Int64 {
    let lists = instance.bids.indices.map { places($0) }
    var best: Int64 = 0
    var chosen: [Place] = []
    func descend(_ bid: Int) {
      guard left(chosen) != nil else { return }
      guard bid < lists.count else {
        best = max(best, welfare(chosen) ?? 0)
        return
      }
      descend(bid + 1)
      for place in lists[bid] {
        chosen.append(place)
        descend(bid + 1)
        chosen.removeLast()
      }
    }
    descend(0)
    return best
  }

  /// The plain certificate, as the specification words it.
  func bound(_ duals: [[Int64]]) -> Int64 {
    var total: Int64 = 0
    for pool in instance.pools.indices {
      for slot in instance.widths.indices {
        total += duals[pool][slot] * instance.pools[pool].capacity[slot] * instance.widths[slot]
      }
    }
    for bid in instance.bids.indices { total += utility(bid, duals) }
    return total / 64 + (total % 64 > 0 ? 1 : 0)
  }

  private func utility(_ bid: Int, _ duals: [[Int64]]) -> Int64 {
    let kind = instance.bids[bid].kind
    let horizon = max(instance.windowEnd, instance.extrasEnd)
    var best: Int64 = 0
    for place in places(bid) {
      var total: Int64 = 0
      var fits = true
      for part in place.parts {
        let option = instance.bids[bid].options[part.option]
        for slot in place.start..<place.end {
          fits = fits && instance.pools[option.pool].capacity[slot] >= part.gpus
          let rate =
            64 * (option.value - instance.pools[option.pool].ask[slot]) - duals[option.pool][slot]
          total += part.gpus * rate * instance.widths[slot]
          if kind == .elastic && slot < horizon {
            total += (option.gpus - option.least) * max(0, rate) * instance.widths[slot]
          }
        }
      }
      if fits { best = max(best, total) }
    }
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
