package import Market
package import Placement

extension FrozenRound {
  /// The clearing that parts and their commit stand for; whether it is right is for the check.
  package func clearing(
    from parts: [OutcomePart], _ commit: OutcomeCommit
  ) throws(OutcomeFault) -> Clearing {
    try clearing(
      from: parts, welfare: commit.welfare, bound: commit.bound, iterations: commit.iterations)
  }
}
