extension Wire {
  /// A demand with up to eight alternatives, of which at most one is filled.
  package struct PlaceBid: RequestBody {
    package var kind: BidKind
    package var alternatives: [Alternative]
    package var earliest: WireTime
    package var latestEnd: WireTime
    package var together: Int?
    package var exclusive: Bool?
    package var reclaim: ReclaimTerm
    package var near: Nearness?
    package var `where`: Whereabouts?
    package var dataClass: String?
    package var project: String?
    package var ifDisplaced: Displacement?
    package var label: String?
    package var award: String?

    package init(
      kind: BidKind, alternatives: [Alternative], earliest: WireTime, latestEnd: WireTime,
      together: Int? = nil, exclusive: Bool? = nil, reclaim: ReclaimTerm, near: Nearness? = nil,
      where: Whereabouts? = nil, dataClass: String? = nil, project: String? = nil,
      ifDisplaced: Displacement? = nil,
      label: String? = nil, award: String? = nil
    ) {
      self.kind = kind
      self.alternatives = alternatives
      self.earliest = earliest
      self.latestEnd = latestEnd
      self.together = together
      self.exclusive = exclusive
      self.reclaim = reclaim
      self.near = near
      self.where = `where`
      self.dataClass = dataClass
      self.project = project
      self.ifDisplaced = ifDisplaced
      self.label = label
      self.award = award
    }

    package static let schema = Schema.object(
      "PlaceBid", "A demand with up to eight alternatives, of which at most one is filled.",
      [
        .required("kind", BidKind.schema),
        .required("alternatives", .array(Alternative.schema, 1...8)),
        .required("earliest", .text(.time), "No GPU before this."),
        .required("latestEnd", .text(.time), "No GPU after this."),
        .optional(
          "together", .integer(1...1_024),
          "GPUs that must share a node; divides the number of GPUs."),
        .optional("exclusive", .boolean, "Whole nodes that nobody else uses."),
        .required(
          "reclaim", .text(.reclaim),
          "The shortest notice that the bid accepts; never: firm capacity only."),
        .optional("near", Nearness.schema),
        .optional("where", Whereabouts.schema),
        .optional("dataClass", .text(.id), "Only sites that are certified for it."),
        .optional("project", .text(.id), "Whose budget it also counts against."),
        .optional("ifDisplaced", Displacement.schema),
        .optional(
          "label", .text(.words(1...80)),
          "The tenant's own word for it; kept in the directory."),
        .optional("award", .text(.id), "The award that pays a share; it bids at its sites alone."),
      ])
  }

  /// One way to fill a bid.
  package struct Alternative: WireValue {
    package var chip: String
    package var gpus: Int
    package var least: Int?
    package var quarters: Int
    package var limit: WireMoney

    package init(chip: String, gpus: Int, least: Int? = nil, quarters: Int, limit: WireMoney) {
      self.chip = chip
      self.gpus = gpus
      self.least = least
      self.quarters = quarters
      self.limit = limit
    }

    package static let schema = Schema.object(
      "Alternative", "One way to fill a bid.",
      [
        .required("chip", .text(.id)),
        .required("gpus", .integer(1...1_000_000), "For an elastic bid, the most."),
        .optional("least", .integer(1...1_000_000), "Elastic bids: the firm base."),
        .required("quarters", .integer(1...70_080), "How long, in quarter hours."),
        .required("limit", .text(.money(.limit)), "The highest price per GPU-hour, all-in."),
      ])
  }

  /// From where latency counts, and how much.
  package struct Nearness: WireValue {
    package var metro: String
    package var pricePerMs: WireMoney?
    package var maxMs: Int?

    package init(metro: String, pricePerMs: WireMoney? = nil, maxMs: Int? = nil) {
      self.metro = metro
      self.pricePerMs = pricePerMs
      self.maxMs = maxMs
    }

    package static let schema = Schema.object(
      "Nearness", "From where latency counts, and how much.",
      [
        .required("metro", .text(.id)),
        .optional(
          "pricePerMs", .text(.money(.latencyPrice)),
          "What a millisecond costs the tenant, per GPU-hour."),
        .optional("maxMs", .integer(0...10_000), "No site further than this."),
      ])
  }

  /// Where a bid may and may not land.
  package struct Whereabouts: WireValue {
    package var jurisdictions: [Jurisdiction]?
    package var sites: [String]?
    package var notSites: [String]?

    package init(
      jurisdictions: [Jurisdiction]? = nil, sites: [String]? = nil, notSites: [String]? = nil
    ) {
      self.jurisdictions = jurisdictions
      self.sites = sites
      self.notSites = notSites
    }

    package static let schema = Schema.object(
      "Whereabouts", "Where a bid may and may not land.",
      [
        .optional("jurisdictions", .array(Jurisdiction.schema, 1...3, distinct: true)),
        .optional("sites", .array(.text(.id), 1...32, distinct: true)),
        .optional("notSites", .array(.text(.id), 1...32, distinct: true)),
      ])
  }

