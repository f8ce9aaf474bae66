import Audit
import Foundation
import Ledger
import LedgerStore
import Testing
import Transparency
import Units
import Witnessing

/// The keys of a log and of its witnesses, and bundles that are made by hand: with them a forger may be
/// anybody, the log's own keeper too.
enum SignedBundle {
  static let origin = "test.example"
  static let hasher = SHA256Hasher()

  static func key(_ name: String, _ kind: VerifierKey.Kind, _ seed: UInt8) throws -> SigningKey {
    try #require(SigningKey(name: name, kind: kind, seed: [UInt8](repeating: seed, count: 32)))
  }

  static func log() throws -> SigningKey { try key(origin, .log, 1) }

  /// Two witnesses of which both must have cosigned.
  static func policy(quorum: String = "all") throws -> [UInt8] {
    let names = ["a", "b"]
    let witnesses = try names.enumerated().map { place, name in
      try "witness \(name) \(key("w.example/\(name)", .witness, UInt8(2 + place)).verifier.text)\n"
    }
    return Array(
      (try "log \(log().verifier.text)\n" + witnesses.joined()
        + "group both \(quorum) a b\nquorum both\n").utf8)
  }

  /// A checkpoint over the first entries, signed by the log and by so many witnesses.
  static func note(
    _ entries: [[UInt8]], by key: SigningKey? = nil, witnesses: Int = 2
  ) throws -> [UInt8] {
    let root = MerkleTree.root(of: entries.map { hasher.leaf($0) }, hasher: hasher)
    let text = try #require(
      Checkpoint(origin: origin, size: UInt64(entries.count), root: root)
    ).text
    let signer = try key ?? log()
    var note = SignedNote(text: text, signatures: [signer.noteLine(for: text)])
    for place in 0..<witnesses {
      let name = ["w.example/a", "w.example/b"][place]
      note.signatures.append(
        try self.key(name, .witness, UInt8(2 + place)).cosignatureLine(for: text, time: 1_000))
    }
    return note.bytes
  }

  /// Writes a bundle of any entries: every tile by the specification, and not by what is tested.
  static func forge(
    _ entries: [[UInt8]], note: [UInt8]?, at folder: String
  ) throws {
    let levels = MerkleLevels(leaves: entries.map { hasher.leaf($0) }, hasher: hasher)
    for tile in Tile.changed(from: 0, to: levels.size) {
      guard case .hashes(let level) = tile.content else { continue }
      let start = tile.index * UInt64(Tile.capacity)
      let hashes = try (0..<UInt64(tile.width)).map {
        try #require(levels.hash(level: 8 * level, index: start + $0))
      }
      try write(hashes.flatMap(\.bytes), "\(folder)/\(tile.path)")
      guard level == 0 else { continue }
      let own = try #require(Tile(.entries, index: tile.index, width: tile.width))
      let part = Array(entries[Int(start)..<Int(start) + tile.width])
      try write(try #require(Tile.bundle(part)), "\(folder)/\(own.path)")
    }
    let root = MerkleTree.root(of: entries.map { hasher.leaf($0) }, hasher: hasher)
    let text =
      "{\"entries\":\(entries.count),\"genesis\":\"\(SHA256Hasher.hex(entries[0]))\","
      + "\"root\":\"\(root.hex)\",\"version\":1}\n"
    try write(Array(text.utf8), "\(folder)/audit.json")
    if let note { try write(note, "\(folder)/checkpoint") }
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// The entries of a ledger file.
  static func entries(_ file: LedgerFile) throws -> [[UInt8]] {
    let store = try LedgerStore(path: file.path)
    defer { try? store.close() }
    return try store.entries(from: 0, limit: 1_000_000).map(\.1)
  }

  /// Every file below a folder with its bytes.
  static func files(_ folder: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      var isFolder: ObjCBool = false
      let path = "\(folder)/\(name)"
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      found[name] = try Data(contentsOf: URL(fileURLWithPath: path))
    }
    return found
  }

  /// A bundle of the script as the command writes it, with everything that proves it; and its folder.
  static func whole() throws -> (file: LedgerFile, entries: [[UInt8]], folder: String) {
    let file = try LedgerFile.written()
    let entries = try entries(file)
    try write(note(entries), file.path + ".checkpoint")
    let folder = file.folder + "/bundle"
    _ = try BundleWriter.write(file: file.path, to: folder)
    return (file, entries, folder)
  }
}
