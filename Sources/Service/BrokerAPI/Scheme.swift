// The subsidy scheme on the wire.

extension Wire {
  /// What a chip costs by list, and what was paid for it.
  package struct ListPrice: WireValue {
    package var chip: String
    package var list: WireMoney
    package var reference: WireMoney?
    package var trades: Int?

    package init(
      chip: String, list: WireMoney, reference: WireMoney? = nil, trades: Int? = nil
    ) {
      self.chip = chip
      self.list = list
      self.reference = reference
      self.trades = trades
    }

    package static let schema = Schema.object(
      "ListPrice", "What a chip costs by list, and what was paid for it.",
      [
        .required("chip", .text(.id)),
        .required("list", .text(.money(.price)), "Per GPU-hour."),
        .optional(
          "reference", .text(.money(.price)),
          "What unrelated parties paid without a fund, over 28 days."),
        .optional(
          "trades", .integer(0...1_000_000_000),
          "How many trades the reference rests on; it counts from 20."),
      ])
  }

  /// A new version of list prices in one currency.
  package struct SetListPrices: RequestBody {
    package var currency: CurrencyCode
    package var version: Int
    package var prices: [ListPrice]

    package init(
      currency: CurrencyCode, version: Int, prices: [ListPrice]
    ) {
      self.currency = currency
      self.version = version
      self.prices = prices
    }

    package static let schema = Schema.object(
      "SetListPrices", "A new version of list prices in one currency.",
      [
        .required("currency", CurrencyCode.schema),
        .required("version", .integer(1...1_000_000_000), "One above the last of the currency."),
        .required("prices", .array(ListPrice.schema, 1...256)),
      ])
  }

  /// A version of list prices.
  package struct ListPrices: WireValue {
    package var currency: CurrencyCode
    package var version: Int
    package var prices: [ListPrice]
    package var position: Position

    package init(
      currency: CurrencyCode, version: Int, prices: [ListPrice], position: Position
    ) {
      self.currency = currency
      self.version = version
      self.prices = prices
      self.position = position
    }

    package static let schema = Schema.object(
      "ListPrices", "A version of list prices.",
      [
        .required("currency", CurrencyCode.schema),
        .required("version", .integer(1...1_000_000_000)),
        .required("prices", .array(ListPrice.schema, 0...256)),
        .required("position", .text(.position)),
      ])
  }

  /// A fact: two parties belong together, or a person acts for one.
  package struct StateRelation: RequestBody {
    package var one: String
    package var other: String
    package var from: WireTime
    package var until: WireTime?
    package var source: String

    package init(
      one: String, other: String, from: WireTime, until: WireTime? = nil, source: String
    ) {
      self.one = one
      self.other = other
      self.from = from
      self.until = until
      self.source = source
    }

    package static let schema = Schema.object(
      "StateRelation", "A fact: two parties belong together, or a person acts for one.",
      [
        .required("one", .text(.id), "A party, or a principal."),
        .required("other", .text(.id), "A party, or a principal."),
        .required("from", .text(.time)),
        .optional("until", .text(.time), "Without it: until the pair is stated again."),
        .required(
          "source", .text(.words(1...500)),
          "Where it is written; only its SHA-256 enters the ledger."),
      ])
  }

  /// A fact about who belongs to whom.
  package struct Relation: WireValue {
    package var one: String
    package var other: String
    package var from: WireTime
    package var until: WireTime?
    package var source: String?
    package var position: Position

    package init(
      one: String, other: String, from: WireTime, until: WireTime? = nil, source: String? = nil,
      position: Position
    ) {
      self.one = one
      self.other = other
      self.from = from
      self.until = until
      self.source = source
      self.position = position
    }

    package static let schema = Schema.object(
      "Relation", "A fact about who belongs to whom.",
      [
        .required("one", .text(.id)),
        .required("other", .text(.id)),
        .required("from", .text(.time)),
        .optional("until", .text(.time)),
        .optional("source", .text(.words(1...500))),
        .required("position", .text(.position)),
      ])
  }

