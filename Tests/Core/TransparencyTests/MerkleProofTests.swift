import Foundation
import Testing
import Transparency

@Suite("Merkle proofs")
struct MerkleProofTests {
  private let hasher = SHA256Hasher()
  private let largest =
    ProcessInfo.processInfo.environment["SAMPAN_COUNT"] == nil ? 64 : 300

  @Test("the proofs of the vectors are accepted, and made")
  func vectors() throws {
    let numbers = try Vectors.numbers()
    let leaves = try numbers.leafHashes.map { try #require(Digest(hex: $0)) }
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    let roots = try numbers.roots.mapValues { try #require(Digest(hex: $0)) }
    #expect(numbers.inclusion.count == 28 && numbers.consistency.count == 21)
    for (key, path) in numbers.inclusion {
      let (index, size) = try Vectors.pair(key)
      let given = InclusionProof(
        index: index, size: size, path: try path.map { try #require(Digest(hex: $0)) })
      let root = try #require(roots[String(size)])
      #expect(given.proves(leaf: leaves[Int(index)], root: root, hasher: hasher))
      let made = try InclusionProof(
        index: index, size: size, hasher: hasher, stored: levels.hash)
      #expect(made == given)
    }
    for (key, path) in numbers.consistency {
      let (oldSize, size) = try Vectors.pair(key)
      let given = ConsistencyProof(
        oldSize: oldSize, size: size, path: try path.map { try #require(Digest(hex: $0)) })
      let oldRoot = try #require(roots[String(oldSize)])
      let root = try #require(roots[String(size)])
      #expect(given.proves(oldRoot: oldRoot, root: root, hasher: hasher))
      let made = try ConsistencyProof(
        oldSize: oldSize, size: size, hasher: hasher, stored: levels.hash)
      #expect(made == given)
    }
  }

  @Test("each leaf of each tree is proved, as defined, and not with one bit wrong")
  func everyInclusion() throws {
    let leaves = Reference.numbers(largest)
    let reference = Reference(leaves: leaves)
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    var dice = Dice(seed: 9162)
    for size in 1...largest {
      let root = reference.root(0..<size)
      for index in 0..<size {
        let proof = try InclusionProof(
          index: UInt64(index), size: UInt64(size), hasher: hasher, stored: levels.hash)
        guard proof.path == reference.path(index, 0..<size),
          proof.proves(leaf: leaves[index], root: root, hasher: hasher)
        else {
          Issue.record("\(index)@\(size): not the proof of the definition")
          continue
        }
        var hashes = [leaves[index], root] + proof.path
        let (place, bit) = (dice.roll(hashes.count), dice.roll(256))
        hashes[place] = hashes[place].flipped(bit: bit)
        let wrong = InclusionProof(
          index: proof.index, size: proof.size, path: Array(hashes.dropFirst(2)))
        if wrong.proves(leaf: hashes[0], root: hashes[1], hasher: hasher) {
          Issue.record("\(index)@\(size): accepted with bit \(bit) of hash \(place) flipped")
        }
      }
    }
  }

  @Test("each growth of a tree is proved, as defined, and not with one bit wrong")
  func everyConsistency() throws {
    let leaves = Reference.numbers(largest)
    let reference = Reference(leaves: leaves)
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    var dice = Dice(seed: 6962)
    for size in 1...largest {
      let root = reference.root(0..<size)
      for oldSize in 1...size {
        let oldRoot = reference.root(0..<oldSize)
        let proof = try ConsistencyProof(
          oldSize: UInt64(oldSize), size: UInt64(size), hasher: hasher, stored: levels.hash)
        guard proof.path == reference.proof(oldSize, size),
          proof.proves(oldRoot: oldRoot, root: root, hasher: hasher)
        else {
          Issue.record("\(oldSize)->\(size): not the proof of the definition")
          continue
        }
        var hashes = [oldRoot, root] + proof.path
        let (place, bit) = (dice.roll(hashes.count), dice.roll(256))
        hashes[place] = hashes[place].flipped(bit: bit)
        let wrong = ConsistencyProof(
          oldSize: proof.oldSize, size: proof.size, path: Array(hashes.dropFirst(2)))
        if wrong.proves(oldRoot: hashes[0], root: hashes[1], hasher: hasher) {
          Issue.record("\(oldSize)->\(size): accepted with bit \(bit) of hash \(place) flipped")
        }
      }
    }
  }

  @Test("a path that is longer, shorter or in another order, or for another index, proves nothing")
  func misshapenInclusion() throws {
    let leaves = Reference.numbers(17)
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    for size in UInt64(1)...17 {
      let root = MerkleTree.root(of: Array(leaves.prefix(Int(size))), hasher: hasher)
      for index in 0..<size {
        let proof = try InclusionProof(
          index: index, size: size, hasher: hasher, stored: levels.hash)
        let leaf = leaves[Int(index)]
        func accepts(_ path: [Digest], at index: UInt64) -> Bool {
          InclusionProof(index: index, size: size, path: path)
            .proves(leaf: leaf, root: root, hasher: hasher)
        }
        #expect(accepts(proof.path, at: index))
        #expect(!accepts(proof.path + [root], at: index))
        #expect(!accepts([leaf] + proof.path, at: index))
        if size > 1 {
          #expect(!accepts(proof.path.dropLast(), at: index))
          #expect(!accepts(Array(proof.path.dropFirst()), at: index))
        }
        if proof.path.count > 1 { #expect(!accepts(proof.path.reversed(), at: index)) }
        for other in 0...size where other != index { #expect(!accepts(proof.path, at: other)) }
      }
    }
  }

  @Test("a path that is longer, shorter, in another order or for a taller tree proves no growth")
  func misshapenConsistency() throws {
    let leaves = Reference.numbers(17)
    let reference = Reference(leaves: leaves)
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    for size in 1...17 {
      for oldSize in 1...size {
        let proof = try ConsistencyProof(
          oldSize: UInt64(oldSize), size: UInt64(size), hasher: hasher, stored: levels.hash)
        let (oldRoot, root) = (reference.root(0..<oldSize), reference.root(0..<size))
        func accepts(_ path: [Digest], larger: UInt64 = 0) -> Bool {
          ConsistencyProof(oldSize: UInt64(oldSize), size: UInt64(size) + larger, path: path)
            .proves(oldRoot: oldRoot, root: root, hasher: hasher)
        }
        #expect(accepts(proof.path))
        #expect(!accepts(proof.path + [root]))
        #expect(!accepts([oldRoot] + proof.path))
        #expect(!accepts(proof.path, larger: 64))
        if oldSize < size {
          #expect(!accepts(proof.path.dropLast()))
          #expect(!accepts(Array(proof.path.dropFirst())))
          #expect(!accepts([]))
        }
        if proof.path.count > 1 { #expect(!accepts(proof.path.reversed())) }
      }
    }
  }

  @Test("a log that rewrote an entry cannot prove that it grew")
  func fork() throws {
    let leaves = Reference.numbers(23)
    var forged = leaves
    forged[4] = hasher.leaf(Array("rewritten".utf8))
    let levels = MerkleLevels(leaves: forged, hasher: hasher)
    let root = MerkleTree.root(of: forged, hasher: hasher)
    for oldSize in UInt64(1)...22 {
      let oldRoot = MerkleTree.root(of: Array(leaves.prefix(Int(oldSize))), hasher: hasher)
      let proof = try ConsistencyProof(
        oldSize: oldSize, size: 23, hasher: hasher, stored: levels.hash)
      #expect(proof.proves(oldRoot: oldRoot, root: root, hasher: hasher) == (oldSize <= 4))
    }
  }

  @Test("from no leaves, only an empty path and the empty root are consistent")
  func fromNothing() throws {
    let leaves = Reference.numbers(5)
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    let root = MerkleTree.root(of: leaves, hasher: hasher)
    let proof = try ConsistencyProof(oldSize: 0, size: 5, hasher: hasher, stored: levels.hash)
    #expect(proof.path.isEmpty)
    #expect(proof.proves(oldRoot: hasher.empty, root: root, hasher: hasher))
    #expect(!proof.proves(oldRoot: root, root: root, hasher: hasher))
    let longer = ConsistencyProof(oldSize: 0, size: 5, path: [root])
    #expect(!longer.proves(oldRoot: hasher.empty, root: root, hasher: hasher))
    let backwards = ConsistencyProof(oldSize: 5, size: 4, path: [root])
    #expect(!backwards.proves(oldRoot: root, root: root, hasher: hasher))
    let nothing = InclusionProof(index: 0, size: 0, path: [])
    #expect(!nothing.proves(leaf: hasher.empty, root: hasher.empty, hasher: hasher))
  }

  @Test("what is beyond the tree, or not stored, is an error")
  func errors() {
    let levels = MerkleLevels(leaves: Reference.numbers(6), hasher: hasher)
    #expect(throws: MerkleProofError.beyond(6, size: 6)) {
      try InclusionProof(index: 6, size: 6, hasher: hasher, stored: levels.hash)
    }
    #expect(throws: MerkleProofError.beyond(7, size: 6)) {
      try ConsistencyProof(oldSize: 7, size: 6, hasher: hasher, stored: levels.hash)
    }
    #expect(throws: MerkleProofError.missing(level: 2, index: 1)) {
      try InclusionProof(index: 0, size: 8, hasher: hasher, stored: levels.hash)
    }
    #expect(throws: MerkleProofError.missing(level: 2, index: 1)) {
      try ConsistencyProof(oldSize: 4, size: 8, hasher: hasher, stored: levels.hash)
    }
  }

  @Test("the largest sizes that there are make no trouble")
  func extremes() throws {
    let some = hasher.empty
    for (index, size) in [(UInt64.max - 1, UInt64.max), (0, UInt64.max), (1 << 62, 1 << 63)] {
      let proof = try InclusionProof(
        index: index, size: size, hasher: hasher, stored: { _, _ in some })
      #expect(proof.path.count <= 64)
      #expect(!proof.proves(leaf: some, root: some, hasher: hasher))
      let growth = try ConsistencyProof(
        oldSize: index, size: size, hasher: hasher, stored: { _, _ in some })
      #expect(!growth.proves(oldRoot: some.flipped(bit: 0), root: some, hasher: hasher))
    }
    let endless = [Digest](repeating: some, count: 1000)
    let long = InclusionProof(index: .max - 1, size: .max, path: endless)
    #expect(!long.proves(leaf: some, root: some, hasher: hasher))
    let growth = ConsistencyProof(oldSize: .max - 1, size: .max, path: endless)
    #expect(!growth.proves(oldRoot: some, root: some, hasher: hasher))
  }
}
