import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing
import Transport

/// A replica that is started while no majority answers.
@Suite(.serialized) struct StaleStartTests {
  private func read(
    _ replica: BrokerProcess, _ query: String = ""
  ) async throws -> (status: Int, stale: String?) {
    let answer = try await replica.transport.send(
      HTTPRequest(
        url: replica.address + "/v1/chips" + query,
        headers: [("Authorization", "Bearer \(replica.text("data/p-0-1.token"))")]))
    return (answer.status, answer.header("Sampan-Stale-Since"))
  }

  @Test(
    "A replica started without a majority answers what its file has, marked as old, and says so",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)))
  func start() async throws {
    let cluster = try await BrokerCluster()
    let replica = cluster.replicas[2]
    func order(_ party: String) async throws -> Wire.Accepted {
      try await cluster.maker(2).addParty(
        Wire.AddParty(party: party, kind: .centre, currency: .hkd, name: party))
    }
    let first = try await SampleMarket.until("an order") { try? await order("first") }
    replica.stop()
    let stopped = WireTime(clamping: Int64(Date().timeIntervalSince1970 * 1_000))
    for member in ["1", "2"] { try cluster.etcd("kill", member) }

    try replica.start()
    let found = try await read(replica, "?min_position=\(first.position.value + 1)")
    #expect(found.status == 200)
    let since = try #require(found.stale.flatMap { try? WireTime(parsing: $0) })
    #expect(since <= stopped, "an answer from before \(stopped) is called one of \(since)")
    #expect(try await read(replica, "?fresh=strong").status == 503)
    await #expect {
      _ = try await order("second")
    } throws: { "\($0)".contains("Trading is paused since") }
    let asked = try replica.run(
      "sampan", ["broker", "status", "--socket", "data/admin.sock", "-o", "json"])
    #expect(asked.status == 2)
    let document = asked.output.drop { $0 != "{" }
    let card = try Wire.BrokerStatus(json: Array(document.utf8)).replicas[0]
    #expect(card.state == .paused && card.log.hasPrefix("no majority") && card.pausedSince == since)
    #expect(card.detail?.contains("cannot be reached") == true)

    for member in ["1", "2"] { try cluster.etcd("start", member) }
    _ = try await SampleMarket.until("an answer of now") {
      try await read(replica).stale == nil ? true : nil
    }
    _ = try await SampleMarket.until("the next order") { try? await order("third") }
  }
}
