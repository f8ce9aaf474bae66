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
    let scale = scales(field)
    var pricer = Pricer(field)
    var best = pricer.duals.array
    var least = Int128.max
    let momentum = Flat<Int64>(repeating: 0, count: cells)
    let demand = Flat<Int64>(repeating: 0, count: cells)
    // From a third of the scale to a thousandth of it: 333 = 3^5.3, halved 8.4 times.
    var step: Int64 = one * one / 3
    let shrink = shrinkage(iterations)
    for round in 0..<max(1, iterations) {
      if round > 0 { pricer.load() }
      demand.fill(0)
      let total = answered(&pricer, demand)
      if total < least {
        least = total
        best = pricer.duals.array
      }
      for cell in 0..<cells {
        let excess = demand[cell] - field.capacity[cell]
        let relative = max(-one, min(one, excess * one / max(1, field.capacity[cell])))
        momentum[cell] = (momentum[cell] * 7 + relative * 3) / 10
        let move = (momentum[cell] * (step >> 16)) >> 16
        let price =
          pricer.duals[cell] + ((scale[cell / max(1, field.slots)] * move) >> 16)
        pricer.duals[cell] = max(0, min(Field.dualLimit, price))
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

  /// What the bids ask for at the duals, by cell; and what the duals prove, in 1/64.
  private static func answered(
    _ pricer: inout Pricer, _ demand: borrowing Flat<Int64>
  ) -> Int128 {
    let field = pricer.field
    var total = pricer.rent() &+ pricer.leases()
    for bid in field.ranges.indices {
      let answer = pricer.answer(bid)
      guard answer.gains else { continue }
      total &+= Int128(answer.surplus)
      add(answer, &pricer, demand)
    }
    for tenant in field.tenants {
      for slot in tenant.start..<tenant.end {
        let cell = tenant.pool * field.slots + slot
        let margin = 64 &* field.gain(tenant, slot)
        if margin > pricer.duals[cell] { demand[cell] &+= tenant.room }
      }
    }
    return total
  }

  private static func add(
    _ answer: Pricer.Answer, _ pricer: inout Pricer, _ demand: borrowing Flat<Int64>
  ) {
    let field = pricer.field
    let base = demand.base
    let slots = field.slots
    pricer.eachPart(of: answer) { pool, start, end, gpus in
      for cell in (pool * slots + start)..<(pool * slots + end) { base[cell] &+= gpus }
    }
    guard answer.choice >= 0 else { return }
    let choice = field.choices[answer.choice]
    guard choice.room > 0 else { return }
    for slot in answer.start..<answer.end where pricer.takesExtra(choice, slot) {
      demand[choice.pool * slots + slot] &+= choice.room
    }
  }

  /// By pool: the mean of what its bids could at most pay above the ask, in duals.
  private static func scales(_ field: Field) -> [Int64] {
    var sums = [Int128](repeating: 0, count: field.pools)
    var counts = [Int128](repeating: 0, count: field.pools)
    for index in 0..<field.choices.count {
      let choice = field.choices[index]
      guard choice.most > 0 else { continue }
      sums[choice.pool] += Int128(choice.most / (choice.gpus * choice.quarters))
      counts[choice.pool] += 1
    }
    for index in 0..<field.chunks.count where field.chunks[index].margin > 0 {
      let choice = field.choices[field.chunks[index].choice]
      sums[choice.pool] += Int128(field.chunks[index].margin / choice.quarters)
      counts[choice.pool] += 1
    }
    // With no bid on a pool its running leases still compete for their extras.
    for tenant in field.tenants {
      let gain = field.gain(tenant, tenant.start)
      guard gain > 0 else { continue }
      sums[tenant.pool] += Int128(gain)
      counts[tenant.pool] += 1
    }
    return zip(sums, counts).map { sum, count in count > 0 ? Int64(sum / count) * 64 + 64 : 64 }
  }
}
