/// Why a folder or a file cannot be audited, or a bundle not be written: nothing was said about the ledger.
package enum AuditFault: Error, Equatable, CustomStringConvertible {
  case notABundle(String)
  /// What a file of the folder must be and is not.
  case malformed(path: String, why: String)
  case missing(path: String)
  case cannotWrite(path: String, why: String)
  /// The folder has the log of another ledger.
  case otherLedger(path: String)
  case checkpoint(path: String, why: String)
  case policy(String)
  /// An entry of a ledger file is damaged.
  case damagedEntry(file: String, position: Int64)
  case notALog(String)

  package var description: String {
    switch self {
    case .notABundle(let folder):
      "\(folder) is no audit bundle: there is no audit.json in it; it is written last, so write the "
        + "bundle again, or name the folder that has it"
    case .malformed(let path, let why): "\(path) \(why)"
    case .missing(let path): "\(path) is missing"
    case .cannotWrite(let path, let why):
      "\(path) cannot be written: \(why); make room or name another folder, then run the same again"
    case .otherLedger(let path):
      "\(path) is there already with other bytes: the folder has the log of another ledger; name "
        + "another folder"
    case .checkpoint(let path, let why): "\(path): \(why)"
    case .policy(let why): "the policy: \(why)"
    case .damagedEntry(let file, let position):
      "\(file): entry \(position) is not the one that was hashed; see: sampand check --ledger"
    case .notALog(let path):
      "\(path) is neither a ledger file nor the folder of an audit bundle"
    }
  }
}
