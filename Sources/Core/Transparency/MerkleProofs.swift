/// Looks up a final hash: the root of the 2^level leaves that begin at index * 2^level.
package typealias StoredHash = (_ level: Int, _ index: UInt64) -> Digest?

/// Why a proof could not be made.
package enum MerkleProofError: Error, Equatable, CustomStringConvertible {
  /// There is no such leaf or older tree in a tree of that size.
  case beyond(UInt64, size: UInt64)
  /// The store does not have a hash that a tree of this size must have.
  case missing(level: Int, index: UInt64)

  package var description: String {
    switch self {
    case .beyond(let asked, let size):
      "\(asked) is beyond the tree of \(size) leaves; ask for less or wait for a larger checkpoint"
    case .missing(let level, let index):
      "the hash at level \(level), index \(index) is not stored; rebuild the tree from the entries"
    }
  }
}

/// The proof that a leaf stands at `index` of the tree of `size` leaves (RFC 9162, 2.1.3).
package struct InclusionProof: Hashable, Sendable {
  package var index: UInt64
  package var size: UInt64
  /// The siblings on the way to the root, the lowest first; at most 64.
  package var path: [Digest]

  /// A proof as it was received; nothing is known about it before `proves`.
  package init(index: UInt64, size: UInt64, path: [Digest]) {
    self.index = index
    self.size = size
    self.path = path
  }

  /// Makes the proof from stored hashes.
  package init(
    index: UInt64, size: UInt64, hasher: some TreeHasher, stored: StoredHash
  ) throws(MerkleProofError) {
    guard index < size else { throw .beyond(index, size: size) }
    var range = LeafRange(start: 0, count: size)
    var downwards: [Digest] = []
    while range.count > 1 {
      let (left, right) = range.halves
      let goesLeft = index < right.start
      downwards.append(try (goesLeft ? right : left).hash(hasher: hasher, stored: stored))
      range = goesLeft ? left : right
    }
    self.init(index: index, size: size, path: downwards.reversed())
  }

  /// Whether the leaf with this hash is in the tree with this root (RFC 9162, 2.1.3.2).
  package func proves(leaf: Digest, root: Digest, hasher: some TreeHasher) -> Bool {
    guard index < size else { return false }
    var climb = Climb(node: index, last: size - 1)
    var hash = leaf
    for sibling in path {
      guard let side = climb.next() else { return false }
      switch side {
      case .left: hash = hasher.node(sibling, hash)
      case .right: hash = hasher.node(hash, sibling)
      }
    }
    return climb.isDone && hash == root
  }
}

