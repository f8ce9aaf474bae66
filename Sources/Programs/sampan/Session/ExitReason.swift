/// What the program says by its exit code.
enum ExitReason: Int32, CaseIterable {
  case done = 0
  /// The broker said no; the reason is printed and, when the ledger refused, recorded.
  case refused = 1
  /// The command line, a file or the configuration is wrong; nothing was sent.
  case usage = 2
  /// Not signed in, or not allowed.
  case notAllowed = 3
  /// No broker answered; nothing was done.
  case unreachable = 4
  /// A command may or may not have been taken: `sampan retry` tells.
  case outcomeUnknown = 5
  /// A proof does not hold.
  case proofFailed = 6
  case interrupted = 130
}

/// Thrown by a command that has said everything: only its exit code is left.
struct Ended: Error {
  let exit: ExitReason
}
