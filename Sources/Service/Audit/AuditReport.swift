/// What an audit found: each check, and what was not checked.
package struct AuditReport: Sendable {
  package enum Verdict: String, Sendable {
    case holds
    case wrong
    /// Nothing was there to check it by.
    case notDone
  }

  package struct Check: Sendable {
    package let name: String
    package let verdict: Verdict
    /// One sentence: what was seen, or the first thing that is wrong.
    package let detail: String
    /// Of the entry where it is wrong.
    package let position: Int64?
  }

  /// Entries that were read.
  package let entries: Int64
  /// Root over them.
  package let root: String
  /// Name of the log, as entry 0 has it.
  package let origin: String
  /// SHA-256 of entry 0.
  package let genesis: String
  /// SHA-256 of the state after the last entry, and the chain over all results: whoever applied the same
  /// log has the same two.
  package let state: String
  package let results: String
  /// Who cosigned the checkpoint, as the policy calls them.
  package let cosigners: [String]
  package let checks: [Check]
  package let notChecked: [String]

  /// Nothing is wrong.
  package var holds: Bool { checks.allSatisfy { $0.verdict != .wrong } }
}
