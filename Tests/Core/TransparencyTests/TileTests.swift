import Testing
import Transparency

@Suite("Tiles")
struct TileTests {
  private let hasher = SHA256Hasher()

  @Test("a tile has one path, and the path names the tile")
  func paths() throws {
    let cases: [(Tile?, String)] = [
      (Tile(.hashes(level: 0), index: 0), "tile/0/000"),
      (Tile(.hashes(level: 0), index: 1_234_067), "tile/0/x001/x234/067"),
      (Tile(.hashes(level: 2), index: 5, width: 1), "tile/2/005.p/1"),
      (Tile(.hashes(level: 63), index: 1000, width: 255), "tile/63/x001/000.p/255"),
      (Tile(.entries, index: 999), "tile/entries/999"),
      (Tile(.entries, index: 273, width: 112), "tile/entries/273.p/112"),
      (
        Tile(.entries, index: .max),
        "tile/entries/x018/x446/x744/x073/x709/x551/615"
      ),
    ]
    for (tile, path) in cases {
      #expect(try #require(tile).path == path)
      #expect(Tile(path: path) == tile)
    }
  }

  @Test(
    "another spelling of a path names no tile",
    arguments: [
      "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000",
      "tile/64/000", "tile/18446744073709551615/000",
      "tile/-1/000", "tile/+1/000", "tile/x/000", "tile//000", "/tile/0/000",
      "tile/0/000/", "tile/0/x000/067", "tile/0/001/067", "tile/0/x001/x067", "tile/0/x01/067",
      "tile/0/x0001/067", "tile/0/a01", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
      "tile/0/000.p/256", "tile/0/000.p/07", "tile/0/000.p/7/8", "tile/0/000/7", "tile/0/.p/7",
      "tile/0/000.p/+7", "tile/Entries/000", "tiles/0/000", "tile/0/X001/067",
      "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ])
  func otherSpellings(path: String) {
    #expect(Tile(path: path) == nil)
  }

  @Test("a bundle is read as it was written, and no other bytes are one")
  func bundles() throws {
    let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 65_535), [2, 3]]
    let bytes = try #require(Tile.bundle(entries))
    #expect(Tile.entries(in: bytes, count: 4) == entries)
    #expect(Tile.entries(in: [], count: 0) == [])
    for count in [0, 3, 5] { #expect(Tile.entries(in: bytes, count: count) == nil) }
    for cut in [1, 2, 3, 4, 5] { #expect(Tile.entries(in: bytes.dropLast(cut), count: 4) == nil) }
    #expect(Tile.entries(in: bytes + [0], count: 4) == nil)
    #expect(Tile.entries(in: bytes + [0, 0], count: 4) == nil)
  }

  @Test("width and level have bounds")
  func bounds() {
    #expect(Tile(.entries, index: 0, width: 0) == nil)
    #expect(Tile(.entries, index: 0, width: 257) == nil)
    #expect(Tile(.hashes(level: 64), index: 0) == nil)
    #expect(Tile(.hashes(level: -1), index: 0) == nil)
  }

  @Test("70,000 entries have the tiles that the specification says, which prove any leaf")
  func largeTree() throws {
    let size: UInt64 = 70000
    let tiles = Tile.changed(from: 0, to: size)
    func rows(_ level: Int) -> [Int] {
      tiles.filter { $0.content == .hashes(level: level) }.map(\.width)
    }
    #expect(rows(0) == [Int](repeating: 256, count: 273) + [112])
    #expect(rows(1) == [256, 17])
    #expect(rows(2) == [1])
    #expect(tiles.count == 277)

    let leaves = Reference.numbers(Int(size))
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    var files: [String: [Digest]] = [:]
    for tile in tiles {
      guard case .hashes(let level) = tile.content else { continue }
      files[tile.path] = try (0..<tile.width).map {
        try #require(levels.hash(level: 8 * level, index: tile.index * 256 + UInt64($0)))
      }
    }
    func stored(level: Int, index: UInt64) -> Digest? {
      guard let (tile, range) = Tile.holding(level: level, index: index, size: size),
        let file = files[tile.path]
      else { return nil }
      return MerkleTree.root(of: Array(file[range]), hasher: hasher)
    }
    let root = try #require(
      Digest(hex: "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e"))
    for index: UInt64 in [0, 255, 256, 40000, 65535, 65536, 69887, 69888, 69999] {
      let proof = try InclusionProof(index: index, size: size, hasher: hasher, stored: stored)
      #expect(proof.proves(leaf: leaves[Int(index)], root: root, hasher: hasher))
    }
  }

  @Test("a growing log publishes each tile that its final hashes are looked up in")
  func growth() {
    for seed in 0..<20 {
      var dice = Dice(seed: UInt64(seed))
      var size: UInt64 = 0
      var published: Set<String> = []
      for _ in 0..<5 {
        let larger = size + UInt64(dice.roll(400))
        published.formUnion(Tile.changed(from: size, to: larger).map(\.path))
        size = larger
        for level in 0..<12 {
          for index in 0..<(size >> UInt64(level)) {
            guard let (tile, range) = Tile.holding(level: level, index: index, size: size) else {
              Issue.record("seed \(seed): no tile for level \(level), index \(index) at \(size)")
              continue
            }
            if !published.contains(tile.path) || range.upperBound > tile.width {
              Issue.record("seed \(seed): \(tile.path) does not hold \(range) at \(size)")
            }
          }
          let after = size >> UInt64(level)
          #expect(Tile.holding(level: level, index: after, size: size) == nil)
        }
      }
    }
  }

  @Test("no growth changes nothing, and one entry only the right edge")
  func smallGrowth() {
    #expect(Tile.changed(from: 300, to: 300).isEmpty)
    #expect(Tile.changed(from: 300, to: 299).isEmpty)
    #expect(Tile.changed(from: 300, to: 301).map(\.path) == ["tile/0/001.p/45"])
    #expect(
      Tile.changed(from: 511, to: 512).map(\.path) == ["tile/0/001", "tile/1/000.p/2"])
    #expect(Tile.changed(from: .max - 1, to: .max).map(\.width) == [255])
  }

  @Test("the tiles of the vectors come out byte for byte")
  func vectorTiles() throws {
    let numbers = try Vectors.numbers()
    let tile = try #require(Tile.changed(from: 0, to: 7).first)
    let hashes = try numbers.leafHashes.flatMap { try #require(Digest(hex: $0)).bytes }
    #expect(try Vectors.bytes("tiles/" + tile.path) == hashes)
    let entries = try #require(Tile(.entries, index: tile.index, width: tile.width))
    let bundle = Tile.bundle(numbers.leaves.map { Array($0.utf8) })
    #expect(try Vectors.bytes("tiles/" + entries.path) == bundle)
  }

  @Test("an entry of 65,535 bytes fits into a bundle, a longer one and a 257th do not")
  func bundleBounds() {
    #expect(Tile.bundle([[UInt8](repeating: 7, count: 65535)])?.prefix(3) == [0xFF, 0xFF, 7])
    #expect(Tile.bundle([[UInt8](repeating: 7, count: 65536)]) == nil)
    #expect(Tile.bundle([[UInt8]](repeating: [], count: 256))?.count == 512)
    #expect(Tile.bundle([[UInt8]](repeating: [], count: 257)) == nil)
  }
}
