import Units

/// Greedy fillings: bids one after another in some order, each at its best place.
enum Greedy {
  /// What anybody can do without prices: by surplus per GPU-hour at asks. Every replica makes it
  /// again (rounds of up to `ClearingCheck.floorBids` bids), and no outcome may be worth less.
  static func byDensity(_ field: Field) -> Allocation {
    var pricer = Pricer(field)
    let keys = field.ranges.indices.map { bid in density(pricer.answer(bid), field) }
    return filled(field, order: order(keys), tolls: Tolls(field))
  }

  /// Surplus per GPU and quarter hour, in 1/1024 of a dual; nil without a placement that gains.
  static func density(_ answer: Pricer.Answer, _ field: Field) -> Int64? {
    guard answer.gains else { return nil }
    let first =
      answer.choice >= 0
      ? answer.choice : field.chunks[field.splitStarts[answer.split].firstChunk].choice
    let choice = field.choices[first]
    return Int64(
      clamping: Int128(answer.surplus) &* 1024
        / (Int128(choice.gpus) &* Int128(choice.quarters)))
  }

  /// Bids with a key, the largest first, then by `seq`.
  static func order(_ keys: [Int64?]) -> [Int] {
    let keyed: [(bid: Int, key: Int64)] = keys.enumerated().compactMap { bid, key in
      key.map { (bid, $0) }
    }
    return keyed.sorted { $0.key > $1.key || ($0.key == $1.key && $0.bid < $1.bid) }.map(\.bid)
  }

  static func filled(_ field: Field, order: [Int], tolls: Tolls) -> Allocation {
    var allocation = Allocation(field)
    for bid in order {
      if let offer = allocation.best(bid, tolls: tolls) {
        allocation.insert(bid, offer.stand, offer.parts)
      }
    }
    return allocation
  }
}
