import AdapterKit

/// A lease as a reservation of whole nodes. slurmdbd is never written: the account and its users
/// were made by hand. The gate is who the reservation admits, nobody but root while it is closed;
/// its own end closes it and ends its jobs, whether or not an agent lives.
struct ReservationForm: Sendable {
  let configuration: SlurmConfiguration
  let clock: SlurmClock

  /// What an order comes to: changes in their order, and how the lease stands after them.
  struct Plan: Sendable {
    var changes: [ClusterChange] = []
    var missing = 0
    var nodes: [String] = []
    /// Nodes given up while jobs of the lease run on them.
    var surrendered: [String] = []
    /// It stood open before.
    var wasOpen = false
  }

  func name(of lease: String) -> String { configuration.prefix + lease }

  /// The lease of a reservation, nil when it does not carry our prefix.
  func lease(of reservation: ClusterReservation) -> String? { lease(named: reservation.name) }

  /// The lease of a reservation's name, in the same way.
  func lease(named name: String) -> String? {
    guard name.hasPrefix(configuration.prefix) else { return nil }
    let lease = String(name.dropFirst(configuration.prefix.count))
    return Identifier.isValid(lease) ? lease : nil
  }

  /// True for what only we make: it admits root alone, or our account.
  func isOurs(_ reservation: ClusterReservation) -> Bool {
    reservation.accounts.isEmpty
      ? reservation.users == ["root"] : reservation.accounts == [configuration.account]
  }

  func isOpen(_ reservation: ClusterReservation) -> Bool { !reservation.accounts.isEmpty }

  /// What is to be done so that the order holds. Closing comes first, opening last.
  func plan(
    _ order: AllocationOrder, pool: PoolNodes, view: ClusterView
  ) throws(AdapterError) -> Plan {
    let name = name(of: order.lease)
    let standing = view.reservation(name)
    if let standing, !isOurs(standing) {
      throw .final(
        "reservation \(name) exists already and is not ours (users \(standing.users), accounts"
          + " \(standing.accounts)): delete it, or set another prefix")
    }
    guard order.gpus <= pool.gpus else {
      throw .final("pool \(order.pool) has \(pool.gpus) GPUs, \(order.gpus) were asked for")
    }
    guard pool.unit > 0, order.gpus % pool.unit == 0 else {
      throw .final(
        "\(order.gpus) GPUs are not whole nodes of \(pool.unit); leaseAs: account lends parts")
    }
    let span = (from: clock.seconds(at: order.start), to: clock.seconds(at: order.end))
    guard span.to > view.now else {
      throw .final("lease \(order.lease) ended \(view.now - span.to) s ago")
    }
    if order.state == .open, order.users.isEmpty {
      throw .again(
        "lease \(order.lease): nobody is named who may use it; see people: in agent.yaml")
    }
    let choice = NodeChoice(
      view, pool: pool, name: name, held: standing?.nodes ?? [],
      count: Int(order.gpus / pool.unit), span: span, prefix: configuration.prefix)
    if standing == nil, choice.missing > 0 {
      throw .again(
        "pool \(order.pool): \(choice.missing) of \(order.gpus / pool.unit) nodes are not free"
          + " from \(span.from) to \(span.to)")
    }
    return steps(order, name, standing, choice, span, view)
  }

