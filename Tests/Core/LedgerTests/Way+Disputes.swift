import Leases
import Ledger
import LedgerFixture
import Market
import Units

/// Ways to the refusals of disputes and corrections.
extension Way {
  /// A lease that was delivered and charged.
  private static func charged(_ hall: inout Hall) throws -> Lease {
    let lease = try hall.leased(hall.block().at("hk"), by: hall.hku)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    return lease
  }

  private static func dispute(
    _ hall: inout Hall, _ lease: Lease, day: Int64? = nil
  ) throws -> [Event] {
    var terms = DisputeTerms()
    terms.day = day ?? MarketCalendar.day(of: lease.start)
    terms.lease = lease.id
    return try hall.exchange.send(.openDispute(terms), by: hall.hku, as: .trader)
  }

  static let disputes: [Way] = [
    Way(code: .unknownDispute) {
      var terms = EvidenceTerms()
      terms.dispute = 7
      terms.evidence = String(repeating: "0", count: 64)
      return try $0.exchange.send(.addEvidence(terms), by: $0.hku, as: .trader)
    },
    Way(code: .notDisputable) {
      let lease = try $0.leased($0.block().at("hk"), by: $0.hku)
      return try dispute(&$0, lease, day: MarketCalendar.day(of: lease.end) + 1)
    },
    Way(code: .alreadyDisputed) {
      let lease = try charged(&$0)
      _ = try Exchange.accepted(try dispute(&$0, lease))
      return try dispute(&$0, lease)
    },
    Way(code: .nothingToCorrect) {
      let lease = try charged(&$0)
      var terms = CorrectionTerms()
      terms.day = MarketCalendar.day(of: lease.start)
      terms.delivered = 8 * 4 * Span.hour
      terms.lease = lease.id
      terms.reference = String(repeating: "0", count: 64)
      return try $0.exchange.decree(.correctCharge(terms))
    },
    Way(code: .tooMuchEvidence) {
      let lease = try charged(&$0)
      var terms = EvidenceTerms()
      terms.dispute = $0.exchange.state.position
      terms.evidence = String(repeating: "0", count: 64)
      _ = try Exchange.accepted(try dispute(&$0, lease))
      for _ in 0..<Dispute.mostEvidence {
        try $0.exchange.send(.addEvidence(terms), by: $0.hku, as: .trader)
      }
      return try $0.exchange.send(.addEvidence(terms), by: $0.hku, as: .trader)
    },
    Way(code: .underDispute) {
      let lease = try $0.leased($0.block().at("hk"), by: $0.hku)
      $0.exchange.time = lease.end + Rules().settleGrace
      _ = try Exchange.accepted(try dispute(&$0, lease))
      return try leader(&$0, settle(lease, day: lease.nextDay))
    },
  ]
}
