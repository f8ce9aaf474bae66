import Units

/// Clears a round: prices, several greedy fillings, a search around the best of them, a last pass
/// after which no refused bid could be put in with gain, and a proof of how much better anything
/// else could be. Only the leader runs it; what it finds is checked by everybody
/// (`ClearingCheck`), so it may be replaced by a better one at will.
package enum Engine {
  /// A valid clearing of the instance, the same on every machine. `iterations`, from the rules'
  /// table, bounds the effort of each trajectory. An instance out of bounds (`Field`) has none: the
  /// empty clearing is returned, which the check refuses.
  package static func clear(
    _ instance: Instance, iterations: Int64, trajectories: Int64 = 1
  ) -> Clearing {
    guard let preparation = Preparation(instance) else { return Clearing() }
    let found = (0..<max(1, trajectories)).map { index in
      Trajectory.found(preparation, index: index, iterations: iterations)
    }
    return clearing(preparation, found)
  }

  /// The clearing that the best of some trajectories found, with its prices and its proof.
  ///
  /// - Parameter effort: what the proof may cost (`ProofBuilder`); nil: by the size of the round and
  ///   the iterations.
  package static func clearing(
    _ preparation: Preparation, _ found: [Found], effort: Int64? = nil
  ) -> Clearing {
    var clearing = Clearing()
    guard let best = Found.best(found) else { return clearing }
    let terrain = preparation.terrain
    let field = terrain.field
    clearing.fills = best.fills
    clearing.extras = best.extras
    clearing.duals = Certificate.rows(terrain.duals, field)
    clearing.welfare = best.welfare
    clearing.bound = terrain.bound
    let effort =
      effort ?? ProofBuilder.effort(bids: field.ranges.count, iterations: best.iterations)
    if let (proof, bound) = ProofBuilder.proof(
      field, duals: terrain.duals, welfare: best.welfare, effort: effort)
    {
      clearing.proof = proof
      clearing.bound = bound
    }
    clearing.iterations = best.iterations
    clearing.congestion =
      Pricing.congestion(field, clearing.fills, extras: clearing.extras, terrain.duals) ?? []
    return preparation.instance.spare
      ? Spare.completed(preparation.instance, clearing) : clearing
  }

  /// Puts in refused bids, in order, until none gains: the outcome is then maximal. It ends because
  /// each insertion adds at least one to a welfare that is bounded.
  /// - Parameter asks: the round's places at the asks alone (`Tolls`, no tolls).
  static func fillUp(_ allocation: inout Allocation, asks tolls: Tolls) {
    var again = true
    while again {
      again = false
      for bid in 0..<allocation.stands.count where !allocation.stands[bid].stands {
        if let offer = allocation.addition(bid, tolls) {
          allocation.insert(bid, offer.stand, offer.parts)
          again = true
        }
      }
    }
  }
}
