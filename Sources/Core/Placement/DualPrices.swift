import Units

/// Prices found by letting every bid answer alone and moving each cell's price by its relative
/// excess demand: clipped, with momentum, in steps that shrink geometrically (market.md). Integers
/// in fixed point; the duals with the least bound are kept.
package struct DualPrices: Sendable {
  /// By pool and slot, 1/64 mHKD per GPU-hour.
  package let prices: [[Int64]]
  /// What they prove; nil when it leaves 64 bits or the instance is out of bounds.
  package let bound: Int64?

  package init(_ instance: Instance, iterations: Int64) {
    guard let field = Field(instance) else {
      prices = []
      bound = nil
      return
    }
    let cells = DualPrices.adjusted(field, iterations: iterations)
    prices = Certificate.rows(cells, field)
    bound = Certificate.bound(field, duals: cells)
  }

  /// One is 2^16 in momenta and steps.
  private static let one: Int64 = 1 << 16

  static func adjusted(_ field: Field, iterations: Int64) -> [Int64] {
    let cells = field.pools * field.slots
    var duals = [Int64](repeating: 0, count: cells)
    var best = duals
    var least = Int128.max
    var momentum = duals
    let scale = scales(field)
    var pricer = Pricer(field, duals: duals)
    var demand = duals
    // From a third of the scale to a thousandth of it: 333 = 3^5.3, halved 8.4 times.
    var step: Int64 = one * one / 3
    let shrink = shrinkage(iterations)
    for round in 0..<max(1, iterations) {
      if round > 0 { pricer.load(duals) }
      var total = pricer.rent()
      for cell in 0..<cells { demand[cell] = 0 }
      for bid in field.ranges.indices {
        guard let answer = pricer.answer(bid), answer.surplus > 0 else { continue }
        total &+= answer.surplus
        add(answer, at: duals, field, &demand)
      }
      if total < least {
        least = total
        best = duals
      }
      for cell in 0..<cells {
        let excess = demand[cell] - field.capacity[cell]
        let relative = max(-one, min(one, excess * one / max(1, field.capacity[cell])))
        momentum[cell] = (momentum[cell] * 7 + relative * 3) / 10
        let move = (momentum[cell] * (step >> 16)) >> 16
        let price = duals[cell] + ((scale[cell / max(1, field.slots)] * move) >> 16)
        duals[cell] = max(0, min(Field.dualLimit, price))
      }
      step = (step >> 16) * shrink
    }
    return best
  }

  /// The factor, in 2^16, that `iterations` times over makes a step some 300 times smaller.
  private static func shrinkage(_ iterations: Int64) -> Int64 {
    // (1 - a/n)^n is about e^-a for large n; 5.7 = ln 300.
    max(one / 2, one - one * 57 / (10 * max(12, iterations)))
  }

  /// By pool: the mean of what its bids could at most pay above the ask, in duals.
  private static func scales(_ field: Field) -> [Int64] {
    var sums = [Int128](repeating: 0, count: field.pools)
    var counts = [Int128](repeating: 0, count: field.pools)
    for choice in field.choices where !choice.columns.isEmpty {
      let best = field.columns[choice.columns].reduce(Int64(0)) { max($0, $1.margin) }
      sums[choice.pool] += Int128(best / choice.quarters)
      counts[choice.pool] += 1
    }
    for chunk in field.chunks where chunk.margin > 0 {
      let choice = field.choices[chunk.choice]
      sums[choice.pool] += Int128(chunk.margin / choice.quarters)
      counts[choice.pool] += 1
    }
    return zip(sums, counts).map { sum, count in count > 0 ? Int64(sum / count) * 64 + 64 : 64 }
  }

  private static func add(
    _ answer: Pricer.Answer, at duals: [Int64], _ field: Field, _ demand: inout [Int64]
  ) {
    for part in answer.parts {
      let cells = field.choices[part.choice].pool * field.slots
      for cell in (cells + answer.start)..<(cells + answer.end) { demand[cell] += part.gpus }
    }
    guard answer.choice >= 0 else { return }
    let choice = field.choices[answer.choice]
    let cells = choice.pool * field.slots
    for slot in answer.start..<answer.end {
      let cell = cells + slot
      demand[cell] += choice.firm
      if choice.room > 0, slot < field.windowEnd,
        64 * (choice.value - field.ask[cell]) > duals[cell]
      {
        demand[cell] += choice.room
      }
    }
  }
}
