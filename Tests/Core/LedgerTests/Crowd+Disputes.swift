import Leases
import Ledger
import Market
import Seeded
import Units

/// Tenants who dispute, sides that show evidence, and platforms that decide.
extension Crowd {
  mutating func quarrel(_ state: LedgerState) -> Sender {
    let open = state.disputes.values
    if !open.isEmpty, chance(60) {
      let dispute = source.pick(open)
      if chance(30) {
        let (role, party) =
          chance(50) ? (Role.trader, dispute.party) : (Role.centre, dispute.centre)
        return Sender(
          by: member(of: party, role, state), role: role,
          command: .addEvidence(evidence(dispute.number)))
      }
      return Sender(
        by: "maker", role: .platform,
        command: .decideDispute(decision(dispute.number, dispute.delivered)))
    }
    if chance(20) { return Sender(by: "maker", role: .platform, command: correction(state)) }
    let terms = dispute(state)
    let key = LeaseKey(terms.lease)
    let party = key.flatMap { state.leases[$0]?.party ?? state.charged[$0]?.party } ?? "hku"
    return Sender(
      by: member(of: party, .trader, state), role: .trader, command: .openDispute(terms))
  }

  private mutating func member(of party: String, _ role: Role, _ state: LedgerState) -> String {
    let fit = state.principals.values.filter { $0.party == party && $0.roles.contains(role) }
    return fit.isEmpty ? "maker" : source.pick(fit).id
  }

  mutating func dispute(_ state: LedgerState) -> DisputeTerms {
    var terms = DisputeTerms()
    if let key = key(state.charged), let past = state.charged[key], chance(70) {
      terms.lease = key.id
      terms.day = past.days.isEmpty ? 0 : source.pick(past.days).day
    } else {
      terms.lease = key(state.leases)?.id ?? "lease-1-0"
      terms.day = MarketCalendar.day(of: state.time)
    }
    if chance(50) { terms.delivered = source.number(0...10_000_000) }
    return terms
  }

  mutating func evidence(_ number: Int64) -> EvidenceTerms {
    var terms = EvidenceTerms()
    terms.dispute = number
    terms.evidence = String(repeating: "e", count: 64)
    return terms
  }

  mutating func decision(_ number: Int64, _ own: Int64?) -> DisputeDecision {
    var terms = DisputeDecision()
    terms.dispute = number
    terms.delivered = chance(60) ? own ?? source.number(0...10_000_000) : nil
    return terms
  }

  mutating func correction(_ state: LedgerState) -> Command {
    let dispute = dispute(state)
    var terms = CorrectionTerms()
    terms.day = dispute.day
    terms.lease = dispute.lease
    terms.delivered = dispute.delivered ?? 0
    terms.reference = String(repeating: "c", count: 64)
    return .correctCharge(terms)
  }
}
