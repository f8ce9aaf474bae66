import Units

/// Looks for a proof that goes beyond the duals. Only the leader runs it; everybody checks what it
/// finds. Integers only and bounded by what it may look at, so it repeats on every machine.
package enum ProofBuilder {
  /// Rounds of up to so many bids get a tree of the whole round.
  static let globalBids = 150
  /// Rounds of more bids get none beyond the duals.
  package static let largest = 10_000
  /// Leaves of a proof, so that it stays quick to check and to send.
  private static let leaves = 1_500

  /// What a proof may cost in a round of so many bids after a search of so many iterations: about as
  /// much time as the search itself. None where it does not pay: in rounds of thousands of bids the
  /// utilities settle slowly, and in larger ones not at all.
  package static func effort(bids: Int, iterations: Int64) -> Int64 {
    let effort = min(max(0, iterations), 1 << 20) * (bids <= 2_000 ? 5_000 : 10_000)
    if bids <= 2_000 { return min(effort, 800_000_000) }
    return bids <= largest && effort >= 1_000_000_000 ? min(effort, 3_000_000_000) : 0
  }

  /// A proof of less than what the duals prove, and what it proves; nil when none is found.
  ///
  /// - Parameters:
  ///   - welfare: of the clearing at hand: what is worth proving.
  ///   - effort: columns and cells that may be looked at, some 300 million a second.
  static func proof(
    _ field: Field, duals: [Int64], welfare: Int64, effort: Int64
  ) -> (proof: Proof, bound: Int64)? {
    guard effort > 0, welfare < 1 << 56, fits(field, duals),
      let plain = Certificate.bound(field, duals: duals),
      plain > welfare
    else { return nil }
    // A quarter of a percent is enough: the last of it would cost most, here and in the log.
    let target = max(0, welfare) * 64 + max(0, welfare) * 64 / 400
    var best: (proof: Proof, bound: Int64)?
    func offer(_ proof: Proof) {
      guard let bound = Certificate.bound(field, duals: duals, proof: proof), bound < plain,
        bound < best?.bound ?? .max
      else { return }
      best = (proof, bound)
    }
    let affordable = ProofCheck.workLimit / max(1, 2 * cost(field))
    let each = min(affordable, 150, leaves / max(1, field.pools))
    guard field.ranges.count <= globalBids else {
      var trees = PoolTrees(field, duals: duals)
      trees.grow(target: target, effort: effort, leaves: each)
      if trees.bound < .max { offer(trees.proof(duals: duals)) }
      return best
    }
    // Where the tree of the round does not prove it with a part of the effort, the trees of the pools
    // get as much; then the one that came further goes on.
    let leaves = min(leaves, affordable)
    var tree = GlobalTree(field, duals: duals)
    tree.grow(target: target, effort: effort / 3, leaves: leaves)
    guard tree.bound > target else {
      offer(tree.proof(duals: duals))
      return best
    }
    var trees = PoolTrees(field, duals: duals)
    trees.grow(target: target, effort: effort / 3, leaves: each)
    if tree.bound < trees.bound {
      tree.grow(target: target, effort: effort - trees.work, leaves: leaves)
    }
    offer(tree.proof(duals: duals))
    if tree.bound > target {
      trees.grow(target: target, effort: effort - tree.work, leaves: each)
    }
    if trees.bound < .max { offer(trees.proof(duals: duals)) }
    return best
  }

  /// What a leaf of the whole round costs to check.
  private static func cost(_ field: Field) -> Int {
    var total = field.capacity.count + field.chunks.count + field.ranges.count
    for index in 0..<field.runs.count { total += Int(field.runs[index].count) }
    return total
  }

  /// Whether everything that is added up stays far inside 64 bits.
  private static func fits(_ field: Field, _ duals: [Int64]) -> Bool {
    var worth: Int128 = 0
    var gpus: Int128 = 0
    var price: Int64 = duals.max() ?? 0
    for bid in field.ranges.indices {
      var most: Int64 = 0
      var wanted: Int64 = 0
      for index in field.ranges[bid] {
        let choice = field.choices[index]
        most = max(most, choice.worth &* choice.quarters &* choice.gpus)
        wanted = max(wanted, choice.gpus)
        price = max(price, 64 * choice.worth)
      }
      worth += Int128(most)
      gpus += Int128(wanted)
    }
    for tenant in field.tenants {
      gpus += Int128(tenant.room)
      price = max(price, 64 * tenant.worth)
    }
    var capacity: Int128 = 0
    for cell in 0..<field.capacity.count {
      capacity += Int128(field.capacity[cell]) * Int128(field.widths[cell % max(1, field.slots)])
    }
    let limit: Int128 = 1 << 58
    let length = Int128(field.placements.edges.last ?? 0)
    return worth * 64 < limit && 8 * capacity * Int128(price) < limit
      && (gpus * length * Int128(field.pools)) << 16 < limit
      && field.splitStarts.count < 1 << 24 && field.slots < 1 << 20
  }
}
