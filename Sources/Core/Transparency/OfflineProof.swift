/// Why bytes are no proof, or prove nothing.
package enum OfflineProofError: Error, Equatable, CustomStringConvertible {
  case tooLong
  case title
  case extra
  case index
  /// Counts the lines of the path from 1.
  case pathLine(Int)
  case unfinished
  case checkpoint(CheckpointError)
  /// The leaf is not at that index of the checkpoint's tree.
  case notIncluded
  /// The log signed, but too few witnesses did.
  case quorum

  package var description: String {
    switch self {
    case .tooLong: "the proof has more than \(OfflineProof.byteLimit) bytes; fetch it again"
    case .title: "the first line is not \(OfflineProof.title); fetch the proof again"
    case .extra: "the line \"extra\" is not padded standard base64; fetch the proof again"
    case .index: "the line \"index <n>\" is missing or no number; fetch the proof again"
    case .pathLine(let line):
      "line \(line) of the path is no hash (32 bytes in base64), or one too many; fetch it again"
    case .unfinished: "an empty line and a checkpoint must follow the path; fetch all of it again"
    case .checkpoint(let error): error.description
    case .notIncluded:
      "the entry is not at that place of the log; check that entry and proof belong together"
    case .quorum:
      "too few witnesses that the policy names have cosigned; fetch a newer proof, or ask them"
    }
  }
}

/// A file that proves offline that an entry is in a log which witnesses have seen (C2SP tlog-proof).
package struct OfflineProof: Hashable, Sendable {
  static let title = "c2sp.org/tlog-proof@v1"
  package static let byteLimit = 128 * 1024
  private static let pathLimit = 63

  /// For the reader's own use; nothing vouches for it.
  package let extra: [UInt8]?
  package let index: UInt64
  package let path: [Digest]
  /// The checkpoint, verbatim.
  package let note: [UInt8]

  package init(extra: [UInt8]? = nil, index: UInt64, path: [Digest], note: [UInt8]) {
    self.extra = extra
    self.index = index
    self.path = path
    self.note = note
  }

  /// Reads a file; nothing is verified.
  package init(parsing bytes: [UInt8]) throws(OfflineProofError) {
    guard bytes.count <= Self.byteLimit else { throw .tooLong }
    var rest = bytes[...]
    guard let title = rest.popLine(), title.elementsEqual(Self.title.utf8) else { throw .title }
    var line = rest.popLine()
    var extra: [UInt8]?
    let word = "extra ".utf8
    if let text = line, text.starts(with: word) {
      guard let blob = Base64.decode(text.dropFirst(word.count)), !blob.isEmpty else {
        throw .extra
      }
      extra = blob
      line = rest.popLine()
    }
    guard let index = line?.number(after: "index "), index <= UInt64(Int64.max) else {
      throw .index
    }
    var path: [Digest] = []
    while true {
      guard let line = rest.popLine() else { throw .unfinished }
      if line.isEmpty { break }
      guard path.count < Self.pathLimit, let hash = Base64.decode(line), let digest = Digest(hash)
      else { throw .pathLine(path.count + 1) }
      path.append(digest)
    }
    guard !rest.isEmpty else { throw .unfinished }
    self.init(extra: extra, index: index, path: path, note: Array(rest))
  }

  /// The file.
  package var bytes: [UInt8] {
    let extra = extra.map { "extra \(Base64.encode($0))\n" } ?? ""
    let lines = path.map { Base64.encode($0.bytes) + "\n" }
    return Array("\(Self.title)\n\(extra)index \(index)\n\(lines.joined())\n".utf8) + note
  }

  /// What the policy says of the checkpoint, once the entry is proved to be in it.
  package func verified(
    entry: [UInt8], policy: WitnessPolicy, hasher: some TreeHasher, check: SignatureCheck
  ) throws(OfflineProofError) -> WitnessPolicy.Standing {
    let standing: WitnessPolicy.Standing
    do {
      standing = try policy.standing(of: note, hasher: hasher, check: check)
    } catch {
      throw .checkpoint(error)
    }
    let proof = InclusionProof(index: index, size: standing.checkpoint.size, path: path)
    let leaf = hasher.leaf(entry)
    guard proof.proves(leaf: leaf, root: standing.checkpoint.root, hasher: hasher) else {
      throw .notIncluded
    }
    guard standing.isFinal else { throw .quorum }
    return standing
  }
}
