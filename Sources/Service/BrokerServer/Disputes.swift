import BrokerAPI
import Ledger
import Leases
import LedgerStore
import Replica
import Units

// A tenant's word against a site's, and what is given back.
extension Broker {
  func listDisputes(_ call: Call) async throws -> Answer {
    let rows = try await store.disputes(
      try call.scope, state: call.arguments.text("state"), before: try Cursor.number(call),
      limit: call.rows)
    return try call.page(rows) {
      [String($0.number)]
    } item: { row in
      try wire(row)
    }
  }

  func showDispute(_ call: Call) async throws -> Answer {
    .json(try wire(try await dispute(call)).json())
  }

  /// The dispute that the path names, if the caller may see it.
  private func dispute(_ call: Call) async throws -> DisputeRow {
    let id = try call.path("dispute")
    guard id.hasPrefix("dispute-"), let number = Int64(id.dropFirst(8)), Dispute.id(number) == id,
      let row = try await store.dispute(number, try call.scope)
    else { throw Problem(.notFound, "You have no dispute \(id).") }
    return row
  }

  func openDispute(_ call: Call) async throws -> Answer {
    let body: Wire.OpenDispute = try call.body()
    let row = try await lease(call)
    var terms = DisputeTerms()
    terms.day = MarketCalendar.day(of: body.day.milliseconds)
    terms.delivered = body.delivered?.milliseconds
    terms.evidence = SHA256Hasher.hex(Array(body.evidence.utf8))
    terms.lease = row.lease.id
    let receipt = try await submit(.openDispute(terms), call)
    try await note(.evidence, terms.evidence ?? "", body.evidence, receipt)
    return accepted(receipt, id: Dispute.id(receipt.position))
  }

  func addEvidence(_ call: Call) async throws -> Answer {
    let body: Wire.AddEvidence = try call.body()
    let row = try await dispute(call)
    var terms = EvidenceTerms()
    terms.dispute = row.number
    terms.evidence = SHA256Hasher.hex(Array(body.evidence.utf8))
    let receipt = try await submit(.addEvidence(terms), call) { _ in "It is \(row.state)." }
    try await note(.evidence, terms.evidence, body.evidence, receipt)
    return accepted(receipt, id: Dispute.id(row.number))
  }

  func decideDispute(_ call: Call) async throws -> Answer {
    let body: Wire.DecideDispute = try call.body()
    let row = try await dispute(call)
    var terms = DisputeDecision()
    terms.dispute = row.number
    terms.delivered = body.delivered?.milliseconds
    let receipt = try await submit(.decideDispute(terms), call) { _ in "It is \(row.state)." }
    return accepted(receipt, id: Dispute.id(row.number))
  }

  func correctCharge(_ call: Call) async throws -> Answer {
    let body: Wire.CorrectCharge = try call.body()
    var terms = CorrectionTerms()
    terms.day = MarketCalendar.day(of: body.day.milliseconds)
    terms.delivered = body.delivered.milliseconds
    terms.lease = try await lease(call).lease.id
    terms.reference = SHA256Hasher.hex(Array(body.reason.utf8))
    let receipt = try await submit(.correctCharge(terms), call)
    try await note(.evidence, terms.reference, body.reason, receipt)
    return accepted(receipt, id: terms.lease)
  }

  private func wire(_ row: DisputeRow) throws -> Wire.Dispute {
    Wire.Dispute(
      dispute: Dispute.id(row.number), lease: row.lease,
      day: WireTime(clamping: MarketCalendar.start(ofDay: row.day)), tenant: row.party,
      centre: row.centre, state: Wire.DisputeState(rawValue: row.state) ?? .open,
      openedAt: instant(row.opened), decidedAt: row.decided.map(instant),
      claimed: row.claimed.map(GPUSeconds.init(clamping:)),
      charged: row.charged.map(GPUSeconds.init(clamping:)),
      delivered: row.delivered.map(GPUSeconds.init(clamping:)),
      returned: money(row.corrected, row.currency),
      evidence: try row.evidence.map { item in
        Wire.Evidence(
          party: item.party, at: instant(item.time), digest: item.digest,
          text: try directory.word(.evidence, item.digest))
      })
  }
}
