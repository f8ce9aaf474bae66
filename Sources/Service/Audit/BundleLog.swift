import Foundation
import Transparency

/// The log in the folder of a bundle, for a follower that is fed from files. Nothing of it is believed: whoever
/// follows applies every entry, and compares the first with its pin.
package struct BundleLog: Sendable {
  private let bundle: BundleFolder
  /// Tiles that are given at a time: 16 MiB at most, each.
  private static let mostTiles = 4

  package init(folder: String) { bundle = BundleFolder(path: folder) }

  /// Whether the folder is one of a bundle.
  package static func isThere(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(AuditManifest.name)")
  }

  package var path: String { bundle.path }

  /// The number of entries.
  package func count() throws(AuditFault) -> Int64 { try bundle.manifest().entries }

  /// Entries from a position on, without a gap; empty when there are none.
  package func entries(from position: Int64) throws(AuditFault) -> [[UInt8]] {
    let count = try count()
    let capacity = Int64(Tile.capacity)
    var found: [[UInt8]] = []
    var start = position / capacity * capacity
    for _ in 0..<Self.mostTiles where start < count && position < count {
      let width = Int(min(capacity, count - start))
      guard let tile = Tile(.entries, index: UInt64(start / capacity), width: width),
        let entries = Tile.entries(in: try bundle.bytes(of: tile), count: width)
      else {
        throw .malformed(
          path: "\(bundle.path): the entries from \(start) on", why: "are no tile: get it again")
      }
      found += entries.dropFirst(Int(max(0, position - start)))
      start += capacity
    }
    return found
  }
}
