import Foundation
import Ledger
import LedgerStore
import Synchronization
import Transparency

/// Writes what a replica has applied into its ledger file, on a thread of its own and in pieces as
/// large as have come together. What it is given is durable in the log already: when the process ends
/// before a piece is written, the next start applies it again.
final class Projector: Sendable {
  /// Entries of one transaction, and entries that may wait, at most.
  private static let piece = 4_096
  private static let most = 32_768
  /// How long entries wait for others: what changes a page of the file costs by the transaction.
  private static let gathering: DispatchTimeInterval = .milliseconds(500)

  private struct Batch {
    var entries: [AppliedEntry]
    var snapshot: Snapshot?
  }

  private struct State {
    var batches: [Batch] = []
    var waiting = 0
    /// Everything that is not in the file yet, also what is being written.
    var byID: [String: AppliedEntry] = [:]
    var written: Int64
    var failure: (any Error)?
    /// Somebody looks into the file, or it ends: nothing waits for company.
    var isUrgent = false
    var stopping = false
  }

  private let store: LedgerStore
  private let onRoom: @Sendable () -> Void
  private let state: Mutex<State>
  private let work = DispatchSemaphore(value: 0)
  private let room = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - position: of the first entry that will come.
  ///   - tree: over all entries before it.
  ///   - onRoom: called when there is room again.
  init(
    store: LedgerStore, position: Int64, tree: MerkleTree, onRoom: @escaping @Sendable () -> Void
  ) {
    self.store = store
    self.onRoom = onRoom
    state = Mutex(State(written: position))
    store.onWait { [weak self] in self?.hurry() }
    let thread = Thread { [self] in run(tree) }
    thread.name = "sampan.projector"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Positions before this one are in the file.
  var written: Int64 { state.withLock { $0.written } }

  /// `take` would not block.
  var hasRoom: Bool { state.withLock { $0.waiting < Self.most } }

  /// Those of these commands that are applied and not in the file yet.
  func waiting(_ ids: [String]) -> [String: AppliedEntry] {
    state.withLock { state in
      guard !state.byID.isEmpty else { return [:] }
      return ids.reduce(into: [:]) { found, id in found[id] = state.byID[id] }
    }
  }

  /// Takes a batch; blocks while too much waits. Whoever looks into the file from now on waits for it.
  /// - Throws: what ended the writing.
  func take(_ entries: [AppliedEntry], snapshot: Snapshot?) throws {
    guard let last = entries.last else { return }
    store.expect(last.entry.position + 1)
    while true {
      let (isTaken, failure) = state.withLock { state in
        if let failure = state.failure { return (false, failure as (any Error)?) }
        guard state.waiting < Self.most else { return (false, nil) }
        state.batches.append(Batch(entries: entries, snapshot: snapshot))
        state.waiting += entries.count
        for entry in entries { state.byID[entry.entry.id] = entry }
        return (true, nil)
      }
      if let failure { throw failure }
      if isTaken { break }
      room.wait()
    }
    work.signal()
  }

  /// Ends the thread once everything is in the file.
  func finish() throws {
    state.withLock { $0.stopping = true }
    work.signal()
    ended.wait()
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private func hurry() {
    state.withLock { $0.isUrgent = true }
    work.signal()
  }

  /// Returns once there is a piece worth writing, or no more time to wait for one.
  private func gather() {
    let end = DispatchTime.now() + Self.gathering
    while state.withLock({ !$0.isUrgent && !$0.stopping && $0.waiting < Self.piece }),
      work.wait(timeout: end) == .success
    {}
  }

  private func run(_ start: MerkleTree) {
    defer { ended.signal() }
    var tree = start
    while true {
      while state.withLock({ $0.batches.isEmpty && !$0.stopping }) { work.wait() }
      gather()
      let piece = next()
      if piece.entries.isEmpty { return }
      do {
        try store.append(piece.entries, tree: &tree, snapshot: piece.snapshot)
      } catch {
        state.withLock { $0.failure = error }
        store.fail(error)
        room.signal()
        return
      }
      let wasFull = state.withLock { state in
        defer { state.waiting -= piece.entries.count }
        for entry in piece.entries { state.byID[entry.entry.id] = nil }
        state.written = (piece.entries.last?.entry.position ?? -1) + 1
        return state.waiting >= Self.most
      }
      room.signal()
      if wasFull { onRoom() }
    }
  }

  /// As many batches as fit into a piece, the first whole in any case. A snapshot ends one: a
  /// transaction writes one at most.
  private func next() -> Batch {
    state.withLock { state in
      var piece = Batch(entries: [], snapshot: nil)
      var count = 0
      for batch in state.batches {
        guard count == 0 || piece.entries.count + batch.entries.count <= Self.piece else { break }
        piece.entries += batch.entries
        piece.snapshot = batch.snapshot
        count += 1
        if piece.snapshot != nil { break }
      }
      state.batches.removeFirst(count)
      if state.batches.isEmpty { state.isUrgent = false }
      return piece
    }
  }
}
