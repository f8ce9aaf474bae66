import Access
import Foundation
import Ledger
import LedgerStore
import Testing
import Units

/// The one door: secrets are kept as digests, and the ledger says what they open.
struct AccessTests {
  private func door(_ body: (AccessDoor, String) throws -> Void) throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    let path = file.folder + "/tokens.json"
    try body(try AccessDoor(path: path, store: store), path)
    // What was made is there after a restart.
    try body(try AccessDoor(path: path, store: store), path)
    try store.close()
  }

  @Test("A token opens for its principal alone; the file holds only digests and is its owner's")
  func tokens() throws {
    try door { door, path in
      let token = try door.makeToken(principal: "maker")
      let viewer = try #require(try door.viewer(bearer: token))
      #expect(viewer.principal == "maker" && viewer.has(.platform) && viewer.seesAll)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(!text.contains(token) && !text.contains(token.dropFirst(7)))
      #expect(text.contains("maker"))
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      for wrong in [
        "", "maker", token + "0", String(token.dropLast()), token.uppercased(),
        String(repeating: "a", count: 100_000),
      ] {
        #expect(try door.viewer(bearer: wrong) == nil)
      }
      #expect(throws: AccessError.self) { try door.makeToken(principal: "nobody") }
    }
  }

  @Test("An invitation enrols the agent of its site once, and not after seven days")
  func invitations() throws {
    try door { door, _ in
      let now: Int64 = 1_800_000_000_000
      #expect(throws: AccessError.self) { try door.invite(site: "nowhere", now: now) }
      let late = try door.invite(site: "qianhai", now: now)
      #expect(throws: AccessError.self) {
        try door.enrol(invitation: late, now: now + AccessDoor.invitationLife)
      }
      let secret = try door.invite(site: "qianhai", now: now)
      let enrolled = try door.enrol(invitation: secret, now: now + AccessDoor.invitationLife - 1)
      #expect(enrolled.site == "qianhai")
      let viewer = try #require(try door.viewer(bearer: enrolled.token))
      #expect(viewer.roles == [.agent] && viewer.site == "qianhai" && !viewer.seesAll)
      #expect(throws: AccessError.self) { try door.enrol(invitation: secret, now: now) }
      #expect(throws: AccessError.self) { try door.enrol(invitation: "invite_", now: now) }
    }
  }

  @Test("A file that others can read, or that is no file of digests, is refused")
  func badFiles() throws {
    try door { door, path in
      _ = try door.makeToken(principal: "maker")
      let store = try LedgerStore(
        path: URL(fileURLWithPath: path).deletingLastPathComponent().path + "/other.sqlite")
      defer { try? store.close() }
      let files = FileManager.default
      try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      #expect(throws: AccessError.self) { try AccessDoor(path: path, store: store) }
      try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      let good = try Data(contentsOf: URL(fileURLWithPath: path))
      try good.dropLast(9).write(to: URL(fileURLWithPath: path))
      try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      #expect(throws: AccessError.self) { try AccessDoor(path: path, store: store) }
      try good.write(to: URL(fileURLWithPath: path))
      try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
  }
}
