import AdapterKit

// What was delivered and used, once for each lease and quarter hour.
extension Reconcile {
  private static let quarter: Int64 = 900_000
  /// So many fit into one request of 64 KiB.
  private static let mostReadings = 250

  /// Up to where readings of a lease were made; its start when there were none. What is older than
  /// the cluster can remember is not asked for.
  func cursor(of lease: WantedLease) -> Int64 {
    max(lease.start, memory.metered[lease.lease] ?? lease.start)
  }

  /// The oldest quarter hour that some lease still lacks.
  var nextQuarter: Interval? {
    var least: Int64?
    for lease in memory.wanted?.leases ?? [] where !isClosed(lease.lease) {
      let cursor = cursor(of: lease)
      if cursor < lease.close { least = min(least ?? cursor, cursor) }
    }
    guard let least else { return nil }
    let from = least - least % Self.quarter
    return Interval(from: from, to: from + Self.quarter)
  }

  /// Asks for one quarter hour at a time, some time after it is over.
  mutating func planMetering(at now: Int64) -> [Action] {
    forgetTheUnknowable(at: now)
    guard metering.isDue(at: now), let next = nextQuarter, next.to + rules.settle <= now else {
      return []
    }
    metering.underWay = true
    return [.meter(next)]
  }

  /// After a lost spool a lease may have begun before anything that the cluster can still tell.
  private mutating func forgetTheUnknowable(at now: Int64) {
    let horizon = now - AdapterContract.usageKept
    let edge = horizon - horizon % Self.quarter
    for lease in memory.wanted?.leases ?? []
    where !isClosed(lease.lease) && memory.metered[lease.lease] == nil && lease.start < edge {
      memory.metered[lease.lease] = min(edge, lease.close)
      notes.append(
        "lease \(lease.lease): nothing is known of it before \(edge), no readings are made for that"
      )
    }
  }

  mutating func take(
    metered quarter: Interval, _ result: Result<[Usage], AdapterError>, at now: Int64
  ) {
    metering.underWay = false
    let usages: [Usage]
    switch result {
    case .failure(let error):
      metering.backoff = failed(metering.backoff, at: now)
      notes.append("no usage of the quarter hour from \(quarter.from): \(error.reason)")
      return
    case .success(let found): usages = found
    }
    metering.backoff.succeed()
    var readings: [Reading] = []
    for lease in memory.wanted?.leases ?? [] where !isClosed(lease.lease) {
      let cursor = cursor(of: lease)
      guard cursor < lease.close, quarter.from <= cursor, cursor < quarter.to else { continue }
      let part = Interval(from: cursor, to: min(quarter.to, lease.close))
      let usage = usages.first { $0.lease == lease.lease }
      readings += Self.readings(of: lease, in: part, usage)
      memory.metered[lease.lease] = part.to
    }
    while !readings.isEmpty {
      let batch = Array(readings.prefix(Self.mostReadings))
      readings.removeFirst(batch.count)
      memory.outbox.append(ReadingBatch(key: random.key(), readings: batch))
    }
  }

  /// One reading for each step inside the interval, never above what was leased. Steps begin and
  /// end on quarter hours, so there is one, or none in a time without GPUs.
  private static func readings(
    of lease: WantedLease, in part: Interval, _ usage: Usage?
  ) -> [Reading] {
    var delivered = max(0, usage?.delivered ?? 0)
    var used = max(0, usage?.used ?? 0)
    var readings: [Reading] = []
    for step in lease.steps where step.gpus > 0 {
      guard let common = part.overlap(Interval(from: step.from, to: step.to)) else { continue }
      let most = common.length * step.gpus
      let reading = Reading(
        lease: lease.lease, from: common.from, to: common.to, delivered: min(delivered, most),
        used: min(used, most))
      delivered -= reading.delivered
      used -= reading.used
      readings.append(reading)
    }
    return readings
  }

  mutating func planPosting(at now: Int64) -> [Action] {
    guard posting.isDue(at: now), let batch = memory.outbox.first else { return [] }
    posting.underWay = true
    return [.post(batch)]
  }

  /// A batch leaves the outbox when it was taken. One that was refused is split, so that one bad
  /// reading does not take the others with it; a single one that was refused is given up, loudly.
  mutating func take(posted batch: ReadingBatch, _ error: BrokerError?, at now: Int64) {
    posting.underWay = false
    switch error {
    case .again(let reason):
      posting.backoff = failed(posting.backoff, at: now)
      notes.append("\(memory.outbox.count) batches of readings wait for the broker: \(reason)")
    case nil:
      posting.backoff.succeed()
      memory.outbox.removeAll { $0.key == batch.key }
    case .refused(let code, let detail):
      posting.backoff.succeed()
      guard let index = memory.outbox.firstIndex(where: { $0.key == batch.key }) else { return }
      memory.outbox.remove(at: index)
      if batch.readings.count > 1 {
        let singles = batch.readings.map { ReadingBatch(key: random.key(), readings: [$0]) }
        memory.outbox.insert(contentsOf: singles, at: index)
      } else if let reading = batch.readings.first {
        notes.append(
          "the reading of lease \(reading.lease) from \(reading.from) to \(reading.to)"
            + " (\(reading.delivered) GPU-ms) was refused (\(code)): \(detail)")
      }
    }
  }
}
