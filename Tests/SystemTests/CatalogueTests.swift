import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing
import Transport

/// Rows of the catalogue of bad input that need a story before them: money, two phases, metering,
/// disputes, keys. Each with its status, code and number, over HTTP.
@Suite(.serialized) struct CatalogueTests {
  /// What a broker must say; number 0: the door says it by itself.
  private func refused(
    _ status: Int, _ code: String, _ number: Int, _ row: String,
    _ body: () async throws -> some Sendable
  ) async {
    do {
      _ = try await body()
      Issue.record("\(row): it was not refused")
    } catch let error as BrokerClientError {
      switch error {
      case .refused(let problem), .notAllowed(let problem):
        #expect(
          problem.status == status && problem.code == code && (problem.number ?? 0) == number,
          "\(row): \(problem)")
      default: Issue.record("\(row): \(error)")
      }
    } catch {
      Issue.record("\(row): \(error)")
    }
  }

  private func leg(
    _ action: Wire.TransferAction, _ pending: String? = nil, amount: Int64? = 1_000,
    from: String = "hku-nlp:hkd", to: String = "cyberport:hkd", timeout: Int64? = nil
  ) -> Wire.SendTransfer {
    let money = amount.map { WireMoney(from.hasSuffix("cny") ? .cny : .hkd, minor: $0) }
    if let pending {
      return Wire.SendTransfer(legs: [
        Wire.TransferLeg(action: action, amount: money, pending: pending)
      ])
    }
    return Wire.SendTransfer(legs: [
      Wire.TransferLeg(
        action: action, debit: from, credit: to, amount: money, timeoutMs: timeout.map(Int.init))
    ])
  }

  @Test("two phases: every wrong end of what is pending has its own code, and the money is right")
  func twoPhases() async throws {
    let broker = try BrokerProcess(scale: 300)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let (hku, lab) = (market.trader("hku-nlp"), market.trader("sz-lab"))
    func pend(_ timeout: Int64 = 2_592_000_000) async throws -> String {
      try #require(try await hku.sendTransfer(leg(.pend, timeout: timeout)).id)
    }
    let posted = try await pend()
    await refused(422, "amount_above_pending", 164, "post > pending") {
      try await hku.sendTransfer(leg(.post, posted, amount: 1_001))
    }
    await refused(404, "not_yours", 4, "post another tenant's pending") {
      try await lab.sendTransfer(leg(.post, posted, amount: nil))
    }
    _ = try await hku.sendTransfer(leg(.post, posted, amount: 400))
    await refused(409, "pending_posted", 157, "post twice") {
      try await hku.sendTransfer(leg(.post, posted, amount: nil))
    }
    await refused(409, "pending_posted", 157, "void after post") {
      try await hku.sendTransfer(leg(.void, posted, amount: nil))
    }
    await refused(404, "not_yours", 4, "void another's that was posted") {
      try await lab.sendTransfer(leg(.void, posted, amount: nil))
    }
    let voided = try await pend()
    _ = try await hku.sendTransfer(leg(.void, voided, amount: nil))
    await refused(409, "pending_voided", 158, "post after void") {
      try await hku.sendTransfer(leg(.post, voided, amount: nil))
    }
    let short = try await pend(1)
    try await Task.sleep(for: .milliseconds(20))
    await refused(409, "pending_expired", 159, "post after expiry") {
      try await hku.sendTransfer(leg(.post, short, amount: nil))
    }
    await refused(422, "timeout_not_allowed", 152, "time-out on what does not wait") {
      try await hku.sendTransfer(leg(.pay, timeout: 5))
    }
    // The leader may write a seal between, so its own name is tried some times.
    var own: Problem?
    for _ in 0..<20 where own?.code != "pending_is_own" {
      let next = try await broker.maker.ledgerHead().position.value + 1
      do {
        _ = try await hku.sendTransfer(leg(.post, "transfer-\(next)-0", amount: nil))
      } catch BrokerClientError.refused(let problem) {
        own = problem
      }
    }
    #expect(own?.code == "pending_is_own" && own?.number == 155 && own?.status == 422)
    // The leader frees what expired.
    _ = try await SampleMarket.until("nothing is held") {
      try await hku.showAccount("hku-nlp:hkd").held.minor == 0 ? true : nil
    }
    #expect(try await hku.showAccount("hku-nlp:hkd").balance.minor == 100_000_000 - 400)
    try await money(broker, market)
  }

  /// The rows about money that need a fund, an account that is closed, or a limit.
  private func money(_ broker: BrokerProcess, _ market: SampleMarket) async throws {
    let (maker, hku) = (broker.maker, market.trader("hku-nlp"))
    for (party, kind) in [("scheme", Wire.PartyKind.fund), ("gone", .tenant)] {
      try await broker.approved(
        try await maker.addParty(
          Wire.AddParty(party: party, kind: kind, currency: .hkd, name: party)))
    }
    try await broker.approved(
      try await maker.closeAccount("gone:hkd", Wire.CloseAccount(closed: true)))
    await refused(409, "account_closed", 162, "closed account") {
      try await hku.sendTransfer(leg(.pay, to: "gone:hkd"))
    }
    await refused(404, "not_yours", 4, "fund account by tenant") {
      try await hku.sendTransfer(leg(.pay, from: "scheme:hkd"))
    }
    let year = try await maker.clock().market.text.prefix(4)
    let report = try broker.run(
      "sampan",
      [
        "report", "scheme", "--year", "\(year)", "--html", "scheme.html", "--broker",
        broker.address,
        "--token-file", "data/p-0-1.token",
      ])
    #expect(report.status == 0 && report.output.contains("Applications: 0"), "\(report.output)")
    #expect(broker.text("scheme.html").contains("Fund scheme"))
    await refused(403, "not_allowed", 0, "the scheme's report read by tenant") {
      try await hku.schemeReport(year: 2_026)
    }
    await refused(404, "not_found", 0, "fund account read by tenant") {
      try await hku.showAccount("scheme:hkd")
    }
    let all = try await hku.showAccount("hku-nlp:hkd").balance.minor
    await refused(409, "insufficient_funds", 47, "amount > balance by 1") {
      try await hku.sendTransfer(leg(.pay, amount: all + 1))
    }
    let payout = Wire.RecordPayout(amount: WireMoney(.hkd, minor: all + 1), reference: "too much")
    await refused(409, "insufficient_funds", 47, "payout > balance by 1") {
      let proposal = try await maker.recordPayout("hku-nlp:hkd", payout)
      return try await broker.checker.approve(proposal.position)
    }
    await refused(409, "account_in_use", 167, "closing an account with money") {
      let closing = try await maker.closeAccount("hku-nlp:hkd", Wire.CloseAccount(closed: true))
      return try await broker.checker.approve(closing.position)
    }
    let twice = Wire.RecordDeposit(
      amount: WireMoney(.hkd, minor: 5), reference: "opening hku-nlp")
    await refused(409, "bank_reference_used", 168, "the bank's line twice") {
      let proposal = try await maker.recordDeposit("hku-nlp:hkd", twice)
      return try await broker.checker.approve(proposal.position)
    }
  }

  @Test("a key: once for one command, whoever waits; with other content refused; bare or quoted")
  func keys() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let token = market.traders["hku-nlp"] ?? ""
    let body = leg(.pay).json()
    @Sendable func send(_ key: String, _ body: [UInt8]) async throws -> HTTPResponse {
      try await broker.transport.send(
        HTTPRequest(
          method: "POST", url: broker.address + "/v1/transfers",
          headers: [
            ("Authorization", "Bearer \(token)"), ("Content-Type", "application/json"),
            ("Idempotency-Key", key),
          ], body: body))
    }
    // All but one come while the first is in flight, or after it: one effect, one answer.
    let key = CommandID.random().text
    let answers = try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
      for _ in 0..<16 { group.addTask { try await send(key, body) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(answers.map(\.status)) == [201])
    #expect(Set(answers.map(\.body)).count == 1)
    #expect(answers.filter { $0.header("Idempotency-Replayed") == "true" }.count == 15)
    let quoted = try await send("\"\(key)\"", body)
    #expect(quoted.body == answers[0].body && quoted.header("Idempotency-Replayed") == "true")
    #expect(
      try await market.trader("hku-nlp").showAccount("hku-nlp:hkd").balance.minor == 99_999_000)
    // One member changed, every one in turn.
    let others = [
      leg(.pay, amount: 1_001), leg(.pay, to: "sz-lab:cny"), leg(.pay, from: "cyberport:hkd"),
      leg(.pend, timeout: 5), leg(.post, "transfer-1-0"), leg(.pay, timeout: 7),
      Wire.SendTransfer(legs: leg(.pay).legs + leg(.pay).legs),
    ]
    for other in others {
      let answer = try await send(key, other.json())
      let problem = try Problem(json: answer.body)
      #expect(answer.status == 422 && problem.code == "exists_with_different_content", "\(other)")
    }
    // A refusal is an answer like any other.
    let poor = CommandID.random().text
    let dear = leg(.pay, amount: 100_000_000).json()
    let first = try await send(poor, dear)
    try await broker.approved(
      try await broker.maker.recordDeposit(
        "hku-nlp:hkd",
        Wire.RecordDeposit(amount: WireMoney(.hkd, minor: 9_000_000), reference: "more")))
    let second = try await send(poor, dear)
    #expect(first.status == 409 && second.status == 409 && first.body == second.body)
    #expect(second.header("Idempotency-Replayed") == "true")
    #expect(try await send(CommandID.random().text, dear).status == 201, "a new key has its own")
  }

  @Test(
    "metering and disputes: what a site or a tenant says wrongly has its code, and bills nothing")
  func metering() async throws {
    let broker = try BrokerProcess(scale: 300)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 16, ask: WireMoney(.hkd, minor: 1400))
    let hku = market.trader("hku-nlp")
    let placed = try await hku.placeBid(try await market.block(limit: WireMoney(.hkd, minor: 2000)))
    let id = try #require(placed.id)
    let lease = try await SampleMarket.until("the lease") {
      let bid = try await hku.showBid(id)
      guard let fill = bid.fills.first else { return nil as Wire.Lease? }
      return try await hku.showLease(fill.lease)
    }
    let start = try #require(lease.steps.first).from.milliseconds
    let quarter: Int64 = 900_000
    func reading(_ at: Int64, _ length: Int64 = quarter, gpus: Int64 = 8) -> Wire.Reading {
      Wire.Reading(
        lease: lease.lease, from: WireTime(clamping: start + at),
        to: WireTime(clamping: start + at + length),
        delivered: GPUSeconds(clamping: gpus * length), used: GPUSeconds(clamping: 0))
    }
    func report(_ readings: [Wire.Reading], by site: String = "cyberport-h") async throws {
      _ = try await market.agent(site).reportReadings(
        "cyberport-h", Wire.ReportReadings(readings: readings))
    }
    // Four quarter hours of market time.
    _ = try await SampleMarket.until("the end of the lease") {
      try await broker.maker.clock().market.milliseconds >= start + 4 * quarter ? true : nil
    }
    await refused(422, "readings_refused", 83, "before lease start") {
      try await report([reading(-quarter)])
    }
    await refused(422, "readings_refused", 83, "after lease end") {
      try await report([reading(4 * quarter)])
    }
    var over = reading(0)
    over.delivered = GPUSeconds(clamping: over.delivered.milliseconds * 101 / 100)
    await refused(422, "readings_refused", 83, "101 % delivered") { try await report([over]) }
    await refused(422, "readings_refused", 83, "future stamp") {
      try await report([reading(96 * quarter)])
    }
    await refused(400, "member_contradiction", 0, "one hour") {
      try await report([reading(0, 4 * quarter)])
    }
    await refused(403, "not_allowed", 0, "wrong centre's key") {
      try await report([reading(0)], by: "qianhai-h")
    }
    var strange = reading(0)
    strange.lease = "lease-99-0"
    await refused(422, "readings_refused", 83, "of no lease") { try await report([strange]) }
    let unsigned = try await broker.transport.send(
      HTTPRequest(
        method: "POST", url: broker.address + "/v1/sites/cyberport-h/readings",
        headers: [("Content-Type", "application/json")],
        body: Wire.ReportReadings(readings: [reading(0)]).json()))
    #expect(unsigned.status == 401, "unsigned sample")
    // One second, then a gap, then the rest: taken, and counted once.
    try await report([reading(0, 1_000)])
    await refused(422, "readings_refused", 83, "two collectors, the same sample") {
      try await report([reading(0, 1_000, gpus: 4)])
    }
    try await report([reading(360_000, quarter - 360_000)] + (1..<4).map { reading($0 * quarter) })
    let delivered = 8 * (4 * quarter - 359_000)
    #expect(try await hku.showLease(lease.lease).delivered.milliseconds == delivered)
    try await disputes(broker, market, lease.lease, day: WireTime(clamping: start), delivered)
  }

  private func disputes(
    _ broker: BrokerProcess, _ market: SampleMarket, _ lease: String, day: WireTime,
    _ delivered: Int64
  ) async throws {
    let (maker, hku) = (broker.maker, market.trader("hku-nlp"))
    func open(
      _ day: WireTime, _ delivered: Int64? = nil, by client: BrokerClient? = nil,
      of lease: String = lease
    ) async throws -> Wire.Accepted {
      try await (client ?? hku).openDispute(
        lease,
        Wire.OpenDispute(
          day: day, delivered: delivered.map(GPUSeconds.init(clamping:)), evidence: "our own log"))
    }
    func approved(_ proposal: Wire.Accepted) async throws {
      _ = try await broker.checker.approve(proposal.position)
    }
    let charged = try await SampleMarket.until("the charge") {
      try await hku.showAccount("hku-nlp:hkd").held.minor == 0
        ? try await hku.showLease(lease).charged.minor : nil
    }
    #expect(charged > 0)
    await refused(404, "not_found", 0, "dispute of no lease") {
      try await open(day, of: "lease-9-9")
    }
    await refused(404, "not_found", 0, "dispute of another's lease") {
      try await open(day, by: market.trader("sz-lab"))
    }
    await refused(409, "not_disputable", 121, "a day on which it did not run") {
      try await open(WireTime(clamping: day.milliseconds - 86_400_000))
    }
    await refused(422, "nothing_to_correct", 123, "own reading above what was charged") {
      try await open(day, delivered)
    }
    let dispute = try #require(try await open(day, delivered / 2).id)
    await refused(409, "already_disputed", 122, "twice") { try await open(day) }
    await refused(409, "already_disputed", 122, "a correction of what is in dispute") {
      try await approved(
        try await maker.correctCharge(
          lease, Wire.CorrectCharge(day: day, delivered: GPUSeconds(clamping: 1), reason: "ours")))
    }
    await refused(404, "not_found", 0, "evidence by a stranger") {
      try await market.trader("sz-lab").addEvidence(dispute, Wire.AddEvidence(evidence: "x"))
    }
    await refused(404, "not_found", 0, "evidence of no dispute") {
      try await hku.addEvidence("dispute-1", Wire.AddEvidence(evidence: "x"))
    }
    try await decisions(broker, market, lease, dispute, day: day, delivered)
  }

  /// What is wrong with more evidence, a decision, or a correction; then what the right one billed.
  private func decisions(
    _ broker: BrokerProcess, _ market: SampleMarket, _ lease: String, _ dispute: String,
    day: WireTime, _ delivered: Int64
  ) async throws {
    let (maker, hku) = (broker.maker, market.trader("hku-nlp"))
    func approved(_ proposal: Wire.Accepted) async throws {
      _ = try await broker.checker.approve(proposal.position)
    }
    for number in 1..<16 {
      _ = try await hku.addEvidence(dispute, Wire.AddEvidence(evidence: "page \(number)"))
    }
    await refused(409, "too_much_evidence", 124, "a seventeenth piece") {
      try await hku.addEvidence(dispute, Wire.AddEvidence(evidence: "page 17"))
    }
    await refused(422, "nothing_to_correct", 123, "more than was charged") {
      try await approved(
        try await maker.decideDispute(
          dispute, Wire.DecideDispute(delivered: GPUSeconds(clamping: delivered + 1))))
    }
    let half = try await maker.decideDispute(
      dispute, Wire.DecideDispute(delivered: GPUSeconds(clamping: delivered / 2)))
    await refused(403, "approver_is_proposer", 11, "one person") {
      try await maker.approve(half.position)
    }
    try await approved(half)
    await refused(404, "unknown_dispute", 120, "decided twice") {
      try await approved(
        try await maker.decideDispute(dispute, Wire.DecideDispute(delivered: nil)))
    }
    await refused(409, "already_disputed", 122, "again after the decision") {
      try await hku.openDispute(lease, Wire.OpenDispute(day: day, evidence: "once more"))
    }
    await refused(422, "nothing_to_correct", 123, "a correction upwards") {
      try await approved(
        try await maker.correctCharge(
          lease,
          Wire.CorrectCharge(
            day: day, delivered: GPUSeconds(clamping: delivered), reason: "more")))
    }
    let month = try #require(BillingMonth(of: day)).description
    let lines = try await hku.billedLines(month: month).all()
    let correction = try #require(lines.first { $0.kind == "correction" })
    #expect(correction.dispute == dispute && correction.gross.minor < 0)
    #expect(correction.less?.milliseconds == delivered - delivered / 2)
    let paid = lines.reduce(0) { $0 + $1.gross.minor }
    #expect(paid == 100_000_000 - (try await hku.showAccount("hku-nlp:hkd").balance.minor))
    #expect(try await maker.verifyLedger().ok)
  }
}
