import LedgerStore
import Testing
import Transparency
import Witnessing

/// A log whose leaves are numbers, one of them another if it is a fork; signed with real keys.
struct SignedLog {
  static let origin = "ledger.example.hk/gpu-fed/v1"
  static let key = SigningKey(name: origin, kind: .log, seed: [UInt8](repeating: 1, count: 32))
  let leaves: [Digest]
  let levels: MerkleLevels
  let hasher = SHA256Hasher()

  init(_ count: Int, other: Int? = nil) {
    let hasher = SHA256Hasher()
    leaves = (0..<count).map { hasher.leaf(Array(($0 == other ? "x" : "\($0)").utf8)) }
    levels = MerkleLevels(leaves: leaves, hasher: hasher)
  }

  func checkpoint(_ size: Int) throws -> Checkpoint {
    let root = MerkleTree.root(of: Array(leaves.prefix(size)), hasher: hasher)
    return try #require(Checkpoint(origin: Self.origin, size: UInt64(size), root: root))
  }

  func path(_ old: Int, _ size: Int) throws -> [Digest] {
    try ConsistencyProof(
      oldSize: UInt64(old), size: UInt64(size), hasher: hasher, stored: levels.hash
    ).path
  }

  func request(_ old: Int, _ size: Int) throws -> [UInt8] {
    let text = try checkpoint(size).text
    let note = SignedNote(text: text, signatures: [try #require(Self.key).noteLine(for: text)])
    return WitnessRequest(
      oldSize: UInt64(old), path: try path(old, size), note: note.bytes
    ).bytes
  }
}
