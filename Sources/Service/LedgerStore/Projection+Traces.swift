import GRDB
import Leases
import Ledger
import Market

// Where the log speaks of a lease, or of a site's evidence for a class of data: so that whoever proves what
// became of a lease need not look through the whole log.
extension Projection {
  /// By what a trace of this evidence is found; of the site itself without a class.
  static func subject(site: String, dataClass: String) -> String { "\(site)/\(dataClass)" }

  /// Readings and charges have tables of their own.
  func trace(_ event: Event, _ index: Int, _ entry: Entry) throws {
    let subject: String
    switch event {
    case .leaseOrdered(let lease): subject = lease.id
    case .leaseChanged(let change): subject = change.lease
    case .extrasSold(let sale): subject = sale.lease
    case .extrasCut(let cut): subject = cut.lease
    case .siteAdded(let site): subject = Self.subject(site: site.id, dataClass: "")
    case .certified(let item): subject = Self.subject(site: item.site, dataClass: item.dataClass)
    default: return
    }
    try run("INSERT INTO traces VALUES (?, ?, ?)", [subject, entry.position, index])
  }
}
