import Foundation
import LedgerStore
import Synchronization
package import Transparency

/// What a log publishes: its newest checkpoint with the cosignatures that it has, the newest one that
/// enough witnesses cosigned, and tiles. The two checkpoints are files beside the tree, and not entries of
/// the log: they say something about it, come late or never, and are signed by others.
package final class Publication: Sendable {
  /// How far one witness has come.
  package struct Reach: Hashable, Sendable {
    package let name: String
    /// The largest tree that it cosigned, as far as is known here.
    package var size: UInt64 = 0
    /// Why it did not cosign when it was asked last; nil when it did.
    package var trouble: String?
    /// It says that the log is forked, or has seen more of it than there is.
    package var isAlarm = false
  }

  /// Witnesses, by their names in the policy, of which at least some must have cosigned.
  package struct Group: Hashable, Sendable {
    package let least: Int
    package let witnesses: [String]

    package init(least: Int, witnesses: [String]) {
      self.least = least
      self.witnesses = witnesses
    }
  }

  private struct State {
    /// As the ledger says; empty: the policy's own quorum counts.
    var quorum: [Group] = []
    /// Checkpoints that may still get cosignatures, ascending; the last is the newest.
    var notes: [(checkpoint: Checkpoint, note: SignedNote, made: Int64)] = []
    var witnessed: (checkpoint: Checkpoint, note: SignedNote)?
    var reaches: [Reach]
    var signerTrouble: String?
    /// Checkpoints that are newer than `witnessed`: when the first of them was made.
    var waitingSince: Int64?
  }

  package let tree: LedgerTree
  package let policy: WitnessPolicy
  /// The public key of the log.
  package let key: VerifierKey
  private let folder: String
  private let state: Mutex<State>
  private let hasher = SHA256Hasher()
  /// Checkpoints that wait for cosignatures at the same time.
  private static let notesKept = 64

  /// Reads from the folder what was published last; it is the tree's folder too.
  /// - Parameter policy: the log's own key, the witnesses with their URLs, and how many are enough.
  package init(
    tree: LedgerTree, folder: String, policy: WitnessPolicy
  ) throws(WitnessingError) {
    guard let log = policy.logs.first, policy.logs.count == 1 else {
      throw .policy(path: "the policy", why: "it must name one log: the one that is published")
    }
    try DurableFile.makeFolder(folder)
    key = log.key
    self.policy = policy
    self.folder = folder
    self.tree = tree
    var first = State(reaches: policy.witnesses.map { Reach(name: $0.name) })
    for name in ["witnessed", "checkpoint"] {
      guard let bytes = try DurableFile.read("\(folder)/\(name)") else { continue }
      do {
        let standing = try policy.standing(
          of: bytes, hasher: SHA256Hasher(), check: Signatures.check)
        let note = try SignedNote(parsing: bytes)
        for cosigner in standing.cosigners {
          guard let place = policy.witnesses.firstIndex(where: { $0.name == cosigner.name }) else {
            continue
          }
          first.reaches[place].size = max(first.reaches[place].size, standing.checkpoint.size)
        }
        if name == "witnessed" {
          // Another policy may ask for more than was enough.
          if standing.isFinal { first.witnessed = (standing.checkpoint, note) }
        } else {
          first.notes = [(standing.checkpoint, note, 0)]
        }
      } catch {
        throw .damaged(path: "\(folder)/\(name)", why: "\(error)")
      }
    }
    state = Mutex(first)
  }

  // MARK: What is published

  /// The newest checkpoint; nil before the first.
  package var newest: Checkpoint? { state.withLock { $0.notes.last?.checkpoint } }

  /// The note of the newest checkpoint, with the cosignatures that it has by now.
  package var checkpoint: [UInt8]? { state.withLock { $0.notes.last?.note.bytes } }

  /// The note of the newest checkpoint that enough witnesses cosigned.
  package var witnessed: [UInt8]? { state.withLock { $0.witnessed?.note.bytes } }

  /// The same with the size of its tree.
  package var witnessedTree: (note: [UInt8], size: UInt64)? {
    state.withLock { state in
      state.witnessed.map { ($0.note.bytes, $0.checkpoint.size) }
    }
  }

  /// The bytes of a tile of the newest checkpoint's tree; nil when it has none such. Blocks.
  package func bytes(of tile: Tile) throws -> [UInt8]? {
    guard let size = newest?.size else { return nil }
    return switch tile.content {
    case .hashes: try tree.files.bytes(of: tile, size: size)
    case .entries: try tree.bundle(tile, size: size)
    }
  }

  /// Where the log stands with its witnesses.
  package struct Standing: Hashable, Sendable {
    /// Entries under the newest checkpoint, and under the newest one that enough cosigned.
    package let checkpointed: UInt64
    package let witnessed: UInt64
    package let witnesses: [Reach]
    /// When the first checkpoint was made that is newer than `witnessed`, ms since 1970; nil when none is.
    package let waitingSince: Int64?
    package let signerTrouble: String?
    package let quorum: [Group]
    /// Why the quorum of the ledger cannot be met here.
    package let quorumTrouble: String?
  }

  package var standing: Standing {
    state.withLock { state in
      Standing(
        checkpointed: state.notes.last?.checkpoint.size ?? 0,
        witnessed: state.witnessed?.checkpoint.size ?? 0, witnesses: state.reaches,
        waitingSince: state.waitingSince, signerTrouble: state.signerTrouble,
        quorum: state.quorum, quorumTrouble: trouble(of: state.quorum))
    }
  }

  /// What is known of one entry.
  package struct EntryStanding: Hashable, Sendable {
    package enum State: String, Sendable { case applied, checkpointed, witnessed }
    package let state: State
    /// The witnesses that cosigned a tree with this entry, and how many there are.
    package let witnesses: Int
    package let of: Int
  }

  /// What is known of the entry at a position that was applied.
  package func standing(of position: Int64) -> EntryStanding {
    let leaf = UInt64(position)
    return state.withLock { state in
      let count = state.reaches.count { $0.size > leaf }
      let isCheckpointed = (state.notes.last?.checkpoint.size ?? 0) > leaf
      let isWitnessed = (state.witnessed?.checkpoint.size ?? 0) > leaf
      return EntryStanding(
        state: isWitnessed ? .witnessed : isCheckpointed ? .checkpointed : .applied,
        witnesses: count, of: state.reaches.count)
    }
  }

  private func trouble(of quorum: [Group]) -> String? {
    let known = Set(policy.witnesses.map(\.name))
    let strangers = quorum.flatMap(\.witnesses).filter { !known.contains($0) }
    guard let first = strangers.first else { return nil }
    return
      "the ledger's quorum names the witness \(first), which the policy file of this replica does "
      + "not know; add its line there"
  }

  /// Whether these witnesses, by their place, are enough.
  private func isEnough(_ places: Set<Int>, _ quorum: [Group]) -> Bool {
    guard !quorum.isEmpty else { return policy.isMet(by: places) }
    let names = Set(places.map { policy.witnesses[$0].name })
    return quorum.allSatisfy { group in
      Set(group.witnesses).count { names.contains($0) } >= group.least
    }
  }

  /// The witnesses whose lines are on a note.
  private func cosigners(of note: SignedNote) -> Set<Int> {
    Set(
      policy.witnesses.indices.filter { place in
        let key = policy.witnesses[place].key
        return note.signatures.contains { $0.isBy(keyName: key.name, keyID: key.id) }
      })
  }

  // MARK: What comes in

  /// Takes up the quorum that the ledger says. What was witnessed by less than that is so no more, until
  /// enough have cosigned.
  package func take(_ quorum: [Group]) throws(WitnessingError) {
    try state.withLock { state throws(WitnessingError) in
      guard state.quorum != quorum else { return }
      state.quorum = quorum
      if let last = state.witnessed, !isEnough(cosigners(of: last.note), quorum) {
        state.witnessed = nil
        state.notes.insert((last.checkpoint, last.note, state.notes.first?.made ?? 0), at: 0)
        if state.notes.count > 1, state.notes[1].checkpoint.size == last.checkpoint.size {
          state.notes.removeFirst()
        }
      }
      try settle(&state)
    }
  }

  /// Publishes what the signer signed.
  func take(
    _ checkpoint: Checkpoint, _ note: SignedNote, at time: Int64
  ) throws(WitnessingError) {
    try state.withLock { state throws(WitnessingError) in
      try DurableFile.replace(folder + "/checkpoint", with: note.bytes)
      state.notes.append((checkpoint, note, time))
      if state.notes.count > Self.notesKept { state.notes.removeFirst() }
      state.signerTrouble = nil
      try settle(&state)
    }
  }

  /// Adds a witness's line to a checkpoint. It was verified.
  func take(
    _ line: SignedNote.Signature, of witness: Int, for size: UInt64
  ) throws(WitnessingError) {
    try state.withLock { state throws(WitnessingError) in
      state.reaches[witness].size = max(state.reaches[witness].size, size)
      state.reaches[witness].trouble = nil
      state.reaches[witness].isAlarm = false
      guard let place = state.notes.firstIndex(where: { $0.checkpoint.size == size }) else {
        return
      }
      let lines = state.notes[place].note.signatures
      guard !lines.contains(where: { $0.isBy(keyName: line.keyName, keyID: line.keyID) }) else {
        return
      }
      state.notes[place].note.signatures.append(line)
      if place == state.notes.count - 1 {
        try DurableFile.replace(folder + "/checkpoint", with: state.notes[place].note.bytes)
      }
      try settle(&state)
    }
  }

  func fault(_ trouble: String, isAlarm: Bool, of witness: Int) {
    state.withLock {
      $0.reaches[witness].trouble = trouble
      $0.reaches[witness].isAlarm = isAlarm
    }
  }

  func signerFault(_ trouble: String) { state.withLock { $0.signerTrouble = trouble } }

  /// Whether the witness's line is on the newest checkpoint.
  func hasLine(of witness: Int) -> Bool {
    let key = policy.witnesses[witness].key
    return state.withLock { state in
      state.notes.last?.note.signatures.contains { $0.isBy(keyName: key.name, keyID: key.id) }
        ?? true
    }
  }

  /// The newest checkpoint with the log's own line alone, as witnesses are sent it.
  var unwitnessed: (checkpoint: Checkpoint, note: [UInt8])? {
    state.withLock { state in
      guard let (checkpoint, note, _) = state.notes.last else { return nil }
      let own = note.signatures.filter { $0.isBy(keyName: key.name, keyID: key.id) }
      return (checkpoint, SignedNote(text: note.text, signatures: own).bytes)
    }
  }

  /// Moves `witnessed` on to the newest checkpoint that has enough lines.
  private func settle(_ state: inout State) throws(WitnessingError) {
    let done = state.witnessed?.checkpoint.size
    let final = state.notes.last { one in
      if let done, one.checkpoint.size <= done { return false }
      return isEnough(cosigners(of: one.note), state.quorum)
    }
    if let final {
      try DurableFile.replace(folder + "/witnessed", with: final.note.bytes)
      state.witnessed = (final.checkpoint, final.note)
      state.notes.removeAll { $0.checkpoint.size < final.checkpoint.size }
    }
    let size = state.witnessed?.checkpoint.size ?? 0
    let first = state.notes.first { $0.checkpoint.size > size }?.made
    // The oldest may have been let go of.
    state.waitingSince = first.map { final == nil ? min(state.waitingSince ?? $0, $0) : $0 }
  }
}
