/// What a lease shall have on the centre's system from now on.
public struct AllocationOrder: Sendable, Hashable, Codable {
  /// With the gate closed or open.
  public enum State: String, Sendable, Hashable, Codable {
    /// Everything stands ready, nobody can use it yet.
    case prepared
    /// The tenant can use it.
    case open
  }

  /// The lease's name.
  public var lease: String
  /// The party that the lease belongs to; the centre's mapping turns it into accounts and people.
  public var tenant: String
  /// The pool's name at this site.
  public var pool: String
  /// What the pool is made of.
  public var chip: String
  /// Where the gate stands.
  public var state: State
  /// How many GPUs.
  public var gpus: Int64
  /// Whole nodes, no other tenant on them and none of the centre's own jobs.
  public var exclusive: Bool
  /// The lease's own start and end. Nothing is delivered before the one or after the other, even
  /// when no agent runs any more.
  public var start: Int64
  /// See `start`.
  public var end: Int64
  /// From when on this order should hold: the edge of the schedule that it came from.
  public var due: Int64
  /// Who of the tenant may use it, by the names that the centre's machines know them by, ascending.
  /// All of them, and nobody else. Empty when the centre leaves people to the adapter.
  public var users: [String]

  /// All members in their order.
  public init(
    lease: String, tenant: String, pool: String, chip: String, state: State, gpus: Int64,
    exclusive: Bool = false, start: Int64, end: Int64, due: Int64, users: [String] = []
  ) {
    self.lease = lease
    self.tenant = tenant
    self.pool = pool
    self.chip = chip
    self.state = state
    self.gpus = gpus
    self.exclusive = exclusive
    self.start = start
    self.end = end
    self.due = due
    self.users = users
  }

  /// The first thing that cannot be, nil when nothing is wrong.
  public var fault: String? {
    for name in [lease, tenant, pool, chip] where !Identifier.isValid(name) {
      return "\"\(name)\" is not a name (a-z 0-9 . _ : -, at most 64)"
    }
    guard (1...1_000_000).contains(gpus) else { return "\(gpus) GPUs; 1 to 1,000,000 are possible" }
    guard start >= 0, end > start else { return "the lease ends at \(end), not after its start" }
    for user in users where !Identifier.isUser(user) {
      return "\"\(user)\" is not a user (letters, digits, . _ - @ +, at most 64)"
    }
    return nil
  }
}

extension AllocationOrder: CustomStringConvertible {
  /// For a person.
  public var description: String {
    "\(state == .open ? "open" : "prepare") \(lease) of \(tenant): \(gpus) GPUs of \(pool)"
      + (exclusive ? ", whole nodes" : "")
      + (users.isEmpty ? "" : ", for \(users.joined(separator: " "))")
  }
}

/// What a lease has on the centre's system.
public struct Allocation: Sendable, Hashable, Codable {
  /// What of it is there.
  public enum State: String, Sendable, Hashable, Codable {
    /// Nothing of it is there.
    case absent
    /// Ready, gate closed.
    case prepared
    /// Usable by the tenant.
    case open
    /// There, but the tenant cannot use it; `note` says why.
    case failed
  }

  /// The lease's name.
  public var lease: String
  /// The pool's name at this site.
  public var pool: String
  /// How many GPUs.
  public var gpus: Int64
  /// Where the gate stands.
  public var state: State
  /// What the tenant needs to get in: host, account, submit line. Names are the adapter's own.
  public var access: [String: String]
  /// Who may use it, ascending; nil when that system does not tell. Then an agent orders it once
  /// more in each of its lives.
  public var users: [String]?
  /// When it was made on the centre's system; nil when that system does not tell.
  public var created: Int64?
  /// Why it failed, or what else a person should know.
  public var note: String?
  /// Nodes that it has whole; nil when it shares nodes or that system does not tell.
  public var nodes: Int64?
  /// Jobs of others on its nodes at this moment; nil when that system does not tell.
  public var others: Int64?

  /// All members in their order.
  public init(
    lease: String, pool: String, gpus: Int64, state: State, access: [String: String] = [:],
    users: [String]? = nil, created: Int64? = nil, note: String? = nil, nodes: Int64? = nil,
    others: Int64? = nil
  ) {
    self.nodes = nodes
    self.others = others
    self.lease = lease
    self.pool = pool
    self.gpus = gpus
    self.state = state
    self.access = access
    self.users = users
    self.created = created
    self.note = note
  }

  private enum CodingKeys: String, CodingKey {
    case lease, pool, gpus, state, access, users, created, note, nodes, others
  }

  /// Members that may be missing have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    lease = try values.decode(String.self, forKey: .lease)
    pool = try values.decode(String.self, forKey: .pool)
    gpus = try values.decode(Int64.self, forKey: .gpus)
    state = try values.decode(State.self, forKey: .state)
    access = try values.decodeIfPresent([String: String].self, forKey: .access) ?? [:]
    users = try values.decodeIfPresent([String].self, forKey: .users)
    created = try values.decodeIfPresent(Int64.self, forKey: .created)
    note = try values.decodeIfPresent(String.self, forKey: .note)
    nodes = try values.decodeIfPresent(Int64.self, forKey: .nodes)
    others = try values.decodeIfPresent(Int64.self, forKey: .others)
  }
}

/// What one lease was given and took inside an interval.
public struct Usage: Sendable, Hashable, Codable {
  /// The lease's name.
  public var lease: String
  /// Inclusive, ms.
  public var from: Int64
  /// Exclusive, ms.
  public var to: Int64
  /// GPU-milliseconds in which the lease was open and usable by the tenant. A node that is down,
  /// draining or not yet handed over does not count.
  public var delivered: Int64
  /// GPU-milliseconds that the tenant's jobs held, by the centre's own accounting.
  public var used: Int64

  /// All members in their order.
  public init(lease: String, from: Int64, to: Int64, delivered: Int64, used: Int64) {
    self.lease = lease
    self.from = from
    self.to = to
    self.delivered = delivered
    self.used = used
  }
}
