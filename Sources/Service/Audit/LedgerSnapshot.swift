import Foundation
import LedgerStore

/// A copy of a ledger file that stock `sqlite3` opens from a read-only folder, with what belongs to it.
package enum LedgerSnapshot {
  /// - Returns: SHA-256 of the copy.
  package static func write(file: String, to copy: String) throws -> String {
    _ = try LedgerCopy.summary(of: file)
    let note = try BundleWriter.note(nil, beside: file)
    let digest: String
    do {
      digest = try LedgerCopy.publish(file, to: copy)
    } catch let error as CocoaError {
      throw AuditFault.cannotWrite(path: copy, why: error.localizedDescription)
    }
    guard let note else { return digest }
    do {
      try Data(note.note).write(to: URL(fileURLWithPath: copy + ".checkpoint"), options: .atomic)
    } catch {
      throw AuditFault.cannotWrite(path: copy + ".checkpoint", why: error.localizedDescription)
    }
    return digest
  }
}
