import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing
import Transport

/// What a broker does at its door: settings, routes, roles, repeats.
@Suite(.serialized) struct DoorTests {
  @Test("a settings file with three faults names all three, and nothing is started")
  func threeFaults() throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    try broker.write(
      "bad.yaml",
      """
      dataDirectory: other
      htpp: {listen: "127.0.0.1:0"}
      limits: {requestBody: 64KB2}
      logging: {level: loud}
      """)
    let (status, output) = try broker.run("sampand", ["run", "--config", "bad.yaml"])
    #expect(status != 0)
    for key in ["htpp", "limits.requestBody", "logging.level"] {
      #expect(output.contains(key), "\(output)")
    }
    #expect(output.contains("http"), "the nearest spelling")
    #expect(!FileManager.default.fileExists(atPath: broker.folder.path + "/other"))
  }

  @Test("the document that is served has the routes that are served, and no others")
  func document() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let data = Data(try await broker.maker.openapi().utf8)
    let document = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(document["openapi"] as? String == "3.1.0")
    let paths = try #require(document["paths"] as? [String: [String: Any]])
    let written = Set(
      paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
    #expect(written == Set(Route.all.map { "\($0.method.rawValue) \($0.path)" }))
    // Whoever asks without a token is turned away by every route that is there; a route that is not
    // there is not found.
    for route in Route.all where route.who != .anybody {
      let path = route.path.split(separator: "/").map { $0.hasPrefix("{") ? "1" : String($0) }
      let answer = try await broker.transport.send(
        HTTPRequest(
          method: route.method.rawValue, url: broker.address + "/" + path.joined(separator: "/")))
      #expect(answer.status == 401, "\(route.method.rawValue) \(route.path)")
    }
    let nowhere = try await broker.transport.send(
      HTTPRequest(method: "GET", url: broker.address + "/v1/nowhere"))
    #expect(nowhere.status == 404)
  }

  @Test("roles hold: a tenant sees its own, does no platform work, and finds nothing of others")
  func roles() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 16, ask: WireMoney(.hkd, minor: 1400))
    let hku = market.trader("hku-nlp")
    let lab = market.trader("sz-lab")
    let placed = try await hku.placeBid(try await market.block(limit: WireMoney(.hkd, minor: 2000)))
    let id = try #require(placed.id)
    #expect(try await hku.showBid(id).tenant == "hku-nlp")
    await expect(404) { _ = try await lab.showBid(id) }
    await expect(404) { _ = try await lab.cancelBid(id) }
    await expect(404) { _ = try await lab.showAccount("hku-nlp:hkd") }
    await expect(403) { _ = try await hku.listParties().page() }
    await expect(403) { _ = try await hku.ledgerHead() }
    #expect(try await lab.listBids().page().items.isEmpty)
    // The one who proposed may not approve.
    let proposal = try await broker.maker.addParty(
      Wire.AddParty(party: "third", kind: .tenant, currency: .hkd, name: "third"))
    await expect(403) { _ = try await broker.maker.approve(proposal.position) }
    // An agent speaks for its own site alone.
    await expect(nil) {
      try await SampleMarket.offerElsewhere(market)
    }
  }

  @Test(
    "the same key sends the same command once, refusals included; with other content it is refused")
  func repeats() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let hku = market.trader("hku-nlp")
    let key = CommandID.random()
    let bid = try await market.block(limit: WireMoney(.hkd, minor: 2000))
    let first = try await hku.placeBid(bid, key: key)
    let again = try await hku.placeBid(bid, key: key)
    #expect(first.position == again.position && first.id == again.id)
    var other = bid
    other.label = nil
    other.latestEnd = WireTime(clamping: bid.latestEnd.milliseconds + 60_000)
    await expect(422) { _ = try await hku.placeBid(other, key: key) }
    #expect(try await hku.listBids().page().items.count == 1)

    let poor = CommandID.random()
    let dear = try await market.block(gpus: 8_000, hours: 20, limit: WireMoney(.hkd, minor: 9000))
    await expect(409) { _ = try await hku.placeBid(dear, key: poor) }
    try await broker.approved(
      try await broker.maker.recordDeposit(
        "hku-nlp:hkd",
        Wire.RecordDeposit(
          amount: WireMoney(.hkd, minor: 100_000_000_000), reference: "more")))
    await expect(409) { _ = try await hku.placeBid(dear, key: poor) }
    _ = try await hku.placeBid(dear)
    broker.kill()
    try broker.start()
    let after = try await broker.client(market.traders["hku-nlp"]).placeBid(bid, key: key)
    #expect(after.position == first.position)
  }

  @Test("sixty quotes a minute are answered, the next is told when to come again")
  func quotesAMinute() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 16, ask: WireMoney(.hkd, minor: 1400))
    let now = try await broker.maker.clock().market.milliseconds
    let shape = Wire.RequestQuote(
      kind: .block,
      alternatives: [Wire.QuoteAlternative(chip: "h800-80g", gpus: 8, quarters: 4)],
      earliest: WireTime(clamping: now), latestEnd: WireTime(clamping: now + 4 * 3_600_000),
      reclaim: .never)
    let request = HTTPRequest(
      method: "POST", url: broker.address + "/v1/quotes",
      headers: [
        ("Authorization", "Bearer \(market.traders["hku-nlp"] ?? "")"),
        ("Content-Type", "application/json"),
      ], body: shape.json(), timeout: .seconds(300))
    // A second allows one more, so they come together: a slow machine needs more of them.
    var answered = 0
    var refused: [HTTPResponse] = []
    for _ in 0..<10 where refused.isEmpty {
      let answers = try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
        for _ in 0..<120 { group.addTask { try await broker.transport.send(request) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      answered += answers.count { $0.status == 200 }
      refused = answers.filter { $0.status != 200 }
    }
    #expect(answered >= 60 && !refused.isEmpty)
    for answer in refused {
      #expect(answer.status == 429)
      #expect((1...60).contains(answer.header("Retry-After").flatMap { Int($0) } ?? 0))
    }
    // Another tenant has quotes of its own.
    _ = try await market.trader("sz-lab").requestQuote(shape)
  }

  @Test("the command line ends with the statuses that its help names")
  func exitStatuses() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let token = broker.folder.path + "/data/p-0-1.token"
    let known = ["--broker", broker.address, "--token-file", token]
    #expect(try broker.run("sampan", ["whoami"] + known).status == 0)
    let json = try broker.run("sampan", ["round", "list", "-o", "json"] + known)
    #expect(json.status == 0)
    #expect((try? JSONSerialization.jsonObject(with: Data(json.output.utf8))) != nil)
    #expect(try broker.run("sampan", ["whoami", "--nonsense"]).status == 2)
    #expect(
      try broker.run("sampan", ["bid", "show", "bid-999999"] + known).status != 0)
    try broker.write("wrong.token", "sampan_0000")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: broker.folder.path + "/wrong.token")
    let stranger = [
      "--broker", broker.address, "--token-file", broker.folder.path + "/wrong.token",
    ]
    #expect(try broker.run("sampan", ["whoami"] + stranger).status == 3)
    let nobody = ["--broker", "http://127.0.0.1:9", "--token-file", token]
    let away = try broker.run("sampan", ["whoami"] + nobody)
    #expect(away.status == 4)
    #expect(away.output.split(separator: "\n").count == 3, "what, why, next step")
    let proof = try broker.run("sampan", ["ledger", "verify"] + known)
    #expect(proof.status == 0, "\(proof.output)")
    let check = try broker.run("sampand", ["check", "--ledger", "data/ledger.sqlite"])
    #expect(check.status == 0, "\(check.output)")
    #expect(broker.stop() == 0, "SIGTERM ends it in good order")
  }

  /// Expects a refusal with this status; nil: any.
  private func expect(_ status: Int?, _ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("it was not refused")
    } catch let error as BrokerClientError {
      switch error {
      case .refused(let problem), .notAllowed(let problem):
        if let status { #expect(problem.status == status, "\(problem)") }
      default: Issue.record("\(error)")
      }
    } catch {
      Issue.record("\(error)")
    }
  }
}

extension SampleMarket {
  /// The agent of one site publishes for another.
  static func offerElsewhere(_ market: SampleMarket) async throws {
    let now = try await market.broker.maker.clock().market.milliseconds
    _ = try await market.agent("cyberport-h").publishOffer(
      "qianhai-h",
      Wire.PublishOffer(
        generation: 9, sellUntil: WireTime(clamping: now + 3_600_000), pools: []))
  }
}
