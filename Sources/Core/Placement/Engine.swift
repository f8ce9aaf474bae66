import Units

/// Clears a round: prices, several greedy fillings, a search around the best of them, and a last
/// pass after which no refused bid could be put in with gain. Only the leader runs it; what it
/// finds is checked by everybody (`ClearingCheck`), so it may be replaced by a better one at will.
package enum Engine {
  /// Cells that the search may look at, for each cell that the price adjustment looks at.
  private static let effort = 8

  /// A valid clearing of the instance, the same on every machine. `iterations`, from the rules'
  /// table, bounds the effort of prices and search. An instance out of bounds (`Field`) has none:
  /// the empty clearing is returned, which the check refuses.
  package static func clear(_ instance: Instance, iterations: Int64) -> Clearing {
    var clearing = Clearing()
    guard let field = Field(instance) else { return clearing }
    let duals = DualPrices.adjusted(field, iterations: iterations)
    let bound = Certificate.bound(field, duals: duals) ?? .max
    var allocation = start(field, duals, bound: bound)
    let pass = field.columns.count + field.chunks.count + field.capacity.count
    let (product, over) = max(0, iterations).multipliedReportingOverflow(by: Int64(pass * effort))
    var search = Search(field, duals: duals, allocation: allocation)
    search.run(budget: over ? .max : Int(product), bound: bound)
    allocation = search.best
    fillUp(&allocation)

    clearing.fills = allocation.fills()
    clearing.duals = Certificate.rows(duals, field)
    clearing.welfare = Int64(clamping: allocation.welfare)
    clearing.bound = bound
    clearing.iterations = max(0, iterations)
    clearing.congestion = Pricing.congestion(field, clearing.fills, duals) ?? []
    return clearing
  }

  /// The best of the greedy fillings; the first stands unless another is worth more.
  private static func start(_ field: Field, _ duals: [Int64], bound: Int64) -> Allocation {
    var best = Greedy.byDensity(field)
    fillUp(&best)
    guard best.welfare < Int128(bound) else { return best }
    var pricer = Pricer(field, duals: duals)
    let answers = field.ranges.indices.map { pricer.answer($0) }
    let surplus = Greedy.order(answers.map { $0?.surplus })
    let gained = Greedy.order(
      answers.map { answer in
        answer.map { $0.surplus > 0 ? $0.surplus : $0.surplus &* 4 }
      })
    let density = Greedy.order(answers.map { Greedy.density($0, field) ?? $0?.surplus })
    for (order, share) in [(surplus, 16), (surplus, 8), (gained, 12), (density, 16)] {
      let tolls = Greedy.tolls(field, duals: duals, share: Int64(share))
      var other = Greedy.filled(field, order: order, tolls: tolls)
      fillUp(&other)
      if other.welfare > best.welfare { best = other }
    }
    return best
  }

  /// Puts in refused bids, in order, until none gains: the outcome is then maximal. It ends because
  /// each insertion adds at least one to a welfare that is bounded.
  static func fillUp(_ allocation: inout Allocation) {
    let tolls = Greedy.noTolls(allocation.field)
    var again = true
    while again {
      again = false
      for bid in allocation.stands.indices where allocation.stands[bid] == nil {
        if let offer = allocation.best(bid, tolls: tolls) {
          allocation.insert(bid, offer.stand)
          again = true
        }
      }
    }
  }
}
