import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing
import Transport

/// `sampand` as a follower of a running broker, and of files.
@Suite(.serialized) struct FollowerProcessTests {
  private struct Bundled: Decodable {
    var entries: String
    var genesis: String
  }

  /// Writes the log into files; what it printed.
  private func bundle(_ broker: BrokerProcess) throws -> Bundled {
    let made = try broker.run(
      "sampan",
      [
        "ledger", "bundle", "--to", "bundles", "--broker", broker.address, "--token-file",
        "data/p-0-1.token", "-o", "json",
      ])
    #expect(made.status == 0, "\(made.output)")
    return try JSONDecoder().decode(Bundled.self, from: Data(made.output.utf8))
  }

  private func settings(_ name: String, _ follow: String) -> String {
    """
    name: \(name)
    dataDirectory: \(name)
    http: {listen: "127.0.0.1:0"}
    logging: {level: error}
    follow:
      origin: test.example.hk
    \(follow)

    """
  }

  private func status(
    _ broker: BrokerProcess, _ name: String
  ) throws -> (status: Int32, card: Wire.ReplicaCard?) {
    let asked = try broker.run(
      "sampan", ["broker", "status", "--socket", "\(name)/admin.sock", "-o", "json"])
    return (asked.status, try? Wire.BrokerStatus(json: Array(asked.output.utf8)).replicas[0])
  }

  @Test(
    "A follower by HTTP and one from files have the ledger of the broker, and say that they follow")
  func follows() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let bundled = try bundle(broker)
    try broker.write(
      "http.yaml",
      settings(
        "http",
        "  genesis: \"\(bundled.genesis)\"\n  url: \(broker.address)\n  tokenFile: data/p-0-1.token"
      ))
    try broker.write(
      "files.yaml", settings("files", "  genesis: \"\(bundled.genesis)\"\n  files: bundles"))
    var processes: [Process] = []
    defer {
      for process in processes where process.isRunning {
        process.terminate()
        process.waitUntilExit()
      }
    }
    for name in ["http", "files"] {
      processes.append(try broker.launch("sampand", ["run", "--config", "\(name).yaml"]))
    }
    let bid = try await market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
    let placed = try await market.trader("hku-nlp").placeBid(bid)
    _ = try await SampleMarket.until("the follower to have the bid") {
      let found = try status(broker, "http")
      guard let card = found.card, card.applied > placed.position else { return nil as Bool? }
      #expect(card.role == .follower && card.state == .serving && found.status == 0)
      return true
    }
    let known = try #require(Int64(bundled.entries))
    _ = try await SampleMarket.until("the follower to have the bundles") {
      try status(broker, "files").card?.applied.value == known ? true : nil as Bool?
    }
    for process in processes {
      process.terminate()
      process.waitUntilExit()
    }
    for name in ["http", "files"] {
      let checked = try broker.run("sampand", ["check", "--ledger", "\(name)/ledger.sqlite"])
      #expect(checked.status == 0, "\(checked.output)")
    }
  }

  @Test("What is read at a follower, with a token of its own, is recorded there and nowhere else")
  func reads() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let placed = try await market.trader("hku-nlp").placeBid(
      try await market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1)))
    let bundled = try bundle(broker)
    try broker.write(
      "own.yaml", settings("own", "  genesis: \"\(bundled.genesis)\"\n  files: bundles"))
    func start() async throws -> Process {
      try? FileManager.default.removeItem(at: broker.folder.appending(path: "own.address"))
      let process = try broker.launch(
        "sampand", ["run", "--config", "own.yaml", "--address-file", "own.address"])
      let known = try #require(Int64(bundled.entries))
      _ = try await SampleMarket.until("the follower to have the bundles") {
        try status(broker, "own").card?.applied.value == known ? true : nil as Bool?
      }
      return process
    }
    func stop(_ process: Process) {
      process.terminate()
      process.waitUntilExit()
    }
    func token(_ config: String, _ principal: String, _ out: String) throws -> Int32 {
      try broker.run(
        "sampand", ["token", "--config", config, "--principal", principal, "--out", out]
      ).status
    }
    stop(try await start())
    #expect(try token("own.yaml", "nobody", "me.token") != 0)
    #expect(try token("sampand.yaml", "p-0-1", "me.token") != 0, "a broker is no follower")
    #expect(try token("own.yaml", "p-0-1", "me.token") == 0)
    #expect(try token("own.yaml", "p-0-1", "me.token") != 0, "the file is there")
    let process = try await start()
    defer { stop(process) }
    let address = try await SampleMarket.until("the address") { () -> String? in
      let text = broker.text("own.address")
      return text.isEmpty ? nil : text
    }
    func asked(_ secret: String) async throws -> Int {
      try await broker.transport.send(
        HTTPRequest(
          url: address + "/v1/bids/" + (try #require(placed.id)),
          headers: [("Authorization", "Bearer \(secret)")])
      ).status
    }
    #expect(try await asked(broker.text("me.token")) == 200)
    #expect(try await asked(broker.text("data/p-0-1.token")) == 401, "the broker's is none here")
    let own = try broker.run(
      "sampan",
      ["ledger", "reads", "--broker", address, "--token-file", "me.token", "-o", "json"])
    #expect(own.output.contains("showBid"), "\(own.output)")
    #expect(try await !broker.maker.listReads().all().contains { $0.operation == "showBid" })
    await #expect(throws: BrokerClientError.self) {
      _ = try await broker.client(broker.text("me.token")).whoami()
    }
  }

  @Test("A follower of another ledger than the pinned one says so and takes nothing")
  func pinned() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    _ = try bundle(broker)
    let wrong = String(repeating: "0", count: 64)
    try broker.write("wrong.yaml", settings("wrong", "  genesis: \"\(wrong)\"\n  files: bundles"))
    let process = try broker.launch("sampand", ["run", "--config", "wrong.yaml"])
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    _ = try await SampleMarket.until("the follower to stop") {
      let found = try status(broker, "wrong")
      guard found.card?.state == .halted else { return nil as Bool? }
      #expect(found.status == 2 && found.card?.applied.value == 0)
      return true
    }
    try broker.write(
      "both.yaml",
      settings("both", "  genesis: \"\(wrong)\"\n  files: bundles\n  url: http://127.0.0.1:1"))
    let refused = try broker.run("sampand", ["check", "--config", "both.yaml"])
    #expect(refused.status != 0 && refused.output.contains("one of url and files"))
  }
}
