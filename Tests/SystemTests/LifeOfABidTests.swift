import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// The main job with real processes: broker, agent with the loopback adapter, command line.
@Suite(.serialized) struct LifeOfABidTests {
  private static let agent = """
    site: cyberport-h
    broker: {url: "ADDRESS", tokenFile: agent.token}
    adapter: loopback
    loopback:
      directory: leases
      pools: [{name: h800-a, chip: h800-80g, fabric: ib-a, node: 8, gpus: 32}]
    pools:
      - {name: h800-a, unit: gpu, ask: [{price: HKD 14.00}], promise: 48h, horizon: 2d}
    spool: {directory: spool}
    """

  @Test(
    "a bid becomes a lease with a real process, is metered, charged and settled; the ledger holds")
  func life() async throws {
    let broker = try BrokerProcess(scale: 300)
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
      Self.endProcesses(of: broker)
    }
    let hku = market.trader("hku-nlp")
    _ = try await SampleMarket.until("the offer") {
      try await hku.listOffers().page().items.first
    }

    // Twelve hours of the market are 144 s: an agent that comes late misses little of them.
    let placed = try await hku.placeBid(
      try await market.block(hours: 12, limit: WireMoney(.hkd, minor: 2000)))
    let poor = try await hku.placeBid(try await market.block(limit: WireMoney(.hkd, minor: 100)))
    let id = try #require(placed.id)
    let bid = try await SampleMarket.until("the fill") {
      let bid = try await hku.showBid(id)
      return bid.fills.isEmpty ? nil : bid
    }
    let fill = try #require(bid.fills.first)
    #expect(fill.price == WireMoney(.hkd, minor: 1400))
    // 8 GPUs for twelve hours at 14.00, and 1 % on top.
    #expect(fill.total == WireMoney(.hkd, minor: 135_744))
    #expect(fill.fee == WireMoney(.hkd, minor: 1_344))
    let poorID = try #require(poor.id)
    try await Self.checkExplanation(of: poorID, to: hku)
    try await Self.checkQuote(of: hku, broker)

    let lease = try await SampleMarket.until("the open lease") {
      let lease = try await hku.showLease(fill.lease)
      return lease.state == .open ? lease : nil
    }
    #expect(lease.steps.map(\.gpus) == [8])
    let access = try await hku.leaseAccess(fill.lease)
    #expect(!access.access.isEmpty)
    #expect(try Self.processes(of: broker).contains("sampan:\(fill.lease)"))

