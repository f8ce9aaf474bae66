import Ledger
import LedgerStore
import Market
import Placement
import Units

/// The last rounds of a ledger file, as they were frozen and cleared: made by applying every entry
/// again, on a copy of the file.
struct LedgerRounds {
  /// A round that ended with an outcome.
  struct Round {
    var frozen: FrozenRound
    var clearing: Clearing
  }

  let path: String

  /// Calls for the last so many rounds, ascending.
  func each(last count: Int, _ body: (Round) -> Void) throws {
    let folder = try WorkFolder("calibrate")
    defer { folder.remove() }
    let copy: String
    do { copy = try folder.copy(of: path) } catch {
      throw Failure(
        description: "\(path) cannot be read as a ledger (\(error)); name a published copy, or the "
          + "broker's own file")
    }
    let store = try LedgerStore(path: copy)
    defer { try? store.close() }
    guard let first = try store.endedRounds(after: -1, limit: count).first else { return }
    let (end, _) = try store.progress()
    var state = LedgerState()
    while state.position < end {
      let entries = try store.entries(from: state.position, limit: 2_048)
      guard !entries.isEmpty else {
        throw Failure(
          description: "\(path): entries from \(state.position) on are missing; verify the file")
      }
      for (position, bytes) in entries where position < end {
        guard let entry = try? Entry.decode(bytes) else { throw broken(position) }
        let found = round(entry, state)
        guard let events = try? state.apply(entry) else { throw broken(position) }
        guard let found, found.frozen.round >= first else { continue }
        if case .refused? = events.first { continue }
        body(found)
      }
    }
  }

  /// What the entry ends, if it is the commit of an outcome.
  private func round(_ entry: Entry, _ state: LedgerState) -> Round? {
    guard case .commitOutcome(let commit) = entry.command, let frozen = state.frozen,
      let clearing = try? frozen.clearing(from: state.round.parts, commit)
    else { return nil }
    return Round(frozen: frozen, clearing: clearing)
  }

  private func broken(_ position: Int64) -> Failure {
    Failure(
      description: "\(path): entry \(position) cannot be applied again; verify the file, and use "
        + "the program that wrote it")
  }
}
