import Foundation

/// The files of the repository, read once.
struct Tree {
  let files: [SourceFile]

  static let here = Tree(root: root)

  /// Three folders up from this file.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let folders = ["Sources", "Tests", "adapters", "config", "deploy", ".ci"]
  private static let tops = [
    "Package.swift", "Makefile", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md",
  ]

  private init(root: URL) {
    var paths = Self.tops
    for folder in Self.folders {
      let found = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
      while let next = found?.nextObject() as? String {
        if next.contains("__pycache__") || next.contains("/.build") { continue }
        paths.append("\(folder)/\(next)")
      }
    }
    files = paths.sorted().compactMap { path in
      guard
        let bytes = FileManager.default.contents(
          atPath: root.appendingPathComponent(path).path),
        let text = String(data: bytes, encoding: .utf8)
      else { return nil }
      return SourceFile(path, text)
    }
  }

  var swift: [SourceFile] { files.filter(\.isSwift) }

  /// Whether a file or folder is there, from the root.
  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(path).path)
  }

  func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }
}
