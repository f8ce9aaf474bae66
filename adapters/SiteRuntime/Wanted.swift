import AdapterKit

/// That many GPUs from one edge of the schedule to the next.
package struct WantedStep: Sendable, Hashable, Codable {
  package var from: Int64
  package var to: Int64
  package var gpus: Int64

  package init(from: Int64, to: Int64, gpus: Int64) {
    self.from = from
    self.to = to
    self.gpus = gpus
  }
}

/// A lease as the broker wants it at this site: times in market ms.
package struct WantedLease: Sendable, Hashable, Codable {
  package var lease: String
  package var pool: String
  package var chip: String
  package var tenant: String
  package var start: Int64
  package var end: Int64
  package var exclusive: Bool
  /// Ascending; gaps and zeros are times without GPUs.
  package var steps: [WantedStep]
  /// When it was ended before its end.
  package var endedAt: Int64?
  /// Who of the tenant may use it, by the ledger's names.
  package var members: [String]

  package init(
    lease: String, pool: String, chip: String, tenant: String, start: Int64, end: Int64,
    exclusive: Bool = false, steps: [WantedStep], endedAt: Int64? = nil,
    members: [String] = []
  ) {
    self.lease = lease
    self.pool = pool
    self.chip = chip
    self.tenant = tenant
    self.start = start
    self.end = end
    self.exclusive = exclusive
    self.steps = steps
    self.endedAt = endedAt
    self.members = members
  }

  private enum CodingKeys: String, CodingKey {
    case lease, pool, chip, tenant, start, end, exclusive, steps, endedAt, members
  }

  /// A spool of an older agent has no members.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    lease = try values.decode(String.self, forKey: .lease)
    pool = try values.decode(String.self, forKey: .pool)
    chip = try values.decode(String.self, forKey: .chip)
    tenant = try values.decode(String.self, forKey: .tenant)
    start = try values.decode(Int64.self, forKey: .start)
    end = try values.decode(Int64.self, forKey: .end)
    exclusive = try values.decode(Bool.self, forKey: .exclusive)
    steps = try values.decode([WantedStep].self, forKey: .steps)
    endedAt = try values.decodeIfPresent(Int64.self, forKey: .endedAt)
    members = try values.decodeIfPresent([String].self, forKey: .members) ?? []
  }

  /// When it really ends.
  package var close: Int64 { min(end, endedAt ?? end) }

  /// What the site should have of a lease at one moment.
  enum Desire: Equatable {
    /// Its time has not come.
    case nothing
    case order(AllocationOrder)
    /// Its time is over.
    case gone
  }

  /// Prepared `lead` ms before the start, open from the start on, resized at each edge, behind a
  /// closed gate in times without GPUs, gone at the end.
  func desire(at now: Int64, lead: Int64) -> Desire {
    guard now < close else { return .gone }
    guard now >= start - lead else { return .nothing }
    let used = steps.filter { $0.gpus > 0 }
    if now >= start, let step = used.first(where: { $0.from <= now && now < $0.to }) {
      return .order(order(.open, gpus: step.gpus, due: step.from))
    }
    guard let next = used.first(where: { $0.from > now }) ?? used.last else { return .nothing }
    let edge = used.last { $0.to <= now }?.to ?? start - lead
    return .order(order(.prepared, gpus: next.gpus, due: edge))
  }

  private func order(
    _ state: AllocationOrder.State, gpus: Int64, due: Int64
  ) -> AllocationOrder {
    AllocationOrder(
      lease: lease, tenant: tenant, pool: pool, chip: chip, state: state, gpus: gpus,
      exclusive: exclusive, start: start, end: close, due: due)
  }

  /// The next moment after now at which `desire` changes.
  func nextEdge(after now: Int64, lead: Int64) -> Int64? {
    var edges = [start - lead, start, close]
    for step in steps { edges += [step.from, step.to] }
    return edges.filter { $0 > now && $0 <= close }.min()
  }
}

/// Everything that the broker wants of a site at one position of the ledger.
package struct WantedSet: Sendable, Hashable, Codable {
  package var position: Int64
  /// Market time when the broker said so.
  package var asOf: Int64
  package var leases: [WantedLease]

  package init(position: Int64, asOf: Int64, leases: [WantedLease]) {
    self.position = position
    self.asOf = asOf
    self.leases = leases
  }
}
