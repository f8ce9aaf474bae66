package import AdapterKit

// What leases were delivered and used. Each moment is settled once, out of what Slurm remembers,
// and written down before anybody hears of it: a later change of Slurm's mind changes no answer.
extension SlurmSite {
  package func usage(_ interval: Interval) async throws(AdapterError) -> [Usage] {
    let asked = Interval(from: interval.from, to: min(interval.to, clock.now()))
    guard asked.length > 0 else { return [] }
    switch configuration.leaseAs {
    case .reservation: try await settleReservations(asked)
    case .account, .qos: try await settleQuotas(asked)
    }
    return records.values.map { record in
      Usage(
        lease: record.lease, from: asked.from, to: asked.to,
        delivered: record.delivered.sum(asked), used: record.used.sum(asked))
    }.filter { $0.delivered > 0 || $0.used > 0 }.sorted { $0.lease < $1.lease }
  }

  /// Records that lack something of the time before `until`.
  func unsettled(before until: Int64) -> [LeaseRecord] {
    records.values.filter { record in
      record.settled < min(until, record.end ?? until)
    }
  }

  /// Writes first, believes after. What else a record says may have changed since these were taken.
  func settle(_ changed: [LeaseRecord]) throws(AdapterError) {
    for settled in changed {
      var record = records[settled.lease] ?? settled
      record.settled = settled.settled
      record.delivered = settled.delivered
      record.used = settled.used
      record.drift = settled.drift
      try book.write(record)
      records[record.lease] = record
    }
    let horizon = clock.now() - 2 * AdapterContract.usageKept
    for record in records.values where max(record.end ?? 0, record.settled) < horizon {
      records[record.lease] = nil
      book.delete(record.lease)
    }
  }

  /// So much of what was settled is looked at again when more is, in market ms.
  private static let lookBack: Int64 = 7_200_000

  /// What Slurm says of the settled past by now. What was said stands; a difference is written down
  /// once.
  private func compare(
    _ record: inout LeaseRecord, _ past: Interval, delivered: GPUSteps, used: GPUSteps
  ) throws(AdapterError) {
    let correction = UsageCorrection(
      lease: record.lease, from: past.from, to: past.to,
      deliveredSaid: record.delivered.sum(past), deliveredNow: delivered.sum(past),
      usedSaid: record.used.sum(past), usedNow: used.sum(past))
    let drift = [
      correction.usedNow - correction.usedSaid, correction.deliveredNow - correction.deliveredSaid,
    ]
    guard drift != record.drift ?? [0, 0] else { return }
    record.drift = drift
    if drift == [0, 0] { return }
    try book.add(correction)
    note(
      "lease \(record.lease): Slurm has changed its mind on \(past.from) to \(past.to): used"
        + " \(drift[0]), delivered \(drift[1]) GPU-ms more than was said; see corrections.jsonl")
  }

  /// What turns Slurm's memory of that time into GPUs, and the nodes that there are.
  func metering(
    from: Int64, to: Int64
  ) async throws(AdapterError) -> (metering: Metering, nodes: [ClusterNode]) {
    let nodes = try await read { reader async throws(SlurmError) in try await reader.nodes() }
    let events = try await read { reader async throws(SlurmError) in
      try await reader.nodeEvents(from: from, to: to)
    }
    let gpus = Dictionary(nodes.map { ($0.name, $0.gpus) }) { first, _ in first }
    return (Metering(clock: clock, gpus: gpus, events: events), nodes)
  }

  private func settleReservations(_ asked: Interval) async throws(AdapterError) {
    let until = asked.to
    let oldest = unsettled(before: until).map(\.settled).min() ?? until
    let from = min(oldest, asked.from)
    let pasts = try await pasts(from: from - Self.lookBack)
    let pending = unsettled(before: until)
    guard let first = pending.map(\.settled).min() else { return }
    let span = (
      from: clock.seconds(at: first - Self.lookBack), to: clock.seconds(at: until) + 1
    )
    let (metering, _) = try await metering(from: span.from, to: span.to)
    let jobs = try await jobs(
      AccountingQuestion(from: span.from, to: span.to, accounts: [configuration.account]))
    var changed: [LeaseRecord] = []
    for var record in pending {
      let name = reservationForm.name(of: record.lease)
      let window = Interval(
        from: max(record.settled, record.start ?? record.settled),
        to: min(until, record.end ?? until))
      let own = pasts.filter { $0.name == name }
      let runs = jobs.filter { $0.reservation == name }
      let before = Interval(
        from: max(record.settled - Self.lookBack, record.start ?? record.settled),
        to: min(record.settled, record.end ?? record.settled))
      if before.length > 0 {
        try compare(
          &record, before, delivered: metering.delivered(own, in: before),
          used: metering.used(runs, until: clock.wallSeconds, in: before))
      }
      if window.length > 0 {
        record.delivered.append(metering.delivered(own, in: window))
        record.used.append(metering.used(runs, until: clock.wallSeconds, in: window))
      }
      record.settled = until
      changed.append(record)
    }
    try settle(changed)
  }

