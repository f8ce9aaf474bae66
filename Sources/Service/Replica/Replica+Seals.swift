import Ledger
import LedgerStore
import Transparency

extension Replica {
  /// What this replica has for the seal at a position, however long ago; nil when it has not come so
  /// far, or is not sure of itself. Of the last seals that is what it computed; of older ones the root is
  /// made again over the events in its file. A state whose snapshot is gone was compared when the seal
  /// came, and was the log's.
  package func seal(at position: Int64) async throws -> SealView? {
    let status = status
    if let known = status.seals.first(where: { $0.position == position }) { return known }
    guard status.serving, position < status.written else { return nil }
    let store = store
    return try await store.aside {
      guard let (seal, state) = try store.seal(at: position) else { return nil }
      let hasher = SHA256Hasher()
      let leaves = try store.events(from: seal.from, to: seal.to).flatMap { _, events in
        events.map { hasher.leaf($0) }
      }
      return SealView(
        position: position, events: MerkleTree.root(of: leaves, hasher: hasher).hex,
        state: seal.state == nil ? nil : state ?? seal.state)
    }
  }
}
