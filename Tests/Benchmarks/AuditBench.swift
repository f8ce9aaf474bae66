import Audit
import Foundation
import Ledger
import LedgerStore
import Replica
import Transparency
import Units

/// What an auditor waits for: the bundle of many entries written, and checked from the first to the last.
struct AuditBench {
  /// `ENTRIES` of the environment; 1,000,000 is the figure.
  static let entries = number("ENTRIES", 100_000)
  static let batch = 1_000

  static func run(_ scratch: Scratch) throws -> [Figure] {
    let (path, folder) = (scratch.file("audit.sqlite"), scratch.file("bundle"))
    defer {
      scratch.discard(path)
      try? FileManager.default.removeItem(atPath: folder)
    }
    var purses = try Purses(path: path, seed: 8)
    while purses.core.state.position < Int64(entries) {
      purses.time += Span.minute
      try purses.commit((0..<batch).map { _ in purses.transfer() })
      try purses.lead()
    }
    try purses.store.close()
    var summary: BundleWriter.Summary?
    let writing = try seconds { summary = try BundleWriter.write(file: path, to: folder) }
    var report: AuditReport?
    let checking = try seconds { report = try BundleAudit.verify(folder: folder, policy: nil) }
    guard let summary, let report, report.holds else { throw Fault("the bundle does not hold") }
    let python = try python(folder)
    let many = "\(summary.entries) entries"
    return [
      Figure(
        name: "audit bundle of \(many)", target: "published", measured: "\(text(writing, 1)) s",
        met: true,
        detail: "\(text(Double(summary.bytes) / 1e6, 0)) MB, "
          + "\(summary.bytes / summary.entries) bytes an entry, \(summary.files) tiles"),
      Figure(
        name: "audit verify of \(many)", target: "published", measured: "\(text(checking, 1)) s",
        met: true,
        detail:
          "\(text(Double(report.entries) / checking, 0)) entries/s: hashed, applied again, books "
          + "balanced; verify.py (tree and proofs alone) \(python.map { text($0, 1) + " s" } ?? "not run")"
      ),
      try proofs(),
    ]
  }

  /// Proofs out of a tree of as many entries, made and checked.
  private static func proofs() throws -> Figure {
    let hasher = SHA256Hasher()
    let leaves = (0..<entries).map { hasher.leaf(Array("entry \($0)".utf8)) }
    let levels = MerkleLevels(leaves: leaves, hasher: hasher)
    let root = MerkleTree.root(of: leaves, hasher: hasher)
    let size = UInt64(entries)
    let count = 20_000
    let indices = (0..<count).map { UInt64($0) &* 48_271 % size }
    var made: [InclusionProof] = []
    let making = try seconds {
      made = try indices.map {
        try InclusionProof(index: $0, size: size, hasher: hasher, stored: levels.hash)
      }
    }
    var good = 0
    let checking = seconds {
      for proof in made {
        let leaf = leaves[Int(proof.index)]
        if proof.proves(leaf: leaf, root: root, hasher: hasher) { good += 1 }
      }
    }
    guard good == count else { throw Fault("a proof does not hold") }
    return Figure(
      name: "inclusion proofs among \(entries) entries", target: "published",
      measured: "\(text(Double(count) / making, 0))/s made", met: true,
      detail: "\(text(Double(count) / checking, 0))/s checked, \(made[0].path.count) hashes each")
  }

  /// The same tree by the Python program; nil where there is no Python.
  private static func python(_ folder: String) throws -> Double? {
    let program =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path + "/deploy/regulator/verify.py"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-B", program, "bundle", folder]
    process.standardOutput = FileHandle.nullDevice
    let took = try seconds {
      try process.run()
      process.waitUntilExit()
    }
    if process.terminationStatus == 127 { return nil }
    guard process.terminationStatus == 0 else { throw Fault("verify.py does not hold") }
    return took
  }
}
