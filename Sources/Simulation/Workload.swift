import Units

/// What the backtest puts to every policy and to the market: the same centres, the same capacity,
/// the same bids at the same moments. Times are ms since 1970 UTC, quarters count from `start`,
/// prices are minor units of HKD per GPU-hour.
package struct Workload: Sendable {
  package var start: Int64
  /// Length of the window in quarter hours; nothing is offered beyond it.
  package var quarters: Int
  package var sites: [Site]
  package var tenants: [Tenant]
  /// In order of arrival.
  package var bids: [Bid]
  package var metros: [String]
  /// `roundTrips[metro][site]`, ms.
  package var roundTrips: [[Int64]]
  package var rules: Rules
  package var notes: Notes

  package struct Site: Sendable {
    /// An id of the ledger.
    package var name: String
    /// Index in `metros`.
    package var metro: Int
    package var ask: Int64
    /// GPUs offered in each quarter hour.
    package var offered: [Int32]
    /// GPUs that the centre has in each quarter hour.
    package var total: [Int32]
    /// GPUs that the centre's own jobs leave idle in each quarter hour.
    package var idle: [Int32]

    package init(
      name: String, metro: Int, ask: Int64, offered: [Int32], total: [Int32], idle: [Int32]
    ) {
      self.name = name
      self.metro = metro
      self.ask = ask
      self.offered = offered
      self.total = total
      self.idle = idle
    }
  }

  package struct Tenant: Sendable {
    package var name: String
    /// Index of its own site.
    package var home: Int

    package init(
      name: String, home: Int
    ) {
      self.name = name
      self.home = home
    }
  }

  package struct Bid: Sendable {
    /// Line of the job in its trace.
    package var line: Int
    package var arrival: Int64
    package var tenant: Int
    package var gpus: Int32
    package var quarters: Int
    package var deadline: Int64
    /// What a GPU-hour is worth to the tenant.
    package var value: Int64
    /// The highest round trip from the metro of its own site that it accepts, ms.
    package var latencyLimit: Int64?
    /// The sites within that limit, ascending.
    package var sites: [Int]
    /// Why no policy whatever could place it; nil when one could.
    package var hopeless: Hopeless?

    /// GPUs times quarter hours.
    package var size: Int64 { Int64(gpus) * Int64(quarters) }

    package init(
      line: Int, arrival: Int64, tenant: Int, gpus: Int32, quarters: Int, deadline: Int64,
      value: Int64, latencyLimit: Int64?, sites: [Int]
    ) {
      self.line = line
      self.arrival = arrival
      self.tenant = tenant
      self.gpus = gpus
      self.quarters = quarters
      self.deadline = deadline
      self.value = value
      self.latencyLimit = latencyLimit
      self.sites = sites
    }
  }

  /// Why a bid can never be placed.
  package enum Hopeless: String, Sendable, CaseIterable {
    /// Longer than the schedules are published ahead.
    case tooLong = "longer than the published horizon"
    /// Its window closes before a placement could start and end in it.
    case tooShortWindow = "window too short for a start after the lead"
    /// It could not end before the traces do.
    case tooLate = "would end after the traces do"
    /// No site within reach offers so many GPUs for so long in the window, even if empty.
    case tooLarge = "no site in reach ever offers so many GPUs for so long"
  }

  /// What holds for every policy alike.
  package struct Rules: Sendable {
    package var lead: Int64
    package var horizon: Int64
    package var roundQuarters: Int
    package var publishQuarters: Int

    package init(
      lead: Int64, horizon: Int64, roundQuarters: Int, publishQuarters: Int
    ) {
      self.lead = lead
      self.horizon = horizon
      self.roundQuarters = roundQuarters
      self.publishQuarters = publishQuarters
    }
  }

  /// What the recipe left out and why.
  package struct Notes: Sendable {
    package var jobsInTrace = 0
    package var jobsInWindow = 0
    package var shorterThanLeast = 0
    package var withoutGPU = 0
    package var neverRan = 0
    package var badRows: [String] = []
    package var supplyFrom: Int64 = 0
    /// Quarter hours of a site without a single row, or in an outage: nothing offered.
    package var quartersWithoutRow = 0
  }

  package init(
    start: Int64, quarters: Int, sites: [Site], tenants: [Tenant], bids: [Bid], metros: [String],
    roundTrips: [[Int64]], rules: Rules, notes: Notes = Notes()
  ) {
    self.start = start
    self.quarters = quarters
    self.sites = sites
    self.tenants = tenants
    self.bids = bids
    self.metros = metros
    self.roundTrips = roundTrips
    self.rules = rules
    self.notes = notes
  }

  package var end: Int64 { time(quarters) }

  /// When a quarter hour begins.
  package func time(_ quarter: Int) -> Int64 { start + Int64(quarter) * Span.quarter }

  /// The first quarter hour that begins at or after a time (which may lie outside the window).
  package func quarter(notBefore time: Int64) -> Int {
    let offset = time - start
    return offset <= 0
      ? Int(offset / Span.quarter) : Int((offset + Span.quarter - 1) / Span.quarter)
  }

  /// The last quarter edge at or before a time.
  package func quarter(notAfter time: Int64) -> Int {
    let offset = time - start
    return offset >= 0
      ? Int(offset / Span.quarter) : -Int((-offset + Span.quarter - 1) / Span.quarter)
  }

  /// The starts that the bid's window allows, whatever the grid: first quarter after its arrival
  /// and lead, last quarter from which it ends in time.
  package func window(_ bid: Bid) -> ClosedRange<Int>? {
    let first = max(0, quarter(notBefore: bid.arrival + rules.lead))
    let last = min(quarters, quarter(notAfter: bid.deadline)) - bid.quarters
    return first <= last ? first...last : nil
  }

  /// Marks the bids that no policy could place. Does not look at values.
  package mutating func markHopeless() {
    let runs = sites.map { OpenCapacity(offered: $0.offered) }
    for index in bids.indices {
      let bid = bids[index]
      bids[index].hopeless = nil
      guard Int64(bid.quarters) * Span.quarter <= rules.horizon else {
        bids[index].hopeless = .tooLong
        continue
      }
      guard let window = window(bid) else {
        let late = bid.arrival + rules.lead + Int64(bid.quarters + 1) * Span.quarter > end
        bids[index].hopeless = late ? .tooLate : .tooShortWindow
        continue
      }
      let fits = bid.sites.contains { site in
        runs[site].firstFit(gpus: bid.gpus, quarters: bid.quarters, in: window) != nil
      }
      if !fits { bids[index].hopeless = .tooLarge }
    }
  }
}