  /// When our reservations stood open, as slurmdbd has it. A lease that nobody here remembers gets
  /// a record of its own; slurmdbd that is behind the controller is waited for.
  private func pasts(from: Int64) async throws(AdapterError) -> [ReservationPast] {
    let closed = try await rootAssociations()
    var from = clock.seconds(at: from)
    for attempt in 0..<8 {
      let all = try await readHistory(from: from, to: clock.wallSeconds + 1)
      let open = all.filter { !$0.admitted.isSubset(of: closed) }
      let unknown = open.filter { past in
        reservationForm.lease(named: past.name).map { records[$0] == nil } ?? false
      }
      if !unknown.isEmpty {
        let horizon = clock.seconds(at: clock.now() - 2 * AdapterContract.usageKept)
        if from > horizon {
          from = horizon
          continue
        }
        try await adopt(unknown)
      }
      if try await agrees(open) { return open }
      try? await Task.sleep(for: .milliseconds(100 << min(attempt, 3)))
    }
    throw .again(
      "slurmdbd does not know yet how our reservations stand now; see `sdiag` for its queue")
  }

  private func readHistory(
    from: Int64, to: Int64
  ) async throws(AdapterError) -> [ReservationPast] {
    do {
      return try await history.read(from: from, to: to).filter {
        reservationForm.lease(named: $0.name) != nil
      }
    } catch {
      throw error.again
    }
  }

  private func adopt(_ unknown: [ReservationPast]) async throws(AdapterError) {
    let nodes = try await read { reader async throws(SlurmError) in try await reader.nodes() }
    let pools = pools(in: nodes)
    for past in unknown.sorted(by: { $0.from < $1.from }) {
      guard let lease = reservationForm.lease(named: past.name), records[lease] == nil else {
        continue
      }
      let pool = pools.first { !Set($0.names).isDisjoint(with: past.nodes) }
      records[lease] = LeaseRecord(
        lease: lease, pool: pool?.pool.name ?? "",
        settled: clock.market(atSecond: past.from))
    }
  }

  /// True when the newest that slurmdbd has of each of our reservations is what the controller has.
  private func agrees(_ pasts: [ReservationPast]) async throws(AdapterError) -> Bool {
    let standing = try await read { reader async throws(SlurmError) in
      try await reader.reservations()
    }
    let form = reservationForm
    let now = clock.wallSeconds
    var open: [String: Set<String>] = [:]
    for reservation in standing
    where form.lease(of: reservation) != nil && form.isOpen(reservation) && form.isOurs(reservation)
      && reservation.start < now && reservation.end > now
    { open[reservation.name] = Set(reservation.nodes) }
    var known: [String: Set<String>] = [:]
    for past in pasts where past.from < now && past.to > now { known[past.name] = Set(past.nodes) }
    return open == known
  }

  /// The associations that a closed gate admits: root's own.
  private func rootAssociations() async throws(AdapterError) -> Set<Int64> {
    if let known = closedGate, known.until > clock.now() { return known.ids }
    let all = try await read { reader async throws(SlurmError) in
      try await reader.associations()
    }
    let ids = Set(all.filter { $0.user == "root" }.map(\.id))
    closedGate = (ids, clock.now() + 600_000)
    return ids
  }

  /// Runs of jobs out of the accounting, and those that it has not heard of yet from the controller.
  func jobs(_ question: AccountingQuestion) async throws(AdapterError) -> [AccountingJob] {
    let queue = try await read { reader async throws(SlurmError) in try await reader.queue() }
    var jobs = try await read { reader async throws(SlurmError) in
      try await reader.accounting(question)
    }
    // slurmdbd hears of jobs a moment later, of many at once some moments later.
    for _ in 0..<16 where Self.isBehind(jobs, queue, question) {
      try? await Task.sleep(for: .milliseconds(500))
      jobs = try await read { reader async throws(SlurmError) in
        try await reader.accounting(question)
      }
    }
    let known = Set(jobs.map { [$0.id, $0.start ?? 0] })
    for job in queue where job.isOnNodes && job.gpus > 0 {
      guard let start = job.start, start < question.to, question.accounts.contains(job.account),
        !known.contains([job.id, start])
      else { continue }
      var run = AccountingJob(
        id: job.id, account: job.account, state: job.state, start: start, end: nil, gpus: job.gpus)
      run.reservation = job.reservation
      run.partition = job.partitions.first ?? ""
      run.user = job.user
      jobs.append(run)
    }
    return jobs
  }

  /// True while the controller knows a run to be over that the accounting has not heard of, or not
  /// the end of.
  private static func isBehind(
    _ jobs: [AccountingJob], _ queue: [QueuedJob], _ question: AccountingQuestion
  ) -> Bool {
    let over = Set(jobs.filter { $0.end != nil }.map(\.id))
    return queue.contains { job in
      job.state == "COMPLETED" && question.accounts.contains(job.account) && job.gpus > 0
        && (job.start ?? .max) < question.to && (job.start ?? 0) >= question.from
        && !over.contains(job.id)
    }
  }
}
