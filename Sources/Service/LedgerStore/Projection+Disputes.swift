import GRDB
import Ledger
import Units

extension Projection {
  func projectDispute(_ event: Event, _ entry: Entry) throws {
    switch event {
    case .disputeOpened(let dispute):
      try run(
        "INSERT INTO disputes VALUES (?, ?, ?, ?, ?, ?, 'open', NULL, ?, NULL)",
        [
          dispute.number, dispute.lease, dispute.day, dispute.party, dispute.centre,
          dispute.delivered, entry.time,
        ])
      for digest in dispute.evidence {
        try show(digest, by: dispute.party, in: dispute.number, entry)
      }
    case .evidenceAdded(let added):
      try show(added.evidence, by: added.party, in: added.dispute, entry)
    case .disputeDecided(let decided):
      try run(
        "UPDATE disputes SET state = ?, delivered = ?, decided = ? WHERE number = ?",
        [
          decided.delivered == nil ? "rejected" : "upheld", decided.delivered, entry.time,
          decided.dispute,
        ])
    case .corrected(let correction):
      try run(
        "INSERT INTO corrections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          entry.position, correction.lease, correction.day, correction.party,
          correction.currency.rawValue, correction.tenant, correction.fee,
          correction.siteCurrency.rawValue, correction.site, correction.delivered,
          correction.fund, correction.charge, correction.dispute,
        ])
      try run(
        """
        UPDATE leases SET charged = charged - ?, fee = fee - ?, earned = earned - ?,
          fund = fund - ? WHERE id = ?
        """,
        [correction.tenant, correction.fee, correction.site, correction.fund, correction.lease])
      try run(
        """
        UPDATE awards SET paid = paid - ?, delivered = delivered - ?
        WHERE id = (SELECT award FROM leases WHERE id = ?)
        """, [correction.fund, correction.delivered, correction.lease])
    default: break
    }
  }

  private func show(_ digest: String, by party: String, in dispute: Int64, _ entry: Entry) throws {
    try run(
      "INSERT INTO evidence VALUES (?, ?, ?, ?, ?)",
      [entry.position, dispute, party, digest, entry.time])
  }
}
