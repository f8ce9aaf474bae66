/// What two notes and a path show against a log. Only the first two are proof of a fork.
package enum ForkFinding: Hashable, Sendable {
  /// Two roots of one size, both signed by the log.
  case twoRoots(size: UInt64)
  /// The log signed a larger tree, and the path shows that it begins with another one at the size of
  /// the smaller, which the log signed too.
  case otherPast(size: UInt64, later: UInt64)
  /// The log signed a larger tree, and the path does not prove that it continues the smaller. A log
  /// that kept to its past can prove it at any time: ask it to.
  case unproved(size: UInt64, later: UInt64)
}

/// Why a file is no evidence.
package enum ForkEvidenceError: Error, Equatable, CustomStringConvertible {
  case form
  /// Counts the two checkpoints from 1.
  case checkpoint(Int, CheckpointError)
  /// The two belong together: there is nothing to see.
  case consistent

  package var description: String {
    switch self {
    case .form:
      "the file is no evidence of a fork (first line \(ForkEvidence.title)); fetch all of it again"
    case .checkpoint(let number, let error): "checkpoint \(number): \(error)"
    case .consistent: "the two checkpoints belong to one history; there is no fork here"
    }
  }
}

/// Two checkpoints that a log signed and that do not belong together, for anyone who has the log's
/// key: with the path that came with the later one.
package struct ForkEvidence: Hashable, Sendable {
  static let title = "sampan fork evidence v1"

  /// The checkpoint that was vouched for, verbatim.
  package let known: [UInt8]
  package let path: [Digest]
  /// The one that came after it, verbatim.
  package let other: [UInt8]

  package init(known: [UInt8], path: [Digest], other: [UInt8]) {
    self.known = known
    self.path = path
    self.other = other
  }

  /// The file: a title, the number of lines of the first checkpoint and of the path, then those.
  package var bytes: [UInt8] {
    let lines = path.map { Base64.encode($0.bytes) + "\n" }
    let known = known.reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    let head = "\(Self.title)\nknown \(known)\npath \(path.count)\n"
    return Array(head.utf8) + self.known + Array(lines.joined().utf8) + other
  }

  /// Reads a file; nothing is verified.
  package init(parsing bytes: [UInt8]) throws(ForkEvidenceError) {
    var rest = bytes[...]
    guard bytes.count <= 2 * WitnessRequest.byteLimit,
      let title = rest.popLine(), title.elementsEqual(Self.title.utf8),
      let known = rest.popLine()?.number(after: "known "),
      let count = rest.popLine()?.number(after: "path "), count <= WitnessRequest.proofLimit
    else { throw .form }
    var first: [UInt8] = []
    for _ in 0..<known {
      guard let line = rest.popLine() else { throw .form }
      first += line + [UInt8(ascii: "\n")]
    }
    var path: [Digest] = []
    for _ in 0..<count {
      guard let line = rest.popLine(), let hash = Base64.decode(line), let digest = Digest(hash)
      else { throw .form }
      path.append(digest)
    }
    self.init(known: first, path: path, other: Array(rest))
  }

  /// What the file shows to who trusts these keys of the log.
  package func finding(
    keys: [VerifierKey], origin: String, hasher: some TreeHasher, check: SignatureCheck
  ) throws(ForkEvidenceError) -> ForkFinding {
    var both: [Checkpoint] = []
    for (number, bytes) in [known, other].enumerated() {
      do {
        let opened = try Checkpoint.open(
          bytes, origin: origin, hasher: hasher,
          check: { keys.verdict(on: $0, text: $1, check: check) })
        both.append(opened.checkpoint)
      } catch {
        throw .checkpoint(number + 1, error)
      }
    }
    let (earlier, later) = (both[0], both[1])
    let tree = KnownTree(size: earlier.size, root: earlier.root)
    let proof = ConsistencyProof(oldSize: earlier.size, size: later.size, path: path)
    do {
      _ = try tree.continued(to: later, proof: proof, hasher: hasher)
    } catch {
      switch error {
      case .otherRoot: return .twoRoots(size: earlier.size)
      case .otherPast: return .otherPast(size: earlier.size, later: later.size)
      case .unproved: return .unproved(size: earlier.size, later: later.size)
      case .smaller, .elsewhere: break
      }
    }
    throw .consistent
  }
}

extension ArraySlice<UInt8> {
  /// The number after a word; nil for every other line.
  func number(after word: String) -> UInt64? {
    guard starts(with: word.utf8) else { return nil }
    return UInt64(canonical: dropFirst(word.utf8.count))
  }
}
