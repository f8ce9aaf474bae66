extension Wire {
  /// The whole set of leases that a site is to hold, at one position.
  package struct Wanted: WireValue {
    package var position: Position
    package var clock: Clock
    package var leases: [WantedLease]
    package var tenants: [LeaseTenant]

    package init(
      position: Position, clock: Clock, leases: [WantedLease], tenants: [LeaseTenant] = []
    ) {
      self.position = position
      self.clock = clock
      self.leases = leases
      self.tenants = tenants
    }

    package static let schema = Schema.object(
      "Wanted", "The whole set of leases that a site is to hold, at one position.",
      [
        .required("position", .text(.position)),
        .required("clock", Clock.schema),
        .required("leases", .array(WantedLease.schema, 0...10_000)),
        .required(
          "tenants", .array(LeaseTenant.schema, 0...10_000), "Each tenant of the leases once."),
      ])
  }

  /// Who of a tenant may use its leases.
  package struct LeaseTenant: WireValue {
    package var tenant: String
    /// At most so many; a tenant's first ones count.
    package static let mostMembers = 1_000
    package var members: [String]

    package init(tenant: String, members: [String]) {
      self.tenant = tenant
      self.members = members
    }

    package static let schema = Schema.object(
      "LeaseTenant", "Who of a tenant may use its leases.",
      [
        .required("tenant", .text(.id)),
        .required(
          "members", .array(.text(.id), 0...mostMembers),
          "Its traders, by the names that the ledger has for them: oldest first."),
      ])
  }

  /// A lease that the agent has not yet reported closed.
  package struct WantedLease: WireValue {
    package var lease: String
    package var pool: String
    package var chip: String
    package var tenant: String
    package var start: WireTime
    package var end: WireTime
    package var exclusive: Bool
    package var steps: [LeaseStep]
    package var endedAt: WireTime?

    package init(
      lease: String, pool: String, chip: String, tenant: String, start: WireTime, end: WireTime,
      exclusive: Bool, steps: [LeaseStep], endedAt: WireTime? = nil
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
    }

    package static let schema = Schema.object(
      "WantedLease", "A lease that the agent has not yet reported closed.",
      [
        .required("lease", .text(.id)),
        .required("pool", .text(.id)),
        .required("chip", .text(.id)),
        .required("tenant", .text(.id)),
        .required("start", .text(.time)),
        .required("end", .text(.time)),
        .required("exclusive", .boolean),
        .required("steps", .array(LeaseStep.schema, 0...10_000)),
        .optional(
          "endedAt", .text(.time),
          "When the tenant or the ledger ended it before its end."),
      ])
  }

  /// How many GPUs a lease has between two instants.
  package struct LeaseStep: WireValue {
    package var from: WireTime
    package var to: WireTime
    package var gpus: Int

    package init(from: WireTime, to: WireTime, gpus: Int) {
      self.from = from
      self.to = to
      self.gpus = gpus
    }

    package static let schema = Schema.object(
      "LeaseStep", "How many GPUs a lease has between two instants.",
      [
        .required("from", .text(.time)),
        .required("to", .text(.time)),
        .required("gpus", .integer(0...1_000_000)),
      ])
  }

  /// What the agent did with a lease.
  package struct ReportLease: RequestBody {
    package var state: ReportedState
    package var access: [String: String]?
    /// What the centre's system shows of it.
    package var observed: Observation?

    package init(
      state: ReportedState, access: [String: String]? = nil, observed: Observation? = nil
    ) {
      self.state = state
      self.access = access
      self.observed = observed
    }

    package static let schema = Schema.object(
      "ReportLease", "What the agent did with a lease.",
      [
        .required("state", ReportedState.schema),
        .optional(
          "access", .map(to: .words(1...1_024), 0...32),
          "How the tenant gets in: short lines by name."),
        .optional("observed", Observation.schema, "What the centre's system shows of it."),
      ])
  }

  /// What a centre's system shows of a lease; what it does not tell is absent.
  package struct Observation: WireValue {
    package var nodes: Int64?
    package var others: Int64?
    package var wiped: Bool?

    package init(nodes: Int64? = nil, others: Int64? = nil, wiped: Bool? = nil) {
      self.nodes = nodes
      self.others = others
      self.wiped = wiped
    }

    package static let schema = Schema.object(
      "Observation", "What a centre's system shows of a lease.",
      [
        .optional("nodes", .integer(0...1_000_000), "Nodes that it had whole."),
        .optional(
          "others", .integer(0...1_000_000),
          "Jobs of others on its nodes, the most that were seen at once."),
        .optional("wiped", .boolean, "Whether what the tenant left was deleted."),
      ])
  }

  /// Delivered and used GPU-seconds of a site.
  package struct ReportReadings: RequestBody {
    package var readings: [Reading]

    package init(readings: [Reading]) {
      self.readings = readings
    }

    package static let schema = Schema.object(
      "ReportReadings", "Delivered and used GPU-seconds of a site.",
      [
        .required("readings", .array(Reading.schema, 1...500))
      ])
  }

  /// One lease, one interval inside one quarter hour.
  package struct Reading: WireValue {
    package var lease: String
    package var from: WireTime
    package var to: WireTime
    package var delivered: GPUSeconds
    package var used: GPUSeconds

    package init(
      lease: String, from: WireTime, to: WireTime, delivered: GPUSeconds, used: GPUSeconds
    ) {
      self.lease = lease
      self.from = from
      self.to = to
      self.delivered = delivered
      self.used = used
    }

    package static let schema = Schema.object(
      "Reading", "One lease, one interval inside one quarter hour.",
      [
        .required("lease", .text(.id)),
        .required("from", .text(.time)),
        .required("to", .text(.time)),
        .required("delivered", .text(.gpuTime), "Usable by the tenant; what is charged."),
        .required("used", .text(.gpuTime), "As the cluster counted it; never changes a bill."),
      ])
  }
}
