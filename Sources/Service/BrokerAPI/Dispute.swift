extension Wire {
  /// open: two persons have yet to decide; upheld: less was delivered; rejected: the site's readings
  /// stand.
  package enum DisputeState: String, WireWord { case open, upheld, rejected }

  /// A tenant's word against a site's on what was delivered on a market day.
  package struct Dispute: WireValue {
    package var dispute: String
    package var lease: String
    package var day: WireTime
    package var tenant: String
    package var centre: String
    package var state: DisputeState
    package var openedAt: WireTime
    package var decidedAt: WireTime?
    package var claimed: GPUSeconds?
    package var charged: GPUSeconds?
    package var delivered: GPUSeconds?
    package var returned: WireMoney
    package var evidence: [Evidence]

    package init(
      dispute: String, lease: String, day: WireTime, tenant: String, centre: String,
      state: DisputeState, openedAt: WireTime, decidedAt: WireTime? = nil,
      claimed: GPUSeconds? = nil, charged: GPUSeconds? = nil, delivered: GPUSeconds? = nil,
      returned: WireMoney, evidence: [Evidence]
    ) {
      self.dispute = dispute
      self.lease = lease
      self.day = day
      self.tenant = tenant
      self.centre = centre
      self.state = state
      self.openedAt = openedAt
      self.decidedAt = decidedAt
      self.claimed = claimed
      self.charged = charged
      self.delivered = delivered
      self.returned = returned
      self.evidence = evidence
    }

    package static let schema = Schema.object(
      "Dispute", "A tenant's word against a site's on what was delivered on a market day.",
      [
        .required("dispute", .text(.id)),
        .required("lease", .text(.id)),
        .required("day", .text(.time), "When that market day begins."),
        .required("tenant", .text(.id)),
        .required("centre", .text(.id)),
        .required("state", DisputeState.schema),
        .required("openedAt", .text(.time)),
        .optional("decidedAt", .text(.time)),
        .optional("claimed", .text(.gpuTime), "Delivered by the tenant's own reading."),
        .optional("charged", .text(.gpuTime), "As charged; left out while the day waits for it."),
        .optional("delivered", .text(.gpuTime), "As decided."),
        .required("returned", .text(.money(.any)), "What the tenant got back, fee included."),
        .required("evidence", .array(Evidence.schema, 0...64)),
      ])
  }

  /// What one side of a dispute shows.
  package struct Evidence: WireValue {
    package var party: String
    package var at: WireTime
    package var digest: String
    package var text: String?

    package init(party: String, at: WireTime, digest: String, text: String? = nil) {
      self.party = party
      self.at = at
      self.digest = digest
      self.text = text
    }

    package static let schema = Schema.object(
      "Evidence", "What one side of a dispute shows.",
      [
        .required("party", .text(.id)),
        .required("at", .text(.time)),
        .required("digest", .text(.hexadecimal(64)), "SHA-256 of the words, as in the ledger."),
        .optional("text", .text(.words(1...1_000)), "Left out once it was erased."),
      ])
  }

  /// That less was delivered on a market day than the site says.
  package struct OpenDispute: RequestBody {
    package var day: WireTime
    package var delivered: GPUSeconds?
    package var evidence: String

    package init(day: WireTime, delivered: GPUSeconds? = nil, evidence: String) {
      self.day = day
      self.delivered = delivered
      self.evidence = evidence
    }

    package static let schema = Schema.object(
      "OpenDispute", "That less was delivered on a market day than the site says.",
      [
        .required("day", .text(.time), "Any time of that market day."),
        .optional("delivered", .text(.gpuTime), "Of that day, by the tenant's own reading."),
        .required(
          "evidence", .text(.words(1...1_000)),
          "What speaks for it; only its SHA-256 enters the ledger."),
      ])
  }

  /// More to show in a dispute.
  package struct AddEvidence: RequestBody {
    package var evidence: String

    package init(evidence: String) { self.evidence = evidence }

    package static let schema = Schema.object(
      "AddEvidence", "More to show in a dispute.",
      [
        .required(
          "evidence", .text(.words(1...1_000)), "Only its SHA-256 enters the ledger.")
      ])
  }

  /// How a dispute ends.
  package struct DecideDispute: RequestBody {
    package var delivered: GPUSeconds?

    package init(delivered: GPUSeconds? = nil) { self.delivered = delivered }

    package static let schema = Schema.object(
      "DecideDispute", "How a dispute ends.",
      [
        .optional(
          "delivered", .text(.gpuTime),
          "What was delivered on that day; left out: the site's readings stand.")
      ])
  }

  /// That a charge was too high.
  package struct CorrectCharge: RequestBody {
    package var day: WireTime
    package var delivered: GPUSeconds
    package var reason: String

    package init(day: WireTime, delivered: GPUSeconds, reason: String) {
      self.day = day
      self.delivered = delivered
      self.reason = reason
    }

    package static let schema = Schema.object(
      "CorrectCharge", "That a charge was too high.",
      [
        .required("day", .text(.time), "Any time of that market day."),
        .required("delivered", .text(.gpuTime), "What was delivered on that day."),
        .required(
          "reason", .text(.words(1...1_000)), "Only its SHA-256 enters the ledger."),
      ])
  }
}
