import Foundation
package import LedgerStore
import Synchronization
package import Transparency

/// The hashes of a log's tree on the disk: `hashes-L` has those of tile level L one after the other, 32
/// bytes each. So a tile is a piece of a file, a start looks at lengths alone, and a proof reads some tiles.
/// All of it follows from the entries: it may be thrown away at any time.
package final class TreeFiles: Sendable {
  private struct Level {
    var file: Int32
    var count: UInt64
  }

  private let folder: String
  private let levels: Mutex<[Level]>
  private let hasher = SHA256Hasher()

  /// Opens the files, or makes them. What a fault left half is cut off or made again.
  package init(folder: String) throws(WitnessingError) {
    try DurableFile.makeFolder(folder)
    self.folder = folder
    levels = Mutex([])
    try levels.withLock { levels throws(WitnessingError) in
      repeat {
        var level = try open(levels.count)
        if let below = levels.last {
          level.count = min(level.count, below.count / UInt64(Tile.capacity))
        }
        levels.append(level)
        try cut(levels.count - 1, levels)
      } while levels[levels.count - 1].count >= UInt64(Tile.capacity)
      for level in levels.indices { try complete(&levels, above: level) }
    }
  }

  deinit {
    levels.withLock { for level in $0 { close(level.file) } }
  }

  /// The number of leaves.
  package var size: UInt64 { levels.withLock { $0[0].count } }

  /// Adds leaves; they are on the disk when it returns.
  package func append(_ leaves: [Digest]) throws(WitnessingError) {
    guard !leaves.isEmpty else { return }
    try levels.withLock { levels throws(WitnessingError) in
      try write(leaves.flatMap(\.bytes), &levels, 0)
    }
  }

  /// Forgets everything.
  package func clear() throws(WitnessingError) {
    try levels.withLock { levels throws(WitnessingError) in
      for level in levels.indices.reversed() {
        levels[level].count = 0
        try cut(level, levels)
      }
    }
  }

  /// The root of the 2^level leaves that begin at index * 2^level; nil when they are not all there, or
  /// cannot be read.
  package func hash(level: Int, index: UInt64) -> Digest? {
    levels.withLock { levels in
      guard let found = Tile.holding(level: level, index: index, size: levels[0].count),
        case .hashes(let tileLevel) = found.tile.content,
        let bytes = try? read(
          levels, tileLevel,
          from: found.tile.index * UInt64(Tile.capacity) + UInt64(found.range.lowerBound),
          count: found.range.count)
      else { return nil }
      return root(bytes)
    }
  }

  /// The bytes of a tile of hashes; nil when a tree of this size does not have it.
  package func bytes(of tile: Tile, size: UInt64) throws(WitnessingError) -> [UInt8]? {
    try levels.withLock { levels throws(WitnessingError) in
      guard case .hashes(let level) = tile.content, levels.indices.contains(level),
        size <= levels[0].count, tile.index <= UInt64.max / UInt64(2 * Tile.capacity)
      else { return nil }
      let start = tile.index * UInt64(Tile.capacity)
      guard start + UInt64(tile.width) <= size >> UInt64(8 * level) else { return nil }
      return try read(levels, level, from: start, count: tile.width)
    }
  }

  /// The root over the first `size` leaves.
  package func root(size: UInt64) throws(MerkleProofError) -> Digest {
    var peaks: [Digest] = []
    var start: UInt64 = 0
    for level in (0..<63).reversed() where size >> UInt64(level) & 1 == 1 {
      let index = start >> UInt64(level)
      guard let peak = hash(level: level, index: index) else {
        throw .missing(level: level, index: index)
      }
      peaks.append(peak)
      start += 1 << UInt64(level)
    }
    guard let tree = MerkleTree(size: size, peaks: peaks) else {
      throw .beyond(size, size: self.size)
    }
    return tree.root(hasher: hasher)
  }

  /// The path that proves a tree of `size` leaves to continue one of `old`.
  package func path(from old: UInt64, to size: UInt64) throws(MerkleProofError) -> [Digest] {
    try ConsistencyProof(oldSize: old, size: size, hasher: hasher, stored: hash).path
  }

  // MARK: Files

  private func open(_ level: Int) throws(WitnessingError) -> Level {
    let path = "\(folder)/hashes-\(level)"
    let file = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0 else {
      throw .file(path: path, what: "cannot be opened", code: errno)
    }
    return Level(file: file, count: UInt64(status.st_size) / 32)
  }

  private func cut(_ level: Int, _ levels: [Level]) throws(WitnessingError) {
    guard ftruncate(levels[level].file, off_t(levels[level].count * 32)) == 0 else {
      throw .file(path: "\(folder)/hashes-\(level)", what: "cannot be cut", code: errno)
    }
  }

  private func write(
    _ bytes: [UInt8], _ levels: inout [Level], _ level: Int
  ) throws(WitnessingError) {
    if level == levels.count { levels.append(try open(level)) }
    let (file, path) = (levels[level].file, "\(folder)/hashes-\(level)")
    guard lseek(file, off_t(levels[level].count * 32), SEEK_SET) >= 0 else {
      throw .file(path: path, what: "cannot be written", code: errno)
    }
    try DurableFile.fill(file, with: bytes, path: path)
    levels[level].count += UInt64(bytes.count / 32)
    try complete(&levels, above: level)
  }

  /// Hashes of the next level for all tiles that are full.
  private func complete(_ levels: inout [Level], above level: Int) throws(WitnessingError) {
    let full = levels[level].count / UInt64(Tile.capacity)
    let done = level + 1 < levels.count ? levels[level + 1].count : 0
    guard done < full else { return }
    var bytes: [UInt8] = []
    for tile in done..<full {
      bytes +=
        root(
          try read(levels, level, from: tile * UInt64(Tile.capacity), count: Tile.capacity)
        ).bytes
    }
    try write(bytes, &levels, level + 1)
  }

  private func read(
    _ levels: [Level], _ level: Int, from start: UInt64, count: Int
  ) throws(WitnessingError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count * 32)
    let got = bytes.withUnsafeMutableBytes {
      pread(levels[level].file, $0.baseAddress, $0.count, off_t(start * 32))
    }
    guard got == bytes.count else {
      throw .file(path: "\(folder)/hashes-\(level)", what: "cannot be read", code: errno)
    }
    return bytes
  }

  private func root(_ bytes: [UInt8]) -> Digest {
    let hashes = stride(from: 0, to: bytes.count, by: 32).compactMap {
      Digest(bytes[$0..<$0 + 32])
    }
    return MerkleTree.root(of: hashes, hasher: hasher)
  }
}

