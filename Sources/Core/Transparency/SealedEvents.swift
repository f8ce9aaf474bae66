/// The events between two seals, as the leaves of a tree of their own. The seal carries its root, so
/// that replicas compare one value and a receipt proves one event without showing the others.
package struct SealedEvents: Hashable, Sendable {
  /// Hashes of the canonical events, in the order of the log.
  package private(set) var leaves: [Digest] = []

  package init() {}

  /// Adds the canonical form of the next event.
  package mutating func append(_ event: [UInt8], hasher: some TreeHasher) {
    leaves.append(hasher.leaf(event))
  }

  /// What the seal carries; the root of the empty tree when nothing happened.
  package func root(hasher: some TreeHasher) -> Digest {
    MerkleTree.root(of: leaves, hasher: hasher)
  }

  /// The receipt of one event; nil when there is no such event.
  package func proof(ofEventAt index: Int, hasher: some TreeHasher) -> InclusionProof? {
    guard leaves.indices.contains(index) else { return nil }
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    return try? InclusionProof(
      index: UInt64(index), size: levels.size, hasher: hasher, stored: levels.hash)
  }
}
