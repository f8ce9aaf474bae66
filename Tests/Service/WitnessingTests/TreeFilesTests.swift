import Foundation
import LedgerStore
import Testing
import Transparency
import Witnessing

@Suite("The tree on the disk")
struct TreeFilesTests {
  private let hasher = SHA256Hasher()

  private func folder() -> String {
    NSTemporaryDirectory() + "sampan-tree-" + UUID().uuidString
  }

  private func leaves(_ range: Range<Int>) -> [Digest] {
    range.map { hasher.leaf(Array("\($0)".utf8)) }
  }

  @Test(
    "70,000 leaves, added in pieces, have the roots, tiles and proofs that the tree in memory has")
  func same() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let all = leaves(0..<70_000)
    let levels = MerkleLevels(leaves: all, hasher: hasher)
    var files: TreeFiles? = try TreeFiles(folder: folder)
    var done = 0
    for piece in [1, 254, 1, 1, 40_000, 25_023, 4_720] {
      try files?.append(Array(all[done..<done + piece]))
      done += piece
      // Each piece ends a life: what is on the disk is enough.
      files = nil
      files = try TreeFiles(folder: folder)
      #expect(files?.size == UInt64(done))
    }
    let tree = try #require(files)
    #expect(
      try tree.root(size: 70_000).hex
        == "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e")
    #expect(
      try tree.root(size: 257).hex
        == "1eda049a4351d86f76252bd7ec0b7746ad75b7fa0316ad5f541dbda458a312c4")
    for (old, size) in [(1, 2), (255, 70_000), (256, 257), (65_536, 65_537), (69_999, 70_000)] {
      let path = try tree.path(from: UInt64(old), to: UInt64(size))
      let expected = try ConsistencyProof(
        oldSize: UInt64(old), size: UInt64(size), hasher: hasher, stored: levels.hash)
      #expect(path == expected.path, "\(old) to \(size)")
    }
    let counts = Tile.changed(from: 0, to: 70_000).map { tile in
      (try? tree.bytes(of: tile, size: 70_000))?.count == tile.width * 32
    }
    #expect(counts.count == 277 && counts.allSatisfy(\.self))
    let level1 = try #require(Tile(.hashes(level: 1), index: 1, width: 17))
    let bytes = try #require(try tree.bytes(of: level1, size: 70_000))
    #expect(Array(bytes.suffix(32)) == levels.hash(level: 8, index: 272)?.bytes)
    let beyond = try #require(Tile(.hashes(level: 1), index: 1, width: 18))
    #expect(try tree.bytes(of: beyond, size: 70_000) == nil)
    let far = try #require(Tile(.hashes(level: 0), index: .max / 2, width: 1))
    #expect(try tree.bytes(of: far, size: 70_000) == nil)
  }

  @Test("What a fault left half is cut off or made again")
  func half() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let all = leaves(0..<1_000)
    try TreeFiles(folder: folder).append(all)
    let root = try TreeFiles(folder: folder).root(size: 1_000)
    // The next level was not written any more; then it has too much; then half a hash is at the end.
    truncate(folder + "/hashes-1", 32)
    #expect(try TreeFiles(folder: folder).root(size: 1_000) == root)
    truncate(folder + "/hashes-0", 600 * 32 + 7)
    let cut = try TreeFiles(folder: folder)
    #expect(cut.size == 600)
    #expect(try cut.root(size: 600) == MerkleTree.root(of: Array(all[..<600]), hasher: hasher))
    try cut.append(Array(all[600...]))
    #expect(try cut.root(size: 1_000) == root)
  }
}
