import Units

/// Prices found by letting every bid answer alone and moving each cell's price by its relative
/// excess demand: clipped, with momentum, in steps that shrink geometrically (market.md). Integers
/// in fixed point; the duals with the least bound are kept.
struct DualPrices: Sendable {
  /// By cell, 1/64 mHKD per GPU-hour.
  private(set) var cells: [Int64]
  /// By bid: in how many of the later passes it wanted a place. Who nearly always does belongs in; who
  /// seldom does, out.
  private(set) var wins: [Int64]

  /// One is 2^16 in momenta and steps.
  private static let one: Int64 = 1 << 16

  init(_ field: Field, passes: Int64) {
    let count = field.pools * field.slots
    let scale = DualPrices.scales(field)
    let one = DualPrices.one
    var pricer = Pricer(field)
    cells = pricer.duals.array
    wins = [Int64](repeating: 0, count: field.ranges.count)
    var least = Int128.max
    let momentum = Flat<Int64>(repeating: 0, count: count)
    let demand = Flat<Int64>(repeating: 0, count: count)
    // From a third of the scale to a thousandth of it: 333 = 3^5.3, halved 8.4 times.
    var step: Int64 = one * one / 3
    let shrink = DualPrices.shrinkage(passes)
    for pass in 0..<max(1, passes) {
      if pass > 0 { pricer.load() }
      demand.fill(0)
      let total = DualPrices.answered(&pricer, demand, &wins, noting: 2 * pass >= passes)
      if total < least {
        least = total
        cells = pricer.duals.array
      }
      for pool in 0..<field.pools {
        for cell in (pool * field.slots)..<((pool + 1) * field.slots) {
          // What nobody wants is in excess by all of it; nothing is divided for it.
          let (wanted, capacity) = (demand[cell], field.capacity[cell])
          let relative =
            wanted == 0 && capacity > 0
            ? -one : max(-one, min(one, (wanted - capacity) * one / max(1, capacity)))
          momentum[cell] = (momentum[cell] * 7 + relative * 3) / 10
          let move = (momentum[cell] * (step >> 16)) >> 16
          let price = pricer.duals[cell] + ((scale[pool] * move) >> 16)
          pricer.duals[cell] = max(0, min(Field.dualLimit, price))
        }
      }
      step = (step >> 16) * shrink
    }
  }

  /// The factor, in 2^16, that `iterations` times over makes a step some 300 times smaller.
  private static func shrinkage(_ iterations: Int64) -> Int64 {
    // (1 - a/n)^n is about e^-a for large n; 5.7 = ln 300.
    max(one / 2, one - one * 57 / (10 * max(12, iterations)))
  }

  /// What the bids ask for at the duals, by cell; and what the duals prove, in 1/64.
  private static func answered(
    _ pricer: inout Pricer, _ demand: borrowing Flat<Int64>, _ wins: inout [Int64],
    noting: Bool
  ) -> Int128 {
    let field = pricer.field
    var total = pricer.rent() &+ pricer.leases()
    for bid in field.ranges.indices {
      let answer = pricer.answer(bid)
      guard answer.gains else { continue }
      if noting { wins[bid] += 1 }
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
