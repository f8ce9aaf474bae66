package import Ledger
package import Leases
import LedgerStore
package import Market
import Units

/// What a pack of evidence says, once each record of it holds. That no record is missing only the whole log shows.
package struct LeaseFacts: Sendable {
  package private(set) var bid = Bid()
  package private(set) var trade = Trade()
  /// As it was ordered.
  package private(set) var lease = Lease()
  package private(set) var site = Site()
  /// Evidence for the bid's class of data at the site: the last before the trade, and what came later.
  package private(set) var evidence: Certificate?
  package private(set) var laterEvidence: [Certificate] = []
  package private(set) var changes: [LeaseChanged] = []
  /// What was sold to it beyond its firm part, and what of it was taken back.
  package private(set) var extras: [ExtrasSale] = []
  package private(set) var cuts: [ExtrasCut] = []
  package private(set) var readings: [Reading] = []
  /// Of the record that is under the largest tree.
  package private(set) var statement: TradeReceipt.Statement
  package private(set) var records = 0
  private var has: Set<String> = []

  /// How the site of the lease was eligible for the bid's data.
  package enum Eligibility: Sendable, Equatable {
    /// The bid names no class of data.
    case unasked
    /// The evidence reached to the end of what was sold.
    case covered(Certificate)
    /// It did not, or there was none.
    case uncovered
    /// The bid did not allow the site or its jurisdiction.
    case elsewhere
  }

  /// By the evidence that stood when the lease was ordered.
  package var eligibility: Eligibility {
    guard bid.terms.whereabouts.fault(of: site) == nil else { return .elsewhere }
    guard bid.terms.dataClass != nil else { return .unasked }
    guard let evidence, evidence.until >= lease.tradedEnd else { return .uncovered }
    return .covered(evidence)
  }

  /// Checks a pack with nothing but a policy at hand.
  package init(
    _ evidence: LeaseEvidence, policy: [UInt8]
  ) throws(EvidenceError) {
    var statement: TradeReceipt.Statement?
    var facts: [(number: Int, event: [UInt8])] = []
    for (offset, record) in evidence.records.enumerated() {
      let one: TradeReceipt.Statement
      do throws(ReceiptError) {
        one = try TradeReceipt.verify(
          receipt: record.receipt, proof: record.proof, policy: policy)
      } catch { throw .receipt(offset + 1, error) }
      if one.size >= statement?.size ?? 0 { statement = one }
      facts.append((offset + 1, Array(one.event.utf8)))
    }
    guard let statement else { throw .missing("anything") }
    self.statement = statement
    records = facts.count
    var last: (position: Int64, index: Int64)?
    for (number, event) in facts {
      guard let head = EventHead(event) else { throw .foreign(number, "no event of a ledger") }
      if let last, (head.position, head.index) <= last { throw .order(number) }
      last = (head.position, head.index)
      do throws(CodecError) { try take(head, number, evidence.lease) } catch {
        throw .foreign(number, "an event that this program cannot read: \(error)")
      }
      if let stranger { throw .foreign(number, stranger) }
    }
    for (name, what) in [
      ("site-added", "the site"), ("bid-placed", "the bid"), ("traded", "the trade"),
      ("lease-ordered", "the lease"),
    ] where !has.contains(name) { throw .missing(what) }
  }

  /// Why the record that was taken last belongs to another lease; nil when it does not.
  private var stranger: String?

  private mutating func take(
    _ head: EventHead, _ number: Int, _ name: String
  ) throws(CodecError) {
    var fits = true
    switch head.name {
    case "site-added":
      site = try head.record(Site.self)
      fits = has.insert(head.name).inserted
    case "bid-placed":
      bid = try head.record(Bid.self)
      fits = has.insert(head.name).inserted
    case "traded":
      trade = try head.record(Trade.self)
      fits = has.insert(head.name).inserted && trade.bid == bid.seq && trade.leases.contains(name)
    case "lease-ordered":
      lease = try head.record(Lease.self)
      fits = has.insert(head.name).inserted && lease.id == name && lease.trade == trade.id
    case "lease-changed":
      let change = try head.record(LeaseChanged.self)
      changes.append(change)
      fits = change.lease == name
    case "extras-sold":
      let sale = try head.record(ExtrasSale.self)
      extras.append(sale)
      fits = sale.lease == name
    case "extras-cut":
      let cut = try head.record(ExtrasCut.self)
      cuts.append(cut)
      fits = cut.lease == name
    case "reading-accepted":
      let reading = try head.record(Reading.self)
      readings.append(reading)
      fits = reading.lease == name
    case "certified":
      let certificate = try head.record(Certificate.self)
      if has.contains("lease-ordered") {
        laterEvidence.append(certificate)
      } else {
        evidence = certificate
      }
    default:
      fits = false
    }
    stranger = fits ? nil : "a \(head.name) of something else"
    guard has.contains("lease-ordered") else { return }
    if lease.bid != bid.seq { stranger = "a lease of another bid" }
    if lease.site != site.id { stranger = "a lease at another site" }
    for other in laterEvidence + (evidence.map { [$0] } ?? [])
    where other.site != lease.site || other.dataClass != bid.terms.dataClass {
      stranger = "evidence of \(other.site) for \(other.dataClass)"
    }
  }
}
