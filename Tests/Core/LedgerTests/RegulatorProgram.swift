import Foundation
import LedgerFixture

/// A program of `deploy/regulator`, run on files: one process for all, as starting one takes longer
/// than most of what it does.
struct RegulatorProgram {
  /// Its name without `.py`.
  let name: String
  /// What its files end with, by which it may know them.
  let suffix: String

  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("deploy/regulator")

  var path: String { Self.folder.appendingPathComponent("\(name).py").path }

  /// What it says of each file: its exit code, a space, and its last line.
  func run(_ files: [Data]) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (index, file) in files.enumerated() {
      try file.write(to: folder.appendingPathComponent("\(index).\(suffix)"))
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-B", "-c",
      """
      import sys, io, contextlib, importlib
      sys.path.insert(0, sys.argv[1])
      program = importlib.import_module(sys.argv[2])
      for index in range(int(sys.argv[4])):
          words = io.StringIO()
          with contextlib.redirect_stdout(words):
              code = program.main(f"{sys.argv[3]}/{index}.{sys.argv[5]}")
          print(code, words.getvalue().strip().splitlines()[-1])
      """, Self.folder.path, name, folder.path, "\(files.count)",
      suffix,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    guard process.terminationStatus == 0, lines.count == files.count else {
      throw Exchange.Failure("\(name) stopped after \(lines.count) of \(files.count) files")
    }
    return lines
  }
}
