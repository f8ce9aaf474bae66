extension Wire {
  /// What a tenant has done with an award.
  package struct ReportProgress: RequestBody {
    package var report: String

    package init(
      report: String
    ) {
      self.report = report
    }

    package static let schema = Schema.object(
      "ReportProgress", "What a tenant has done with an award.",
      [
        .required("report", .text(.words(1...4000)), "Only its SHA-256 enters the ledger.")
      ])
  }

  /// Ends an award: what is left goes back to the fund, and so much of what was paid.
  package struct ClawBack: RequestBody {
    package var amount: WireMoney?
    package var reason: String

    package init(
      amount: WireMoney? = nil, reason: String
    ) {
      self.amount = amount
      self.reason = reason
    }

    package static let schema = Schema.object(
      "ClawBack",
      "Ends an award: what is left goes back to the fund, and so much of what was paid.",
      [
        .optional(
          "amount", .text(.money(.amountOrNothing)), "Of what was paid, from the tenant's account."),
        .required("reason", .text(.words(1...4000)), "Only its SHA-256 enters the ledger."),
      ])
  }

  /// What a fund granted: amount = paid + held + left + returned.
  package struct Award: WireValue {
    package var award: String
    package var tenant: String
    package var fund: String
    package var call: String
    package var application: String
    package var account: String
    package var state: AwardState
    package var permille: Int
    package var chips: [String]
    package var sites: [String]
    package var from: WireTime
    package var until: WireTime
    package var listPrices: Int
    package var amount: WireMoney
    package var paid: WireMoney
    package var held: WireMoney
    package var left: WireMoney
    package var locked: WireMoney
    package var returned: WireMoney
    package var clawedBack: WireMoney
    package var gpuHours: Int64
    package var delivered: GPUSeconds
    package var used: GPUSeconds
    package var reportDue: WireTime
    package var reported: Bool
    package var report: String?

    package init(
      award: String, tenant: String, fund: String, call: String, application: String,
      account: String, state: AwardState, permille: Int, chips: [String], sites: [String],
      from: WireTime, until: WireTime, listPrices: Int, amount: WireMoney, paid: WireMoney,
      held: WireMoney, left: WireMoney, locked: WireMoney, returned: WireMoney,
      clawedBack: WireMoney, gpuHours: Int64, delivered: GPUSeconds, used: GPUSeconds,
      reportDue: WireTime, reported: Bool, report: String? = nil
    ) {
      self.award = award
      self.tenant = tenant
      self.fund = fund
      self.call = call
      self.application = application
      self.account = account
      self.state = state
      self.permille = permille
      self.chips = chips
      self.sites = sites
      self.from = from
      self.until = until
      self.listPrices = listPrices
      self.amount = amount
      self.paid = paid
      self.held = held
      self.left = left
      self.locked = locked
      self.returned = returned
      self.clawedBack = clawedBack
      self.gpuHours = gpuHours
      self.delivered = delivered
      self.used = used
      self.reportDue = reportDue
      self.reported = reported
      self.report = report
    }

    package static let schema = Schema.object(
      "Award", "What a fund granted: amount = paid + held + left + returned.",
      [
        .required("award", .text(.id)),
        .required("tenant", .text(.id)),
        .required("fund", .text(.id)),
        .required("call", .text(.id)),
        .required("application", .text(.id)),
        .required("account", .text(.id)),
        .required("state", AwardState.schema),
        .required("permille", .integer(1...900), "Share of the ask."),
        .required("chips", .array(.text(.id), 0...8)),
        .required("sites", .array(.text(.id), 0...32)),
        .required("from", .text(.time)),
        .required("until", .text(.time)),
        .required("listPrices", .integer(1...1_000_000_000)),
        .required("amount", .text(.money(.any))),
        .required("paid", .text(.money(.any))),
        .required("held", .text(.money(.any)), "For bids and leases."),
        .required("left", .text(.money(.any))),
        .required("locked", .text(.money(.any)), "Of what is left: until the progress report."),
        .required("returned", .text(.money(.any)), "What was left when it ended."),
        .required("clawedBack", .text(.money(.any)), "Of what was paid."),
        .required("gpuHours", .integer(1...10_000_000_000)),
        .required("delivered", .text(.gpuTime)),
        .required("used", .text(.gpuTime)),
        .required("reportDue", .text(.time)),
        .required("reported", .boolean),
        .optional("report", .text(.words(1...4000))),
      ])
  }

  /// What an award paid of one lease.
  package struct AwardShare: WireValue {
    package var lease: String
    package var site: String
    package var chip: String
    package var start: WireTime
    package var end: WireTime
    package var delivered: GPUSeconds
    package var used: GPUSeconds
    package var paid: WireMoney
    package var charged: WireMoney

    package init(
      lease: String, site: String, chip: String, start: WireTime, end: WireTime,
      delivered: GPUSeconds, used: GPUSeconds, paid: WireMoney, charged: WireMoney
    ) {
      self.lease = lease
      self.site = site
      self.chip = chip
      self.start = start
      self.end = end
      self.delivered = delivered
      self.used = used
      self.paid = paid
      self.charged = charged
    }

    package static let schema = Schema.object(
      "AwardShare", "What an award paid of one lease.",
      [
        .required("lease", .text(.id)),
        .required("site", .text(.id)),
        .required("chip", .text(.id)),
        .required("start", .text(.time)),
        .required("end", .text(.time)),
        .required("delivered", .text(.gpuTime)),
        .required("used", .text(.gpuTime)),
        .required("paid", .text(.money(.any)), "By the award."),
        .required("charged", .text(.money(.any)), "To the tenant beside it, fee included."),
      ])
  }
}
