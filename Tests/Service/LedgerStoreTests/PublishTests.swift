import Foundation
import LedgerStore
import Replica
import Testing

/// Published copies: what anybody can open without our programs.
struct PublishTests {
  @Test("A published copy has the digest beside it, is not in WAL, and is itself a sound ledger")
  func copy() throws {
    let file = try LedgerFile.written()
    let folder = try LedgerFile()
    let copy = folder.folder + "/copy.sqlite"
    let store = try LedgerStore(path: file.path)
    let digest = try store.publish(to: copy)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: copy)))
    #expect(digest == SHA256Hasher.hex(bytes))
    #expect(
      try String(contentsOfFile: copy + ".sha256", encoding: .utf8) == "\(digest)  copy.sqlite\n")
    // Read and write version of the file format: 1 is a rollback journal, 2 would be WAL.
    #expect(bytes[18...19] == [1, 1])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.folder).sorted()
        == ["copy.sqlite", "copy.sqlite.sha256"])
    // Again over the old one, while the ledger is open.
    #expect(try store.publish(to: copy) == digest)
    try store.close()
    #expect(try LedgerVerifier.verify(path: copy).ok)
  }

  @Test("A copy that cannot be put in its place is an error")
  func nowhere() throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    #expect(throws: (any Error).self) {
      try store.publish(to: file.folder + "/no-such-folder/copy.sqlite")
    }
    let taken = file.folder + "/taken"
    try FileManager.default.createDirectory(
      atPath: taken + "/inside", withIntermediateDirectories: true)
    #expect(throws: (any Error).self) { try store.publish(to: taken) }
    try store.close()
  }

  @Test("Stock sqlite3 reads a copy in a folder that nobody may write to, entries as JSON too")
  func stock() throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    let folder = try LedgerFile()
    let copy = folder.folder + "/copy.sqlite"
    _ = try store.publish(to: copy)
    try store.close()
    let files = FileManager.default
    try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: copy)
    try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.folder)
    defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.folder) }
    func query(_ sql: String) throws -> (status: Int32, text: String)? {
      // The owner of everything is not held by permissions; somebody else asks.
      if getuid() == 0,
        let answer = try output(
          of: "setpriv",
          ["--reuid=65534", "--regid=65534", "--clear-groups", "sqlite3", copy, sql])
      {
        return answer
      }
      return try output(of: "sqlite3", [copy, sql])
    }
    guard try output(of: "sqlite3", ["--version"]) != nil else {
      print("NOT TESTED: sqlite3 is not here; apt-get install sqlite3")
      return
    }
    let kinds = try #require(
      try query(
        """
        SELECT count(*), sum(json_extract(bytes, '$.cmd.kind') = kind),
          sum(json_extract(bytes, '$.n') = position), sum(json_extract(bytes, '$.t') = time),
          sum(json_extract(bytes, '$.id') = id), sum(json_valid(bytes)) FROM entries
        """))
    #expect(kinds.status == 0, "\(kinds.text)")
    let count = "\(Script.whole.entries.count)"
    #expect(
      kinds.text.trimmingCharacters(in: .whitespacesAndNewlines)
        == Array(repeating: count, count: 6).joined(separator: "|"))
    let views = try #require(try query("SELECT name FROM sqlite_schema WHERE type = 'view'"))
    let names = views.text.split(separator: "\n")
    #expect(names.count == 10)
    for name in names {
      let rows = try #require(try query("SELECT * FROM \(name) LIMIT 3"))
      #expect(rows.status == 0 && !rows.text.isEmpty, "\(name): \(rows.text)")
    }
    let written = try #require(try query("DELETE FROM chips"))
    #expect(written.status != 0)
  }
}
