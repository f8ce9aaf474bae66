import Foundation
import LedgerStore
import Synchronization
package import Transparency

/// Signs the checkpoints of one log, each only if it continues the last: what the signer's process does.
/// The tree is on the disk before it is signed, so no restart and no fault makes it sign a fork.
package final class CheckpointSigner: Sendable {
  private let key: SigningKey
  private let folder: HeldFolder
  private let tree: Mutex<KnownTree>
  private let hasher = SHA256Hasher()

  /// Takes the folder for itself and reads from it what was signed last.
  package init(key: SigningKey, folder path: String) throws(WitnessingError) {
    guard key.verifier.kind == .log else { throw .otherKind(needed: "a log's") }
    folder = try HeldFolder(path)
    self.key = key
    let file = path + "/last"
    guard let bytes = try DurableFile.read(file) else {
      tree = Mutex(.nothing(hasher: hasher))
      return
    }
    let last: Checkpoint
    do { last = try Checkpoint(text: bytes, hasher: hasher) } catch {
      throw .damaged(path: file, why: error.description)
    }
    guard last.origin.utf8.elementsEqual(key.verifier.name.utf8) else {
      throw .foreignOrigin(last.origin)
    }
    tree = Mutex(KnownTree(size: last.size, root: last.root))
  }

  /// The number of entries of the tree that was signed last, and its root: where the next proof begins.
  package var last: KnownTree { tree.withLock { $0 } }

  /// The public key.
  package var verifier: VerifierKey { key.verifier }

  /// Signs the checkpoint, given the proof that it continues `last`. Everything else is kept as evidence
  /// and refused.
  package func sign(_ checkpoint: Checkpoint, path: [Digest]) throws(WitnessingError) -> SignedNote
  {
    try sign(checkpoint, from: nil, path: path)
  }

  /// Answers a request in the form of a witness's `add-checkpoint`, with a checkpoint that nobody has signed
  /// yet: the signed note, or the size that was signed last (409), or why not.
  package func answer(_ body: [UInt8]) -> NoteAnswer {
    do {
      let request = try WitnessRequest(parsing: body)
      let checkpoint = try Checkpoint(text: request.note, hasher: hasher)
      return NoteAnswer(
        200, try sign(checkpoint, from: request.oldSize, path: request.path).bytes)
    } catch let error as WitnessingError {
      switch error {
      case .otherSize(let last): return NoteAnswer(.otherSize(last))
      case .notContinued: return NoteAnswer(422, error.description, isAlarm: true)
      case .foreignOrigin: return NoteAnswer(404, error.description)
      default: return NoteAnswer(500, error.description, isAlarm: true)
      }
    } catch {
      return NoteAnswer(400, "\(error)")
    }
  }

  private func sign(
    _ checkpoint: Checkpoint, from old: UInt64?, path: [Digest]
  ) throws(WitnessingError) -> SignedNote {
    guard checkpoint.origin.utf8.elementsEqual(key.verifier.name.utf8) else {
      throw .foreignOrigin(checkpoint.origin)
    }
    try tree.withLock { known throws(WitnessingError) in
      // Who begins elsewhere does not know of the last one yet; two roots of one size are a fork.
      if let old, old != known.size, checkpoint.size != known.size {
        throw .otherSize(known.size)
      }
      try step(&known, checkpoint, path)
    }
    let line = key.noteLine(for: checkpoint.text)
    return SignedNote(text: checkpoint.text, signatures: [line])
  }

  private func step(
    _ known: inout KnownTree, _ checkpoint: Checkpoint, _ path: [Digest]
  ) throws(WitnessingError) {
    let own = checkpoint.size == known.size ? [] : path
    let proof = ConsistencyProof(oldSize: known.size, size: checkpoint.size, path: own)
    let next: KnownTree
    do {
      next = try known.continued(to: checkpoint, proof: proof, hasher: hasher)
    } catch {
      let request = WitnessRequest(oldSize: known.size, path: path, note: checkpoint.text)
      try folder.keep(
        request.bytes, as: "refused", named: hasher.plain(request.bytes).hex)
      throw .notContinued(last: known.size, asked: checkpoint.size)
    }
    guard next != known else { return }
    try DurableFile.replace(folder.path + "/last", with: checkpoint.text)
    known = next
  }
}