  private func steps(
    _ order: AllocationOrder, _ name: String, _ standing: ClusterReservation?,
    _ choice: NodeChoice, _ span: (from: Int64, to: Int64), _ view: ClusterView
  ) -> Plan {
    var plan = Plan()
    plan.missing = choice.missing
    plan.wasOpen = standing.map(isOpen) ?? false
    // Lost nodes stay in it until there are others: they may come back.
    let lost = (standing?.nodes ?? []).filter { !choice.nodes.contains($0) && !view.isUsable($0) }
    plan.nodes = choice.nodes + lost.prefix(choice.missing)
    if plan.nodes.isEmpty { plan.nodes = standing?.nodes ?? [] }
    let list = plan.nodes.joined(separator: ",")
    let users = order.state == .open ? order.users.sorted().joined(separator: ",") : "-"
    func revise(_ nodes: String, _ users: String, from start: String = "-") -> ClusterChange {
      ClusterChange(["revise", name, start, "\(span.to)", nodes, users, configuration.account])
    }
    if !choice.overstaying.isEmpty {
      plan.changes.append(ClusterChange(["signal", "CANCEL"] + choice.overstaying.map { "\($0)" }))
    }
    guard let standing else {
      let start = "\(max(span.from, view.now))"
      plan.changes.append(
        ClusterChange(
          ["reserve", name, start, "\(span.to)", list, "-", configuration.account]))
      if order.state == .open { plan.changes.append(revise(list, users)) }
      return plan
    }
    let before = standing.nodes.joined(separator: ",")
    if order.state == .prepared, isOpen(standing) {
      plan.changes.append(revise(before, "-"))
      plan.changes.append(ClusterChange(["stop", name]))
    }
    let who = order.state == .open ? order.users.sorted() : ["root"]
    let begins = max(span.from, view.now)
    let moved = standing.start > view.now && standing.start != begins
    let resized = Set(standing.nodes) != Set(plan.nodes)
    if resized || standing.end != span.to || moved || standing.users.sorted() != who {
      let last = revise(list, users, from: moved ? "\(begins)" : "-")
      if plan.changes.last?.words.first == "stop", !resized, standing.end == span.to, !moved {
        return plan
      }
      plan.changes.append(last)
    }
    let working = Set(
      view.jobs.filter { $0.isOnNodes && $0.reservation == name }.flatMap(\.nodes))
    plan.surrendered = standing.nodes.filter { !plan.nodes.contains($0) && working.contains($0) }
    return plan
  }

  /// How a lease stands, from what the controller says of it.
  /// - Parameter jobs: what is on its nodes; nil when nobody has looked.
  func allocation(
    _ lease: String, _ reservation: ClusterReservation, pools: [PoolNodes], view: ClusterView,
    jobs: [QueuedJob]? = nil
  ) -> Allocation? {
    guard let pool = pools.first(where: { !Set($0.names).isDisjoint(with: reservation.nodes) })
    else { return nil }
    let lost = reservation.nodes.filter { !view.isUsable($0) }
    let open = isOpen(reservation) && reservation.start <= view.now
    let gpus = reservation.nodes.filter { !lost.contains($0) }
      .reduce(0) { $0 + (view.nodes[$1]?.gpus ?? 0) }
    var note: String?
    if !lost.isEmpty {
      note = "degraded: not usable now: \(lost.joined(separator: " "))"
    }
    return Allocation(
      lease: lease, pool: pool.pool.name, gpus: gpus, state: open ? .open : .prepared,
      access: access(lease, pool.pool, reservation),
      users: isOpen(reservation) ? reservation.users.sorted() : nil, note: note,
      nodes: Int64(reservation.nodes.count), others: others(in: reservation, jobs, at: view.now))
  }

  /// Jobs on the nodes of a lease that has begun and are none of it; nil before, and without a look at jobs.
  private func others(
    in reservation: ClusterReservation, _ jobs: [QueuedJob]?, at now: Int64
  ) -> Int64? {
    guard reservation.start <= now, let jobs else { return nil }
    let nodes = Set(reservation.nodes)
    return Int64(
      jobs.count {
        $0.isOnNodes && $0.reservation != reservation.name && !nodes.isDisjoint(with: $0.nodes)
      })
  }

  private func access(
    _ lease: String, _ pool: SlurmConfiguration.Pool, _ reservation: ClusterReservation
  ) -> [String: String] {
    AccessFacts(configuration).facts(
      lease: lease, account: configuration.account, partition: pool.partition,
      reservation: reservation.name, users: isOpen(reservation) ? reservation.users : [])
  }
}