/// The proof that the tree of `size` leaves begins with the tree of `oldSize` (RFC 9162, 2.1.4).
/// It is empty when the sizes are equal, and when the old tree has no leaves.
package struct ConsistencyProof: Hashable, Sendable {
  package var oldSize: UInt64
  package var size: UInt64
  /// Hashes from the lowest to the highest; at most 64.
  package var path: [Digest]

  /// A proof as it was received; nothing is known about it before `proves`.
  package init(oldSize: UInt64, size: UInt64, path: [Digest]) {
    self.oldSize = oldSize
    self.size = size
    self.path = path
  }

  /// Makes the proof from stored hashes.
  package init(
    oldSize: UInt64, size: UInt64, hasher: some TreeHasher, stored: StoredHash
  ) throws(MerkleProofError) {
    guard oldSize <= size else { throw .beyond(oldSize, size: size) }
    self.init(oldSize: oldSize, size: size, path: [])
    guard oldSize > 0 else { return }
    var range = LeafRange(start: 0, count: size)
    var downwards: [Digest] = []
    while range.end != oldSize {
      let (left, right) = range.halves
      let goesLeft = oldSize <= right.start
      downwards.append(try (goesLeft ? right : left).hash(hasher: hasher, stored: stored))
      range = goesLeft ? left : right
    }
    // A range from leaf 0 is the old tree itself, whose root the verifier has.
    if range.start > 0 { downwards.append(try range.hash(hasher: hasher, stored: stored)) }
    path = downwards.reversed()
  }

  /// Whether the tree with `root` begins with the tree with `oldRoot` (RFC 9162, 2.1.4.2).
  package func proves(oldRoot: Digest, root: Digest, hasher: some TreeHasher) -> Bool {
    if oldSize == size { return path.isEmpty && oldRoot == root }
    if oldSize == 0 { return path.isEmpty && oldRoot == hasher.empty }
    guard oldSize < size, let first = path.first else { return false }
    guard let climbed = roots(from: oldRoot, first: first, hasher: hasher) else { return false }
    return climbed.old == oldRoot && climbed.new == root
  }

  /// The root of the first `oldSize` leaves of the tree with `root`, when the path itself shows it:
  /// against a log that signed another root of that size it is proof. A path from a complete old tree
  /// leaves that tree's root out, and shows nothing.
  package func shownOldRoot(root: Digest, hasher: some TreeHasher) -> Digest? {
    guard oldSize > 0, oldSize < size, oldSize.nonzeroBitCount > 1, let first = path.first,
      let climbed = roots(from: first, first: first, hasher: hasher), climbed.new == root
    else { return nil }
    return climbed.old
  }

  /// The roots of both trees that the path leads to; nil when it has not the length that it must have.
  private func roots(
    from oldRoot: Digest, first: Digest, hasher: some TreeHasher
  ) -> (old: Digest, new: Digest)? {
    // The root of an old tree that is complete is no news and is left out of the path.
    let isComplete = oldSize.nonzeroBitCount == 1
    let start = isComplete ? oldRoot : first
    var climb = Climb(node: oldSize - 1, last: size - 1)
    climb.skipRightEdge()
    var old = start
    var new = start
    for hash in path.dropFirst(isComplete ? 0 : 1) {
      guard let side = climb.next() else { return nil }
      switch side {
      case .left:
        old = hasher.node(hash, old)
        new = hasher.node(hash, new)
      case .right: new = hasher.node(new, hash)
      }
    }
    return climb.isDone ? (old, new) : nil
  }
}

/// The walk from a node to the root: RFC 9162 calls the two numbers fn and sn.
private struct Climb {
  enum Side { case left, right }

  var node: UInt64
  var last: UInt64

  var isDone: Bool { last == 0 }

  /// The side of the next sibling, and one step up; nil at the root.
  mutating func next() -> Side? {
    guard last != 0 else { return nil }
    defer { rise() }
    guard node & 1 == 1 || node == last else { return .right }
    // On the right edge, levels without a sibling are passed over.
    while node & 1 == 0, node != 0 { rise() }
    return .left
  }

  /// To the root of the largest complete subtree that ends with the node.
  mutating func skipRightEdge() {
    while node & 1 == 1 { rise() }
  }

  private mutating func rise() {
    node >>= 1
    last >>= 1
  }
}

/// Leaves start ..< start + count, of which start is a multiple of the largest power of two that is
/// at most count: a subtree of RFC 9162's definition.
private struct LeafRange {
  var start: UInt64
  var count: UInt64

  var end: UInt64 { start + count }

  /// Split at the largest power of two below count, which must be 2 or more.
  var halves: (LeafRange, LeafRange) {
    let half = UInt64(1) << UInt64(63 - (count - 1).leadingZeroBitCount)
    return (
      LeafRange(start: start, count: half), LeafRange(start: start + half, count: count - half)
    )
  }

  func hash(hasher: some TreeHasher, stored: StoredHash) throws(MerkleProofError) -> Digest {
    var peaks: [Digest] = []
    var (start, rest) = (start, count)
    while rest > 0 {
      let level = 63 - rest.leadingZeroBitCount
      let index = start >> UInt64(level)
      guard let peak = stored(level, index) else { throw .missing(level: level, index: index) }
      peaks.append(peak)
      start += 1 << UInt64(level)
      rest -= 1 << UInt64(level)
    }
    guard var hash = peaks.popLast() else { return hasher.empty }
    while let peak = peaks.popLast() { hash = hasher.node(peak, hash) }
    return hash
  }
}
