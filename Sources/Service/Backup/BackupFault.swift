/// Why there is no backup, or none that can be used.
package enum BackupFault: Error, Sendable, CustomStringConvertible, Equatable {
  case exists(path: String)
  case cannotWrite(path: String)
  case notABackup
  case cutOff(received: Int64, expected: Int64)
  case otherBytes(path: String)
  case held(folder: String)
  case wrong(check: String, detail: String)

  package var description: String {
    switch self {
    case .exists(let path): "\(path) is there already, and is not written over"
    case .cannotWrite(let path): "\(path) cannot be written"
    case .notABackup: "what came is no backup"
    case .cutOff(let received, let expected):
      "the backup ended after \(received) of \(expected) bytes"
    case .otherBytes(let path): "\(path) has other bytes than its digest says"
    case .held(let folder): "a sampand runs on \(folder)"
    case .wrong(let check, let detail): "the copy does not hold: \(check): \(detail)"
    }
  }

  /// What the person does next.
  package var next: String {
    switch self {
    case .exists: "Name another file, or move that one away."
    case .cannotWrite: "Check that the folder exists, its permissions and the room on the disk."
    case .notABackup, .cutOff: "Take the backup again."
    case .otherBytes: "The file was changed or broke: use another backup."
    case .held: "Stop it first."
    case .wrong: "Do not use this copy; take another backup, from another replica."
    }
  }
}
