import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// A trade that nobody at the centre approved in time, followed to its last cent.
@Suite(.serialized) struct AgentLapseTests {
  private static let agent = """
    site: cyberport-h
    mode: act
    broker: {url: "ADDRESS", tokenFile: agent.token}
    adapter: loopback
    loopback:
      directory: leases
      pools: [{name: h800-a, chip: h800-80g, fabric: ib-a, node: 8, gpus: 32}]
    pools:
      - {name: h800-a, unit: gpu, ask: [{price: HKD 14.00}], promise: 48h, horizon: 2d, approveAbove: 4}
    spool: {directory: spool}
    """

  @Test(
    "what lapses is given up: its tenant has the money back and its centre's damages, to the cent")
  func lapse() async throws {
    let broker = try BrokerProcess(scale: 2_400)
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
    let opening: Int64 = 1_000_000
    try await broker.approved(
      try await broker.maker.recordDeposit(
        "cyberport:hkd",
        Wire.RecordDeposit(amount: WireMoney(.hkd, minor: opening), reference: "opening")))
    let hku = market.trader("hku-nlp")
    _ = try await SampleMarket.until("the offer") {
      try await hku.listOffers().page().items.first
    }
    let placed = try await hku.placeBid(
      try await market.block(hours: 12, limit: WireMoney(.hkd, minor: 2_000)))
    let bid = try #require(placed.id)
    let lease = try await SampleMarket.until("the fill") {
      try await hku.showBid(bid).fills.first?.lease
    }
    // Nobody approves it. Given up, it is over from its first hour on, and the agent closes it.
    let lapsed = try await SampleMarket.until("the lapse") {
      let lease = try await hku.showLease(lease)
      return lease.endedAt == nil ? nil : lease
    }
    #expect(lapsed.endedAt == lapsed.start && [.failed, .closed].contains(lapsed.state))
    let account = try await SampleMarket.until("the money back") {
      let account = try await hku.showAccount("hku-nlp:hkd")
      return account.held.minor == 0 ? account : nil
    }
    let settled = try await hku.showLease(lease)
    #expect(settled.charged.minor == 0 && settled.delivered.milliseconds == 0)
    #expect(account.balance.minor == 100_000_000)
    // A fifth of 14.00 for each of eight GPUs and twelve hours, 48 hours after they were lost.
    let damages: Int64 = 8 * 12 * 1_400 / 5
    let paid = try await SampleMarket.until("the damages") {
      let paid = try await hku.showAccount("hku-nlp:hkd").balance.minor
      return paid > 100_000_000 ? paid : nil
    }
    #expect(paid == 100_000_000 + damages)
    let centre = try await broker.maker.showAccount("cyberport:hkd")
    #expect(centre.balance.minor == opening - damages && centre.held.minor == 0)
    #expect(try await broker.maker.verifyLedger().ok)
  }
}
