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
    let terrain = Terrain(field, iterations: 200)
    let duals = terrain.duals
    let bound = terrain.bound
    var search = Search(terrain, seed: instance.round)
    search.run(iterations, total: iterations)
    search.finish()

    let extras = search.now.extras()
    clearing.fills = search.now.fills(extras.bids)
    clearing.extras = extras.leases
    clearing.duals = Certificate.rows(duals, field)
    clearing.welfare = Int64(clamping: search.now.welfare)
    clearing.bound = bound
    clearing.iterations = max(0, iterations)
    clearing.congestion =
      Pricing.congestion(field, clearing.fills, extras: clearing.extras, duals) ?? []
    return clearing
  }

  /// Puts in refused bids, in order, until none gains: the outcome is then maximal. It ends because
  /// each insertion adds at least one to a welfare that is bounded.
  static func fillUp(_ allocation: inout Allocation) {
    let tolls = Tolls(allocation.field)
    var again = true
    while again {
      again = false
      for bid in 0..<allocation.stands.count where !allocation.stands[bid].stands {
        if let offer = allocation.best(bid, tolls: tolls) {
          allocation.insert(bid, offer.stand, offer.parts)
          again = true
        }
      }
    }
  }
}
