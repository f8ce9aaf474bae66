import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// What a centre's settings say may be sold to one tenant, followed to what the broker sells.
@Suite(.serialized) struct AgentLimitTests {
  private static let agent = """
    site: cyberport-h
    mode: act
    broker: {url: "ADDRESS", tokenFile: agent.token}
    adapter: loopback
    loopback:
      directory: leases
      pools: [{name: h800-a, chip: h800-80g, fabric: ib-a, node: 8, gpus: 64}]
    pools:
      - name: h800-a
        keepBack: 1
        sellAtMost: 3
        ask: [{price: HKD 14.00}]
        horizon: 2d
        lease: {longest: 2h, mostUnits: 2}
    spool: {directory: spool}
    """

  @Test("the broker sells no tenant more than agent.yaml says, says so, and shows it beforehand")
  func limits() async throws {
    let broker = try BrokerProcess(scale: 600)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try broker.write(
      "agent.yaml", Self.agent.replacingOccurrences(of: "ADDRESS", with: broker.address))
    try broker.write("agent.token", market.agents["cyberport-h"] ?? "")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: broker.folder.path + "/agent.token")
    let agent = try broker.launch("sampan-agent", ["run", "--config", "agent.yaml"])
    defer {
      agent.terminate()
      agent.waitUntilExit()
    }
    let hku = market.trader("hku-nlp")
    let offer = try await SampleMarket.until("the offer") {
      try await hku.listOffers().page().items.first
    }
    let pool = try #require(offer.pools.first)
    #expect(pool.spans.map(\.gpus).max() == 24, "three nodes of eight")
    #expect(pool.lease == Wire.LeaseLimits(longest: 8, mostGpus: 16))
    let token = broker.folder.path + "/data/p-0-1.token"
    let known = ["--broker", broker.address, "--token-file", token]
    for words in [["offer", "list"], ["site", "show", "cyberport-h"]] {
      let told = try broker.run("sampan", words + known).output
      #expect(told.contains("up to 2h, at most 16 to a tenant"), "\(words): \(told)")
    }
    let limit = WireMoney(.hkd, minor: 2_000)
    var long = try await market.block(hours: 3, limit: limit)
    long.latestEnd = WireTime(clamping: long.latestEnd.milliseconds + 48 * 3_600_000)
    var shape = try await market.block(gpus: 16, hours: 2, limit: limit)
    shape.latestEnd = long.latestEnd
    let first = try #require(try await hku.placeBid(shape).id)
    let second = try #require(try await hku.placeBid(shape).id)
    let third = try #require(try await hku.placeBid(long).id)
    _ = try await SampleMarket.until("the fill") {
      try await hku.showBid(first).fills.first
    }
    for (bid, rule) in [(second, "too_many"), (third, "too_long")] {
      let told = try await SampleMarket.until("a round has looked at \(bid)") {
        try? await hku.explainBid(bid)
      }
      #expect(!told.filled && told.rule == rule, "\(told)")
      #expect(told.places.map(\.reason) == [rule])
    }
    let quote = try await hku.requestQuote(
      Wire.RequestQuote(
        kind: .block,
        alternatives: [Wire.QuoteAlternative(chip: "h800-80g", gpus: 24, quarters: 4)],
        earliest: shape.earliest, latestEnd: shape.latestEnd, reclaim: .never))
    #expect(quote.items.isEmpty, "a quote knows it too")
    #expect(try await broker.maker.verifyLedger().ok)
  }
}
