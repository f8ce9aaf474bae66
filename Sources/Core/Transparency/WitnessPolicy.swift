/// Why a text is no policy. Lines count from 1.
package enum WitnessPolicyError: Error, Equatable, CustomStringConvertible {
  case characters(line: Int)
  case tooLong
  case form(line: Int)
  case key(line: Int)
  case duplicateKey(line: Int)
  case name(line: Int, String)
  case unknownName(line: Int, String)
  /// A member of two groups, or twice of one, would count twice.
  case memberTwice(line: Int, String)
  case threshold(line: Int)
  case secondQuorum(line: Int)
  case noQuorum

  package var description: String {
    switch self {
    case .characters(let line): "line \(line) has control characters; write tabs and spaces alone"
    case .tooLong:
      "the policy has more than \(WitnessPolicy.byteLimit) bytes; leave out what is not used"
    case .form(let line):
      "line \(line) is none of: log <key> [url], witness <name> <key> [url], "
        + "group <name> any|all|<k> <member>..., quorum <name>|none"
    case .key(let line):
      "line \(line): not a key of that kind (<name>+<id>+<base64>); copy it again from its owner"
    case .duplicateKey(let line): "line \(line): that key stands above already; delete one line"
    case .name(let line, let name):
      "line \(line): the name \(name) is taken or reserved; choose another"
    case .unknownName(let line, let name):
      "line \(line): nothing above is called \(name); define it on a line before"
    case .memberTwice(let line, let name):
      "line \(line): \(name) is a member already and would count twice; list it once"
    case .threshold(let line):
      "line \(line): the number must be from 1 to the number of members, in decimal"
    case .secondQuorum(let line): "line \(line): there is a quorum already; delete one line"
    case .noQuorum: "there is no line \"quorum <name>\"; say which witnesses must have cosigned"
    }
  }
}

/// Whom somebody trusts: the logs, the witnesses, and how many of these must have cosigned (C2SP
/// tlog-policy).
package struct WitnessPolicy: Hashable, Sendable {
  package static let byteLimit = 64 * 1024

  /// A witness as the policy calls it.
  package struct Member: Hashable, Sendable {
    package let name: String
    package let key: VerifierKey
    package let url: String?
  }

  /// A log that is trusted.
  package struct Log: Hashable, Sendable {
    package let key: VerifierKey
    package let url: String?
  }

  /// At least `threshold` of the members, each a witness or a group above.
  struct Group: Hashable, Sendable {
    let name: [UInt8]
    let threshold: Int
    let members: [Node]
  }

  /// A witness or a group, by its place.
  enum Node: Hashable, Sendable {
    case witness(Int)
    case group(Int)
  }

  /// A checkpoint under a policy.
  package struct Standing: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// Who cosigned, in the order of the policy, with the time.
    package let cosigners: [Cosigner]
    /// The number of witnesses of the policy.
    package let witnessCount: Int
    /// Whether enough have cosigned.
    package let isFinal: Bool
  }

  /// A witness that cosigned, and when.
  package struct Cosigner: Hashable, Sendable {
    package let name: String
    package let time: UInt64
  }

  package let logs: [Log]
  package let witnesses: [Member]
  let groups: [Group]
  /// Nil for `none`.
  let quorum: Node?

  init(logs: [Log], witnesses: [Member], groups: [Group], quorum: Node?) {
    self.logs = logs
    self.witnesses = witnesses
    self.groups = groups
    self.quorum = quorum
  }

  /// Reads a policy file.
  package init(parsing bytes: [UInt8], hasher: some TreeHasher) throws(WitnessPolicyError) {
    var reader = WitnessPolicyReader()
    self = try reader.read(bytes, hasher: hasher)
  }

  /// Whether these witnesses, by their place, are enough.
  package func isMet(by cosigners: Set<Int>) -> Bool {
    guard let quorum else { return true }
    // Groups name only what is above them: one pass from the first finds all.
    var isGroupMet: [Bool] = []
    func isMet(_ node: Node) -> Bool {
      switch node {
      case .witness(let place): cosigners.contains(place)
      case .group(let place): isGroupMet[place]
      }
    }
    for group in groups {
      isGroupMet.append(group.members.count { isMet($0) } >= group.threshold)
    }
    return isMet(quorum)
  }

  /// Opens a checkpoint of one of the logs, and counts its cosignatures. Every signature by a key of
  /// the policy must be good.
  package func standing(
    of note: [UInt8], hasher: some TreeHasher, check: SignatureCheck
  ) throws(CheckpointError) -> Standing {
    var rest = note[...]
    let origin = rest.popLine() ?? []
    let own = logs.map(\.key).filter { $0.name.utf8.elementsEqual(origin) }
    guard let name = own.first?.name else { throw Self.foreign(note, hasher: hasher) }
    let keys = own + witnesses.map(\.key)
    let (checkpoint, signatures) = try Checkpoint.open(
      note, origin: name, hasher: hasher,
      check: { keys.verdict(on: $0, text: $1, check: check) })
    // A witness may bear the log's name; its signature is none of the log.
    let isSigned = own.contains { key in
      signatures.contains { $0.isBy(keyName: key.name, keyID: key.id) }
    }
    guard isSigned else { throw .notSignedByLog }
    var places: Set<Int> = []
    var cosigners: [Cosigner] = []
    for (place, witness) in witnesses.enumerated() {
      let own = signatures.first { $0.isBy(keyName: witness.key.name, keyID: witness.key.id) }
      guard let own, let cosignature = Cosignature(own.bytes) else { continue }
      places.insert(place)
      cosigners.append(Cosigner(name: witness.name, time: cosignature.time))
    }
    return Standing(
      checkpoint: checkpoint, cosigners: cosigners, witnessCount: witnesses.count,
      isFinal: isMet(by: places))
  }

  /// What is wrong with a note of none of the logs.
  private static func foreign(_ bytes: [UInt8], hasher: some TreeHasher) -> CheckpointError {
    let note: SignedNote
    do { note = try SignedNote(parsing: bytes) } catch { return .note(error) }
    do {
      return .foreignOrigin(try Checkpoint(text: note.text, hasher: hasher).origin)
    } catch { return error }
  }
}
