import Foundation
import GRDB
import Ledger
import Transparency
import Units

/// Makes the tables of a ledger file anew from its entries, as this release makes them: a release with other
/// tables goes on with the ledger of the one before it.
package enum LedgerRenewal {
  package struct Outcome: Sendable, Equatable {
    package var entries: Int64
    /// Where the file stands as it was.
    package var before: String
  }

  /// Why the file is not renewed; it is as it was.
  package enum Fault: Error, CustomStringConvertible {
    case cannotFollow(path: String, position: Int64)
    case otherResult(path: String, position: Int64)
    case otherTree(path: String)

    package var description: String {
      switch self {
      case .cannotFollow(let path, let position):
        "\(path): entry \(position) is missing or cannot follow; restore a copy"
      case .otherResult(let path, let position):
        "\(path): entry \(position) has another result here than it had; go on with the release before "
          + "this one, and report it"
      case .otherTree(let path):
        "\(path): the tree over its entries is another one than it says; restore a copy"
      }
    }
  }

  private static let batch: Int64 = 1_024

  /// Renews the file of an older release; nobody else may have it open.
  /// - Parameter progress: told the position and the end, every 1,024 entries.
  /// - Returns: nil when its tables are none of an older release.
  package static func renew(
    path: String, progress: (Int64, Int64) -> Void
  ) throws -> Outcome? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let version = try fold(path), version < Schema.projectionVersion else { return nil }
    let part = path + ".renewed"
    for file in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: part + file) }
    let store = try LedgerStore(path: part)
    let entries: Int64
    do {
      entries = try LedgerArchive.read(path: path) { archive in
        try copy(archive, path, to: store, progress)
        return archive.entries
      }
    } catch {
      try? store.close()
      throw error
    }
    try store.close()
    // The old one has its new name before the new one has its: at every moment there is a ledger.
    let before = "\(path).tables-\(version)"
    try? FileManager.default.removeItem(atPath: before)
    try FileManager.default.linkItem(atPath: path, toPath: before)
    guard rename(part, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    return Outcome(entries: entries, before: before)
  }

  /// Brings all of the file into the file itself.
  /// - Returns: the version of its tables; nil for anything else than a ledger.
  private static func fold(_ path: String) throws -> Int? {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let version = try queue.writeWithoutTransaction { db -> Int? in
        guard try db.tableExists("progress") else { return nil }
        _ = try db.checkpoint(.truncate)
        return try Int.fetchOne(db, sql: "SELECT projection FROM progress")
      }
      try queue.close()
      return version
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      return nil
    }
  }

  private static func copy(
    _ archive: LedgerArchive, _ path: String, to store: LedgerStore,
    _ progress: (Int64, Int64) -> Void
  ) throws {
    var (state, tree) = (LedgerState(), MerkleTree())
    let kept = Set(archive.snapshots)
    while state.position < archive.entries {
      let range = state.position..<min(archive.entries, state.position + batch)
      var stored = try archive.events(in: range)[...]
      var applied: [AppliedEntry] = []
      try archive.entries(in: range) { archived in
        guard let entry = try? Entry.decode(archived.bytes), entry.position == state.position,
          let events = try? state.apply(entry)
        else { throw Fault.cannotFollow(path: path, position: archived.position) }
        let one = AppliedEntry(entry: entry, bytes: archived.bytes, events: events)
        // Some entries cause nothing.
        let known = stored.first?.position == entry.position ? stored.removeFirst().events : []
        guard known == one.eventBytes else {
          throw Fault.otherResult(path: path, position: entry.position)
        }
        applied.append(one)
        guard kept.contains(state.position) else { return }
        try store.append(applied, tree: &tree, snapshot: snapshot(state))
        applied = []
      }
      guard state.position == range.upperBound else {
        throw Fault.cannotFollow(path: path, position: state.position)
      }
      try store.append(applied, tree: &tree)
      progress(state.position, archive.entries)
    }
    guard tree.root(hasher: SHA256Hasher()).hex == archive.root else {
      throw Fault.otherTree(path: path)
    }
  }

  private static func snapshot(_ state: LedgerState) -> Snapshot {
    let encoded = FieldCodec.encode(state)
    return Snapshot(
      position: state.position, round: state.round.number, digest: SHA256Hasher.hex(encoded),
      state: encoded)
  }
}
