import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Testing
import Transport

/// Reads of those who see other people's objects are recorded (T48).
@Suite(.serialized) struct ReadRecordTests {
  /// Asks once, with a path that fits the route.
  private static func ask(_ route: Route, _ broker: BrokerProcess, token: String) async throws
    -> Int
  {
    let path = route.path.split(separator: "/").map { part in
      guard part.hasPrefix("{") else { return String(part) }
      return ["{position}", "{n}"].contains(part) ? "7" : "of-nobody"
    }
    let answer = try? await broker.transport.send(
      HTTPRequest(
        url: broker.address + "/" + path.joined(separator: "/"),
        headers: [("Authorization", "Bearer \(token)")], timeout: .seconds(3)))
    // A stream of events does not end by itself: it was let in.
    return answer?.status ?? 200
  }

  @Test("Every read of the platform and of a regulator is recorded, and of a tenant none")
  func everyRoute() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let maker = broker.maker
    try await broker.approved(
      try await maker.addParty(
        Wire.AddParty(party: "ofca", kind: .regulator, currency: .hkd, name: "ofca")))
    let position = try await broker.approved(
      try await maker.addMember("ofca", Wire.AddMember(roles: [.regulator])))
    let regulator = try await maker.makeToken("p-\(position)").token
    let platform = broker.text("data/p-0-1.token")
    let tenant = try #require(market.traders["hku-nlp"])
    var asked = 0
    for (token, isSeen) in [(platform, true), (regulator, true), (tenant, false)] {
      var recorded = try await maker.showReadHead().size.value
      for route in Route.all where route.method == .get && route.who != .anybody {
        let status = try await Self.ask(route, broker, token: token)
        let now = try await maker.showReadHead().size.value
        // The head itself is one, by the maker. What the door turns away is no read; a handler may find a
        // question wrong only after it was recorded.
        let may: Set<Int64> =
          !isSeen || [401, 403].contains(status)
          ? [1] : [400, 422].contains(status) ? [1, 2] : [2]
        #expect(may.contains(now - recorded), "\(route.id.rawValue): \(status)")
        recorded = now
        asked += 1
      }
    }
    figure(
      "T48", "questions by platform, regulator and tenant, recorded or not as they have to be",
      asked)
  }

  @Test(
    "A record says who asked what of which ledger; it outlives the process, and spoiling it is found"
  )
  func record() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let placed = try await market.trader("hku-nlp").placeBid(
      try await market.block(limit: WireMoney(.hkd, minor: 2_000)))
    let id = try #require(placed.id)
    _ = try await broker.checker.showBid(id)
    let read = try #require(
      try await broker.maker.listReads().all().first { $0.operation == "showBid" })
    #expect(read.principal == "p-0-2" && read.party == "platform" && read.roles == [.platform])
    #expect(read.arguments == "bid=\(id)")
    #expect(read.position >= placed.position)
    let head = try await broker.maker.showReadHead()
    broker.kill()
    try broker.start()
    #expect(try await broker.maker.listReads().all().contains(read))
    await #expect(throws: (any Error).self) {
      _ = try await market.trader("hku-nlp").listReads().page()
    }
    #expect(broker.stop() == 0)
    let noted = "\(head.size.text):\(head.root)"
    func check(_ file: String) throws -> (status: Int32, output: String) {
      try broker.run("sampand", ["check", "--reads", file, "--noted", noted])
    }
    let sound = try check("data/reads.sqlite")
    #expect(sound.status == 0, "\(sound.output)")
    // A book without that read, whole in itself otherwise.
    try broker.write("short.sqlite", "")
    let none = try check("short.sqlite")
    #expect(none.status != 0, "\(none.output)")
    #expect(
      try broker.run("sampand", ["check", "--reads", "data/reads.sqlite", "--noted", "7:x"]).status
        != 0)
  }
}
