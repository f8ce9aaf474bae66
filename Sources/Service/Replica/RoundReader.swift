import Ledger
package import LedgerStore
import Units

/// Why a round cannot be written out.
package enum RoundReaderError: Error, CustomStringConvertible {
  case notFollowed(position: Int64)
  case notThere(round: Int64, last: Int64)
  case notEnded(round: Int64)
  case void(round: Int64)

  package var description: String {
    switch self {
    case .notFollowed(let position):
      "entry \(position) of the ledger cannot be applied; run: sampand check --ledger FILE"
    case .notThere(let round, let last):
      last > 0
        ? "round \(round) is not in this ledger: the last one that was closed is \(last)"
        : "no round was closed in this ledger yet"
    case .notEnded(let round): "round \(round) is closed, but has no outcome yet; try again later"
    case .void(let round):
      "round \(round) was given up: nothing was sold, and there is nothing to check"
    }
  }
}

/// Reads one round out of a ledger file by applying its entries from the first: no row of the file
/// is believed but the entries themselves.
package enum RoundReader {
  /// The file of the round (`RoundExport`), from a live ledger or a published copy; neither is
  /// changed.
  package static func export(_ round: Int64, path: String) throws -> [UInt8] {
    let folder = try WorkFolder("round")
    defer { folder.remove() }
    let store = try LedgerStore(path: folder.copy(of: path))
    defer { try? store.close() }
    return try export(round, store)
  }

  package static func export(_ round: Int64, _ store: LedgerStore) throws -> [UInt8] {
    var state = LedgerState()
    var export = RoundExport(round: round)
    while true {
      let entries = try store.entries(from: state.position, limit: 2_048)
      for (position, bytes) in entries {
        guard let entry = try? Entry.decode(bytes), let events = try? state.apply(entry) else {
          throw RoundReaderError.notFollowed(position: position)
        }
        export.take(entry, events, state)
        if export.progress == .ended { return export.bytes }
        if export.progress == .void { throw RoundReaderError.void(round: round) }
      }
      if entries.isEmpty { break }
    }
    if export.progress == .closed { throw RoundReaderError.notEnded(round: round) }
    let last = state.round.isClosed ? state.round.number : state.round.number - 1
    throw RoundReaderError.notThere(round: round, last: last)
  }
}
