import Foundation
import LedgerStore
import Replica

/// Puts a backup into the data directory of a replica.
package enum Restoration {
  /// Applies every entry of a backup again and compares everything, on a copy.
  /// - Throws: `BackupFault`, when its digest or anything in it is wrong.
  static func check(
    _ path: String, progress: (Int64) -> Void = { _ in }
  ) throws -> (summary: LedgerSummary, report: VerifyReport) {
    if let claimed = try? String(contentsOfFile: path + ".sha256", encoding: .utf8),
      let digest = claimed.split(separator: " ").first
    {
      guard try LedgerCopy.digest(of: path) == digest else {
        throw BackupFault.otherBytes(path: path)
      }
    }
    let summary = try LedgerCopy.summary(of: path)
    let report = try LedgerVerifier.verify(path: path, progress: progress)
    if let wrong = report.checks.first(where: { !$0.ok }) {
      throw BackupFault.wrong(check: wrong.name, detail: wrong.detail)
    }
    return (summary, report)
  }

  /// What was put in place.
  package struct Outcome: Sendable {
    package var ledger: String
    /// Where files went that were there before.
    package var moved: [String]
    /// What a broker needs beside the ledger and does not find in the folder.
    package var missing: [String]
  }

  /// Whether a ledger, or what belongs to one, is in the folder.
  package static func occupied(_ folder: String) -> Bool {
    ledgerFiles(folder).contains { FileManager.default.fileExists(atPath: $0) }
  }

  /// Puts a backup that was checked into a folder, durably and under its name only when it is whole.
  /// - Parameter replacing: files of a ledger that are there are moved beside it, never removed.
  package static func place(
    _ path: String, into folder: String, replacing: Bool
  ) throws -> Outcome {
    let files = FileManager.default
    try files.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let lock = open(folder + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw BackupFault.cannotWrite(path: folder) }
    defer { close(lock) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw BackupFault.held(folder: folder) }
    let ledger = folder + "/ledger.sqlite"
    guard replacing || !occupied(folder) else { throw BackupFault.exists(path: ledger) }
    let part = ledger + ".part"
    try? files.removeItem(atPath: part)
    try files.copyItem(atPath: path, toPath: part)
    try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: part)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: part))
    try handle.synchronize()
    try handle.close()
    var moved: [String] = []
    let stamp = Int64(Date().timeIntervalSince1970)
    for old in ledgerFiles(folder) where files.fileExists(atPath: old) {
      let name = (old as NSString).lastPathComponent
      let place = "\(folder)/before-\(stamp)-\(name)"
      try files.moveItem(atPath: old, toPath: place)
      moved.append(place)
    }
    guard rename(part, ledger) == 0 else { throw BackupFault.cannotWrite(path: ledger) }
    let missing = ["directory.sqlite", "tokens.sqlite"].filter {
      !files.fileExists(atPath: "\(folder)/\($0)")
    }
    return Outcome(ledger: ledger, moved: moved, missing: missing)
  }

  /// A log that was ahead of another ledger must not be applied to this one.
  private static func ledgerFiles(_ folder: String) -> [String] {
    let ledger = folder + "/ledger.sqlite"
    return [ledger, ledger + "-wal", ledger + "-shm"]
      + ["-log", "-log-wal", "-log-shm"].map { ledger + $0 }
  }
}
