import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

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
