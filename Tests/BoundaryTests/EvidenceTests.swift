import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// Evidence for data classes at a real broker: filed, shown, warned of, ended.
@Suite(.serialized) struct EvidenceTests {
  private static let day: Int64 = 86_400_000

  private static func certify(
    _ broker: BrokerProcess, until end: Int64, filing: String? = nil, filed: Int64? = nil
  ) async throws {
    try await broker.approved(
      try await broker.maker.certifySite(
        "cyberport-h",
        Wire.CertifySite(
          dataClass: "medical", until: WireTime(clamping: end), filing: filing,
          filed: filed.map { WireTime(clamping: $0) })))
  }

  /// The code that a bid for the data class hears; nil when it is taken.
  private static func refusal(_ market: SampleMarket) async throws -> String? {
    var bid = try await market.block(hours: 2, limit: WireMoney(.hkd, minor: 2_000))
    bid.dataClass = "medical"
    do {
      _ = try await market.trader("hku-nlp").placeBid(bid)
      return nil
    } catch BrokerClientError.refused(let problem) {
      #expect(problem.status == 422 && problem.next?.isEmpty == false)
      return problem.code
    }
  }

  @Test(
    "A filing is shown with number and day; near its end it is warned of, and what needs it refused"
  )
  func filing() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 16, ask: WireMoney(.hkd, minor: 1_400))
    let maker = broker.maker
    #expect(try await Self.refusal(market) == "not_certified")
    let now = try await maker.clock().market.milliseconds
    let filed = (now - 3 * Self.day) / 1_000 * 1_000
    for (days, state) in [
      (100, Wire.EvidenceState.valid), (89, .endsIn90Days), (29, .endsIn30Days), (6, .endsIn7Days),
    ] {
      let end = (now + Int64(days) * Self.day) / 1_000 * 1_000
      try await Self.certify(broker, until: end, filing: "gba-scc-2026-017", filed: filed)
      let certificate = try #require(try await maker.showSite("cyberport-h").certified.first)
      #expect(
        certificate
          == Wire.Certificate(
            dataClass: "medical", until: WireTime(clamping: end), state: state,
            filing: "gba-scc-2026-017", filed: WireTime(clamping: filed)))
      #expect(try await Self.refusal(market) == nil)
    }
    try await Self.certify(broker, until: now + 3_600_000)
    let short = try #require(try await maker.showSite("cyberport-h").certified.first)
    #expect(short.state == .endsIn7Days && short.filing == nil && short.filed == nil)
    #expect(try await Self.refusal(market) == "not_certified", "two hours do not fit into one")
    try await Self.certify(broker, until: now - 1)
    #expect(try await maker.showSite("cyberport-h").certified.first?.state == .ended)
    #expect(try await maker.verifyLedger().ok)
  }

  @Test("A filing without its day, a day without a filing, and one after its end are faults")
  func faults() {
    let end = WireTime(clamping: 1_796_054_400_000)
    let sound = Wire.CertifySite(
      dataClass: "medical", until: end, filing: "scc-17",
      filed: WireTime(clamping: end.milliseconds - 1))
    #expect(sound.contradictions() == [])
    var body = sound
    body.filed = nil
    #expect(body.contradictions().map(\.pointer) == ["/filed"])
    body = sound
    body.filing = nil
    #expect(body.contradictions().map(\.pointer) == ["/filing"])
    body = sound
    body.filed = end
    #expect(body.contradictions().map(\.pointer) == ["/filed"])
  }
}
