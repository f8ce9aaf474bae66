/// Why a signer, a witness or what publishes a log did not do what it was asked for.
package enum WitnessingError: Error, Equatable, CustomStringConvertible {
  /// A file, what went wrong with it, and the number of the fault.
  case file(path: String, what: String, code: Int32)
  /// Others than the owner may read a secret key, by these bits.
  case notPrivate(path: String, mode: UInt32)
  case notAKey(path: String)
  case otherKind(needed: String)
  /// The second key's provider did not sign.
  case secondKey
  /// Another process works in the folder.
  case held(folder: String)
  /// What was kept makes no sense any more.
  case damaged(path: String, why: String)
  /// The signer was asked for a tree that does not continue the last one it signed.
  case notContinued(last: UInt64, asked: UInt64)
  /// The proof begins elsewhere than the signer's last tree.
  case otherSize(UInt64)
  case foreignOrigin(String)
  case policy(path: String, why: String)
  case socket(path: String, why: String)
  /// Somebody whom we asked answered otherwise than hoped for.
  case refused(by: String, status: Int, why: String)

  package var description: String {
    switch self {
    case .file(let path, let what, let code):
      "\(path) \(what) (fault \(code)); see to the disk and the rights, then try again"
    case .notPrivate(let path, let mode):
      "\(path) may be read by others (mode \(String(mode, radix: 8))); run chmod 600 on it, and "
        + "make a new key if anyone could have read it"
    case .notAKey(let path):
      "\(path) is no secret key (made by sampand key); name the right file"
    case .otherKind(let needed):
      "the key is not \(needed) key; make one with sampand key, and name its file"
    case .secondKey:
      "the second key did not sign; see to its provider. Nothing was cosigned"
    case .held(let folder):
      "another process works in \(folder); stop it first, or give this one a folder of its own"
    case .damaged(let path, let why):
      "\(path) is damaged: \(why); put back a copy, or ask the witnesses for what was signed last"
    case .notContinued(let last, let asked):
      "the tree of \(asked) entries does not continue the one of \(last) that was signed last; "
        + "nothing was signed, and what was asked for is kept beside it"
    case .otherSize(let last):
      "a tree of \(last) entries was signed last; send the proof from there"
    case .foreignOrigin(let origin):
      "the key signs for another log than \(origin); check the settings"
    case .policy(let path, let why): "\(path): \(why)"
    case .socket(let path, let why):
      "the socket \(path) cannot be made: \(why); choose a short path in a folder of this user"
    case .refused(let who, let status, let why): "\(who) answered \(status): \(why)"
    }
  }
}
