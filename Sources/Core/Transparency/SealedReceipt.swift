/// Why bytes are no receipt.
package enum SealedReceiptError: Error, Equatable, CustomStringConvertible {
  case tooLong
  case title
  case index
  /// Counts the lines of the path from 1.
  case pathLine(Int)
  /// After the path come an empty line, the event and the seal's entry, and nothing else.
  case unfinished

  package var description: String {
    switch self {
    case .tooLong: "the receipt has more than \(SealedReceipt.byteLimit) bytes; fetch it again"
    case .title: "the first line is not \"\(SealedReceipt.title)\"; name the receipt's file"
    case .index: "line 2 is not \"index <n> of <count>\"; fetch the receipt again"
    case .pathLine(let line):
      "line \(line) of the path is no hash (32 bytes in base64), or one too many; fetch it again"
    case .unfinished:
      "an empty line, the event and the seal's entry must follow the path; fetch all of it again"
    }
  }
}

/// A file that shows one event of the ledger and its way to the root of its seal: of the other events
/// under that seal it has hashes alone. That the seal stands in a log, an `OfflineProof` says.
package struct SealedReceipt: Hashable, Sendable {
  static let title = "sampan receipt v1"
  package static let byteLimit = 256 * 1024
  private static let pathLimit = 63

  /// Canonical, as it was sealed.
  package let event: [UInt8]
  /// The event's place among those of the seal.
  package let proof: InclusionProof
  /// The seal's entry, canonical, as it stands in the log.
  package let seal: [UInt8]

  package init(event: [UInt8], proof: InclusionProof, seal: [UInt8]) {
    self.event = event
    self.proof = proof
    self.seal = seal
  }

  /// Reads a file; nothing is verified. There is one spelling.
  package init(parsing bytes: [UInt8]) throws(SealedReceiptError) {
    guard bytes.count <= Self.byteLimit else { throw .tooLong }
    var rest = bytes[...]
    guard let title = rest.popLine(), title.elementsEqual(Self.title.utf8) else { throw .title }
    let words = rest.popLine()?.split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard let words, words.count == 4, words[0].elementsEqual("index".utf8),
      words[2].elementsEqual("of".utf8), let index = UInt64(canonical: words[1]),
      let count = UInt64(canonical: words[3]), index < count, count <= UInt64(Int64.max)
    else { throw .index }
    var path: [Digest] = []
    while true {
      guard let line = rest.popLine() else { throw .unfinished }
      if line.isEmpty { break }
      guard path.count < Self.pathLimit, let hash = Base64.decode(line), let digest = Digest(hash)
      else { throw .pathLine(path.count + 1) }
      path.append(digest)
    }
    guard let event = rest.popLine(), let seal = rest.popLine(), rest.isEmpty else {
      throw .unfinished
    }
    self.init(
      event: Array(event), proof: InclusionProof(index: index, size: count, path: path),
      seal: Array(seal))
  }

  /// The file.
  package var bytes: [UInt8] {
    let lines = proof.path.map { Base64.encode($0.bytes) + "\n" }
    let head = "\(Self.title)\nindex \(proof.index) of \(proof.size)\n\(lines.joined())\n"
    return Array(head.utf8) + event + [0x0A] + seal + [0x0A]
  }

  /// Whether the event is under this root, which the seal carries.
  package func proves(root: Digest, hasher: some TreeHasher) -> Bool {
    proof.proves(leaf: hasher.leaf(event), root: root, hasher: hasher)
  }
}
