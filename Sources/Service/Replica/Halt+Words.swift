import Replication

extension Member.Halt: CustomStringConvertible {
  package var description: String {
    switch self {
    case .logEndsBefore(let log, let ledger):
      "the log ends at position \(log), this ledger at \(ledger): an old copy of the log was restored"
    case .behind(let floor, let ledger):
      "the log begins at position \(floor), this ledger ends at \(ledger): copy another replica's backup"
    case .unknownRules(let position):
      "entry \(position) needs rules that this release does not know: install the newer release"
    case .differs(let position):
      "the seal at position \(position) came out otherwise here; the evidence lies beside the ledger file"
    case .damaged: "what lies in the log is no log of this ledger"
    }
  }
}
