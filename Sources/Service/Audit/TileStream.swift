import Transparency

/// The hash tiles of a tree that grows leaf by leaf: each is given out once it is full, those at the right
/// edge at the end.
struct TileStream<Hasher: TreeHasher> {
  private(set) var tree = MerkleTree()
  private let hasher: Hasher
  /// Hashes of the tile that is being filled, by level.
  private var open: [[Digest]] = [[]]

  init(hasher: Hasher) { self.hasher = hasher }

  /// Adds a leaf; `full` gets each tile that it completes, the lowest first.
  mutating func append(
    _ leaf: Digest, full: (Tile, [Digest]) throws(AuditFault) -> Void
  ) throws(AuditFault) {
    var completed: [(level: Int, hash: Digest)] = []
    tree.append(leaf, hasher: hasher) { level, _, hash in
      if level.isMultiple(of: 8) { completed.append((level / 8, hash)) }
    }
    for (level, hash) in completed {
      if level == open.count { open.append([]) }
      open[level].append(hash)
      guard open[level].count == Tile.capacity else { continue }
      let index = (tree.size >> UInt64(8 * level)) / UInt64(Tile.capacity) - 1
      if let tile = Tile(.hashes(level: level), index: index) { try full(tile, open[level]) }
      open[level] = []
    }
  }

  /// The tiles at the right edge.
  var edge: [(tile: Tile, hashes: [Digest])] {
    open.indices.compactMap { level in
      let index = (tree.size >> UInt64(8 * level)) / UInt64(Tile.capacity)
      return Tile(.hashes(level: level), index: index, width: open[level].count)
        .map { ($0, open[level]) }
    }
  }

  var root: Digest { tree.root(hasher: hasher) }
}
