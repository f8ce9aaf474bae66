import Units

/// What is wrong with the options, and what to do about it.
package struct OptionError: Error, CustomStringConvertible {
  package var description: String
  init(_ description: String) { self.description = description }
}

/// Turns two traces into a workload: what is data stays data, every choice is an option.
package struct Recipe {
  let options: BacktestOptions
  let start: Int64
  let end: Int64

  package init(_ options: BacktestOptions) throws {
    guard options.from.count == 10, let start = CivilTime.parse(options.from) else {
      throw OptionError("--from '\(options.from)' is no day; write it like 2017-10-09")
    }
    guard (1...366).contains(options.days) else {
      throw OptionError("--days \(options.days) is not from 1 to 366")
    }
    try Recipe.check(options)
    self.options = options
    self.start = start
    end = start + options.days * Span.day
  }

  /// Refuses what the market has no room for, all of it at once.
  private static func check(_ options: BacktestOptions) throws {
    let numbers: [(name: String, value: Int64, range: ClosedRange<Int64>)] =
      [
        ("offer unit", options.unit, 1...1_024),
        ("quarter hours held", Int64(options.holdQuarters), 0...10_000),
        ("supply permille", options.supplyPermille, 0...100_000),
        ("horizon hours", options.horizonHours, 4...720),
        ("hours between schedules", options.publishHours, 1...24),
        ("length quarters", options.lengthQuarters, 1...10_000),
        ("least seconds", options.leastSeconds, 0...1_000_000_000),
        ("lead seconds", options.leadSeconds, 0...900),
        ("lowest ask", options.askCents.lowerBound, 0...1_000_000),
        ("highest ask", options.askCents.upperBound, 0...1_000_000),
        ("lowest value", options.valueCents.lowerBound, 0...1_000_000),
        ("highest value", options.valueCents.upperBound, 0...1_000_000),
        ("HKD for 100 USD", options.hkdPer100USD, 1...10_000),
        ("latency-bound permille", options.latencyBoundPermille, 0...1_000),
        ("latency limit", options.latencyLimit, 0...10_000),
        ("bound steps", Int64(options.boundSteps), 1...100_000),
        ("metros", Int64(options.metros.count), 1...64),
        ("value seeds", Int64(options.valueSeeds.count), 1...1_000),
      ]
      + options.slackMinutes.flatMap {
        [
          ("slack minutes", $0.minutes, 0...1_000_000),
          ("slack weight", $0.weight, 0...1_000_000_000),
        ]
      }
      + options.overestimate.flatMap {
        [
          ("overestimate permille", $0.permille.lowerBound, 0...100_000),
          ("overestimate permille", $0.permille.upperBound, 0...100_000),
        ]
      }
    var faults: [String] = []
    for (name, value, range) in numbers where !range.contains(value) {
      faults.append("\(name) is \(value), not from \(range.lowerBound) to \(range.upperBound)")
    }
    if options.roundQuarters < 1 || 32 % options.roundQuarters != 0 {
      faults.append("a round of \(options.roundQuarters) quarter hours; write 1, 2, 4, 8, 16 or 32")
    }
    if options.slackMinutes.isEmpty || options.overestimate.isEmpty {
      faults.append("the tables of slack and overestimates must not be empty")
    }
    guard faults.isEmpty else { throw OptionError(faults.joined(separator: "; ")) }
  }

  /// Reads both traces and mixes them.
  package func workload() throws -> Workload {
    guard options.jobsEpoch.count == 10, let epoch = CivilTime.parse(options.jobsEpoch) else {
      throw OptionError("--jobs-epoch '\(options.jobsEpoch)' is no day; write it like 2023-01-01")
    }
    let jobs = try JobTrace.read(options.jobs, skipBad: options.skipBad, epoch: epoch)
    let supply = try SupplyTrace.read(options.supply, skipBad: options.skipBad)
    return try workload(jobs: jobs, supply: supply)
  }

  /// Mixes traces already read.
  package func workload(jobs: JobTrace, supply: SupplyTrace) throws -> Workload {
    var notes = Workload.Notes()
    notes.jobsInTrace = jobs.jobs.count
    notes.withoutGPU = jobs.withoutGPU
    notes.neverRan = jobs.neverRan
    notes.badRows = (jobs.bad + supply.bad).map(\.description)
    let inWindow = jobs.jobs.filter { $0.submitted >= start && $0.submitted < end }
    notes.jobsInWindow = inWindow.count
    let kept = inWindow.filter { $0.seconds >= options.leastSeconds }
    notes.shorterThanLeast = inWindow.count - kept.count
    guard !kept.isEmpty else {
      let span =
        jobs.jobs.isEmpty
        ? "the trace has no jobs"
        : "the trace has jobs from \(CivilTime.dateText(jobs.jobs[0].submitted)) to "
          + CivilTime.dateText(jobs.jobs[jobs.jobs.count - 1].submitted)
      throw OptionError("no job in \(options.days) days from \(options.from): \(span)")
    }
    let sites = try makeSites(supply, &notes)
    let tenants = makeTenants(kept, sites)
    var numbers: [String: Int] = [:]
    for (index, tenant) in tenants.enumerated() { numbers[tenant.trace] = index }
    let roundTrips = makeRoundTrips(sites)
    let bids = kept.map { job in
      makeBid(job, numbers[job.tenant] ?? 0, tenants.map(\.tenant), sites, roundTrips)
    }
    var workload = Workload(
      start: start, quarters: Int(options.days) * 96, sites: sites,
      tenants: tenants.map(\.tenant), bids: bids, metros: options.metros, roundTrips: roundTrips,
      rules: Workload.Rules(
        lead: options.leadSeconds * Span.second, horizon: options.horizonHours * Span.hour,
        roundQuarters: Int(options.roundQuarters), publishQuarters: Int(options.publishHours) * 4),
      notes: notes)
    workload.markHopeless()
    return workload
  }

  /// The same workload with values drawn anew, or all equal (nil).
  package func valued(_ workload: Workload, seed: UInt64?) -> Workload {
    var valued = workload
    for index in valued.bids.indices {
      valued.bids[index].value = value(line: valued.bids[index].line, seed: seed)
    }
    return valued
  }

  private func value(line: Int, seed: UInt64?) -> Int64 {
    let low = hkd(options.valueCents.lowerBound)
    let high = hkd(options.valueCents.upperBound)
    guard let seed else { return (low + high) / 2 }
    var random = SplitMix64(seed: seed, stream: 2, index: UInt64(line))
    return random.draw(low...high)
  }

  func hkd(_ cents: Int64) -> Int64 { (cents * options.hkdPer100USD + 50) / 100 }

  private func makeBid(
    _ job: TraceJob, _ tenant: Int, _ tenants: [Workload.Tenant], _ sites: [Workload.Site],
    _ roundTrips: [[Int64]]
  ) -> Workload.Bid {
    var random = SplitMix64(seed: options.seed, stream: 1, index: UInt64(job.line))
    let step = options.lengthQuarters * 900
    let length = max(1, (job.seconds + step - 1) / step) * options.lengthQuarters
    let band = options.overestimate[random.index(weights: options.overestimate.map(\.weight))]
    let permille = random.draw(band.permille)
    let slack = options.slackMinutes[random.index(weights: options.slackMinutes.map(\.weight))]
    let drawn = random.draw(0...999) < options.latencyBoundPermille
    let limit = (job.latencyBound ?? drawn) ? options.latencyLimit : nil
    let metro = sites[tenants[tenant].home].metro
    return Workload.Bid(
      line: job.line, arrival: job.submitted, tenant: tenant, gpus: Int32(clamping: job.gpus),
      quarters: Int(length),
      deadline: job.submitted + length * Span.quarter * (1_000 + permille) / 1_000
        + slack.minutes * Span.minute,
      value: value(line: job.line, seed: options.valueSeeds.first), latencyLimit: limit,
      sites: sites.indices.filter { site in limit.map { roundTrips[metro][site] <= $0 } ?? true })
  }
}
