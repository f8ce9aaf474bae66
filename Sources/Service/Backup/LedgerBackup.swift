import Foundation
package import LedgerStore
package import Units

/// What stands before the bytes of a backup: one line of canonical JSON.
package struct BackupHeader: Record, Sendable, Equatable {
  /// SHA-256 of the file.
  package var digest = ""
  /// Number of entries in it.
  package var entries: Int64 = 0
  /// RFC 6962 root over them.
  package var root = ""
  /// Bytes of the file.
  package var size: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("digest", &digest, .hex64)
    try codec.int("entries", &entries, Bound.position)
    try codec.text("root", &root, .hex64)
    try codec.int("size", &size, 0...Self.largest)
  }

  /// Bytes that a backup may have: 16 TiB.
  package static let largest: Int64 = 1 << 44
  /// Bytes that the line may have.
  package static let longest = 512
}

/// A consistent copy of a live ledger file, made beside it, to be read once and removed.
package struct LedgerBackup: Sendable {
  package let header: BackupHeader
  private let path: String
  private static let prefix = "backup-"
  private static let suffix = ".part"

  /// Copies everything that was acknowledged before the call. Takes as much room as the ledger.
  package init(of store: LedgerStore) throws {
    // What is decided and not in the file yet is waited for.
    _ = try store.progress()
    let folder = (store.path as NSString).deletingLastPathComponent
    path = "\(folder)/\(Self.prefix)\(UUID().uuidString)\(Self.suffix)"
    do {
      let mask = FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
      guard mask else { throw BackupFault.cannotWrite(path: path) }
      try LedgerCopy.make(of: store.path, at: path)
      let summary = try LedgerCopy.summary(of: path)
      var header = BackupHeader()
      header.digest = try LedgerCopy.digest(of: path)
      header.entries = summary.size
      header.root = summary.root
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
      header.size = size ?? 0
      self.header = header
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  /// Gives the line and the file piece by piece.
  package func pieces() throws -> BackupPieces {
    BackupPieces(
      line: FieldCodec.encode(header) + [0x0A],
      file: try FileHandle(forReadingFrom: URL(fileURLWithPath: path)))
  }

  package func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Takes away what a process that died has left beside a ledger file.
  package static func removeLeft(beside ledger: String) {
    let folder = (ledger as NSString).deletingLastPathComponent
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      try? files.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}

/// The bytes of a backup on their way.
package struct BackupPieces {
  private var line: [UInt8]?
  private let file: FileHandle

  fileprivate init(line: [UInt8], file: FileHandle) {
    self.line = line
    self.file = file
  }

  /// The next piece; nil at the end.
  package mutating func next() throws -> [UInt8]? {
    if let line {
      self.line = nil
      return line
    }
    guard let piece = try file.read(upToCount: 256 << 10), !piece.isEmpty else {
      try file.close()
      return nil
    }
    return [UInt8](piece)
  }
}
