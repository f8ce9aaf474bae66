import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Ledger
import Testing

/// A market that is frozen and thawed by the command line, on a real broker.
@Suite(.serialized) struct FreezeTests {
  private func sampan(
    _ broker: BrokerProcess, _ words: [String], as person: Int = 1
  ) throws -> (status: Int32, output: String) {
    let run = try broker.run(
      "sampan", words + ["--broker", broker.address, "--token-file", "data/p-0-\(person).token"])
    return (run.status, run.output)
  }

  private func refusedAsFrozen(_ body: () async throws -> Void) async {
    await #expect {
      try await body()
    } throws: { error in
      guard case .refused(let problem)? = error as? BrokerClientError else { return false }
      return problem.code == "market_frozen" && problem.status == 409
        && problem.detail.contains("by p-0-1.")
    }
  }

  @Test("one person freezes: bids and quotes are refused and say by whom; two thaw, rounds resume")
  func life() async throws {
    let broker = try BrokerProcess(scale: 600)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let hku = market.trader("hku-nlp")
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 64, ask: WireMoney(.hkd, minor: 1_000))
    let before = try await hku.marketStatus()
    #expect(before.state != .frozen && before.nextClose != nil)
    #expect(before.version == LedgerState.newestVersion)

    let frozen = try sampan(broker, ["broker", "freeze", "--yes", "-o", "json"])
    #expect(frozen.status == 0, "\(frozen.output)")
    let cheap = try await market.block(limit: WireMoney(.hkd, minor: 2_000))
    await refusedAsFrozen { _ = try await hku.placeBid(cheap) }
    let status = try await hku.marketStatus()
    #expect(status.state == .frozen && status.frozenBy == "p-0-1" && status.nextClose == nil)
    let since = try #require(status.frozenSince).text
    let shown = try sampan(broker, ["market", "status"])
    #expect(shown.output.contains("Frozen since \(since)"), "\(shown.output)")
    let replicas = try broker.run(
      "sampan", ["broker", "status"], environment: ["SAMPAN_ADMIN_SOCKET": "data/admin.sock"])
    #expect(replicas.status == 2 && replicas.output.contains("frozen since"), "\(replicas.output)")
    #expect(replicas.output.contains("Do now:  1  sampan broker thaw"), "\(replicas.output)")
    #expect(replicas.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let again = try sampan(broker, ["broker", "freeze", "--yes"])
    #expect(again.status == 1 && again.output.contains("by p-0-1"), "\(again.output)")

    try await thaw(broker, status)
    _ = try await SampleMarket.until("a round after the thaw") {
      try await hku.marketStatus().round > status.round ? true : nil
    }
    _ = try await hku.placeBid(try await market.block(limit: WireMoney(.hkd, minor: 2_000)))
    broker.stop()
    let checked = try broker.run("sampand", ["check", "--ledger", "data/ledger.sqlite"])
    #expect(checked.status == 0, "\(checked.output)")
  }

  /// Proposed by one, approved by the other, with a person who may not on the way.
  private func thaw(_ broker: BrokerProcess, _ status: Wire.MarketStatus) async throws {
    let proposed = try sampan(broker, ["broker", "thaw", "--yes"])
    #expect(proposed.status == 0, "\(proposed.output)")
    #expect(try await broker.maker.marketStatus().state == .frozen)
    let waiting = try #require(try await broker.maker.listApprovals().all().first)
    let freeze = try #require(status.freeze)
    #expect(waiting.summary == "thaw the market that entry \(freeze.text) froze")
    let own = try sampan(broker, ["approval", "approve", waiting.position.text, "--yes"])
    #expect(own.status != 0, "\(own.output)")
    let done = try sampan(broker, ["approval", "approve", waiting.position.text, "--yes"], as: 2)
    #expect(done.status == 0, "\(done.output)")
    let late = try sampan(broker, ["broker", "thaw", "--yes"])
    #expect(late.status == 1 && late.output.contains("not frozen"), "\(late.output)")
    // The next version is no version of this release: nothing enters the log.
    let unknown = "\(LedgerState.newestVersion + 1)"
    let next = try sampan(broker, ["broker", "activate", unknown, "--yes"])
    #expect(next.status != 0 && next.output.contains("newer release"), "\(next.output)")
  }

  @Test("a tenant may not freeze the market")
  func tenants() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    await #expect {
      _ = try await market.trader("hku-nlp").freezeMarket()
    } throws: { error in
      guard case .notAllowed? = error as? BrokerClientError else { return false }
      return true
    }
    #expect(try await broker.maker.marketStatus().state != .frozen)
  }
}
