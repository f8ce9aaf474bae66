/// Many seeds one after the other, and what is left of those that fail.
package struct SeedRun: Sendable {
  /// A plan that fails, and the smallest one found that still fails.
  package struct Failure: Sendable {
    package var found: FederationPlan
    package var least: FederationPlan
    package var fault: String
    /// How many runs making it smaller took.
    package var tries: Int
  }

  package private(set) var seeds = 0
  package private(set) var entries: Int64 = 0
  package private(set) var rounds: Int64 = 0
  /// Virtual time of the machines.
  package private(set) var milliseconds: Int64 = 0
  package private(set) var coverage = Coverage()
  package private(set) var failures: [Failure] = []
  let bug: PlantedBug?

  package init(bug: PlantedBug? = nil) { self.bug = bug }

  /// Whether enough ran to have seen everything, and something was never seen that has no excuse.
  package func isBlind(from enough: Int = 1_000) -> Bool {
    seeds >= enough && !coverage.missing.isEmpty
  }

  /// Runs a plan; one that fails is made smaller before it is kept.
  /// - Returns: whether all was well.
  package mutating func add(_ plan: FederationPlan, shrinks: Bool = true) throws -> Bool {
    try take(Federation(plan, bug: bug).run(), shrinks: shrinks)
  }

  /// Takes what came of a plan.
  /// - Returns: whether all was well.
  @discardableResult
  package mutating func take(_ verdict: FederationVerdict, shrinks: Bool = true) throws -> Bool {
    let plan = verdict.plan
    seeds += 1
    entries += verdict.entries
    rounds += verdict.rounds
    milliseconds += verdict.milliseconds
    coverage.add(verdict.coverage)
    guard let fault = verdict.faults.first else { return true }
    failures.append(
      shrinks
        ? try shrunk(plan, verdict, fault)
        : Failure(found: plan, least: plan, fault: fault, tries: 0))
    return false
  }

  /// Fewer rounds, replicas, sites, then faults one by one, as long as something is still wrong.
  private func shrunk(
    _ plan: FederationPlan, _ verdict: FederationVerdict, _ fault: String
  ) throws -> Failure {
    var failure = Failure(found: plan, least: plan, fault: fault, tries: 0)
    func attempt(_ change: (inout FederationPlan) -> Void) throws -> Bool {
      var smaller = failure.least
      change(&smaller)
      guard smaller != failure.least else { return false }
      failure.tries += 1
      guard let fault = try Federation(smaller, bug: bug).run().faults.first else { return false }
      failure.least = smaller
      failure.fault = fault
      return true
    }
    // What never struck changes nothing: left out all at once.
    let struck = zip(Fault.allCases, verdict.hits).filter { $1 > 0 }.map(\.0)
    _ = try attempt { $0.faults = $0.faults.filter { struck.contains($0) } }
    while failure.least.rounds > 1, try attempt({ $0.rounds /= 2 }) {}
    while failure.least.rounds > 1, try attempt({ $0.rounds -= 1 }) {}
    while failure.least.replicas > 1, try attempt({ $0.replicas -= 1 }) {}
    while failure.least.sites > 1, try attempt({ $0.sites -= 1 }) {}
    for fault in failure.least.faults {
      _ = try attempt { $0.faults.removeAll { $0 == fault } }
    }
    return failure
  }
}
