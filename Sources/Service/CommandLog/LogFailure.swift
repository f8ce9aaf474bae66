/// Why the log gave no answer. The texts are for people: what is wrong, where, what to do.
package enum LogFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// No majority, or none that answered in time. An append may have happened.
  case unreachable(String)
  /// The engine has no space. Reading goes on.
  case full(String)
  /// Entries from this reader's position on were truncated; the log begins at the floor. A backup of
  /// another replica has them.
  case behind(floor: Int64)
  /// What lies in the log is no log: somebody else wrote there, or an engine is broken.
  case damaged(String)
  /// The engine will not do this, now or later.
  case rejected(String)

  package var description: String {
    switch self {
    case .unreachable(let text): "the log cannot be reached: \(text)"
    case .full(let text): "the log is full: \(text)"
    case .behind(let floor):
      "the log begins at position \(floor), this replica is behind it: copy a backup of another replica"
    case .damaged(let text): "the log is damaged: \(text)"
    case .rejected(let text): "the log refuses: \(text)"
    }
  }
}
