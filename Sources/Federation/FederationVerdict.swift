/// What came of a run.
package struct FederationVerdict: Sendable {
  package var plan: FederationPlan
  /// What was wrong, the first first; empty when nothing was.
  package var faults: [String]
  /// How often each fault struck, by the order of `Fault.allCases`.
  package var hits: [Int]
  package var entries: Int64
  package var rounds: Int64
  /// Events of the queue.
  package var turns: Int
  /// Virtual time of the machines.
  package var milliseconds: Int64
  /// A digest of the trace.
  package var mark: UInt64
  package var coverage: Coverage
  /// One line an event, where that was asked for.
  package var trace: [String]
}
