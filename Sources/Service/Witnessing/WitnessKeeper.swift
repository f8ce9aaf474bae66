import Foundation
import LedgerStore
import Synchronization
package import Transparency

/// A witness with its key and its files: what cosigned a log's tree is on the disk before the answer,
/// and one request at a time is looked at. Drives the core's `Witness`.
package final class WitnessKeeper: Sendable {
  private let key: SigningKey
  private let second: SM2Key?
  private let folder: HeldFolder
  private let witness: Mutex<Witness>
  private let hasher = SHA256Hasher()

  /// Takes the folder for itself and reads from it what was cosigned. `logs` has the keys of each log that
  /// it knows, by origin; two keys of one origin stand while one follows the other. With a `second` key every
  /// cosignature has another beside it.
  package init(
    key: SigningKey, second: SM2Key? = nil, logs: [VerifierKey], folder path: String
  ) throws(WitnessingError) {
    self.second = second
    guard key.verifier.kind == .witness else { throw .otherKind(needed: "a witness's") }
    folder = try HeldFolder(path)
    self.key = key
    var known: [WitnessedLog] = []
    for (place, first) in logs.enumerated() {
      let isFirst = !logs[..<place].contains { $0.name.utf8.elementsEqual(first.name.utf8) }
      guard isFirst else { continue }
      let keys = logs.filter { $0.name.utf8.elementsEqual(first.name.utf8) }
      guard var log = WitnessedLog(origin: first.name, keys: keys, hasher: hasher) else {
        throw .foreignOrigin(first.name)
      }
      let file = Self.file(first.name, in: path)
      if let bytes = try DurableFile.read(file) {
        do { try log.restore(bytes, hasher: hasher, check: Signatures.check) } catch {
          throw .damaged(path: file, why: error.description)
        }
      }
      known.append(log)
    }
    guard let all = Witness(logs: known) else { throw .foreignOrigin("twice the same") }
    witness = Mutex(all)
  }

  /// Answers the body of `add-checkpoint` at a time in seconds since 1970.
  /// - Parameter own: the root that the witness itself computed at that size, when it has the log's entries.
  package func answer(
    _ body: [UInt8], time: UInt64, own: Digest? = nil
  ) throws(WitnessingError) -> NoteAnswer {
    try witness.withLock { witness throws(WitnessingError) in
      try step(&witness, body, time, own)
    }
  }

  /// The size that the body asks to be cosigned, when it would be as things are now.
  package func candidate(_ body: [UInt8]) -> UInt64? {
    let witness = witness.withLock { $0 }
    guard
      case .cosign(let tree, _) =
        witness.verdict(on: body, hasher: hasher, check: Signatures.check).verdict
    else { return nil }
    return tree.size
  }

  /// The log of this origin as it was cosigned last; nil for one that is not known.
  package func log(origin: String) -> WitnessedLog? {
    witness.withLock { $0.logs.first { $0.origin.utf8.elementsEqual(origin.utf8) } }
  }

  /// Keeps evidence against a log; a hundred files at most.
  package func keep(_ evidence: ForkEvidence) throws(WitnessingError) {
    try folder.keep(
      evidence.bytes, as: "evidence", named: hasher.plain(evidence.bytes).hex)
  }

  /// The public key.
  package var verifier: VerifierKey { key.verifier }
  /// That of the second cosignature.
  package var secondVerifier: VerifierKey? { second?.verifier }

  /// The checkpoint that was cosigned last for the origin with this digest (hexadecimal), as the
  /// monitoring prefix serves it; nil when there is none.
  package func cosigned(originDigest: String) throws(WitnessingError) -> [UInt8]? {
    let origins = witness.withLock { $0.logs.map(\.origin) }
    guard let origin = origins.first(where: { SHA256Hasher.hex(Array($0.utf8)) == originDigest })
    else { return nil }
    return try DurableFile.read(Self.file(origin, in: folder.path))
  }

  /// Looks at a checkpoint that the log publishes. When this witness itself cosigned a larger tree than it
  /// remembers, its files are an old copy: it takes that tree over, and says so.
  package func learn(from note: [UInt8]) throws(WitnessingError) -> Bool {
    try witness.withLock { witness throws(WitnessingError) in
      for (place, log) in witness.logs.enumerated() {
        let found = log.forgotten(
          in: note, own: key.verifier, hasher: hasher, check: Signatures.check)
        guard let (tree, signed) = found else { continue }
        try DurableFile.replace(Self.file(log.origin, in: folder.path), with: note)
        witness.keep(tree, signed, log: place)
        return true
      }
      return false
    }
  }

  private func step(
    _ witness: inout Witness, _ body: [UInt8], _ time: UInt64, _ own: Digest?
  ) throws(WitnessingError) -> NoteAnswer {
    let (place, verdict) = witness.verdict(on: body, hasher: hasher, check: Signatures.check)
    switch verdict {
    case .refuse(let refusal, let evidence):
      if let evidence { try keep(evidence) }
      return NoteAnswer(refusal, isAlarm: evidence != nil)
    case .cosign(let tree, let note):
      guard let place else { preconditionFailure("what is cosigned has a log") }
      if let own, own != tree.root {
        // The log has signed another tree than that of the entries which it hands out.
        try folder.keep(body, as: "refused", named: hasher.plain(body).hex)
        return NoteAnswer(
          422,
          "the entries that this follower has make another root at that size; "
            + "the request is kept as evidence", isAlarm: true)
      }
      var lines = [key.cosignatureLine(for: note.text, time: time)]
      if let second {
        guard let line = second.cosignatureLine(for: note.text, time: time) else {
          throw .secondKey
        }
        lines.append(line)
      }
      let cosigned = SignedNote(text: note.text, signatures: note.signatures + lines)
      let file = Self.file(witness.logs[place].origin, in: folder.path)
      try DurableFile.replace(file, with: cosigned.bytes)
      witness.keep(tree, note, log: place)
      return NoteAnswer(200, lines.flatMap { Array($0.line.utf8) })
    }
  }

  private static func file(_ origin: String, in folder: String) -> String {
    folder + "/checkpoint-" + SHA256Hasher.hex(Array(origin.utf8))
  }
}
