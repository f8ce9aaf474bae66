extension Wire {
  /// What a tenant applies for in a call.
  package struct ApplyForAward: RequestBody {
    package var amount: WireMoney
    package var gpuHours: Int64
    package var permille: Int
    package var chips: [String]
    package var sites: [String]
    package var from: WireTime
    package var until: WireTime
    package var contract: String
    package var purpose: String

    package init(
      amount: WireMoney, gpuHours: Int64, permille: Int, chips: [String], sites: [String],
      from: WireTime, until: WireTime, contract: String, purpose: String
    ) {
      self.amount = amount
      self.gpuHours = gpuHours
      self.permille = permille
      self.chips = chips
      self.sites = sites
      self.from = from
      self.until = until
      self.contract = contract
      self.purpose = purpose
    }

    package static let schema = Schema.object(
      "ApplyForAward", "What a tenant applies for in a call.",
      [
        .required("amount", .text(.money(.amount))),
        .required("gpuHours", .integer(1...10_000_000_000)),
        .required("permille", .integer(1...900), "Share of the ask."),
        .required("chips", .array(.text(.id), 1...8, distinct: true)),
        .required("sites", .array(.text(.id), 1...32, distinct: true)),
        .required("from", .text(.time)),
        .required("until", .text(.time)),
        .required(
          "contract", .text(.words(1...140)),
          "Registered number of the contract that it is for; only its SHA-256 enters the ledger."),
        .required(
          "purpose", .text(.words(1...4000)),
          "What for, for the reviewers; only its SHA-256 enters the ledger."),
      ])
  }

  /// What a reviewer thinks, 0 to 10 by each criterion.
  package struct ScoreApplication: RequestBody {
    package var need: Int
    package var demand: Int
    package var soundness: Int
    package var benefit: Int
    package var reason: String

    package init(
      need: Int, demand: Int, soundness: Int, benefit: Int, reason: String
    ) {
      self.need = need
      self.demand = demand
      self.soundness = soundness
      self.benefit = benefit
      self.reason = reason
    }

    package static let schema = Schema.object(
      "ScoreApplication", "What a reviewer thinks, 0 to 10 by each criterion.",
      [
        .required("need", .integer(0...10), "What the territory's innovation and technology need."),
        .required("demand", .integer(0...10), "The demand for compute is reasonable and shown."),
        .required("soundness", .integer(0...10), "Technical and financial soundness."),
        .required("benefit", .integer(0...10), "Benefit to society."),
        .required("reason", .text(.words(1...4000)), "Only its SHA-256 enters the ledger."),
      ])
  }

  /// A score, who gave it, and why.
  package struct Score: WireValue {
    package var by: String
    package var need: Int
    package var demand: Int
    package var soundness: Int
    package var benefit: Int
    package var reason: String?

    package init(
      by: String, need: Int, demand: Int, soundness: Int, benefit: Int, reason: String? = nil
    ) {
      self.by = by
      self.need = need
      self.demand = demand
      self.soundness = soundness
      self.benefit = benefit
      self.reason = reason
    }

    package static let schema = Schema.object(
      "Score", "A score, who gave it, and why.",
      [
        .required("by", .text(.id)),
        .required("need", .integer(0...10)),
        .required("demand", .integer(0...10)),
        .required("soundness", .integer(0...10)),
        .required("benefit", .integer(0...10)),
        .optional("reason", .text(.words(1...4000))),
      ])
  }

  /// What a fund decides on an application.
  package struct DecideApplication: RequestBody {
    package var granted: Bool
    package var amount: WireMoney?
    package var gpuHours: Int64?
    package var permille: Int?
    package var exception: Bool?
    package var reason: String

    package init(
      granted: Bool, amount: WireMoney? = nil, gpuHours: Int64? = nil, permille: Int? = nil,
      exception: Bool? = nil, reason: String
    ) {
      self.granted = granted
      self.amount = amount
      self.gpuHours = gpuHours
      self.permille = permille
      self.exception = exception
      self.reason = reason
    }

    package static let schema = Schema.object(
      "DecideApplication", "What a fund decides on an application.",
      [
        .required("granted", .boolean),
        .optional(
          "amount", .text(.money(.amount)), "At most what was applied for; that when left out."),
        .optional("gpuHours", .integer(1...10_000_000_000), "Likewise."),
        .optional("permille", .integer(1...900), "Likewise."),
        .optional("exception", .boolean, "A share above 700 permille is meant."),
        .required("reason", .text(.words(1...4000)), "Only its SHA-256 enters the ledger."),
      ])
  }

  /// An application with what was thought and decided of it.
  package struct Application: WireValue {
    package var application: String
    package var call: String
    package var tenant: String
    package var state: ApplicationState
    package var amount: WireMoney
    package var gpuHours: Int64
    package var permille: Int
    package var chips: [String]
    package var sites: [String]
    package var from: WireTime
    package var until: WireTime
    package var purpose: String?
    package var scores: [Score]
    package var award: String?
    package var reason: String?

    package init(
      application: String, call: String, tenant: String, state: ApplicationState, amount: WireMoney,
      gpuHours: Int64, permille: Int, chips: [String], sites: [String], from: WireTime,
      until: WireTime, purpose: String? = nil, scores: [Score], award: String? = nil,
      reason: String? = nil
    ) {
      self.application = application
      self.call = call
      self.tenant = tenant
      self.state = state
      self.amount = amount
      self.gpuHours = gpuHours
      self.permille = permille
      self.chips = chips
      self.sites = sites
      self.from = from
      self.until = until
      self.purpose = purpose
      self.scores = scores
      self.award = award
      self.reason = reason
    }

    package static let schema = Schema.object(
      "Application", "An application with what was thought and decided of it.",
      [
        .required("application", .text(.id)),
        .required("call", .text(.id)),
        .required("tenant", .text(.id)),
        .required("state", ApplicationState.schema),
        .required("amount", .text(.money(.any))),
        .required("gpuHours", .integer(1...10_000_000_000)),
        .required("permille", .integer(1...900)),
        .required("chips", .array(.text(.id), 0...8)),
        .required("sites", .array(.text(.id), 0...32)),
        .required("from", .text(.time)),
        .required("until", .text(.time)),
        .optional("purpose", .text(.words(1...4000))),
        .required(
          "scores", .array(Score.schema, 0...64), "For the fund and those who see everything."),
        .optional("award", .text(.id)),
        .optional("reason", .text(.words(1...4000)), "Of the decision."),
      ])
  }
}
