import Testing
import Transparency

@Suite("Merkle tree")
struct MerkleTreeTests {
  private let hasher = SHA256Hasher()

  @Test("the roots of the vectors come out, for each size")
  func vectorRoots() throws {
    let numbers = try Vectors.numbers()
    #expect(numbers.roots.count == 8)
    var tree = MerkleTree()
    for (size, leaf) in zip(0..., numbers.leaves) {
      #expect(tree.root(hasher: hasher).hex == numbers.roots[String(size)])
      let hash = hasher.leaf(Array(leaf.utf8))
      #expect(hash.hex == numbers.leafHashes[size])
      tree.append(hash, hasher: hasher)
    }
    #expect(tree.root(hasher: hasher).hex == numbers.roots["7"])
  }

  @Test("the root over the eight leaves known from Certificate Transparency comes out")
  func certificateTransparency() {
    let entries: [[UInt8]] = [
      [], [0], [0x10], [0x20, 0x21], [0x30, 0x31], Array(0x40...0x43), Array(0x50...0x57),
      Array(0x60...0x6F),
    ]
    let root = MerkleTree.root(of: entries.map(hasher.leaf), hasher: hasher)
    #expect(root.hex == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
  }

  @Test("the roots over 256, 257 and 70,000 numbers come out")
  func largeRoots() {
    let expected: [UInt64: String] = [
      256: "828515d033c19d8c901f37eccb8aed919667703486f8d2fff1cf7040321c5db1",
      257: "1eda049a4351d86f76252bd7ec0b7746ad75b7fa0316ad5f541dbda458a312c4",
      70000: "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e",
    ]
    var tree = MerkleTree()
    var compared = 0
    for number in 0..<70000 {
      tree.append(hasher.leaf(Array(String(number).utf8)), hasher: hasher)
      guard let root = expected[tree.size] else { continue }
      #expect(tree.root(hasher: hasher).hex == root)
      compared += 1
    }
    #expect(compared == 3)
  }

  @Test("the frontier gives the root of the definition, restarted after each leaf")
  func restarts() throws {
    let leaves = Reference.numbers(130)
    let reference = Reference(leaves: leaves)
    var tree = MerkleTree()
    for (index, leaf) in leaves.enumerated() {
      tree = try #require(MerkleTree(size: tree.size, peaks: tree.peaks))
      tree.append(leaf, hasher: hasher)
      #expect(tree.peaks.count == (index + 1).nonzeroBitCount)
      #expect(tree.root(hasher: hasher) == reference.root(0..<index + 1))
    }
  }

  @Test("state that does not fit together is no tree")
  func unfitState() {
    #expect(MerkleTree(size: 0, peaks: []) == MerkleTree())
    #expect(MerkleTree(size: 3, peaks: [hasher.empty]) == nil)
    #expect(MerkleTree(size: 4, peaks: [hasher.empty, hasher.empty]) == nil)
    #expect(MerkleTree(size: 1 << 63, peaks: [hasher.empty]) == nil)
  }

  @Test("appending completes each subtree once, with its root")
  func completed() {
    let leaves = Reference.numbers(37)
    let reference = Reference(leaves: leaves)
    var tree = MerkleTree()
    var seen: [String] = []
    for leaf in leaves {
      tree.append(leaf, hasher: hasher) { level, index, hash in
        let start = Int(index) << level
        #expect(hash == reference.root(start..<start + (1 << level)))
        seen.append("\(level),\(index)")
      }
    }
    #expect(seen.count == 37 + 18 + 9 + 4 + 2 + 1)
    #expect(Set(seen).count == seen.count)
  }

  @Test("a digest has 32 bytes, and one text")
  func digests() {
    let digest = hasher.empty
    #expect(Digest(hex: digest.hex) == digest)
    #expect(Digest(digest.bytes) == digest)
    #expect(digest.bytes.first == 0xE3 && digest.bytes.last == 0x55)
    #expect(Digest(digest.bytes.dropLast()) == nil)
    #expect(Digest(digest.bytes + [0]) == nil)
    #expect(Digest(hex: digest.hex.uppercased()) == nil)
    #expect(Digest(hex: String(digest.hex.dropLast())) == nil)
  }

  @Test("a seal has the root of its events, and a receipt for each")
  func seals() throws {
    let numbers = try Vectors.numbers()
    var sealed = SealedEvents()
    #expect(sealed.root(hasher: hasher) == hasher.empty)
    #expect(sealed.proof(ofEventAt: 0, hasher: hasher) == nil)
    for event in numbers.leaves { sealed.append(Array(event.utf8), hasher: hasher) }
    let root = sealed.root(hasher: hasher)
    #expect(root.hex == numbers.roots["7"])
    for (index, event) in numbers.leaves.enumerated() {
      let receipt = try #require(sealed.proof(ofEventAt: index, hasher: hasher))
      #expect(receipt.path.map(\.hex) == numbers.inclusion["\(index)@7"])
      let leaf = hasher.leaf(Array(event.utf8))
      #expect(receipt.proves(leaf: leaf, root: root, hasher: hasher))
    }
    #expect(sealed.proof(ofEventAt: 7, hasher: hasher) == nil)
    #expect(sealed.proof(ofEventAt: -1, hasher: hasher) == nil)
  }
}
