/// A signal or an end that jobs of a lease are to get at a time.
struct Reminder: Sendable {
  var at: Int64
  var task: Task<Void, Never>
}

// What jobs are told before their lease ends or shrinks under them. Times are in memory only: after
// a restart the first look at the cluster sets those of the ends again; jobs that overstay what their
// lease gave up then end when another lease needs the node, or with the lease.
extension SlurmSite {
  /// Once a lease: the signal that the settings name, so long before the lease's end.
  func remindBeforeEnd(_ lease: String, at end: Int64) {
    let at = end - configuration.jobSignal.beforeSeconds
    if let standing = reminders[lease], standing.at == at { return }
    guard at > clock.wallSeconds else {
      reminders.removeValue(forKey: lease)?.task.cancel()
      return
    }
    remind(lease, at: at) { await $0.signal(lease) }
  }

  /// Does it at that time, in place of what was to be done under that key.
  private func remind(
    _ key: String, at: Int64, _ body: @escaping @Sendable (SlurmSite) async -> Void
  ) {
    reminders[key]?.task.cancel()
    let wait = at - clock.wallSeconds
    reminders[key] = Reminder(
      at: at,
      task: Task { [weak self] in
        try? await Task.sleep(for: .seconds(wait))
        guard !Task.isCancelled, let self else { return }
        await body(self)
      })
  }

  /// Does it after the notice that the settings give to jobs that outstay what they had.
  func remindOfOverstay(
    _ name: String, _ body: @escaping @Sendable (SlurmSite) async -> Void
  ) {
    let at = clock.wallSeconds + configuration.jobSignal.beforeSeconds
    remind(name + "/overstay", at: at, body)
  }

  func forgetReminders(of lease: String) {
    reminders.removeValue(forKey: lease)?.task.cancel()
    reminders.removeValue(forKey: lease + "/overstay")?.task.cancel()
  }

  /// Sends the signal to every job of the lease.
  private func signal(_ lease: String) async {
    await send(configuration.jobSignal.name, toJobsOf: lease, on: nil)
  }

  /// Jobs on nodes that their lease has given up are told at once, and cancelled after the notice
  /// unless they have ended by then. Whoever needs the nodes earlier cancels them earlier.
  func endOverstay(_ lease: String, on nodes: [String]) async {
    await send(configuration.jobSignal.name, toJobsOf: lease, on: Set(nodes))
    remindOfOverstay(lease) { await $0.send("CANCEL", toJobsOf: lease, on: Set(nodes)) }
  }

  func send(_ signal: String, toJobsOf lease: String, on nodes: Set<String>?) async {
    let name = reservationForm.name(of: lease)
    guard let queue = try? await reader.queue(), let reservations = try? await reader.reservations()
    else { return }
    let kept = Set(reservations.first { $0.name == name }?.nodes ?? [])
    let jobs = queue.filter { job in
      guard job.isOnNodes, job.reservation == name else { return false }
      guard let nodes else { return true }
      return job.nodes.contains { nodes.contains($0) && !kept.contains($0) }
    }
    guard !jobs.isEmpty else { return }
    do throws(SlurmError) {
      try await writer.make(
        ClusterChange(["signal", signal] + jobs.map { "\($0.id)" }))
    } catch {
      note("lease \(lease): jobs were not sent \(signal): \(error)")
    }
  }
}
