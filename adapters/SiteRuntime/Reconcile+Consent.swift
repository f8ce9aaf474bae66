import AdapterKit

// What an agent does by itself, and what waits for a person.
extension Reconcile {
  /// True when a change may be made now. If not, it becomes a proposal.
  mutating func consents(
    to change: Change, of lease: WantedLease?, _ task: Task, before: [String: Proposal],
    at now: Int64
  ) -> Bool {
    guard let reason = objection(to: change, of: lease, task) else { return true }
    let id = reason == .size ? Change.id(ofTrade: change.lease) : change.id
    if reason != .observing, control.approved.contains(id) { return true }
    var proposal =
      before[change.lease].flatMap { $0.id == id && $0.reason == reason ? $0 : nil }
      ?? Proposal(id: id, change: change, reason: reason, since: now)
    proposal.change = change
    if let lease, task.observed == nil, reason != .observing, isLarge(lease) {
      let since = memory.large[lease.lease] ?? now
      memory.large[lease.lease] = since
      // Of a short lease there is no use in waiting until it is over.
      let half = lease.start + (lease.close - lease.start) / 2
      proposal.lapses = min(since + rules.lapseAfter, max(since, half))
    }
    let isDeclined = reason != .observing && control.declined.contains(id)
    if isDeclined || proposal.lapses.map({ $0 <= now }) == true, task.observed == nil {
      lapse(change.lease, isDeclined ? "declined" : "not approved in time")
      return false
    }
    if isDeclined { return false }
    proposals[change.lease] = proposal
    return false
  }

  private mutating func lapse(_ lease: String, _ why: String) {
    guard !memory.lapsed.contains(lease) else { return }
    memory.lapsed.append(lease)
    notes.append("lease \(lease) is \(why): it is reported as failed")
  }

  private func objection(
    to change: Change, of lease: WantedLease?, _ task: Task
  ) -> Proposal.Reason? {
    if mode == .observe { return .observing }
    if case .remove = change { return mode == .propose && lease == nil ? .proposing : nil }
    guard case .apply(let order) = change else { return nil }
    if mode == .propose { return onlyTakes(order, from: task.observed) ? nil : .proposing }
    return lease.map { task.observed == nil && isLarge($0) } == true ? .size : nil
  }

  /// The tenant has no more after it than before.
  private func onlyTakes(_ order: AllocationOrder, from observed: Allocation?) -> Bool {
    guard let observed, observed.pool == order.pool, order.gpus <= observed.gpus else {
      return false
    }
    let isOpening = order.state == .open && observed.state != .open
    return !isOpening && observed.users.map { Set(order.users).isSubset(of: $0) } ?? true
  }

  /// True for a trade that the centre wants to see first.
  private func isLarge(_ lease: WantedLease) -> Bool {
    guard let pool = terms?.pools.first(where: { $0.pool == lease.pool }),
      let most = pool.approveAbove
    else { return false }
    let node = offering.pools.first { $0.pool == lease.pool }?.unit ?? 1
    let unit = pool.unit == .node ? max(1, node) : 1
    return lease.steps.contains { $0.gpus > most * unit }
  }

  /// Asks the adapter what the proposals would run, once for each.
  mutating func planPlans() -> [Action] {
    proposals.values.filter { $0.commands == nil && !$0.asking }
      .sorted { $0.change.lease < $1.change.lease }
      .map { proposal in
        proposals[proposal.change.lease]?.asking = true
        return .plan(proposal.id, proposal.change)
      }
  }

  mutating func take(planned id: String, _ result: Result<[String], AdapterError>) {
    guard var proposal = proposals.values.first(where: { $0.id == id }) else { return }
    proposal.asking = false
    let commands: [String]
    switch result {
    case .success(let found): commands = found
    case .failure(let error): commands = ["(the adapter cannot say: \(error.reason))"]
    }
    proposal.commands = commands
    proposals[proposal.change.lease] = proposal
    let what = "\(proposal.change.words): would run \(commands.joined(separator: "; "))"
    notes.append(
      proposal.reason == .observing
        ? "observing only. \(what)"
        : "waits for approval. \(what). To allow it: sampan-agent approve \(id)")
  }
}
