import Foundation
import LedgerStore
import Transparency
import Units

/// Writes the whole log of a ledger file into a folder that is checked without it. No network.
package enum BundleWriter {
  /// What was written.
  package struct Summary: Sendable, Equatable {
    package let folder: String
    package let entries: Int64
    package let root: String
    /// SHA-256 of entry 0.
    package let genesis: String
    /// Entries under the checkpoint in the folder; nil without one.
    package let signed: Int64?
    /// Tiles that were not there yet.
    package let files: Int
    package let bytes: Int64
  }

  /// Writes a bundle, or goes on with one that was begun: what is there and right stays.
  /// - Parameters:
  ///   - file: a ledger file or a published copy; it is read at one moment and not changed.
  ///   - checkpoint: a file with a signed checkpoint; nil: the one beside the ledger file, if any.
  ///   - progress: told how many entries of how many are done.
  package static func write(
    file: String, to folder: String, checkpoint: String? = nil,
    progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws -> Summary {
    let found = try note(checkpoint, beside: file)
    return try LedgerArchive.read(path: file) { archive in
      guard archive.entries > 0 else {
        throw AuditFault.checkpoint(path: file, why: "there is no entry in it yet")
      }
      let bundle = BundleFolder(path: folder)
      // It is a bundle again when all of it is there.
      bundle.remove(AuditManifest.name)
      var writing = Writing(bundle: bundle, file: file, checkpointed: found?.checkpoint.size)
      try archive.entries(in: 0..<archive.entries) { entry in
        try writing.take(entry)
        if entry.position.isMultiple(of: 4_096) { progress(entry.position, archive.entries) }
      }
      return try writing.finish(found)
    }
  }

  /// A note with what it says, and where it was found.
  typealias Found = (path: String, note: [UInt8], checkpoint: Checkpoint)

  /// What is beside a ledger file: of a published copy its own, of a live one what the log published.
  static func note(_ named: String?, beside file: String) throws(AuditFault) -> Found? {
    let folder = (file as NSString).deletingLastPathComponent
    let places =
      named.map { [$0] }
      ?? ["\(file).checkpoint", "\(folder)/tree/witnessed", "\(folder)/tree/checkpoint"]
    for path in places where named != nil || FileManager.default.fileExists(atPath: path) {
      let bytes = try BundleFolder.read(path, atMost: BundleFolder.mostNote)
      do {
        let text = try SignedNote(parsing: bytes).text
        return (path, bytes, try Checkpoint(text: text, hasher: SHA256Hasher()))
      } catch {
        throw .checkpoint(path: path, why: "\(error)")
      }
    }
    return nil
  }

  private struct Writing {
    let bundle: BundleFolder
    let file: String
    let checkpointed: UInt64?
    private let hasher = SHA256Hasher()
    private var stream = TileStream(hasher: SHA256Hasher())
    private var entries: [[UInt8]] = []
    private var genesis = ""
    private var rootThere: Digest?
    private var files = 0
    private var bytes: Int64 = 0

    init(bundle: BundleFolder, file: String, checkpointed: UInt64?) {
      self.bundle = bundle
      self.file = file
      self.checkpointed = checkpointed
    }

    mutating func take(_ entry: ArchivedEntry) throws(AuditFault) {
      let leaf = hasher.leaf(entry.bytes)
      guard leaf.hex == entry.leaf, entry.position == Int64(stream.tree.size) else {
        throw .damagedEntry(file: file, position: entry.position)
      }
      if entry.position == 0 { genesis = SHA256Hasher.hex(entry.bytes) }
      entries.append(entry.bytes)
      var full: [(Tile, [Digest])] = []
      try stream.append(leaf) { tile, hashes in full.append((tile, hashes)) }
      for (tile, hashes) in full { try write(tile, hashes) }
      if entries.count == Tile.capacity { try writeEntries() }
      if stream.tree.size == checkpointed { rootThere = stream.root }
    }

    private mutating func write(_ tile: Tile, _ hashes: [Digest]) throws(AuditFault) {
      try write(hashes.flatMap(\.bytes), tile)
    }

    private mutating func writeEntries() throws(AuditFault) {
      guard !entries.isEmpty, let content = Tile.bundle(entries),
        let tile = Tile(
          .entries, index: (stream.tree.size - 1) / UInt64(Tile.capacity), width: entries.count)
      else { return }
      try write(content, tile)
      entries = []
    }

    private mutating func write(_ content: [UInt8], _ tile: Tile) throws(AuditFault) {
      if try bundle.write(content, as: tile) { files += 1 }
      bytes += Int64(content.count)
    }

    mutating func finish(_ found: Found?) throws(AuditFault) -> Summary {
      try writeEntries()
      for (tile, hashes) in stream.edge { try write(tile, hashes) }
      bundle.remove(BundleFolder.checkpoint)
      if let found {
        guard let rootThere else {
          throw .checkpoint(
            path: found.path,
            why: "it is of \(found.checkpoint.size) entries and the ledger file has "
              + "\(stream.tree.size); take an older checkpoint or a newer copy")
        }
        guard rootThere == found.checkpoint.root else {
          throw .checkpoint(
            path: found.path,
            why: "its root is not that of the first \(found.checkpoint.size) entries of the ledger "
              + "file: one of the two is of another log; keep both")
        }
        try bundle.write(found.note, as: BundleFolder.checkpoint)
      }
      var manifest = AuditManifest()
      manifest.entries = Int64(stream.tree.size)
      manifest.genesis = genesis
      manifest.root = stream.root.hex
      try bundle.write(FieldCodec.encode(manifest) + [0x0A], as: AuditManifest.name)
      return Summary(
        folder: bundle.path, entries: manifest.entries, root: manifest.root, genesis: genesis,
        signed: found.map { Int64($0.checkpoint.size) }, files: files, bytes: bytes)
    }
  }
}
