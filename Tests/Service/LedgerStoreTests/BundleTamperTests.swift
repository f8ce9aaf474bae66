import Audit
import Foundation
import Ledger
import LedgerStore
import Market
import Seeded
import Testing
import Transparency
import Units
import Witnessing

/// Whatever is changed in a bundle is found, and it is said what and where.
struct BundleTamperTests {
  private func verify(_ folder: String) throws -> AuditReport {
    try BundleAudit.verify(folder: folder, policy: try SignedBundle.policy())
  }

  private func wrong(_ report: AuditReport) -> [String] {
    report.checks.filter { $0.verdict == .wrong }.map(\.name)
  }

  private func detail(_ report: AuditReport, _ name: String) -> String {
    report.checks.first { $0.name == name }?.detail ?? ""
  }

  @Test("A bit that flips in any file is found")
  func flips() throws {
    let count = cases(24)
    let (file, _, folder) = try SignedBundle.whole()
    defer { withExtendedLifetime(file) {} }
    let files = try SignedBundle.files(folder)
    let names = files.keys.sorted()
    var source = Source(52)
    for number in 0..<count {
      // Each file at least once.
      let name = number < names.count ? names[number] : source.pick(names)
      var bytes = [UInt8](try #require(files[name]))
      let offset = Int(source.number(0...Int64(bytes.count - 1)))
      bytes[offset] ^= 1 << UInt8(source.number(0...7))
      try SignedBundle.write(bytes, "\(folder)/\(name)")
      let found: [String]
      do { found = wrong(try verify(folder)) } catch { found = ["\(error)"] }
      #expect(!found.isEmpty, "\(name): byte \(offset)")
      if name.hasPrefix("tile/entries") { #expect(found.first == "Tree", "\(name): \(found)") }
      if name.hasPrefix("tile/0") { #expect(found == ["Tree"], "\(name): \(found)") }
      try SignedBundle.write([UInt8](try #require(files[name])), "\(folder)/\(name)")
    }
    #expect(try verify(folder).holds)
    figure("-", "bits flipped in an audit bundle, each found", count)
  }

  @Test("Files that are missing, cut or too long are named")
  func files() throws {
    let (file, _, folder) = try SignedBundle.whole()
    defer { withExtendedLifetime(file) {} }
    let files = try SignedBundle.files(folder)
    for (name, data) in files where name.hasPrefix("tile/") {
      for change in [nil, data.dropLast(), data + [0], Data()] as [Data?] {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        if let change { try SignedBundle.write([UInt8](change), "\(folder)/\(name)") }
        let report = try verify(folder)
        #expect(wrong(report).contains("Tree"))
        #expect(detail(report, "Tree").contains(name), "\(detail(report, "Tree"))")
        try SignedBundle.write([UInt8](data), "\(folder)/\(name)")
      }
    }
    // What would wait for ever, or is no file.
    let tile = try #require(files.keys.sorted().first { $0.hasPrefix("tile/entries") })
    try FileManager.default.removeItem(atPath: "\(folder)/\(tile)")
    #expect(mkfifo("\(folder)/\(tile)", 0o600) == 0)
    #expect(detail(try verify(folder), "Tree").contains("no regular file"))
    try FileManager.default.removeItem(atPath: "\(folder)/checkpoint")
    #expect(detail(try verify(folder), "Signatures").contains("no checkpoint"))
  }

  /// A bundle of other entries in a folder of its own.
  private func forged(
    _ entries: [[UInt8]], note: [UInt8]?
  ) throws -> (LedgerFile, AuditReport) {
    let place = try LedgerFile()
    try SignedBundle.forge(entries, note: note, at: place.folder + "/bundle")
    return (place, try verify(place.folder + "/bundle"))
  }

  @Test(
    "An entry that was removed, added or changed is found by the signature, the hashes made anew")
  func rewritten() throws {
    let entries = try SignedBundle.entries(try LedgerFile.written())
    let note = try SignedBundle.note(entries)
    var removed = entries
    removed.remove(at: 77)
    var changed = entries
    changed[77][changed[77].count - 3] ^= 1
    for (other, words) in [
      (removed, "entries were removed"), (Array(entries.dropLast()), "entries were removed"),
      (changed, "an entry was changed"),
      (entries.dropLast(2) + [[1], [2]], "an entry was changed"),
    ] {
      let (_, report) = try forged(other, note: note)
      #expect(wrong(report).contains("Tree"))
      #expect(detail(report, "Tree").contains(words), "\(detail(report, "Tree"))")
    }
  }

  @Test("A checkpoint by another key, or by too few, is found")
  func signers() throws {
    let entries = try SignedBundle.entries(try LedgerFile.written())
    let thief = try SignedBundle.key(SignedBundle.origin, .log, 99)
    let (_, stolen) = try forged(entries, note: try SignedBundle.note(entries, by: thief))
    #expect(wrong(stolen) == ["Signatures"])
    #expect(detail(stolen, "Signatures").contains("log itself has not signed"))
    let (_, few) = try forged(entries, note: try SignedBundle.note(entries, witnesses: 1))
    #expect(wrong(few) == ["Signatures"])
    #expect(detail(few, "Signatures").contains("1 of 2 witnesses"))
    let (_, none) = try forged(entries, note: nil)
    #expect(detail(none, "Signatures").contains("nobody has signed"))
  }

  /// Changes an entry of a kind, and has log and witnesses sign it: what only those could do.
  private func insider(
    _ change: (inout Command) -> Bool
  ) throws -> (position: Int64, report: AuditReport) {
    var entries = try SignedBundle.entries(try LedgerFile.written())
    for place in entries.indices {
      var entry = try Entry.decode(entries[place])
      guard change(&entry.command) else { continue }
      entries[place] = FieldCodec.encode(entry)
      return (entry.position, try forged(entries, note: try SignedBundle.note(entries)).1)
    }
    throw CocoaError(.featureUnsupported)
  }

  @Test("What the log's keeper itself changes, and has signed, is found by applying it again")
  func insiders() throws {
    let outcome = try insider { command in
      guard case .commitOutcome(var commit) = command, commit.welfare > 0 else { return false }
      commit.welfare += 1
      command = .commitOutcome(commit)
      return true
    }
    #expect(wrong(outcome.report).starts(with: ["Commands", "Rounds"]), "\(outcome.report.checks)")
    let words = detail(outcome.report, "Rounds")
    #expect(words.contains("in entry \(outcome.position) does not pass the check: welfare"))

    let money = try insider { command in
      guard case .approve = command else { return false }
      command = .decline(Numbered(0))
      return true
    }
    #expect(wrong(money.report).first == "Commands", "\(money.report.checks)")

    let deposit = try insider { command in
      guard case .deposit(var terms) = command else { return false }
      terms.amount += 1
      command = .deposit(terms)
      return true
    }
    #expect(wrong(deposit.report).first == "Commands", "\(deposit.report.checks)")

    let state = try insider { command in
      guard case .seal(var seal) = command, seal.state != nil else { return false }
      seal.state = String(repeating: "ab", count: 32)
      command = .seal(seal)
      return true
    }
    #expect(wrong(state.report).contains("Books"), "\(state.report.checks)")
    #expect(detail(state.report, "Books").contains("the seal at \(state.position)"))
  }
}
