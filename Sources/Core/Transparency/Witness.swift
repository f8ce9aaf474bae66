/// What a witness answers when it does not cosign. The raw value is the HTTP status.
package enum WitnessRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The request, its note or its sizes make no sense.
  case malformed(String)
  case notSigned
  case unknownOrigin(String)
  /// Its latest size is another; the body of the answer is that size alone.
  case otherSize(UInt64)
  case notContinued(KnownTree.Break)
  /// A tree without leaves, with another root than that of nothing.
  case rootOfEmptyTree

  /// The status of HTTP that C2SP tlog-witness names.
  package var status: Int {
    switch self {
    case .malformed: 400
    case .notSigned: 403
    case .unknownOrigin: 404
    case .otherSize: 409
    case .notContinued, .rootOfEmptyTree: 422
    }
  }

  /// The body of the answer.
  package var body: String {
    if case .otherSize(let size) = self { "\(size)\n" } else { description + "\n" }
  }

  /// The content type of the answer.
  package var contentType: String {
    if case .otherSize = self { "text/x.tlog.size" } else { "text/plain; charset=utf-8" }
  }

  package var description: String {
    switch self {
    case .malformed(let why): why
    case .notSigned:
      "no signature is by the key of this log that the witness trusts; check the configured key"
    case .unknownOrigin(let origin):
      "the witness does not know the log \(origin); ask its operator to add the log's key"
    case .otherSize(let size):
      "the witness has cosigned size \(size); send the proof from there"
    case .notContinued(.otherRoot):
      "this size was cosigned with another root: a fork; the request is kept as evidence"
    case .notContinued(.otherPast):
      "the proof shows another history than was cosigned: a fork; the request is kept as evidence"
    case .notContinued:
      "the proof does not lead from the tree that was cosigned to this one; send the right proof, "
        + "the request is kept as evidence"
    case .rootOfEmptyTree:
      "the tree has no leaves, but the root is not that of the empty tree; send the right root"
    }
  }
}

/// What a witness thinks of a request. Nothing is signed or kept yet.
package enum WitnessVerdict: Hashable, Sendable {
  /// Keep `tree` and the note durably, then cosign the text and answer with the line.
  case cosign(tree: KnownTree, note: SignedNote)
  /// Answer the refusal. The evidence is there when the log has signed what it should not have: keep
  /// it before the answer.
  case refuse(WitnessRefusal, evidence: ForkEvidence?)
}