  /// A bid with its life so far.
  package struct Bid: WireValue {
    package var bid: String
    package var tenant: String
    package var kind: BidKind
    package var alternatives: [Alternative]
    package var earliest: WireTime
    package var latestEnd: WireTime
    package var together: Int?
    package var exclusive: Bool
    package var reclaim: ReclaimTerm
    package var near: Nearness?
    package var `where`: Whereabouts?
    package var dataClass: String?
    package var project: String?
    package var ifDisplaced: Displacement?
    package var label: String?
    package var replaced: Replaced?
    package var award: String?
    package var state: BidState
    package var hold: WireMoney
    package var placedAt: WireTime
    package var position: Position
    package var round: Int64?
    package var fills: [Fill]
    /// How well its entry is vouched for; absent where no checkpoints are published.
    package var proof: EntryStanding?

    package init(
      bid: String, tenant: String, kind: BidKind, alternatives: [Alternative], earliest: WireTime,
      latestEnd: WireTime, together: Int? = nil, exclusive: Bool, reclaim: ReclaimTerm,
      near: Nearness? = nil, where: Whereabouts? = nil, dataClass: String? = nil,
      project: String? = nil, ifDisplaced: Displacement? = nil, label: String? = nil,
      award: String? = nil, replaced: Replaced? = nil, state: BidState, hold: WireMoney,
      placedAt: WireTime,
      position: Position, round: Int64? = nil, fills: [Fill], proof: EntryStanding? = nil
    ) {
      self.proof = proof
      self.bid = bid
      self.tenant = tenant
      self.kind = kind
      self.alternatives = alternatives
      self.earliest = earliest
      self.latestEnd = latestEnd
      self.together = together
      self.exclusive = exclusive
      self.reclaim = reclaim
      self.near = near
      self.where = `where`
      self.dataClass = dataClass
      self.project = project
      self.ifDisplaced = ifDisplaced
      self.label = label
      self.replaced = replaced
      self.award = award
      self.state = state
      self.hold = hold
      self.placedAt = placedAt
      self.position = position
      self.round = round
      self.fills = fills
    }

    package static let schema = Schema.object(
      "Bid", "A bid with its life so far.",
      [
        .required("bid", .text(.id)),
        .required("tenant", .text(.id)),
        .required("kind", BidKind.schema),
        .required("alternatives", .array(Alternative.schema, 0...10_000)),
        .required("earliest", .text(.time)),
        .required("latestEnd", .text(.time)),
        .optional("together", .integer(1...1_024)),
        .required("exclusive", .boolean),
        .required("reclaim", .text(.reclaim)),
        .optional("near", Nearness.schema),
        .optional("where", Whereabouts.schema),
        .optional("dataClass", .text(.id)),
        .optional("project", .text(.id)),
        .optional("ifDisplaced", Displacement.schema),
        .optional("label", .text(.words(1...80))),
        .optional("replaced", Replaced.schema, "What is left of a lease that lost its place."),
        .optional("award", .text(.id)),
        .required("state", BidState.schema),
        .required("hold", .text(.money(.any)), "What is held for it now."),
        .required("placedAt", .text(.time)),
        .required("position", .text(.position)),
        .optional(
          "round", .integer(0...1_000_000_000_000),
          "Filled: the round that filled it; else the next that will look at it."),
        .required("fills", .array(Fill.schema, 0...10_000)),
        .optional("proof", EntryStanding.schema, "How well its entry is vouched for."),
      ])
  }

  /// What a bid got in one pool.
  package struct Fill: WireValue {
    package var round: Int64
    package var alternative: Int
    package var site: String
    package var pool: String
    package var chip: String
    package var gpus: Int
    package var start: WireTime
    package var end: WireTime
    package var price: WireMoney
    package var total: WireMoney
    package var fee: WireMoney
    package var fund: WireMoney?
    package var lease: String

    package init(
      round: Int64, alternative: Int, site: String, pool: String, chip: String, gpus: Int,
      start: WireTime, end: WireTime, price: WireMoney, total: WireMoney, fee: WireMoney,
      fund: WireMoney? = nil, lease: String
    ) {
      self.round = round
      self.alternative = alternative
      self.site = site
      self.pool = pool
      self.chip = chip
      self.gpus = gpus
      self.start = start
      self.end = end
      self.price = price
      self.total = total
      self.fee = fee
      self.fund = fund
      self.lease = lease
    }

    package static let schema = Schema.object(
      "Fill", "What a bid got in one pool.",
      [
        .required("round", .integer(0...1_000_000_000_000)),
        .required("alternative", .integer(0...7), "Which alternative, counted from 0."),
        .required("site", .text(.id)),
        .required("pool", .text(.id)),
        .required("chip", .text(.id)),
        .required("gpus", .integer(1...1_000_000)),
        .required("start", .text(.time)),
        .required("end", .text(.time)),
        .required("price", .text(.money(.any)), "Mean price per GPU-hour, in the site's currency."),
        .required(
          "total", .text(.money(.any)),
          "What it costs the tenant when all is delivered, fee included."),
        .required("fee", .text(.money(.any))),
        .optional("fund", .text(.money(.any)), "What an award pays beside the tenant."),
        .required("lease", .text(.id)),
      ])
  }
}
