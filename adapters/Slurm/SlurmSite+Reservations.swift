import AdapterKit

// Leases as reservations.
extension SlurmSite {
  var reservationForm: ReservationForm {
    ReservationForm(configuration: configuration, clock: clock)
  }

  /// One look: nodes and reservations, and jobs when the choice of nodes depends on them.
  func view(withJobs: Bool) async throws(AdapterError) -> ClusterView {
    let reservations = try await read { reader async throws(SlurmError) in
      try await reader.reservations()
    }
    let nodes = try await read { reader async throws(SlurmError) in try await reader.nodes() }
    var jobs: [QueuedJob] = []
    if withJobs {
      jobs = try await read { reader async throws(SlurmError) in try await reader.queue() }
    }
    return ClusterView(
      now: clock.wallSeconds, nodes: nodes, reservations: reservations, jobs: jobs)
  }

  func reservationAllocations() async throws(AdapterError) -> [Allocation] {
    let view = try await view(withJobs: false)
    let pools = pools(in: Array(view.nodes.values))
    var found: [Allocation] = []
    // Who else is on our nodes matters while somebody has them.
    let isUsed = view.reservations.contains {
      reservationForm.isOurs($0) && reservationForm.isOpen($0) && $0.start <= view.now
    }
    let jobs =
      isUsed
      ? try? await read { reader async throws(SlurmError) in try await reader.queue() } : nil
    for reservation in view.reservations where reservation.end > view.now {
      guard let lease = reservationForm.lease(of: reservation) else { continue }
      guard reservationForm.isOurs(reservation) else {
        note("reservation \(reservation.name) carries our prefix but is not ours: left alone")
        continue
      }
      guard
        let allocation = reservationForm.allocation(
          lease, reservation, pools: pools, view: view, jobs: jobs)
      else {
        note("reservation \(reservation.name) has no node of any pool: left alone")
        continue
      }
      if reservationForm.isOpen(reservation) { remindBeforeEnd(lease, at: reservation.end) }
      found.append(allocation)
    }
    return found.sorted { $0.lease < $1.lease }
  }

  func applyReservation(_ order: AllocationOrder) async throws(AdapterError) -> Allocation {
    try remember(order)
    let form = reservationForm
    return try await lock.hold(waiting: Self.lockPatience) { () async throws(AdapterError) in
      let (pool, plan) = try await self.planned(order)
      for change in plan.changes { try await self.make(change) }
      let after = try await self.view(withJobs: false)
      let name = form.name(of: order.lease)
      guard let reservation = after.reservation(name) else {
        throw .again("reservation \(name) is not there after it was made; see slurmctld's log")
      }
      guard Set(reservation.nodes) == Set(plan.nodes) else {
        throw .again(
          "reservation \(name) has \(reservation.nodes), \(plan.nodes) were asked for")
      }
      if !plan.surrendered.isEmpty { await self.endOverstay(order.lease, on: plan.surrendered) }
      guard var answer = form.allocation(order.lease, reservation, pools: [pool], view: after)
      else { throw .again("reservation \(name) is in none of the pools' nodes") }
      if answer.gpus < order.gpus, answer.note == nil {
        answer.note = "\(plan.missing) nodes are lacking: none is free"
      }
      if form.isOpen(reservation) {
        self.remindBeforeEnd(order.lease, at: reservation.end, isOpening: !plan.wasOpen)
      }
      return answer
    }
  }

  /// The plan of an order against the cluster as it is. Jobs are asked for only when nodes are to be
  /// chosen.
  func planned(
    _ order: AllocationOrder
  ) async throws(AdapterError) -> (PoolNodes, ReservationForm.Plan) {
    var view = try await view(withJobs: false)
    guard
      let pool = pools(in: Array(view.nodes.values)).first(where: { $0.pool.name == order.pool })
    else { throw .final("this site has no pool \(order.pool); see pools: in agent.yaml") }
    let held = view.reservation(reservationForm.name(of: order.lease))?.nodes.filter {
      view.isUsable($0)
    }
    if pool.unit > 0, Int64(held?.count ?? 0) != order.gpus / pool.unit {
      view.jobs = try await read { reader async throws(SlurmError) in try await reader.queue() }
    }
    return (pool, try reservationForm.plan(order, pool: pool, view: view))
  }

  func removeReservation(_ lease: String) async throws(AdapterError) {
    let form = reservationForm
    let name = form.name(of: lease)
    try await lock.hold(waiting: Self.lockPatience) { () async throws(AdapterError) in
      let view = try await self.view(withJobs: false)
      guard let standing = view.reservation(name), standing.end > view.now else { return }
      guard form.isOurs(standing) else {
        throw .final("reservation \(name) is not ours: left alone")
      }
      if form.isOpen(standing) {
        for change in self.removal(of: standing).prefix(1) { try await self.make(change) }
      }
      try await self.release(name)
    }
  }

  /// Closing, ending its jobs, and deleting it.
  func removal(of standing: ClusterReservation) -> [ClusterChange] {
    let nodes = standing.nodes.joined(separator: ",")
    let close = ClusterChange(
      [
        "revise", standing.name, "-", "\(standing.end)", nodes, "-", configuration.account,
      ])
    return (reservationForm.isOpen(standing) ? [close] : [])
      + [ClusterChange(["stop", standing.name]), ClusterChange(["release", standing.name])]
  }

  /// Slurm deletes no reservation that a job still refers to; cancelled jobs let go within moments.
  private func release(_ name: String) async throws(AdapterError) {
    var failure: AdapterError?
    for attempt in 0..<8 {
      try await make(ClusterChange(["stop", name]))
      do throws(AdapterError) {
        try await make(ClusterChange(["release", name]))
        return
      } catch {
        failure = error
      }
      let left = try await read { reader async throws(SlurmError) in
        try await reader.reservations()
      }
      if !left.contains(where: { $0.name == name && $0.end > clock.wallSeconds }) { return }
      try? await Task.sleep(for: .milliseconds(50 << min(attempt, 4)))
    }
    if let failure { throw failure }
  }
}