    _ = try await hku.cancelBid(poorID)
    // Settled is when nothing is held for it any more.
    let account = try await SampleMarket.until("the settled lease") {
      let account = try await hku.showAccount("hku-nlp:hkd")
      return account.held.minor == 0 ? account : nil
    }
    let settled = try await hku.showLease(fill.lease)
    #expect(settled.delivered.milliseconds <= 8 * 12 * 3_600_000)
    #expect(settled.delivered.milliseconds > 8 * 12 * 3_600_000 * 7 / 10)
    #expect(settled.used.milliseconds <= settled.delivered.milliseconds)
    // Floored once: 14.00 for each GPU-hour delivered; then the fee on that.
    let earned = settled.delivered.milliseconds * 1400 / 3_600_000
    #expect(settled.charged.minor == earned + earned * 10 / 1_000)
    #expect(account.balance.minor == 100_000_000 - settled.charged.minor)
    #expect(try await broker.maker.showAccount("cyberport:hkd").balance.minor == earned)
    try await DocumentChecks.check(broker, hku, lease: fill.lease)
    _ = try await SampleMarket.until("no process is left") {
      try Self.processes(of: broker).isEmpty ? true : nil
    }
    let report = try await broker.maker.verifyLedger()
    #expect(report.ok, "\(report.checks)")
    try Self.checkWiped(broker)
  }

  /// What the site says of what was left stands in the log.
  private static func checkWiped(_ broker: BrokerProcess) throws {
    broker.stop()
    let wiped = try broker.run(
      "sampan",
      [
        "ledger", "query", "--file", "data/ledger.sqlite", "-o", "csv",
        "SELECT json_extract(bytes, '$.what.observed.wiped') AS wiped FROM events "
          + "WHERE name = 'lease-changed' AND json_extract(bytes, '$.what.phase') = 'closed'",
      ])
    #expect(wiped.output.contains("yes"), "\(wiped.output)")
  }

  @Test("a tenant in CNY pays a centre in HKD through the exchange accounts, which balance")
  func twoCurrencies() async throws {
    let broker = try BrokerProcess(scale: 300)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 16, ask: WireMoney(.hkd, minor: 1400))
    let lab = market.trader("sz-lab")
    let placed = try await lab.placeBid(try await market.block(limit: WireMoney(.cny, minor: 2000)))
    let id = try #require(placed.id)
    let bid = try await SampleMarket.until("the fill") {
      let bid = try await lab.showBid(id)
      return bid.fills.isEmpty ? nil : bid
    }
    let fill = try #require(bid.fills.first)
    // HKD 112.00 at 109/100 is CNY 102.76, rounded up for the tenant, and 1 % of it on top.
    #expect(fill.total == WireMoney(.cny, minor: 10_276 + 102))
    let accounts = try await broker.maker.listAccounts().all()
    for currency in [Wire.CurrencyCode.hkd, .cny] {
      let sum = accounts.filter { $0.currency == currency }.reduce(0) { $0 + $1.balance.minor }
      #expect(sum == 0)
    }
  }

  @Test("a broker that is killed in the middle of a round goes on with it")
  func restart() async throws {
    let broker = try BrokerProcess(scale: 300)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 16, ask: WireMoney(.hkd, minor: 1400))
    let placed = try await market.trader("hku-nlp").placeBid(
      try await market.block(hours: 2, limit: WireMoney(.hkd, minor: 2000)))
    let id = try #require(placed.id)
    for _ in 0..<3 {
      broker.kill()
      try broker.start()
    }
    let bid = try await SampleMarket.until("the fill after three restarts") {
      let bid = try await market.trader("hku-nlp").showBid(id)
      return bid.fills.isEmpty ? nil : bid
    }
    #expect(bid.fills.count == 1)
    #expect(try await broker.maker.verifyLedger().ok)
  }

  /// The processes that stand for leases of this broker's site.
  private static func processes(of broker: BrokerProcess) throws -> [String] {
    pids(of: broker).compactMap { pid in
      guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
        return nil
      }
      let name = String(decoding: data.prefix { $0 != 0 }, as: UTF8.self)
      return name.hasPrefix("sampan:") ? name : nil
    }
  }

  private static func pids(of broker: BrokerProcess) -> [Int32] {
    let leases = broker.folder.appendingPathComponent("leases").path
    let files = (try? FileManager.default.contentsOfDirectory(atPath: leases)) ?? []
    return files.compactMap { file in
      guard let text = try? String(contentsOfFile: "\(leases)/\(file)", encoding: .utf8),
        let range = text.range(of: #""pid" *: *[0-9]+"#, options: .regularExpression)
      else { return nil }
      return Int32(text[range].filter(\.isNumber))
    }
  }

  private static func endProcesses(of broker: BrokerProcess) {
    for pid in pids(of: broker) {
      guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
        String(decoding: data, as: UTF8.self).hasPrefix("sampan:")
      else { continue }
      kill(pid, SIGTERM)
    }
  }

  /// 8 GPUs for an hour where 14.00 is asked.
  private static func checkQuote(
    of trader: BrokerClient, _ broker: BrokerProcess
  ) async throws {
    let quotes = try await trader.requestQuote(
      Wire.RequestQuote(
        kind: .block,
        alternatives: [Wire.QuoteAlternative(chip: "h800-80g", gpus: 8, quarters: 4)],
        earliest: try await broker.maker.clock().market,
        latestEnd: WireTime(
          clamping: try await broker.maker.clock().market.milliseconds + 4 * 3_600_000),
        reclaim: .never))
    let quote = try #require(quotes.items.first)
    #expect(quote.price == WireMoney(.hkd, minor: 1_420), "14.14, rounded up to 1 %")
    #expect(quote.total == WireMoney(.hkd, minor: 11_312))
    #expect(quote.hold == WireMoney(.hkd, minor: 11_360), "8 GPUs for an hour at 14.20")
    #expect(quote.limit == WireMoney(.hkd, minor: 1_420), "14.01 with its fee is 14.16")
    let record = try #require(quotes.record)
    #expect(record.limit == quote.limit)
    #expect(record.rounds > 0 && record.filled > 0 && record.filled <= record.rounds)
  }

  /// A bid of 1.00 for 8 GPUs for an hour where 14.00 is asked.
  private static func checkExplanation(of bid: String, to trader: BrokerClient) async throws {
    // The next round may have closed between the two bids.
    let why = try await SampleMarket.until("the explanation") { try? await trader.explainBid(bid) }
    #expect(!why.filled)
    #expect(why.reason == "below_price")
    #expect(why.short == WireMoney(.hkd, minor: 1314), "14.00 with its fee is 14.14")
    // A thousandth more than the ask, in whole cents and with the fee.
    #expect(why.take?.limit == WireMoney(.hkd, minor: 1416))
    #expect(why.take?.winners == 0)
  }
}
