extension Wire {
  /// One deliverable place of a centre.
  package struct RegisterSite: RequestBody {
    package var site: String
    package var centre: String
    package var jurisdiction: Jurisdiction
    package var metro: String
    package var currency: CurrencyCode

    package init(
      site: String, centre: String, jurisdiction: Jurisdiction, metro: String,
      currency: CurrencyCode
    ) {
      self.site = site
      self.centre = centre
      self.jurisdiction = jurisdiction
      self.metro = metro
      self.currency = currency
    }

    package static let schema = Schema.object(
      "RegisterSite", "One deliverable place of a centre.",
      [
        .required("site", .text(.id)),
        .required("centre", .text(.id), "The party that owns it."),
        .required("jurisdiction", Jurisdiction.schema),
        .required("metro", .text(.id), "The town from which latencies are counted."),
        .required("currency", CurrencyCode.schema, "The currency of its asks and prices."),
      ])
  }

  /// A site with what it sells and what it may hold.
  package struct Site: WireValue {
    package var site: String
    package var centre: String
    package var jurisdiction: Jurisdiction
    package var metro: String
    package var currency: CurrencyCode
    package var certified: [Certificate]
    package var pools: [Pool]
    package var generation: Int64?
    package var sellUntil: WireTime?

    package init(
      site: String, centre: String, jurisdiction: Jurisdiction, metro: String,
      currency: CurrencyCode, certified: [Certificate], pools: [Pool], generation: Int64? = nil,
      sellUntil: WireTime? = nil
    ) {
      self.site = site
      self.centre = centre
      self.jurisdiction = jurisdiction
      self.metro = metro
      self.currency = currency
      self.certified = certified
      self.pools = pools
      self.generation = generation
      self.sellUntil = sellUntil
    }

    package static let schema = Schema.object(
      "Site", "A site with what it sells and what it may hold.",
      [
        .required("site", .text(.id)),
        .required("centre", .text(.id)),
        .required("jurisdiction", Jurisdiction.schema),
        .required("metro", .text(.id)),
        .required("currency", CurrencyCode.schema),
        .required("certified", .array(Certificate.schema, 0...10_000)),
        .required("pools", .array(Pool.schema, 0...10_000)),
        .optional(
          "generation", .integer(0...1_000_000_000_000),
          "Of the offer in force; absent before the first."),
        .optional("sellUntil", .text(.time), "Until when Sampan may sell what the site offers."),
      ])
  }

  /// A data class that a site may process, and until when.
  package struct Certificate: WireValue {
    package var dataClass: String
    package var until: WireTime
    package var state: EvidenceState
    package var filing: String?
    package var filed: WireTime?

    package init(
      dataClass: String, until: WireTime, state: EvidenceState, filing: String? = nil,
      filed: WireTime? = nil
    ) {
      self.dataClass = dataClass
      self.until = until
      self.state = state
      self.filing = filing
      self.filed = filed
    }

    package static let schema = Schema.object(
      "Certificate", "A data class that a site may process, and until when.",
      [
        .required("dataClass", .text(.id)),
        .required("until", .text(.time)),
        .required("state", EvidenceState.schema, "As of the market's time now."),
        .optional("filing", .text(.id), "The number that the evidence was filed under."),
        .optional("filed", .text(.time), "When it was filed."),
      ])
  }

  /// Gives a site the right to process a data class.
  package struct CertifySite: RequestBody {
    package var dataClass: String
    package var until: WireTime
    package var filing: String?
    package var filed: WireTime?

    package init(
      dataClass: String, until: WireTime, filing: String? = nil, filed: WireTime? = nil
    ) {
      self.dataClass = dataClass
      self.until = until
      self.filing = filing
      self.filed = filed
    }

    package static let schema = Schema.object(
      "CertifySite", "Gives a site the right to process a data class.",
      [
        .required("dataClass", .text(.id)),
        .required("until", .text(.time)),
        .optional("filing", .text(.id), "The number that the evidence was filed under."),
        .optional("filed", .text(.time), "When it was filed; goes with filing."),
      ])
  }

  /// GPUs of one chip in one fabric at one site, of one class.
  package struct Pool: WireValue {
    package var pool: String
    package var chip: String
    package var fabric: String
    package var unit: Int
    package var reclaim: ReclaimTerm
    package var lease: LeaseLimits?

    package init(
      pool: String, chip: String, fabric: String, unit: Int, reclaim: ReclaimTerm,
      lease: LeaseLimits? = nil
    ) {
      self.pool = pool
      self.chip = chip
      self.fabric = fabric
      self.unit = unit
      self.reclaim = reclaim
      self.lease = lease
    }

    package static let schema = Schema.object(
      "Pool", "GPUs of one chip in one fabric at one site, of one class.",
      [
        .required("pool", .text(.id)),
        .required("chip", .text(.id)),
        .required("fabric", .text(.id)),
        .required("unit", .integer(1...1_024), "GPUs that are guaranteed together on one node."),
        .required("reclaim", .text(.reclaim)),
        .optional("lease", LeaseLimits.schema),
      ])
  }

  /// Round-trip times that a site measured.
  package struct ReportLatencies: RequestBody {
    package var items: [Latency]

    package init(items: [Latency]) {
      self.items = items
    }

    package static let schema = Schema.object(
      "ReportLatencies", "Round-trip times that a site measured.",
      [
        .required("items", .array(Latency.schema, 1...64))
      ])
  }

  /// The median round-trip time to a metro.
  package struct Latency: WireValue {
    package var metro: String
    package var roundTripMs: Int

    package init(metro: String, roundTripMs: Int) {
      self.metro = metro
      self.roundTripMs = roundTripMs
    }

    package static let schema = Schema.object(
      "Latency", "The median round-trip time to a metro.",
      [
        .required("metro", .text(.id)),
        .required("roundTripMs", .integer(0...10_000), "Milliseconds, rounded up."),
      ])
  }
}
