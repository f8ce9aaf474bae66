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
    let path = file.folder + "/tokens.sqlite"
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
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(bytes.range(of: Data(token.dropFirst(7).utf8)) == nil)
      #expect(bytes.range(of: Data("maker".utf8)) != nil)
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

  @Test("A file that others can read, or that is no shelf, is refused")
  func badFiles() throws {
    try door { door, path in
      _ = try door.makeToken(principal: "maker")
      let store = try LedgerStore(
        path: URL(fileURLWithPath: path).deletingLastPathComponent().path + "/other.sqlite")
      defer { try? store.close() }
      let files = FileManager.default
      let good = try Data(contentsOf: URL(fileURLWithPath: path))
      try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      #expect(throws: ShelfError.self) { try AccessDoor(path: path, store: store) }
      try Data("no file of SQLite, though it is long enough to look at".utf8).write(
        to: URL(fileURLWithPath: path))
      try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      #expect(throws: ShelfError.self) { try AccessDoor(path: path, store: store) }
      try good.write(to: URL(fileURLWithPath: path))
      try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
  }

  @Test("Digests that an earlier release kept in tokens.json open the same, and that file is gone")
  func takenOver() throws {
    try door { door, path in
      let folder = (path as NSString).deletingLastPathComponent
      let (token, invitation) = ("sampan_" + String(repeating: "a", count: 64), "invite_b")
      func digest(_ text: String) -> String { SHA256Hasher.hex(Array(text.utf8)) }
      let old = """
        {"invitations": {"\(digest(invitation))": {"expires": 2000, "site": "qianhai"}},
         "tokens": {"\(digest(token))": "maker"}}
        """
      try Data(old.utf8).write(to: URL(fileURLWithPath: folder + "/tokens.json"))
      let store = try LedgerStore(path: folder + "/ledger.sqlite")
      defer { try? store.close() }
      let taken = try AccessDoor(
        path: folder + "/taken-\(UUID().uuidString).sqlite", store: store)
      #expect(try taken.viewer(bearer: token)?.principal == "maker")
      #expect(try taken.enrol(invitation: invitation, now: 1_999).site == "qianhai")
      #expect(!FileManager.default.fileExists(atPath: folder + "/tokens.json"))
    }
  }

  /// The doors of some replicas of one ledger.
  private func doors(_ count: Int, _ body: ([AccessDoor]) throws -> Void) throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    try body(
      try (0..<count).map {
        try AccessDoor(path: "\(file.folder)/tokens-\($0).sqlite", store: store, author: "r\($0)")
      })
    try store.close()
  }

  private func bring(_ from: AccessDoor, _ to: AccessDoor) throws {
    let heard = try to.shelf.heard(of: from.shelf.instance)
    let (items, end) = try from.shelf.items(after: heard, atMost: 1 << 20)
    let shared = items.filter { AccessDoor.Kind.shared.contains($0.kind) }
    to.noticed(try to.shelf.take(shared, of: from.shelf.instance, upTo: end))
  }

  @Test("A token made at one replica opens at another that was brought it, at once")
  func brought() throws {
    try doors(2) { doors in
      let token = try doors[0].makeToken(principal: "maker")
      #expect(try doors[1].viewer(bearer: token) == nil)
      try bring(doors[0], doors[1])
      #expect(try doors[1].viewer(bearer: token)?.principal == "maker")
    }
  }

  @Test(
    "Of several replicas one alone has the leave of most to use an invitation, and has it again")
  func claims() throws {
    let now: Int64 = 1_800_000_000_000
    try doors(3) { doors in
      let secret = try doors[0].invite(site: "qianhai", now: now)
      #expect(try doors[1].claimable(secret, now: now) == nil, "it has not come there yet")
      let digest = try #require(try doors[0].claimable(secret, now: now))
      // One that has not heard of the invitation gives leave as well.
      #expect(try doors[2].claim(digest, by: "r2"))
      #expect(try doors[0].claim(digest, by: "r0") && doors[1].claim(digest, by: "r0"))
      for door in doors[0...1] {
        #expect(try !door.claim(digest, by: "r2") && door.claim(digest, by: "r0"))
      }
      _ = try doors[0].enrol(invitation: secret, now: now)
      try bring(doors[0], doors[1])
      #expect(try doors[0].claimable(secret, now: now) == nil)
      #expect(try doors[1].claimable(secret, now: now) == nil)
      #expect(try doors[1].claim(digest, by: "r0"), "whose answer was lost asks again")
      // One whose use is known here is nobody's any more.
      let other = try doors[0].invite(site: "qianhai", now: now)
      let second = try #require(try doors[0].claimable(other, now: now))
      _ = try doors[0].enrol(invitation: other, now: now)
      try bring(doors[0], doors[1])
      #expect(try !doors[1].claim(second, by: "r1"))
    }
  }
}
