import Foundation

/// A folder for one piece of work, to be removed after it; what it holds is nobody else's to read.
package struct WorkFolder: Sendable {
  private let url: URL

  /// - Parameter purpose: a word of its name, so that one that was left behind tells whose it was.
  package init(_ purpose: String) throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-\(purpose)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// The path of a file in it.
  package func file(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// What a ledger file, that may be in use, held at one moment; the path of the copy.
  package func copy(of path: String) throws -> String {
    let copy = file("copy.sqlite")
    try LedgerCopy.make(of: path, at: copy)
    return copy
  }

  /// Removes it with all that it holds.
  package func remove() { try? FileManager.default.removeItem(at: url) }
}
