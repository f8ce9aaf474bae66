import Ledger
import LedgerFixture
import Leases
import Market
import Units

/// What ends before its time: an order that nobody fills, a lease that is given back, one whose place is
/// lost and whose rest is ordered again.
extension Script {
  static func end(
    _ market: inout Exchange, _ agents: [String], _ traders: [String]
  ) throws {
    let hour = Span.hour
    let from = market.state.roundDue + hour
    let never = BidTerms.block(2, quarters: 4, limit: 1, from: from, until: from + 2 * hour)
    let long = BidTerms.block(8, quarters: 40, limit: 9_000, from: from, until: from + 24 * hour)
    _ = try Exchange.accepted(market.send(.placeBid(never), by: traders[0], as: .trader))
    for trader in traders.prefix(2) {
      _ = try Exchange.accepted(market.send(.placeBid(long), by: trader, as: .trader))
    }
    market.time = market.state.roundDue
    try market.lead(sealing: true)
    let leases = market.state.leases.values.filter { $0.tradedEnd - $0.start == 10 * hour }
    guard leases.count == 2 else { throw Exchange.Failure("\(leases.count) long leases") }
    for lease in leases {
      var report = LeaseReport()
      report.lease = lease.id
      report.phase = .open
      let agent = agents[lease.site == "cyberport" ? 0 : 1]
      _ = try Exchange.accepted(market.send(.reportLease(report), by: agent, as: .agent))
    }
    let given = leases[0]
    market.time = given.start + 2 * hour + 3 * Span.minute
    try market.lead(sealing: true)
    let owner = traders.first { market.state.principals[$0]?.party == given.party } ?? ""
    var name = LeaseName()
    name.lease = given.id
    _ = try Exchange.accepted(market.send(.endLease(name), by: owner, as: .trader))
    // All that the pool has, as two persons of the platform declare it; for a while.
    let hit = leases[1]
    var loss = ReclaimTerms()
    loss.site = hit.site
    loss.pool = "a"
    loss.gpus = 48
    loss.from = market.time / Span.quarter * Span.quarter + Span.quarter
    loss.to = loss.from + hour
    _ = try Exchange.accepted(market.decree(.declareLoss(loss)))
    try market.lead(sealing: true)
    try excuse(&market, agents, traders)
  }

  /// A place that its site takes back and did not say before; two persons find that it was lost.
  private static func excuse(
    _ market: inout Exchange, _ agents: [String], _ traders: [String]
  ) throws {
    let from = market.state.roundDue + Span.hour
    let bid = BidTerms.block(
      4, quarters: 9, limit: 9_000, from: from, until: from + 3 * Span.hour)
    let placed = market.state.position
    _ = try Exchange.accepted(market.send(.placeBid(bid), by: traders[0], as: .trader))
    market.time = market.state.roundDue
    try market.lead(sealing: true)
    guard let lease = market.leases(of: placed).first else {
      throw Exchange.Failure("it got nothing")
    }
    var taken = ReclaimTerms()
    taken.site = lease.site
    taken.pool = "a"
    taken.gpus = 48
    taken.from = lease.start
    taken.to = lease.end
    let agent = agents[lease.site == "cyberport" ? 0 : 1]
    _ = try Exchange.accepted(market.send(.reclaimCapacity(taken), by: agent, as: .agent))
    _ = try Exchange.accepted(market.decree(.declareLoss(taken)))
    try market.lead(sealing: true)
  }
}
