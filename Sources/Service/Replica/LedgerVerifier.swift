import Ledger
package import LedgerStore
import Transparency

/// What a verification found.
package struct VerifyReport: Sendable {
  package struct Check: Sendable {
    package var name: String
    package var ok: Bool
    package var detail: String
  }

  package var entries: Int64
  /// Root over all entries, lower-case hexadecimal.
  package var root: String
  /// SHA-256 of the live state after the last entry; the same wherever the log was applied.
  package var state = ""
  /// A chain of SHA-256 over entries and what each caused: `hash(before, entry, events)`.
  package var results = ""
  package var checks: [Check]
  package var ok: Bool { checks.allSatisfy(\.ok) }
}

/// Checks a whole ledger file without trusting any of its rows: every entry is applied again from the
/// genesis, its events are compared, every seal is recomputed, books are balanced after every entry,
/// and all tables are projected again and compared.
package enum LedgerVerifier {
  /// Verifies a file that may be in use: what it held at one moment, on a copy.
  /// - Parameter progress: told the position now and then.
  package static func verify(
    path: String, progress: (Int64) -> Void = { _ in }
  ) throws -> VerifyReport {
    let folder = try WorkFolder("verify")
    defer { folder.remove() }
    let damage = try LedgerStore.damage(path: path)
    guard damage.isEmpty else { return damaged(damage) }
    let store = try LedgerStore(path: folder.copy(of: path))
    let report = try compare(store, folder, progress)
    try store.close()
    return report
  }

  /// Verifies a file that nobody writes to meanwhile.
  /// - Parameter progress: told the position now and then.
  package static func verify(
    store: LedgerStore, progress: (Int64) -> Void = { _ in }
  ) throws -> VerifyReport {
    let damage = try LedgerStore.damage(path: store.path)
    guard damage.isEmpty else { return damaged(damage) }
    let folder = try WorkFolder("verify")
    defer { folder.remove() }
    return try compare(store, folder, progress)
  }

  /// Nothing can be said of a file that SQLite cannot read.
  private static func damaged(_ damage: [String]) -> VerifyReport {
    VerifyReport(
      entries: 0, root: "",
      checks: [
        VerifyReport.Check(
          name: Aspect.file.rawValue, ok: false, detail: damage.joined(separator: "; "))
      ])
  }

  private static func compare(
    _ store: LedgerStore, _ folder: WorkFolder, _ progress: (Int64) -> Void
  ) throws -> VerifyReport {
    var pass = Pass(store: store, kept: try store.snapshotPositions())
    let again = try LedgerStore(path: folder.file("again.sqlite"))
    let (end, claimed) = try store.progress()
    while pass.replay.state.position < end {
      let first = pass.replay.state.position
      let last = min(end, first + 2_048)
      let stored = try store.events(from: first, to: last - 1)
      let entries = try store.entries(from: first, limit: Int(last - first))
      guard entries.count == Int(last - first), stored.count == entries.count else {
        pass.fail(.entries, "positions \(first) to \(last - 1) are not all there")
        break
      }
      guard try pass.take(entries, stored) else { break }
      try again.append(pass.batch, tree: &pass.tree)
      progress(pass.replay.state.position)
    }
    if pass.replay.state.position == end, pass.tree != claimed {
      pass.fail(.tree, "the tree over the entries is another one than the file says")
    }
    pass.conclude()
    if pass.faults[.entries] == nil {
      for position in pass.kept {
        pass.fail(.snapshots, "the snapshot at \(position) is of no close of a round")
      }
      for difference in try store.differences(from: again) { pass.fail(.rows, difference) }
    }
    try again.close()
    return pass.report(end)
  }

  private enum Aspect: String, CaseIterable {
    case file = "File"
    case entries = "Entries"
    case tree = "Tree"
    case events = "Events"
    case seals = "Seals"
    case books = "Books"
    case rows = "Rows"
    case snapshots = "Snapshots"

    func good(_ pass: Pass, _ end: Int64) -> String {
      switch self {
      case .file: "pages, indexes, types and references are sound"
      case .entries: "\(end) entries, canonical, contiguous"
      case .tree: "root \(pass.tree.root(hasher: pass.hasher).hex)"
      case .events:
        "applied again: \(pass.replay.events) events equal, \(pass.replay.refusals) refusals among them"
      case .seals:
        "\(pass.replay.seals) seals hold, \(pass.replay.stateDigests) state digests among them"
      case .books: "every currency sums to zero after every entry"
      case .rows: "all tables projected again are equal"
      case .snapshots: "\(pass.snapshots) snapshots are the state at their close of a round"
      }
    }
  }

  private struct Pass {
    let store: LedgerStore
    /// Positions of snapshots that were not met yet.
    var kept: Set<Int64>
    let hasher = SHA256Hasher()
    var replay = LogReplay()
    var tree = MerkleTree()
    var batch: [AppliedEntry] = []
    var faults: [Aspect: String] = [:]
    var snapshots = 0

    init(store: LedgerStore, kept: [Int64]) {
      self.store = store
      self.kept = Set(kept)
    }

    mutating func fail(_ aspect: Aspect, _ what: String) {
      if faults[aspect] == nil { faults[aspect] = what }
    }

    /// False when the log cannot be followed any further.
    mutating func take(
      _ entries: [(Int64, [UInt8])], _ stored: [(Int64, [[UInt8]])]
    ) throws -> Bool {
      batch = []
      for (index, (position, bytes)) in entries.enumerated() {
        guard let applied = replay.take(bytes, at: position) else { return false }
        batch.append(applied)
        if applied.eventBytes != stored[index].1 {
          fail(.events, "entry \(position) causes other events than the file says")
        }
        if let close = replay.close { try compareSnapshot(close) }
      }
      return true
    }

    private mutating func compareSnapshot(_ close: LogReplay.Close) throws {
      let position = replay.state.position
      guard kept.remove(position) != nil else { return }
      snapshots += 1
      let snapshot = try store.snapshot(position: position)
      if snapshot?.state != close.encoded || snapshot?.digest != close.digest
        || snapshot?.round != replay.state.round.number
      {
        fail(.snapshots, "the snapshot at \(position) is not the state there")
      }
    }

    /// What the log itself is wrong in.
    mutating func conclude() {
      for (aspect, own) in [
        (LogReplay.Aspect.entries, Aspect.entries), (.results, .seals), (.states, .seals),
        (.books, .books),
      ] {
        if let fault = replay.fault(aspect) { fail(own, fault.words) }
      }
    }

    func report(_ end: Int64) -> VerifyReport {
      VerifyReport(
        entries: replay.state.position, root: tree.root(hasher: hasher).hex,
        state: replay.stateDigest, results: replay.results,
        checks: Aspect.allCases.map { aspect in
          VerifyReport.Check(
            name: aspect.rawValue, ok: faults[aspect] == nil,
            detail: faults[aspect] ?? aspect.good(self, end))
        })
    }
  }
}