/// A log as one witness knows it (C2SP tlog-witness): its keys, and the largest tree that the witness
/// cosigned. A value: who drives it keeps what it says, and lets only one request at a time through.
package struct WitnessedLog: Hashable, Sendable {
  package let origin: String
  /// The keys by which the log may sign; several while one follows another.
  package let keys: [VerifierKey]
  package private(set) var tree: KnownTree
  /// The checkpoint of `tree` with the log's signatures; nil before the first.
  package private(set) var note: SignedNote?

  /// A log that was never cosigned. Nil without a key, or with one that is no log's of that origin.
  package init?(origin: String, keys: [VerifierKey], hasher: some TreeHasher) {
    guard !keys.isEmpty,
      keys.allSatisfy({ $0.kind == .log && $0.name.utf8.elementsEqual(origin.utf8) })
    else { return nil }
    self.origin = origin
    self.keys = keys
    tree = .nothing(hasher: hasher)
    note = nil
  }

  /// The log as it was kept. Throws when the note is not a checkpoint that the log signed.
  package mutating func restore(
    _ bytes: [UInt8], hasher: some TreeHasher, check: SignatureCheck
  ) throws(CheckpointError) {
    let (checkpoint, signatures) = try open(bytes, hasher: hasher, check: check)
    tree = KnownTree(size: checkpoint.size, root: checkpoint.root)
    note = SignedNote(text: checkpointText(bytes), signatures: signatures)
  }

  /// Takes over what the request was answered with. Only after it is durable.
  package mutating func keep(_ tree: KnownTree, _ note: SignedNote) {
    precondition(tree.size >= self.tree.size, "a witnessed tree never shrinks")
    self.tree = tree
    self.note = note
  }

  /// Reads the request as C2SP tlog-witness has it: malformed, unsigned, sizes, proof, in that order.
  package func verdict(
    on request: WitnessRequest, hasher: some TreeHasher, check: SignatureCheck
  ) -> WitnessVerdict {
    let checkpoint: Checkpoint
    let signatures: [SignedNote.Signature]
    do {
      (checkpoint, signatures) = try open(request.note, hasher: hasher, check: check)
    } catch {
      return .refuse(Self.refusal(error), evidence: nil)
    }
    guard checkpoint.size <= UInt64(Int64.max), request.oldSize <= checkpoint.size else {
      return .refuse(
        .malformed(
          "the old size is beyond the checkpoint's, or that is beyond 2^63-1; send the size that "
            + "the witness cosigned last"), evidence: nil)
    }
    let signed = SignedNote(text: checkpointText(request.note), signatures: signatures)
    guard request.oldSize == tree.size else {
      // Whatever the request begins with: two signed roots of one size are a fork.
      let isFork = checkpoint.size == tree.size && checkpoint.root != tree.root
      let found = isFork ? evidence(path: request.path, other: signed) : nil
      return .refuse(.otherSize(tree.size), evidence: found)
    }
    let proof = ConsistencyProof(
      oldSize: request.oldSize, size: checkpoint.size, path: request.path)
    do {
      let next = try tree.continued(to: checkpoint, proof: proof, hasher: hasher)
      return .cosign(tree: next, note: signed)
    } catch {
      return .refuse(
        .notContinued(error), evidence: evidence(path: request.path, other: signed))
    }
  }

  /// The tree that a note bears this witness's own cosignature for, when it is larger than the one
  /// that was kept: then what was kept is older than what was signed (an old copy was put back), and
  /// nothing may be cosigned before that tree is kept. Nil when there is nothing to learn.
  package func forgotten(
    in bytes: [UInt8], own key: VerifierKey, hasher: some TreeHasher, check: SignatureCheck
  ) -> (tree: KnownTree, note: SignedNote)? {
    let known = keys + [key]
    guard
      let (checkpoint, signatures) = try? Checkpoint.open(
        bytes, origin: origin, hasher: hasher,
        check: { known.verdict(on: $0, text: $1, check: check) }),
      signatures.contains(where: { $0.isBy(keyName: key.name, keyID: key.id) }),
      checkpoint.size > tree.size
    else { return nil }
    let signed = signatures.filter { !$0.isBy(keyName: key.name, keyID: key.id) }
    let note = SignedNote(text: checkpointText(bytes), signatures: signed)
    return (KnownTree(size: checkpoint.size, root: checkpoint.root), note)
  }

  private func evidence(path: [Digest], other: SignedNote) -> ForkEvidence? {
    note.map { ForkEvidence(known: $0.bytes, path: path, other: other.bytes) }
  }

  private func open(
    _ bytes: [UInt8], hasher: some TreeHasher, check: SignatureCheck
  ) throws(CheckpointError) -> (checkpoint: Checkpoint, signatures: [SignedNote.Signature]) {
    try Checkpoint.open(
      bytes, origin: origin, hasher: hasher,
      check: { keys.verdict(on: $0, text: $1, check: check) })
  }

  /// The text of a note that was opened.
  private func checkpointText(_ bytes: [UInt8]) -> [UInt8] {
    (try? SignedNote(parsing: bytes))?.text ?? []
  }

  private static func refusal(_ error: CheckpointError) -> WitnessRefusal {
    switch error {
    case .note(.badSignature), .note(.noKnownKey), .notSignedByLog: .notSigned
    case .foreignOrigin(let origin): .unknownOrigin(origin)
    case .rootOfEmptyTree: .rootOfEmptyTree
    default: .malformed(error.description)
    }
  }
}

/// A witness: the logs that it knows, each by its origin.
package struct Witness: Hashable, Sendable {
  package private(set) var logs: [WitnessedLog]

  /// Nil when two logs have one origin.
  package init?(logs: [WitnessedLog]) {
    for (index, log) in logs.enumerated() {
      let isTwice = logs[..<index].contains { $0.origin.utf8.elementsEqual(log.origin.utf8) }
      if isTwice { return nil }
    }
    self.logs = logs
  }

  /// What to answer to the body of `add-checkpoint`, and the place of its log.
  package func verdict(
    on body: [UInt8], hasher: some TreeHasher, check: SignatureCheck
  ) -> (log: Int?, verdict: WitnessVerdict) {
    let request: WitnessRequest
    do {
      request = try WitnessRequest(parsing: body)
    } catch {
      return (nil, .refuse(.malformed(error.description), evidence: nil))
    }
    var rest = request.note[...]
    let origin = rest.popLine() ?? []
    guard let place = logs.firstIndex(where: { $0.origin.utf8.elementsEqual(origin) }) else {
      return (nil, .refuse(strangerRefusal(request.note, hasher: hasher), evidence: nil))
    }
    return (place, logs[place].verdict(on: request, hasher: hasher, check: check))
  }

  /// Takes over what was made durable for the log at this place.
  package mutating func keep(_ tree: KnownTree, _ note: SignedNote, log: Int) {
    logs[log].keep(tree, note)
  }

  /// A note that is no checkpoint is malformed, whoever is named in it.
  private func strangerRefusal(_ bytes: [UInt8], hasher: some TreeHasher) -> WitnessRefusal {
    do {
      let note = try SignedNote(parsing: bytes)
      return .unknownOrigin(try Checkpoint(text: note.text, hasher: hasher).origin)
    } catch {
      return .malformed("\(error)")
    }
  }
}
