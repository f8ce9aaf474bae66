import Foundation
import Ledger
import LedgerStore
import Transparency
import Units

/// What a bundle says of itself: the last file that is written. Nothing of it is believed.
struct AuditManifest: Record, Sendable, Equatable {
  static let name = "audit.json"
  static let version: Int64 = 1

  var entries: Int64 = 0
  /// SHA-256 of entry 0, which says whose log it is.
  var genesis = ""
  var root = ""
  var version = Self.version

  init() {}

  mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("entries", &entries, 1...Bound.position.upperBound)
    try codec.text("genesis", &genesis, .hex64)
    try codec.text("root", &root, .hex64)
    try codec.int("version", &version, Self.version...Self.version)
  }
}

/// A folder with the whole log: `audit.json`, `checkpoint` when there is one, and the tiles of C2SP
/// tlog-tiles. Whoever made it is a stranger: no file is read beyond what it may have.
struct BundleFolder: Sendable {
  let path: String

  static let checkpoint = "checkpoint"
  private static let mostManifest = 4_096
  static let mostNote = 1 << 20
  /// A tile of 256 entries of 65,535 bytes with their lengths.
  private static let mostEntries = Tile.capacity * (2 + 65_535)

  func manifest() throws(AuditFault) -> AuditManifest {
    let name = AuditManifest.name
    guard FileManager.default.fileExists(atPath: "\(path)/\(name)") else {
      throw .notABundle(path)
    }
    var bytes = try Self.read("\(path)/\(name)", atMost: Self.mostManifest)
    guard bytes.popLast() == 0x0A,
      let manifest = try? FieldCodec.decode(AuditManifest.self, from: bytes)
    else {
      throw .malformed(
        path: "\(path)/\(name)", why: "is not what this release writes: get the bundle again")
    }
    return manifest
  }

  /// The note in the folder; nil when there is none.
  func note() throws(AuditFault) -> [UInt8]? {
    guard FileManager.default.fileExists(atPath: "\(path)/\(Self.checkpoint)") else { return nil }
    return try Self.read("\(path)/\(Self.checkpoint)", atMost: Self.mostNote)
  }

  func bytes(of tile: Tile) throws(AuditFault) -> [UInt8] {
    let most = tile.content == .entries ? Self.mostEntries : tile.width * Digest.byteCount
    return try Self.read("\(path)/\(tile.path)", atMost: most)
  }

  /// A regular file, whole.
  static func read(_ path: String, atMost most: Int) throws(AuditFault) -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .missing(path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .malformed(path: path, why: "is no regular file")
    }
    guard status.st_size <= most else {
      throw .malformed(path: path, why: "has more than the \(most) bytes that it may have")
    }
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: most + 1) ?? Data()
    else { throw .malformed(path: path, why: "cannot be read: check its permissions") }
    guard data.count <= most else {
      throw .malformed(path: path, why: "has more than the \(most) bytes that it may have")
    }
    return Array(data)
  }

  // MARK: Writing

  /// Puts a tile in its place; one that is there with the same bytes stays. Gives whether it was written.
  func write(_ bytes: [UInt8], as tile: Tile) throws(AuditFault) -> Bool {
    let file = "\(path)/\(tile.path)"
    let isWhole = tile.width == Tile.capacity
    if FileManager.default.fileExists(atPath: file) {
      guard try Self.read(file, atMost: bytes.count + 1) == bytes else {
        throw .otherLedger(path: file)
      }
      return false
    }
    // What was the right edge of a smaller tree is not kept beside the larger one.
    let edge = isWhole ? file + ".p" : (file as NSString).deletingLastPathComponent
    try? FileManager.default.removeItem(atPath: edge)
    try put(bytes, file)
    return true
  }

  func write(_ bytes: [UInt8], as name: String) throws(AuditFault) {
    try put(bytes, "\(path)/\(name)")
  }

  func remove(_ name: String) {
    try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }

  private func put(_ bytes: [UInt8], _ file: String) throws(AuditFault) {
    do {
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw .cannotWrite(path: file, why: error.localizedDescription)
    }
  }
}
