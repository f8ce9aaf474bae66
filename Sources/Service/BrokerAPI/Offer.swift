extension Wire {
  /// A site's whole schedule: it replaces the one before.
  package struct PublishOffer: RequestBody {
    package var generation: Int64
    package var sellUntil: WireTime
    package var pools: [OfferedPool]

    package init(generation: Int64, sellUntil: WireTime, pools: [OfferedPool]) {
      self.generation = generation
      self.sellUntil = sellUntil
      self.pools = pools
    }

    package static let schema = Schema.object(
      "PublishOffer", "A site's whole schedule: it replaces the one before.",
      [
        .required(
          "generation", .integer(0...1_000_000_000_000),
          "Higher than that of the offer in force."),
        .required(
          "sellUntil", .text(.time),
          "Until when Sampan may sell; the spans may reach further."),
        .required("pools", .array(OfferedPool.schema, 1...64)),
      ])
  }

  /// What one pool gives, leased capacity included.
  package struct OfferedPool: WireValue {
    package var pool: String
    package var chip: String
    package var fabric: String
    package var unit: Int
    package var node: Int?
    package var reclaim: ReclaimTerm
    package var lease: LeaseLimits?
    package var spans: [OfferedSpan]

    package init(
      pool: String, chip: String, fabric: String, unit: Int, node: Int? = nil, reclaim: ReclaimTerm,
      lease: LeaseLimits? = nil, spans: [OfferedSpan]
    ) {
      self.pool = pool
      self.chip = chip
      self.fabric = fabric
      self.unit = unit
      self.node = node
      self.reclaim = reclaim
      self.lease = lease
      self.spans = spans
    }

    package static let schema = Schema.object(
      "OfferedPool", "What one pool gives, leased capacity included.",
      [
        .required("pool", .text(.id)),
        .required("chip", .text(.id)),
        .required("fabric", .text(.id)),
        .required("unit", .integer(1...1_024), "GPUs that are guaranteed together on one node."),
        .optional(
          "node", .integer(1...1_024),
          "GPUs of one node, what an exclusive bid takes whole; 8 when left out."),
        .required("reclaim", .text(.reclaim)),
        .optional("lease", LeaseLimits.schema),
        .required("spans", .array(OfferedSpan.schema, 1...1_000)),
      ])
  }

  /// How much of a pool its centre lets one tenant have, and for how long.
  package struct LeaseLimits: WireValue {
    package var shortest: Int?
    package var longest: Int?
    package var mostGpus: Int?

    package init(shortest: Int? = nil, longest: Int? = nil, mostGpus: Int? = nil) {
      self.shortest = shortest
      self.longest = longest
      self.mostGpus = mostGpus
    }

    package static let schema = Schema.object(
      "LeaseLimits", "How much of a pool its centre lets one tenant have, and for how long.",
      [
        .optional("shortest", .integer(1...70_080), "Quarter hours of the shortest lease."),
        .optional("longest", .integer(1...70_080), "Quarter hours of the longest lease."),
        .optional(
          "mostGpus", .integer(1...1_000_000),
          "GPUs that one tenant has at one time at most, all its leases together."),
      ])
  }

  /// GPUs of a pool between two instants, and the lowest price for them.
  package struct OfferedSpan: WireValue {
    package var from: WireTime
    package var to: WireTime
    package var gpus: Int
    package var ask: WireMoney

    package init(from: WireTime, to: WireTime, gpus: Int, ask: WireMoney) {
      self.from = from
      self.to = to
      self.gpus = gpus
      self.ask = ask
    }

    package static let schema = Schema.object(
      "OfferedSpan", "GPUs of a pool between two instants, and the lowest price for them.",
      [
        .required("from", .text(.time)),
        .required("to", .text(.time)),
        .required("gpus", .integer(1...1_000_000), "A multiple of the pool's unit."),
        .required("ask", .text(.money(.price)), "Per GPU-hour, in the site's currency."),
      ])
  }

  /// Ends the right to sell; what is sold stays sold.
  package struct WithdrawOffer: RequestBody {
    package var generation: Int64

    package init(generation: Int64) {
      self.generation = generation
    }

    package static let schema = Schema.object(
      "WithdrawOffer", "Ends the right to sell; what is sold stays sold.",
      [
        .required(
          "generation", .integer(0...1_000_000_000_000),
          "Higher than that of the offer in force.")
      ])
  }

  /// GPUs of a pool that a site takes back, or has lost, for a time.
  package struct ReclaimCapacity: RequestBody {
    package var pool: String
    package var gpus: Int
    package var from: WireTime
    package var to: WireTime

    package init(pool: String, gpus: Int, from: WireTime, to: WireTime) {
      self.pool = pool
      self.gpus = gpus
      self.from = from
      self.to = to
    }

    package static let schema = Schema.object(
      "ReclaimCapacity", "GPUs of a pool that a site takes back, or has lost, for a time.",
      [
        .required("pool", .text(.id)),
        .required("gpus", .integer(1...1_000_000)),
        .required("from", .text(.time), "A whole quarter hour."),
        .required("to", .text(.time), "A whole quarter hour."),
      ])
  }

  /// The schedule of a site that is in force.
  package struct Offer: WireValue {
    package var site: String
    package var generation: Int64
    package var sellUntil: WireTime
    package var pools: [OfferedPool]
    package var publishedAt: WireTime
    package var position: Position

    package init(
      site: String, generation: Int64, sellUntil: WireTime, pools: [OfferedPool],
      publishedAt: WireTime, position: Position
    ) {
      self.site = site
      self.generation = generation
      self.sellUntil = sellUntil
      self.pools = pools
      self.publishedAt = publishedAt
      self.position = position
    }

    package static let schema = Schema.object(
      "Offer", "The schedule of a site that is in force.",
      [
        .required("site", .text(.id)),
        .required("generation", .integer(0...1_000_000_000_000)),
        .required("sellUntil", .text(.time)),
        .required("pools", .array(OfferedPool.schema, 0...10_000)),
        .required("publishedAt", .text(.time)),
        .required("position", .text(.position)),
      ])
  }
}
