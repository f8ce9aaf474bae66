import LedgerStore
import Replica

/// A ledger file that holds in every respect: its entries were applied again and all compared.
package struct LedgerProof: Sendable {
  /// Number of entries.
  package let entries: Int64
  /// RFC 6962 root over them.
  package let root: String
  /// Its last entry and the last seal that carries the digest of a state: what another replica must
  /// have at the same positions.
  package let marks: [(position: Int64, bytes: [UInt8])]

  /// Proves a file, on a copy; with its digest, if that lies beside it.
  /// - Throws: `BackupFault`, when anything in it is wrong.
  package init(of path: String, progress: (Int64) -> Void = { _ in }) throws {
    let (summary, _) = try Restoration.check(path, progress: progress)
    (entries, root, marks) = (summary.size, summary.root, summary.marks)
  }
}
