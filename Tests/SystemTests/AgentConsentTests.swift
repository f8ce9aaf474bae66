import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// A centre that lets nothing happen without a person, with real processes.
@Suite(.serialized) struct AgentConsentTests {
  private static let agent = """
    site: cyberport-h
    mode: propose
    broker: {url: "ADDRESS", tokenFile: agent.token}
    adapter: loopback
    loopback:
      directory: leases
      pools: [{name: h800-a, chip: h800-80g, fabric: ib-a, node: 8, gpus: 32}]
    pools:
      - {name: h800-a, unit: gpu, ask: [{price: HKD 14.00}], promise: 48h, horizon: 2d, prepareAhead: always}
    people: {map: {file: people}, unknown: wait}
    spool: {directory: spool}
    """

  private let broker: BrokerProcess

  // Twelve hours of the market are 12 minutes.
  init() throws { broker = try BrokerProcess(scale: 60) }

  @discardableResult
  private func tell(_ words: String..., status: Int32 = 0) throws -> String {
    let (code, output) = try broker.run("sampan-agent", words + ["--config", "agent.yaml"])
    #expect(code == status, "\(words): \(output)")
    return output
  }

  private func waits(for words: String) async throws -> String {
    try await SampleMarket.until(words) {
      let output = try tell("approve")
      return output.contains(words) ? output : nil
    }
  }

  @Test("the example settings are read; limits that admit no lease are refused with what to set")
  func settings() throws {
    defer { broker.remove() }
    let example = try String(
      contentsOf: BrokerProcess.root.appendingPathComponent("config/agent-slurm.yaml"),
      encoding: .utf8)
    try broker.write("agent.token", "x")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: broker.folder.path + "/agent.token")
    try broker.write(
      "agent.yaml",
      example.replacingOccurrences(
        of: "  leaseAs:", with: "  commandFolder: \(broker.folder.path)\n  leaseAs:"))
    #expect(!(try tell("check", status: 1).contains("agent.yaml:")), "no fault of the settings")
    try broker.write(
      "agent.yaml",
      example.replacingOccurrences(
        of: "longest: 26w", with: "longest: 10m"
      ).replacingOccurrences(of: "[always]", with: "[\"mon-fry 20:00-08:00\"]"))
    let faults = try tell("check", status: 1)
    for words in ["lease.longest is 10m", "whole quarter hours", "mon-fry"] {
      #expect(faults.contains(words), "\(words): \(faults)")
    }
  }

  @Test("a lease is made, opened and broken only as a person says, and nothing is left at the end")
  func consent() async throws {
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try broker.write(
      "agent.yaml", Self.agent.replacingOccurrences(of: "ADDRESS", with: broker.address))
    try broker.write("people", "# nobody yet\n")
    try broker.write("agent.token", market.agents["cyberport-h"] ?? "")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: broker.folder.path + "/agent.token")
    let agent = try broker.launch("sampan-agent", ["run", "--config", "agent.yaml"])
    defer { agent.terminate() }
    let hku = market.trader("hku-nlp")
    _ = try await SampleMarket.until("the offer") {
      try await hku.listOffers().page().items.first
    }
    let placed = try await hku.placeBid(
      try await market.block(hours: 12, slack: 4, limit: WireMoney(.hkd, minor: 2_000)))
    let bid = try #require(placed.id)
    let lease = try await SampleMarket.until("the fill") {
      try await hku.showBid(bid).fills.first?.lease
    }

    let first = try await waits(for: "prepare \(lease) of hku-nlp: 8 GPUs of h800-a")
    #expect(try await hku.showLease(lease).state == .ordered && first.contains("approve ID"))
    try tell("approve", "--all")
    let access = try await SampleMarket.until("the closed gate") {
      let access = try await hku.leaseAccess(lease)
      return access.state == .prepared ? access : nil
    }
    #expect(access.access["waiting"]?.contains("knows nobody of hku-nlp") == true)
    let member = try await hku.whoami().principal
    try broker.write("people", "\(member) lee\n")
    _ = try await SampleMarket.until("somebody and the start") {
      try tell("approve", "--all")
      return try await hku.showLease(lease).state == .open ? true : nil
    }
    // The agent writes it down a moment after it has told the broker.
    _ = try await SampleMarket.until("the agent's own word") {
      let status = try tell("status", "-o", "json")
      return status.contains("\"stands\" : \"open 8\"") && status.contains("\"lee\"")
        ? true : nil
    }

    // While the broker does not know it yet, other words are said.
    _ = try await SampleMarket.until("the withdrawn offer") {
      try tell("freeze").contains("nothing more is sold") ? true : nil
    }
    #expect(try await hku.listOffers().page().items.isEmpty)
    #expect(try await hku.showLease(lease).state == .open, "leases stand")
    #expect(try tell("leave", "--yes", status: 1).contains("is running"))
    let read = try tell("check", "-o", "json")
    let report = try #require(
      JSONSerialization.jsonObject(with: Data(read.utf8)) as? [String: Any], "\(read)")
    #expect(report["isUsable"] as? Bool == true && report["mode"] as? String == "propose")
    #expect((report["findings"] as? [[String: Any]])?.isEmpty == false)
    agent.terminate()
    agent.waitUntilExit()
    #expect(try tell("leave", "--yes", status: 1).contains("--break-leases"))
    let left = try tell("leave", "--yes", "--break-leases", "-o", "json")
    let sheet = try #require(
      JSONSerialization.jsonObject(
        with: Data(left[(left.firstIndex(of: "{") ?? left.startIndex)...].utf8))
        as? [String: Any])
    #expect(left.contains("removed \(lease)") && sheet["left"] as? [String] == [], "\(left)")
    #expect((sheet["found"] as? [String])?.isEmpty == false && sheet["sellsUntil"] == nil)
    #expect(try await hku.showLease(lease).state == .failed)
  }
}