/// The tree over the entries of a ledger file, beside it.
package struct LedgerTree: Sendable {
  package let store: LedgerStore
  package let files: TreeFiles
  /// One step after the other: two that caught up at once would write the same leaves.
  private let lane = DiskLane("sampan.tree")
  /// Leaves that are taken over at a time.
  private static let piece = 4_096

  package init(store: LedgerStore, folder: String) throws(WitnessingError) {
    self.store = store
    files = try TreeFiles(folder: folder)
  }

  /// The tree of the ledger file as it is now. What the file has more is taken over first and compared;
  /// hashes that do not fit it are made anew.
  package func current() async throws -> KnownTree {
    try await lane.run { try catchUp() }
  }

  /// The root at a size; nil while the ledger file has not so many entries.
  package func root(size: UInt64) async throws -> Digest? {
    let files = files
    if files.size < size { _ = try await current() }
    guard files.size >= size else { return nil }
    return try await lane.run { try files.root(size: size) }
  }

  /// The path that proves a tree of `size` leaves to continue one of `old`.
  package func path(from old: UInt64, to size: UInt64) async throws -> [Digest] {
    let files = files
    return try await lane.run { try files.path(from: old, to: size) }
  }

  private func catchUp() throws -> KnownTree {
    for isAgain in [false, true] {
      let (position, tree) = try store.progress()
      let size = UInt64(position)
      if files.size > size { try files.clear() }
      while files.size < size {
        let limit = min(Self.piece, Int(size - files.size))
        let leaves = try store.leaves(from: Int64(files.size), limit: limit)
        guard !leaves.isEmpty else { break }
        try files.append(leaves)
      }
      let root = tree.root(hasher: SHA256Hasher())
      if files.size == size, try files.root(size: size) == root {
        return KnownTree(size: size, root: root)
      }
      if !isAgain { try files.clear() }
    }
    throw WitnessingError.damaged(
      path: store.path, why: "the leaves of its entries do not make the tree that it has")
  }

  /// The bundle of entries that a tile names; nil when a tree of `size` does not have it.
  package func bundle(_ tile: Tile, size: UInt64) throws -> [UInt8]? {
    guard tile.content == .entries, tile.index <= UInt64(Int64.max) / UInt64(2 * Tile.capacity)
    else { return nil }
    let start = tile.index * UInt64(Tile.capacity)
    guard start + UInt64(tile.width) <= size else { return nil }
    let entries = try store.entries(from: Int64(start), limit: tile.width).map(\.1)
    guard entries.count == tile.width, let bytes = Tile.bundle(entries) else {
      throw WitnessingError.damaged(path: store.path, why: "entries are missing or too long")
    }
    return bytes
  }
}
