/// Why bytes are no checkpoint of our log; in the order in which it is found out.
package enum CheckpointError: Error, Equatable, CustomStringConvertible {
  case note(NoteError)
  /// Fewer than three lines, an empty line or an unfinished one.
  case lines
  case origin
  case size
  case root
  /// No leaves, but another root than that of the empty tree.
  case rootOfEmptyTree
  case foreignOrigin(String)
  /// There are good signatures, but none by the log itself.
  case notSignedByLog

  package var description: String {
    switch self {
    case .note(let error): error.description
    case .lines:
      "a checkpoint has three lines or more, none of them empty; fetch it again"
    case .origin: "line 1 is no origin (visible ASCII without space or plus); check the source"
    case .size: "line 2 is no tree size (decimal, no sign, no leading zero); check the source"
    case .root: "line 3 is no root (32 bytes in padded standard base64); check the source"
    case .rootOfEmptyTree:
      "the tree has no leaves, but the root is not that of the empty tree; do not use it"
    case .foreignOrigin(let origin):
      "the checkpoint is of another log, \(origin); check the address and the configured origin"
    case .notSignedByLog:
      "the log itself has not signed the checkpoint; check the configured key of the log"
    }
  }
}

/// The state of a log at a size (C2SP tlog-checkpoint): what is signed, witnessed and gossiped.
package struct Checkpoint: Hashable, Sendable {
  /// Names the log, and is the name of its key.
  package let origin: String
  package let size: UInt64
  package let root: Digest

  /// Nil unless the origin is visible ASCII without space and plus.
  package init?(origin: String, size: UInt64, root: Digest) {
    guard Self.isOrigin(origin.utf8) else { return nil }
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Reads the text of a note. Lines after the third must not be empty and are ignored.
  package init(text: [UInt8], hasher: some TreeHasher) throws(CheckpointError) {
    guard SignedNote.isText(text) else { throw .note(.characters) }
    let end = UInt8(ascii: "\n")
    let lines = text.dropLast().split(separator: end, omittingEmptySubsequences: false)
    guard text.last == end, lines.count >= 3, lines.dropFirst().allSatisfy({ !$0.isEmpty }) else {
      throw .lines
    }
    guard Self.isOrigin(lines[0]) else { throw .origin }
    guard let size = UInt64(canonical: lines[1]) else { throw .size }
    guard let bytes = Base64.decode(lines[2]), let root = Digest(bytes) else { throw .root }
    guard size > 0 || root == hasher.empty else { throw .rootOfEmptyTree }
    origin = String(decoding: lines[0], as: UTF8.self)
    self.size = size
    self.root = root
  }

  /// The text to sign.
  package var text: [UInt8] {
    Array("\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n".utf8)
  }

  /// Reads a note as a checkpoint of the log `origin` and gives the good signatures with it: every
  /// one by a known key must be good, and one must bear the log's own name. Whether enough witnesses
  /// are among them is for the caller's policy.
  package static func open(
    _ bytes: [UInt8], origin: String, hasher: some TreeHasher,
    check: (_ signature: SignedNote.Signature, _ text: [UInt8]) -> Bool?
  ) throws(CheckpointError) -> (checkpoint: Checkpoint, signatures: [SignedNote.Signature]) {
    let note: SignedNote
    do { note = try SignedNote(parsing: bytes) } catch { throw .note(error) }
    let checkpoint = try Checkpoint(text: note.text, hasher: hasher)
    guard checkpoint.origin.utf8.elementsEqual(origin.utf8) else {
      throw .foreignOrigin(checkpoint.origin)
    }
    let signatures: [SignedNote.Signature]
    do { signatures = try note.verified(by: check) } catch { throw .note(error) }
    guard signatures.contains(where: { $0.keyName.utf8.elementsEqual(origin.utf8) }) else {
      throw .notSignedByLog
    }
    return (checkpoint, signatures)
  }

  private static func isOrigin(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2B }
  }
}
