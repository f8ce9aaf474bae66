import Leases
import Ledger
import Market
import Replica

/// What has been seen over the seeds: refusals, steps of leases, events, faults.
package struct Coverage: Sendable {
  package private(set) var refusals: [Int]
  package private(set) var faults: [Int]
  /// By the step's words, in the order of `steps`.
  package private(set) var transitions: [Int]
  /// By the order of `happenings`.
  package private(set) var seen: [Int]

  /// Every step that a lease's phase may make.
  package static let steps: [String] = Lease.Phase.allCases.flatMap { from in
    Lease.Phase.allCases.filter { from.mayBecome($0) }.map { "\(from.rawValue)>\($0.rawValue)" }
  }

  /// What the town does and what becomes of it, by the names of the events; those of a fund are not
  /// there, it has none. The last two are no events: a lease ended as the evidence for its data was cut
  /// short; a replica stopped because the rules are newer than its release.
  package static let happenings = [
    "party-added", "account-opened", "principal-added", "site-added", "rate-set", "closure-set",
    "banked", "money-moved", "offer-published", "offer-withdrawn", "bid-placed", "bid-changed",
    "bid-ended", "round-closed", "prices-set", "round-ended", "traded", "lease-ordered",
    "lease-changed", "extras-sold", "extras-cut", "capacity-reclaimed", "damages-due",
    "reading-accepted", "reading-refused", "charged", "project-added", "budget-set",
    "dispute-opened", "evidence-added", "dispute-decided", "corrected", "proposal-changed",
    "sealed", "led", "activated", "market-frozen", "market-thawed", "oversight-set",
    "lease-drained", "replica-too-old",
  ]

  private var phases: [String: Lease.Phase] = [:]

  package init() {
    refusals = Refusal.allCases.map { _ in 0 }
    faults = Fault.allCases.map { _ in 0 }
    transitions = Self.steps.map { _ in 0 }
    seen = Self.happenings.map { _ in 0 }
  }

  mutating func note(_ name: String) {
    if let index = Self.happenings.firstIndex(of: name) { seen[index] += 1 }
  }

  mutating func take(_ events: [Event]) {
    for event in events {
      note(event.name)
      switch event {
      case .refused(let refused):
        if let index = Refusal.allCases.firstIndex(of: refused.code) { refusals[index] += 1 }
      case .leaseOrdered(let lease): phases[lease.id] = lease.phase
      case .leaseChanged(let change):
        let before = phases[change.lease] ?? .ordered
        phases[change.lease] = change.phase
        if change.cause == .evidence { note("lease-drained") }
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
    for index in seen.indices { seen[index] += other.seen[index] }
  }

  /// Name and count of everything, refusals first.
  package var rows: [(kind: String, name: String, count: Int, excuse: String?)] {
    zip(Refusal.allCases, refusals).map { ("refusal", $0.code, $1, Self.excuse($0)) }
      + zip(Self.steps, transitions).map { ("lease", $0, $1, nil) }
      + zip(Self.happenings, seen).map { ("event", $0, $1, nil) }
      + zip(Fault.allCases, faults).map { ("fault", $0.rawValue, $1, nil) }
  }
}
