import Audit
import Foundation
import GRDB
import Ledger
import LedgerStore
import Receipts
import Seeded
import Testing
import Transparency

/// `deploy/regulator/verify.py` agrees with our own checks, and shares no code with them.
struct VerifyProgramTests {
  static let program =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    + "/deploy/regulator/verify.py"

  private func run(_ words: [String]) throws -> (status: Int32, text: String) {
    try #require(
      try output(of: "python3", ["-B", Self.program] + words),
      "python3 is not there; deploy/setup test installs it")
  }

  /// A bundle with its policy in a file; and a snapshot beside it.
  private func package() throws -> (file: LedgerFile, folder: String, policy: String) {
    let (file, _, folder) = try SignedBundle.whole()
    let policy = file.folder + "/policy.txt"
    try SignedBundle.write(try SignedBundle.policy(), policy)
    return (file, folder, policy)
  }

  @Test("It is Python 3.8, without anything but the standard library, and nothing of one system")
  func version() throws {
    let check = """
      import ast, sys
      tree = ast.parse(open(sys.argv[1], encoding='utf-8').read(), feature_version=(3, 8))
      names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
      names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
      newer = {'removeprefix', 'removesuffix', 'bit_count', 'pairwise', 'batched', 'is_relative_to', 'walk_up',
               'file_digest', 'zip_strict', 'nextafter', 'lcm'}
      used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
      print(' '.join(sorted(names)), sorted(newer & used))
      """
    let said = try #require(try output(of: "python3", ["-c", check, Self.program]))
    #expect(
      said.text.trimmingCharacters(in: .whitespacesAndNewlines)
        == "argparse base64 binascii hashlib json os sqlite3 stat sys []")
  }

  @Test("A whole bundle and its snapshot hold, with the same root")
  func sound() throws {
    let (file, folder, policy) = try package()
    let copy = file.folder + "/copy.sqlite"
    let digest = try LedgerSnapshot.write(file: file.path, to: copy)
    let said = try run(["snapshot", copy, "--bundle", folder, "--policy", policy])
    #expect(said.status == 0, "\(said.text)")
    let report = try BundleAudit.verify(folder: folder, policy: nil)
    for words in [
      String(report.root.prefix(12)), String(digest.prefix(12)), "witnesses a, b (2 of 2)",
      "6 of 6 checks hold",
      "CNY and HKD sum to zero", "Not checked here:",
    ] { #expect(said.text.contains(words), "\(words): \(said.text)") }
    let known = file.folder + "/known"
    let entries = try SignedBundle.entries(file)
    for (size, status) in [(100, Int32(0)), (99, 6)] {
      var part = Array(entries.prefix(size))
      if status != 0 { part[7] = part[8] }
      try SignedBundle.write(try SignedBundle.note(part), known)
      let said = try run(["bundle", folder, "--policy", policy, "--checkpoint", known])
      #expect(said.status == status, "\(said.text)")
      #expect(said.text.contains("two histories") == (status != 0))
    }
  }

  @Test("A flipped bit in any file of a bundle is refused")
  func flips() throws {
    let (file, folder, policy) = try package()
    defer { withExtendedLifetime(file) {} }
    let files = try SignedBundle.files(folder)
    let names = files.keys.sorted()
    var source = Source(53)
    for number in 0..<cases(16) {
      let name = number < names.count ? names[number] : source.pick(names)
      var bytes = [UInt8](try #require(files[name]))
      let offset = Int(source.number(0...Int64(bytes.count - 1)))
      bytes[offset] ^= 1 << UInt8(source.number(0...7))
      try SignedBundle.write(bytes, "\(folder)/\(name)")
      let said = try run(["bundle", folder, "--policy", policy])
      #expect(said.status == 6, "\(name): byte \(offset): \(said.text)")
      #expect(!said.text.contains("Traceback"), "\(said.text)")
      try SignedBundle.write([UInt8](try #require(files[name])), "\(folder)/\(name)")
    }
    #expect(try run(["bundle", folder, "--policy", policy]).status == 0)
    try FileManager.default.removeItem(atPath: folder + "/checkpoint")
    #expect(try run(["bundle", folder, "--policy", policy]).text.contains("nobody has signed"))
  }

  @Test("A snapshot with another balance, entry or digest is refused")
  func snapshots() throws {
    let (file, folder, policy) = try package()
    for (sql, words) in [
      ("UPDATE accounts SET balance = balance + 1 WHERE id = 'alpha:hkd'", "does not sum to zero"),
      (
        "UPDATE accounts SET balance = balance + CASE id WHEN 'alpha:hkd' THEN 1 ELSE -1 END "
          + "WHERE id IN ('alpha:hkd', 'gamma:hkd')", "does not follow from its movements"
      ),
      ("UPDATE entries SET bytes = replace(bytes, '1', '2') WHERE position = 50", "entry 50"),
      ("", "another SHA-256"),
    ] {
      let other = try LedgerFile()
      try FileManager.default.copyItem(atPath: file.path, toPath: other.path)
      if !sql.isEmpty {
        let edit = try Workbench(path: other.path)
        try edit.tamper { db in try db.execute(sql: sql) }
        try edit.close()
      }
      let copy = other.folder + "/copy.sqlite"
      _ = try LedgerSnapshot.write(file: other.path, to: copy)
      if sql.isEmpty {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: copy))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([0]))
        try handle.close()
      }
      let said = try run(["snapshot", copy, "--bundle", folder, "--policy", policy])
      #expect(said.status == 6 && said.text.contains(words), "\(words): \(said.text)")
    }
  }

  @Test("A receipt holds, and no bit of it flips unseen")
  func receipts() throws {
    let (file, _, policy) = try package()
    let entries = try SignedBundle.entries(file)
    let store = try LedgerStore(path: file.path)
    let levels = MerkleLevels(
      leaves: entries.map { SignedBundle.hasher.leaf($0) }, hasher: SignedBundle.hasher)
    let lease = try #require(
      try store.pool.read { try String.fetchOne($0, sql: "SELECT min(id) FROM leases") })
    let receipt = try #require(
      try TradeReceipt.make(
        lease: lease, store: store,
        witnessed: (try SignedBundle.note(entries), UInt64(entries.count)), stored: levels.hash))
    try store.close()
    let (path, proof) = (file.folder + "/a.receipt", file.folder + "/a.tlog-proof")
    try SignedBundle.write(receipt.receipt, path)
    try SignedBundle.write(receipt.proof, proof)
    let said = try run(["receipt", path, "--policy", policy])
    #expect(said.status == 0 && said.text.contains("2 of 2 checks hold"), "\(said.text)")
    var source = Source(54)
    for number in 0..<cases(16) {
      let (name, whole) =
        number.isMultiple(of: 2) ? (path, receipt.receipt) : (proof, receipt.proof)
      var bytes = whole
      // How many events there were is not what a path proves: the first two lines are left out.
      let head = whole.indices.filter { whole[$0] == 0x0A }[1]
      let place = source.number(Int64(head + 1)...Int64(bytes.count - 1))
      bytes[Int(place)] ^= 1 << UInt8(source.number(0...7))
      try SignedBundle.write(bytes, name)
      let said = try run(["receipt", path, "--policy", policy])
      #expect(said.status == 6 && !said.text.contains("Traceback"), "\(said.text)")
      try SignedBundle.write(whole, name)
    }
  }
}