  /// A fact: another scheme pays for a contract already.
  package struct RegisterContract: RequestBody {
    package var contract: String
    package var scheme: String
    package var since: WireTime
    package var source: String

    package init(
      contract: String, scheme: String, since: WireTime, source: String
    ) {
      self.contract = contract
      self.scheme = scheme
      self.since = since
      self.source = source
    }

    package static let schema = Schema.object(
      "RegisterContract", "A fact: another scheme pays for a contract already.",
      [
        .required(
          "contract", .text(.words(1...140)),
          "Its registered number; only its SHA-256 enters the ledger."),
        .required("scheme", .text(.id), "The scheme that pays."),
        .required("since", .text(.time)),
        .required(
          "source", .text(.words(1...500)),
          "Where it is written; only its SHA-256 enters the ledger."),
      ])
  }

  /// A call of a fund: what an award of it may be at most.
  package struct OpenCall: RequestBody {
    package var amount: WireMoney
    package var gpuHours: Int64
    package var permille: Int
    package var chips: [String]
    package var sites: [String]
    package var from: WireTime
    package var until: WireTime
    package var closesAt: WireTime
    package var listPrices: Int
    package var scores: Int

    package init(
      amount: WireMoney, gpuHours: Int64, permille: Int, chips: [String], sites: [String],
      from: WireTime, until: WireTime, closesAt: WireTime, listPrices: Int, scores: Int
    ) {
      self.amount = amount
      self.gpuHours = gpuHours
      self.permille = permille
      self.chips = chips
      self.sites = sites
      self.from = from
      self.until = until
      self.closesAt = closesAt
      self.listPrices = listPrices
      self.scores = scores
    }

    package static let schema = Schema.object(
      "OpenCall", "A call of a fund: what an award of it may be at most.",
      [
        .required("amount", .text(.money(.amount)), "Of one award."),
        .required("gpuHours", .integer(1...10_000_000_000), "Of one award."),
        .required("permille", .integer(1...900), "Share of the ask; above 700 by exception alone."),
        .required("chips", .array(.text(.id), 1...8, distinct: true)),
        .required("sites", .array(.text(.id), 1...32, distinct: true)),
        .required("from", .text(.time), "When awards begin."),
        .required("until", .text(.time), "When awards have ended."),
        .required("closesAt", .text(.time), "Applications come before this."),
        .required(
          "listPrices", .integer(1...1_000_000_000),
          "Version of the list prices in the currency of the fund."),
        .required(
          "scores", .integer(1...16),
          "How many reviewers score an application before it is decided."),
      ])
  }

  /// A call for applications.
  package struct Call: WireValue {
    package var call: String
    package var fund: String
    package var state: CallState
    package var amount: WireMoney
    package var gpuHours: Int64
    package var permille: Int
    package var chips: [String]
    package var sites: [String]
    package var from: WireTime
    package var until: WireTime
    package var closesAt: WireTime
    package var listPrices: Int
    package var scores: Int

    package init(
      call: String, fund: String, state: CallState, amount: WireMoney, gpuHours: Int64,
      permille: Int, chips: [String], sites: [String], from: WireTime, until: WireTime,
      closesAt: WireTime, listPrices: Int, scores: Int
    ) {
      self.call = call
      self.fund = fund
      self.state = state
      self.amount = amount
      self.gpuHours = gpuHours
      self.permille = permille
      self.chips = chips
      self.sites = sites
      self.from = from
      self.until = until
      self.closesAt = closesAt
      self.listPrices = listPrices
      self.scores = scores
    }

    package static let schema = Schema.object(
      "Call", "A call for applications.",
      [
        .required("call", .text(.id)),
        .required("fund", .text(.id)),
        .required("state", CallState.schema),
        .required("amount", .text(.money(.any))),
        .required("gpuHours", .integer(1...10_000_000_000)),
        .required("permille", .integer(1...900)),
        .required("chips", .array(.text(.id), 0...8)),
        .required("sites", .array(.text(.id), 0...32)),
        .required("from", .text(.time)),
        .required("until", .text(.time)),
        .required("closesAt", .text(.time)),
        .required("listPrices", .integer(1...1_000_000_000)),
        .required("scores", .integer(1...16)),
      ])
  }

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
