import Foundation
package import Ledger
import LedgerStore
import Market
import Replica
import Replication
import Transparency
import Units

/// Solves rounds again from what the log had when they closed, with the seeds and the effort of the rules, and
/// compares the outcome with the recorded one byte for byte (decisions.md, 18).
package struct RoundReplay {
  /// What came of one round.
  package struct Verdict: Sendable, Equatable {
    package let round: Int64
    /// Of the entry that committed the outcome.
    package let position: Int64
    package let bids: Int
    /// In a quarter of a mHKD.
    package let welfare: Int64
    package let iterations: Int64
    /// Of the recorded outcome: its parts and its commit.
    package let bytes: Int
    /// SHA-256 over the recorded outcome, and over the one that was found again.
    package let recorded: String
    package let found: String

    package var isEqual: Bool { recorded == found }
  }

  /// The rounds that are asked for; nil: all.
  private let rounds: Set<Int64>?
  private var frozen: FrozenRound?
  private var parts: [Command] = []

  package init(rounds: Set<Int64>?) { self.rounds = rounds }

  /// Takes in the next entry; gives the verdict when it ended a round that is asked for.
  /// - Parameter state: the state after it.
  package mutating func take(
    _ entry: Entry, _ events: [Event], _ state: borrowing LedgerState
  ) -> Verdict? {
    if case .refused? = events.first { return nil }
    switch entry.command {
    case .closeRound(let number):
      let isAsked = rounds?.contains(number.number) ?? true
      frozen = isAsked ? state.frozen : nil
      parts = []
    case .outcomePart(let terms):
      if terms.index == 0 { parts = [] }
      if frozen != nil { parts.append(entry.command) }
    case .commitOutcome(let commit):
      guard let round = frozen else { return nil }
      frozen = nil
      let again = Leader.outcome(of: round, Solver.clear(round))
      let (old, new) = (Self.bytes(parts + [entry.command]), Self.bytes(again))
      return Verdict(
        round: commit.round, position: entry.position, bids: round.bids.count,
        welfare: commit.welfare, iterations: commit.iterations, bytes: old.count,
        recorded: SHA256Hasher.hex(old), found: SHA256Hasher.hex(new))
    case .voidRound, .freezeMarket: frozen = nil
    default: break
    }
    return nil
  }

  private static func bytes(_ commands: [Command]) -> [UInt8] {
    Array(commands.map { FieldCodec.encode($0) }.joined(separator: [0x0A]))
  }

  /// Reads a ledger file or a bundle, and solves its rounds again.
  /// - Parameters:
  ///   - path: a ledger file, a published copy, or the folder of a bundle; it is not changed.
  ///   - rounds: nil for all.
  ///   - progress: told how many entries were applied.
  /// - Throws: `RoundReaderError` when a round that is asked for is not there.
  package static func run(
    path: String, rounds: Set<Int64>?, progress: (Int64) -> Void = { _ in }
  ) throws -> [Verdict] {
    var replay = RoundReplay(rounds: rounds)
    var state = LedgerState()
    var verdicts: [Verdict] = []
    var isVoid: Set<Int64> = []
    try LogSource.read(path) { bytes in
      guard let entry = try? Entry.decode(bytes), let events = try? state.apply(entry) else {
        throw RoundReaderError.notFollowed(position: state.position)
      }
      if let verdict = replay.take(entry, events, state) { verdicts.append(verdict) }
      for case .roundEnded(let ended) in events where ended.void { isVoid.insert(ended.round) }
      progress(state.position)
      return rounds.map { verdicts.count < $0.count } ?? true
    }
    let last = state.round.isClosed ? state.round.number : state.round.number - 1
    for round in (rounds ?? []).sorted() where !verdicts.contains(where: { $0.round == round }) {
      if isVoid.contains(round) { throw RoundReaderError.void(round: round) }
      guard round <= last, round > 0 else {
        throw RoundReaderError.notThere(round: round, last: last)
      }
      throw RoundReaderError.notEnded(round: round)
    }
    return verdicts
  }
}

/// The entries of a log from the first, wherever it lies.
enum LogSource {
  /// - Parameter body: false ends it.
  static func read(_ path: String, _ body: ([UInt8]) throws -> Bool) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw AuditFault.notALog(path)
    }
    guard isFolder.boolValue else {
      struct Enough: Error {}
      do {
        try LedgerArchive.read(path: path) { archive in
          try archive.entries(in: 0..<archive.entries) { entry in
            if try !body(entry.bytes) { throw Enough() }
          }
        }
      } catch is Enough {}
      return
    }
    let bundle = BundleFolder(path: path)
    let count = try bundle.manifest().entries
    let capacity = Int64(Tile.capacity)
    for start in stride(from: 0, to: count, by: Tile.capacity) {
      let width = Int(min(capacity, count - start))
      guard let tile = Tile(.entries, index: UInt64(start / capacity), width: width),
        let entries = Tile.entries(in: try bundle.bytes(of: tile), count: width)
      else {
        throw AuditFault.malformed(
          path: "\(path): the entries from \(start) on",
          why: "are no tile; see: sampan audit verify")
      }
      guard try entries.allSatisfy(body) else { return }
    }
  }
}
