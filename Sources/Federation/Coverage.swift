import Leases
import Ledger
import Replica

/// What has been seen over the seeds: refusals, steps of leases, faults.
package struct Coverage: Sendable {
  package private(set) var refusals: [Int]
  package private(set) var faults: [Int]
  /// By the step's words, in the order of `steps`.
  package private(set) var transitions: [Int]

  /// Every step that a lease's phase may make.
  package static let steps: [String] = Lease.Phase.allCases.flatMap { from in
    Lease.Phase.allCases.filter { from.mayBecome($0) }.map { "\(from.rawValue)>\($0.rawValue)" }
  }

  private var phases: [String: Lease.Phase] = [:]

  package init() {
    refusals = Refusal.allCases.map { _ in 0 }
    faults = Fault.allCases.map { _ in 0 }
    transitions = Self.steps.map { _ in 0 }
  }

  mutating func take(_ events: [Event]) {
    for event in events {
      switch event {
      case .refused(let refused):
        if let index = Refusal.allCases.firstIndex(of: refused.code) { refusals[index] += 1 }
      case .leaseOrdered(let lease): phases[lease.id] = lease.phase
      case .leaseChanged(let change):
        let before = phases[change.lease] ?? .ordered
        phases[change.lease] = change.phase
        let step = "\(before.rawValue)>\(change.phase.rawValue)"
        if let index = Self.steps.firstIndex(of: step) { transitions[index] += 1 }
      default: continue
      }
    }
  }

  mutating func take(hits: [Int]) {
    for index in faults.indices { faults[index] += hits[index] }
  }

  package mutating func add(_ other: Coverage) {
    for index in refusals.indices { refusals[index] += other.refusals[index] }
    for index in faults.indices { faults[index] += other.faults[index] }
    for index in transitions.indices { transitions[index] += other.transitions[index] }
  }

  /// Name and count of everything, refusals first.
  package var rows: [(kind: String, name: String, count: Int, excuse: String?)] {
    zip(Refusal.allCases, refusals).map { ("refusal", $0.code, $1, Self.excuse($0)) }
      + zip(Self.steps, transitions).map { ("lease", $0, $1, nil) }
      + zip(Fault.allCases, faults).map { ("fault", $0.rawValue, $1, nil) }
  }
}
