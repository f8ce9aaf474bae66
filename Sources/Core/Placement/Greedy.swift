import Units

/// Filling in a fixed order: each bid takes its best placement that still fits.
enum Greedy {
  /// Tolls of nothing.
  static func noTolls(_ field: Field) -> Allocation.Tolls {
    tolls(field, duals: [Int64](repeating: 0, count: field.capacity.count), share: 0)
  }

  /// The duals, `share` of 16 parts.
  static func tolls(_ field: Field, duals: [Int64], share: Int64) -> Allocation.Tolls {
    var tolls = Allocation.Tolls(cells: duals.map { $0 / 16 * share }, sums: [])
    for pool in 0..<field.pools {
      var sum: Int64 = 0
      tolls.sums.append(0)
      for slot in 0..<field.slots {
        sum += tolls.cells[pool * field.slots + slot] * field.instance.widths[slot]
        tolls.sums.append(sum)
      }
    }
    return tolls
  }

  /// The allocation that every replica makes for itself: bids by what they pay above the ask per
  /// GPU and hour, then `seq`. No outcome may be worth less.
  static func byDensity(_ field: Field) -> Allocation {
    let zero = [Int64](repeating: 0, count: field.capacity.count)
    var pricer = Pricer(field, duals: zero)
    let keys = field.ranges.indices.map { bid in density(pricer.answer(bid), field) }
    return filled(field, order: order(keys), tolls: noTolls(field))
  }

  /// Surplus per GPU and quarter hour, in 1/1024 of a dual; nil without a placement that gains.
  static func density(_ answer: Pricer.Answer?, _ field: Field) -> Int128? {
    guard let answer, answer.surplus > 0 else { return nil }
    guard let first = answer.choice >= 0 ? answer.choice : answer.parts.first?.choice else {
      return nil
    }
    let choice = field.choices[first]
    return answer.surplus &* 1024 / (Int128(choice.gpus) &* Int128(choice.quarters))
  }

  /// Bids with a key, the largest first, then by `seq`.
  static func order(_ keys: [Int128?]) -> [Int] {
    let keyed: [(bid: Int, key: Int128)] = keys.enumerated().compactMap { bid, key in
      key.map { (bid, $0) }
    }
    return keyed.sorted { $0.key > $1.key || ($0.key == $1.key && $0.bid < $1.bid) }.map(\.bid)
  }

  static func filled(_ field: Field, order: [Int], tolls: Allocation.Tolls) -> Allocation {
    var allocation = Allocation(field)
    for bid in order {
      if let offer = allocation.best(bid, tolls: tolls) { allocation.insert(bid, offer.stand) }
    }
    return allocation
  }
}
