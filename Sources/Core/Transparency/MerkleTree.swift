/// A growing Merkle tree (RFC 9162, 2.1) known by its frontier alone: the roots of its complete
/// subtrees, the largest first, one for each set bit of `size`. Appending and the root cost O(log n).
///
/// To restart, keep `size` and `peaks`. To prove something later, keep what `append` completes.
package struct MerkleTree: Hashable, Sendable {
  /// The number of leaves.
  package private(set) var size: UInt64
  package private(set) var peaks: [Digest]

  /// The tree without leaves.
  package init() {
    size = 0
    peaks = []
  }

  /// A tree from stored state; nil when the two do not fit together or the size is above 2^63-1.
  package init?(size: UInt64, peaks: [Digest]) {
    guard size <= UInt64(Int64.max), peaks.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.peaks = peaks
  }

  /// Adds the hash of a leaf. `completed` receives each hash that is final from now on, the leaf
  /// first, as (level, index): the root of the 2^level leaves that begin at index * 2^level.
  package mutating func append(
    _ leaf: Digest, hasher: some TreeHasher,
    completed: (_ level: Int, _ index: UInt64, _ hash: Digest) -> Void = { _, _, _ in }
  ) {
    var hash = leaf
    var level = 0
    var index = size
    completed(level, index, hash)
    while index & 1 == 1, let left = peaks.popLast() {
      hash = hasher.node(left, hash)
      level += 1
      index >>= 1
      completed(level, index, hash)
    }
    peaks.append(hash)
    size += 1
  }

  /// The root over all leaves.
  package func root(hasher: some TreeHasher) -> Digest {
    guard var root = peaks.last else { return hasher.empty }
    for peak in peaks.dropLast().reversed() { root = hasher.node(peak, root) }
    return root
  }

  /// The root over these hashes of leaves.
  package static func root(of leaves: [Digest], hasher: some TreeHasher) -> Digest {
    var tree = MerkleTree()
    for leaf in leaves { tree.append(leaf, hasher: hasher) }
    return tree.root(hasher: hasher)
  }
}

/// The final hashes of a tree that fits into memory, by level: what proofs are made from.
package struct MerkleLevels: Sendable {
  private var levels: [[Digest]] = [[]]

  package init(leaves: [Digest], hasher: some TreeHasher) {
    var tree = MerkleTree()
    for leaf in leaves {
      tree.append(leaf, hasher: hasher) { level, _, hash in
        if level == levels.count { levels.append([]) }
        levels[level].append(hash)
      }
    }
  }

  package var size: UInt64 { UInt64(levels[0].count) }

  /// The root of the 2^level leaves that begin at index * 2^level; nil when they are not all there.
  package func hash(level: Int, index: UInt64) -> Digest? {
    guard levels.indices.contains(level), index < levels[level].count else { return nil }
    return levels[level][Int(index)]
  }
}
