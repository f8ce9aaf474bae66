import Ledger
import LedgerStore
import Market
import Replica
import Synchronization
import Transparency

/// A ledger file as a value in memory: what was written is there after a crash, whole pieces at a time.
final class SimulatedDisk: ReplicaFile {
  private struct State {
    var applied: [AppliedEntry] = []
    /// Positions by id.
    var ids: [String: Int] = [:]
    var snapshots: [Snapshot] = []
    var tree = MerkleTree()
    var sealedThrough: Int64 = -1
  }

  private let state = Mutex(State())
  let path: String

  init(path: String) { self.path = path }

  /// An equal file of another name.
  func copy(path: String) -> SimulatedDisk {
    let copy = SimulatedDisk(path: path)
    let held = state.withLock { $0 }
    copy.state.withLock { $0 = held }
    return copy
  }

  var applied: [AppliedEntry] { state.withLock { $0.applied } }
  var next: Int64 { state.withLock { Int64($0.applied.count) } }

  func progress() throws -> (position: Int64, tree: MerkleTree) {
    state.withLock { (Int64($0.applied.count), $0.tree) }
  }

  func sealedThrough() throws -> Int64 { state.withLock { $0.sealedThrough } }

  func sealedSnapshots() throws -> [Int64] {
    state.withLock { state in
      state.snapshots.map(\.position).filter { $0 - 1 <= state.sealedThrough }.reversed()
    }
  }

  func snapshot(position: Int64) throws -> Snapshot? {
    state.withLock { $0.snapshots.last { $0.position == position } }
  }

  func entries(from position: Int64, limit: Int) throws -> [(Int64, [UInt8])] {
    state.withLock { state in
      state.applied.dropFirst(Int(position)).prefix(limit).map { ($0.entry.position, $0.bytes) }
    }
  }

  func entries(ids: [String]) throws -> [String: AppliedEntry] {
    state.withLock { state in
      ids.reduce(into: [:]) { found, id in
        if let at = state.ids[id] { found[id] = state.applied[at] }
      }
    }
  }

  func events(from: Int64, to: Int64) throws -> [(Int64, [[UInt8]])] {
    state.withLock { state in
      state.applied.filter { $0.entry.position >= from && $0.entry.position <= to }
        .map { ($0.entry.position, $0.eventBytes) }
    }
  }

  func append(_ batch: [AppliedEntry], tree: inout MerkleTree, snapshot: Snapshot?) throws {
    write(batch, snapshot: snapshot)
    tree = state.withLock { $0.tree }
  }

  func write(_ batch: [AppliedEntry], snapshot: Snapshot?) {
    state.withLock { state in
      for entry in batch {
        state.ids[entry.entry.id] = state.ids[entry.entry.id] ?? state.applied.count
        state.applied.append(entry)
        state.tree.append(SHA256Hasher().leaf(entry.bytes), hasher: SHA256Hasher())
        if case .sealed(let seal)? = entry.events.last { state.sealedThrough = seal.to }
      }
      if let snapshot { state.snapshots = state.snapshots.suffix(3) + [snapshot] }
    }
  }

  /// A bit of the newest snapshot flips, as after a write that was torn.
  func damageSnapshot() {
    state.withLock { state in
      guard let last = state.snapshots.indices.last, !state.snapshots[last].state.isEmpty else {
        return
      }
      state.snapshots[last].state[state.snapshots[last].state.count / 2] ^= 1
    }
  }
}
