import AdapterKit

// What the cluster has, and what it should have: prepare, open, resize, close, remove.
extension Reconcile {
  mutating func planLooking(at now: Int64) -> [Action] {
    guard looking.isDue(at: now) else { return [] }
    looking.underWay = true
    return [.observe]
  }

  mutating func take(observed result: Result<[Allocation], AdapterError>, at now: Int64) {
    looking.underWay = false
    switch result {
    case .failure(let error):
      looking.backoff = failed(looking.backoff, at: now)
      notes.append("the cluster does not say what exists: \(error.reason)")
    case .success(let allocations):
      looking.backoff.succeed()
      looking.due = now + rules.observeEvery
      hasLooked = true
      var found: [String: Allocation] = [:]
      for allocation in allocations where allocation.state != .absent {
        found[allocation.lease] = allocation
      }
      for lease in Set(tasks.keys).union(found.keys) where tasks[lease]?.acting != true {
        if tasks[lease]?.observed == nil, found[lease] != nil {
          tasks[lease, default: Task()].firstSeen = now
        }
        tasks[lease, default: Task()].observed = found[lease]
        if let allocation = found[lease] { note(allocation) }
      }
    }
  }

  /// Keeps for the reports what the system shows of a lease's nodes.
  private mutating func note(_ allocation: Allocation) {
    guard wantedLease(allocation.lease) != nil,
      allocation.nodes != nil || allocation.others != nil
    else { return }
    var seen = memory.observed[allocation.lease] ?? Observation()
    if let nodes = allocation.nodes { seen.nodes = max(nodes, seen.nodes ?? 0) }
    if let others = allocation.others { seen.others = max(others, seen.others ?? 0) }
    if seen != memory.observed[allocation.lease] { memory.observed[allocation.lease] = seen }
  }

  /// Removals first, then what shrinks, then the rest: at an edge where one lease ends and the next
  /// begins the GPUs must be free before they are taken.
  mutating func planLeases(at now: Int64) -> [Action] {
    var removals: [Action] = []
    var shrinking: [Action] = []
    var others: [Action] = []
    let before = proposals
    proposals = [:]
    for lease in memory.wanted?.leases ?? []
    where !isClosed(lease.lease) && !memory.lapsed.contains(lease.lease) {
      var task = tasks[lease.lease] ?? Task()
      guard !task.acting, now >= task.acts.notBefore else { continue }
      switch lease.desire(at: now, lead: lead(of: lease)) {
      case .nothing: continue
      case .gone:
        guard task.observed != nil,
          consents(to: .remove(lease.lease), of: lease, task, before: before, at: now)
        else { continue }
        task.acting = true
        removals.append(.remove(lease.lease))
      case .order(let wish):
        guard let order = peopled(wish, lease, task, at: now) else { continue }
        let size = task.observed.map { ($0.gpus, $0.state) }
        if holds(task, order) || task.broken.map({ same($0, order) }) == true { continue }
        guard consents(to: .apply(order), of: lease, task, before: before, at: now) else {
          continue
        }
        task.acting = true
        if let size, size.1 == .open, size.0 > order.gpus || order.state == .prepared {
          shrinking.append(.apply(order))
        } else {
          others.append(.apply(order))
        }
      }
      tasks[lease.lease] = task
    }
    return planUnwanted(before, at: now) + removals + shrinking + others
  }

  /// What carries our prefix but is not wanted goes, if the wanted set is newer than it.
  private mutating func planUnwanted(_ before: [String: Proposal], at now: Int64) -> [Action] {
    guard let set = latest ?? memory.wanted else { return [] }
    let names = Set(set.leases.map(\.lease))
    var actions: [Action] = []
    for lease in tasks.keys.sorted() where !names.contains(lease) {
      guard var task = tasks[lease], let observed = task.observed, !task.acting,
        now >= task.acts.notBefore, set.asOf > (observed.created ?? task.firstSeen),
        consents(to: .remove(lease), of: nil, task, before: before, at: now)
      else { continue }
      task.acting = true
      tasks[lease] = task
      notes.append("lease \(lease) stands on the cluster but is not wanted: it is removed")
      actions.append(.remove(lease))
    }
    return actions
  }

  mutating func take(
    applied order: AllocationOrder, _ result: Result<Allocation, AdapterError>, at now: Int64
  ) {
    var task = tasks[order.lease] ?? Task()
    task.acting = false
    switch result {
    case .success(let allocation):
      if task.observed == nil { task.firstSeen = now }
      task.observed = allocation.state == .absent ? nil : allocation
      task.users = order.users
      if holds(task, order) {
        task.acts.succeed()
        task.broken = nil
      } else {
        task.acts = failed(task.acts, at: now)
        notes.append(
          "lease \(order.lease): \(order.state) with \(order.gpus) GPUs was asked for, the cluster"
            + " has \(allocation.state) with \(allocation.gpus)"
            + (allocation.note.map { ": \($0)" } ?? ""))
      }
    case .failure(let error):
      task.acts = failed(task.acts, at: now)
      if !error.isTransient { task.broken = order }
      notes.append("lease \(order.lease): \(error)")
    }
    tasks[order.lease] = task
  }

  mutating func take(removed lease: String, _ error: AdapterError?, at now: Int64) {
    var task = tasks[lease] ?? Task()
    task.acting = false
    if let error {
      // A gate must not stay open: also what failed for good is tried again.
      task.acts = failed(task.acts, at: now)
      notes.append("lease \(lease) is not removed: \(error)")
      tasks[lease] = task
      return
    }
    task.acts.succeed()
    task.observed = nil
    tasks[lease] = wantedLease(lease) == nil ? nil : task
  }

  private func holds(_ task: Task, _ order: AllocationOrder) -> Bool {
    guard let observed = task.observed else { return false }
    let users = observed.users ?? task.users
    return observed.pool == order.pool && observed.gpus == order.gpus
      && observed.state.rawValue == order.state.rawValue
      && (unknown == nil || users.map(Set.init) == Set(order.users))
  }

  private func same(_ left: AllocationOrder, _ right: AllocationOrder) -> Bool {
    left.pool == right.pool && left.gpus == right.gpus && left.state == right.state
      && left.users == right.users
  }
}
