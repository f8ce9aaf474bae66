import Accounts
package import Leases
package import Ledger
package import Market
import Placement
import Units

// Short spellings of what tests say most.

extension BidTerms {
  /// A block of one chip: `hours` may be a fraction in quarters.
  package static func block(
    _ gpus: Int64, _ chip: String = "h800", quarters: Int64, limit: Int64, from: Int64, until: Int64
  ) -> BidTerms {
    var terms = BidTerms()
    var alternative = Alternative()
    alternative.chip = chip
    alternative.gpus = gpus
    alternative.least = gpus
    alternative.limit = limit
    alternative.quarters = quarters
    terms.alternatives = [alternative]
    terms.earliest = from
    terms.latestEnd = until
    return terms
  }

  /// The same as an elastic bid with a firm base.
  package func elastic(least: Int64) -> BidTerms {
    var terms = self
    terms.kind = .elastic
    for index in terms.alternatives.indices { terms.alternatives[index].least = least }
    return terms
  }

  /// The same as a split bid.
  package var split: BidTerms {
    var terms = self
    terms.kind = .split
    return terms
  }
}

extension Offer {
  /// One pool that offers the same amount at the same ask for a time.
  package static func flat(
    _ site: String, _ pool: String = "a", chip: String = "h800", gpus: Int64, ask: Int64,
    from: Int64 = 0, until: Int64, generation: Int64 = 1
  ) -> Offer {
    var offer = Offer()
    offer.site = site
    offer.generation = generation
    offer.sellUntil = until
    var shape = Pool()
    shape.name = pool
    shape.chip = chip
    shape.fabric = "ib"
    var span = Offer.Span()
    span.ask = ask
    span.gpus = gpus
    span.from = from
    span.to = until
    shape.spans = [span]
    offer.pools = [shape]
    return offer
  }
}

extension Offer {
  /// The same, to be taken back with this notice; nil: never.
  package func reclaimable(_ notice: Int64?) -> Offer {
    var offer = self
    for index in offer.pools.indices { offer.pools[index].reclaim = notice }
    return offer
  }
}

extension Lease {
  /// Readings of everything between two times, one a quarter hour.
  package func readings(from: Int64, to: Int64) -> [Reading] {
    var readings: [Reading] = []
    var at = max(from, start)
    while at < min(to, end) {
      let next = min((at / Units.Span.quarter + 1) * Units.Span.quarter, min(to, end))
      let gpus = gpus(at: at)
      if gpus > 0 {
        var reading = Reading()
        reading.lease = id
        reading.from = at
        reading.to = next
        reading.delivered = gpus * (next - at)
        reading.used = reading.delivered / 2
        readings.append(reading)
      }
      at = next
    }
    return readings
  }
}

extension Exchange {
  /// Sends readings of full delivery, in reports of at most 500; the events of all.
  @discardableResult
  package mutating func deliver(
    _ lease: Lease, from: Int64? = nil, to: Int64? = nil, agent: String
  ) throws -> [Event] {
    let readings = lease.readings(from: from ?? lease.start, to: to ?? lease.end)
    var events: [Event] = []
    var at = 0
    while at < readings.count {
      var report = ReadingReport()
      report.site = lease.site
      report.readings = Array(readings[at..<min(at + 300, readings.count)])
      events += try send(.recordReadings(report), by: agent, as: .agent)
      at += 300
    }
    return events
  }

  /// The leases of a bid that are live.
  package func leases(of bid: Int64) -> [Lease] {
    state.leases.values.filter { $0.bid == bid }
  }

  package func balance(_ account: String) -> Int64 {
    state.accounts.accounts[account]?.balance ?? 0
  }

  package func reserved(_ account: String) -> Int64 {
    state.accounts.accounts[account]?.debitsPending ?? 0
  }
}
