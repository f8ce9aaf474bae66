import Units

/// Placeholder while the new search is written: the best of a few greedy fillings.
struct Search: ~Copyable {
  private(set) var now: Allocation
  private let field: Field

  init(_ field: Field, duals: [Int64], bound: Int64) {
    self.field = field
    now = Greedy.byDensity(field)
    Engine.fillUp(&now)
    var pricer = Pricer(field, duals: duals)
    let surplus = Greedy.order(
      field.ranges.indices.map { bid -> Int64? in
        let surplus = pricer.answer(bid).surplus
        return surplus > 0 ? surplus : nil
      })
    for share in [8, 12, 16] {
      let tolls = Tolls(field, duals: duals, share: Int64(share))
      var other = Greedy.filled(field, order: surplus, tolls: tolls)
      Engine.fillUp(&other)
      if other.welfare > now.welfare { now = other }
    }
  }

  mutating func run(steps: Int64) {}
  mutating func finish() { Engine.fillUp(&now) }
}
