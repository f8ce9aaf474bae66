import Foundation
import Ledger
import LedgerStore

/// Surveillance that goes on: looks again and again at what a ledger file has that is new, and keeps every alert in
/// a chained file of its own. After a start the whole log is watched again, and must give what was kept.
package struct WatchKeeper {
  private var run: WatchRun
  private let path: String
  private let kept: ChainedFile
  private var found = 0

  /// - Parameters:
  ///   - path: a ledger file or a published copy, which may be replaced by a newer one.
  ///   - kept: where the alerts are kept.
  package init(path: String, kept: String, _ terms: WatchTerms) throws {
    run = WatchRun(terms)
    self.path = path
    self.kept = try ChainedFile(kept)
  }

  /// How many entries were watched.
  package var entries: Int64 { run.next }
  /// How many alerts are kept.
  package var alerts: Int { kept.lines.count }

  /// Watches what is new, and keeps what it shows.
  /// - Returns: the alerts that were not kept before.
  /// - Throws: `WatchFault` where the log gives other alerts than were kept, or cannot be watched.
  package mutating func look(
    progress: (Int64, Int64) throws -> Void = { _, _ in }
  ) throws -> [Alert] {
    var new: [Alert] = []
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let (kept, path) = (kept, path)
    var found = found
    do {
      try run.advance(path: path, progress: progress) { alert in
        let line = Array(try encoder.encode(alert))
        if found < kept.lines.count {
          guard kept.lines[found] == line else {
            throw WatchFault(
              description:
                "\(kept.path) has another alert \(found + 1) than the log gives: it is of another "
                + "log, other terms or another release; name another file for the alerts")
          }
        } else {
          try kept.append(line)
          new.append(alert)
        }
        found += 1
      }
    } catch let error as LedgerStoreError {
      throw WatchFault(description: error.description)
    }
    self.found = found
    return new
  }
}

/// A watch over a ledger file, entry by entry, which may go on later.
struct WatchRun {
  private(set) var state = LedgerState()
  private(set) var watch: Watch
  /// The next entry to be applied.
  private(set) var next: Int64 = 0
  /// Contracts so far.
  private(set) var leases: Int64 = 0

  init(_ terms: WatchTerms) { watch = Watch(terms) }

  /// Applies what is new, up to a position.
  mutating func advance(
    path: String, through: Int64? = nil, progress: (Int64, Int64) throws -> Void,
    _ found: (Alert) throws -> Void
  ) throws {
    try LedgerArchive.read(path: path) { archive in
      let end = min(archive.entries, (through ?? archive.entries - 1) + 1)
      guard next < end else { return }
      try archive.entries(in: next..<end) { row in
        let (entry, events) = try apply(row)
        for event in events {
          if case .leaseOrdered = event { leases += 1 }
        }
        for alert in watch.take(entry, events) { try found(alert) }
        next = row.position + 1
        if next % 1_000 == 0 { try progress(next, end) }
      }
    }
  }

  private mutating func apply(_ row: ArchivedEntry) throws -> (Entry, [Event]) {
    let entry: Entry
    do {
      entry = try Entry.decode(row.bytes)
    } catch {
      throw WatchFault(description: "entry \(row.position) cannot be read: \(error)")
    }
    do throws(LedgerFault) {
      return (entry, try state.apply(entry))
    } catch {
      throw WatchFault(description: "entry \(row.position) cannot be applied: \(error)")
    }
  }
}
