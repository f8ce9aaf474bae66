import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// `sampan-agent preview` beside a real broker on which another site of the same chip sells.
@Suite(.serialized) struct AgentPreviewTests {
  private static let agent = """
    site: cyberport-b
    mode: observe
    broker: {url: "ADDRESS", tokenFile: agent.token}
    adapter: loopback
    loopback:
      directory: leases
      pools: [{name: h800-b, chip: h800-80g, fabric: ib-b, node: 8, gpus: 16}]
    pools:
      - {name: h800-b, unit: gpu, ask: [{price: HKD 9.00}], promise: 24h, horizon: 14d}
    people: {map: {file: people}, unknown: wait}
    spool: {directory: spool}
    """

  private struct Estimate: Decodable {
    struct Money: Decodable {
      var minor: Int64

      init(from decoder: any Decoder) throws {
        let words = try decoder.singleValueContainer().decode(String.self).split(separator: " ")
        let digits = words.last?.filter { $0.isNumber } ?? ""
        minor = try #require(words.first == "HKD" ? Int64(digits) : nil)
      }
    }

    var pool: String
    var offeredGPUHours: Int64
    var atLeastGPUHours: Int64
    var atLeastIncome: Money
    var atMostGPUHours: Int64
    var atMostIncome: Money
    var worstPenalty: Money
    var hoursWithPrice: Int64
  }

  /// A second site of the centre that is paid in HKD, with an agent's token in the folder.
  private func join(_ broker: BrokerProcess) async throws {
    try await broker.approved(
      try await broker.maker.registerSite(
        Wire.RegisterSite(
          site: "cyberport-b", centre: "cyberport", jurisdiction: .hk, metro: "hk", currency: .hkd))
    )
    let invitation = try await broker.maker.inviteSite("cyberport-b")
    let token = try await broker.client(nil).enrol(
      Wire.Enrol(invitation: invitation.invitation)
    ).token
    try broker.write("agent.token", token)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: broker.folder.path + "/agent.token")
    try broker.write("people", "")
    try broker.write(
      "agent.yaml", Self.agent.replacingOccurrences(of: "ADDRESS", with: broker.address))
  }

  @Test("it counts the hours and prices of others, says so in words and JSON, and offers nothing")
  func preview() async throws {
    let broker = try BrokerProcess(scale: 600)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try await join(broker)
    func preview(_ words: String...) throws -> String {
      let (code, output) = try broker.run(
        "sampan-agent", ["preview", "--days", "1", "--config", "agent.yaml"] + words)
      #expect(code == 0, "\(output)")
      return output
    }
    #expect(try preview().contains("no price to go by"), "nobody has sold yet")

    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 8, ask: WireMoney(.hkd, minor: 1_000))
    let hku = market.trader("hku-nlp")
    _ = try await hku.placeBid(
      try await market.block(hours: 12, limit: WireMoney(.hkd, minor: 2_000)))
    let found = try await SampleMarket.until("an hour that a round had a price for") {
      let found = try JSONDecoder().decode(
        [Estimate].self, from: Data(try preview("-o", "json").utf8))
      return found.first.map { $0.hoursWithPrice > 0 } == true ? found : nil
    }
    let one = try #require(found.first)
    #expect(found.count == 1 && one.pool == "h800-b" && one.offeredGPUHours == 16 * 24)
    #expect(one.atMostGPUHours == 16 * one.hoursWithPrice, "all of them were above our ask")
    let price = one.atMostIncome.minor / max(1, one.atMostGPUHours)
    #expect((1_000...2_000).contains(price), "between their ask and what was bid: \(price)")
    #expect(one.worstPenalty.minor == one.atMostIncome.minor / 1_000 * 200)
    #expect(one.atLeastGPUHours <= one.atMostGPUHours)
    #expect(one.atLeastIncome.minor == one.atLeastGPUHours * 900)

    let words = try preview()
    for part in [
      "The last day, as if", "h800-b  384 GPU-hours of h800-80g offered; prices known for",
      "sold at most", "HKD", "worst penalty",
    ] {
      #expect(words.contains(part), "\(part): \(words)")
    }
    let sites = try await hku.listOffers().page().items.map(\.site)
    #expect(!sites.contains("cyberport-b"), "it changes nothing")
  }
}
