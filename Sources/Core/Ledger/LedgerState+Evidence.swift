import Leases
import Market
import Units

// What becomes of leases when the evidence by which a site holds a class of data is cut short (clearing.md,
// 10). Nothing is sold beyond the end of evidence, so that an end that was known drains by itself.
extension LedgerState {
  /// Leases of that class that would run on beyond the new end lose their place at it, or at the next quarter
  /// hour: with the notice that is left. Their rest looks for another place as after any loss that is nobody's
  /// fault.
  mutating func drain(
    _ certificate: Certificate, before: Certificate?
  ) throws(Refusal) -> [Event] {
    let now = (time + Span.quarter - 1) / Span.quarter * Span.quarter
    let from = max(now, certificate.until / Span.quarter * Span.quarter)
    let held = zip(leases.keys, leases.values).filter { key, lease in
      // Who has given back has nothing to lose.
      lease.site == certificate.site && lease.end > from
        && (lease.end == lease.tradedEnd || displaced[key] != nil)
        && filled[lease.bid]?.bid.terms.dataClass == certificate.dataClass
    }
    // What is being cleared was frozen with the evidence as it was; a round is not closed for long.
    let shortens = certificate.until < before?.until ?? 0
    guard !round.isClosed || (held.isEmpty && !shortens) else { throw .roundStillClosed }
    return held.map { key, lease in
      let lost = displaced[key]
      return displace(
        key, lease, from: from, lost?.cause ?? .evidence, abandoned: lost?.abandoned ?? false)
    }
  }
}
