import Testing
import Transparency

@Suite("Witness")
struct WitnessTests {
  private let hasher = Notary.hasher
  private let log = NotedLog(Reference.numbers(40))

  private func fresh() throws -> Witness {
    let known = try #require(
      WitnessedLog(origin: NotedLog.origin, keys: [log.notary.key], hasher: hasher))
    return try #require(Witness(logs: [known]))
  }

  private func answer(_ witness: inout Witness, _ request: WitnessRequest) -> WitnessRefusal? {
    answer(&witness, body: request.bytes)
  }

  private func answer(_ witness: inout Witness, body: [UInt8]) -> WitnessRefusal? {
    let (place, verdict) = witness.verdict(on: body, hasher: hasher, check: Notary.check)
    switch verdict {
    case .cosign(let tree, let note):
      witness.keep(tree, note, log: place ?? -1)
      return nil
    case .refuse(let refusal, _): return refusal
    }
  }

  @Test("a log that only grows is cosigned at each size, from each older one")
  func growth() throws {
    for first in 1...17 {
      for second in first...17 {
        var witness = try fresh()
        #expect(answer(&witness, try log.request(0, first)) == nil)
        #expect(answer(&witness, try log.request(first, second)) == nil)
        #expect(witness.logs[0].tree.size == UInt64(second))
        #expect(witness.logs[0].tree.root == log.root(second))
        #expect(witness.logs[0].note == log.note(second))
      }
    }
  }

  @Test("each refusal has the status that the specification names")
  func refusals() throws {
    var witness = try fresh()
    #expect(answer(&witness, try log.request(0, 9)) == nil)
    let good = try log.request(9, 12)
    var signed = log.note(12)
    signed.signatures[0].bytes[7] ^= 1
    let stranger = NotedLog(log.leaves, seed: 9)
    let foreign = String(decoding: good.bytes, as: UTF8.self)
      .replacing("log.example", with: "other.example")
    func status(_ body: [UInt8]) -> Int? { answer(&witness, body: body)?.status }
    #expect(status(WitnessRequest(oldSize: 9, path: good.path, note: signed.bytes).bytes) == 403)
    #expect(status(try stranger.request(9, 12).bytes) == 403)
    #expect(status(Array(foreign.utf8)) == 404)
    #expect(status(WitnessRequest(oldSize: 13, path: [], note: good.note).bytes) == 400)
    #expect(status([]) == 400)
    let other = answer(&witness, try log.request(5, 12))
    #expect(other?.status == 409 && other?.body == "9\n")
    #expect(other?.contentType == "text/x.tlog.size")
    #expect(status(WitnessRequest(oldSize: 9, path: [], note: good.note).bytes) == 422)
    let extended = good.path + [hasher.empty]
    #expect(status(WitnessRequest(oldSize: 9, path: extended, note: good.note).bytes) == 422)
    #expect(witness.logs[0].tree.size == 9)
    #expect(answer(&witness, good) == nil)
    #expect(answer(&witness, good)?.status == 409)
    #expect(answer(&witness, try log.request(12, 12)) == nil)
  }

  @Test("a first request has no proof, and a tree of nothing has one root")
  func beginnings() throws {
    var witness = try fresh()
    let padded = WitnessRequest(oldSize: 0, path: [hasher.empty], note: log.note(4).bytes)
    #expect(answer(&witness, padded)?.status == 422)
    let wrong = try #require(Checkpoint(origin: NotedLog.origin, size: 0, root: log.root(3)))
    let empty = WitnessRequest(oldSize: 0, path: [], note: log.notary.note(wrong).bytes)
    #expect(answer(&witness, empty) == .rootOfEmptyTree)
    #expect(answer(&witness, try log.request(0, 0)) == nil)
    #expect(answer(&witness, try log.request(0, 4)) == nil)
  }

  @Test("a request is read as it was written, and every other shape is refused")
  func shapes() throws {
    let vector = try Vectors.bytes("add-checkpoint.req")
    let request = try WitnessRequest(parsing: vector)
    #expect(request.oldSize == 4 && request.path.count == 1 && request.bytes == vector)
    #expect(request.note == (try Vectors.bytes("checkpoint-7.txt")))
    let text = String(decoding: vector, as: UTF8.self)
    let wrong: [(String, String, WitnessRequestError)] = [
      ("old 4\n", "old 04\n", .oldSize), ("old 4\n", "old  4\n", .oldSize),
      ("old 4\n", "old +4\n", .oldSize), ("old 4\n", "old 4\r\n", .oldSize),
      ("old 4\n", "old 9223372036854775808\n", .oldSize), ("old 4\n", "Old 4\n", .oldSize),
      ("2iY=\n", "2iY\n", .proofLine(1)), ("2iY=\n", "2iY=\r\n", .proofLine(1)),
      ("2iY=\n", "2iZ=\n", .proofLine(1)), ("2iY=\n\n", "2iY=\n", .proofLine(2)),
    ]
    for (old, new, error) in wrong {
      #expect(text.contains(old))
      let body = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
      #expect(throws: error) { try WitnessRequest(parsing: body) }
    }
    let many = WitnessRequest(
      oldSize: 4, path: Array(repeating: hasher.empty, count: 64), note: request.note)
    #expect(throws: WitnessRequestError.tooManyProofLines) {
      try WitnessRequest(parsing: many.bytes)
    }
    #expect(throws: WitnessRequestError.unfinished) {
      try WitnessRequest(parsing: Array("old 4\n\n".utf8))
    }
    #expect(throws: WitnessRequestError.tooLong) {
      try WitnessRequest(parsing: vector + [UInt8](repeating: 0x0A, count: 1 << 16))
    }
  }

  @Test("a log that rewrote an entry is refused at each size, and what it signed shows it offline")
  func forks() throws {
    var shown = 0
    for known in 1...9 {
      for later in known...12 {
        var leaves = log.leaves
        leaves[known / 2] = hasher.leaf([7])
        let forked = NotedLog(leaves)
        var witness = try fresh()
        #expect(answer(&witness, try log.request(0, known)) == nil)
        let body = try forked.request(known, later).bytes
        let (_, verdict) = witness.verdict(on: body, hasher: hasher, check: Notary.check)
        guard case .refuse(let refusal, let evidence?) = verdict else {
          Issue.record("\(known) to \(later): not refused with evidence")
          continue
        }
        #expect(refusal.status == 422)
        let read = try ForkEvidence(parsing: evidence.bytes)
        #expect(read == evidence)
        let finding = try read.finding(
          keys: [log.notary.key], origin: NotedLog.origin, hasher: hasher, check: Notary.check)
        // A complete old tree's root is not in the path: then only the log itself can clear it up.
        let isComplete = known.nonzeroBitCount == 1
        switch finding {
        case .twoRoots: #expect(known == later)
        case .otherPast: #expect(!isComplete && known < later)
        case .unproved: #expect(isComplete && known < later)
        }
        shown += 1
      }
    }
    #expect(shown == 9 * 12 - 36)
  }

  @Test("two roots of one size are evidence whatever the request begins with")
  func twins() throws {
    var leaves = log.leaves
    leaves[0] = hasher.leaf([7])
    var witness = try fresh()
    #expect(answer(&witness, try log.request(0, 9)) == nil)
    let body = try NotedLog(leaves).request(0, 9).bytes
    let (_, verdict) = witness.verdict(on: body, hasher: hasher, check: Notary.check)
    guard case .refuse(.otherSize(9), let evidence?) = verdict else {
      Issue.record("no evidence: \(verdict)")
      return
    }
    let finding = try evidence.finding(
      keys: [log.notary.key], origin: NotedLog.origin, hasher: hasher, check: Notary.check)
    #expect(finding == .twoRoots(size: 9))
  }

  @Test("evidence that shows nothing, or that the log did not sign, is none")
  func noEvidence() throws {
    func finding(_ evidence: ForkEvidence) throws(ForkEvidenceError) -> ForkFinding {
      try evidence.finding(
        keys: [log.notary.key], origin: NotedLog.origin, hasher: hasher, check: Notary.check)
    }
    let path = try log.path(5, 9)
    let honest = ForkEvidence(known: log.note(5).bytes, path: path, other: log.note(9).bytes)
    #expect(throws: ForkEvidenceError.consistent) { try finding(honest) }
    let forged = NotedLog(Reference.numbers(40).reversed(), seed: 2)
    let invented = ForkEvidence(known: log.note(5).bytes, path: [], other: forged.note(5).bytes)
    #expect(throws: ForkEvidenceError.checkpoint(2, .note(.noKnownKey))) { try finding(invented) }
    for count in 0..<honest.bytes.count - log.note(9).bytes.count {
      #expect(throws: ForkEvidenceError.form) {
        try ForkEvidence(parsing: Array(honest.bytes[..<count]))
      }
    }
  }

  @Test("a witness that was put back to an old state learns it from its own cosignature")
  func rollback() throws {
    let own = Notary("w.example/a", .witness, seed: 5)
    var witness = try fresh()
    #expect(answer(&witness, try log.request(0, 4)) == nil)
    let old = witness
    var published = log.note(7)
    let line = try #require(own.cosign(published.text, time: 8))
    func forgotten(_ note: SignedNote) -> KnownTree? {
      old.logs[0].forgotten(
        in: note.bytes, own: own.key, hasher: hasher, check: Notary.check)?.tree
    }
    #expect(forgotten(published) == nil)
    published.signatures.append(line)
    #expect(forgotten(published) == KnownTree(size: 7, root: log.root(7)))
    published.signatures[1].bytes[0] ^= 1
    #expect(forgotten(published) == nil)
    var same = log.note(4)
    same.signatures.append(try #require(own.cosign(same.text, time: 8)))
    #expect(forgotten(same) == nil)
  }

  @Test("what a witness kept is read again, and only what the log signed")
  func restores() throws {
    var known = try #require(
      WitnessedLog(origin: NotedLog.origin, keys: [log.notary.key], hasher: hasher))
    try known.restore(log.note(9).bytes, hasher: hasher, check: Notary.check)
    #expect(known.tree == KnownTree(size: 9, root: log.root(9)))
    let stranger = NotedLog(log.leaves, seed: 9)
    #expect(throws: CheckpointError.self) {
      try known.restore(stranger.note(9).bytes, hasher: hasher, check: Notary.check)
    }
    #expect(
      WitnessedLog(origin: "other", keys: [log.notary.key], hasher: hasher) == nil)
    #expect(Witness(logs: [known, known]) == nil)
  }
}
