import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// What `take` is worth, from the ledger of a real broker.
@Suite(.serialized) struct CalibrateTests {
  @Test("refused bids of a ledger are filled when their limits are raised by what was told")
  func calibrate() async throws {
    let broker = try BrokerProcess(scale: 300)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 8, ask: WireMoney(.hkd, minor: 1400))
    let hku = market.trader("hku-nlp")
    let poor = try await hku.placeBid(
      try await market.block(hours: 1, limit: WireMoney(.hkd, minor: 300)))
    let id = try #require(poor.id)
    _ = try await SampleMarket.until("the explanation") { try? await hku.explainBid(id) }
    let (status, output) = try broker.run(
      "sampan-sim", ["calibrate", "--ledger", "data/ledger.sqlite", "--draw", "3", "-o", "json"])
    #expect(status == 0, "\(output)")
    let report = try #require(
      JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(output)")
    #expect((report["refused"] as? Int ?? 0) >= 1)
    #expect(report["notSettled"] as? Int == 0)
    let drawn = try #require(report["drawn"] as? Int)
    #expect(drawn >= 1)
    #expect(report["filled"] as? Int == drawn)
    // Half of what lacks to the ask is not enough where nobody else bids.
    #expect(report["filledAtHalf"] as? Int == 0)

    let (missing, words) = try broker.run(
      "sampan-sim", ["calibrate", "--ledger", "nowhere.sqlite"])
    #expect(missing != 0 && words.contains("nowhere.sqlite cannot be read as a ledger"))
  }
}
