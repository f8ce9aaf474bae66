/// The largest tree of a log that somebody has vouched for: a signer, or a witness. It only grows,
/// and each step is proved.
package struct KnownTree: Hashable, Sendable {
  package let size: UInt64
  package let root: Digest

  package init(size: UInt64, root: Digest) {
    self.size = size
    self.root = root
  }

  /// Before anything was vouched for.
  package static func nothing(hasher: some TreeHasher) -> KnownTree {
    KnownTree(size: 0, root: hasher.empty)
  }

  /// Why a tree does not continue the known one.
  package enum Break: Error, Hashable, Sendable {
    /// It has fewer leaves than the known one.
    case smaller
    /// The proof begins at another size than the known one's.
    case elsewhere
    /// The same size with another root: a fork, whatever a proof says.
    case otherRoot
    /// The proof shows that the larger tree begins with another root at the known size: a fork.
    case otherPast(Digest)
    /// The proof does not prove it, and shows nothing else either.
    case unproved
  }

  /// The tree of the checkpoint as the known one from now on. The caller keeps it durably before it
  /// signs.
  package func continued(
    to checkpoint: Checkpoint, proof: ConsistencyProof, hasher: some TreeHasher
  ) throws(Break) -> KnownTree {
    guard checkpoint.size >= size else { throw .smaller }
    guard proof.oldSize == size, proof.size == checkpoint.size else { throw .elsewhere }
    if checkpoint.size == size, checkpoint.root != root { throw .otherRoot }
    // The specification has no proof from nothing: every tree continues it.
    let isProved =
      size == 0 && checkpoint.size > 0
      ? proof.path.isEmpty
      : proof.proves(oldRoot: root, root: checkpoint.root, hasher: hasher)
    if !isProved {
      if let shown = proof.shownOldRoot(root: checkpoint.root, hasher: hasher), shown != root {
        throw .otherPast(shown)
      }
      throw .unproved
    }
    return KnownTree(size: checkpoint.size, root: checkpoint.root)
  }
}
