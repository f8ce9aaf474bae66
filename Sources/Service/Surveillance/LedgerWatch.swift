import Ledger
import LedgerStore

/// What came of watching a ledger file.
package struct WatchReport: Sendable, Equatable {
  package var alerts: [Alert] = []
  /// Entries that were applied.
  package var entries: Int64 = 0
  /// Contracts in them.
  package var leases: Int64 = 0
  /// Terms of the log that this release does not know, as of the last entry.
  package var strange: [StrangeTerm] = []
}

/// An entry that shows something.
package struct WatchEvidence: Sendable, Equatable {
  package var position: Int64
  /// Of its command.
  package var kind: String
  /// As it lies in the log.
  package var entry: String
}

/// Why a file cannot be watched.
package struct WatchFault: Error, CustomStringConvertible {
  package let description: String
}

/// Surveillance over a ledger file or a published copy of one. It applies every entry again and takes no
/// row's word for what an entry caused.
package enum LedgerWatch {
  /// Alerts that are kept at most.
  package static let mostAlerts = 100_000

  /// - Parameters:
  ///   - through: the last position that is applied; nil: all.
  ///   - progress: told how many entries of how many are done; what it throws ends the run.
  /// - Throws: `WatchFault` for a file that is none, or an entry that cannot be applied.
  package static func read(
    path: String, _ terms: WatchTerms, through: Int64? = nil,
    progress: (Int64, Int64) throws -> Void = { _, _ in }
  ) throws -> WatchReport {
    var (run, report) = (WatchRun(terms), WatchReport())
    do {
      try run.advance(path: path, through: through, progress: progress) { alert in
        report.alerts.append(alert)
        guard report.alerts.count <= mostAlerts else {
          throw WatchFault(
            description: "there are more than \(mostAlerts) alerts up to position "
              + "\(alert.position); use terms that say less")
        }
      }
    } catch let error as LedgerStoreError {
      throw WatchFault(description: error.description)
    }
    report.entries = run.next
    report.leases = run.leases
    report.strange = run.watch.strange
    return report
  }

  /// The entries that an alert names, as they lie in the log.
  package static func evidence(path: String, _ alert: Alert) throws -> [WatchEvidence] {
    do {
      return try LedgerArchive.read(path: path) { archive in
        var found: [WatchEvidence] = []
        for position in alert.evidence {
          try archive.entries(in: position..<position + 1) { entry in
            found.append(
              WatchEvidence(
                position: entry.position, kind: entry.kind,
                entry: String(decoding: entry.bytes, as: UTF8.self)))
          }
        }
        return found
      }
    } catch let error as LedgerStoreError {
      throw WatchFault(description: error.description)
    }
  }
}
