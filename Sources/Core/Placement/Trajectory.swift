import Units

/// A round made ready to be searched: what all its trajectories share. A pure function of the
/// instance; may be read from many threads.
package struct Preparation: Sendable {
  let instance: Instance
  let terrain: Terrain

  /// What the duals prove, in the unit of `Clearing.welfare`.
  package var bound: Int64 { terrain.bound }

  package var bids: Int { instance.bids.count }

  /// Nil when the instance is out of bounds (`Field`).
  package init?(_ instance: Instance) {
    guard let field = Field(instance.spare ? Spare.others(instance) : instance) else { return nil }
    self.instance = instance
    terrain = Terrain(field)
  }
}

/// One search on a round, from a seed of its own: the same on every machine, whatever runs beside
/// it. A shell with several cores runs several, each on one thread; `Found.best` chooses.
package struct Trajectory: ~Copyable {
  private let index: Int64
  private var total: Int64
  private var search: Search

  /// - Parameters:
  ///   - index: number of the trajectory, from 0; with the round's number the seed.
  ///   - total: iterations that will be made in all: the search is daring first and careful at
  ///     the end.
  package init(_ preparation: Preparation, index: Int64 = 0, total: Int64) {
    self.index = index
    self.total = max(0, total)
    let round = UInt64(bitPattern: preparation.instance.round)
    let seed = round &+ UInt64(bitPattern: index) &* 0xD1B5_4A32_D192_ED03
    search = Search(preparation.terrain, seed: Int64(bitPattern: seed))
  }

  /// The best that one trajectory finds in so many iterations.
  package static func found(
    _ preparation: Preparation, index: Int64, iterations: Int64
  ) -> Found {
    var trajectory = Trajectory(preparation, index: index, total: iterations)
    trajectory.step(iterations)
    return trajectory.found()
  }

  /// Searches so many iterations further: in each some winners are taken out and put back.
  package mutating func step(_ iterations: Int64) {
    search.run(iterations, total: total)
  }

  /// Tells a search whose end is set by a clock how many iterations it may expect to make in all.
  package mutating func expect(_ total: Int64) { self.total = max(0, total) }

  /// Iterations made. Fewer than asked for when nothing can be better.
  package var iterations: Int64 { search.steps }

  /// Welfare of the best clearing so far.
  package var welfare: Int64 { Int64(clamping: search.best) }

  /// The best clearing seen, after a last pass: no refused bid could be put in with gain, nor, in
  /// rounds that are not very large, by exchange for those in its way.
  package mutating func found() -> Found {
    let iterations = search.steps
    search.finish()
    let extras = search.now.extras()
    return Found(
      index: index, iterations: iterations, welfare: Int64(clamping: search.now.welfare),
      fills: search.now.fills(extras.bids), extras: extras.leases)
  }
}

/// What a trajectory found.
package struct Found: Sendable {
  /// The trajectory's number.
  package let index: Int64
  package let iterations: Int64
  package let welfare: Int64
  let fills: [Fill]
  let extras: [[Fill.Extra]]

  /// The most welfare, then the lowest number; nil of none.
  package static func best(_ found: [Found]) -> Found? {
    found.min { $0.welfare > $1.welfare || ($0.welfare == $1.welfare && $0.index < $1.index) }
  }
}
