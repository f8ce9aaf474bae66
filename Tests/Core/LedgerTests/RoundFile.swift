import Foundation
import Ledger
import LedgerFixture
import Units

/// The files of rounds that ended with an outcome, and the independent checker beside them.
struct RoundFile {
  let round: Int64
  let bytes: [UInt8]

  /// All that a log holds, ascending.
  static func all(of log: [Entry]) throws -> [RoundFile] {
    var state = LedgerState()
    var export = RoundExport(round: state.round.number)
    var files: [RoundFile] = []
    for entry in log {
      let events = try state.apply(entry)
      export.take(entry, events, state)
      if export.progress == .ended {
        files.append(RoundFile(round: export.round, bytes: export.bytes))
      }
      if export.progress != .open, export.progress != .closed {
        export = RoundExport(round: state.round.number)
      }
    }
    return files
  }
}
