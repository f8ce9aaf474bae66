import AdapterKit

/// A signal or an end that jobs of a lease are to get at a time.
struct Reminder: Sendable {
  var at: Int64
  var task: Task<Void, Never>
}

// What jobs are told before their lease ends or shrinks under them. What was told, and what is to be
// done when, stands in the lease's record, so that the next life of the agent goes on from there.
extension SlurmSite {
  /// The signal that the settings name, so long before the lease's end, once for each end; at once
  /// when that time has passed while nobody was there. A lease that opens later than that has no
  /// jobs to tell.
  func remindBeforeEnd(_ lease: String, at end: Int64, isOpening: Bool = false) {
    let at = end - configuration.jobSignal.beforeSeconds
    if isOpening, at <= clock.wallSeconds { amend(lease) { $0.noticed = end } }
    if reminders[lease]?.at == at { return }
    guard records[lease]?.noticed != end, end > clock.wallSeconds else {
      reminders.removeValue(forKey: lease)?.task.cancel()
      return
    }
    remind(lease, at: at) { site in
      guard await site.notice(lease, of: end) else { return false }
      await site.amend(lease) { $0.noticed = end }
      return true
    }
  }

  /// Jobs that outstay what their lease gave up in an earlier life of the agent, or could not be
  /// reached when their time came.
  func resumeOverstays() {
    for record in records.values where record.overstay != nil { awaitOverstay(record) }
  }

  /// Jobs of the lease are cancelled after the notice that the settings give.
  func remindOfOverstay(_ lease: String) {
    let at = clock.wallSeconds + configuration.jobSignal.beforeSeconds
    amend(lease) { $0.overstay = at }
    if let record = records[lease] { awaitOverstay(record) }
  }

  private func awaitOverstay(_ record: LeaseRecord) {
    let lease = record.lease
    guard let at = record.overstay, reminders[lease + "/overstay"]?.at != at else { return }
    remind(lease + "/overstay", at: at) { site in
      guard await site.cancelOverstay(lease, at) else { return false }
      await site.amend(lease) { if $0.overstay == at { $0.overstay = nil } }
      return true
    }
  }

  /// Does it at that time, in place of what was to be done under that key. What could not be done is
  /// forgotten here, so that the next look at the cluster sets it again.
  private func remind(
    _ key: String, at: Int64, _ body: @escaping @Sendable (SlurmSite) async -> Bool
  ) {
    reminders[key]?.task.cancel()
    let wait = max(0, at - clock.wallSeconds)
    reminders[key] = Reminder(
      at: at,
      task: Task { [weak self] in
        try? await Task.sleep(for: .seconds(wait))
        guard !Task.isCancelled, let self else { return }
        if !(await body(self)), !Task.isCancelled { await self.forget(key, at: at) }
      })
  }

  private func forget(_ key: String, at: Int64) {
    if reminders[key]?.at == at { reminders[key] = nil }
  }

  func forgetReminders(of lease: String) {
    reminders.removeValue(forKey: lease)?.task.cancel()
    reminders.removeValue(forKey: lease + "/overstay")?.task.cancel()
    amend(lease) { $0.overstay = nil }
  }

  /// Changes the record of a lease that has one.
  private func amend(_ lease: String, _ change: (inout LeaseRecord) -> Void) {
    guard var record = records[lease] else { return }
    change(&record)
    guard record != records[lease] else { return }
    records[lease] = record
    do throws(AdapterError) {
      try book.write(record)
    } catch {
      note("lease \(lease): a restart would forget what its jobs were told: \(error.reason)")
    }
  }

  /// Tells the jobs that the lease's end would leave without their GPUs; false when that has to be
  /// tried again.
  private func notice(_ lease: String, of end: Int64) async -> Bool {
    let signal = configuration.jobSignal.name
    guard configuration.leaseAs != .reservation else {
      return await send(signal, toJobsOf: lease, on: nil)
    }
    guard let quotas = try? await quotas() else { return false }
    for quota in quotas {
      guard let entry = quota.record?.entries.first(where: { $0.lease == lease }),
        entry.end == end, entry.open > 0
      else { continue }
      let rest = max(0, (quota.limit ?? 0) - entry.open)
      return await send(signal, toExcessOf: quota.name, limit: rest)
    }
    return true
  }

  private func cancelOverstay(_ lease: String, _ at: Int64) async -> Bool {
    guard configuration.leaseAs != .reservation else {
      return await send("CANCEL", toJobsOf: lease, on: [])
    }
    guard let account = records[lease]?.account else { return true }
    // Another lease in the account that shrank later: its jobs have their notice yet.
    let later = records.values.contains { $0.account == account && ($0.overstay ?? 0) > at }
    return later ? true : await send("CANCEL", toExcessOf: account)
  }

  /// Jobs on nodes that their lease has given up are told at once, and cancelled after the notice
  /// unless they have ended by then. Whoever needs the nodes earlier cancels them earlier.
  func endOverstay(_ lease: String, on nodes: [String]) async {
    _ = await send(configuration.jobSignal.name, toJobsOf: lease, on: Set(nodes))
    remindOfOverstay(lease)
  }

  /// To all jobs of the lease, or to those on these nodes that are not its own any more, on any such
  /// node when none are named. False when it was not done.
  func send(_ signal: String, toJobsOf lease: String, on nodes: Set<String>?) async -> Bool {
    let name = reservationForm.name(of: lease)
    guard let queue = try? await reader.queue(), let reservations = try? await reader.reservations()
    else { return false }
    let kept = Set(reservations.first { $0.name == name }?.nodes ?? [])
    let jobs = queue.filter { job in
      guard job.isOnNodes, job.reservation == name else { return false }
      guard let nodes else { return true }
      return job.nodes.contains {
        (nodes.isEmpty || nodes.contains($0)) && !kept.contains($0)
      }
    }
    return await send(signal, to: jobs, of: "lease \(lease)")
  }

  /// False when the write command refused it or did not answer.
  func send(_ signal: String, to jobs: [QueuedJob], of whom: String) async -> Bool {
    guard !jobs.isEmpty else { return true }
    do throws(SlurmError) {
      try await writer.make(ClusterChange(["signal", signal] + jobs.map { "\($0.id)" }))
      return true
    } catch {
      note("\(whom): jobs were not sent \(signal): \(error)")
      return false
    }
  }
}
