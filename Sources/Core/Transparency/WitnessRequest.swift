/// Why bytes are no request to a witness.
package enum WitnessRequestError: Error, Equatable, CustomStringConvertible {
  case tooLong
  case oldSize
  /// Counts the lines of the proof from 1.
  case proofLine(Int)
  case tooManyProofLines
  /// No empty line after the proof, or nothing after it.
  case unfinished

  package var description: String {
    switch self {
    case .tooLong:
      "the request has more than \(WitnessRequest.byteLimit) bytes; send one checkpoint"
    case .oldSize: "line 1 is not \"old <size>\"; write the size in decimal without leading zeros"
    case .proofLine(let line):
      "line \(line) of the proof is no hash; write 32 bytes in padded standard base64"
    case .tooManyProofLines:
      "the proof has more than \(WitnessRequest.proofLimit) lines; send the proof from the old size"
    case .unfinished: "an empty line and the signed checkpoint must follow the proof; send both"
    }
  }
}

/// The body of `add-checkpoint` (C2SP tlog-witness): the size from which on a log's tree has grown, the
/// proof of that and the signed checkpoint.
package struct WitnessRequest: Hashable, Sendable {
  package static let proofLimit = 63
  /// Room for a proof of every length and 100 signatures.
  package static let byteLimit = 64 * 1024

  package let oldSize: UInt64
  package let path: [Digest]
  /// The checkpoint, verbatim.
  package let note: [UInt8]

  package init(oldSize: UInt64, path: [Digest], note: [UInt8]) {
    self.oldSize = oldSize
    self.path = path
    self.note = note
  }

  /// Reads a body. The note is not looked at.
  package init(parsing bytes: [UInt8]) throws(WitnessRequestError) {
    guard bytes.count <= Self.byteLimit else { throw .tooLong }
    var rest = bytes[...]
    let word = Array("old ".utf8)
    guard let first = rest.popLine(), first.starts(with: word),
      let size = UInt64(canonical: first.dropFirst(word.count)), size <= UInt64(Int64.max)
    else { throw .oldSize }
    var path: [Digest] = []
    while true {
      guard let line = rest.popLine() else { throw .unfinished }
      if line.isEmpty { break }
      guard path.count < Self.proofLimit else { throw .tooManyProofLines }
      guard let hash = Base64.decode(line), let digest = Digest(hash) else {
        throw .proofLine(path.count + 1)
      }
      path.append(digest)
    }
    guard !rest.isEmpty else { throw .unfinished }
    self.init(oldSize: size, path: path, note: Array(rest))
  }

  /// The body to send.
  package var bytes: [UInt8] {
    let lines = path.map { Base64.encode($0.bytes) + "\n" }
    return Array(("old \(oldSize)\n" + lines.joined() + "\n").utf8) + note
  }
}

extension ArraySlice<UInt8> {
  /// Takes the first line away, without its end; nil when no complete line is left.
  mutating func popLine() -> ArraySlice<UInt8>? {
    guard let end = firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { self = self[(end + 1)...] }
    return self[..<end]
  }
}
