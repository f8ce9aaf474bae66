import BrokerAPI
import Leases
import Ledger
import Market
import Units

// What a pack of evidence says, in words for an auditor.
extension LeaseFacts {
  /// The lease's id.
  package var leaseID: String { lease.id }
  /// Whether the records show that the site might hold the bid's data until the end of what was sold.
  package var isEligible: Bool { eligibility != .uncovered && eligibility != .elsewhere }

  /// Subjects and what is found of each.
  package var sections: [(name: String, rows: [String])] {
    [
      (
        "Lease",
        [
          "\(lease.id) of \(lease.party): \(lease.chip) in \(lease.pool), centre \(lease.centre)",
          "ordered for \(instant(lease.start)) to \(instant(lease.tradedEnd))",
        ]
      ),
      ("Trade", [sale]), ("Eligible", eligible), ("Placed", placed), ("Exclusive", [exclusive]),
      ("Moves", moves), ("Life", life), ("Delivered", [delivered]),
      (
        "Log",
        [
          "\(statement.origin), \(statement.size) entries, cosigned by "
            + "\(statement.cosigners.joined(separator: ", ")) "
            + "(\(statement.cosigners.count) of \(statement.witnessCount)): enough"
        ]
      ),
    ]
  }

  private var sale: String {
    "\(lease.trade) in round \(trade.round), of bid-\(bid.seq)"
      + " that was placed \(instant(bid.placedAt))"
  }

  private var eligible: [String] {
    var rows = [
      "\(site.id) of \(site.centre) stands in \(site.metro), under the law of "
        + site.jurisdiction.rawValue
    ]
    let places = bid.terms.whereabouts
    if !places.jurisdictions.isEmpty {
      rows.append(
        "the bid allowed \(places.jurisdictions.map(\.rawValue).joined(separator: ", ")) alone")
    }
    if !places.sites.isEmpty {
      rows.append("the bid allowed \(places.sites.joined(separator: ", ")) alone")
    }
    switch eligibility {
    case .unasked: rows.append("the bid names no class of data")
    case .covered(let certificate):
      rows.append("for \(certificate.dataClass): \(text(certificate)), beyond the end of the lease")
    case .elsewhere: rows.append("NOT SHOWN: the bid did not allow this site")
    case .uncovered:
      rows.append("NOT SHOWN for \(bid.terms.dataClass ?? "")")
    }
    return rows + laterEvidence.map { "afterwards for \($0.dataClass): \(text($0))" }
  }

  private func text(_ certificate: Certificate) -> String {
    let filing = certificate.filing.map {
      "filing \($0.number) of \(instant($0.filed).prefix(10))"
    }
    return "evidence of \(certificate.site), \(filing ?? "no filing named"), until "
      + instant(certificate.until)
  }

  private var placed: [String] {
    let runs = lease.runs + extras.flatMap(\.runs)
    return runs.sorted { $0.from < $1.from }.map { run in
      "\(instant(run.from)) to \(instant(run.to))   \(run.gpus) GPUs at "
        + money(run.price)
    }
      + cuts.map { "taken back from \(instant($0.from)) on: extras of that time" }
  }

  private var exclusive: String {
    (lease.exclusive
      ? "ordered: whole nodes, nobody else on them" : "not ordered: nodes may be shared")
      + "; its site reports \(seen)"
  }

  private var moves: [String] {
    var rows: [String] = []
    if let move = bid.moved {
      rows.append(
        "came from \(move.lease) in \(move.pool), which lost its place: \(move.cause.rawValue)")
    }
    for change in changes {
      guard let cause = change.cause, let end = change.endedAt else { continue }
      rows.append("loses its place from \(instant(end)) on: \(cause.rawValue)")
    }
    return rows.isEmpty ? ["none"] : rows
  }

  private var life: [String] {
    var rows = ["ordered"]
    for change in changes where change.phase.rawValue != rows.last {
      rows.append(change.phase.rawValue)
    }
    let settled = changes.contains(where: \.settled) ? "; settled" : ""
    return [
      rows.joined(separator: ", then ") + settled,
      wiped,
    ]
  }

  /// What the site says of the lease's nodes: the most of each.
  private var seen: String {
    let seen = changes.compactMap(\.observed)
    let nodes = seen.compactMap(\.nodes).max().map { "\($0) whole nodes" }
    let others = seen.compactMap(\.others).max().map {
      $0 == 0 ? "no job of others seen there" : "up to \($0) jobs of others seen there"
    }
    let words = [nodes, others].compactMap(\.self)
    return words.isEmpty ? "nothing of it" : words.joined(separator: ", ")
  }

  private var wiped: String {
    switch changes.compactMap({ $0.observed?.wiped }).last {
    case .yes: "its site reports that what the tenant left was deleted"
    case .no: "its site reports that what the tenant left was NOT deleted"
    case nil: "its site reports nothing of what the tenant left"
    }
  }

  private var delivered: String {
    let sum = readings.reduce((delivered: Int128(0), used: Int128(0))) {
      ($0.delivered + Int128($1.delivered), $0.used + Int128($1.used))
    }
    return "\(hours(sum.delivered)) GPU-h, used \(hours(sum.used)) GPU-h, in "
      + "\(readings.count) readings of its site"
  }

  private func hours(_ time: Int128) -> String {
    let tenths = time / Int128(Span.hour / 10)
    return "\(tenths / 10).\(tenths % 10)"
  }

  private func instant(_ time: Int64) -> String { WireTime(clamping: time).text }

  private func money(_ minor: Int64) -> String {
    let rest = minor % 100
    return "\(lease.siteCurrency.rawValue) \(minor / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
