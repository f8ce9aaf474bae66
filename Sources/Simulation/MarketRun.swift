import Accounts
import Leases
import Ledger
import Market
import Units

/// The market on a workload: every offer, bid, round, trade, lease, reading and charge as entries
/// of one ledger.
package struct MarketRun {
  /// One round that ended.
  package struct Round: Sendable, Equatable {
    package var number: Int64
    package var time: Int64
    package var bids: Int64
    package var winners: Int64
    package var gpuQuarters: Int64
    /// mHKD x quarter GPU-hours, and the bound on it for this round alone.
    package var welfare: Int64
    package var bound: Int64
    /// Engine and ledger together.
    package var seconds: Double
    /// By site: price of the first slot sold, minor units; nil where nothing is offered in it.
    package var prices: [Int64?]
  }

  private let workload: Workload
  private let chip: String
  private var ledger = MarketLedger()
  private var agents: [String] = []
  private var traders: [String] = []
  /// Index of the bid by the position of its entry.
  private var placed: [Int64: Int] = [:]
  private var siteNumbers: [String: Int] = [:]
  /// Leases that are not over, by site.
  private var running: [[Lease]]
  package private(set) var rounds: [Round] = []
  package private(set) var sales: [Sale] = []
  /// Minor units of HKD, fees there are none.
  package private(set) var charged: Int64 = 0
  package private(set) var delivered: Int64 = 0
  private var opened: Set<String> = []

  package init(_ workload: Workload, chip: String) {
    self.workload = workload
    self.chip = chip
    running = workload.sites.map { _ in [] }
  }

  package var clearingSeconds: Double { ledger.clearingSeconds }
  package var entries: Int64 { ledger.entries }
  package var bytes: Int64 { ledger.bytes }
  package var refusals: [String: Int] { ledger.refusals }

  /// Runs the whole window and settles all leases. `progress` hears of each day that ends.
  package mutating func run(
    budgets: [(bids: Int64, iterations: Int64)]? = nil, progress: (String) -> Void
  ) throws {
    try open(budgets)
    var next = 0
    for quarter in 0...workload.quarters {
      let time = workload.time(quarter)
      try meter(until: time)
      if quarter < workload.quarters, quarter % workload.rules.publishQuarters == 0 {
        for site in workload.sites.indices { try publish(site, quarter) }
      }
      while next < workload.bids.count, workload.bids[next].arrival <= time {
        try place(next)
        next += 1
      }
      let closes = quarter % workload.rules.roundQuarters == 0 && quarter < workload.quarters
      let clock = ContinuousClock()
      var events: [Event] = []
      let spent = try clock.measure { events = try ledger.lead(at: time, closing: closes) }
      note(events, time, MarketLedger.seconds(spent))
      if quarter > 0, quarter % 96 == 0 {
        progress(
          "market: \(CivilTime.dateText(time - 1)) done, \(rounds.count) rounds, "
            + "\(placed.count) bids, \(sales.count) placed, \(entries) entries")
      }
    }
    if let left = ledger.state.leases.values.first {
      throw MarketLedger.Fault("\(left.id) is not settled at the end")
    }
  }

  /// Of all accounts in HKD; the ledger promises 0.
  package var sumOfBalances: Int64 {
    ledger.state.accounts.accounts.values.reduce(0) { $0 + $1.balance }
  }

  private mutating func open(_ budgets: [(bids: Int64, iterations: Int64)]?) throws {
    var rules = Rules()
    if let budgets {
      rules.budgets = budgets.map { Rules.Budget(bids: $0.bids, iterations: $0.iterations) }
    }
    // No fee: a limit is then what a GPU-hour is worth, in every policy alike.
    rules.feePermille = 0
    rules.grid.hourlyDays = (workload.rules.horizon + Span.day - 1) / Span.day
    rules.grid.days = 0
    rules.grid.weeks = 0
    rules.lead = workload.rules.lead
    rules.openBidsPerParty = 1_000_000
    rules.roundLength = Int64(workload.rules.roundQuarters) * Span.quarter
    let time = workload.start
    try ledger.begin(chip: chip, rules: rules, at: time)
    for (index, site) in workload.sites.enumerated() {
      siteNumbers[site.name] = index
      var centre = Party()
      centre.id = "centre-\(site.name)"
      centre.kind = .centre
      try ledger.agree(.addParty(centre), at: time)
      var made = Market.Site()
      made.centre = centre.id
      made.id = site.name
      made.jurisdiction = site.metro == 0 ? .hk : .cn
      made.metro = workload.metros[site.metro]
      try ledger.agree(.addSite(made), at: time)
      agents.append(
        try ledger.addPrincipal(.agent, of: centre.id, site: site.name, at: time))
      var report = LatencyReport()
      report.site = site.name
      report.items = workload.metros.indices.map { metro in
        var item = Latency()
        item.metro = workload.metros[metro]
        item.roundTrip = workload.roundTrips[metro][index]
        return item
      }.sorted { $0.metro < $1.metro }
      try ledger.demand(.setLatencies(report), by: agents[index], as: .agent, at: time)
    }
    for tenant in workload.tenants {
      var party = Party()
      party.id = "tenant-\(tenant.name)"
      try ledger.agree(.addParty(party), at: time)
      traders.append(try ledger.addPrincipal(.trader, of: party.id, at: time))
      var limit = CreditLimit()
      limit.account = Account.id(party.id, .hkd)
      limit.amount = Bound.amount.upperBound
      try ledger.agree(.setCreditLimit(limit), at: time)
    }
  }

  /// A site's schedule from a quarter hour on, to the published horizon.
  private mutating func publish(_ site: Int, _ quarter: Int) throws {
    var pool = Offer.Pool()
    pool.chip = chip
    pool.fabric = "one"
    pool.name = "all"
    pool.spans = OfferSchedule.spans(workload, site: site, from: quarter).map { piece in
      var span = Offer.Span()
      span.ask = workload.sites[site].ask
      span.from = workload.time(piece.from)
      span.gpus = Int64(piece.gpus)
      span.to = workload.time(piece.to)
      return span
    }
    var offer = Offer()
    offer.generation = Int64(quarter)
    offer.pools = [pool]
    offer.sellUntil = workload.time(quarter) + workload.rules.horizon
    offer.site = workload.sites[site].name
    try ledger.demand(
      .publishOffer(offer), by: agents[site], as: .agent, at: workload.time(quarter))
  }

  private mutating func place(_ index: Int) throws {
    let bid = workload.bids[index]
    // Longer than two years: no bid of this market can say so.
    guard Bound.quarters.contains(Int64(bid.quarters)) else { return }
    var alternative = BidTerms.Alternative()
    alternative.chip = chip
    alternative.gpus = Int64(bid.gpus)
    alternative.least = alternative.gpus
    alternative.limit = bid.value
    alternative.quarters = Int64(bid.quarters)
    var terms = BidTerms()
    terms.alternatives = [alternative]
    terms.earliest = bid.arrival + workload.rules.lead
    terms.latestEnd = bid.deadline
    if let limit = bid.latencyLimit {
      var near = BidTerms.Nearness()
      near.maximum = limit
      near.metro = workload.metros[workload.sites[workload.tenants[bid.tenant].home].metro]
      terms.near = near
    }
    let position = ledger.entries
    let events = try ledger.submit(
      .placeBid(terms), by: traders[bid.tenant], as: .trader, at: bid.arrival)
    if case .bidPlaced = events.first { placed[position] = index }
  }

  /// What the agents say at the end of a quarter hour: leases that opened, what they delivered (all
  /// that was leased, since schedules are kept), leases that closed.
  private mutating func meter(until time: Int64) throws {
    let from = time - Span.quarter
    for site in running.indices where !running[site].isEmpty {
      var readings: [Reading] = []
      for lease in running[site] where lease.start <= from && from < lease.end {
        if opened.insert(lease.id).inserted { try report(lease, .open, site, from) }
        let gpus = lease.gpus(at: from)
        guard gpus > 0 else { continue }
        var reading = Reading()
        reading.lease = lease.id
        reading.from = from
        reading.to = time
        reading.delivered = gpus * Span.quarter
        reading.used = reading.delivered
        readings.append(reading)
      }
      for first in stride(from: 0, to: readings.count, by: 500) {
        var report = ReadingReport()
        report.site = workload.sites[site].name
        report.readings = Array(readings[first..<min(readings.count, first + 500)])
        try ledger.demand(.recordReadings(report), by: agents[site], as: .agent, at: time)
      }
      for lease in running[site] where lease.end <= time {
        try report(lease, .closed, site, time)
        opened.remove(lease.id)
      }
      running[site].removeAll { $0.end <= time }
    }
  }

  private mutating func report(
    _ lease: Lease, _ phase: Lease.Phase, _ site: Int, _ time: Int64
  ) throws {
    var report = LeaseReport()
    report.lease = lease.id
    report.phase = phase
    try ledger.demand(.reportLease(report), by: agents[site], as: .agent, at: time)
  }

  private mutating func note(_ events: [Event], _ time: Int64, _ seconds: Double) {
    var prices = [Int64?](repeating: nil, count: workload.sites.count)
    var paid: [Int64: Int64] = [:]
    for event in events {
      switch event {
      case .pricesSet(let set):
        // A pool is `site:all`.
        guard let site = siteNumbers[String(set.pool.dropLast(4))] else { continue }
        let first = time + workload.rules.lead
        prices[site] = set.runs.first { $0.from < first + Span.quarter && $0.to > first }?.price
      case .traded(let trade):
        paid[trade.bid] = trade.tenant
      case .leaseOrdered(let lease):
        guard let bid = placed[lease.bid], let site = siteNumbers[lease.site] else { continue }
        running[site].append(lease)
        sales.append(
          Sale(
            bid: bid, site: site, start: workload.quarter(notBefore: lease.start),
            paid: paid[lease.bid] ?? 0))
      case .charged(let charge):
        charged += charge.tenant
        delivered += charge.delivered
      case .roundEnded(let ended):
        rounds.append(
          Round(
            number: ended.round, time: ended.closedAt, bids: ended.bids, winners: ended.winners,
            gpuQuarters: ended.gpuQuarters, welfare: ended.welfare, bound: ended.bound,
            seconds: seconds, prices: prices))
      default: break
      }
    }
  }
}
