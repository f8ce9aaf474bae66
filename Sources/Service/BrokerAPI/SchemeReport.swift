extension Wire {
  /// What funds did in a year.
  package struct SchemeReport: WireValue {
    package var year: Int
    package var from: WireTime
    package var until: WireTime
    package var position: Position
    package var final: Bool
    package var funds: [FundYear]

    package init(
      year: Int, from: WireTime, until: WireTime, position: Position, final: Bool, funds: [FundYear]
    ) {
      self.year = year
      self.from = from
      self.until = until
      self.position = position
      self.final = final
      self.funds = funds
    }

    package static let schema = Schema.object(
      "SchemeReport", "What funds did in a year.",
      [
        .required("year", .integer(1_971...2_198), "Cut at +08:00."),
        .required("from", .text(.time)),
        .required("until", .text(.time)),
        .required("position", .text(.position), "The last entry of the year, or of the ledger."),
        .required("final", .boolean, "The year is over: nothing will change."),
        .required("funds", .array(FundYear.schema, 0...10_000)),
      ])
  }

  /// What a fund did in a year: awarded = paid + held + left + returned.
  package struct FundYear: WireValue {
    package var fund: String
    package var calls: [CallYear]
    package var received: Int64
    package var granted: Int64
    package var declined: Int64
    package var waiting: Int64
    package var medianWaitMs: Int64?
    package var longestWaitMs: Int64?
    package var awarded: WireMoney
    package var paid: WireMoney
    package var held: WireMoney
    package var left: WireMoney
    package var returned: WireMoney
    package var clawedBack: WireMoney
    package var paidInYear: WireMoney
    package var awards: [AwardYear]
    package var use: [SchemeUse]

    package init(
      fund: String, calls: [CallYear], received: Int64, granted: Int64, declined: Int64,
      waiting: Int64, medianWaitMs: Int64? = nil, longestWaitMs: Int64? = nil, awarded: WireMoney,
      paid: WireMoney, held: WireMoney, left: WireMoney, returned: WireMoney, clawedBack: WireMoney,
      paidInYear: WireMoney, awards: [AwardYear], use: [SchemeUse]
    ) {
      self.fund = fund
      self.calls = calls
      self.received = received
      self.granted = granted
      self.declined = declined
      self.waiting = waiting
      self.medianWaitMs = medianWaitMs
      self.longestWaitMs = longestWaitMs
      self.awarded = awarded
      self.paid = paid
      self.held = held
      self.left = left
      self.returned = returned
      self.clawedBack = clawedBack
      self.paidInYear = paidInYear
      self.awards = awards
      self.use = use
    }

    package static let schema = Schema.object(
      "FundYear", "What a fund did in a year: awarded = paid + held + left + returned.",
      [
        .required("fund", .text(.id)),
        .required("calls", .array(CallYear.schema, 0...10_000), "Opened in the year."),
        .required("received", .integer(0...1_000_000_000), "Applications of the year."),
        .required("granted", .integer(0...1_000_000_000), "Decided in the year."),
        .required("declined", .integer(0...1_000_000_000), "Decided in the year."),
        .required("waiting", .integer(0...1_000_000_000), "Not decided at its end."),
        .optional(
          "medianWaitMs", .integer(0...10_000_000_000_000), "From application to decision."),
        .optional("longestWaitMs", .integer(0...10_000_000_000_000)),
        .required("awarded", .text(.money(.any)), "All awards up to the end of the year."),
        .required("paid", .text(.money(.any))),
        .required("held", .text(.money(.any))),
        .required("left", .text(.money(.any))),
        .required("returned", .text(.money(.any)), "Was left and went back to the fund."),
        .required("clawedBack", .text(.money(.any)), "Of what was paid, from tenants."),
        .required("paidInYear", .text(.money(.any))),
        .required("awards", .array(AwardYear.schema, 0...1_000_000)),
        .required("use", .array(SchemeUse.schema, 0...1_000_000)),
      ])
  }

  /// A call that was opened in the year.
  package struct CallYear: WireValue {
    package var call: String
    package var openedAt: WireTime
    package var closesAt: WireTime
    package var amount: WireMoney
    package var applications: Int64
    package var awards: Int64
    package var awarded: WireMoney

    package init(
      call: String, openedAt: WireTime, closesAt: WireTime, amount: WireMoney, applications: Int64,
      awards: Int64, awarded: WireMoney
    ) {
      self.call = call
      self.openedAt = openedAt
      self.closesAt = closesAt
      self.amount = amount
      self.applications = applications
      self.awards = awards
      self.awarded = awarded
    }

    package static let schema = Schema.object(
      "CallYear", "A call that was opened in the year.",
      [
        .required("call", .text(.id)),
        .required("openedAt", .text(.time)),
        .required("closesAt", .text(.time)),
        .required("amount", .text(.money(.any))),
        .required("applications", .integer(0...1_000_000_000), "By the end of the year."),
        .required("awards", .integer(0...1_000_000_000)),
        .required("awarded", .text(.money(.any))),
      ])
  }

  /// An award at the end of the year.
  package struct AwardYear: WireValue {
    package var fund: String
    package var award: String
    package var tenant: String
    package var grantedAt: WireTime
    package var amount: WireMoney
    package var paid: WireMoney
    package var held: WireMoney
    package var left: WireMoney
    package var returned: WireMoney
    package var clawedBack: WireMoney
    package var paidInYear: WireMoney
    package var delivered: GPUSeconds
    package var used: GPUSeconds
    package var reportedAt: WireTime?

    package init(
      fund: String, award: String, tenant: String, grantedAt: WireTime, amount: WireMoney,
      paid: WireMoney, held: WireMoney, left: WireMoney, returned: WireMoney, clawedBack: WireMoney,
      paidInYear: WireMoney, delivered: GPUSeconds, used: GPUSeconds, reportedAt: WireTime? = nil
    ) {
      self.fund = fund
      self.award = award
      self.tenant = tenant
      self.grantedAt = grantedAt
      self.amount = amount
      self.paid = paid
      self.held = held
      self.left = left
      self.returned = returned
      self.clawedBack = clawedBack
      self.paidInYear = paidInYear
      self.delivered = delivered
      self.used = used
      self.reportedAt = reportedAt
    }

    package static let schema = Schema.object(
      "AwardYear", "An award at the end of the year.",
      [
        .required("fund", .text(.id)),
        .required("award", .text(.id)),
        .required("tenant", .text(.id)),
        .required("grantedAt", .text(.time)),
        .required("amount", .text(.money(.any))),
        .required("paid", .text(.money(.any))),
        .required("held", .text(.money(.any))),
        .required("left", .text(.money(.any))),
        .required("returned", .text(.money(.any))),
        .required("clawedBack", .text(.money(.any))),
        .required("paidInYear", .text(.money(.any))),
        .required("delivered", .text(.gpuTime), "In the year."),
        .required("used", .text(.gpuTime), "In the year, as clusters counted."),
        .optional("reportedAt", .text(.time), "When the progress report came."),
      ])
  }

  /// Where the GPU time was that a fund paid a share of.
  package struct SchemeUse: WireValue {
    package var fund: String
    package var site: String
    package var centre: String
    package var chip: String
    package var leases: Int64
    package var delivered: GPUSeconds
    package var used: GPUSeconds
    package var usedPermille: Int?
    package var paid: WireMoney

    package init(
      fund: String, site: String, centre: String, chip: String, leases: Int64,
      delivered: GPUSeconds, used: GPUSeconds, usedPermille: Int? = nil, paid: WireMoney
    ) {
      self.fund = fund
      self.site = site
      self.centre = centre
      self.chip = chip
      self.leases = leases
      self.delivered = delivered
      self.used = used
      self.usedPermille = usedPermille
      self.paid = paid
    }

    package static let schema = Schema.object(
      "SchemeUse", "Where the GPU time was that a fund paid a share of.",
      [
        .required("fund", .text(.id)),
        .required("site", .text(.id)),
        .required("centre", .text(.id)),
        .required("chip", .text(.id)),
        .required("leases", .integer(0...1_000_000_000)),
        .required("delivered", .text(.gpuTime)),
        .required("used", .text(.gpuTime)),
        .optional("usedPermille", .integer(0...1_000), "Used of what was delivered."),
        .required("paid", .text(.money(.any)), "By the fund."),
      ])
  }
}
