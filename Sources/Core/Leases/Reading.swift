package import Units

/// What a site measured of one lease in one interval.
package struct Reading: Sendable, Equatable, Record {
  /// GPU-ms that the tenant could use: lease open, node up.
  package var delivered: Int64 = 0
  package var from: Int64 = 0
  package var lease = ""
  package var to: Int64 = 0
  /// GPU-ms that the cluster counted; stands beside and never changes a bill. May be above what was
  /// delivered: jobs run on while a node drains.
  package var used: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("delivered", &delivered, 0...Bound.gpuTime.upperBound)
    try codec.int("from", &from, Bound.time)
    try codec.text("lease", &lease, .id)
    try codec.int("to", &to, Bound.time)
    try codec.int("used", &used, 0...Bound.gpuTime.upperBound)
  }
}

/// Why a reading was not accepted, in order of the checks.
package enum ReadingFault: String, Error, Sendable, CaseIterable {
  /// No lease of this site has this id, or it is settled already.
  case unknownLease
  /// It does not end after it begins, or passes a quarter hour.
  case badInterval
  /// It ends after the time of the entry.
  case inFuture
  /// It begins before the lease or ends after it.
  case outsideLease
  /// It begins before the end of the last one accepted.
  case overlap
  /// More GPU time delivered than was leased.
  case moreThanLeased
}

extension Lease {
  /// GPUs of both layers at a moment; 0 outside the lease and in gaps.
  package func gpus(at time: Int64) -> Int64 {
    (Self.run(runs, at: time)?.gpus ?? 0) + (Self.run(extras, at: time)?.gpus ?? 0)
  }

  /// The run of a layer that holds this moment.
  static func run(_ runs: [PriceRun], at time: Int64) -> PriceRun? {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].to <= time { low = middle + 1 } else { high = middle }
    }
    return low < runs.count && runs[low].from <= time ? runs[low] : nil
  }

  /// Takes a reading into the day that it belongs to. What was used is capped at what was leased and
  /// never a reason to refuse: it stands beside the bill (decisions.md, 34).
  /// - Returns: the reading as it was taken.
  package mutating func accept(
    _ reading: Reading, at now: Int64
  ) throws(ReadingFault) -> Reading {
    var reading = reading
    let quarter = reading.from / Span.quarter
    guard reading.from < reading.to, (reading.to - 1) / Span.quarter == quarter else {
      throw .badInterval
    }
    guard reading.to <= now else { throw .inFuture }
    let firm = Self.run(runs, at: reading.from)
    let extra = Self.run(extras, at: reading.from)
    guard reading.from >= start, reading.to <= end, firm != nil || extra != nil else {
      throw .outsideLease
    }
    guard reading.from >= readThrough else { throw .overlap }
    // Prices change at slot edges, slot edges are whole quarter hours: one run holds the interval.
    let length = reading.to - reading.from
    let leased = ((firm?.gpus ?? 0) + (extra?.gpus ?? 0)) * length
    guard reading.delivered <= leased else { throw .moreThanLeased }
    reading.used = min(reading.used, leased)
    readThrough = reading.to
    delivered += reading.delivered
    used += reading.used
    // What was delivered is the firm part first.
    let base = min(reading.delivered, (firm?.gpus ?? 0) * length)
    accrue(MarketCalendar.day(of: reading.from)) { accrual in
      accrual.delivered += reading.delivered
      accrual.used += reading.used
      accrual.add(base, at: firm?.price ?? 0, share: firm?.share ?? 0)
      accrual.add(reading.delivered - base, at: extra?.price ?? 0)
    }
    return reading
  }

  /// Lowers what was delivered on a day that is not yet charged; its money falls in proportion.
  /// - Returns: false when no more than that was delivered.
  package mutating func lower(day: Int64, to delivered: Int64) -> Bool {
    guard let index = accruals.firstIndex(where: { $0.day == day }),
      delivered < accruals[index].delivered
    else { return false }
    self.delivered -= accruals[index].delivered - delivered
    accruals[index].lower(to: delivered)
    return true
  }

  /// Gives the lease back at a time: what was sold until its end is charged all the same, on the day
  /// of the end (clearing.md, 1.7: there is no early end, only an unused one).
  package mutating func giveBack(at time: Int64) {
    let day = MarketCalendar.day(of: max(time - 1, start))
    for run in runs + extras where run.to > time { forgo(run, from: time, day: day) }
    endedAt = time
  }

  /// Charges what is left of a run from a time on as given back unused.
  mutating func forgo(_ run: PriceRun, from time: Int64, day: Int64) {
    let gpuTime = run.gpus * (run.to - max(run.from, time))
    accrue(day) { accrual in
      accrual.forgone += gpuTime
      accrual.add(gpuTime, at: run.price)
    }
  }

  private mutating func accrue(_ day: Int64, _ change: (inout Accrual) -> Void) {
    if let index = accruals.firstIndex(where: { $0.day == day }) {
      change(&accruals[index])
      return
    }
    var accrual = Accrual()
    accrual.day = day
    change(&accrual)
    let index = accruals.firstIndex { $0.day > day } ?? accruals.count
    accruals.insert(accrual, at: index)
  }
}
