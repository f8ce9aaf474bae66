import Audit
import Foundation
import Ledger
import LedgerStore
import Replica
import Testing
import Transparency
import Units
import Witnessing

/// The whole log as a folder: written, gone on with, and checked by whoever has it.
struct BundleTests {
  private func verify(
    _ folder: String, quorum: String = "all", known: [BundleAudit.Known] = []
  ) throws -> AuditReport {
    try BundleAudit.verify(
      folder: folder, policy: try SignedBundle.policy(quorum: quorum), known: known)
  }

  /// Names of the checks that are wrong.
  private func wrong(_ report: AuditReport) -> [String] {
    report.checks.filter { $0.verdict == .wrong }.map(\.name)
  }

  @Test("The bundle of a whole market holds in every respect, and is what the file says")
  func sound() throws {
    let (file, entries, folder) = try SignedBundle.whole()
    let report = try verify(folder)
    #expect(
      report.checks.map(\.name) == ["Tree", "Signatures", "Commands", "Rounds", "Books"])
    #expect(report.checks.allSatisfy { $0.verdict == .holds }, "\(report.checks)")
    let own = try LedgerVerifier.verify(path: file.path)
    #expect(report.entries == Int64(entries.count) && report.root == own.root)
    #expect(report.state == own.state && report.results == own.results)
    #expect(report.cosigners == ["a", "b"] && report.origin == SignedBundle.origin)
    #expect(report.notChecked.count == 1, "\(report.notChecked)")
    #expect(report.genesis == SHA256Hasher.hex(entries[0]))
    // By the specification, and not by the code that wrote it.
    let other = file.folder + "/other"
    try SignedBundle.forge(entries, note: try SignedBundle.note(entries), at: other)
    #expect(try SignedBundle.files(other) == SignedBundle.files(folder))
  }

  @Test("Without a policy signatures are not checked, and that is said; all else is")
  func noPolicy() throws {
    let (file, _, folder) = try SignedBundle.whole()
    defer { withExtendedLifetime(file) {} }
    let report = try BundleAudit.verify(folder: folder, policy: nil)
    #expect(report.holds && report.checks[1].verdict == .notDone)
    #expect(report.notChecked.contains { $0.hasPrefix("signatures") })
    try FileManager.default.removeItem(atPath: folder + "/checkpoint")
    #expect(try BundleAudit.verify(folder: folder, policy: nil).holds)
  }

  @Test("A bundle goes on where it ended, and is then the one that is written at once")
  func resumed() throws {
    let (file, entries, folder) = try SignedBundle.whole()
    let before = try SignedBundle.files(folder)
    #expect(try BundleWriter.write(file: file.path, to: folder).files == 0)
    let tile = try #require(before.keys.sorted().first { $0.hasPrefix("tile/0/") })
    try FileManager.default.removeItem(atPath: "\(folder)/\(tile)")
    #expect(try BundleWriter.write(file: file.path, to: folder).files == 1)
    #expect(try SignedBundle.files(folder) == before)
    // From every smaller tree, its right edge included.
    for size in [2, 255, 256, 257, entries.count - 1] where size < entries.count {
      let grown = "\(file.folder)/grown-\(size)"
      try SignedBundle.forge(Array(entries.prefix(size)), note: nil, at: grown)
      _ = try BundleWriter.write(file: file.path, to: grown)
      #expect(try SignedBundle.files(grown) == before, "from \(size)")
    }
    // Of another ledger nothing is written over.
    let other = "\(file.folder)/another"
    var changed = entries
    changed[1].append(0x20)
    try SignedBundle.forge(changed, note: nil, at: other)
    #expect(throws: AuditFault.self) { try BundleWriter.write(file: file.path, to: other) }
    #expect(!FileManager.default.fileExists(atPath: other + "/audit.json"))
    #expect(throws: AuditFault.notABundle(other)) {
      try BundleAudit.verify(folder: other, policy: nil)
    }
  }

  @Test("A checkpoint of less than the whole log vouches for what it covers, and that is said")
  func older() throws {
    let file = try LedgerFile.written()
    let entries = try SignedBundle.entries(file)
    let old = file.folder + "/old"
    try SignedBundle.write(try SignedBundle.note(Array(entries.dropLast(3))), old)
    let folder = file.folder + "/bundle"
    let summary = try BundleWriter.write(file: file.path, to: folder, checkpoint: old)
    #expect(summary.signed == Int64(entries.count - 3))
    let report = try verify(folder)
    #expect(report.holds)
    let words = "entries \(entries.count - 3) to \(entries.count - 1)"
    #expect(report.notChecked.contains { $0.contains(words) }, "\(report.notChecked)")
    // One of a larger log, and one of another, do not go with it.
    for note in [
      try SignedBundle.note(entries + [[1]]), try SignedBundle.note(entries.dropLast() + [[1]]),
    ] {
      try SignedBundle.write(note, old)
      #expect(throws: AuditFault.self) {
        try BundleWriter.write(file: file.path, to: folder, checkpoint: old)
      }
    }
  }

  @Test("Checkpoints from elsewhere are of the same history, or are named as a fork")
  func fork() throws {
    let (file, entries, folder) = try SignedBundle.whole()
    defer { withExtendedLifetime(file) {} }
    let older = BundleAudit.Known(
      name: "older", note: try SignedBundle.note(Array(entries.prefix(100))))
    let newer = BundleAudit.Known(
      name: "newer", note: try SignedBundle.note(entries + [[1]], witnesses: 0))
    let report = try verify(folder, known: [older, newer])
    #expect(report.holds, "\(report.checks)")
    #expect(report.checks[1].detail.contains("1 more checkpoints are of the same history"))
    #expect(report.notChecked.contains { $0.hasPrefix("newer") })
    var other = entries
    other[40] = other[41]
    for size in [41, 100, entries.count] {
      let note = try SignedBundle.note(Array(other.prefix(size)), witnesses: 0)
      let forked = try verify(folder, known: [BundleAudit.Known(name: "theirs", note: note)])
      #expect(wrong(forked) == ["Signatures"])
      #expect(forked.checks[1].detail.contains("a fork"), "\(forked.checks[1].detail)")
      #expect(forked.checks[1].detail.contains("theirs"))
    }
  }
}
