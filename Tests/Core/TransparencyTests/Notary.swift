import Transparency

/// Owners of keys for tests of the core, which has no Ed25519: a signature is two hashes of key and
/// message, so it is good for one key and one message alone. The real one is in the service's tests.
struct Notary {
  static let hasher = SHA256Hasher()
  let key: VerifierKey

  init(_ name: String, _ kind: VerifierKey.Kind, seed: UInt8) {
    let bytes = [UInt8](repeating: seed, count: VerifierKey.Kind.log.byteCount)
    guard
      let key = VerifierKey(name: name, kind: kind, publicKey: bytes, hasher: Self.hasher)
    else { preconditionFailure("no key name: \(name)") }
    self.key = key
  }

  static func sign(_ message: [UInt8], _ publicKey: [UInt8]) -> [UInt8] {
    hasher.plain([1] + publicKey + message).bytes + hasher.plain([2] + publicKey + message).bytes
  }

  static func check(_ signature: [UInt8], _ message: [UInt8], _ publicKey: [UInt8]) -> Bool {
    signature == sign(message, publicKey)
  }

  /// The text with this log's signature.
  func note(_ checkpoint: Checkpoint) -> SignedNote {
    let signature = Self.sign(checkpoint.text, key.publicKey)
    return SignedNote(text: checkpoint.text, signatures: [key.line(signature: signature)])
  }

  /// This witness's line for a text.
  func cosign(_ text: [UInt8], time: UInt64) -> SignedNote.Signature? {
    let message = Cosignature.message(time: time, text: text)
    return Cosignature(time: time, signature: Self.sign(message, key.publicKey)).map(key.line)
  }
}

/// A log for tests: leaves, its tree, its signed checkpoints and their proofs.
struct NotedLog {
  static let origin = "log.example/market"
  let notary: Notary
  let leaves: [Digest]
  private let levels: MerkleLevels

  init(_ leaves: [Digest], seed: UInt8 = 1) {
    notary = Notary(Self.origin, .log, seed: seed)
    self.leaves = leaves
    levels = MerkleLevels(leaves: leaves, hasher: Notary.hasher)
  }

  func root(_ size: Int) -> Digest {
    MerkleTree.root(of: Array(leaves.prefix(size)), hasher: Notary.hasher)
  }

  func note(_ size: Int) -> SignedNote {
    let checkpoint = Checkpoint(origin: Self.origin, size: UInt64(size), root: root(size))
    guard let checkpoint else { preconditionFailure("no origin") }
    return notary.note(checkpoint)
  }

  func path(_ old: Int, _ size: Int) throws -> [Digest] {
    try ConsistencyProof(
      oldSize: UInt64(old), size: UInt64(size), hasher: Notary.hasher, stored: levels.hash
    ).path
  }

  func request(_ old: Int, _ size: Int) throws -> WitnessRequest {
    WitnessRequest(oldSize: UInt64(old), path: try path(old, size), note: note(size).bytes)
  }
}
