extension Wire {
  /// The right to use GPUs of one pool, and what came of it.
  package struct Lease: WireValue {
    package var lease: String
    package var bid: String
    package var tenant: String
    package var site: String
    package var pool: String
    package var chip: String
    package var start: WireTime
    package var end: WireTime
    package var exclusive: Bool
    package var steps: [LeaseStep]
    package var state: LeaseState
    package var endedAt: WireTime?
    package var price: WireMoney
    package var total: WireMoney
    package var delivered: GPUSeconds
    package var used: GPUSeconds
    package var charged: WireMoney
    package var award: String?
    package var fund: WireMoney?
    package var label: String?
    package var position: Position
    /// How well its trade is vouched for; absent where no checkpoints are published.
    package var proof: EntryStanding?

    package init(
      lease: String, bid: String, tenant: String, site: String, pool: String, chip: String,
      start: WireTime, end: WireTime, exclusive: Bool, steps: [LeaseStep], state: LeaseState,
      endedAt: WireTime? = nil, price: WireMoney, total: WireMoney, delivered: GPUSeconds,
      used: GPUSeconds, charged: WireMoney, award: String? = nil, fund: WireMoney? = nil,
      label: String? = nil, position: Position, proof: EntryStanding? = nil
    ) {
      self.proof = proof
      self.lease = lease
      self.bid = bid
      self.tenant = tenant
      self.site = site
      self.pool = pool
      self.chip = chip
      self.start = start
      self.end = end
      self.exclusive = exclusive
      self.steps = steps
      self.state = state
      self.endedAt = endedAt
      self.price = price
      self.total = total
      self.delivered = delivered
      self.used = used
      self.charged = charged
      self.award = award
      self.fund = fund
      self.label = label
      self.position = position
    }

    package static let schema = Schema.object(
      "Lease", "The right to use GPUs of one pool, and what came of it.",
      [
        .required("lease", .text(.id)),
        .required("bid", .text(.id)),
        .required("tenant", .text(.id)),
        .required("site", .text(.id)),
        .required("pool", .text(.id)),
        .required("chip", .text(.id)),
        .required("start", .text(.time)),
        .required("end", .text(.time)),
        .required("exclusive", .boolean),
        .required("steps", .array(LeaseStep.schema, 0...10_000)),
        .required("state", LeaseState.schema),
        .optional("endedAt", .text(.time)),
        .required("price", .text(.money(.any)), "Mean per GPU-hour, in the site's currency."),
        .required(
          "total", .text(.money(.any)),
          "What it costs the tenant when all is delivered, fee included."),
        .required("delivered", .text(.gpuTime)),
        .required("used", .text(.gpuTime)),
        .required("charged", .text(.money(.any)), "To the tenant, fee included."),
        .optional("award", .text(.id)),
        .optional("fund", .text(.money(.any)), "What the award paid beside it."),
        .optional("label", .text(.words(1...80))),
        .required("position", .text(.position)),
        .optional("proof", EntryStanding.schema, "How well its trade is vouched for."),
      ])
  }

  /// How to get in, as the site reported it.
  package struct LeaseAccess: WireValue {
    package var lease: String
    package var state: LeaseState
    package var access: [String: String]

    package init(lease: String, state: LeaseState, access: [String: String]) {
      self.lease = lease
      self.state = state
      self.access = access
    }

    package static let schema = Schema.object(
      "LeaseAccess", "How to get in, as the site reported it.",
      [
        .required("lease", .text(.id)),
        .required("state", LeaseState.schema),
        .required("access", .map(to: .words(1...1_024), 0...32)),
      ])
  }
}
