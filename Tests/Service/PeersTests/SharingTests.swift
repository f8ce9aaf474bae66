import Foundation
import LedgerStore
import Logging
import Peers
import ServiceLifecycle
import Synchronization
import Testing

/// What replicas bring each other beside the log, over real connections.
@Suite(.timeLimit(.minutes(15))) struct SharingTests {
  /// The shelves and the listener of one replica.
  private final class Party: Sendable {
    let name: String
    let secrets: Shelf
    let words: Shelf
    let shelves: [SharedShelf]
    let sharing: SharingDesk
    let noted = Noted()

    init(_ name: String, in folder: URL) throws {
      self.name = name
      func path(_ kind: String) -> String {
        folder.appendingPathComponent("\(name)-\(kind).sqlite").path
      }
      let secrets = try Shelf(path: path("secrets"), author: name)
      let words = try Shelf(path: path("words"), author: name)
      let held = Mutex<[String: String]>([:])
      (self.secrets, self.words) = (secrets, words)
      let noted = noted
      shelves = [
        SharedShelf(name: .secrets, shelf: secrets, kinds: ["token"]) { noted.add($0) },
        SharedShelf(name: .words, shelf: words, kinds: ["label", "access"]),
      ]
      sharing = SharingDesk(
        name: name,
        shelves: shelves,
        claim: { digest, replica in
          held.withLock { held in
            held[digest] = held[digest] ?? replica
            return held[digest] == replica
          }
        },
        words: { try words.words("access", $0) })
    }
  }

  /// What a replica was told of.
  private final class Noted: Sendable {
    private let items = Mutex<[ShelfItem]>([])
    func add(_ more: [ShelfItem]) { items.withLock { $0 += more } }
    var objects: [String] { items.withLock { $0.map(\.object) } }
  }

  private func until(_ what: String, _ holds: () throws -> Bool) async throws {
    for _ in 0..<2_000 {
      if try holds() { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("it never came to this: \(what)")
  }

  @Test(
    "Digests go to every replica, words to those of the same jurisdiction, and nothing else does")
  func brought() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-sharing-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let one = try Party("one", in: folder)
    let (home, abroad) = (try Party("home", in: folder), try Party("abroad", in: folder))
    let benches = [
      try await PeerBench(sharing: home.sharing), try await PeerBench(sharing: abroad.sharing),
    ]
    // Each bench has an authority of its own, so each gets a carrier of its own.
    var logger = Logger(label: "sharing")
    logger.logLevel = .critical
    let carriers = try zip(benches, ["hk", "cn"]).map { bench, jurisdiction in
      ShelfCarrier(
        one.shelves,
        to: [PeerAddress(name: jurisdiction, url: bench.url, jurisdiction: jurisdiction)],
        jurisdiction: "hk", client: try bench.client(), logger: logger)
    }
    try one.secrets.set("token", "t-1", ["principal": "p-1"])
    try one.secrets.set("claim", "t-1", ["replica": "one"])
    try one.words.set("label", "bid-1", ["": "secret plans"])
    let group = ServiceGroup(services: carriers, logger: logger)
    let running = Task { try await group.run() }
    try await until("the token is everywhere, the label at home") {
      try home.secrets.words("token", "t-1") == ["principal": "p-1"]
        && abroad.secrets.words("token", "t-1") == ["principal": "p-1"]
        && home.words.words("label", "bid-1") == ["": "secret plans"]
    }
    try one.words.set("label", "bid-1", [:])
    try one.secrets.set("token", "t-2", ["principal": "p-2"])
    try await until("what changes later, too, and what is taken away") {
      try home.words.words("label", "bid-1").isEmpty
        && abroad.secrets.words("token", "t-2") == ["principal": "p-2"]
    }
    #expect(try !abroad.words.knows("label", "bid-1"))
    #expect(try !home.secrets.knows("claim", "t-1") && !abroad.secrets.knows("claim", "t-1"))
    #expect(abroad.noted.objects == ["t-1", "t-2"])

    // One that is asked says what it knows of a lease, wherever it stands.
    try abroad.words.set("access", "l-1", ["host": "login.example.cn"])
    let client = try benches[1].client()
    let peers = [PeerAddress(name: "abroad", url: benches[1].url)]
    #expect(
      await SharingDesk.access("l-1", of: peers, client) == ["host": "login.example.cn"])
    #expect(await SharingDesk.access("l-2", of: peers, client) == [:])

    await group.triggerGracefulShutdown()
    try await running.value
    for bench in benches { await bench.end() }
  }

  @Test(
    "Most replicas have to give leave: one that is refused is told so, one that hears too little too"
  )
  func leave() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-leave-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let parties = try ["a", "b", "c"].map { try Party($0, in: folder) }
    let bench = try await PeerBench(sharing: parties[1].sharing)
    let client = try bench.client()
    let there = PeerAddress(name: "b", url: bench.url)
    let away = PeerAddress(name: "gone", url: "https://127.0.0.1:1")
    let digest = String(repeating: "d", count: 64)
    // Two of three.
    #expect(try await parties[0].sharing.leave(digest, of: [there, away], client) == true)
    #expect(try await parties[0].sharing.leave(digest, of: [there, away], client) == true)
    #expect(try await parties[2].sharing.leave(digest, of: [there, away], client) == false)
    // One of three.
    let other = String(repeating: "e", count: 64)
    #expect(try await parties[0].sharing.leave(other, of: [away, away], client) == nil)
    // What is no digest is not kept.
    #expect(try await parties[0].sharing.leave("short", of: [there, away], client) == nil)
    await bench.end()
  }
}
